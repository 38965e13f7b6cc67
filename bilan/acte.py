"""What an act of one question and one button is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agents.roles import Permission
from bilan.courriers import Lettre
from bilan.forms_programmation import BilanForm
from bilan.models import Bilan


@dataclass(frozen=True)
class Acte:
    """One transition as a page: its words, its form, its service."""

    transition: str
    permission: Permission
    titre: str
    phrase: str | Callable[[Bilan], str]  # what it does, which may depend on the day
    bouton: str
    fait: str
    service: Callable[..., Any]
    form: type[BilanForm] = BilanForm
    recoit: tuple[str, ...] | Callable[[Bilan], tuple[str, ...]] = ()
    perdu: tuple[str, ...] = ()
    irreversible: bool = False
    # The letter that leaves with the act, as the service would write it now: (bilan=, by=, and what the form asks).
    lettre: Callable[..., Lettre] | None = None

    def received_with(self, bilan: Bilan) -> tuple[str, ...]:
        """Who receives what, for this bilan today; nobody, and the act sends no letter."""
        return self.recoit(bilan) if callable(self.recoit) else self.recoit

    def said_of(self, bilan: Bilan) -> str:
        """The sentence of the page, for this bilan today."""
        return self.phrase if isinstance(self.phrase, str) else self.phrase(bilan)
