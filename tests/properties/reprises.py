"""The life of rows under answers drawn at random, at the speed of thought: what the partner says, what is done, when.

Decision table, policy, consequences for the row and for the channel are the application's own; the rows alone live in
memory, and time is a number. Two workers share the queue, so that answers cross.
"""

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bilan.models import Bilan, Consentement, Synthese
from poleemploi import canal, outcome, sender
from poleemploi.canal import JetonEnCours
from poleemploi.client import Recu, Reponse
from poleemploi.models import Canal, Tentative, Transmission
from poleemploi.outcome import Resultat
from poleemploi.reponses import Decision, Suite, decide
from poleemploi.reprise import Rythme
from poleemploi.standing import Accord
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME, EtatTransmission, Operation

DEBUT = datetime(2010, 5, 12, 14, 0, tzinfo=UTC)
BAIL = timedelta(seconds=55)  # a request at its longest, and a margin
OUVRIERS = 2
RECU = Recu("PE-1", DEBUT, "TROUVE")
SUCCES: dict[Operation, Reponse] = {
    Operation.DEPOT: Reponse(201, recu=RECU),
    Operation.RECHERCHE: Reponse(200, recu=RECU),
    Operation.EFFACEMENT: Reponse(204),
}


@dataclass(frozen=True)
class Coup:
    """One answer: what comes back (None: what is right for the request), after how long, and the draw that follows."""

    reponse: Reponse | None
    latence: float
    alea: float


@dataclass(frozen=True)
class Histoire:
    """What the partner answers to requests in the order they are made; afterwards always ``fin``."""

    coups: tuple[Coup, ...]
    fin: Coup
    depots: int = 1
    effacements: int = 0


@dataclass
class Essai:
    """One attempt, as an observer writes it down."""

    rangee: int
    operation: Operation
    ouvert: datetime
    serie: datetime  # when its series began
    coup: Coup
    decision: Decision
    reponse: Reponse
    ferme: datetime
    sonde: bool  # it went first, and alone, after a pause
    jeton: int  # the number of the token shown
    etat: str = ""  # of the row, afterwards
    prochain: datetime | None = None


@dataclass
class Monde:
    """The clock, the rows and what an observer saw."""

    histoire: Histoire
    avec_canal: bool
    now: datetime = DEBUT
    essais: list[Essai] = field(default_factory=list)  # in the order in which they were opened
    pause: datetime = DEBUT
    jeton: int = 1  # the number of the token in use
    _alea: float = 0.0

    def __post_init__(self) -> None:
        self.rows = [_row(T.EN_FILE) for _ in range(self.histoire.depots)]
        self.rows += [_row(T.EFFACEMENT_DEMANDE) for _ in range(self.histoire.effacements)]
        self.en_vol: list[tuple[datetime, int, Resultat, Tentative, Essai]] = []

    def play(self) -> "Monde":
        """Until nothing is left for the system to do."""
        for _ in range(5_000):
            self._claim()
            if (instant := self._next_instant()) is None:
                return self
            self.now = instant
            while self.en_vol and self.en_vol[0][0] <= self.now:
                self._answer(*heapq.heappop(self.en_vol)[2:])
        raise AssertionError("tried for ever")

    def in_doubt(self, row: Transmission) -> bool:
        """As the sender reads it in the ledger: one deposit before the last was left in doubt."""
        return any(essai.decision.suite is Suite.DOUTER for essai in self._deposits(row)[:-1])

    def last_deposit(self, row: Transmission) -> Tentative | None:
        """As the sender reads it in the ledger."""
        deposits = self._deposits(row)
        return (
            Tentative(issue=deposits[-1].decision.issue, code_metier=deposits[-1].decision.code) if deposits else None
        )

    def _deposits(self, row: Transmission) -> list[Essai]:
        rangee = self.rows.index(row)
        return [essai for essai in self.essais if essai.rangee == rangee and essai.operation == Operation.DEPOT]

    def alive(self) -> list[Transmission]:
        return [row for row in self.rows if row.etat in A_TRAITER_PAR_LE_SYSTEME]

    def _due(self) -> list[Transmission]:
        free = [row for row in self.alive() if row.bail_jusqua is None and row.prochain_essai_at]
        return sorted(free, key=lambda row: (row.prochain_essai_at, self.rows.index(row)))

    def _next_instant(self) -> datetime | None:
        instants = [self.en_vol[0][0]] if self.en_vol else []
        if len(self.en_vol) < OUVRIERS and (due := self._due()):
            instants.append(max(due[0].prochain_essai_at, self._closed_until()))
        return max(min(instants), self.now) if instants else None

    def _closed_until(self) -> datetime:
        return (canal.read().pause_jusqua or DEBUT) if self.avec_canal else self.pause

    def _claim(self) -> None:
        while len(self.en_vol) < OUVRIERS:
            row = next((row for row in self._due() if row.prochain_essai_at <= self.now), None)
            if row is None or self._closed_until() > self.now:
                return
            probe = False
            if self.avec_canal and canal.needs_probe(canal.read(), self.now):
                probe = canal.take_probe(self.now, self.now + BAIL)
            operation, _ = sender._next_operation(row, self.now)
            tentative = sender.open_attempt(row, operation, self.now, BAIL)
            self._send(row, tentative, operation, probe)

    def _send(self, row: Transmission, tentative: Tentative, operation: Operation, probe: bool) -> None:
        rang = len(self.essais)
        coup = self.histoire.coups[rang] if rang < len(self.histoire.coups) else self.histoire.fin
        reponse = coup.reponse or SUCCES[operation]
        resultat = Resultat(row.pk, rang, operation, reponse, 1, JetonEnCours("jeton", self.jeton), probe, Rythme())
        ferme = self.now + timedelta(seconds=coup.latence)
        decision, serie = decide(operation, reponse), row.serie_depuis_at or self.now
        essai = Essai(
            self.rows.index(row), operation, self.now, serie, coup, decision, reponse, ferme, probe, self.jeton
        )
        self.essais.append(essai)
        heapq.heappush(self.en_vol, (ferme, rang, resultat, tentative, essai))

    def _answer(self, resultat: Resultat, tentative: Tentative, essai: Essai) -> None:
        row, now = self.rows[essai.rangee], self.now
        self._alea = essai.coup.alea
        row.bail_jusqua = None
        outcome._apply(row, tentative, essai.decision, resultat, now)
        if essai.reponse.statut == 401 and essai.jeton == self.jeton:
            self.jeton += 1
        essai.etat, essai.prochain = str(row.etat), row.prochain_essai_at
        if self.avec_canal:
            canal.hear(essai.decision, essai.reponse, resultat.jeton, probe=resultat.probe, now=now)
        elif essai.decision.suite is Suite.ATTENDRE_QUOTA:
            self.pause = max(self.pause, now + Rythme().quota_wait(essai.reponse.retry_after, now=now))


T = EtatTransmission


def _row(etat: EtatTransmission) -> Transmission:
    received = {"accuse_identifiant": "PE-1", "accuse_at": DEBUT} if etat == T.EFFACEMENT_DEMANDE else {}
    row = Transmission(bilan=Bilan(), synthese=Synthese(), consentement=Consentement(), etat=etat, **received)
    row.prochain_essai_at = DEBUT
    return row


@contextmanager
def in_memory() -> Iterator[Callable[..., Monde]]:
    """Rows that are saved nowhere, a consent that holds, and the clock of the world for the channel."""
    worlds: list[Monde] = []

    def play(histoire: Histoire, *, avec_canal: bool = False) -> Monde:
        if avec_canal:
            Canal.objects.all().delete()
        worlds[:] = [Monde(histoire, avec_canal)]
        return worlds[0].play()

    nothing = lambda *_, **__: None  # noqa: E731
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transmission, "save", nothing)
        patch.setattr(
            sender, "Tentative", SimpleNamespace(objects=SimpleNamespace(create=lambda **fields: Tentative(**fields)))
        )
        patch.setattr(sender, "_deposit", lambda *_: (Operation.DEPOT, b"{}"))
        patch.setattr(sender, "standing", lambda _: Accord.EN_VIGUEUR)
        patch.setattr(outcome, "standing", lambda _: Accord.EN_VIGUEUR)
        for name in ("echange.note_first_attempt", "tell"):
            patch.setattr(f"poleemploi.sender.{name}", nothing)
        for name in ("echange.note_acknowledgement", "tell", "journal.log_access", "apply_retention"):
            patch.setattr(f"poleemploi.outcome.{name}", nothing)
        patch.setattr(outcome, "_may_be_ours", lambda row, _: worlds[0].in_doubt(row))
        patch.setattr(outcome, "_last_deposit", lambda row: worlds[0].last_deposit(row))
        patch.setattr(outcome.random, "random", lambda: worlds[0]._alea)
        patch.setattr("django.utils.timezone.now", lambda: worlds[0].now if worlds else DEBUT)
        yield play
