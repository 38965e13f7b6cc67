"""What agents choose to print the letters of a day."""

from typing import Any

from agents.models import Agent, DirectionTerritoriale
from agents.permissions import direction_ids
from agents.roles import Permission
from core import clock
from core.form_fields import ChoixField, ChoixMultiplesField, DateField
from core.forms import BaseForm


def printable_directions(agent: Agent) -> list[DirectionTerritoriale]:
    """The directions whose letters the agent may print, by name."""
    allowed = direction_ids(agent, Permission.IMPRIMER_COURRIERS)
    return list(DirectionTerritoriale.objects.filter(pk__in=allowed).order_by("nom"))


class JourForm(BaseForm):
    """Which day, at which direction when the agent has several."""

    jour = DateField(label="Courriers émis le")
    direction = ChoixField(label="Direction territoriale")

    def __init__(self, *args: Any, directions: list[DirectionTerritoriale], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.directions = {direction.code: direction for direction in directions}
        self.fields["jour"].max_date = clock.today()  # type: ignore[attr-defined]
        if len(directions) > 1:
            self.fields["direction"].choices = [(d.code, d.nom) for d in directions]  # type: ignore[attr-defined]
        else:
            del self.fields["direction"]

    @property
    def direction_choisie(self) -> DirectionTerritoriale:
        """The direction asked for, or the only one there is."""
        first = next(iter(self.directions.values()))
        return self.directions.get(self.cleaned_data.get("direction", ""), first)


class TirageForm(BaseForm):
    """How the file is laid out; which button was pressed says whether everything is printed again."""

    presentation = ChoixMultiplesField(
        label="Présentation",
        required=False,
        choices=[("recto_verso", "Recto verso\u00a0: chaque courrier commence sur une nouvelle feuille")],
    )

    def arguments(self) -> dict[str, bool]:
        return {"recto_verso": "recto_verso" in self.cleaned_data["presentation"], "tout": "tout" in self.data}
