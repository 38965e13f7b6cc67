"""A corrected synthesis replaces the one that Pôle emploi has, whatever became of the older one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from agents.models import Agent
from bilan.models import Synthese
from bilan.states import MotifReprise
from poleemploi import sender, services
from poleemploi.client import Coupure, Reponse
from poleemploi.correction import corrections_of
from poleemploi.models import Transmission
from poleemploi.presentation import sentence_of
from poleemploi.states import EtatTransmission, Issue, MotifFin, Operation
from tests.factories.transmissions import RECUEIL, sign_again
from tests.partenaire import answer, take
from tests.simulateur import SimulateurEnProcessus

pytestmark = pytest.mark.usefixtures("le_lendemain")
T = EtatTransmission
Settle = Callable[..., None]
PERIMEE = Reponse(409, code="VERSION_PERIMEE")


def read(transmission: Transmission) -> Transmission:
    return Transmission.objects.get(pk=transmission.pk)


def lose(partenaire: SimulateurEnProcessus, genre: str, row: Transmission, settle: Settle) -> None:
    """The answer is lost, and three days of looking the deposit up are in vain."""
    partenaire.panne(genre, operation="deposerSynthese", nombre=1)
    partenaire.panne("ERREUR_500", operation="retrouverDepot")
    assert sender.step()
    Transmission.objects.filter(pk=row.pk).update(serie_depuis_at=timezone.now() - timedelta(days=4))
    settle()
    assert read(row).etat == T.ECHEC_DEFINITIF


def correct(row: Transmission, conseiller: Agent) -> Transmission:
    """The next version, signed and agreed to."""
    services.rework_synthese(bilan=row.bilan, motif=next(iter(MotifReprise)), by=conseiller)
    sign_again(row.bilan)
    bilan = type(row.bilan).objects.get(pk=row.bilan_id)
    return services.grant_transmission(bilan=bilan, by=conseiller, **RECUEIL)


@pytest.fixture
def overtaken(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    conseiller: Agent,
    settle: Settle,
    request: pytest.FixtureRequest,
) -> Transmission:
    """The newer version, received while nobody can tell what became of the older one, and the partner well again."""
    lose(partenaire, request.param, transmission, settle)
    newer = correct(transmission, conseiller)
    Transmission.objects.filter(pk=transmission.pk).update(serie_depuis_at=timezone.now() - timedelta(days=4))
    settle()
    assert (read(transmission).etat, read(newer).etat) == (T.ECHEC_DEFINITIF, T.ACCUSEE)
    partenaire.sans_panne()
    return newer


@pytest.mark.parametrize("overtaken", ["COUPURE_APRES"], indirect=True)
def test_an_older_version_found_received_after_the_newer_keeps_its_receipt_and_takes_nothing_back(
    partenaire: SimulateurEnProcessus,
    overtaken: Transmission,
    transmission: Transmission,
    correspondant: Agent,
    settle: Settle,
) -> None:
    services.requeue(transmission=read(transmission), by=correspondant)
    settle()
    assert (read(transmission).etat, read(overtaken).etat) == (T.ACCUSEE, T.ACCUSEE)
    assert [(depot["version"], depot["etat"]) for depot in partenaire.depots()] == [(1, "REMPLACE"), (2, "EN_VIGUEUR")]
    first = Synthese.objects.get(bilan=transmission.bilan, version=1)
    assert first.accuse_identifiant == read(transmission).accuse_identifiant
    assert {one["cle"] for one in partenaire.requetes("deposerSynthese")} == {str(transmission.pk), str(overtaken.pk)}
    assert len(partenaire.requetes("deposerSynthese")) == 2, "the older one is not sent again"


@pytest.mark.parametrize("overtaken", ["COUPURE_AVANT"], indirect=True)
def test_an_older_version_that_never_arrived_is_not_sent_after_the_newer(
    partenaire: SimulateurEnProcessus,
    overtaken: Transmission,
    transmission: Transmission,
    correspondant: Agent,
    settle: Settle,
) -> None:
    services.requeue(transmission=read(transmission), by=correspondant)
    settle()
    assert (read(transmission).etat, read(transmission).motif_fin) == (T.ANNULEE, MotifFin.SYNTHESE_REPRISE)
    assert [depot["version"] for depot in partenaire.depots()] == [2]


@pytest.mark.parametrize("overtaken", ["COUPURE_APRES"], indirect=True)
def test_to_withdraw_after_the_newer_version_erases_both(
    partenaire: SimulateurEnProcessus,
    overtaken: Transmission,
    transmission: Transmission,
    agent_ofii: Agent,
    settle: Settle,
) -> None:
    services.withdraw_transmission(bilan=transmission.bilan, by=agent_ofii, **RECUEIL)
    settle()
    assert (read(transmission).etat, read(overtaken).etat) == (T.EFFACEE, T.EFFACEE)
    assert [(depot["etat"], depot["corps"]) for depot in partenaire.depots()] == [("EFFACE", None)] * 2


# --- VERSION_PERIMEE ------------------------------------------------------------------------------


@pytest.mark.rule("F.1-perimee")
def test_a_resend_refused_because_it_had_arrived_is_looked_up_and_found(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    first = take()
    sender.send(sender.partner(), first)
    answer(first, Reponse(coupure=Coupure.APRES))
    Transmission.objects.update(prochain_essai_at=timezone.now())
    answer(take(), Reponse(404, code="INCONNU"))  # asked too early
    answer(take(), PERIMEE)
    assert (read(transmission).etat, read(transmission).erreur_code) == (T.INCERTAINE, "")
    settle()
    assert read(transmission).etat == T.ACCUSEE
    assert list(transmission.tentatives.order_by("numero").values_list("operation", "issue")) == [
        (Operation.DEPOT, Issue.INCERTAIN),
        (Operation.RECHERCHE, Issue.INTROUVABLE),
        (Operation.DEPOT, Issue.REFUSE),
        (Operation.RECHERCHE, Issue.ACCEPTE),
    ]


@pytest.mark.rule("F.1-perimee")
def test_a_resend_refused_and_unknown_under_its_key_waits_for_a_person_and_is_not_sent_again(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    answer(take(), Reponse(coupure=Coupure.APRES))
    Transmission.objects.update(prochain_essai_at=timezone.now())
    answer(take(), Reponse(404, code="INCONNU"))
    answer(take(), PERIMEE)
    answer(take(), Reponse(404, code="INCONNU"))
    row = read(transmission)
    assert (row.etat, row.erreur_code) == (T.REJETEE, "VERSION_PERIMEE")
    assert row.erreur_champs[0]["chemin"] == "/synthese/version"
    assert not sender.step()


def test_another_deposit_s_version_is_told_at_once_with_the_page_that_makes_a_newer_one(
    partenaire: SimulateurEnProcessus, transmission: Transmission, conseiller: Agent, settle: Settle
) -> None:
    answer(take(), PERIMEE)
    row = read(transmission)
    assert row.etat == T.REJETEE
    assert "une nouvelle la remplacera" in sentence_of(row)
    (correction,) = corrections_of(row, conseiller)
    assert (correction.champ, correction.lien) == ("Version de la synthèse", "Reprendre la synthèse")
    newer = correct(row, conseiller)
    settle()
    assert (read(row).etat, read(newer).etat) == (T.ANNULEE, T.ACCUSEE)


def test_a_synthesis_too_long_for_a_gateway_is_the_adviser_s_to_shorten(
    partenaire: SimulateurEnProcessus, transmission: Transmission, conseiller: Agent
) -> None:
    answer(take(), Reponse(413))
    assert read(transmission).erreur_code == "CORPS_TROP_GRAND"
    assert "abrège" in sentence_of(read(transmission))
    assert corrections_of(read(transmission), conseiller)[0].lien == "Reprendre la synthèse"
