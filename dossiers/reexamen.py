"""Exemptions to look at again: those that lapse by themselves, and those that a registration calls into question."""

from datetime import date

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cai.models import Contrat
from exemptions.selectors import contrats_exempt_by_employment, contrats_to_reexamine
from poleemploi.models import Retour


# rule: F.3-reexamen
def to_reexamine(on: date) -> QuerySet[Contrat]:
    """Running contracts to assess anew, read for exempt files alone; nothing changes until an agent decides.

    To those of ``exemptions`` come the contracts exempt because the person seeks no job, once Pôle emploi has told
    that the same person is registered there, until the file is assessed again or the registration ends.
    """
    told = (
        Retour.objects.filter(transmission__bilan__contrat__signataire=OuterRef("signataire"))
        .filter(Q(date_inscription__isnull=False) | Q(date_radiation__isnull=False))
        .order_by(Coalesce("date_situation", "recu_le").desc(), "-created_at")
    )
    registered = (
        contrats_exempt_by_employment(on)
        .alias(
            _inscription=Subquery(told.values("date_inscription")[:1]),
            _connue_at=Subquery(told.values("created_at")[:1]),
        )
        .filter(_inscription__isnull=False, _connue_at__gt=F("evaluee_depuis"))
    )
    return Contrat.objects.filter(Q(pk__in=contrats_to_reexamine(on).values("pk")) | Q(pk__in=registered.values("pk")))
