"""When a file stops being nominative, and what the journal then forgets (domain reference, C.10 and E.6)."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from cai import delais
from cai.models import Contrat
from core import journal
from core.models import CleDossier
from core.passes import in_time


# rule: E.6-anonymisation
def fin_nominative(date_premier_titre: date | None, date_signature: date) -> date:
    """Last day on which a file may say who the person is: that of the five years of services (reference E.6 [D]).

    Without a first permit, whose date is then unknown, five years after the signature.
    """
    return delais.fin_periode_services(date_premier_titre or date_signature)


def no_longer_nominative(contrats: QuerySet[Contrat], today: date) -> list[UUID]:
    """Those of ``contrats`` whose nominative life has ended before ``today``; reads no file younger than that."""
    since = contrats.annotate(depuis=Coalesce("date_premier_titre", "date_signature"))
    old = since.filter(depuis__lte=delais.add_years(today, -delais.PERIODE_SERVICES_ANNEES))
    rows = old.values_list("pk", "date_premier_titre", "date_signature")
    return [pk for pk, permit, signed in rows if today > fin_nominative(permit, signed)]


def no_longer_needed(contrats: QuerySet[Contrat], today: date) -> list[UUID]:
    """Those of ``no_longer_nominative`` that nobody works on: a bilan that goes on keeps its evidence and its facts.

    The anonymisation tells of those every night, by their identifier.
    """
    going_on = Contrat.objects.filter(bilans__isnull=False, bilans__clos_at=None)
    return no_longer_nominative(contrats.exclude(pk__in=going_on.values("pk")), today)


def forget_private_facts(today: date) -> int:
    """Destroy the journal keys of the files whose nominative life has ended; return how many. Idempotent.

    Former names, addresses and free reasons then read « donnée effacée »; what happened and when stays, and verifies.
    What one run has no time for is left to the next night.
    """
    kept = Contrat.objects.filter(pk__in=CleDossier.objects.filter(detruite_at=None).values("dossier"))
    return sum(_forget(pk) for pk in in_time(no_longer_needed(kept, today)))


@transaction.atomic
def _forget(dossier: UUID) -> bool:
    forgotten = journal.forget(dossier)
    if forgotten:
        journal.record("contrat.oublie", dossier=dossier, target=Contrat.objects.get(pk=dossier), by=None)
    return forgotten
