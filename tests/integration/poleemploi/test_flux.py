"""The partner's feed read against the simulator run for real: once each, in any order, killed at any point."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan
from core import clock
from dossiers.situation import situation_of
from poleemploi import canal, flux, reception, sender
from poleemploi.client import Page, Reponse
from poleemploi.models import Canal, EvenementEcarte, EvenementRecu, Flux, Retour
from poleemploi.reponses import Suite
from poleemploi.states import MotifEcart, Sort
from tests.factories.transmissions import make_transmission, receive
from tests.simulateur import SimulateurEnProcessus

pytestmark = pytest.mark.django_db
JOUR = date(2010, 6, 10)
PPAE = {"dateEntretien": "2010-06-01"}
INSCRIPTION = {"agence": "Paris 11e"}


@pytest.fixture(autouse=True)
def le_10_juin() -> Any:
    with clock.travel(clock.at(JOUR, 9)):
        yield


@pytest.fixture
def bilan(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    """Its synthesis was received on 12 May 2010 under « PE-1 »."""
    return receive(make_transmission(direction, prescripteur, conseiller)).bilan


def tell(partenaire: SimulateurEnProcessus, bilan: Bilan, type: str, donnees: dict[str, Any], **wish: Any) -> str:
    """Publish an event about a file; its identifier."""
    wish = {"survenuLe": "2010-06-05", "referenceAccuse": "PE-1", **wish}
    numero = wish.pop("numeroCai", bilan.contrat.numero_cai)
    return str(partenaire.publier(type, numero, donnees, **wish)["id"])


def read() -> int:
    return flux.read_all(seconds=20)


def sorts() -> dict[str, str]:
    return dict(EvenementRecu.objects.values_list("pk", "sort"))


@pytest.mark.rule("D.2-23", "F.3-une-fois")
def test_a_ppae_read_from_the_feed_takes_the_person_in_charge_once(
    partenaire: SimulateurEnProcessus, bilan: Bilan
) -> None:
    evenement = tell(partenaire, bilan, "PPAE", PPAE, livraisons=3)
    assert read() == 1
    partenaire.relivrer(evenement)
    assert read() == 1
    [retour] = Retour.objects.all()
    assert (retour.evenement, retour.origine, retour.par) == (evenement, "flux", None)
    assert (retour.date_entretien_ppae, retour.date_situation) == (date(2010, 6, 1), date(2010, 6, 5))
    assert situation_of(Bilan.objects.get()) == "pris_en_charge_ppae"
    assert sorts() == {evenement: Sort.APPLIQUE}


def test_each_kind_of_event_keeps_what_the_exchange_needs_and_no_more(
    partenaire: SimulateurEnProcessus, bilan: Bilan
) -> None:
    inscription = {"agence": "Paris 11e", "identifiantPoleEmploi": "1234567A"}
    prestation = {"code": "S01", "libelle": "Objectif emploi", "debut": "2010-06-02", "fin": "2010-09-02"}
    emploi = {"typeContrat": "CDI", "dateEmbauche": "2010-06-03", "natureEmploi": "Cuisine", "metierExerce": "G1602"}
    for type, donnees in (
        ("INSCRIPTION", inscription),
        ("RADIATION", {"motifRadiation": "ABSENCE"}),
        ("PRESTATION", prestation),
        ("EMPLOI", emploi),
    ):
        tell(partenaire, bilan, type, donnees)
    read()
    names = ("id", "created_at", "updated_at", "transmission_id", "origine", "evenement", "recu_le", "date_situation")
    kept = [{name: row[name] for name in row if name not in names and row[name]} for row in
            Retour.objects.order_by("created_at").values()]  # fmt: skip
    assert [{name: str(value) for name, value in row.items()} for row in kept] == [
        {"date_inscription": "2010-06-05"},
        {"date_radiation": "2010-06-05"},
        {"prestation_code": "S01", "prestation_libelle": "Objectif emploi", "prestation_debut": "2010-06-02",
         "prestation_fin": "2010-09-02"},
        {"date_embauche": "2010-06-03", "type_contrat": "CDI", "nature_emploi": "Cuisine", "metier_exerce": "G1602"},
    ]  # fmt: skip
    assert situation_of(Bilan.objects.get()) == "transmise"


@pytest.mark.rule("F.3-anterieur")
def test_an_older_situation_read_later_joins_the_history(partenaire: SimulateurEnProcessus, bilan: Bilan) -> None:
    last = tell(partenaire, bilan, "RADIATION", {"motifRadiation": "ABSENCE"}, survenuLe="2010-06-08")
    older = tell(partenaire, bilan, "INSCRIPTION", INSCRIPTION, survenuLe="2010-05-20")
    other_kind = tell(partenaire, bilan, "PPAE", PPAE, survenuLe="2010-06-01")
    read()
    assert sorts() == {last: Sort.APPLIQUE, older: Sort.HISTORIQUE, other_kind: Sort.APPLIQUE}
    assert Retour.objects.count() == 3


ECARTS: list[tuple[str, dict[str, Any], dict[str, Any], MotifEcart]] = [
    ("PPAE", PPAE, {"numeroCai": "69-2010-999999"}, MotifEcart.NUMERO_INCONNU),
    ("PPAE", PPAE, {"referenceAccuse": "PE-INCONNU"}, MotifEcart.ACCUSE_INCONNU),
    ("PPAE", PPAE, {"survenuLe": "2010-06-11"}, MotifEcart.DATE_FUTURE),
    ("INSCRIPTION", INSCRIPTION, {"survenuLe": "1980-06-30"}, MotifEcart.AVANT_NAISSANCE),
    ("PPAE", {"dateEntretien": "2010-05-11"}, {}, MotifEcart.PPAE_AVANT_RECEPTION),
    ("EMPLOI", {"typeContrat": "CDI", "dateEmbauche": "2010-06-11"}, {}, MotifEcart.EMBAUCHE_FUTURE),
    ("PRESTATION", {"code": "S", "libelle": "L", "debut": "2010-06-02", "fin": "2010-06-01"}, {},
     MotifEcart.PRESTATION_FINIE_AVANT_DEBUT),
    ("MUTATION", {"agence": "Lyon"}, {"brut": True}, MotifEcart.TYPE_INCONNU),
    ("PPAE", {"agence": "Lyon"}, {"brut": True}, MotifEcart.ILLISIBLE),
    ("EMPLOI", {"typeContrat": "CDI"}, {"brut": True}, MotifEcart.ILLISIBLE),
    # What the contract allows and our table does not.
    ("PRESTATION", {"code": "", "libelle": "L", "debut": "2010-06-02"}, {}, MotifEcart.NON_ENREGISTRABLE),
    ("PRESTATION", {"code": "S", "libelle": "\x00", "debut": "2010-06-02"}, {}, MotifEcart.NON_ENREGISTRABLE),
]  # fmt: skip


@pytest.mark.rule("F.3-ecart")
def test_what_cannot_be_applied_is_set_aside_with_its_reason_and_blocks_nothing(
    partenaire: SimulateurEnProcessus, bilan: Bilan, direction: DirectionTerritoriale
) -> None:
    expected = {tell(partenaire, bilan, type, donnees, **wish): motif for type, donnees, wish, motif in ECARTS}
    after = tell(partenaire, bilan, "PPAE", PPAE)
    assert read() == 1
    found = {row.evenement_id: row for row in EvenementEcarte.objects.all()}
    assert {pk: row.motif for pk, row in found.items()} == expected
    assert sorts() == {**dict.fromkeys(expected, Sort.ECARTE), after: Sort.APPLIQUE}
    assert {row.contrat_id for row in found.values()} == {bilan.contrat_id}  # by its number, or by its receipt
    with connection.cursor() as cursor:
        cursor.execute("SELECT contenu FROM poleemploi_evenementecarte")
        assert not any(b"Lyon" in bytes(content) for (content,) in cursor.fetchall())


def test_an_event_of_nobody_and_what_is_no_event_at_all_are_set_aside_once(
    partenaire: SimulateurEnProcessus, bilan: Bilan
) -> None:
    tell(partenaire, bilan, "PPAE", PPAE, numeroCai="69-2010-999999", referenceAccuse="PE-INCONNU")
    read()
    ecarte = EvenementEcarte.objects.get()
    assert (ecarte.motif, ecarte.contrat) == (MotifEcart.NUMERO_INCONNU, None)
    for event in (None, [], "x", {"id": "\ud800"}, {"id": "a" * 81, "type": "PPAE"}):
        assert reception.take(event, timezone.now()) == Sort.ECARTE
        assert reception.take(event, timezone.now()) is None


def test_an_event_of_another_file_is_set_aside(
    partenaire: SimulateurEnProcessus, bilan: Bilan, direction: DirectionTerritoriale, prescripteur: Agent,
    conseiller: Agent,
) -> None:  # fmt: skip
    other = make_transmission(direction, prescripteur, conseiller, nom="Sow").bilan
    tell(partenaire, other, "PPAE", PPAE)
    read()
    ecarte = EvenementEcarte.objects.get()
    assert (ecarte.motif, ecarte.contrat) == (MotifEcart.ACCUSE_AUTRE_DOSSIER, other.contrat)


@pytest.mark.rule("F.3-une-fois")
def test_killed_at_any_point_the_reader_loses_and_doubles_nothing(
    partenaire: SimulateurEnProcessus, bilan: Bilan, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flux, "LIMITE", 2)
    client = sender.partner()
    for jour in range(1, 6):
        tell(partenaire, bilan, "PPAE", PPAE, survenuLe=f"2010-06-0{jour}")
    killed_before_asking = flux.reserve(client)
    assert killed_before_asking is not None
    assert read() == 0  # its lease holds
    expire()
    killed_before_keeping = flux.reserve(client)
    assert killed_before_keeping is not None
    page = flux.ask(client, killed_before_keeping)
    expire()

    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as broken:
        broken.setattr(reception, "keep", fail)
        with pytest.raises(OperationalError):
            flux.step()
    assert not EvenementRecu.objects.exists()
    assert Flux.objects.get().bail_jusqua is None
    assert read() == 3  # pages of two, the last of one
    assert Retour.objects.count() == 5
    # The two that were killed wake up: their page was another reader's.
    for late in (killed_before_asking, killed_before_keeping):
        before = Flux.objects.get()
        assert flux.keep(late, page) == (Suite.APPLIQUER, False)
        assert Flux.objects.get().curseur == before.curseur
    assert read() == 1
    assert Retour.objects.count() == 5


def expire() -> None:
    Flux.objects.update(bail_jusqua=timezone.now() - timedelta(seconds=1))


def test_a_cursor_of_another_store_is_read_again_from_the_beginning(
    partenaire: SimulateurEnProcessus, bilan: Bilan
) -> None:
    tell(partenaire, bilan, "PPAE", PPAE)
    read()
    Flux.objects.update(curseur="cmFuZzo5OTk5")
    tell(partenaire, bilan, "INSCRIPTION", INSCRIPTION)
    assert read() == 1
    assert Retour.objects.count() == 2
    assert Flux.objects.get().erreur_code == ""


@pytest.mark.parametrize("statut", [400, 404])
def test_a_feed_that_is_refused_says_so_until_it_is_read_again(partenaire: SimulateurEnProcessus, statut: int) -> None:
    lecture = flux.reserve(sender.partner())
    assert lecture is not None
    assert flux.keep(lecture, Reponse(statut, code="INCONNU"))[1] is False
    assert Flux.objects.get().erreur_code == "INCONNU"
    assert read() == 1
    assert Flux.objects.get().erreur_code == ""


def test_the_feed_shares_the_pauses_and_the_token_of_the_channel(
    partenaire: SimulateurEnProcessus, bilan: Bilan, settings: Settings
) -> None:
    tell(partenaire, bilan, "PPAE", PPAE)
    settings.EMETTEUR_ACTIF = False
    assert read() == 0
    settings.EMETTEUR_ACTIF = True
    canal.token(sender.partner(), canal.read())
    partenaire.revoquer_jetons()
    assert read() == 1  # refused once, with a new token then
    assert Canal.objects.get().pause_jusqua is None
    partenaire.panne("QUOTA_SECONDES", operation="lireEvenements", nombre=1, secondes=30)
    assert read() == 0
    assert Canal.objects.get().pause_motif == "quota"
    asked = len(partenaire.requetes("lireEvenements"))
    assert read() == 0
    assert len(partenaire.requetes("lireEvenements")) == asked
    Canal.objects.update(pause_jusqua=timezone.now())
    assert read() == 1  # it goes first, and opens the channel
    assert Canal.objects.get().pause_jusqua is None
    assert Retour.objects.count() == 1


@pytest.mark.parametrize("panne", ["CORPS_HTML", "CORPS_VIDE", "ERREUR_500", "REPONSE_TRONQUEE", "COUPURE_APRES"])
def test_a_page_that_does_not_come_whole_moves_nothing_and_is_read_again(
    partenaire: SimulateurEnProcessus, bilan: Bilan, panne: str
) -> None:
    tell(partenaire, bilan, "PPAE", PPAE)
    partenaire.panne(panne, operation="lireEvenements", nombre=1)
    assert read() == 0
    row = Flux.objects.get()
    assert (row.curseur, row.lu_at, row.bail_jusqua, row.erreur_code) == ("", None, None, "")
    assert Canal.objects.get().echecs_de_suite == 1
    assert read() == 1
    assert Retour.objects.count() == 1


def test_a_page_that_promises_more_without_going_on_does_not_turn_for_ever(partenaire: SimulateurEnProcessus) -> None:
    for more in (True, False):
        lecture = flux.reserve(sender.partner())
        assert lecture is not None
        assert flux.keep(lecture, Reponse(200, page=Page((), "suite", encore=True)))[1] is more
