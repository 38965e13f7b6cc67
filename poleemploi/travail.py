"""An open attempt on its way: what is to be asked of the partner, by whom and until when."""

import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from poleemploi.canal import JetonEnCours
from poleemploi.states import Operation

MARGE_BAIL = timedelta(seconds=10)


@dataclass(frozen=True)
class Travail:
    """An attempt that is open: what is to be asked, already committed."""

    transmission_id: UUID
    tentative_id: int
    operation: Operation
    jeton: JetonEnCours
    corps: bytes = b""
    accuse_identifiant: str = ""
    probe: bool = False


def worker() -> str:
    """Who holds a lease."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"
