"""Questions asked of the exchange: of one bilan, of those that nothing can be transmitted of any more."""

from django.db.models import Exists, OuterRef

from bilan.models import Bilan, BilanQuerySet, Synthese
from bilan.selectors import current_synthese
from bilan.states import Etat
from poleemploi.models import Transmission
from poleemploi.states import SANS_AVENIR, EtatTransmission

T = EtatTransmission


def latest_of(bilan: Bilan) -> Transmission:
    """The transmission asked for last, without what was frozen for it. Raises DoesNotExist when there was none."""
    rows = Transmission.objects.without_content().select_related("bilan__conseiller", "bilan__contrat__signataire")
    row: Transmission = rows.filter(bilan=bilan).latest("created_at")
    return row


def is_refused(bilan: Bilan) -> bool:
    """Whether the partner refused the present version of the synthesis, and nothing has replaced it since."""
    synthese = current_synthese(bilan)
    return synthese is not None and Transmission.objects.filter(synthese=synthese, etat=T.REJETEE).exists()


def perhaps_hopeless() -> BilanQuerySet:
    """Validated bilans without content, all of whose transmissions are refused, failed, cancelled or erased.

    The consent is read by ``services.close_hopeless``, under the lock.
    """
    rows = Transmission.objects.filter(bilan=OuterRef("pk"))
    versions = Synthese.objects.filter(bilan=OuterRef("pk"))
    found: BilanQuerySet = Bilan.objects.filter(
        Exists(versions.filter(detruite_at__isnull=False)),
        ~Exists(versions.filter(detruite_at=None)),
        Exists(rows),
        ~Exists(rows.exclude(etat__in=SANS_AVENIR)),
        etat=Etat.SYNTHESE_VALIDEE,
    )
    return found
