"""An ear on the wire: between the application and the partner, every byte that is said to the latter."""

import socket
import threading
from contextlib import suppress


class Ecoute:
    """Forwards both ways what it hears, and keeps what goes to ``port`` of the loopback. A context manager."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._said: list[bytes] = []
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def __enter__(self) -> "Ecoute":
        self._run(self._open)
        return self

    def __exit__(self, *_: object) -> None:
        for end in (self._door, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)
        for end in (self._door, *self._ends):
            end.close()

    @property
    def heard(self) -> str:
        """Everything that the partner was told: methods, addresses, headers and bodies, of every connection."""
        return b"".join(self._said).decode()

    def _run(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                self._ends += [near, far]
                self._run(self._carry, near, far, self._said)
                self._run(self._carry, far, near, [])

    def _carry(self, source: socket.socket, target: socket.socket, kept: list[bytes]) -> None:
        with suppress(OSError):
            while piece := source.recv(65_536):
                kept.append(piece)
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
