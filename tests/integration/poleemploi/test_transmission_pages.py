"""The correspondant's pages: what waits, what needs a person, where to correct it, starting again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from agents.models import Agent, DirectionTerritoriale
from bilan.states import MotifReprise
from core.errors import RuleViolation
from poleemploi import sender
from poleemploi.models import Canal, Transmission
from poleemploi.presentation import panel
from poleemploi.services import rework_synthese
from poleemploi.states import EtatTransmission
from tests.factories.transmissions import make_transmission
from tests.simulateur import SimulateurEnProcessus

pytestmark = pytest.mark.usefixtures("le_lendemain")
T = EtatTransmission
Connect = Callable[[Agent], Client]
Settle = Callable[..., None]
LIST = "poleemploi:list_transmissions"


def address(name: str, transmission: Transmission) -> str:
    return reverse(f"poleemploi:{name}", args=[transmission.pk])


@pytest.fixture
def rejetee(partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle) -> Transmission:
    partenaire.panne("CODE_ROME_OBSOLETE", nombre=1)
    settle()
    return Transmission.objects.get(pk=transmission.pk)


@pytest.fixture
def echouee(partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle) -> Transmission:
    partenaire.panne("ERREUR_500", operation="deposerSynthese", nombre=1)
    assert sender.step()
    Transmission.objects.filter(pk=transmission.pk).update(serie_depuis_at=timezone.now() - timedelta(days=4))
    settle()
    return Transmission.objects.get(pk=transmission.pk)


def test_what_needs_a_person_comes_first(connect: Connect, correspondant: Agent, rejetee: Transmission) -> None:
    page = connect(correspondant).get(reverse(LIST))
    assert [vue.transmission.pk for vue in page.context["vues"]] == [rejetee.pk]
    assert "Camille Conseillère reprend la synthèse" in page.content.decode()


@pytest.mark.parametrize(
    ("filtre", "shown"), [("en-attente", True), ("recues", False), ("a-traiter", False), ("inconnu", False)]
)
def test_the_list_shows_one_kind_at_a_time(
    connect: Connect, correspondant: Agent, transmission: Transmission, filtre: str, shown: bool
) -> None:
    page = connect(correspondant).get(reverse(LIST), {"filtre": filtre, "avant": "n’importe quoi"})
    assert bool(page.context["vues"]) is shown


def test_a_long_list_goes_by_pages(
    connect: Connect,
    correspondant: Agent,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("poleemploi.views_transmissions.LIGNES_PAR_PAGE", 2)
    for _ in range(3):
        make_transmission(direction, prescripteur, conseiller)
    client = connect(correspondant)
    first = client.get(reverse(LIST), {"filtre": "en-attente"})
    second = client.get(reverse(LIST) + first.context["suivants"])
    seen = [vue.transmission.pk for page in (first, second) for vue in page.context["vues"]]
    assert len(seen) == len(set(seen)) == 3
    assert second.context["suivants"] == ""


def test_the_list_costs_the_same_whatever_its_length(
    connect: Connect,
    correspondant: Agent,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = connect(correspondant)
    client.get(reverse(LIST))
    faults = [{"chemin": "/synthese/metiers/0", "motif": "Inconnu."}, {"chemin": "/numeroCai", "motif": "Inconnu."}]
    for etat, filtre in (
        (T.EN_FILE, "en-attente"),
        (T.REJETEE, "refusees"),
        (T.ECHEC_DEFINITIF, "echecs"),
        (T.INCERTAINE, "incertaines"),
        (T.ANNULEE, "terminees"),
    ):
        for _ in range(2):
            row = make_transmission(direction, prescripteur, conseiller)
            Transmission.objects.filter(pk=row.pk).update(etat=etat, erreur_code="REFUS", erreur_champs=faults)
        with django_assert_num_queries(9):
            page = client.get(reverse(LIST), {"filtre": filtre})
        assert len(page.context["vues"]) == 2


def test_a_refused_one_shows_the_heading_to_correct_and_its_page(
    connect: Connect, correspondant: Agent, rejetee: Transmission
) -> None:
    text = connect(correspondant).get(address("view_transmission", rejetee)).content.decode()
    assert "Métiers visés, ligne\u00a01" in text
    assert address("redeposit", rejetee) not in text, "the synthesis itself is at fault"
    assert "Camille Conseillère reprend la synthèse" in text
    assert "Ce refus se corrige par une nouvelle version" in text


def test_the_adviser_is_led_to_the_rework(
    connect: Connect, conseiller: Agent, prescripteur: Agent, rejetee: Transmission
) -> None:
    vue = panel(rejetee.bilan, conseiller).vues[0]
    rework = reverse("poleemploi:rework_synthese", args=[rejetee.bilan_id])
    assert {correction.url for correction in vue.corrections} == {rework}
    assert vue.url == ""


def test_a_version_is_said_to_be_refused_only_when_it_was(
    connect: Connect, conseiller: Agent, transmission: Transmission
) -> None:
    client, url = connect(conseiller), reverse("poleemploi:rework_synthese", args=[transmission.bilan_id])
    refused, motif = "Refusée par Pôle emploi", {"motif": MotifReprise.REJET_PARTENAIRE.value}
    assert refused not in client.get(url).content.decode()
    assert client.post(url, motif).status_code == 200
    with pytest.raises(RuleViolation, match="n’a pas refusé cette version"):
        rework_synthese(bilan=transmission.bilan, motif=MotifReprise.REJET_PARTENAIRE, by=conseiller)
    Transmission.objects.filter(pk=transmission.pk).update(etat=T.REJETEE, erreur_code="REFUS")
    assert refused in client.get(url).content.decode()
    assert client.post(url, motif).status_code == 302


def test_a_fault_of_the_file_is_corrected_then_deposited_again(
    connect: Connect,
    correspondant: Agent,
    agent_ofii: Agent,
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    settle: Settle,
) -> None:
    partenaire.panne("NUMERO_CAI_INCONNU", nombre=1)
    settle()
    page = connect(agent_ofii).get(reverse("dossiers:view_file", args=[transmission.bilan.contrat_id]))
    assert reverse("dossiers:correct_contrat", args=[transmission.bilan.contrat_id]) in page.content.decode()
    client = connect(correspondant)
    url, shown = address("redeposit", transmission), address("view_transmission", transmission)
    text = client.get(shown).content.decode()
    assert url not in text, "nothing was corrected: the same deposit would be refused again"
    assert "Rien n’a été corrigé depuis le refus" in text
    assert "Un agent de la direction corrige ce renseignement" in text
    for asked in (client.get(url), client.post(url)):
        assert (asked.status_code, asked["Location"]) == (302, shown), "no dead end"
    contrat = transmission.bilan.contrat
    contrat.numero_cai = "75-2010-888888"
    contrat.save()
    assert url in client.get(shown).content.decode()
    assert client.get(url).status_code == 200
    replacement = Transmission.objects.get(pk=client.post(url)["Location"].rstrip("/").split("/")[-1])
    former = client.get(shown)
    assert "un nouvel envoi a remplacé celui-ci" in former.context["vue"].phrase
    assert former.context["vue"].corrections == [], "the error of the past asks nothing of anybody any more"
    assert former.context["vue"].etat == "Remplacée"
    assert address("view_transmission", replacement) in former.content.decode()
    assert shown in client.get(address("view_transmission", replacement)).content.decode()
    settle()
    assert partenaire.depots()[0]["numeroCai"] == "75-2010-888888"


def test_every_attempt_is_told_in_a_sentence(connect: Connect, directeur: Agent, echouee: Transmission) -> None:
    text = connect(directeur).get(address("view_transmission", echouee)).content.decode()
    assert "Pôle emploi est en panne" in text
    assert "Code technique&nbsp;: 500" in text
    assert "2\u00a0essais, du premier le" in text
    assert "Trois jours" not in text
    assert address("requeue_transmission", echouee) not in text


def test_the_correspondant_starts_again(connect: Connect, correspondant: Agent, echouee: Transmission) -> None:
    client, url = connect(correspondant), address("requeue_transmission", echouee)
    assert "Qui reçoit quoi" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    assert Transmission.objects.get(pk=echouee.pk).etat == T.INCERTAINE


def test_the_correspondant_gives_up(connect: Connect, correspondant: Agent, rejetee: Transmission) -> None:
    client, url = connect(correspondant), address("abandon", rejetee)
    assert "ne peut pas être annulé" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    assert Transmission.objects.get(pk=rejetee.pk).etat == T.ANNULEE


def test_what_cannot_be_started_again_is_refused_in_a_sentence(
    connect: Connect, correspondant: Agent, rejetee: Transmission
) -> None:
    answer = connect(correspondant).post(address("requeue_transmission", rejetee))
    assert answer.status_code == 409
    assert "jamais renvoyée telle quelle" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "etat", "told"),
    [
        ("requeue_transmission", T.REJETEE, "jamais renvoyée telle quelle"),
        ("requeue_transmission", T.EN_FILE, "rien à relancer"),
        ("abandon", T.EN_FILE, "refusée ou en échec s’abandonne"),
        ("redeposit", T.EN_FILE, "n’a pas été refusée"),
    ],
)
def test_an_act_that_would_be_refused_shows_no_button(
    connect: Connect, correspondant: Agent, transmission: Transmission, name: str, etat: T, told: str
) -> None:
    Transmission.objects.filter(pk=transmission.pk).update(etat=etat, erreur_code="REFUS")
    page = connect(correspondant).get(address(name, transmission), follow=True)
    assert page.redirect_chain == [(address("view_transmission", transmission), 302)]
    assert told in page.content.decode()


def test_a_pause_is_announced(connect: Connect, correspondant: Agent, transmission: Transmission) -> None:
    Canal.objects.update_or_create(
        pk=1,
        defaults={
            "pause_jusqua": timezone.now() + timedelta(minutes=5),
            "pause_depuis": timezone.now(),
            "pause_motif": "quota",
        },
    )
    text = connect(correspondant).get(reverse(LIST)).content.decode()
    assert "Envois à Pôle emploi suspendus" in text
    assert "demande de patienter" in text


@pytest.mark.parametrize("name", ["view_transmission", "requeue_transmission", "redeposit", "abandon"])
@pytest.mark.parametrize(
    ("role", "status"),
    [("correspondant", 200), ("directeur", 403), ("agent_ofii", 403), ("conseiller", 403), ("agent_ailleurs", 404)],
)
def test_each_page_opens_to_those_who_follow_the_exchange(
    connect: Connect,
    transmission: Transmission,
    request: pytest.FixtureRequest,
    name: str,
    role: str,
    status: int,
) -> None:
    expected = 200 if name == "view_transmission" and role == "directeur" else status
    # It waits and did not fail: whoever may act is led back, there is nothing to start again nor to give up.
    expected = 302 if name != "view_transmission" and role == "correspondant" else expected
    assert connect(request.getfixturevalue(role)).get(address(name, transmission)).status_code == expected


@pytest.mark.parametrize(("role", "status"), [("directeur", 200), ("agent_ofii", 403), ("conseiller", 403)])
def test_the_list_is_for_those_who_follow_the_exchange(
    connect: Connect, reference_tables: None, request: pytest.FixtureRequest, role: str, status: int
) -> None:
    assert connect(request.getfixturevalue(role)).get(reverse(LIST)).status_code == status
