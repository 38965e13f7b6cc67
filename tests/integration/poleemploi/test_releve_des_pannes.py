"""What the judge reads, against the tables and the partner's own file: a fact misread would acquit."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from poleemploi import sender
from poleemploi.models import Transmission
from tests.faults import releve
from tests.simulateur import SimulateurEnProcessus


def put(row: Transmission, **champs: Any) -> None:
    Transmission.objects.filter(pk=row.pk).update(**champs)


def test_a_row_in_doubt_is_forgotten_once_due_for_long_and_held_by_nobody(
    transmission: Transmission,
) -> None:
    bilans, now = [transmission.bilan_id], timezone.now()
    late, soon = now - timedelta(seconds=13), now - timedelta(seconds=11)
    seen = []
    for champs in (
        {"etat": "incertaine", "prochain_essai_at": late},
        {"prochain_essai_at": soon},
        {"prochain_essai_at": late, "bail_jusqua": now, "bail_par": "un:1"},
        {"etat": "en_file", "bail_jusqua": None, "bail_par": ""},
    ):
        put(transmission, **champs)
        seen.append(releve.forgotten(bilans, 12) == {transmission.pk})
    assert seen == [True, False, False, False]


def test_what_stood_in_failure_is_remembered_after_a_person_rescued_it(transmission: Transmission) -> None:
    releve.install()
    put(transmission, etat="en_cours", premier_essai_at=timezone.now())
    assert [row[-1] for row in releve._rows(releve.RANGS, [transmission.bilan_id])] == [False]
    put(transmission, etat="echec_definitif")
    put(transmission, etat="en_file")
    assert [row[-2:] for row in releve._rows(releve.RANGS, [transmission.bilan_id])] == [
        (transmission.bilan.contrat.numero_cai, True)
    ]


def test_a_deposit_is_read_by_the_words_of_its_body(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    sender.drain(seconds=5)
    (depot,) = releve._deposits(partenaire.store)
    assert (depot.cle, depot.etat) == (transmission.pk, "EN_VIGUEUR")
    assert (depot.numero, depot.version, depot.consentement) == (
        transmission.bilan.contrat.numero_cai, 1, transmission.consentement_id,
    )  # fmt: skip


def test_a_foreign_page_is_known_as_such_whatever_its_status(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    partenaire.panne("CORPS_HTML", operation="deposerSynthese", statut=201, nombre=1)
    sender.step(only=transmission.pk)
    (demande,) = [one for one in releve._requests(partenaire.store) if one.operation == "deposerSynthese"]
    assert (demande.cle, demande.statut, demande.illisible) == (transmission.pk, 201, True)
