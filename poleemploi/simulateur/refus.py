"""A refusal in the partner's own words: the `Erreur` of the contract."""

from dataclasses import dataclass, field

Champ = dict[str, str]


@dataclass(eq=False)  # an exception is told apart by identity
class Refus(Exception):
    """Stops an operation; `kept` says that this is the deposit's answer for ever, to be replayed under its key."""

    statut: int
    code: str
    message: str
    champs: list[Champ] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    kept: bool = False

    def as_json(self) -> dict[str, object]:
        body: dict[str, object] = {"code": self.code, "message": self.message}
        if self.champs:
            body["champs"] = self.champs
        return body
