"""The channel to the partner: pauses, the one worker who probes after them, and a token shared by all workers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from agents.models import Agent, DirectionTerritoriale
from poleemploi import canal, sender
from poleemploi.canal import JetonEnCours
from poleemploi.client import Reponse
from poleemploi.models import Canal, Transmission
from poleemploi.reponses import decide
from poleemploi.states import EtatTransmission, MotifPause, Operation
from tests.factories.transmissions import make_transmission
from tests.partenaire import UNE_MINUTE, answer, take
from tests.simulateur import SimulateurEnProcessus

pytestmark = pytest.mark.usefixtures("le_lendemain")
Settle = Callable[..., None]


def test_only_one_worker_probes_after_a_pause(partenaire: SimulateurEnProcessus, transmission: Transmission) -> None:
    ended = timezone.now() - timedelta(seconds=1)
    Canal.objects.update_or_create(pk=1, defaults={"pause_jusqua": ended, "pause_motif": MotifPause.PANNE})
    seen_by_both = canal.read()
    assert canal.take_probe(timezone.now(), timezone.now() + UNE_MINUTE)
    assert sender.claim(JetonEnCours("x", 1), seen_by_both, lease=UNE_MINUTE) == (False, None)
    assert transmission.tentatives.count() == 0


def test_a_probe_that_fails_pauses_again_and_one_that_proves_nothing_leaves_its_turn(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    ended = timezone.now() - timedelta(seconds=1)
    Canal.objects.update_or_create(pk=1, defaults={"pause_jusqua": ended, "pause_motif": MotifPause.PANNE})
    partenaire.panne("JETON_REFUSE", nombre=1)
    assert sender.step()
    pause = Canal.objects.get().pause_jusqua
    assert pause is not None
    assert pause <= timezone.now()
    partenaire.panne("ERREUR_500", operation="deposerSynthese", nombre=1)
    assert sender.step()
    assert Canal.objects.get().pause_motif == MotifPause.PANNE


def test_the_answer_to_the_request_that_goes_first_opens_the_channel(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    ended = timezone.now() - timedelta(seconds=1)
    Canal.objects.update_or_create(pk=1, defaults={"pause_jusqua": ended, "pause_motif": MotifPause.PANNE})
    assert sender.step()
    row = Canal.objects.get()
    assert (row.pause_jusqua, row.sonde_jusqua, row.pause_motif) == (None, None, "")


def test_a_partner_that_asks_for_time_with_a_503_gets_it(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    answer(take(), Reponse(503, code="INDISPONIBLE", retry_after="120"))
    pause = Canal.objects.get().pause_jusqua
    assert pause is not None
    assert pause - timezone.now() > timedelta(seconds=110)


@pytest.mark.parametrize(
    ("genre", "motif"),
    [
        ("QUOTA_SECONDES", MotifPause.QUOTA),
        ("ERREUR_500", MotifPause.PANNE),
        ("CLIENT_REFUSE", MotifPause.COMPTE),
        ("CORPS_HTML", MotifPause.PANNE),
    ],
)
def test_without_a_token_the_channel_waits_and_no_attempt_is_opened(
    partenaire: SimulateurEnProcessus, transmission: Transmission, genre: str, motif: str
) -> None:
    partenaire.panne(genre, operation="obtenirJeton", nombre=1)
    assert not sender.step()
    assert Canal.objects.get().pause_motif == motif
    assert transmission.tentatives.count() == 0


def test_a_token_that_cannot_be_renewed_serves_to_its_end(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    assert canal.token(sender.partner(), canal.read()) is not None
    Canal.objects.update(jeton_renouveler_at=timezone.now())
    partenaire.panne("ERREUR_500", operation="obtenirJeton")
    settle()
    assert Transmission.objects.get().etat == EtatTransmission.ACCUSEE
    assert Canal.objects.get().pause_jusqua is None


def test_a_token_is_renewed_before_its_end(partenaire: SimulateurEnProcessus, transmission: Transmission) -> None:
    first = canal.token(sender.partner(), canal.read())
    Canal.objects.update(jeton_renouveler_at=timezone.now())
    second = canal.token(sender.partner(), canal.read())
    assert first is not None
    assert second is not None
    assert (first.generation, second.generation) == (1, 2)


def test_a_worker_goes_on_with_the_old_token_while_another_renews_it(
    partenaire: SimulateurEnProcessus, db: None
) -> None:
    first = canal.token(sender.partner(), canal.read())
    Canal.objects.update(jeton_renouveler_at=timezone.now(), jeton_bail_jusqua=timezone.now() + UNE_MINUTE)
    assert canal.token(sender.partner(), canal.read()) == first


@pytest.mark.parametrize("outcome", ["fetched", "given_up", "never"])
def test_a_worker_without_token_waits_for_the_one_that_fetches_it(
    partenaire: SimulateurEnProcessus, db: None, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    canal.read()
    Canal.objects.update(jeton_bail_jusqua=timezone.now() + UNE_MINUTE)

    def meanwhile(_: float) -> None:
        if outcome == "fetched":
            Canal.objects.update(
                jeton=b"neuf", jeton_expire_at=timezone.now() + UNE_MINUTE, jeton_generation=7, jeton_bail_jusqua=None
            )
        elif outcome == "given_up":
            Canal.objects.update(jeton_bail_jusqua=None)

    monkeypatch.setattr(canal.time, "sleep", meanwhile)
    expected = JetonEnCours("neuf", 7) if outcome == "fetched" else None
    assert canal.token(sender.partner(), canal.read()) == expected


def test_a_refused_token_does_not_take_the_next_one_with_it(partenaire: SimulateurEnProcessus, db: None) -> None:
    old = canal.token(sender.partner(), canal.read())
    Canal.objects.update(jeton_renouveler_at=timezone.now())
    new = canal.token(sender.partner(), canal.read())
    assert old is not None
    canal.drop_token(old)
    assert canal.usable_token(canal.read(), timezone.now()) == new


@pytest.mark.parametrize("statut", [404, 500, None])
def test_the_token_after_a_refused_one_refused_too_is_our_account_s_fault(db: None, statut: int | None) -> None:
    """Unless the partner has given a good answer between; that the row is another one changes nothing."""

    def hear(reponse: Reponse, generation: int) -> str:
        decision = decide(Operation.RECHERCHE, reponse)
        canal.hear(decision, reponse, JetonEnCours("x", generation), probe=False, now=timezone.now())
        return Canal.objects.get().pause_motif

    canal.read()
    assert hear(Reponse(401), 3) == ""
    assert hear(Reponse(401), 3) == "", "by another worker, under way with the same one"
    if statut:
        hear(Reponse(statut, code="INCONNU" if statut == 404 else ""), 4)
    assert hear(Reponse(401), 4) == ("" if statut == 404 else MotifPause.COMPTE)


def test_a_revoked_account_is_asked_twice_however_many_rows_wait(
    partenaire: SimulateurEnProcessus, direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    for _ in range(4):
        make_transmission(direction, prescripteur, conseiller)
    partenaire.panne("JETON_REFUSE", operation="deposerSynthese")
    sender._advance()
    sender._advance()
    assert Canal.objects.get().pause_motif == MotifPause.COMPTE
    assert len(partenaire.requetes("deposerSynthese")) == 2


def pause_asked_of_another(*, seconds: int) -> None:
    """A request goes first after a pause; one that left before it is told to wait."""
    ended = timezone.now() - timedelta(seconds=1)
    Canal.objects.update_or_create(pk=1, defaults={"pause_jusqua": ended, "pause_motif": MotifPause.PANNE})
    assert canal.take_probe(timezone.now(), timezone.now() + UNE_MINUTE)
    canal.pause_quota(Reponse(429, retry_after=str(seconds)), timezone.now())


@pytest.mark.parametrize(
    "told", [lambda: canal.partner_answers(probe=True), lambda: canal.probe_failed(timezone.now())]
)
@pytest.mark.parametrize("seconds", [5, 3600], ids=["shorter than the turn", "longer"])
def test_a_pause_asked_for_while_one_request_goes_first_outlives_it(
    db: None, told: Callable[[], None], seconds: int
) -> None:
    pause_asked_of_another(seconds=seconds)
    told()
    until = Canal.objects.get().pause_jusqua
    assert until is not None
    assert timedelta(seconds=seconds - 2) < until - timezone.now() <= timedelta(seconds=seconds)


def test_a_row_is_not_put_off_beyond_its_seventy_two_hours(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    travail = take()
    Transmission.objects.update(serie_depuis_at=timezone.now() - timedelta(seconds=60))  # of 72 at this rhythm
    answer(travail, Reponse(503, retry_after="30"))
    row = Transmission.objects.get()
    assert (row.etat, row.erreur_code) == (EtatTransmission.ECHEC_DEFINITIF, "DELAI_DEPASSE")
