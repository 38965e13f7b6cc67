"""Wake a worker up for one transmission. Without the message, the sweep finds the row a few seconds later."""

from uuid import UUID

from core import doorbell

ENVOYER = "poleemploi.envoyer_transmission"
BALAYER = "poleemploi.balayer"
VIE = 120.0  # seconds: later, the sweep has long passed


def ring_on_commit(transmission_id: UUID) -> None:
    doorbell.ring_on_commit(ENVOYER, str(transmission_id), expires=VIE)


def ring_sweep_on_commit() -> None:
    """One message for many rows: whoever hears it works on everything due."""
    doorbell.ring_on_commit(BALAYER, expires=VIE)
