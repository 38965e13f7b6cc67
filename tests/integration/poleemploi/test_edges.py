"""The corners of the sender: what comes too late, what fails inside, what two services cross."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django import Settings

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan, Consentement, Synthese
from bilan.states import MotifReprise
from core import clock
from poleemploi import canal, sender, services
from poleemploi.canal import JetonEnCours
from poleemploi.client import Coupure, Recu, Reponse
from poleemploi.depot import freeze
from poleemploi.models import Canal, Transmission
from poleemploi.presentation import sentence_of
from poleemploi.reprise import Rythme
from poleemploi.states import EtatTransmission, MotifFin
from tests.factories.transmissions import RECUEIL, add_version, make_valide
from tests.partenaire import UNE_MINUTE, answer, take
from tests.simulateur import SimulateurEnProcessus

pytestmark = pytest.mark.usefixtures("le_lendemain")
T = EtatTransmission
Settle = Callable[..., None]


def read(transmission: Transmission) -> Transmission:
    return Transmission.objects.get(pk=transmission.pk)


# --- answers ------------------------------------------------------------------------------------


def test_an_answer_that_comes_too_late_changes_nothing_unless_it_is_a_receipt(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    late = take(lease=timedelta(0))
    take()
    answer(late, Reponse(422, code="NUMERO_CAI_INCONNU"))
    assert read(transmission).etat == T.INCERTAINE
    assert transmission.tentatives.get(numero=1).code_metier == "BAIL_EXPIRE"


def a_receipt() -> Reponse:
    return Reponse(201, recu=Recu("PE-1", timezone.now(), "TROUVE"))


def test_a_replaced_row_that_had_arrived_after_all_is_erased_and_its_replacement_goes_on(
    partenaire: SimulateurEnProcessus, transmission: Transmission, correspondant: Agent
) -> None:
    late = take(lease=timedelta(0))
    answer(take(), Reponse(404, code="INCONNU"))
    answer(take(), Reponse(422, code="NUMERO_CAI_INCONNU"))
    contrat = transmission.bilan.contrat
    contrat.numero_cai = "75-2010-999999"
    contrat.save()
    replacement = services.redeposit(transmission=read(transmission), by=correspondant)
    answer(late, a_receipt())
    arrived = read(transmission)
    assert (arrived.etat, arrived.accuse_identifiant) == (T.EFFACEMENT_DEMANDE, "PE-1")
    assert read(replacement).etat == T.EN_FILE
    assert Synthese.objects.get(pk=transmission.synthese_id).accuse_identifiant == ""


@pytest.mark.parametrize("withdrawn", [False, True])
@pytest.mark.parametrize("reponse", [Reponse(200, recu=Recu("PE-1", timezone.now(), "TROUVE")),
                                     Reponse(404, code="INCONNU"), Reponse(500), None])  # fmt: skip
def test_a_late_receipt_that_crosses_a_look_up_leaves_no_attempt_open(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    conseiller: Agent,
    agent_ofii: Agent,
    withdrawn: bool,
    reponse: Reponse | None,
) -> None:
    deposit = take(lease=timedelta(0))
    look_up = take()
    if withdrawn:
        services.withdraw_transmission(bilan=transmission.bilan, by=agent_ofii, **RECUEIL)
    answer(deposit, a_receipt())
    if reponse is not None:  # otherwise its worker has died
        answer(look_up, reponse)
    assert read(transmission).etat == (T.EFFACEMENT_DEMANDE if withdrawn else T.ACCUSEE)
    assert not transmission.tentatives.filter(fermee_at=None).exists()
    if not withdrawn:
        services.rework_synthese(bilan=transmission.bilan, motif=next(iter(MotifReprise)), by=conseiller)


# What each state asks of a row, as the database checks it.
ETATS: dict[str, dict[str, Any]] = {
    T.EN_FILE: {},
    T.EN_COURS: {},
    T.INCERTAINE: {},
    T.ACCUSEE: {"accuse_identifiant": "PE-0", "accuse_at": timezone.now()},
    T.REJETEE: {"erreur_code": "CORPS_INVALIDE"},
    T.ECHEC_DEFINITIF: {"erreur_code": "DELAI_DEPASSE"},
    T.ANNULEE: {"motif_fin": MotifFin.CONSENTEMENT_RETIRE},
    T.EFFACEMENT_DEMANDE: {"accuse_identifiant": "PE-0", "accuse_at": timezone.now()},
    T.EFFACEE: {"accuse_identifiant": "PE-0", "accuse_at": timezone.now()},
}


@pytest.mark.parametrize("etat", T.values)
def test_a_late_answer_finds_a_row_in_any_state_and_only_a_first_receipt_moves_it(
    partenaire: SimulateurEnProcessus, transmission: Transmission, etat: str
) -> None:
    late = take(lease=timedelta(0))
    take()
    Transmission.objects.filter(pk=transmission.pk).update(etat=etat, **ETATS[etat])
    for reponse in (Reponse(400, code="CORPS_INVALIDE"), *map(Reponse, (401, 403, 429, 500)),
                    Reponse(coupure=Coupure.APRES)):  # fmt: skip
        answer(late, reponse)
        assert read(transmission).etat == etat
    answer(late, a_receipt())
    received = etat in (T.ACCUSEE, T.EFFACEMENT_DEMANDE, T.EFFACEE)
    assert read(transmission).etat == (etat if received else T.ACCUSEE)
    assert read(transmission).accuse_identifiant == ("PE-0" if received else "PE-1")


def test_a_refusal_that_crosses_a_withdrawal_leaves_nobody_anything_to_correct(
    partenaire: SimulateurEnProcessus, transmission: Transmission, agent_ofii: Agent
) -> None:
    travail = take()
    services.withdraw_transmission(bilan=transmission.bilan, by=agent_ofii, **RECUEIL)
    answer(travail, Reponse(422, code="NUMERO_CAI_INCONNU"))
    assert read(transmission).etat == T.ANNULEE


def test_a_look_up_that_the_partner_refuses_is_shown_to_a_person(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    answer(take(), Reponse(coupure=Coupure.APRES))
    Transmission.objects.update(prochain_essai_at=timezone.now())
    answer(take(), Reponse(400, code="CORPS_INVALIDE"))
    assert (read(transmission).etat, read(transmission).erreur_code) == (T.ECHEC_DEFINITIF, "CORPS_INVALIDE")


def test_a_series_may_end_while_the_channel_waits(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    travail = take()
    Transmission.objects.update(serie_depuis_at=timezone.now() - timedelta(days=4))
    answer(travail, Reponse(429))
    assert (read(transmission).etat, read(transmission).erreur_code) == (T.ECHEC_DEFINITIF, "DELAI_DEPASSE")


def test_a_row_whose_workers_keep_dying_is_shown_to_a_person(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    take(lease=timedelta(0))
    Transmission.objects.update(serie_depuis_at=timezone.now() - timedelta(days=4))
    assert sender.step()
    row = read(transmission)
    assert (row.etat, row.erreur_code, row.bail_jusqua) == (T.ECHEC_DEFINITIF, "DELAI_DEPASSE", None)


def test_a_receipt_is_kept_even_when_the_destruction_that_follows_fails(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("lock timeout")

    monkeypatch.setattr("poleemploi.outcome.retention.apply_rules", fail)
    settle()
    assert read(transmission).etat == T.ACCUSEE


def test_a_database_that_fails_condemns_no_row(
    partenaire: SimulateurEnProcessus, transmission: Transmission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Transmission) -> None:
        raise OperationalError("terminating connection")

    monkeypatch.setattr(sender, "assemble", fail)
    with pytest.raises(OperationalError):
        sender.step()
    assert read(transmission).etat == T.EN_FILE


@pytest.mark.rule("E.1-accord")
def test_a_consent_that_lapsed_without_notice_is_seen_at_the_next_attempt(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    answer(take(), Reponse(429, retry_after="0"))
    add_version(transmission.bilan, 2)
    settle()
    assert read(transmission).etat == T.ANNULEE
    assert partenaire.requetes("deposerSynthese") == []


def test_a_worker_that_dies_looking_up_is_replaced_by_another(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    answer(take(), Reponse(coupure=Coupure.APRES))
    Transmission.objects.update(prochain_essai_at=timezone.now())
    take(lease=timedelta(0))
    settle()
    assert read(transmission).etat == T.ACCUSEE


def test_a_row_that_another_worker_took_meanwhile_is_left_to_it(
    partenaire: SimulateurEnProcessus, transmission: Transmission, monkeypatch: pytest.MonkeyPatch
) -> None:
    Transmission.objects.update(prochain_essai_at=timezone.now() + UNE_MINUTE)
    monkeypatch.setattr(sender, "_candidate", lambda *_: transmission.pk)
    assert sender.claim(JetonEnCours("x", 1), canal.read(), lease=UNE_MINUTE) == (True, None)


def test_nothing_is_claimed_when_nothing_is_due(db: None) -> None:
    assert sender.claim(JetonEnCours("x", 1), canal.read(), lease=UNE_MINUTE) == (False, None)


# --- services -----------------------------------------------------------------------------------


def test_a_row_that_never_left_is_simply_put_back(
    partenaire: SimulateurEnProcessus, transmission: Transmission, correspondant: Agent, settle: Settle
) -> None:
    frozen = transmission.donnees_figees
    Transmission.objects.filter(pk=transmission.pk).update(donnees_figees={})
    settle()
    assert read(transmission).erreur_code == "ILLISIBLE_ICI"
    Transmission.objects.filter(pk=transmission.pk).update(donnees_figees=frozen)
    services.requeue(transmission=read(transmission), by=correspondant)
    settle()
    assert read(transmission).etat == T.ACCUSEE
    assert partenaire.requetes("retrouverDepot") == []


def test_a_refused_row_is_not_replaced_without_consent(
    partenaire: SimulateurEnProcessus, transmission: Transmission, correspondant: Agent, settle: Settle
) -> None:
    partenaire.panne("NUMERO_CAI_INCONNU", nombre=1)
    settle()
    Synthese.objects.filter(pk=transmission.synthese_id).update(version=2)
    with pytest.raises(Exception, match="plus en vigueur"):
        services.redeposit(transmission=read(transmission), by=correspondant)


def test_an_erasure_that_failed_is_given_another_series_by_giving_up(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    correspondant: Agent,
    settle: Settle,
) -> None:
    settle()
    services.withdraw_transmission(bilan=transmission.bilan, by=correspondant, **RECUEIL)
    answer(take(), Reponse(400, code="CORPS_INVALIDE"))
    assert read(transmission).etat == T.ECHEC_DEFINITIF
    services.abandon(transmission=read(transmission), by=correspondant)
    settle()
    assert read(transmission).etat == T.EFFACEE


def test_a_bilan_that_is_not_concluded_has_nothing_to_freeze(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, transmission: Transmission
) -> None:
    bilan: Bilan = make_valide(direction, prescripteur, conseiller)
    bilan.date_fin_conclusion = None
    with pytest.raises(ValueError, match="concluded"):
        freeze(bilan, transmission.consentement, on=clock.today())


def test_rows_name_themselves_without_naming_anyone(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    settle()
    names = [str(read(transmission)), str(transmission.tentatives.get()), str(Canal.objects.get())]
    assert names == ["Transmission Reçue par Pôle emploi", "Tentative 1", "Canal Pôle emploi"]


def test_a_series_lives_at_the_rhythm_it_is_given(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settings: Settings
) -> None:
    settings.PE_FACTEUR_TEMPS = 1.0
    partenaire.panne("EN_COURS", nombre=1)
    assert sender.step(rythme=Rythme(1e8))
    row = Transmission.objects.get()
    assert (row.etat, row.erreur_code) == (T.ECHEC_DEFINITIF, "DELAI_DEPASSE"), "three days in three thousandths"
    assert "Un essai" in sentence_of(row)
    assert "Trois jours" not in sentence_of(row)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("consentement_retire", "a retiré son accord"),
        ("synthese_reprise", "La synthèse a été reprise"),
        ("contenu_detruit", "a été détruit avant d’arriver"),
        ("transmission_impossible", "a été abandonnée"),
    ],
)
def test_a_cancelled_row_says_why(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    conseiller: Agent,
    correspondant: Agent,
    settle: Settle,
    cause: str,
    words: str,
) -> None:
    bilan = transmission.bilan
    match cause:
        case "consentement_retire":
            retrait = {**RECUEIL, "mode": Consentement.Mode.GUICHET}
            services.withdraw_transmission(bilan=bilan, by=correspondant, **retrait)
        case "synthese_reprise":
            services.rework_synthese(bilan=bilan, motif=next(iter(MotifReprise)), by=conseiller)
        case "contenu_detruit":
            Synthese.objects.update(contenu=None, contenu_sha256="", observations=None, detruite_at=clock.now())
            settle()
        case _:
            partenaire.panne("NUMERO_CAI_INCONNU", nombre=1)
            settle()
            services.abandon(transmission=read(transmission), by=correspondant)
    row = read(transmission)
    assert (row.etat, row.motif_fin) == (T.ANNULEE, cause)
    assert words in sentence_of(row)
