"""A bilan that changes hands: the house goes on, another house starts blank (reference D.2 and E.3, ADR 7)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent, Lieu, Prestataire
from agents.roles import Role
from bilan import conduite, redaction
from bilan.models import Bilan, NotePhase, Synthese, SyntheseDetruite
from bilan.redaction import current_draft
from bilan.states import Etat, MotifInterruption
from core import clock
from core.errors import Conflict, Forbidden
from core.models import Evenement
from tests.factories.agents import make_agent, make_lieu
from tests.factories.conduite import JOUR, advance, make_contenu
from tests.factories.programmation import convoke, make_prescrit

pytestmark = pytest.mark.django_db
Connect = Callable[[Agent], Client]
REPRISE = JOUR + timedelta(days=21)


@pytest.fixture
def interrompu(prescripteur: Agent, conseiller: Agent, lieu: Lieu) -> Bilan:
    """110 minutes, notes and a draft, then the person had to leave."""
    bilan = make_prescrit(by=prescripteur)
    convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=JOUR)
    bilan = advance(Bilan.objects.get(pk=bilan.pk), Etat.PHASE_CONCLUSION)
    with clock.travel(clock.at(JOUR, 15)):
        conduite.interrupt(bilan=bilan, motif=MotifInterruption.DEPART, by=conseiller)
    return Bilan.objects.get(pk=bilan.pk)


def resume(bilan: Bilan, lieu: Lieu, adviser: Agent, by: Agent) -> Bilan:
    """Summoned again with an adviser, who starts; the clock is left on that day by the caller."""
    convoke(bilan, lieu=lieu, conseiller=adviser, by=by, jour=REPRISE, le=JOUR + timedelta(days=1))
    with clock.travel(clock.at(REPRISE, 10)):
        conduite.start_bilan(bilan=bilan, informe=True, by=adviser)
    return Bilan.objects.get(pk=bilan.pk)


def test_in_the_same_house_the_next_adviser_goes_on_with_notes_and_draft(
    interrompu: Bilan, prestataire: Prestataire, lieu: Lieu, prescripteur: Agent, conseiller: Agent, connect: Connect
) -> None:
    colleague = make_agent(Role.CONSEILLER_BILAN, prestataire)
    bilan = resume(interrompu, lieu, colleague, prescripteur)
    assert conduite.read_notes(bilan=bilan, by=colleague) == {"phase_preliminaire": "Travailler en cuisine."}
    assert (current_draft(bilan).contenu, bilan.minutes_utilisees) == (make_contenu().to_dict(), 110)
    with clock.travel(clock.at(REPRISE, 10)):
        page = connect(colleague).get(reverse("bilan:write_synthese", args=[bilan.pk])).content.decode()
    assert "Cuisine familiale et collective" in page
    assert not Evenement.objects.filter(nom="bilan.travail_detruit").exists()


@pytest.mark.rule("E.3-conseiller")
def test_the_former_adviser_keeps_no_access(
    interrompu: Bilan, prestataire: Prestataire, lieu: Lieu, prescripteur: Agent, conseiller: Agent, connect: Connect
) -> None:
    bilan = resume(interrompu, lieu, make_agent(Role.CONSEILLER_BILAN, prestataire), prescripteur)
    for act in (
        lambda: conduite.read_notes(bilan=bilan, by=conseiller),
        lambda: conduite.save_note(bilan=bilan, phase=Etat.PHASE_PRELIMINAIRE, texte="x", by=conseiller),
        lambda: redaction.save_draft(bilan=bilan, contenu=make_contenu(), by=conseiller),
    ):
        with pytest.raises(Forbidden):
            act()
    client = connect(conseiller)
    for name in ("voir_bilan", "write_synthese"):
        assert client.get(reverse(f"bilan:{name}", args=[bilan.pk])).status_code == 404
    assert client.get(f"/api/v1/bilans/{bilan.pk}/synthese/").status_code == 404


def test_another_house_starts_blank_with_the_minutes_kept(
    interrompu: Bilan, autre_prestataire: Prestataire, prescripteur: Agent, conseiller: Agent, connect: Connect
) -> None:
    stranger = make_agent(Role.CONSEILLER_BILAN, autre_prestataire)
    bilan = resume(interrompu, make_lieu(autre_prestataire, "Ailleurs"), stranger, prescripteur)
    assert conduite.read_notes(bilan=bilan, by=stranger) == {}
    assert (current_draft(bilan), bilan.minutes_utilisees) == (None, 110)
    assert not NotePhase.objects.exists()
    assert not Synthese.objects.exists()
    assert not SyntheseDetruite.objects.exists()
    event = Evenement.objects.get(nom="bilan.travail_detruit")
    assert (event.par, event.faits["notes"], event.faits["brouillons"]) == (prescripteur, 1, 1)
    with clock.travel(clock.at(REPRISE, 10)):
        draft = redaction.save_draft(bilan=bilan, contenu=make_contenu(projet="Autre chose"), by=stranger)
    assert draft.version == 1
    assert connect(conseiller).get(reverse("bilan:voir_bilan", args=[bilan.pk])).status_code == 404


def test_the_content_is_gone_from_the_convocation_on_even_if_the_first_house_gets_the_person_back(
    interrompu: Bilan, autre_prestataire: Prestataire, lieu: Lieu, prescripteur: Agent, conseiller: Agent
) -> None:
    stranger = make_agent(Role.CONSEILLER_BILAN, autre_prestataire)
    elsewhere = make_lieu(autre_prestataire, "Ailleurs")
    convoke(interrompu, lieu=elsewhere, conseiller=stranger, by=prescripteur, jour=REPRISE, le=JOUR + timedelta(days=1))
    assert not NotePhase.objects.exists()
    assert not Synthese.objects.exists()


@pytest.mark.parametrize("same", [True, False])
def test_the_prescriber_reads_what_will_be_destroyed_before_confirming(
    interrompu: Bilan,
    autre_prestataire: Prestataire,
    lieu: Lieu,
    prescripteur: Agent,
    conseiller: Agent,
    connect: Connect,
    same: bool,
) -> None:
    adviser = conseiller if same else make_agent(Role.CONSEILLER_BILAN, autre_prestataire)
    place = lieu if same else make_lieu(autre_prestataire, "Ailleurs")
    typed = {
        "jour": f"{REPRISE:%d/%m/%Y}", "heure": "9h", "duree_fixee_minutes": "180", "lieu": str(place.pk),
        "conseiller": str(adviser.pk), "verifier": "1",
    }  # fmt: skip
    with clock.travel(JOUR + timedelta(days=1)):
        page = connect(prescripteur).post(reverse("bilan:convoke", args=[interrompu.pk]), typed).content.decode()
    assert "Vérifier la convocation" in page
    assert ("Les notes et le brouillon écrits chez" in page) is not same
    assert NotePhase.objects.exists()


def test_a_tab_of_the_former_draft_cannot_bring_it_back(
    interrompu: Bilan, autre_prestataire: Prestataire, prescripteur: Agent
) -> None:
    seen = redaction.revision(current_draft(interrompu))
    stranger = make_agent(Role.CONSEILLER_BILAN, autre_prestataire)
    bilan = resume(interrompu, make_lieu(autre_prestataire, "Ailleurs"), stranger, prescripteur)
    with clock.travel(clock.at(REPRISE, 10)), pytest.raises(Conflict):
        redaction.save_draft(bilan=bilan, contenu=make_contenu(), attendu=seen, by=stranger)
