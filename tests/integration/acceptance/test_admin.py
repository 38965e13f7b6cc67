"""AS-34, first half: what the Django administration knows of a file, a bilan and its synthesis."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan, Consentement, Synthese
from bilan.states import Etat
from cai.models import Contrat
from core import clock, journal
from core.admin import ReadOnlyAdmin
from core.crypto import EncryptedBinaryField
from core.models import Evenement, JournalAcces
from poleemploi.models import Canal, Tentative, Transmission
from poleemploi.states import Issue, Operation
from tests.factories.conduite import JOUR, advance, consent, make_contenu, make_convoque

ABSENT = {
    "cai.Signataire", "cai.Prestation", "exemptions.Evaluation", "exemptions.Justificatif", "bilan.Synthese",
    "bilan.SynthesePdf", "bilan.SyntheseDetruite", "bilan.NotePhase", "bilan.Seance", "bilan.Consentement",
    "bilan.Courrier",
}  # fmt: skip
BUSINESS = [model for model, row in admin.site._registry.items() if isinstance(row, ReadOnlyAdmin)]
SECRET = "Huit ans de broderie d’art à Ségou"


@pytest.fixture
def synthesised(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    """A validated synthesis with its consent, transmission and attempt, in a named person's file."""
    bilan = make_convoque(direction, prescripteur, conseiller, nom="Ouattara-Zébré", prenom="Salimata")
    bilan = advance(bilan, Etat.SYNTHESE_VALIDEE, contenu=make_contenu(competences_aptitudes=SECRET))
    given = consent(bilan, Consentement.Portee.TRANSMISSION, at=clock.at(JOUR, 15), by=prescripteur)
    transmission = Transmission.objects.create(
        bilan=bilan,
        synthese=bilan.syntheses.get(),
        consentement=given,
        donnees_figees={"nom": "Ouattara-Zébré"},
        prochain_essai_at=clock.now(),
    )
    now = clock.now()
    Tentative.objects.create(
        transmission=transmission, numero=1, operation=Operation.DEPOT, ouverte_at=now, fermee_at=now,
        issue=Issue.A_REESSAYER,
    )  # fmt: skip
    Canal.objects.get_or_create(id=1, defaults={"jeton": b"jeton-secret"})
    journal.log_access("voir_dossier", by=prescripteur, target=bilan.contrat)
    return bilan


@pytest.fixture
def office(connect, administrateur: Agent) -> Client:
    return connect(administrateur)


def addresses(model: type[Model], row: Model | None) -> Iterator[str]:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    yield reverse(f"{name}_changelist")
    if row is not None:
        yield reverse(f"{name}_change", args=[row.pk])
        yield reverse(f"{name}_history", args=[row.pk])


@pytest.mark.rule("E.3-personne")
def test_as_34_an_administrateur_sees_no_content_of_a_synthesis(office: Client, synthesised: Bilan) -> None:
    seen = 0
    for model in admin.site._registry:
        for address in addresses(model, model._default_manager.first()):
            answer = office.get(address)
            page = answer.content.decode()
            assert answer.status_code == 200, address
            for word in (SECRET, "Ouattara", "Salimata", "rue des Fêtes", "jeton-secret", "Cuisinière"):
                assert word not in page, (word, address)
            seen += 1
    assert seen > 40
    assert office.get("/administration/bilan/synthese/").status_code == 404
    assert Synthese.objects.get().contenu["competences_aptitudes"] == SECRET


@pytest.mark.rule("E.3-exclusions")
def test_as_34_an_administrateur_finds_nothing_by_searching_for_the_person(office: Client, synthesised: Bilan) -> None:
    for model in BUSINESS:
        if admin.site._registry[model].search_fields:
            answer = office.get(next(addresses(model, None)), {"q": "Ouattara"})
            assert answer.status_code == 200
            assert answer.context["cl"].result_count == 0, model


@pytest.mark.rule("E.3-exclusions")
def test_as_34_no_table_with_content_is_registered() -> None:
    registered = {model._meta.label for model in admin.site._registry}
    assert registered & ABSENT == set()
    assert {apps.get_model(label) for label in ABSENT}  # each of these names is a table
    assert "auth.Group" not in registered


@pytest.mark.rule("E.3-exclusions")
@pytest.mark.parametrize("row", admin.site._registry.values(), ids=lambda row: row.model.__name__)
def test_as_34_no_encrypted_field_is_shown_by_any_form_or_list(row: ModelAdmin, rf, administrateur: Agent) -> None:
    request = rf.get("/")
    request.user = administrateur
    encrypted = {field.name for field in row.model._meta.get_fields() if isinstance(field, EncryptedBinaryField)}
    shown = {*row.get_fields(request, row.model()), *row.get_list_display(request), *row.get_search_fields(request)}
    assert encrypted & {str(name) for name in shown} == set()
    if isinstance(row, ReadOnlyAdmin):
        assert row.fields, "a read-only table names its fields one by one"


@pytest.mark.rule("E.3-personne")
@pytest.mark.parametrize("model", BUSINESS, ids=lambda model: model.__name__)
def test_as_34_business_rows_can_be_neither_added_changed_nor_deleted(
    office: Client, synthesised: Bilan, model: type[Model]
) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    before = list(model._default_manager.order_by("pk").values())
    assert office.get(reverse(f"{name}_add")).status_code == 403
    assert office.post(reverse(f"{name}_add"), {"nom": "x"}).status_code == 403
    for values in before[:1]:
        pk = values[model._meta.pk.attname]
        assert office.post(reverse(f"{name}_change", args=[pk]), {"etat": "clos", "nom": "x"}).status_code == 403
        assert office.post(reverse(f"{name}_delete", args=[pk]), {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": str(pk), "post": "yes", "index": "0"}
        office.post(reverse(f"{name}_changelist"), chosen)
    after = {row[model._meta.pk.attname]: row for row in model._default_manager.values()}
    assert all(after[values[model._meta.pk.attname]] == values for values in before)


def test_the_business_tables_shown_are_those_meant() -> None:
    assert {model._meta.label for model in BUSINESS} == {
        "agents.Region", "agents.Jeton", "bilan.NiveauFormation", "bilan.Bilan", "bilan.RendezVous", "cai.Contrat",
        "core.Evenement", "core.JournalAcces", "poleemploi.Transmission", "poleemploi.Tentative", "poleemploi.Canal",
    }  # fmt: skip


@pytest.mark.rule("E.6-actes")
def test_refusals_of_the_administration_are_journalled(office: Client, synthesised: Bilan) -> None:
    contrat = Contrat.objects.get()
    office.post(reverse("admin:cai_contrat_delete", args=[contrat.pk]), {"post": "yes"})
    line = JournalAcces.objects.filter(resultat="refuse").get()
    assert (line.action, line.objet_id) == ("admin:cai_contrat_delete", str(contrat.pk))


@pytest.mark.parametrize(
    "role", ["agent_ofii", "prescripteur", "directeur", "correspondant", "conseiller", "responsable"]
)
def test_the_administration_is_closed_to_every_other_role(connect, request: pytest.FixtureRequest, role: str) -> None:
    client = connect(request.getfixturevalue(role))
    for address in ("/administration/", reverse("admin:cai_contrat_changelist"), reverse("admin:agents_agent_add")):
        assert client.get(address).status_code == 403
    assert JournalAcces.objects.filter(resultat="refuse", motif="droit_administrer").count() == 3


def test_an_event_shows_that_it_happened_not_what_was_said(office: Client, synthesised: Bilan) -> None:
    event = Evenement.objects.order_by("-numero").first()
    page = office.get(reverse("admin:core_evenement_change", args=[event.pk])).content.decode()
    assert event.nom in page
    assert "faits" not in page
