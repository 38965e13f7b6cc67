"""Questions asked of the exchange of one bilan."""

from bilan.models import Bilan
from poleemploi.models import Transmission


def latest_of(bilan: Bilan) -> Transmission:
    """The transmission asked for last, without what was frozen for it. Raises DoesNotExist when there was none."""
    rows = Transmission.objects.without_content().select_related("bilan__conseiller", "bilan__contrat__signataire")
    row: Transmission = rows.filter(bilan=bilan).latest("created_at")
    return row
