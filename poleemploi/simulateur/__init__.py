"""The mock Pôle emploi: the partner's whole contract in a process and a store of its own."""
