"""`make bench-exchange`: the sender against a bare loop of its own HTTP client, and a long queue against a short one.

PostgreSQL is durable and the servers are those of the run; the simulator has its own process, each side so many others.
Both sides post the same bodies under the same keys to an empty partner, in turn. The last line reads
`ratio=… growth=…`: the median of the paired throughputs, and what a row of the long queue costs beside one of the
short. The exit code is 1 when the ratio is below 0.7 or the growth above 1.2.
"""

import argparse
import contextlib
import io
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

import django

LOG_DES_OUVRIERS = {"LOG_NIVEAU": os.environ.get("LOG_NIVEAU", "INFO")}  # they log as workers do, this process less
os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings.local", "LOG_NIVEAU": "ERROR"}
django.setup()

from django.core.management import call_command  # noqa: E402

from bench import lignes  # noqa: E402
from poleemploi.models import Canal, Transmission  # noqa: E402
from poleemploi.states import EtatTransmission  # noqa: E402
from tests.simulateur import SimulateurEnProcessus  # noqa: E402

RATIO_MIN, GROWTH_MAX = 0.7, 1.2
CHAUFFE = 300  # rows of a first pair, which counts for nothing


@dataclass(frozen=True)
class Mesure:
    """One run: how long the whole took, and each call of each step, in seconds."""

    lignes: int
    secondes: float
    durees: dict[str, list[float]]

    @property
    def debit(self) -> float:
        return self.lignes / self.secondes


class Equipe:
    """The processes of one side: started once for all runs, and let go together."""

    def __init__(self, genre: str, nombre: int, dossier: Path, environ: dict[str, str], stack: ExitStack) -> None:
        self.dossier = dossier
        log = stack.enter_context((dossier / f"{genre}.log").open("ab"))
        words = [sys.executable, "-m", "bench.ouvrier", genre]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log, "text": True}
        self.ouvriers = [
            stack.enter_context(subprocess.Popen(words, env=os.environ | environ, **pipes)) for _ in range(nombre)
        ]
        for ouvrier in self.ouvriers:
            stack.callback(ouvrier.stdin.close)
            self._hear(ouvrier)

    def load(self, depots: Sequence[bytes]) -> None:
        """Deal the bodies out."""
        for rank, ouvrier in enumerate(self.ouvriers):
            path = self.dossier / f"corps-{rank}"
            path.write_bytes(b"\n".join(depots[rank :: len(self.ouvriers)]))
            self._say(ouvrier, f"charger {path}")
            self._hear(ouvrier)

    def run(self, nombre: int) -> Mesure:
        started = time.perf_counter()
        for ouvrier in self.ouvriers:
            self._say(ouvrier, "partir")
        answers = [self._hear(ouvrier) for ouvrier in self.ouvriers]
        seconds = time.perf_counter() - started
        steps = {step for answer in answers for step in answer}
        durees = {step: [one for answer in answers for one in answer.get(step, [])] for step in steps}
        return Mesure(nombre, seconds, durees)

    def _say(self, ouvrier: "subprocess.Popen[str]", order: str) -> None:
        ouvrier.stdin.write(order + "\n")
        ouvrier.stdin.flush()

    def _hear(self, ouvrier: "subprocess.Popen[str]") -> dict[str, list[float]]:
        """The answer to an order; its log goes the same way, one line of another form each."""
        for line in ouvrier.stdout:
            if line.startswith("="):
                return json.loads(line[1:])
        raise RuntimeError(f"Un processus du banc s’est arrêté : {self.dossier}")


class Banc:
    """The two sides and their partner."""

    def __init__(self, processus: int, dossier: Path, stack: ExitStack) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            call_command("migrate", verbosity=0)
            call_command("load_reference")
        self.famille = lignes.first_family()
        self.partenaire = stack.enter_context(SimulateurEnProcessus(dossier / "simulateur.sqlite3"))
        environ = LOG_DES_OUVRIERS | {
            "PE_URL": self.partenaire.url,
            "DATE_METIER": "2010-05-13T09:00",
            "DATE_METIER_DEPART": datetime.now(UTC).isoformat(),
        }
        self.nu = Equipe("nu", processus, dossier, environ, stack)
        self.complet = Equipe("complet", processus, dossier, environ, stack)

    def pair(self, nombre: int) -> tuple[Mesure, Mesure]:
        """The same bodies, first by the bare loop, then by the sender."""
        lignes.add_due_rows(self.famille, nombre)
        self.nu.load([str(cle).encode() + b" " + corps for cle, corps in lignes.bodies()])
        self._empty_partner()
        nu = self.nu.run(nombre)
        return nu, self._drain(nombre)

    def drain(self, nombre: int) -> Mesure:
        """Only the sender."""
        lignes.add_due_rows(self.famille, nombre)
        return self._drain(nombre)

    def _drain(self, nombre: int) -> Mesure:
        self._empty_partner()
        received = Transmission.objects.filter(etat=EtatTransmission.ACCUSEE)
        before = received.count()
        mesure = self.complet.run(nombre)
        if received.count() - before != nombre:
            raise RuntimeError("Des lignes n’ont pas été reçues : la mesure ne vaut rien.")
        return mesure

    def _empty_partner(self) -> None:
        self.partenaire.reset()
        Canal.objects.update(jeton=None, jeton_expire_at=None, jeton_renouveler_at=None)


def show(titre: str, durees: Sequence[float]) -> None:
    cuts = quantiles([duree * 1000 for duree in durees], n=20)
    print(f"{titre:28}p50 {cuts[9]:8.2f} ms   p95 {cuts[18]:8.2f} ms   ({len(durees)} appels)", flush=True)


def show_steps(complets: Sequence[Mesure]) -> None:
    durees = {step: [one for mesure in complets for one in mesure.durees[step]] for step in ("claim", "send", "record")}
    rows = sum(mesure.lignes for mesure in complets)
    for step, found in durees.items():
        unit = "une ligne" if step == "send" else f"un lot de {rows / len(found):.0f}"
        show(f"  {step}, {unit}", found)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.echange")
    parser.add_argument("--lignes", type=int, default=5_000)
    parser.add_argument("--longue", type=int, default=100_000, help="0 : ne pas mesurer la longue file")
    parser.add_argument("--tours", type=int, default=5)
    parser.add_argument("--processus", type=int, default=2)
    options = parser.parse_args(arguments)
    print(
        f"{platform.machine()}, {os.cpu_count()} cœurs, charge {os.getloadavg()[0]:.1f} ; {options.processus} processus"
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # the partner and both sides end as well
    with ExitStack() as stack:
        dossier = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cai-banc-")))
        banc = Banc(options.processus, dossier, stack)
        banc.pair(CHAUFFE)
        pairs = []
        for tour in range(1, options.tours + 1):
            nu, complet = banc.pair(options.lignes)
            pairs.append((nu, complet))
            ratio = complet.debit / nu.debit
            print(
                f"{tour}. {options.lignes} lignes : nu {nu.debit:.0f}/s, complet {complet.debit:.0f}/s, {ratio:.2f}",
                flush=True,
            )
        show("  nu, une ligne", [one for nu, _ in pairs for one in nu.durees["send"]])
        show_steps([complet for _, complet in pairs])
        ratio = median(complet.debit / nu.debit for nu, complet in pairs)
        growth = 0.0
        if options.longue:
            longue = banc.drain(options.longue)
            print(f"{options.longue} lignes : complet {longue.debit:.0f}/s")
            show_steps([longue])
            growth = median(complet.debit for _, complet in pairs) / longue.debit
    print(f"ratio={ratio:.2f} growth={growth:.2f}")
    return int(ratio < RATIO_MIN or growth > GROWTH_MAX)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
