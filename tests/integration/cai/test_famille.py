"""The family's contract: its services, its pages, its API (reference C.4)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from agents.authentication import create_token
from agents.models import Agent
from bilan.models import Bilan
from cai import services_famille
from cai.models import Contrat, ContratFamille, Enfant
from core import clock, journal
from core.errors import Forbidden, InvalidInput, RuleViolation
from core.models import Evenement, JournalAcces
from dossiers.chronologie import sentence_of
from dossiers.services import correct_contrat
from tests.factories.cai import fiche_contrat, make_contrat

pytestmark = pytest.mark.django_db
SIGNATURE = date(2010, 4, 1)
ENFANT = date(2002, 6, 1)


@pytest.fixture(autouse=True)
def _on_a_later_day() -> object:
    with clock.travel(date(2010, 5, 20)):
        yield


def sign(contrat: Contrat, by: Agent, **changes: Any) -> ContratFamille:
    values: dict[str, Any] = {"date_signature": SIGNATURE, "conjoint": "signe", "enfants": [ENFANT]}
    return services_famille.sign_famille(contrat=contrat, **{**values, **changes}, by=by)


@pytest.fixture
def famille(contrat: Contrat, agent_ofii: Agent) -> ContratFamille:
    return sign(contrat, agent_ofii)


# --- services --------------------------------------------------------------------------------------


@pytest.mark.rule("C.4-echeance")
def test_it_lasts_one_year_and_is_told_without_a_name(famille: ContratFamille):
    assert famille.date_echeance == date(2011, 4, 1)
    event = Evenement.objects.get(nom="famille.signee")
    assert "conjoint" not in event.faits, "the family is a private fact of the journal"
    assert sentence_of(event, sees_exemption=True) == (
        "Contrat famille enregistré. Signé le 1er\u00a0avril\u00a02010, pour 1 enfant. Le conjoint signe aussi."
    )
    assert journal.verify(famille.contrat_id) == []


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"date_signature": date(2010, 3, 14)}, "date_signature", "signature du contrat"),
        ({"date_signature": date(2010, 5, 21)}, "date_signature", "aujourd’hui"),
        ({"enfants": [date(1994, 4, 1)]}, "enfants", "moins de 16 ans"),
        ({"enfants": []}, "enfants", "moins de 16 ans"),
        ({"enfants": [date(2010, 4, 2)]}, "enfants", "né après la signature"),
        ({"enfants": [ENFANT] * 16}, "enfants", "15 enfants au plus"),
        ({"conjoint": "inconnu"}, "conjoint", "n’est pas un choix valide"),
    ],
)
def test_what_cannot_be_signed_is_told_at_its_field(
    contrat: Contrat, agent_ofii: Agent, changes: dict[str, Any], field: str, told: str
):
    with pytest.raises(InvalidInput) as refusal:
        sign(contrat, agent_ofii, **changes)
    assert list(refusal.value.fields) == [field]
    assert told in refusal.value.fields[field][0]
    assert not ContratFamille.objects.exists()


@pytest.mark.rule("C.4-depuis-2009")
def test_it_did_not_exist_before_2009(agent_ofii: Agent):
    contrat = make_contrat(by=agent_ofii, date_signature=date(2008, 12, 15), nom="Sow")
    with clock.travel(date(2009, 3, 1)):
        with pytest.raises(InvalidInput, match="1er\u00a0janvier\u00a02009"):
            sign(contrat, agent_ofii, date_signature=date(2008, 12, 31))
        assert sign(contrat, agent_ofii, date_signature=date(2009, 1, 1)).pk


def test_it_is_signed_once(famille: ContratFamille, agent_ofii: Agent):
    with pytest.raises(RuleViolation, match="déjà enregistré"):
        sign(famille.contrat, agent_ofii)
    assert ContratFamille.objects.count() == 1


@pytest.mark.rule("C.4-preuve")
def test_a_correction_keeps_the_certificates_already_seen(famille: ContratFamille, agent_ofii: Agent):
    services_famille.record_school(enfant=famille.enfants.get(), vue_le=date(2010, 5, 3), by=agent_ofii)
    services_famille.correct_famille(
        famille=famille, date_signature=SIGNATURE, conjoint="aucun", enfants=[date(2001, 1, 1), ENFANT], by=agent_ofii
    )
    assert list(Enfant.objects.values_list("rang", "date_naissance", "inscription_vue_le")) == [
        (1, date(2001, 1, 1), None),
        (2, ENFANT, date(2010, 5, 3)),
    ]


@pytest.mark.rule("C.4-preuve")
def test_a_correction_does_not_begin_the_contract_after_what_was_done_under_it(
    famille: ContratFamille, agent_ofii: Agent
):
    services_famille.record_school(enfant=famille.enfants.get(), vue_le=date(2010, 4, 5), by=agent_ofii)
    late = {"famille": famille, "conjoint": "signe", "enfants": [ENFANT], "by": agent_ofii}
    with pytest.raises(InvalidInput) as refused:
        services_famille.correct_famille(date_signature=date(2010, 4, 6), **late)
    assert list(refused.value.fields) == ["date_signature"]
    services_famille.correct_famille(date_signature=date(2010, 4, 5), **late)
    assert Evenement.objects.filter(nom="famille.corrigee").count() == 1


def test_a_correction_that_changes_nothing_writes_nothing(famille: ContratFamille, agent_ofii: Agent):
    services_famille.correct_famille(
        famille=famille, date_signature=SIGNATURE, conjoint="signe", enfants=[ENFANT], by=agent_ofii
    )
    assert not Evenement.objects.filter(nom="famille.corrigee").exists()


@pytest.mark.rule("C.4-journee", "C.4-preuve")
def test_the_parents_day_is_followed_with_its_attestation_only(famille: ContratFamille, agent_ofii: Agent):
    with pytest.raises(InvalidInput) as refusal:
        services_famille.record_parents_day(famille=famille, journee="suivie", by=agent_ofii)
    assert "attestation_le" in refusal.value.fields
    done = services_famille.record_parents_day(
        famille=famille, journee="suivie", attestation_le=date(2010, 5, 10), by=agent_ofii
    )
    assert (done.journee, done.attestation_le) == ("suivie", date(2010, 5, 10))
    back = services_famille.record_parents_day(famille=famille, journee="prescrite", by=agent_ofii)
    assert back.attestation_le is None


@pytest.mark.rule("C.4-consequences")
def test_the_prefet_is_told_of_a_missed_day_only(famille: ContratFamille, agent_ofii: Agent):
    day = date(2010, 5, 20)
    with pytest.raises(RuleViolation, match="non suivie sans motif"):
        services_famille.inform_prefet(famille=famille, informe_le=day, by=agent_ofii)
    services_famille.record_parents_day(famille=famille, journee="non_suivie_sans_motif", by=agent_ofii)
    assert services_famille.inform_prefet(famille=famille, informe_le=day, by=agent_ofii).prefet_informe_le == day


@pytest.mark.rule("C.4-consequences")
def test_a_reason_that_comes_late_is_accepted_and_what_the_prefet_was_told_stays(
    famille: ContratFamille, agent_ofii: Agent
):
    services_famille.record_parents_day(famille=famille, journee="non_suivie_sans_motif", by=agent_ofii)
    services_famille.inform_prefet(famille=famille, informe_le=date(2010, 5, 20), by=agent_ofii)
    late = services_famille.record_parents_day(famille=famille, journee="differee_motif_legitime", by=agent_ofii)
    assert (late.journee, late.prefet_informe_le) == ("differee_motif_legitime", date(2010, 5, 20))


def test_the_same_answer_twice_is_told_once(famille: ContratFamille, agent_ofii: Agent):
    for _ in range(2):
        services_famille.record_parents_day(famille=famille, journee="non_suivie_sans_motif", by=agent_ofii)
        services_famille.inform_prefet(famille=famille, informe_le=date(2010, 5, 20), by=agent_ofii)
        services_famille.inform_conseil_general(famille=famille, informe_le=date(2010, 5, 20), by=agent_ofii)
        services_famille.record_school(enfant=famille.enfants.get(), vue_le=date(2010, 5, 20), by=agent_ofii)
    told = [nom for nom in Evenement.objects.values_list("nom", flat=True) if nom.startswith("famille.")]
    assert sorted(told) == [
        "famille.conseil_general", "famille.inscription", "famille.journee", "famille.prefet", "famille.signee",
    ]  # fmt: skip


def test_the_contract_cannot_be_corrected_to_begin_after_the_family_s(famille: ContratFamille, agent_ofii: Agent):
    with pytest.raises(InvalidInput) as refusal:
        correct_contrat(contrat=famille.contrat, fiche=fiche_contrat(date_signature=date(2010, 4, 2)), by=agent_ofii)
    assert "date_signature" in refusal.value.fields


@pytest.mark.rule("C.4-sans-effet-bilan")
def test_nothing_of_it_touches_the_bilan_nor_its_prestation(famille: ContratFamille, agent_ofii: Agent):
    def _bilan() -> list[Any]:
        bilan = Bilan.objects.filter(contrat=famille.contrat).values()
        return [*bilan, *famille.contrat.prestations.values()]

    before = _bilan()
    services_famille.record_parents_day(famille=famille, journee="non_suivie_sans_motif", by=agent_ofii)
    services_famille.inform_prefet(famille=famille, informe_le=date(2010, 5, 20), by=agent_ofii)
    assert _bilan() == before


@pytest.mark.rule("C.4-conclusion")
def test_the_conseil_general_is_told_on_a_day_of_the_family_contract(famille: ContratFamille, agent_ofii: Agent):
    for day in (date(2010, 3, 31), date(2010, 5, 21)):
        with pytest.raises(InvalidInput) as refusal:
            services_famille.inform_conseil_general(famille=famille, informe_le=day, by=agent_ofii)
        assert "informe_le" in refusal.value.fields
    told = services_famille.inform_conseil_general(famille=famille, informe_le=SIGNATURE, by=agent_ofii)
    assert told.conseil_general_informe_le == SIGNATURE


def test_an_agent_of_another_direction_and_a_director_write_nothing(
    famille: ContratFamille, directeur: Agent, agent_ailleurs: Agent
):
    for stranger in (directeur, agent_ailleurs):
        with pytest.raises(Forbidden):
            services_famille.inform_conseil_general(famille=famille, informe_le=date(2010, 5, 20), by=stranger)


@pytest.mark.rule("C.4-preuve")
def test_the_database_refuses_a_followed_day_without_attestation(famille: ContratFamille):
    with pytest.raises(IntegrityError, match="famille_journee_suivie_attestee"), transaction.atomic():
        ContratFamille.objects.update(journee="suivie")


# --- pages -----------------------------------------------------------------------------------------


@pytest.mark.rule("C.4-parties", "C.4-scolarite")
def test_it_is_signed_from_the_file_and_shown_on_it(
    connect: Callable[[Agent], Client], contrat: Contrat, agent_ofii: Agent
):
    client = connect(agent_ofii)
    address = reverse("cai:sign_famille", args=[contrat.pk])
    assert address in client.get(reverse("dossiers:view_file", args=[contrat.pk])).content.decode()
    form = {
        "date_signature": "01/04/2010",
        "conjoint": "signe",
        "enfants-TOTAL_FORMS": "1",
        "enfants-INITIAL_FORMS": "0",
        "enfants-0-date_naissance": "01/04/1994",
    }
    refused = client.post(address, form)
    assert "n’avait moins de 16 ans" in refused.content.decode().replace("\u00a0", " ")
    assert "01/04/1994" in refused.content.decode()
    signed = client.post(address, {**form, "enfants-0-date_naissance": "01/06/2002"}, follow=True)
    text = signed.content.decode()
    assert "obligatoire aujourd’hui" in text
    assert "Noter le certificat" in text
    assert (
        reverse("cai:view_famille", args=[contrat.pk])
        in client.get(reverse("dossiers:view_file", args=[contrat.pk])).content.decode()
    )


def test_only_what_can_be_done_is_offered(
    connect: Callable[[Agent], Client], famille: ContratFamille, agent_ofii: Agent, directeur: Agent
):
    page = reverse("cai:view_famille", args=[famille.contrat_id])
    prefet = reverse("cai:act_famille", args=[famille.pk, "prefet"])
    assert prefet not in connect(agent_ofii).get(page).content.decode()
    assert "Noter" not in connect(directeur).get(page).content.decode()
    connect(agent_ofii).post(
        reverse("cai:act_famille", args=[famille.pk, "journee"]), {"journee": "non_suivie_sans_motif"}
    )
    shown = connect(agent_ofii).get(page).content.decode()
    assert prefet in shown
    assert "il peut saisir le président du conseil général" in shown
    Contrat.objects.update(statut="annule", motif_annulation="doublon", annule_at=clock.now(), annule_par=agent_ofii)
    assert "Noter" not in connect(agent_ofii).get(page).content.decode()


def test_who_reads_the_birth_dates_of_the_children_leaves_a_line(
    connect: Callable[[Agent], Client], famille: ContratFamille, agent_ofii: Agent
):
    connect(agent_ofii).get(reverse("cai:view_famille", args=[famille.contrat_id]))
    program = Client(headers={"Authorization": f"Bearer {create_token(agent_ofii, libelle='essai')}"})
    program.get(reverse("api:famille", args=[famille.contrat_id]))
    seen = JournalAcces.objects.filter(action="voir_famille", objet_id=str(famille.pk), agent=agent_ofii)
    assert seen.count() == 2


def test_who_only_follows_the_exchange_sees_nothing_of_the_children(
    connect: Callable[[Agent], Client], famille: ContratFamille, correspondant: Agent
):
    client = connect(correspondant)
    page = reverse("cai:view_famille", args=[famille.contrat_id])
    assert client.get(page).status_code == 404
    for name in ("dossiers:view_file", "dossiers:view_timeline", "api:evenements"):
        told = client.get(reverse(name, args=[famille.contrat_id])).content.decode()
        assert not [word for word in (page, "onjoint", "enfant") if word in told], name


def test_a_followed_day_without_attestation_is_refused_at_its_field(
    connect: Callable[[Agent], Client], famille: ContratFamille, agent_ofii: Agent
):
    answer = connect(agent_ofii).post(
        reverse("cai:act_famille", args=[famille.pk, "journee"]), {"journee": "suivie", "attestation_le": ""}
    )
    assert "attestation_le" in answer.context["form"].errors


# --- API -------------------------------------------------------------------------------------------


def test_the_api_signs_reads_and_acts(contrat: Contrat, agent_ofii: Agent):
    client = Client(headers={"Authorization": f"Bearer {create_token(agent_ofii, libelle='essai')}"})
    address = reverse("api:famille", args=[contrat.pk])
    assert client.get(address).status_code == 404
    body = {"date_signature": "2010-04-01", "conjoint": "aucun", "enfants": ["2002-06-01"]}
    signed = client.put(address, body, content_type="application/json").json()
    assert signed["date_echeance"] == "2011-04-01"
    child = {"enfant": signed["enfants"][0]["id"], "vue_le": "2010-05-10"}
    seen = client.post(f"{address}inscription/", child, content_type="application/json").json()
    assert seen["enfants"][0]["inscription_vue_le"] == "2010-05-10"
    early = client.post(f"{address}prefet/", {"informe_le": "2010-05-10"}, content_type="application/json")
    assert (early.status_code, early.json()["code"]) == (409, "journee_non_manquee")
