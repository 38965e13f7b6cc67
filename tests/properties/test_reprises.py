"""A thousand histories of answers: the policy keeps to the reference in all of them, and one that does not is seen."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from poleemploi import canal, outcome, reponses, reprise
from poleemploi.client import Coupure, Reponse
from poleemploi.models import Canal
from poleemploi.reponses import Suite
from poleemploi.reprise import Rythme
from poleemploi.states import EtatTransmission
from tests.properties.loi_de_reprise import breaches
from tests.properties.reprises import DEBUT, Coup, Histoire, Monde, in_memory

Jouer = Callable[..., Monde]
T = EtatTransmission
HISTOIRES = 1_000
# Those of the channel ask a real database at each answer.
HISTOIRES_DU_CANAL = int(os.environ.get("HISTOIRES", "100"))

REPOND = Coup(None, 1, 0.5)
DELAIS = ["0", "1", "30", "3600", "86400", "999999", format_datetime(DEBUT + timedelta(hours=1), usegmt=True)]
retry_after = st.none() | st.sampled_from(DELAIS)
pannes = st.one_of(
    st.builds(
        Reponse, st.sampled_from([500, 502, 503]), st.sampled_from(["", "INDISPONIBLE"]), retry_after=retry_after
    ),
    st.sampled_from([Reponse(coupure=Coupure.AVANT), Reponse(coupure=Coupure.APRES), Reponse(302), Reponse(404)]),
)
quotas = st.builds(Reponse, st.just(429), st.just("QUOTA_DEPASSE"), retry_after=retry_after)
comptes = st.sampled_from([Reponse(401, "JETON_INVALIDE"), Reponse(403, "PORTEE_INSUFFISANTE")])
metier = st.sampled_from([
    Reponse(409, "EN_COURS", retry_after="2"), Reponse(409, "CLE_REUTILISEE"), Reponse(409, "VERSION_PERIMEE"),
    Reponse(422, "NUMERO_CAI_INCONNU"), Reponse(400, "CORPS_INVALIDE"), Reponse(413), Reponse(404, "INCONNU"),
    Reponse(200), Reponse(201), None,
])  # fmt: skip
aleas = st.floats(0, 1, exclude_max=True)
coups = st.builds(Coup, st.one_of(pannes, pannes, quotas, comptes, metier), st.floats(0.001, 45), aleas)
suites = st.lists(coups, max_size=12).map(tuple)
en_panne = st.builds(Coup, pannes, st.floats(0.001, 5), st.floats(0.5, 1, exclude_max=True))
repond = st.builds(Coup, st.none(), st.floats(0.001, 5), aleas)
fins = st.one_of(repond, repond, repond, en_panne)
rangees = st.builds(Histoire, suites, fins, st.just(1), st.just(0)) | st.builds(
    Histoire, suites, fins, st.just(0), st.just(1)
)
ensembles = st.builds(Histoire, suites, repond, st.just(3), st.just(1))
au_hasard = settings(
    phases=[Phase.generate], deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def jouer() -> Iterator[Jouer]:
    with in_memory() as play:
        yield play


def test_no_history_of_a_row_breaks_the_policy(jouer: Jouer) -> None:
    ended: set[str] = set()

    @settings(au_hasard, max_examples=HISTOIRES)
    @given(histoire=rangees)
    def judge(histoire: Histoire) -> None:
        monde = jouer(histoire)
        assert breaches(monde) == []
        ended.update(str(row.etat) for row in monde.rows)

    judge()
    assert ended == {T.ACCUSEE, T.REJETEE, T.ECHEC_DEFINITIF, T.EFFACEE}


@pytest.mark.django_db
def test_no_history_of_the_channel_breaks_the_policy(jouer: Jouer) -> None:
    @settings(au_hasard, max_examples=HISTOIRES_DU_CANAL)
    @given(histoire=ensembles)
    def judge(histoire: Histoire) -> None:
        assert breaches(jouer(histoire, avec_canal=True)) == []

    judge()


# --- a policy that does not keep to it is seen ---------------------------------------------------


def _without_jitter(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(random, "random", lambda: 0.5)


def _without_cap(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reprise, "FENETRE_MAX", timedelta(hours=4))


def _without_growth(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reprise, "FENETRE_MAX", reprise.PREMIERE_FENETRE)


def _without_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reprise, "DUREE_MAX", timedelta(hours=73))


def _deaf_to_retry_after(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outcome, "asked_wait", lambda *_, **__: None)


def _put_off_beyond_the_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Rythme, "ends_before", lambda *_: False)


def _impatient_of_quotas(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Rythme, "quota_wait", lambda *_, **__: timedelta(seconds=10))


def _instead(patch: pytest.MonkeyPatch, suite: Suite, other: Suite) -> None:
    table = tuple(replace(ligne, suite=other) if ligne.suite is suite else ligne for ligne in reponses.TABLE)
    patch.setattr(reponses, "TABLE", table)


def _refusals_tried_again(patch: pytest.MonkeyPatch) -> None:
    _instead(patch, Suite.REJETER, Suite.REESSAYER)


def _sent_again_blindly(patch: pytest.MonkeyPatch) -> None:
    _instead(patch, Suite.DOUTER, Suite.REESSAYER)


BRISEES = [
    _without_jitter, _without_cap, _without_growth, _without_end, _deaf_to_retry_after, _put_off_beyond_the_end,
    _impatient_of_quotas, _refusals_tried_again, _sent_again_blindly,
]  # fmt: skip


@pytest.mark.parametrize("brisee", BRISEES)
def test_a_broken_policy_is_seen(jouer: Jouer, monkeypatch: pytest.MonkeyPatch, brisee: Callable[..., None]) -> None:
    brisee(monkeypatch)
    chosen = settings(au_hasard, phases=[Phase.generate], max_examples=HISTOIRES)
    assert find(rangees, lambda histoire: bool(breaches(jouer(histoire))), settings=chosen)


def _never_paused(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(canal, "pause", lambda *_: None)


def _several_at_once_after_a_pause(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(canal, "take_probe", lambda *_: True)


def _opened_by_any_answer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(canal, "partner_answers", lambda **_: Canal.objects.update(pause_jusqua=None, echecs_de_suite=0))


def _reopened_by_a_probe_that_fails(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(canal, "probe_failed", lambda now: Canal.objects.update(pause_jusqua=now))


def _slow_to_see_an_outage(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(canal, "PANNES_AVANT_PAUSE", 7)


def _half_closed_for_ever(patch: pytest.MonkeyPatch) -> None:
    answers = canal.partner_answers
    patch.setattr(canal, "partner_answers", lambda **_: answers(probe=False))


CINQ_PANNES = Histoire((Coup(Reponse(500), 1, 0.5),) * 6, REPOND, depots=3)
# A long wait is asked for while another request goes first, to see whether a short one is over.
LONGUE = Coup(Reponse(502, retry_after="3600"), 17, 0.5)
COURTE = Coup(Reponse(429, "QUOTA_DEPASSE", retry_after="1"), 1, 0.5)
SONDE_ENTENDUE = Histoire((LONGUE, COURTE, Coup(None, 17, 0.5)), REPOND, depots=3)
SONDE_PERDUE = Histoire((LONGUE, COURTE, Coup(Reponse(401, "JETON_INVALIDE"), 17, 0.5)), REPOND, depots=3)
CANAUX = [
    (_never_paused, CINQ_PANNES),
    (_slow_to_see_an_outage, CINQ_PANNES),
    (_several_at_once_after_a_pause, CINQ_PANNES),
    (_half_closed_for_ever, CINQ_PANNES),
    (_opened_by_any_answer, SONDE_ENTENDUE),
    (_reopened_by_a_probe_that_fails, SONDE_PERDUE),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("brisee", "histoire"), CANAUX)
def test_a_broken_channel_is_seen(
    jouer: Jouer, monkeypatch: pytest.MonkeyPatch, brisee: Callable[..., None], histoire: Histoire
) -> None:
    assert breaches(jouer(histoire, avec_canal=True)) == []
    brisee(monkeypatch)
    assert breaches(jouer(histoire, avec_canal=True)) != []


def test_a_version_called_outdated_is_sent_no_more_once_it_was_looked_up_in_vain(
    jouer: Jouer, monkeypatch: pytest.MonkeyPatch
) -> None:
    inconnu = Coup(Reponse(404, "INCONNU"), 1, 0.5)
    coups = (
        Coup(Reponse(coupure=Coupure.APRES), 1, 0.5),
        inconnu,
        Coup(Reponse(409, "VERSION_PERIMEE"), 1, 0.5),
        inconnu,
    )
    histoire = Histoire(coups, REPOND, 1, 0)
    assert breaches(jouer(histoire)) == []
    monkeypatch.setattr(outcome, "_last_deposit", lambda _: None)
    assert "sent again although refused" in str(breaches(jouer(histoire)))
