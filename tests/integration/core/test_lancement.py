"""The launcher for real, in a folder of its own: start, announce, stop, recover, and leave nothing behind."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.children import birth

PROJECT = Path(__file__).resolve().parents[3]
WITHIN = 120.0  # seconds


class Terminal:
    """A terminal in which somebody types `make run`, on a folder and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.simulator_port = free_port(), free_port()
        self.output = folder.with_suffix(".txt")
        self.launchers: list[subprocess.Popen[bytes]] = []

    def launch(self, *command: str, **variables: str) -> subprocess.Popen[bytes]:
        own = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        own |= {"CAI_DONNEES": str(self.folder), "PORT": str(self.port), "PORT_SIMULATEUR": str(self.simulator_port)}
        own |= {"DJANGO_SETTINGS_MODULE": "config.settings.local", "DEMONSTRATION": "non", **variables}
        with self.output.open("wb") as output:
            launcher = subprocess.Popen(
                [sys.executable, "-m", "core.lancement", *command], env=own, cwd=PROJECT, stdout=output, stderr=output
            )
        self.launchers.append(launcher)
        return launcher

    def shown(self) -> str:
        return self.output.read_text()

    def wait_for(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + WITHIN
        while not condition():
            assert time.monotonic() < deadline, self.shown()
            time.sleep(0.05)

    def wait_until_ready(self, launcher: subprocess.Popen[bytes]) -> dict[str, int]:
        """The numbers of the programs that run, by name, once the launcher announces that all is well."""
        self.wait_for(lambda: "Pour arrêter" in self.shown() or launcher.poll() is not None)
        assert launcher.poll() is None, self.shown()
        return {row["name"]: row["pid"] for row in json.loads((self.folder / "processus.json").read_text())}

    def status(self, port: int, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path)
        try:
            return connection.getresponse().status
        finally:
            connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        folder = Path(name, "donnees")
        terminal = Terminal(folder)
        yield terminal
        for launcher in terminal.launchers:
            if launcher.poll() is None:
                launcher.terminate()
                launcher.wait(timeout=WITHIN)


@pytest.mark.systeme
def test_everything_starts_stops_recovers_and_leaves_nothing_behind(terminal: Terminal) -> None:
    # From nothing to a page, with one clear block.
    launcher = terminal.launch(DATE_METIER="2011-03-15")
    programs = terminal.wait_until_ready(launcher)
    assert f"http://127.0.0.1:{terminal.port}/" in terminal.shown()
    assert str(terminal.folder) in terminal.shown()
    assert "2011-03-15" in terminal.shown()
    assert len(programs) == 6
    assert terminal.status(terminal.port, "/sante/") == 200

    # A second launcher says so and disturbs nothing; a command joins the first.
    first_output, terminal.output = terminal.output, terminal.folder.with_suffix(".second.txt")
    assert terminal.launch().wait(timeout=WITHIN) == 1
    assert f"déjà lancée depuis {terminal.folder} (processus {launcher.pid})" in terminal.shown()
    assert "Traceback" not in terminal.shown()
    words = (sys.executable, "-c", "import os; print(os.environ['DATE_METIER'], 'DATABASE_URL' in os.environ)")
    assert terminal.launch(*words).wait(timeout=WITHIN) == 0
    assert terminal.shown() == "2011-03-15 True\n"
    terminal.output = first_output

    # Ctrl-C ends every program, and the data stay.
    launcher.send_signal(signal.SIGINT)
    assert launcher.wait(timeout=WITHIN) == 0
    assert "Tout est arrêté." in terminal.shown()
    assert [name for name, pid in programs.items() if birth(pid)] == []
    assert not (terminal.folder / "processus.json").exists()
    assert (terminal.folder / "postgresql").is_dir()

    # A killed launcher does not keep the next one from starting on the same data.
    killed = terminal.launch()
    orphans = terminal.wait_until_ready(killed)
    killed.kill()
    killed.wait()
    launcher = terminal.launch()
    programs = terminal.wait_until_ready(launcher)
    assert [name for name, pid in orphans.items() if birth(pid)] == []
    assert terminal.status(terminal.port, "/sante/") == 200

    # A program that dies is named, and everything stops.
    os.kill(programs["le travailleur Celery"], signal.SIGKILL)
    assert launcher.wait(timeout=WITHIN) == 1
    assert "Le travailleur Celery s’est arrêté de lui-même (code -9) : tout est arrêté." in terminal.shown()
    assert "Traceback" not in terminal.shown()
    assert [name for name, pid in programs.items() if birth(pid)] == []


def test_a_port_in_use_is_said_in_one_sentence(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", terminal.port)):
        assert terminal.launch().wait(timeout=WITHIN) == 1
    expected = f"Le port {terminal.port} est déjà utilisé par un autre programme : "
    assert terminal.shown().startswith(expected)
    assert terminal.shown().count("\n") == 1


def test_lost_keys_are_said_in_one_sentence(terminal: Terminal) -> None:
    (terminal.folder / "postgresql").mkdir(parents=True)
    assert terminal.launch().wait(timeout=WITHIN) == 1
    assert "secrets.env manque alors que des données existent" in terminal.shown()
    assert terminal.shown().count("\n") == 1


@pytest.mark.systeme
def test_a_command_runs_in_the_whole_application_and_gives_its_verdict(terminal: Terminal) -> None:
    words = f"import http.client as h; c = h.HTTPConnection('127.0.0.1', {terminal.port}); c.request('GET', '/sante/')"
    launcher = terminal.launch(sys.executable, "-c", f"{words}; raise SystemExit(c.getresponse().status - 193)")
    assert launcher.wait(timeout=WITHIN) == 7
    assert not (terminal.folder / "processus.json").exists()


def test_the_django_command_hands_over_with_the_servers_that_the_person_named_only(terminal: Terminal) -> None:
    own = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    own |= {"CAI_DONNEES": str(terminal.folder), "DJANGO_SETTINGS_MODULE": "config.settings.local"}
    with socket.create_server(("127.0.0.1", terminal.port)):
        done = subprocess.run(
            [sys.executable, "manage.py", "demarrer"],
            env=own | {"PORT": str(terminal.port)},
            cwd=PROJECT,
            capture_output=True,
            text=True,
        )
    # The settings' own default for DATABASE_URL would have been refused first: no server answers there.
    assert f"Le port {terminal.port} est déjà utilisé" in done.stderr
    assert done.returncode == 1
