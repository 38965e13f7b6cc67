"""What the exchange measures of itself, for Prometheus: read from PostgreSQL when asked, whatever process answers.

Nothing is counted in the memory of a process: web servers and workers are several, and come and go. States and ages are
those of now. Counters are those of the ledger since midnight: they go back to zero there, as those of a process that
starts again do, so that nothing older is ever read, nor missed once a file is anonymised. Nobody's data, no identifier.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from core import battements
from poleemploi import canal
from poleemploi.models import Canal, EvenementEcarte, EvenementRecu, Flux, Tentative, Transmission
from poleemploi.states import (
    A_TRAITER_PAR_LE_SYSTEME,
    A_TRAITER_PAR_UN_AGENT,
    EtatTransmission,
    Issue,
    MotifEcart,
    MotifPause,
    Operation,
    Sort,
)  # fmt: skip

OUVERTES = (*A_TRAITER_PAR_LE_SYSTEME, *A_TRAITER_PAR_UN_AGENT)
DU_LIVRE = (Operation.DEPOT, Operation.RECHERCHE, Operation.EFFACEMENT)  # what the ledger holds attempts of
BORNES = (50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 45_000)  # milliseconds, inclusive


class Releve:
    """One reading at one real instant; ``prometheus_client.generate_latest`` takes it for a registry."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        """Every family with all its labels, zeros included. Raises DatabaseError."""
        yield from self._queue()
        yield from self._attempts()
        yield from self._channel()
        yield from self._returns()
        yield from self._life()

    def _age(self, since: datetime | None) -> float:
        """Seconds since an instant; 0 when there is none."""
        return max(0.0, (self.now - since).total_seconds()) if since else 0.0

    def _queue(self) -> Iterator[Metric]:
        rows = Transmission.objects.order_by()
        counted: dict[str, int] = dict(rows.values_list("etat").annotate(n=Count("*")))
        yield _gauge("cai_transmissions", "Transmissions, by state.", "etat",
                     {etat: counted.get(etat, 0) for etat in EtatTransmission})  # fmt: skip
        free = Transmission.objects.due(self.now).first_of_their_file().order_by()
        due = free.aggregate(n=Count("*"), since=Min("prochain_essai_at"))
        yield GaugeMetricFamily(
            "cai_transmissions_dues",
            "Rows that are due, that no worker holds and that no older one precedes.",
            due["n"],
        )
        yield GaugeMetricFamily(
            "cai_transmission_due_age_seconds", "How long the oldest due row has been due.", self._age(due["since"])
        )
        yield from self._waiting({row["etat"]: row for row in _open_rows()})

    def _waiting(self, rows: Mapping[str, Mapping[str, Any]]) -> Iterator[Metric]:
        yield _gauge(
            "cai_transmission_attente_age_seconds",
            "How long the row that has been in this state for the longest has been worked on, or waited for a person.",
            "etat",
            {etat: self._age(rows[etat]["since"]) if etat in rows else 0 for etat in OUVERTES},
        )
        # What the partner may still hold of people who took their agreement back.
        erasures = [row for row in rows.values() if row["effacements"]]
        oldest = max((self._age(row["effacement_since"]) for row in erasures), default=0)
        yield GaugeMetricFamily(
            "cai_effacements_en_attente",
            "Erasures asked for and not done yet.",
            sum(row["effacements"] for row in erasures),
        )
        yield GaugeMetricFamily("cai_effacement_age_seconds", "How long the oldest of them has been worked on.", oldest)

    def _attempts(self) -> Iterator[Metric]:
        counts = CounterMetricFamily(
            "cai_tentatives", "Attempts ended since midnight, by outcome.", labels=["operation", "issue"]
        )
        durations = HistogramMetricFamily(
            "cai_tentative_duree_seconds", "Time the partner took to answer, since midnight.", labels=["operation"]
        )
        ended = {(row["operation"], row["issue"]): row for row in self._ledger()}
        for operation in DU_LIVRE:
            rows = [ended.get((operation, issue), {}) for issue in Issue]
            for issue, row in zip(Issue, rows, strict=True):
                counts.add_metric([operation.value, issue.value], row.get("n", 0))
            buckets = [(str(borne / 1000), sum(row.get(f"sous_{borne}", 0) for row in rows)) for borne in BORNES]
            timed = sum(row.get("mesurees", 0) for row in rows)
            total = sum(row.get("somme") or 0 for row in rows) / 1000
            durations.add_metric([operation.value], [*buckets, ("+Inf", timed)], total)
        yield counts
        yield durations
        still_open = Tentative.objects.filter(fermee_at=None).count()
        yield GaugeMetricFamily("cai_tentatives_ouvertes", "Attempts whose answer is not recorded yet.", still_open)

    def _ledger(self) -> Iterable[Mapping[str, Any]]:
        midnight = timezone.localtime(self.now).replace(hour=0, minute=0, second=0, microsecond=0)
        ended = Tentative.objects.filter(fermee_at__gte=midnight).order_by().values("operation", "issue")
        within = {f"sous_{borne}": Count("pk", filter=Q(duree_ms__lte=borne)) for borne in BORNES}
        return ended.annotate(n=Count("pk"), mesurees=Count("duree_ms"), somme=Sum("duree_ms"), **within)

    def _channel(self) -> Iterator[Metric]:
        row = Canal.objects.filter(pk=1).first() or Canal()
        since = row.restauration_depuis or row.pause_depuis
        motif = MotifPause.RESTAURATION if row.restauration_depuis else row.pause_motif if since else ""
        yield _gauge("cai_canal_en_pause", "1 for the reason why the channel is paused.", "motif",
                     {known: float(known == motif) for known in MotifPause})  # fmt: skip
        yield GaugeMetricFamily(
            "cai_canal_pause_age_seconds", "How long the channel has been paused.", self._age(since)
        )
        yield GaugeMetricFamily("cai_canal_echecs_de_suite", "Failures of the partner in a row.", row.echecs_de_suite)
        has_token = canal.usable_token(row, self.now) is not None
        yield GaugeMetricFamily("cai_canal_jeton_valide", "1 while a token is in hand.", has_token)
        yield GaugeMetricFamily("cai_emetteur_actif", "0 while EMETTEUR_ACTIF holds it.", settings.EMETTEUR_ACTIF)

    def _returns(self) -> Iterator[Metric]:
        flux = Flux.objects.filter(pk=1).first() or Flux()
        read_at = flux.lu_at.timestamp() if flux.lu_at else 0.0
        yield GaugeMetricFamily("cai_flux_lu_timestamp_seconds", "When the feed of returns was last read.", read_at)
        yield GaugeMetricFamily("cai_flux_refuse", "1 while the partner refuses the reading.", flux.erreur_code != "")
        received: dict[str, int] = dict(EvenementRecu.objects.values_list("sort").annotate(n=Count("*")))
        events = CounterMetricFamily("cai_retours", "Events of the feed, by what became of them.", labels=["sort"])
        for sort in Sort:
            events.add_metric([sort.value], received.get(sort, 0))
        yield events
        aside = EvenementEcarte.objects.to_examine().order_by()
        rows = {row["motif"]: row for row in aside.values("motif").annotate(n=Count("*"), since=Min("created_at"))}
        yield _gauge("cai_retours_ecartes", "Returns set aside that nobody has settled.", "motif",
                     {motif: rows[motif]["n"] if motif in rows else 0 for motif in MotifEcart})  # fmt: skip
        oldest = max((self._age(row["since"]) for row in rows.values()), default=0)
        yield GaugeMetricFamily("cai_retours_ecarte_age_seconds", "How long the oldest of them has waited.", oldest)

    def _life(self) -> Iterator[Metric]:
        life = GaugeMetricFamily(
            "cai_battement_timestamp_seconds", "When each link of the chain was last seen.", labels=["maillon"]
        )
        for maillon, at in battements.last_seen().items():
            life.add_metric([maillon.value], at.timestamp() if at else 0.0)
        yield life


def _open_rows() -> Iterable[dict[str, Any]]:
    """By state that is not an end: since when its rows have been worked on, or have waited for a person.

    That is the end of the work, else the first attempt of the present series, else when it became due.
    """
    since = Coalesce("termine_at", "serie_depuis_at", "prochain_essai_at")
    erasure = Q(effacement_voulu=True) | Q(etat=EtatTransmission.EFFACEMENT_DEMANDE)
    rows = Transmission.objects.order_by().filter(etat__in=OUVERTES).values("etat")
    found: Iterable[dict[str, Any]] = rows.annotate(
        since=Min(since), effacements=Count("etat", filter=erasure), effacement_since=Min(since, filter=erasure)
    )
    return found


def _gauge(name: str, documentation: str, label: str, values: dict[Any, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, documentation, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
