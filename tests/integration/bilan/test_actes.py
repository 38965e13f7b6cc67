"""The acts that are one question and one button, as a browser sends them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from bilan import programmation
from bilan.actes import ACTES
from bilan.models import Bilan
from bilan.states import Etat
from core import clock
from core.models import Evenement, JournalAcces
from tests.factories.conduite import JOUR
from tests.factories.saisies import SAISIES
from tests.factories.transitions import APRES_MIDI, TABLE, Monde, fresh, lay

pytestmark = pytest.mark.django_db
Connect = Callable[[Agent], Client]

acts = pytest.mark.parametrize("name", list(ACTES))


@pytest.fixture
def acteurs(monde: Monde, directeur: Agent, agent_ofii: Agent, correspondant: Agent) -> dict[str, Agent]:
    return {
        "agent_ofii": agent_ofii,
        "prescripteur": monde.prescripteur,
        "directeur": directeur,
        "correspondant": correspondant,
        "conseiller": monde.conseiller,
    }


def address(bilan: Bilan, name: str) -> str:
    return reverse("bilan:act", args=[bilan.pk, name])


def home(bilan: Bilan, agent: Agent) -> str:
    if any(place.direction_id for place in agent.places):
        return reverse("dossiers:view_file", args=[bilan.contrat_id])
    return reverse("bilan:voir_bilan", args=[bilan.pk])


def arrange(name: str, monde: Monde, acteurs: dict[str, Agent]) -> tuple[Bilan, Agent, dict[str, str]]:
    ligne = TABLE[name]
    by = acteurs[min(ligne.acteurs & acteurs.keys())]
    return ligne.veille(monde), by, SAISIES.get(name, lambda _: {})(monde)


@acts
def test_the_page_asks_then_acts_and_leads_back(
    name: str, monde: Monde, acteurs: dict[str, Agent], connect: Connect
) -> None:
    bilan, by, typed = arrange(name, monde, acteurs)
    browser = connect(by)
    with clock.travel(TABLE[name].quand):
        asked = browser.get(address(bilan, name))
        assert asked.status_code == 200
        page = asked.content.decode()
        assert ACTES[name].titre in page
        assert bilan.contrat.signataire.nom in page
        done = browser.post(address(bilan, name), typed)
    assert done.status_code == 302, done.context and done.context["form"].errors
    assert done.url == home(bilan, by)
    assert fresh(bilan).etat == (TABLE[name].vers or bilan.etat)
    assert Evenement.objects.filter(nom=f"bilan.{name}", par=by).exists()


def test_the_day_the_copy_is_handed_over_is_proposed_and_the_day_of_signature_is_not(
    monde: Monde, acteurs: dict[str, Agent], connect: Connect
) -> None:
    bilan, by, _ = arrange("valider_synthese", monde, acteurs)
    quand = TABLE["valider_synthese"].quand
    with clock.travel(quand):
        form = connect(by).get(address(bilan, "valider_synthese")).context["form"]
        today = clock.today()

    assert form["date_remise"].value() == f"{today:%d/%m/%Y}"
    assert form["date_presentation"].value()
    assert form["date_signature"].value() is None


@acts
def test_sending_twice_does_it_once_and_says_where_one_stands(
    name: str, monde: Monde, acteurs: dict[str, Agent], connect: Connect
) -> None:
    bilan, by, typed = arrange(name, monde, acteurs)
    browser = connect(by)
    with clock.travel(TABLE[name].quand):
        browser.post(address(bilan, name), typed)
        told = Evenement.objects.filter(nom=f"bilan.{name}").count()
        again = browser.post(address(bilan, name), typed)
    if TABLE[name].vers:  # an act that does not move the bilan may well be done again
        assert (again.status_code, again.url) == (302, home(bilan, by))
        assert Evenement.objects.filter(nom=f"bilan.{name}").count() == told


@acts
def test_another_role_of_the_direction_is_refused_and_journalled(
    name: str, monde: Monde, acteurs: dict[str, Agent], connect: Connect
) -> None:
    bilan, _, typed = arrange(name, monde, acteurs)
    other = acteurs[min(acteurs.keys() - TABLE[name].acteurs - {"conseiller"})]
    browser = connect(other)
    with clock.travel(TABLE[name].quand):
        for answer in (browser.get(address(bilan, name)), browser.post(address(bilan, name), typed)):
            assert answer.status_code == 403
    assert fresh(bilan).etat == bilan.etat
    lines = JournalAcces.objects.filter(agent=other, action="bilan:act", resultat="refuse", objet_id=str(bilan.pk))
    assert lines.count() == 2


@pytest.mark.parametrize("name", ["reporter", "annuler"])
def test_another_territory_does_not_know_the_bilan_and_is_journalled(
    name: str, monde: Monde, connect: Connect, agent_ailleurs: Agent
) -> None:
    bilan = monde.convoque()
    with clock.travel(clock.at(JOUR, 9)):
        assert connect(agent_ailleurs).post(address(bilan, name), {"motif": "doublon"}).status_code == 404
    line = JournalAcces.objects.get(agent=agent_ailleurs, resultat="refuse")
    assert (line.action, line.motif, line.objet_id) == ("bilan:act", "introuvable", str(bilan.pk))


def test_an_unknown_act_is_not_found(monde: Monde, connect: Connect) -> None:
    assert connect(monde.prescripteur).get(address(monde.convoque(), "supprimer")).status_code == 404


BAD = [
    ("prescrire", {"prescripteur": ""}, "prescripteur"),
    ("prescrire", {"prescripteur": "0000"}, "prescripteur"),
    ("lever_exemption", {"motif": "", "prescripteur": ""}, "motif"),
    ("reporter", {}, "motif"),
    ("reconnaitre_motif_legitime", {"motif": "autre_motive", "justificatif_vu_le": "10/05/2010"}, "precision"),
    ("reconnaitre_motif_legitime", {"motif": "autre_motive", "justificatif_vu_le": "11/05/2010"}, "justificatif_vu_le"),
    ("reconnaitre_motif_legitime", {"motif": "rhume", "justificatif_vu_le": "31/02/2010"}, "justificatif_vu_le"),
    ("constater_absence_injustifiee", {"declare_sans_motif": "non"}, "declare_sans_motif"),
    ("requalifier_absence", {"motif": "", "justificatif_vu_le": ""}, "motif"),
    ("refixer_duree", {"duree_fixee_minutes": "181"}, "duree_fixee_minutes"),
    ("refixer_duree", {"duree_fixee_minutes": "trois heures"}, "duree_fixee_minutes"),
    ("annuler", {"motif": "envie"}, "motif"),
    ("reattribuer", {"prescripteur": ""}, "prescripteur"),
]


@pytest.mark.parametrize(("name", "typed", "field"), BAD)
def test_a_wrong_entry_is_told_at_its_field_and_nothing_typed_is_lost(
    name: str, typed: dict[str, str], field: str, monde: Monde, acteurs: dict[str, Agent], connect: Connect
) -> None:
    bilan, by, _ = arrange(name, monde, acteurs)
    with clock.travel(TABLE[name].quand):
        answer = connect(by).post(address(bilan, name), typed)
    assert answer.status_code == 200
    form = answer.context["form"]
    assert field in form.errors
    assert f'href="#{form[field].auto_id}' in answer.content.decode()
    for key, value in typed.items():
        assert form[key].value() == value
    assert fresh(bilan).etat == bilan.etat
    assert not Evenement.objects.filter(nom=f"bilan.{name}").exists()


def test_before_and_after_the_window_of_justification_the_pages_say_what_is_true(
    monde: Monde, connect: Connect
) -> None:
    bilan = monde.convoque()  # 10 May 2010: fifteen days run until Tuesday 25 May
    client = connect(monde.prescripteur)

    def said(name: str, on: date) -> str:
        with clock.travel(clock.at(on, 17)):
            return client.get(address(bilan, name)).content.decode().replace("\u00a0", " ")

    limite = date(2010, 5, 25)
    assert "peut se justifier jusqu’au mardi 25 mai 2010 inclus" in said("constater_absence", limite)
    assert "a pris fin le mardi 25 mai 2010" in said("constater_absence", limite + timedelta(days=1))
    with clock.travel(clock.at(JOUR, 17)):
        programmation.record_absence(bilan=bilan, by=monde.prescripteur)
    name = "constater_absence_injustifiee"
    before, after = said(name, limite), said(name, limite + timedelta(days=1))
    assert "jusqu’au mardi 25 mai 2010 inclus" in before
    assert "attendez la fin du délai" in before
    assert "a pris fin le mardi 25 mai 2010" in after
    assert "attendez la fin du délai" not in after
    with clock.travel(limite + timedelta(days=1)):
        assert client.post(address(bilan, name)).status_code == 302
    assert fresh(bilan).etat == Etat.ABSENT_SANS_MOTIF


def test_the_duration_offered_is_the_present_one(monde: Monde, connect: Connect) -> None:
    bilan = monde.convoque(duree_fixee=90)
    with clock.travel(clock.at(JOUR, 8)):
        answer = connect(monde.prescripteur).get(address(bilan, "refixer_duree"))
    assert 'value="90"' in answer.content.decode()


def test_a_page_that_came_too_late_leads_to_where_the_bilan_stands(monde: Monde, connect: Connect) -> None:
    bilan = lay(monde.convoque(), Etat.CLOS)
    with clock.travel(APRES_MIDI):
        answer = connect(monde.prescripteur).get(address(bilan, "reporter"), follow=True)
    assert answer.redirect_chain == [(home(bilan, monde.prescripteur), 302)]
    assert "il n’y a pas de rendez-vous à reporter" in answer.content.decode()


def test_a_prescriber_is_asked_for_only_when_the_file_has_none(monde: Monde, connect: Connect) -> None:
    bilan: Any = lay(monde.convoque(), Etat.EXEMPTE)
    answer = connect(monde.prescripteur).get(address(bilan, "lever_exemption"))
    assert list(answer.context["form"].fields) == ["motif"]
    bilan = lay(bilan, Etat.EXEMPTE, prescripteur=None, prescrit_par=None, prescrit_at=None)
    answer = connect(monde.prescripteur).get(address(bilan, "lever_exemption"))
    assert list(answer.context["form"].fields) == ["motif", "prescripteur"]
    assert answer.context["form"]["prescripteur"].value() == str(monde.prescripteur.pk)
