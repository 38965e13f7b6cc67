"""The sender against the partner itself: what is due is deposited once, whatever happens on the way."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Synthese
from core.models import Evenement
from poleemploi import contrat, sender
from poleemploi.models import Canal, Tentative, Transmission
from poleemploi.states import EtatTransmission, Issue, Operation
from tests.factories.transmissions import make_transmission
from tests.simulateur import SimulateurEnProcessus

pytestmark = pytest.mark.usefixtures("le_lendemain")
T = EtatTransmission
Settle = Callable[..., None]


def etats(transmission: Transmission) -> list[tuple[str, str]]:
    return list(transmission.tentatives.order_by("numero").values_list("operation", "issue"))


def evenements(transmission: Transmission) -> list[str]:
    rows = Evenement.objects.filter(cible_id=transmission.pk).order_by("numero")
    return [nom.removeprefix("transmission.") for nom in rows.values_list("nom", flat=True)]


def read(transmission: Transmission) -> Transmission:
    return Transmission.objects.get(pk=transmission.pk)


@pytest.mark.rule("D.2-21")
def test_a_due_row_is_deposited_and_its_receipt_kept(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    settle()
    row = read(transmission)
    [depot] = partenaire.depots()
    assert row.etat == T.ACCUSEE
    assert (depot["cle"], depot["identifiant"]) == (str(row.pk), row.accuse_identifiant)
    assert depot["empreinte"] == row.corps_sha256
    assert contrat.faults("DepotSynthese", depot["corps"]) == []
    assert row.rapprochement == "NON_TROUVE"
    assert etats(row) == [(Operation.DEPOT, Issue.ACCEPTE)]
    assert evenements(row) == ["mise_en_file", "envoyee", "accusee"]


@pytest.mark.rule("E.4-destruction")
def test_what_was_frozen_is_forgotten_once_received(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    settle()
    row = read(transmission)
    assert row.donnees_figees is None
    assert row.bail_jusqua is None
    assert row.termine_at is not None


@pytest.mark.rule("D.1-echange")
def test_the_synthesis_learns_that_it_was_sent_and_received(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    settle()
    synthese = Synthese.objects.get(pk=transmission.synthese_id)
    assert synthese.premier_envoi_at is not None
    assert synthese.accuse_identifiant == read(transmission).accuse_identifiant
    assert synthese.contenu is not None


@pytest.mark.rule("E.4-accuse")
def test_without_consent_to_keep_it_the_content_is_destroyed_on_receipt(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    settle: Settle,
) -> None:
    transmission = make_transmission(direction, prescripteur, conseiller, conserver=False)
    settle()
    assert read(transmission).etat == T.ACCUSEE
    assert Synthese.objects.get(pk=transmission.synthese_id).contenu is None


@pytest.mark.rule("E.1-accord", "E.3-pole-emploi")
def test_nothing_leaves_that_is_not_of_the_contract(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    signataire = transmission.bilan.contrat.signataire
    settle()
    sent = json.dumps(partenaire.depots()[0]["corps"], ensure_ascii=False)
    for canary in [
        signataire.date_naissance.isoformat(), signataire.date_naissance.strftime("%d/%m/%Y"), signataire.adresse,
        signataire.ville, signataire.code_postal, "L313-11", "circonstances", "Bilan prescrit dans le cadre",
        "sens de l’organisation", "préparer un CAP", str(transmission.bilan.conseiller),
    ]:  # fmt: skip
        assert canary not in sent


@pytest.mark.parametrize(
    ("genre", "options", "attempts"),
    [
        ("DELAI_AVANT", {}, ["depot", "recherche", "depot"]),
        ("DELAI_APRES", {}, ["depot", "recherche"]),
        ("COUPURE_AVANT", {}, ["depot", "recherche", "depot"]),
        ("COUPURE_APRES", {}, ["depot", "recherche"]),
        ("REPONSE_TRONQUEE", {}, ["depot", "recherche"]),
        ("ERREUR_500", {}, ["depot", "recherche", "depot"]),
        ("ERREUR_500", {"apres": True}, ["depot", "recherche"]),
        ("INDISPONIBLE_503", {}, ["depot", "recherche", "depot"]),
        ("INDISPONIBLE_503", {"apres": True}, ["depot", "recherche"]),
        ("CORPS_HTML", {}, ["depot", "recherche", "depot"]),
        ("CORPS_HTML", {"statut": 201, "apres": True}, ["depot", "recherche"]),
        ("CORPS_VIDE", {"statut": 201, "apres": True}, ["depot", "recherche"]),
        ("CORPS_HTML", {"statut": 404}, ["depot", "recherche", "depot"]),
        ("EN_COURS", {"secondes": 0}, ["depot", "recherche", "depot"]),
        ("QUOTA_SECONDES", {"secondes": 0}, ["depot", "depot"]),
        ("QUOTA_SANS_DELAI", {}, ["depot", "depot"]),
        ("QUOTA_DATE", {"secondes": 0}, ["depot", "depot"]),
        ("JETON_REFUSE", {}, ["depot", "depot"]),
        ("PORTEE_INSUFFISANTE", {}, ["depot", "depot"]),
    ],
)
def test_a_bad_day_ends_with_one_deposit(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    settle: Settle,
    genre: str,
    options: dict[str, object],
    attempts: list[str],
) -> None:
    partenaire.panne(genre, operation="deposerSynthese", nombre=1, **options)
    settle()
    [depot] = partenaire.depots()
    row = read(transmission)
    assert (row.etat, row.accuse_identifiant) == (T.ACCUSEE, depot["identifiant"])
    assert [operation for operation, _ in etats(row)] == attempts
    assert {request["cle"] for request in partenaire.requetes("deposerSynthese")} == {str(row.pk)}


def test_a_deposit_that_is_still_running_is_waited_for(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    partenaire.panne("LENTEUR", operation="deposerSynthese", nombre=1, secondes=2)
    settle()
    assert read(transmission).etat == T.ACCUSEE
    assert len(partenaire.depots()) == 1


@pytest.mark.parametrize("genre", ["ERREUR_500", "CORPS_HTML", "DELAI_AVANT", "JETON_REFUSE", "QUOTA_SANS_DELAI"])
def test_a_bad_day_of_the_look_up_is_lived_through(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle, genre: str
) -> None:
    partenaire.panne("COUPURE_APRES", operation="deposerSynthese", nombre=1)
    partenaire.panne(genre, operation="retrouverDepot", nombre=1)
    settle()
    assert read(transmission).etat == T.ACCUSEE
    assert len(partenaire.depots()) == 1
    assert [operation for operation, _ in etats(transmission)] == ["depot", "recherche", "recherche"]


@pytest.mark.parametrize(
    ("genre", "code", "pointers"),
    [
        ("NUMERO_CAI_INCONNU", "NUMERO_CAI_INCONNU", ["/numeroCai"]),
        ("CONSENTEMENT_PERIME", "CONSENTEMENT_PERIME", ["/consentement/recueilliLe"]),
        ("CORPS_INVALIDE", "CORPS_INVALIDE", ["/numeroCai"]),
        (
            "CODE_ROME_OBSOLETE",
            "CODE_ROME_OBSOLETE",
            ["/synthese/metiers/0/codeRome", "/synthese/metiers/1/codeRome", "/experiences/0/codeRome"],
        ),
    ],
)
def test_a_refusal_waits_for_a_person_and_is_never_sent_again(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    settle: Settle,
    genre: str,
    code: str,
    pointers: list[str],
) -> None:
    partenaire.panne(genre, nombre=1)
    settle()
    assert not sender.step()
    row = read(transmission)
    assert (row.etat, row.erreur_code) == (T.REJETEE, code)
    assert [champ["chemin"] for champ in row.erreur_champs] == pointers
    assert row.donnees_figees is None
    assert len(partenaire.requetes("deposerSynthese")) == 1


def test_an_older_version_than_the_partner_has_is_refused(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    transmission: Transmission,
    settle: Settle,
) -> None:
    settle()
    again = Transmission(
        bilan=transmission.bilan,
        synthese=transmission.synthese,
        consentement=transmission.consentement,
        donnees_figees=transmission.donnees_figees,
        prochain_essai_at=timezone.now(),
    )
    Transmission.objects.filter(pk=transmission.pk).update(etat=T.ANNULEE)
    again.save()
    settle()
    assert (read(again).etat, read(again).erreur_code) == (T.REJETEE, "VERSION_PERIMEE")


def test_a_body_that_does_not_conform_is_refused_before_any_request(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    transmission.donnees_figees = {**transmission.donnees_figees, "numero_cai": "75 2010"}
    transmission.save()
    settle()
    row = read(transmission)
    assert (row.etat, row.erreur_code) == (T.REJETEE, "NON_CONFORME")
    assert row.erreur_champs == [{"chemin": "/numeroCai", "motif": "Cette valeur n’a pas la forme attendue."}]
    assert (partenaire.requetes("deposerSynthese"), row.tentatives.count()) == ([], 0)


def test_a_body_that_changed_since_it_was_sent_is_not_sent(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    transmission.corps_sha256 = "0" * 64
    transmission.save()
    settle()
    assert (read(transmission).etat, read(transmission).erreur_code) == (T.REJETEE, "CORPS_CHANGE")
    assert partenaire.requetes("deposerSynthese") == []


def test_a_row_that_cannot_be_read_stops_nobody(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    transmission: Transmission,
    settle: Settle,
) -> None:
    transmission.donnees_figees = {}
    transmission.save()
    other = make_transmission(direction, prescripteur, conseiller)
    settle()
    assert (read(transmission).etat, read(transmission).erreur_code) == (T.ECHEC_DEFINITIF, "ILLISIBLE_ICI")
    assert read(other).etat == T.ACCUSEE


def test_a_dead_worker_leaves_an_attempt_that_is_looked_up(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    client = sender.partner()
    jeton = sender.canal.token(client, sender.canal.read())
    assert jeton is not None
    _, travail = sender.claim(jeton, sender.canal.read(), lease=timedelta(seconds=2))
    assert travail is not None
    sender.send(client, travail)
    assert not sender.step(), "leased: nobody else works on it"
    settle()
    assert read(transmission).etat == T.ACCUSEE
    assert etats(transmission) == [(Operation.DEPOT, Issue.INCERTAIN), (Operation.RECHERCHE, Issue.ACCEPTE)]
    assert Tentative.objects.get(numero=1).code_metier == "BAIL_EXPIRE"


def test_a_receipt_that_comes_after_the_lease_is_kept(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    client = sender.partner()
    jeton = sender.canal.token(client, sender.canal.read())
    assert jeton is not None
    _, travail = sender.claim(jeton, sender.canal.read(), lease=timedelta(0))
    assert travail is not None
    partenaire.panne("ERREUR_500", operation="retrouverDepot")
    assert sender.step()
    reponse = sender.send(client, travail)
    sender.record(sender.Resultat(travail.transmission_id, travail.tentative_id, travail.operation, reponse, 12, jeton))
    assert read(transmission).etat == T.ACCUSEE
    assert etats(transmission) == [(Operation.DEPOT, Issue.INCERTAIN), (Operation.RECHERCHE, Issue.A_REESSAYER)]


def test_seventy_two_hours_of_failures_end_in_a_person_s_hands(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle, settings: Settings
) -> None:
    settings.PE_FACTEUR_TEMPS = 72 * 3600.0
    partenaire.panne("ERREUR_500", operation="deposerSynthese")
    partenaire.panne("ERREUR_500", operation="retrouverDepot")
    settle()
    row = read(transmission)
    assert (row.etat, row.erreur_code) == (T.ECHEC_DEFINITIF, "DELAI_DEPASSE")
    assert row.donnees_figees is not None
    assert not sender.step()


def test_the_sender_can_be_held_off(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settings: Settings
) -> None:
    settings.EMETTEUR_ACTIF = False
    assert not sender.step()
    assert partenaire.requetes() == []
    assert read(transmission).etat == T.EN_FILE


def test_a_quota_stops_every_row_for_as_long_as_the_partner_says(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    transmission: Transmission,
    settle: Settle,
) -> None:
    make_transmission(direction, prescripteur, conseiller)
    partenaire.panne("QUOTA_SECONDES", operation="deposerSynthese", nombre=1, secondes=1)
    assert sender.step()
    canal = Canal.objects.get()
    assert canal.pause_motif == "quota"
    assert canal.pause_jusqua is not None
    assert timedelta(milliseconds=500) < canal.pause_jusqua - timezone.now() <= timedelta(seconds=1)
    assert not sender.step()
    settle()
    assert Transmission.objects.filter(etat=T.ACCUSEE).count() == 2
    assert Canal.objects.get().pause_jusqua is None


def test_a_second_refusal_of_the_token_pauses_the_channel(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    partenaire.panne("JETON_REFUSE")
    assert sender.step()
    assert Canal.objects.get().pause_jusqua is None
    assert sender.step()
    assert Canal.objects.get().pause_motif == "compte"
    assert read(transmission).etat == T.EN_FILE
    assert len(partenaire.requetes("obtenirJeton")) == 2


def test_a_wrong_account_pauses_the_channel_without_opening_an_attempt(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settings: Settings
) -> None:
    settings.PE_CLIENT_SECRET = "faux"
    assert not sender.step()
    assert Canal.objects.get().pause_motif == "compte"
    assert transmission.tentatives.count() == 0


def test_several_failures_in_a_row_pause_the_channel_and_one_row_probes_it(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    settle: Settle,
) -> None:
    for _ in range(6):
        make_transmission(direction, prescripteur, conseiller)
    partenaire.panne("INDISPONIBLE_503", operation="deposerSynthese", nombre=5)
    for _ in range(5):
        assert sender.step()
    assert Canal.objects.get().pause_motif == "panne"
    settle()
    assert Canal.objects.get().pause_jusqua is None
    assert Transmission.objects.filter(etat=T.ACCUSEE).count() == 6
    assert len(partenaire.depots()) == 6


def test_one_token_serves_many_rows(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    settle: Settle,
) -> None:
    for _ in range(3):
        make_transmission(direction, prescripteur, conseiller)
    settle()
    assert len(partenaire.requetes("obtenirJeton")) == 1


def test_a_token_that_dies_early_is_renewed_once(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    partenaire.panne("JETON_COURT", nombre=1, secondes=0)
    settle()
    assert read(transmission).etat == T.ACCUSEE
    assert len(partenaire.requetes("obtenirJeton")) == 2


def test_the_token_is_not_readable_in_the_database(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    settle()
    with connection.cursor() as cursor:
        cursor.execute("SELECT jeton FROM poleemploi_canal")
        [[stored]] = cursor.fetchall()
    assert bytes(Canal.objects.get().jeton) not in bytes(stored)


def test_the_longest_waiting_row_goes_first(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    transmission: Transmission,
) -> None:
    late = make_transmission(direction, prescripteur, conseiller)
    Transmission.objects.filter(pk=late.pk).update(prochain_essai_at=timezone.now() - timedelta(days=1))
    assert sender.step()
    assert (read(late).etat, read(transmission).etat) == (T.ACCUSEE, T.EN_FILE)


def test_a_named_row_is_worked_on_alone(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    transmission: Transmission,
) -> None:
    other = make_transmission(direction, prescripteur, conseiller)
    assert sender.step(only=other.pk)
    assert not sender.step(only=other.pk)
    assert (read(other).etat, read(transmission).etat) == (T.ACCUSEE, T.EN_FILE)


@pytest.mark.rule("E.5-age")
def test_an_age_is_that_of_the_day_the_row_was_created(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    signataire = transmission.bilan.contrat.signataire
    signataire.date_naissance = signataire.date_naissance.replace(year=1950)
    signataire.nom = "Corrigé"
    signataire.save()
    settle()
    [depot] = partenaire.depots()
    assert (depot["corps"]["signataire"]["age"], depot["corps"]["signataire"]["nom"]) == (29, "Diallo")
