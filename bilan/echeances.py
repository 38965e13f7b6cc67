"""What the system ends by itself, every day: what nobody closed, and snapshots never taken (reference D.2, 24)."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from bilan import fin, instantane
from bilan.models import Bilan, BilanQuerySet, Synthese
from bilan.states import FINAUX, Etat
from bilan.workflow import lock
from cai import delais
from cai.models import Contrat
from core.errors import DomainError

logger = structlog.get_logger(__name__)
LOT = 200  # bilans read at a time


def closable(today: date) -> BilanQuerySet:
    """Bilans that nobody closed and that the system may: thirty days after their follow-up was due.

    An exempt file waits thirty days too after the end of its contract [D]: a prorogation is often written down late.
    The guards have the last word.
    """
    concluded_before = delais.add_months(today - fin.DELAI_APRES_SUIVI, -delais.SUIVI_MOIS)
    destroyed = Exists(Synthese.objects.filter(bilan=OuterRef("pk"), detruite_at__isnull=False))
    settled = Q(etat__in=[Etat.SYNTHESE_VALIDEE, Etat.SIGNATURE_REFUSEE]) | Q(etat__in=fin.AVANT_SIGNATURE) & destroyed
    ended = Q(echeance__lt=today - fin.DELAI_APRES_SUIVI) | ~Q(contrat__statut__in=Contrat.EN_COURS)
    found: BilanQuerySet = Bilan.objects.annotate(
        echeance=Coalesce("contrat__date_echeance_prorogee", "contrat__date_echeance")
    ).filter(settled & Q(date_fin_conclusion__lt=concluded_before) | Q(etat=Etat.EXEMPTE) & ended)
    return found


def sweep(today: date) -> int:
    """Close what may be closed on ``today``, then take the snapshots that are missing; return how many were closed.

    One transaction a bilan, each under the guards of transition 24: what one of them refuses (a deposit still on its
    way) or cannot be written waits for the next day. Safe to run twice or never.
    """
    closed = _each(closable(today), _close)
    _each(Bilan.objects.filter(etat__in=FINAUX, instantane_pris_at=None), _count)
    return closed


def _each(bilans: BilanQuerySet, act: Callable[[Bilan], None]) -> int:
    done, after = 0, UUID(int=0)
    while rows := list(bilans.filter(pk__gt=after).order_by("pk")[:LOT]):
        for bilan in rows:
            try:
                act(bilan)
                done += 1
            except DomainError as refusal:
                logger.info("cloture_differee", bilan=str(bilan.pk), code=refusal.code)
            except DatabaseError as error:
                logger.error("cloture_impossible", bilan=str(bilan.pk), erreur=type(error).__name__)
        after = rows[-1].pk
    return done


def _close(bilan: Bilan) -> None:
    fin.close(bilan=bilan, by=None)


@transaction.atomic
def _count(bilan: Bilan) -> None:
    """A bilan that ended before snapshots were taken."""
    locked = lock(bilan.pk)
    instantane.take(locked)
    locked.save(update_fields=["instantane_pris_at", "updated_at"])
