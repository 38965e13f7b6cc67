"""What people see of the feed: the present situation on the file, the returns to examine and the acts on them."""

import html
import uuid
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from agents.authentication import create_token
from agents.models import Agent, DirectionTerritoriale
from agents.roles import Role
from bilan.models import Bilan
from core import clock
from core.models import JournalAcces
from dossiers.chronologie import timeline
from poleemploi import reception
from poleemploi.models import EvenementEcarte, Flux, Retour
from poleemploi.presentation_retours import present_situation
from poleemploi.states import EtatEcart, Sort
from tests.factories.agents import make_agent
from tests.factories.transmissions import make_transmission, receive

pytestmark = pytest.mark.django_db
JOUR = date(2010, 6, 10)
LISTE = "poleemploi:list_set_aside"


@pytest.fixture(autouse=True)
def le_10_juin() -> Any:
    with clock.travel(clock.at(JOUR, 9)):
        yield


@pytest.fixture
def bilan(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    return receive(make_transmission(direction, prescripteur, conseiller)).bilan


@pytest.fixture
def correspondant(direction: DirectionTerritoriale) -> Client:
    """Logged in at the direction of the file."""
    client = Client()
    client.force_login(make_agent(Role.CORRESPONDANT_OFII, direction))
    return client


def take(bilan: Bilan, type: str, donnees: dict[str, Any], survenu: str = "2010-06-05", **wish: Any) -> Sort | None:
    event = {
        "id": f"EVT-{timezone.now().timestamp()}",
        "type": type,
        "numeroCai": bilan.contrat.numero_cai,
        "referenceAccuse": "PE-1",
        "survenuLe": survenu,
        "donnees": donnees,
        **wish,
    }
    with transaction.atomic():
        return reception.take(event, timezone.now())


def words(response: Any) -> str:
    text = html.unescape(response.content.decode()).replace("\u00a0", " ")
    return " ".join(text.split())


@pytest.mark.rule("F.3-anterieur")
def test_the_file_tells_the_present_situation_and_every_return(bilan: Bilan, correspondant: Client) -> None:
    prestation = {"code": "S01", "libelle": "Objectif emploi", "debut": "2010-06-02"}
    take(bilan, "RADIATION", {"motifRadiation": "ABSENCE"}, survenu="2010-06-08")
    take(bilan, "INSCRIPTION", {"agence": "Paris"}, survenu="2010-05-20")
    take(bilan, "PRESTATION", prestation, survenu="2010-06-02")
    take(bilan, "PRESTATION", {**prestation, "fin": "2010-06-07"}, survenu="2010-06-07")
    take(bilan, "EMPLOI", {"typeContrat": "CDI", "dateEmbauche": "2010-06-03", "natureEmploi": "Cuisine"})
    situation = present_situation(list(Retour.objects.all()))
    assert [(label, text.replace("\u00a0", " ")) for label, text in situation] == [
        ("Inscription", "terminée le 8 juin 2010"),
        ("Prestation", "Objectif emploi, du 2 juin 2010 au 7 juin 2010"),
        ("Emploi", "Cuisine, CDI, embauche le 3 juin 2010"),
    ]
    page = words(correspondant.get(reverse("dossiers:view_file", args=[bilan.contrat_id])))
    assert "Situation d’après Pôle emploi" in page
    assert "Retour reçu le 10 juin 2010, lu chez Pôle emploi : inscription le 20 mai 2010." in page
    told = {line.detail.replace("\u00a0", " ") for line in timeline(bilan.contrat_id, sees_exemption=False)}
    assert told >= {
        "Inscription le 20 mai 2010. Une situation plus récente était déjà connue.",
        "Une prestation débute le 2 juin 2010.",
        "Fin d’inscription le 8 juin 2010.",
        "Un emploi est signalé.",
    }


def test_the_list_says_why_and_leads_to_what_may_be_done(
    bilan: Bilan, correspondant: Client, prescripteur: Agent
) -> None:
    take(bilan, "PPAE", {"dateEntretien": "2010-05-11"})
    take(bilan, "MUTATION", {}, numeroCai="69-2010-999999", referenceAccuse="PE-9")
    Flux.objects.create(lu_at=timezone.now(), erreur_code="INCONNU")
    fichier = words(correspondant.get(reverse("dossiers:view_file", args=[bilan.contrat_id])))
    assert "Au moins un retour de Pôle emploi n’a pas pu être enregistré dans ce dossier." in fichier
    bureau = words(correspondant.get(reverse("dossiers:bureau")))
    assert "Examiner le retour" in bureau  # the one that names a file
    assert "à examiner (2)" in words(correspondant.get(reverse("poleemploi:list_transmissions")))
    page = words(correspondant.get(reverse(LISTE)))
    for told in (
        "L’entretien PPAE précède la réception de la synthèse.",
        "Pôle emploi annonce un genre de retour que l’application ne connaît pas.",
        "69-2010-999999",
        "Les retours de Pôle emploi ont été lus le",
        "Pôle emploi refuse la lecture des retours",
    ):
        assert told in page
    for ecarte in EvenementEcarte.objects.all():
        assert reverse("poleemploi:apply_set_aside", args=[ecarte.pk]) in page
        assert reverse("poleemploi:classify_set_aside", args=[ecarte.pk]) in page
    director = Client()
    director.force_login(make_agent(Role.DIRECTEUR_TERRITORIAL, bilan.contrat.direction))
    assert "Le correspondant de la direction l’examine." in words(director.get(reverse(LISTE)))


def test_the_list_costs_the_same_whatever_its_length(
    bilan: Bilan, correspondant: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    correspondant.get(reverse(LISTE))
    for _ in range(2):
        take(bilan, "PPAE", {"dateEntretien": "2010-05-11"})
        take(bilan, "MUTATION", {}, numeroCai="69-2010-999999", referenceAccuse="PE-9")
        with django_assert_num_queries(6):
            correspondant.get(reverse(LISTE))


def test_one_that_cannot_be_deciphered_says_so_and_hides_no_other(
    bilan: Bilan, correspondant: Client, direction: DirectionTerritoriale
) -> None:
    take(bilan, "PPAE", {"dateEntretien": "2010-05-11"})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE poleemploi_evenementecarte SET contenu = 'x'")
    take(bilan, "MUTATION", {}, numeroCai="69-2010-999999")
    unreadable = EvenementEcarte.objects.to_examine().get(motif="ppae_avant_reception")
    apply, classify = (
        reverse(f"poleemploi:{name}", args=[unreadable.pk]) for name in ("apply_set_aside", "classify_set_aside")
    )
    page = words(correspondant.get(reverse(LISTE)))
    for told in ("Illisible : prévenez le support", "69-2010-999999", classify):
        assert told in page
    assert apply not in page
    assert "Illisible : prévenez le support" in words(correspondant.get(classify))
    by = make_agent(Role.CORRESPONDANT_OFII, direction)
    api = Client(headers={"Authorization": f"Bearer {create_token(by, libelle='essai')}"})
    assert len(api.get(reverse("api:retours_a_examiner")).json()["results"]) == 2
    assert api.post(reverse("api:application_retour", args=[unreadable.pk])).json()["code"] == "contenu_illisible"
    assert "Le retour est classé." in words(correspondant.post(classify, {"motif": "sans_suite"}, follow=True))


@pytest.mark.rule("E.6-actes")
@pytest.mark.parametrize("name", ["apply_set_aside", "classify_set_aside"])
def test_to_read_what_a_return_says_leaves_a_line_in_the_access_journal(
    bilan: Bilan, correspondant: Client, name: str
) -> None:
    take(bilan, "EMPLOI", {"typeContrat": "CDI", "dateEmbauche": "2099-01-01", "natureEmploi": "Cuisine"})
    ecarte = EvenementEcarte.objects.get()
    assert "Cuisine" in words(correspondant.get(reverse(f"poleemploi:{name}", args=[ecarte.pk])))
    line = JournalAcces.objects.get(action="voir_retour")
    assert (line.objet_id, line.agent_id) == (str(ecarte.pk), uuid.UUID(correspondant.session["_auth_user_id"]))


def test_the_correspondant_settles_a_return_on_the_pages(bilan: Bilan, correspondant: Client) -> None:
    take(bilan, "PPAE", {"dateEntretien": "2010-06-01"}, numeroCai="75-2010-777777")
    ecarte = EvenementEcarte.objects.get()
    apply, classify = (
        reverse(f"poleemploi:{name}", args=[ecarte.pk]) for name in ("apply_set_aside", "classify_set_aside")
    )
    asked = words(correspondant.get(apply))
    assert "Aucun dossier ne porte ce numéro CAI." in asked
    assert "1er juin 2010" in asked
    assert "Le retour reste à examiner. Aucun dossier" in words(correspondant.post(apply, follow=True))
    assert "Choisissez pourquoi ce retour est classé." in words(correspondant.post(classify, {}))
    assert "Le retour est classé." in words(correspondant.post(classify, {"motif": "sans_suite"}, follow=True))
    assert EvenementEcarte.objects.get().etat == EtatEcart.CLASSE
    assert correspondant.get(apply).status_code == 404


def test_once_the_number_is_corrected_the_return_joins_its_file(bilan: Bilan, correspondant: Client) -> None:
    take(bilan, "PPAE", {"dateEntretien": "2010-06-01"}, numeroCai="75-2010-777777")
    type(bilan.contrat).objects.filter(pk=bilan.contrat_id).update(numero_cai="75-2010-777777")
    url = reverse("poleemploi:apply_set_aside", args=[EvenementEcarte.objects.get().pk])
    done = correspondant.post(url, follow=True)
    assert done.redirect_chain[-1][0] == reverse("dossiers:view_file", args=[bilan.contrat_id])
    assert "Pris en charge (PPAE)" in words(done)


def test_a_program_reads_why_and_settles(bilan: Bilan, direction: DirectionTerritoriale) -> None:
    take(bilan, "MUTATION", {}, numeroCai="69-2010-999999", referenceAccuse="PE-9")
    by = make_agent(Role.CORRESPONDANT_OFII, direction)
    api = Client(headers={"Authorization": f"Bearer {create_token(by, libelle='essai')}"})
    [row] = api.get(reverse("api:retours_a_examiner")).json()["results"]
    assert (row["motif"], row["dossier"]) == ("type_inconnu", None)
    assert api.post(reverse("api:application_retour", args=[row["id"]])).json()["etat"] == "a_examiner"
    url, body = reverse("api:classement_retour", args=[row["id"]]), {"motif": "autre_personne"}
    assert api.post(url, body, content_type="application/json").json()["etat"] == "classe"
    assert api.post(url, body, content_type="application/json").status_code == 409
    assert JournalAcces.objects.get(action="classer_retour").agent == by
