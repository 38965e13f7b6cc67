"""Whether a transmission may still be sent: consent, version and content, as the rows tell them now."""

from enum import Enum

from bilan import selectors
from bilan.models import Consentement
from poleemploi.models import Transmission

TRANSMISSION = Consentement.Portee.TRANSMISSION


class Accord(Enum):
    EN_VIGUEUR = "en_vigueur"
    CADUC = "caduc"  # another version, another consent, or a content destroyed: nothing more is sent, nothing erased
    RETIRE = "retire"  # the person said no: what was sent is erased


def standing(transmission: Transmission) -> Accord:
    """Read it with the bilan locked: the ledger and the versions of a locked bilan do not move."""
    last = selectors.last_decision(transmission.bilan_id, TRANSMISSION)
    if last is None or last.decision != Consentement.Decision.ACCORDE:
        return Accord.RETIRE
    consent = selectors.in_force(transmission.bilan, TRANSMISSION)
    if consent is None or consent.pk != transmission.consentement_id:
        return Accord.CADUC
    if transmission.synthese.version != consent.version_synthese or transmission.synthese.detruite_at is not None:
        return Accord.CADUC
    return Accord.EN_VIGUEUR
