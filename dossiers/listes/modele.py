"""What a list of waiting files is, the files it may draw from, and where its lines lead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, DateField, Exists, Func, OuterRef, Subquery, When
from django.db.models.functions import Cast, Coalesce, Least
from django.db.models.lookups import Exact
from django.urls import reverse

from agents.models import Agent
from agents.permissions import direction_ids, has_permission, prestataire_ids
from agents.roles import Permission
from bilan.models import Bilan, Consentement, RendezVous, Synthese
from bilan.states import ABSENCES, PHASES, Etat
from cai import delais
from cai.feries import jours_feries_depuis
from cai.models import Contrat, PropositionPrefet
from core import clock
from core.french import day_of
from dossiers.situation import Situation, with_situation

RISQUE_JOURS, ALERTE_JOURS = 90, 30  # D.6: bilans at risk, from ninety days before the end, louder from thirty

Bilans = Any  # a queryset of Bilan with annotations, which types cannot follow from function to function
Selection = Callable[[Agent], Bilans]


@dataclass(frozen=True)
class Liste:
    """One kind of waiting. ``selection`` gives the agent's bilans, with ``ordre``: the date they are urgent by."""

    code: str
    titre: str
    un: str  # the same words of one line, without the number: « 1 Bilan à clore »
    permission: Permission
    selection: Selection
    acte: str
    adresse: Callable[[Bilan], str]
    date_label: str
    est_limite: bool = True
    a_une_heure: bool = False
    au_prestataire: bool = False
    rang: int = 1  # on the desk: 0 before everything else, 2 after
    alerte_jours: int = 0  # a badge says it when no more days than this are left
    rappel: bool = False  # files that the agent's other lists bring too: counted, not lined up once more
    jours_ouvrables: bool = False  # a limit given to the person: a weekend or a holiday carries it further (C.7)

    def concerns(self, agent: Agent) -> bool:
        """Whether the agent holds the right, on the right side: at OFII, or as the adviser of a prestataire."""
        if self.au_prestataire:
            return bool(prestataire_ids(agent, self.permission))
        return has_permission(agent, self.permission) and bool(direction_ids(agent, self.permission))

    def compte(self, nombre: int) -> str:
        """The words that follow a count on the desk."""
        return self.titre if nombre > 1 else self.un

    def alerte(self, ordre: date | datetime) -> str:
        """The words of the badge when the day is near, otherwise nothing; a day already past says it by itself."""
        left = (day_of(ordre) - clock.today()).days
        return f"{self.alerte_jours} jours au plus" if self.alerte_jours and 0 <= left <= self.alerte_jours else ""

    def limite(self, ordre: date | datetime) -> date | datetime:
        """The day to show: that of the order, carried to the next working day where the law does so."""
        if not self.jours_ouvrables:
            return ordre
        jour = day_of(ordre)
        return delais.next_working_day(jour, jours_feries_depuis(jour))

    def bilans(self, agent: Agent) -> Bilans:
        """The bilans of this list for the agent, the most urgent first."""
        return self.selection(agent).order_by("ordre", "pk")


# --- where a line leads ------------------------------------------------------------------------


def to_file(bilan: Bilan) -> str:
    return reverse("dossiers:view_file", args=[bilan.contrat_id])


def to_exemption(bilan: Bilan) -> str:
    return reverse("exemptions:evaluate_contrat", args=[bilan.contrat_id])


def to_interview_exemption(bilan: Bilan) -> str:
    return f"{to_exemption(bilan)}?date={bilan.contrat.date_entretien.isoformat()}"


def to_convocation(bilan: Bilan) -> str:
    return reverse("bilan:convoke", args=[bilan.pk])


def to_act(name: str) -> Callable[[Bilan], str]:
    return lambda bilan: reverse("bilan:act", args=[bilan.pk, name])


def to_consents(bilan: Bilan) -> str:
    return reverse("poleemploi:collect_consents", args=[bilan.pk])


def to_bilan(bilan: Bilan) -> str:
    return reverse("bilan:voir_bilan", args=[bilan.pk])


def to_follow_up(bilan: Bilan) -> str:
    return reverse("bilan:record_follow_up", args=[bilan.pk])


# --- whose files -------------------------------------------------------------------------------


def of_directions(agent: Agent, permission: Permission) -> Bilans:
    """Living bilans of the directions where the agent holds the right, urgent by the end of their contract."""
    return (
        Bilan.objects.live()
        .filter(contrat__direction_id__in=direction_ids(agent, permission))
        .annotate(ordre=Coalesce("contrat__date_echeance_prorogee", "contrat__date_echeance"))
    )


# rule: D.6-risque
def at_risk(bilans: Bilans) -> Bilans:
    """Bilans with no appointment to come, ninety days or fewer before the effective échéance, the nearest first."""
    today = clock.today()
    return bilans.filter(
        etat__in=[Etat.A_EVALUER, Etat.A_PROGRAMMER, Etat.REPORTE, *ABSENCES, *PHASES],
        contrat__statut__in=Contrat.EN_COURS,
        ordre__gte=today,
        ordre__lte=today + timedelta(days=RISQUE_JOURS),
    )


def has_proposal(type_proposition: str, statuts: Sequence[str]) -> Exists:
    """Whether the contract of a bilan has a proposal to the préfet of this type, in one of these states."""
    rows = PropositionPrefet.objects.filter(contrat=OuterRef("contrat"), type=type_proposition, statut__in=statuts)
    return Exists(rows)


def appointment(statut: RendezVous.Statut) -> Subquery:
    rows = RendezVous.objects.filter(bilan=OuterRef("pk"), statut=statut).order_by("-debut")
    return Subquery(rows.values("debut")[:1])


class _YearLater(Func):
    """The same quantième a year later, else the last day of that month: as ``delais.add_years`` counts."""

    template = "(%(expressions)s + interval '1 year')::date"
    output_field = DateField()


# rule: E.4-un-an, E.4-30-jours
def _day_without_decision() -> Case:
    """As ``bilan.conservation.jour_sans_decision`` says, for a bilan whose present version is validated."""
    versions: Any = Synthese.objects.filter(bilan=OuterRef("pk"), date_validation__isnull=False)
    first = Subquery(versions.order_by("date_validation").values("date_validation")[:1])
    kept = Consentement.objects.filter(bilan=OuterRef("pk"), portee=Consentement.Portee.CONSERVATION).order_by("-rang")
    # A date to which SQL adds days becomes a moment without a zone, which no page key could give back.
    days = Cast(first + timedelta(days=settings.SYNTHESE_CONSERVATION_SANS_DECISION_JOURS), DateField())
    year = _YearLater(first)
    agreed = Exact(Subquery(kept.values("decision")[:1]), Consentement.Decision.ACCORDE)
    return Case(When(agreed, then=year), default=Least(days, year), output_field=DateField())


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.PARIS)


def undecided(bilans: Bilans) -> Bilans:
    """Validated, and the person has not yet answered about the transmission."""
    return (
        with_situation(bilans.filter(etat=Etat.SYNTHESE_VALIDEE, synthese_detruite=None))
        .filter(situation=Situation.SYNTHESE_VALIDEE)
        .annotate(ordre=_day_without_decision())
    )
