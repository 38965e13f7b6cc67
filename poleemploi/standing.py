"""Whether a transmission may still be sent: consent, version and content, as the rows tell them now."""

from enum import Enum

from django.db.models import F, OuterRef, Subquery

from bilan import selectors
from bilan.models import Consentement, Synthese
from poleemploi.models import Transmission, TransmissionQuerySet

TRANSMISSION = Consentement.Portee.TRANSMISSION


class Accord(Enum):
    EN_VIGUEUR = "en_vigueur"
    # Another version, agreed to or refused, or a content destroyed: nothing more is sent, nothing is erased.
    CADUC = "caduc"
    RETIRE = "retire"  # the person took their agreement back: what was sent is erased


# rule: E.1-accord
def standing(transmission: Transmission) -> Accord:
    """Read it with the bilan locked: the ledger and the versions of a locked bilan do not move.

    To refuse a newer version is not to withdraw the older one (reference D.2, 15b).
    """
    if selectors.standing_grant(transmission.bilan_id, TRANSMISSION) is None:
        return Accord.RETIRE
    consent = selectors.in_force(transmission.bilan, TRANSMISSION)
    if consent is None or consent.pk != transmission.consentement_id:
        return Accord.CADUC
    if transmission.synthese.version != consent.version_synthese or transmission.synthese.detruite_at is not None:
        return Accord.CADUC
    return Accord.EN_VIGUEUR


# rule: E.1-accord
def only_in_force(rows: TransmissionQuerySet) -> TransmissionQuerySet:
    """Of these rows, those that ``standing`` finds EN_VIGUEUR, in one query; read it with their bilans locked.

    Their consent is the latest decision of its scope, and names the latest version: signed, and not destroyed.
    """
    decisions = Consentement.objects.filter(bilan=OuterRef("bilan"), portee=TRANSMISSION).order_by("-rang")
    versions = Synthese.objects.filter(bilan=OuterRef("bilan")).order_by("-version")
    return rows.filter(
        consentement__decision=Consentement.Decision.ACCORDE,
        consentement=Subquery(decisions.values("pk")[:1]),
        synthese=Subquery(versions.values("pk")[:1]),
        synthese__version=F("consentement__version_synthese"),
        synthese__date_validation__isnull=False,
        synthese__detruite_at=None,
    )
