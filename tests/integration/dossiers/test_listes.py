"""Bilans at risk: who sees them, from which day, and how near the end is said (reference D.6)."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan, RendezVous
from bilan.states import Etat
from core import clock
from dossiers.bureau import desk_of, list_page
from dossiers.listes import LISTES
from tests.factories.conduite import make_convoque
from tests.factories.transitions import lay

pytestmark = [pytest.mark.django_db, pytest.mark.rule("D.6-risque")]
J90, J31, J30, FIN = date(2010, 12, 15), date(2011, 2, 12), date(2011, 2, 13), date(2011, 3, 15)
MIENS = next(liste for liste in LISTES if liste.code == "mes-bilans-en-risque")


@pytest.fixture
def bilan(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    bilan = make_convoque(direction, prescripteur, conseiller)
    RendezVous.objects.all().delete()
    return lay(bilan, Etat.A_PROGRAMMER, date_fin_conclusion=None)


def counted(agent: Agent, on: date) -> dict[str, int]:
    with clock.travel(on):
        return {liste.code: compte for liste, compte in desk_of(agent).comptes}


def test_the_prescriber_in_charge_is_told_from_ninety_days_before(bilan: Bilan, prescripteur: Agent) -> None:
    assert "mes-bilans-en-risque" not in counted(prescripteur, date(2010, 12, 14))
    assert counted(prescripteur, J90) == {"personnes-a-convoquer": 1, "mes-bilans-en-risque": 1}
    assert counted(prescripteur, FIN)["mes-bilans-en-risque"] == 1


def test_a_reminder_does_not_line_a_file_up_twice(bilan: Bilan, prescripteur: Agent) -> None:
    with clock.travel(J90):
        desk = desk_of(prescripteur)
    assert [(ligne.bilan, ligne.liste.code) for ligne in desk.lignes] == [(bilan, "personnes-a-convoquer")]
    assert desk.reste == 0


@pytest.mark.parametrize(("on", "said"), [(J31, ""), (J30, "30 jours au plus"), (FIN, "30 jours au plus")])
def test_the_last_thirty_days_are_said_in_words(bilan: Bilan, prescripteur: Agent, on: date, said: str) -> None:
    client = Client()
    client.force_login(prescripteur)
    with clock.travel(on):
        assert [ligne.alerte for ligne in list_page(prescripteur, MIENS).lignes] == [said]
        shown = client.get(reverse("dossiers:bureau"), {"liste": MIENS.code}).content.decode()
    assert ("30 jours au plus" in shown) is bool(said)


@pytest.mark.parametrize(
    ("etat", "at_risk"),
    [(Etat.REPORTE, 1), (Etat.PHASE_INVESTIGATION, 1), (Etat.CONVOQUE, 0), (Etat.SYNTHESE_REDIGEE, 0)],
)
def test_a_bilan_is_at_risk_until_it_is_carried_out_or_has_its_appointment(
    bilan: Bilan, prescripteur: Agent, etat: Etat, at_risk: int
) -> None:
    lay(bilan, etat)
    assert counted(prescripteur, J90).get("mes-bilans-en-risque", 0) == at_risk
