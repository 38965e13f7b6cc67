"""The week of a prestataire: its appointments, who receives them, and how much that makes. Never a synthesis."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min
from django_fsm import can_proceed

from agents.models import Affectation, Agent
from agents.permissions import prestataire_ids
from agents.roles import Permission, Role
from bilan.models import RendezVous, RendezVousQuerySet
from bilan.states import Etat
from core import clock

S = RendezVous.Statut
TENUS = (S.PREVU, S.HONORE, S.MANQUE)  # what still takes, or took, an adviser's time
SEMAINE = timedelta(days=7)


@dataclass
class Charge:
    """What one adviser receives in the week."""

    conseiller: Agent
    rendez_vous: int = 0
    minutes: int = 0


@dataclass(frozen=True)
class Semaine:
    """One week, Monday to Sunday, of the prestataires whose planning an agent may see."""

    lundi: date
    jours: list[tuple[date, list[RendezVous]]]
    charges: list[Charge]
    mois: list[tuple[str, int]]
    prochain: datetime | None  # the next appointment after this week

    @property
    def dimanche(self) -> date:
        return self.lundi + timedelta(days=6)

    @property
    def precedente(self) -> date:
        return self.lundi - SEMAINE

    @property
    def suivante(self) -> date:
        return self.lundi + SEMAINE


def planned_for(agent: Agent) -> RendezVousQuerySet:
    """The appointments of the prestataires that the agent answers for."""
    houses = prestataire_ids(agent, Permission.VOIR_PLANNING)
    found: RendezVousQuerySet = RendezVous.objects.visible_to(agent).filter(prestataire__in=houses)
    return found


def week_of(agent: Agent, day: date) -> Semaine:
    """The week of a day, in a constant number of queries; with it, what the month of its Monday came to."""
    lundi = day - timedelta(days=day.weekday())
    rows = list(
        planned_for(agent)
        .filter(statut__in=TENUS, debut__gte=clock.at(lundi), debut__lt=clock.at(lundi + SEMAINE))
        .select_related("bilan__contrat__signataire__langue_comprise", "bilan__conseiller", "conseiller", "lieu")
        .order_by("debut", "conseiller__nom")
    )
    after = planned_for(agent).filter(statut=S.PREVU, debut__gte=clock.at(lundi + SEMAINE))
    return Semaine(
        lundi=lundi,
        jours=_by_day(rows),
        charges=_charges(advisers_of(prestataire_ids(agent, Permission.VOIR_PLANNING)), rows),
        mois=_month(planned_for(agent), lundi),
        prochain=after.aggregate(prochain=Min("debut"))["prochain"],
    )


def _by_day(rows: Sequence[RendezVous]) -> list[tuple[date, list[RendezVous]]]:
    days: dict[date, list[RendezVous]] = {}
    for row in rows:
        days.setdefault(row.debut.astimezone(clock.PARIS).date(), []).append(row)
    return list(days.items())


def _charges(advisers: Iterable[Agent], rows: Sequence[RendezVous]) -> list[Charge]:
    charges = {adviser.pk: Charge(adviser) for adviser in advisers}
    for row in rows:
        charge = charges.setdefault(row.conseiller_id, Charge(row.conseiller))
        charge.rendez_vous += 1
        charge.minutes += row.duree_minutes
    return list(charges.values())


def _month(planned: RendezVousQuerySet, day: date) -> list[tuple[str, int]]:
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    in_month = planned.filter(debut__gte=clock.at(first), debut__lt=clock.at(following))
    counts = dict(in_month.order_by().values_list("statut").annotate(Count("pk")))
    return [(str(statut.label), counts.get(statut, 0)) for statut in S]


def advisers_of(prestataires: Iterable[UUID]) -> list[Agent]:
    """Advisers in post today at these prestataires, by name, each once."""
    posts = Affectation.objects.in_force().filter(role=Role.CONSEILLER_BILAN, prestataire__in=list(prestataires))
    return list(Agent.objects.filter(is_active=True, pk__in=posts.values("agent_id")))


def busy_advisers(rendez_vous: RendezVous) -> set[UUID]:
    """Who receives somebody else at the time of an appointment."""
    others = RendezVous.objects.taking_time(rendez_vous.debut, rendez_vous.fin).exclude(bilan=rendez_vous.bilan_id)
    return set(others.order_by().values_list("conseiller_id", flat=True))


def may_be_entrusted(rendez_vous: RendezVous, now: datetime) -> bool:
    """Whether another adviser may still be named: before its hour, or for the bilan that it began."""
    bilan = rendez_vous.bilan
    if rendez_vous.statut == S.PREVU:
        return rendez_vous.debut > now
    came = rendez_vous.statut == S.HONORE and rendez_vous.prestataire_id == bilan.prestataire_id
    return came and bilan.etat != Etat.CONVOQUE and can_proceed(bilan.affecter_conseiller)
