"""The right of access: everything about the person, nothing about another, nothing of the synthesis."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from agents.authentication import create_token
from agents.models import Agent, DirectionTerritoriale
from bilan.models import Synthese
from cai.models import Contrat, Signataire
from cai.services import correct_signataire
from core import clock
from core.crypto import EncryptedBinaryField
from core.errors import InvalidInput
from core.models import Evenement, JournalAcces
from dossiers.droit_acces import (
    INTERNES,
    SANS_SOURCE,
    SOURCES,
    TECHNIQUES,
    export_file,
    export_paper,
    exported_fields,
)
from dossiers.droit_acces_mots import label_of
from exemptions.services import add_justificatif, reject_justificatif
from poleemploi.models import Transmission
from tests.factories.cai import fiche_signataire, make_contrat
from tests.factories.conduite import make_contenu
from tests.factories.transmissions import make_transmission
from tests.paper import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.rule("E.1-acces")]
JOUR = date(2010, 5, 12)
DEMANDE = {"motif": "demande_ecrite", "demande_recue_le": date(2010, 5, 10)}


@pytest.fixture(autouse=True)
def _after_the_bilan() -> Iterator[None]:
    with clock.travel(clock.at(JOUR, 15)):
        yield


@pytest.fixture
def contrat(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Contrat:
    """A whole file, whose synthesis waits to be sent, and a former name known to its journal alone."""
    row: Transmission = make_transmission(direction, prescripteur, conseiller, nom="Ancien-Canari")
    contrat = row.bilan.contrat
    correct_signataire(contrat=contrat, fiche=fiche_signataire(nom="Présent"), by=prescripteur)
    piece = add_justificatif(contrat=contrat, type_piece="copie_titre", date_document=JOUR, by=prescripteur)
    reject_justificatif(justificatif=piece, motif="Motif-Canari", by=prescripteur)
    return contrat


def in_the_file() -> set[type[models.Model]]:
    """Every table whose rows lead to a contract or to a signatory."""
    found: set[type[models.Model]] = {Contrat, Signataire}
    waiting = list(found)
    while waiting:
        for relation in waiting.pop()._meta.get_fields(include_hidden=True):
            if relation.auto_created and not relation.concrete and relation.related_model not in found:
                found.add(relation.related_model)
                waiting.append(relation.related_model)
    return found


def test_no_table_of_the_file_is_forgotten() -> None:
    assert {source.modele for source in SOURCES} | SANS_SOURCE == in_the_file()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.modele.__name__)
def test_a_column_is_exported_unless_it_says_nothing_of_the_person(source) -> None:
    left_out = set(source.modele._meta.concrete_fields) - set(exported_fields(source.modele))
    for field in left_out:
        tie = field.primary_key or field.related_model in {Agent, *INTERNES}
        assert tie or field.name in TECHNIQUES or isinstance(field, EncryptedBinaryField)
    labels = [label_of(field) for field in exported_fields(source.modele)]
    assert len(labels) == len(set(labels)), "one name for two columns would lose one"


def test_every_column_of_identity_is_in_the_json_and_nobody_else(
    contrat: Contrat, prescripteur: Agent, agent_ofii: Agent
) -> None:
    texts = [
        field
        for field in Signataire._meta.concrete_fields
        if isinstance(field, models.CharField) and not field.choices and field.name not in TECHNIQUES
    ]
    canaries = {field.name: f"canari{n:02}"[: field.max_length] for n, field in enumerate(texts)}
    canaries |= {"code_postal": "97417", "courriel": "canari@example.fr"}
    Signataire.objects.filter(pk=contrat.signataire_id).update(**canaries)
    make_contrat(by=agent_ofii, nom="Autre-Personne", adresse="3, rue Étrangère")

    said = json.dumps(export_file(contrat=contrat, **DEMANDE, by=prescripteur).to_dict(), ensure_ascii=False)

    for value in (
        *canaries.values(),
        "1er\u00a0juillet\u00a01980",
        "Mali",
        "Ancien-Canari",
        "Motif-Canari",
        contrat.numero_cai,
    ):
        assert value in said, value
    assert "Autre-Personne" not in said
    assert "rue Étrangère" not in said


def test_the_person_reads_french_and_no_reference_of_the_application(contrat: Contrat, prescripteur: Agent) -> None:
    rubriques = {one.titre: one.lignes for one in export_file(contrat=contrat, **DEMANDE, by=prescripteur).rubriques}
    said = json.dumps(rubriques, ensure_ascii=False)
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{64}|\d{4}-\d{2}-\d{2}|[a-z]_[a-z]", said)
    assert rubriques["Bilan de compétences"][0]["État"] == "Synthèse validée"
    assert rubriques["Séances du bilan"][0]["Durée"] == "2\u00a0h\u00a050"


def test_the_journal_is_not_locked_while_the_paper_is_laid_out(
    contrat: Contrat, prescripteur: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lay_out(*_: object, **__: object) -> bytes:
        assert not Evenement.objects.filter(nom="contrat.exporte").exists()
        return b"%PDF-1.7"

    monkeypatch.setattr("dossiers.droit_acces.render_pdf", lay_out)
    assert export_paper(contrat=contrat, **DEMANDE, by=prescripteur) == b"%PDF-1.7"
    assert Evenement.objects.filter(nom="contrat.exporte").count() == 1


@pytest.mark.rule("E.3-personne")
def test_the_content_of_the_synthesis_is_not_there_but_the_way_to_it_is(contrat: Contrat, prescripteur: Agent) -> None:
    export = export_file(contrat=contrat, **DEMANDE, by=prescripteur)
    said = json.dumps(export.to_dict(), ensure_ascii=False)
    content = json.dumps(make_contenu().to_dict(), ensure_ascii=False)
    assert Synthese.objects.get().contenu == json.loads(content)
    texts = [text for text in json.loads(content).values() if isinstance(text, str) and len(text) > 20]
    assert texts
    assert not any(text in said for text in texts)
    assert "copie sur papier, sur votre demande" in export.synthese


def test_who_looked_is_told_by_role_never_by_name(
    connect: Callable[[Agent], Client], contrat: Contrat, prescripteur: Agent, agent_ofii: Agent
) -> None:
    connect(agent_ofii).get(reverse("dossiers:view_file", args=[contrat.pk]))
    export = export_file(contrat=contrat, **DEMANDE, by=prescripteur)
    assert ["Agent OFII"] in [line["roles"] for line in export.acces]
    assert agent_ofii.nom not in json.dumps(export.acces, ensure_ascii=False)


def test_the_page_delivers_a_document_and_leaves_its_trace(
    connect: Callable[[Agent], Client], contrat: Contrat, prescripteur: Agent, directeur: Agent
) -> None:
    url, browser = reverse("dossiers:export_person", args=[contrat.pk]), connect(prescripteur)
    assert url in browser.get(reverse("dossiers:view_file", args=[contrat.pk])).content.decode()
    answers = {"motif": "demande_sur_place", "demande_recue_le": "12/05/2010", "forme": "pdf"}
    said = text_of(browser.post(url, answers).content)
    for words in ("Ce que nous savons de vous", "Présent", "Motif-Canari", "La synthèse existe encore"):
        assert words in said
    assert browser.post(url, {**answers, "forme": "json"}).json()["dossier"] == contrat.numero_cai
    assert Evenement.objects.filter(nom="contrat.exporte").count() == 2
    assert JournalAcces.objects.filter(action="export_dossier", motif="demande_sur_place").count() == 2
    assert connect(directeur).get(url).status_code == 403


def test_the_api_says_the_same_and_refuses_a_request_to_come(contrat: Contrat, prescripteur: Agent) -> None:
    program = Client(headers={"Authorization": f"Bearer {create_token(prescripteur, libelle='essai')}"})
    url = f"/api/v1/contrats/{contrat.pk}/donnees-de-la-personne/"
    sent = {"motif": "demande_ecrite", "demande_recue_le": "2010-05-10"}
    answer = program.post(url, sent, content_type="application/json").json()
    assert [rubrique["titre"] for rubrique in answer["rubriques"]] == [source.titre for source in SOURCES]
    late = {**sent, "demande_recue_le": "2010-05-13"}
    assert "demande_recue_le" in program.post(url, late, content_type="application/json").json()["champs"]
    with pytest.raises(InvalidInput):
        export_file(contrat=contrat, motif="curiosite", demande_recue_le=JOUR, by=prescripteur)
