"""The drawings of the state machines are those of the code, and their actors those of the law."""

import pytest

from agents.roles import Role
from outils import appels, etats
from tests.factories.transitions import TABLE

# The roles as the drawings name them, as the table of D.2 does.
ROLES = {
    str(Role.AGENT_OFII.label): "agent_ofii",
    str(Role.PRESCRIPTEUR.label): "prescripteur",
    str(Role.DIRECTEUR_TERRITORIAL.label): "directeur",
    str(Role.CORRESPONDANT_OFII.label): "correspondant",
    str(Role.CONSEILLER_BILAN.label): "conseiller",
    str(Role.RESPONSABLE_PRESTATAIRE.label): "responsable",
    appels.SYSTEME: "systeme",
}


def test_the_drawings_are_up_to_date():
    assert etats.PAGE.read_text(encoding="utf-8") == etats.page(), "run: make etats"


@pytest.mark.parametrize("name", list(TABLE))
def test_the_drawing_names_the_actors_of_the_row(name: str):
    assert {ROLES[role] for role in appels.actors("Bilan", name)} == TABLE[name].acteurs
