"""`python -m bench.ouvrier nu|complet`: one process of the bench, led by lines on its standard input.

`charger FILE` reads the bodies that the bare loop posts; `partir` works until nothing is left. The answer to each is a
line that begins with `=`: how long each call of each step took, in seconds.
"""

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.local"
django.setup()

from django.utils import timezone  # noqa: E402

from poleemploi import lot, sender  # noqa: E402
from poleemploi.client import Jeton  # noqa: E402
from poleemploi.models import Transmission  # noqa: E402

Durees = dict[str, list[float]]
ETAPES = ((lot, "claim"), (sender, "send"), (lot, "record"))


def post_all(depots: list[tuple[UUID, bytes]]) -> Durees:
    """The floor: the same client, the same bodies, nothing else."""
    client = sender.partner()
    jeton = client.obtain_token()
    assert isinstance(jeton, Jeton)
    durees: Durees = {"send": []}
    for cle, corps in depots:
        started = time.perf_counter()
        reponse = client.deposit(cle, corps, correlation="tentative-0", jeton=jeton.valeur)
        durees["send"].append(time.perf_counter() - started)
        assert reponse.recu, reponse
    return durees


def drain_all(durees: Durees) -> Durees:
    """The sender as a worker runs it, until no row is due."""
    durees.clear()
    while Transmission.objects.due(timezone.now()).exists():
        sender.drain(seconds=50)
    return durees


def measure_steps(durees: Durees) -> None:
    for module, name in ETAPES:
        setattr(module, name, _timed(getattr(module, name), durees, name))


def _timed(function: Callable[..., Any], durees: Durees, name: str) -> Callable[..., Any]:
    def run(*args: Any, **options: Any) -> Any:
        started = time.perf_counter()
        result = function(*args, **options)
        durees[name].append(time.perf_counter() - started)
        return result

    return run


def answer(durees: Durees) -> None:
    print("=" + json.dumps(durees), flush=True)


def main(genre: str) -> None:
    depots: list[tuple[UUID, bytes]] = []
    durees: Durees = defaultdict(list)
    measure_steps(durees)
    answer({})
    for line in sys.stdin:
        order, _, path = line.strip().partition(" ")
        if order == "charger":
            lines = (one.partition(b" ") for one in Path(path).read_bytes().splitlines())
            depots = [(UUID(cle.decode()), corps) for cle, _, corps in lines]
            answer({})
        else:
            answer(post_all(depots) if genre == "nu" else drain_all(durees))


if __name__ == "__main__":
    main(sys.argv[1])
