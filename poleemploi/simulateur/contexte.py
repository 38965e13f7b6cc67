"""What every page and operation of the simulator shares."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import Flask, current_app

from .faults import Pannes
from .requetes import Requetes
from .store import Store

PORTEE = "api_bilans-ofiiv1"


@dataclass(frozen=True)
class Simulateur:
    """`ttl` is the life of a token in seconds."""

    store: Store
    requetes: Requetes
    pannes: Pannes
    client_id: str
    client_secret: str
    ttl: int

    def reset(self) -> None:
        """Forgets deposits, keys, events, tokens, requests and faults."""
        self.store.reset()
        self.requetes.reset()
        self.pannes.switch_all_off()


def install(app: Flask, store_path: Path, *, client_id: str, client_secret: str, ttl: int) -> Simulateur:
    """Opens the two files of the store: STORE and, beside it, STORE.requetes."""
    simulateur = Simulateur(
        store=Store(store_path),
        requetes=Requetes(store_path.with_name(store_path.name + ".requetes")),
        pannes=Pannes(),
        client_id=client_id,
        client_secret=client_secret,
        ttl=ttl,
    )
    app.extensions["simulateur"] = simulateur
    return simulateur


def simulateur() -> Simulateur:
    return cast(Simulateur, current_app.extensions["simulateur"])
