"""`python -m tests.faults`: seeded episodes of everything that goes wrong, and what the installation made of them."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import django

from core.children import StartFailure, exclusive
from tests.faults.histoire import Verdict
from tests.faults.installation import FACTEUR, Installation
from tests.faults.mesure import Rencontres, holds, last_line
from tests.faults.plan import SAISONS, Episode, Saison, account_fault, draw
from tests.simulateur import RACINE

PAR_SAISON = 20


def seasons(graine: int, episodes: Sequence[int]) -> list[tuple[Saison, list[Episode]]]:
    """The episodes of a run, grouped: the season of an episode depends on its number alone."""
    groups: dict[int, list[int]] = {}
    for numero in episodes:
        groups.setdefault((numero - 1) // PAR_SAISON, []).append(numero)
    found = []
    for group, numbers in groups.items():
        saison = SAISONS[group % len(SAISONS)]
        found.append((saison, [draw(graine, numero, saison) for numero in numbers]))
    return found


def run(graine: int, numbers: Sequence[int], dossier: Path) -> int:
    began, fini = time.monotonic(), threading.Event()
    installation = Installation(dossier)
    verdict, reprises, etapes, played = Verdict(), list[float](), Counter[str](), 0
    douteuses = depassees = coups = 0
    with exclusive(dossier / "verrou"), installation.open():
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v", "0"], cwd=RACINE, env=installation.environnement, check=True
        )
        os.environ["LOG_NIVEAU"] = "ERROR"  # of the people's own process: the programs keep their logs
        django.setup()
        from tests.faults import releve  # noqa: PLC0415 - Django is ready from here on only
        from tests.faults.gens import Bureau  # noqa: PLC0415
        from tests.faults.saison import Scene  # noqa: PLC0415

        releve.install()
        scene = Scene(installation, Bureau.open(), fini)
        installation.start_programs()
        print(f"graine {graine}, {len(numbers)} épisodes, attentes divisées par {FACTEUR}", flush=True)
        try:
            for group, (saison, episodes) in enumerate(seasons(graine, numbers)):
                compte = account_fault(graine, group) if saison is Saison.TOUT and len(episodes) > 1 else None
                recit = scene.play(saison, episodes, compte)
                played += len(episodes)
                verdict.add(recit.verdict)
                reprises += recit.reprises
                etapes.update(recit.etapes)
                douteuses, depassees = douteuses + recit.douteuses, depassees + recit.depassees
                coups += recit.coups
                _tell_season(graine, [*recit.verdict.sentences(), *recit.lentes], recit.coupables)
                print(f"{played:>5} épisodes en {time.monotonic() - began:.0f} s ({saison})", flush=True)
        finally:
            fini.set()
    for etape, count in sorted(etapes.items()):
        print(f"  {count:>5}  {etape}")
    print(f"réponses douteuses : {douteuses} ; effacées chez le partenaire après un retrait : {depassees}")
    print(f"reprises mesurées : {len(reprises)}, après {coups} coups")
    manques = Rencontres(len(reprises), douteuses, depassees, etapes).missing(played)
    for manque in manques:
        print(f"!! trop peu pour conclure : {manque}")
    print(last_line(played, verdict, reprises), flush=True)
    return 0 if holds(verdict, reprises, manques) else 1


def _tell_season(graine: int, sentences: Sequence[str], coupables: Sequence[Episode]) -> None:
    for sentence in sentences:
        print(f"!! {sentence}")
    for episode in coupables:
        print(f"!! {episode}\n   à rejouer : make faults SEED={graine} EPISODE={episode.numero}")


@contextlib.contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="cai-pannes-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--episodes", type=int, default=500)
    parser.add_argument("--seed", type=int, default=None, help="au hasard par défaut ; elle est dite au début")
    parser.add_argument("--episode", type=int, default=None, help="ne rejouer que celui-ci")
    parser.add_argument("--garder", type=Path, default=None, help="dossier vide où laisser les journaux et les données")
    chosen = parser.parse_args(arguments)
    graine = int.from_bytes(os.urandom(3)) if chosen.seed is None else chosen.seed
    numbers = [chosen.episode] if chosen.episode else range(1, chosen.episodes + 1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with _folder(chosen.garder) as folder:
        folder.chmod(0o711)  # as root the servers run as nobody
        try:
            return run(graine, numbers, folder)
        except StartFailure as failure:
            print(failure, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
