"""A rule that refuses says what it waits for where the act would stand, and leaves its line (reference D.2, E.6)."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from agents.authentication import create_token
from agents.models import Agent
from bilan import conduite, fin
from bilan.actions import actions_for
from bilan.models import Bilan
from bilan.states import Etat
from cai.models import Contrat
from core import clock
from core.errors import InvalidInput
from core.models import JournalAcces
from dossiers.bureau import desk_of
from dossiers.parcours import facts_of
from dossiers.suite import next_act
from tests.factories.conduite import JOUR, advance
from tests.factories.transitions import APRES_LE_CONTRAT, lay

pytestmark = [pytest.mark.django_db, pytest.mark.rule("D.2-refus")]


def refusals(agent: Agent) -> list[tuple[str, str]]:
    rows = JournalAcces.objects.filter(agent=agent, resultat="refuse").order_by("id")
    return list(rows.values_list("action", "motif"))


def test_a_rule_that_refuses_on_a_page_leaves_its_line(convoque: Bilan, prescripteur: Agent) -> None:
    client = Client()
    client.force_login(prescripteur)
    with clock.travel(clock.at(JOUR, 8)):
        answer = client.post(reverse("bilan:act", args=[convoque.pk, "constater_absence"]))
    assert "n’est pas encore passée" in answer.content.decode()
    assert refusals(prescripteur) == [("record_absence", "rendez_vous_a_venir")]


def test_a_second_click_leaves_its_line(convoque: Bilan, prescripteur: Agent) -> None:
    client = Client()
    client.force_login(prescripteur)
    with clock.travel(JOUR):
        client.post(reverse("bilan:act", args=[convoque.pk, "prescrire"]))
    assert refusals(prescripteur) == [("bilan:act", "transition_impossible")]


def test_a_rule_that_refuses_a_program_leaves_its_line(convoque: Bilan, prescripteur: Agent) -> None:
    api = Client(headers={"Authorization": f"Bearer {create_token(prescripteur, libelle='essai')}"})
    with clock.travel(clock.at(JOUR, 8)):
        answer = api.post(
            reverse("api:transition", args=[convoque.pk, "constater_absence"]), {}, content_type="application/json"
        )
    assert answer.status_code == 409
    assert refusals(prescripteur) == [("api:transition", "rendez_vous_a_venir")]


@pytest.mark.rule("D.2-25")
def test_a_conclusion_held_in_time_is_not_offered_as_not_carried_out(convoque: Bilan, prescripteur: Agent) -> None:
    bilan = advance(convoque, Etat.PHASE_CONCLUSION)
    with clock.travel(clock.at(JOUR, 16)):
        conduite.record_seance(bilan=bilan, jour=JOUR, minutes=10, by=bilan.conseiller)
    with clock.travel(APRES_LE_CONTRAT):
        offered = {action.name: action.waits_for for action in actions_for(prescripteur, Bilan.objects.get())}
        assert "peut être rédigée" in offered["constater_non_realisation"]
        suite = next_act(facts_of(bilan.contrat), prescripteur)
        codes = {liste.code for liste, _ in desk_of(prescripteur).comptes}
    assert (suite.bouton, "contrats-echus" in codes) == ("", False)


@pytest.mark.rule("D.2-24")
def test_an_exempt_file_may_close_once_its_contract_was_terminated(convoque: Bilan, prescripteur: Agent) -> None:
    bilan = lay(convoque, Etat.EXEMPTE, date_fin_conclusion=None)
    Contrat.objects.update(statut=Contrat.Statut.RESILIE)
    with clock.travel(JOUR):
        assert next_act(facts_of(Contrat.objects.get()), prescripteur).bouton == "Clore le bilan"
        assert "exemptions-a-clore" in {liste.code for liste, _ in desk_of(prescripteur).comptes}
        assert fin.closing_blocages(Bilan.objects.get(pk=bilan.pk)) == []


@pytest.mark.rule("D.2-13")
def test_an_interruption_has_a_reason_of_the_list(convoque: Bilan) -> None:
    bilan = advance(convoque, Etat.PHASE_INVESTIGATION)
    with clock.travel(date(2010, 5, 11)), pytest.raises(InvalidInput) as refusal:
        conduite.interrupt(bilan=bilan, motif="maladie", by=bilan.conseiller)  # type: ignore[arg-type]
    assert set(refusal.value.fields) == {"motif"}
