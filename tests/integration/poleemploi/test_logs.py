"""What the processes of the exchange write tells an operator what happened, and nobody whose file it was."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import requests
from pytest_django import DjangoCaptureOnCommitCallbacks

from agents.models import Agent, DirectionTerritoriale
from poleemploi import canal, outcome, services, tasks
from poleemploi.models import Transmission
from tests.factories.transmissions import RECUEIL, make_transmission
from tests.partenaire import take
from tests.simulateur import SimulateurEnProcessus

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.mark.rule("E.3-exclusions")
@pytest.mark.django_db(transaction=True)
def test_a_whole_life_is_told_in_the_log_by_its_number_alone(
    partenaire: SimulateurEnProcessus,
    settle: Callable[..., None],
    printed: Callable[[], str],
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    le_lendemain: None,
) -> None:
    transmission = make_transmission(direction, prescripteur, conseiller, nom="Zwyntharque", prenom="Qorvane")
    take(lease=timedelta(0))  # a worker that dies there
    for genre in ("ERREUR_500", "DELAI_APRES", "CORPS_HTML", "INDISPONIBLE_503", "PORTEE_INSUFFISANTE"):
        partenaire.panne(genre, nombre=1)
    settle()
    services.withdraw_transmission(bilan=transmission.bilan, by=conseiller, **RECUEIL)
    partenaire.panne("QUOTA_SECONDES", nombre=1, secondes=0)
    settle()
    tasks.sweep_due()

    output = printed()
    row, signataire = Transmission.objects.get(), transmission.bilan.contrat.signataire
    jeton = canal.read().jeton
    assert jeton is not None
    secret = [
        "Zwyntharque", "Qorvane", transmission.bilan.contrat.numero_cai,
        signataire.date_naissance.isoformat(), conseiller.email, conseiller.nom,
        row.accuse_identifiant, bytes(jeton).decode(), partenaire.client_secret, "par-cle", "/syntheses",
    ]  # fmt: skip
    assert [word for word in secret if word and word.lower() in output.lower()] == []
    assert set(UUID.findall(output)) == {str(row.pk)}
    lines = [json.loads(line) for line in output.splitlines()]
    told = {line["event"] for line in lines}
    assert told >= {"bail_expire", "tentative_fermee", "transmission_etat", "canal_en_pause", "canal_rouvert"}
    states = [line["apres"] for line in lines if line["event"] == "transmission_etat"]
    assert states[-3:] == ["accusee", "effacement_demande", "effacee"]


@pytest.mark.django_db
def test_a_change_that_is_rolled_back_leaves_no_line(
    printed: Callable[[], str],
    transmission: Transmission,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = printed()
    with django_capture_on_commit_callbacks() as waiting:
        outcome.tell("transmission.rejetee", transmission, avant="en_cours", code="CORPS_INVALIDE")
    assert printed() == before
    for told in waiting:
        told()
    line = json.loads(printed()[len(before) :])
    assert (line["event"], line["evenement"], line["code"]) == (
        "transmission_etat", "transmission.rejetee", "CORPS_INVALIDE",
    )  # fmt: skip


def test_the_library_that_speaks_to_the_partner_writes_no_address(
    printed: Callable[[], str], simulateur: SimulateurEnProcessus
) -> None:
    requests.get(f"{simulateur.url}/sante", timeout=5)
    assert printed() == ""
