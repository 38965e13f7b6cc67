"""Everything on one machine, from nothing: servers, database, web, worker, beat, simulator; and the end of them all.

The environment is complete before anything of Django is imported: this module imports none of it, and every step that
needs it is a process of its own.
"""

import base64
import contextlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.children import Child, Family, StartFailure, exclusive
from core.embedded import PROJECT, data_folder, start_servers, write_secret
from core.prealables import check_environment, check_folder, check_pdf_engine, check_port, read_port

ACCOUNTS = PROJECT / "fixtures" / "comptes_demo.json"
SIMULATOR, WEB = "le simulateur de Pôle emploi", "le serveur web"
WORKER, BEAT = "le travailleur Celery", "le planificateur Celery"
READY_WITHIN = 180.0  # seconds, for all the programs together
PATIENCE = 10.0  # seconds without a word
SESSION = "session.env"
SECRETS = "secrets.env"
# What a second terminal needs in order to talk to the same servers on the same date.
SHARED = (
    *("DATABASE_URL", "REDIS_URL", "CELERY_PREFIX", "PE_URL", "DATE_METIER", "DATE_METIER_DEPART"),
    *("SECRET_KEY", "CHIFFREMENT_CLES", "PE_CLIENT_SECRET", "PORT"),
)


class StopAsked(Exception):
    """Ctrl-C, the end of the terminal, or a polite kill."""


@dataclass
class Launch:
    """One run: where, on which ports, and for which command (none: until it is stopped)."""

    folder: Path
    port: int
    simulator_port: int
    command: list[str]
    stop_asked: bool = False

    def __post_init__(self) -> None:
        self.family = Family(self.folder / "processus.json")
        self.logs = self.folder / "journaux"
        self.began = time.monotonic()

    def run(self) -> int:
        """Start everything, wait for the end, stop everything. The caller holds the folder's lock."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        if left := self.family.recover():
            self._say(f"Un lancement précédent a été interrompu : {', '.join(left)} arrêtés.")
        try:
            environment = self._start()
            if self.command:
                return self._run_command(environment)
            print(self._announcement(environment), flush=True)
            self._wait_until(lambda: False, None)
        except StopAsked:
            pass
        finally:
            if self.family.children:
                self._say("Arrêt en cours…")
            self.family.stop()
            (self.folder / SESSION).unlink(missing_ok=True)
        self._say("Tout est arrêté.")
        return 0

    def _start(self) -> dict[str, str]:
        check_port("PORT", self.port)
        check_port("PORT_SIMULATEUR", self.simulator_port)
        remembered = _remembered_secrets(self.folder)
        self._say("Démarrage de la base de données, de la file d’attente et du simulateur de Pôle emploi…")
        environment = self._environment(remembered, start_servers(self.folder, self.family))
        shared = {name: environment[name] for name in SHARED if name in environment}
        write_secret(self.folder / SESSION, _as_lines(shared))
        self._check_stop()
        self._start_simulator(environment)  # first: the demonstration sends it what was agreed to
        self._say("Mise à jour de la base (la première fois, une minute environ pour les dossiers d’essai)…")
        self._prepare(environment)
        self._say("Démarrage du serveur web et des tâches…")
        self._start_programs(environment)
        return environment

    def _environment(self, remembered: Mapping[str, str], servers: Mapping[str, str]) -> dict[str, str]:
        """What every program receives: the caller's own variables win over ours."""
        environment = {
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "CELERY_PREFIX": "cai:",
            "PE_URL": f"http://127.0.0.1:{self.simulator_port}",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "CAI_DONNEES": str(self.folder),
            **remembered,
            **{name: value for name, value in os.environ.items() if value},
            **servers,
        }
        environment["SIMULATEUR_CLIENT_SECRET"] = environment["PE_CLIENT_SECRET"]
        if environment.get("DATE_METIER"):
            environment.setdefault("DATE_METIER_DEPART", datetime.now(UTC).isoformat())
        return environment

    def _prepare(self, environment: Mapping[str, str]) -> None:
        log = self.logs / "preparation.log"
        words = [sys.executable, "manage.py", "preparer"]
        if environment.get("DEMONSTRATION") != "non":
            words.append("--demonstration")
        work = self.family.start("la préparation", words, environment=environment, folder=PROJECT, log=log)
        next_word = time.monotonic() + PATIENCE
        while work.poll() is None:
            self._check_stop()
            if time.monotonic() > next_word:
                self._say(f"  … {_last_line(log)}")
                next_word += PATIENCE
            time.sleep(0.05)
        if work.returncode:
            raise StartFailure(f"La préparation de la base a échoué : lisez la fin de {log}.")
        self.family.forget(work)

    def _start_simulator(self, environment: Mapping[str, str]) -> None:
        store = self.folder / "simulateur.sqlite3"
        words = f"poleemploi.simulateur --port {self.simulator_port} --store"
        self._start_program(SIMULATOR, "simulateur", words, [store], grace=5, environment=environment)
        self._expect({SIMULATOR: lambda: _answers(self.simulator_port, "/")})

    def _start_programs(self, environment: Mapping[str, str]) -> None:
        signs = {name: self.folder / f"{name}.temoin" for name in ("taches", "calendrier")}
        schedule = self.folder / "calendrier.db"
        # Name, log, words after `python -m`, seconds to end: few for the worker, whose tasks are safe to run twice.
        programs: tuple[tuple[str, str, str, list[Path], int], ...] = (
            (WORKER, "taches", "celery -A config worker -c 2 --pool prefork", [], 10),
            (BEAT, "calendrier", "celery -A config beat --pidfile= -s", [schedule], 5),
            (WEB, "web", "gunicorn -c config/gunicorn.py config.wsgi", [], 10),
        )
        for name, short, words, places, grace in programs:
            own = dict(environment)
            if sign := signs.get(short):
                sign.unlink(missing_ok=True)
                own["CELERY_TEMOIN"] = str(sign)
            self._start_program(name, short, words, places, grace=grace, environment=own)
        self._expect(
            {
                WEB: lambda: _answers(self.port, "/sante/"),
                WORKER: signs["taches"].exists,
                BEAT: signs["calendrier"].exists,
            }
        )

    def _start_program(
        self, name: str, short: str, words: str, places: list[Path], *, grace: int, environment: Mapping[str, str]
    ) -> None:
        log = self.logs / f"{short}.log"
        command: list[str | Path] = [sys.executable, "-m", *words.split(), *places]
        self.family.start(name, command, environment=environment, folder=PROJECT, log=log, grace=grace)

    def _expect(self, signs_of_life: Mapping[str, Callable[[], bool]]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        for name, is_ready in signs_of_life.items():
            if not self._wait_until(is_ready, deadline):
                raise StartFailure(
                    f"{_capital(name)} n’a pas répondu en {READY_WITHIN:.0f} secondes : "
                    f"lisez les journaux de {self.logs}."
                )

    def _run_command(self, environment: Mapping[str, str]) -> int:
        with subprocess.Popen(self.command, env=dict(environment), cwd=PROJECT) as command:
            try:
                self._wait_until(lambda: command.poll() is not None, None)
            except BaseException:
                command.terminate()
                raise
        return command.returncode if command.returncode >= 0 else 128 - command.returncode

    def _announcement(self, environment: Mapping[str, str]) -> str:
        rows = [("Adresse", f"http://127.0.0.1:{self.port}/")]
        known = json.loads(ACCOUNTS.read_text())
        rows.append(("Mot de passe", f"{known['mot_de_passe']} pour tous les comptes d’essai, dont :"))
        shown: set[str] = set()
        for account in known["comptes"]:
            if (role := account["affectations"][0]["role"]) not in shown:
                shown.add(role)
                rows.append(("", f"{account['email']:<34} {account['presentation']}"))
        rows.append(("Pôle emploi simulé", f"http://127.0.0.1:{self.simulator_port}/"))
        if moment := environment.get("DATE_METIER"):
            rows.append(("Date métier", f"{moment} (DATE_METIER)"))
        rows.append(("Données", str(self.folder)))
        if (pointer := self.folder / "emplacement").exists():
            rows.append(("", f"et la base dans {pointer.read_text().strip()}"))
        rows += [
            ("Journaux", str(self.logs)),
            ("Courriels", "écrits dans journaux/taches.log et journaux/web.log, au lieu de partir"),
        ]
        rows += [("Pour arrêter", "Ctrl-C ici ; les données sont gardées")]
        lines = [f"  {title:<20} {value}" for title, value in rows]
        rule = "─" * 78
        took = f"{time.monotonic() - self.began:.1f}".replace(".", ",")
        return "\n".join(["", rule, f"  L’application est prête ({took} s).", "", *lines, rule])

    def _ask_to_stop(self, *_: object) -> None:
        self.stop_asked = True

    def _check_stop(self) -> None:
        if self.stop_asked:
            raise StopAsked

    def _wait_until(self, condition: Callable[[], bool], deadline: float | None) -> bool:
        """Wait, watching the children: one that ends by itself ends the run, for half an application misleads."""
        while not condition():
            self._check_stop()
            if fallen := self.family.fallen():
                raise StartFailure(self._obituary(fallen))
            if deadline is not None and time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def _obituary(self, child: Child) -> str:
        return (
            f"{_capital(child.trace.name)} s’est arrêté de lui-même (code {child.process.returncode}) : "
            f"tout est arrêté. Lisez la fin de {child.log}, puis recommencez."
        )

    def _say(self, sentence: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone
            print(sentence, file=sys.stderr if self.command else sys.stdout, flush=True)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _last_line(log: Path) -> str:
    """What a command said last, without the structured lines of its log."""
    lines = log.read_text(errors="replace").split("\n")
    said = (line.strip() for line in reversed(lines))
    return next((line for line in said if line and not line.startswith("{")), "")


def _as_lines(variables: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in variables.items())


def _remembered_secrets(folder: Path) -> dict[str, str]:
    """This machine's own keys, made once: what is encrypted with them is lost with them."""
    path = folder / SECRETS
    if not path.exists():
        if (folder / "postgresql").exists() or (folder / "emplacement").exists():
            raise StartFailure(
                f"Le fichier {path} manque alors que des données existent, et sans lui elles sont illisibles : "
                "restaurez-le, ou repartez de rien avec « make clean »."
            )
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "CHIFFREMENT_CLES": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "PE_CLIENT_SECRET": secrets.token_urlsafe(24),
        }
        write_secret(path, _as_lines(made))
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if line)


def _run_beside(folder: Path, command: list[str]) -> int:
    """Run a command with the environment of the launcher that holds the folder."""
    lines = (folder / SESSION).read_text().splitlines()
    environment = {**os.environ, **dict(line.split("=", 1) for line in lines)}
    return subprocess.run(command, env=environment, cwd=PROJECT, check=False).returncode


def main(command: list[str]) -> int:
    """Launch everything; with a command, launch (or join) everything for the time of this command."""
    folder = data_folder()
    try:
        port, simulator_port = read_port("PORT", 8000), read_port("PORT_SIMULATEUR", 8001)
        check_folder(folder)
        check_environment(os.environ)
        check_pdf_engine()
        try:
            with exclusive(folder / "verrou"):
                return Launch(folder, port, simulator_port, command).run()
        except BlockingIOError as held:
            if command and (folder / SESSION).exists():
                return _run_beside(folder, command)
            raise StartFailure(
                f"L’application est déjà lancée depuis {folder} (processus {held.strerror}) : "
                "arrêtez-la par Ctrl-C dans sa fenêtre, ou choisissez un autre dossier (CAI_DONNEES=/chemin) "
                "et d’autres ports (PORT=8010 PORT_SIMULATEUR=8011)."
            ) from held
    except StartFailure as failure:
        print(failure, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.strerror} ({error.filename or folder}) : vérifiez le disque et les droits.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main([word for word in sys.argv[1:] if word != "--"]))
