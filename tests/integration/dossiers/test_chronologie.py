"""The file's journal in French: every event has its sentence, each family its filter."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from bilan.models import Bilan
from cai.models import Contrat
from cai.services import correct_signataire
from config.celery import app
from core import clock
from dossiers import chronologie
from dossiers.chronologie import SENTENCES, timeline
from dossiers.services import cancel_file, correct_contrat
from exemptions.services import Declarations, add_justificatif, evaluate_contrat, reject_justificatif
from tests.factories.cai import fiche_contrat, fiche_signataire

APPS = ("agents", "cai", "exemptions", "bilan", "poleemploi", "dossiers")
FAMILLES = "contrat|signataire|prearrivee|prestation|exemption|justificatif|bilan|transmission|courrier"
RECORDED = re.compile(rf'(?:record\(|tell\(|^[A-Z_]+ = |nom = )\s*"((?:{FAMILLES})\.[a-z_]+)"', re.MULTILINE)


def recorded_names() -> set[str]:
    """Every event name written in the code, and one a transition of the bilan; the names of tasks look the same."""
    app.loader.import_default_modules()
    sources = [path.read_text() for app in APPS for path in Path(settings.BASE_DIR, app).rglob("*.py")]
    transitions = {f"bilan.{transition.name}" for transition in Bilan().get_all_etat_transitions()}
    return {name for source in sources for name in RECORDED.findall(source)} - set(app.tasks) | transitions


def test_every_event_the_code_records_has_its_sentence() -> None:
    assert recorded_names() - set(SENTENCES) == set()


def test_every_family_has_its_name() -> None:
    assert {chronologie.famille(name) for name in SENTENCES} <= set(chronologie.FAMILLES)


@pytest.fixture
def histoire(contrat: Contrat, agent_ofii: Agent) -> Contrat:
    with clock.travel(date(2010, 3, 16)):
        piece = add_justificatif(
            contrat=contrat, type_piece="bulletin_paie", date_document=date(2010, 3, 1), by=agent_ofii
        )
        reject_justificatif(justificatif=piece, motif="Illisible", by=agent_ofii)
        evaluate_contrat(contrat=contrat, declarations=Declarations(), date_reference=date(2010, 3, 16), by=agent_ofii)
        correct_contrat(contrat=contrat, fiche=fiche_contrat(date_signature=date(2010, 3, 16)), by=agent_ofii)
        cancel_file(contrat=contrat, motif="doublon", by=agent_ofii)
    return contrat


def test_a_correction_is_told_in_words_never_in_codes(contrat: Contrat, agent_ofii: Agent) -> None:
    with clock.travel(date(2010, 3, 16)):
        correct_signataire(
            contrat=contrat, fiche=fiche_signataire(nationalite="SEN", langue_comprise="en", sexe="F"), by=agent_ofii
        )
        correct_contrat(contrat=contrat, fiche=fiche_contrat(titre_actuel="L314"), by=agent_ofii)

    contract, person = (ligne.detail.replace("\u00a0", " ") for ligne in timeline(contrat.pk, sees_exemption=True)[:2])

    assert "Nationalité : « Mali » devient « Sénégal »." in person
    assert "Langue comprise : « français » devient « anglais »." in person
    assert "Sexe : « Masculin » devient « Féminin »." in person
    assert "Titre actuel : « vide » devient « " in contract
    assert "L314 »" not in contract


def test_the_timeline_tells_what_happened_latest_first(histoire: Contrat) -> None:
    told = [(ligne.titre, ligne.detail) for ligne in timeline(histoire.pk, sees_exemption=True)]

    assert told[0] == ("Dossier annulé", "Raison\u00a0: Dossier ouvert deux fois.")
    assert told[-1][0] == "Contrat enregistré"
    assert ("Pièce rejetée", "Bulletin de paie du 1er\u00a0mars\u00a02010. Motif\u00a0: Illisible.") in told


def test_a_correction_says_what_was_there_before(histoire: Contrat) -> None:
    detail = next(
        ligne.detail for ligne in timeline(histoire.pk, sees_exemption=True) if ligne.nom == "contrat.corrige"
    )

    assert (
        "Échéance\u00a0: «\u00a015\u00a0mars\u00a02011\u00a0» devient «\u00a016\u00a0mars\u00a02011\u00a0»." in detail
    )


def test_a_family_may_be_chosen_and_another_hidden(histoire: Contrat) -> None:
    assert {ligne.famille for ligne in timeline(histoire.pk, familles=["exemption"], sees_exemption=True)} == {
        "exemption"
    }
    assert "exemption" not in {ligne.famille for ligne in timeline(histoire.pk, sees_exemption=False)}


def test_the_page_filters_by_family(histoire: Contrat, agent_ofii: Agent, connect: Callable[[Agent], Client]) -> None:
    url = reverse("dossiers:view_timeline", args=[histoire.pk])
    client = connect(agent_ofii)

    assert "Pièce rejetée" in client.get(url).content.decode()
    assert "Pièce rejetée" not in client.get(url, {"famille": "contrat"}).content.decode()
    assert "Pièce rejetée" in client.get(url, {"famille": "n’importe quoi"}).content.decode()


def test_who_may_not_know_the_grounds_does_not_read_them_in_the_timeline(
    histoire: Contrat, correspondant: Agent, connect: Callable[[Agent], Client]
) -> None:
    text = connect(correspondant).get(reverse("dossiers:view_timeline", args=[histoire.pk])).content.decode()

    assert "Dossier annulé" in text
    assert "Pièce" not in text
    assert "Exemption évaluée" not in text


def test_the_timeline_of_another_territory_does_not_exist(
    contrat: Contrat, agent_ailleurs: Agent, connect: Callable[[Agent], Client]
) -> None:
    url = reverse("dossiers:view_timeline", args=[contrat.pk])

    assert connect(agent_ailleurs).get(url).status_code == 404


def test_the_permit_is_told_neither_by_the_page_nor_by_the_api_to_those_who_follow_the_exchange(
    contrat: Contrat, agent_ofii: Agent, correspondant: Agent, connect: Callable[[Agent], Client]
) -> None:
    with clock.travel(date(2010, 3, 16)):
        correct_contrat(
            contrat=contrat,
            fiche=fiche_contrat(titre_actuel="L313-10-1-salarie", date_premier_titre=date(2009, 11, 2)),
            by=agent_ofii,
        )
    addresses = [
        reverse(name, args=[contrat.pk])
        for name in ("dossiers:view_file", "dossiers:view_timeline", "api:contrat", "api:evenements")
    ]
    titres = ("L313-1", "Titre d’admission", "Titre actuel", "2009", contrat.titre_admission.libelle)
    for agent, shown in ((correspondant, False), (agent_ofii, True)):
        browser = connect(agent)
        for address in addresses:
            text = browser.get(address).content.decode()
            assert any(word in text for word in titres) is shown, address
