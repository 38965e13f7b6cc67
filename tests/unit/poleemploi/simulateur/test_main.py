"""Starting the simulator: its options, and that it stands apart from the application."""

import subprocess
import sys
from pathlib import Path

import pytest

from poleemploi.simulateur.__main__ import Server, parse


def test_nothing_said_is_the_loopback_and_the_accounts_of_a_trial():
    options = parse([], {})

    assert (options.host, options.port, options.sans_controle) == ("127.0.0.1", 8001, False)
    assert (options.client_id, options.client_secret, options.ttl) == ("ofii-cai", "secret-du-simulateur", 1499)


def test_the_environment_says_what_the_command_line_does_not():
    environ = {
        "SIMULATEUR_PORT": "8105",
        "SIMULATEUR_STORE": "/x/y",
        "SIMULATEUR_TTL": "3",
        "SIMULATEUR_SANS_CONTROLE": "1",
    }

    options = parse(["--port", "8106"], environ)

    assert (options.port, options.store, options.ttl, options.sans_controle) == (8106, Path("/x/y"), 3, True)


@pytest.mark.parametrize("value", ["", "0"])
def test_control_is_there_unless_it_is_taken_away(value):
    assert parse([], {"SIMULATEUR_SANS_CONTROLE": value}).sans_controle is False


def test_the_server_has_one_worker_for_the_faults_live_in_its_memory(tmp_path):
    server = Server(parse(["--port", "8107", "--store", str(tmp_path / "s.sqlite3"), "--sans-controle"], {}))

    assert (server.cfg.workers, server.cfg.threads, server.cfg.bind) == (1, 32, ["127.0.0.1:8107"])
    app = server.load()
    assert app.test_client().get("/_controle/pannes").status_code == 404
    app.extensions["simulateur"].store.close()
    app.extensions["simulateur"].requetes.close()


def test_the_simulator_needs_neither_django_nor_the_application():
    command = "import sys, poleemploi.simulateur.__main__; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.split()

    foreign = ("django", "config", "core", "agents", "cai", "bilan", "exemptions", "poleemploi.models", "requests")
    assert not {name for name in loaded if name.startswith(tuple(f"{one}." for one in foreign)) or name in foreign}
