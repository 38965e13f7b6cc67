"""What the system ends by itself, every day: what nobody closed, or never took place; snapshots never taken.

Reference D.2, transitions 24 and 25.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction
from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import LessThanOrEqual

from bilan import fin, instantane, suivi
from bilan.models import Bilan, BilanQuerySet, Suivi, Synthese
from bilan.states import BEFORE_SYNTHESE, FINAUX, Etat
from bilan.workflow import lock
from cai import delais
from cai.models import Contrat, PropositionPrefet
from core.errors import DomainError
from core.passes import Passe, walk

logger = structlog.get_logger(__name__)


def due(today: date) -> BilanQuerySet:
    """Bilans that nobody ended and that the system may, as their contract stands; the guards have the last word."""
    echeance = Coalesce("contrat__date_echeance_prorogee", "contrat__date_echeance")
    found: BilanQuerySet = Bilan.objects.annotate(echeance=echeance).filter(closable(today) | expired(today))
    return found


def closable(today: date) -> Q:
    """Bilans that nobody closed and that the system may: thirty days after their follow-up was due.

    An exempt file waits thirty days too after the end of its contract [D]: a prorogation is often written down late.
    """
    concluded_before = delais.add_months(today - fin.DELAI_APRES_SUIVI, -delais.SUIVI_MOIS)
    destroyed = Exists(Synthese.objects.filter(bilan=OuterRef("pk"), detruite_at__isnull=False))
    settled = Q(etat__in=[Etat.SYNTHESE_VALIDEE, Etat.SIGNATURE_REFUSEE]) | Q(etat__in=fin.AVANT_SIGNATURE) & destroyed
    ended = Q(echeance__lt=today - fin.DELAI_APRES_SUIVI) | ~Q(contrat__statut__in=Contrat.EN_COURS)
    return settled & Q(date_fin_conclusion__lt=concluded_before) | Q(etat=Etat.EXEMPTE) & ended


# rule: D.2-25-systeme
def expired(today: date) -> Q:
    """Bilans that did not take place: more than thirty days after the effective échéance [D].

    Until then a reason for an absence or a prorogation may be written down late. Not while a résiliation is before the
    préfet [D]: an excuse can still suspend it (transition 9). One already suspended waits for nothing.
    """
    resiliation = PropositionPrefet.objects.filter(
        contrat=OuterRef("contrat"), type=PropositionPrefet.Type.RESILIATION, statut__in=PropositionPrefet.PROPOSES,
        suspendue_at=None,
    )  # fmt: skip
    over = Q(etat__in=BEFORE_SYNTHESE, echeance__lt=today - fin.DELAI_APRES_SUIVI)
    return over & Q(~Exists(resiliation))


def sweep(today: date, *, after: UUID | None = None) -> Passe:
    """End what may be ended on ``today``, as long as a run lasts.

    One transaction a bilan, each under the guards of transition 24 or 25: what one of them refuses (a deposit still on
    its way) or cannot be written waits for the next day. Safe to run twice or never.
    """
    return walk(due(today), partial(_each, "terminer", _end), after=after)


def count_missing(*, after: UUID | None = None) -> Passe:
    """Take the snapshots of bilans that ended before there were any, as long as a run lasts."""
    return walk(
        Bilan.objects.filter(etat__in=FINAUX, instantane_pris_at=None), partial(_each, "compter", _count), after=after
    )


def open_missing_follow_ups(*, after: UUID | None = None) -> Passe:
    """The six-month interviews of bilans that the previous image concluded during an upgrade, as long as a run lasts.

    Not those beyond the period of services, of which ``suivi.open_follow_up`` opens none (C.10).
    """
    given = Exists(Suivi.objects.filter(bilan=OuterRef("pk"), echeance=Suivi.Echeance.SIX_MOIS))
    concluded = Bilan.objects.filter(~given, _within_services(), etat__in=suivi.SUIVIS)
    return walk(concluded, partial(_each, "ouvrir_suivi", _open), after=after)


def _within_services() -> Q:
    # Months and years are added as cai.delais does: the last day of a shorter month.
    six_months, five_years = (
        Cast(Value(text), DurationField())
        for text in (f"{delais.SUIVI_MOIS} months", f"{delais.PERIODE_SERVICES_ANNEES} years")
    )
    prevu_le = ExpressionWrapper(F("date_fin_conclusion") + six_months, output_field=DateTimeField())
    fin_services = ExpressionWrapper(F("contrat__date_premier_titre") + five_years, output_field=DateTimeField())
    known = Q(contrat__date_premier_titre__isnull=False)
    return Q(date_fin_conclusion__isnull=False) & (~known | Q(LessThanOrEqual(prevu_le, fin_services)))


def _each(name: str, act: Callable[[UUID], None], bilan_id: UUID) -> bool:
    try:
        act(bilan_id)
    except DomainError as refusal:
        logger.info("acte_differe", acte=name, bilan=str(bilan_id), code=refusal.code)
        return False
    except DatabaseError as error:
        logger.error("acte_impossible", acte=name, bilan=str(bilan_id), erreur=type(error).__name__)
        return False
    return True


def _end(bilan_id: UUID) -> None:
    bilan = Bilan.objects.get(pk=bilan_id)
    if bilan.etat in BEFORE_SYNTHESE:
        fin.record_not_done(bilan=bilan, by=None)
    else:
        fin.close(bilan=bilan, by=None)


@transaction.atomic
def _open(bilan_id: UUID) -> None:
    suivi.open_follow_up(lock(bilan_id))


@transaction.atomic
def _count(bilan_id: UUID) -> None:
    locked = lock(bilan_id)
    instantane.take(locked)
    locked.save(update_fields=["instantane_pris_at", "updated_at"])
