"""When a file stops being nominative, and what the journal then forgets (domain reference, C.10 and E.6)."""

from datetime import date

from django.db import transaction

from cai import delais
from cai.models import Contrat
from core import journal
from core.models import CleDossier


# rule: E.6-anonymisation
def fin_nominative(date_premier_titre: date | None, date_signature: date) -> date:
    """Last day on which a file may say who the person is: that of the five years of services (reference E.6 [D]).

    Without a first permit, whose date is then unknown, five years after the signature.
    """
    return delais.fin_periode_services(date_premier_titre or date_signature)


def forget_private_facts(today: date) -> int:
    """Destroy the journal keys of the files whose nominative life has ended; return how many. Idempotent.

    Former names, addresses and free reasons then read « donnée effacée »; what happened and when stays, and verifies.
    """
    kept = Contrat.objects.filter(pk__in=CleDossier.objects.filter(detruite_at=None).values("dossier"))
    over = [contrat for contrat in kept if today > fin_nominative(contrat.date_premier_titre, contrat.date_signature)]
    return sum(_forget(contrat) for contrat in over)


@transaction.atomic
def _forget(contrat: Contrat) -> bool:
    forgotten = journal.forget(contrat.pk)
    if forgotten:
        journal.record("contrat.oublie", dossier=contrat.pk, target=contrat, by=None)
    return forgotten
