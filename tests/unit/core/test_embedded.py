"""PostgreSQL and Valkey from wheels: real ones, on a folder that goes away with the test."""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.children import Family, StartFailure
from core.embedded import is_free, start_servers, write_secret

# A test process has threads of its own, and newer versions of Python say so at each fork.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that the servers' own user can reach, and no server named by the environment."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def family(folder: Path) -> Iterator[Family]:
    family = Family(folder / "processus.json")
    yield family
    family.stop()


def ask(address: str, question: str) -> object:
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row and row[0]


def port_of(address: str) -> int:
    found = re.search(r":(\d+)/", address)
    assert found
    return int(found[1])


def test_both_servers_answer_behind_a_password(folder: Path, family: Family) -> None:
    addresses = start_servers(folder, family, durable=False)
    assert ask(addresses["DATABASE_URL"], "SELECT upper('é')") == "É"
    with redis.Redis.from_url(addresses["REDIS_URL"]) as client:
        assert client.ping()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgres://postgres@127.0.0.1:{port_of(addresses['DATABASE_URL'])}/cai")
    with (
        redis.Redis(port=port_of(addresses["REDIS_URL"]), retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.AuthenticationError, match="authenticated"),
    ):
        stranger.ping()


def test_a_new_start_keeps_the_rows_and_the_address(folder: Path, family: Family) -> None:
    first = start_servers(folder, family, durable=False)
    with psycopg.connect(first["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE trace AS SELECT 42 AS reponse")
    family.stop()
    assert start_servers(folder, family, durable=False) == first
    assert ask(first["DATABASE_URL"], "SELECT reponse FROM trace") == 42


def test_fsync_is_on_unless_the_rows_are_to_be_thrown_away(folder: Path, family: Family) -> None:
    assert ask(start_servers(folder, family)["DATABASE_URL"], "SHOW fsync") == "on"


def test_a_killed_database_starts_again_beside_whoever_took_its_number(folder: Path, family: Family) -> None:
    start_servers(folder, family, durable=False)
    postgres = next(child for child in family.children if child.trace.name == "PostgreSQL")
    os.kill(postgres.trace.pid, signal.SIGKILL)
    postgres.process.wait()
    # The number is taken by somebody else's program, of the same user.
    user, group = (folder / "postgresql").stat().st_uid, (folder / "postgresql").stat().st_gid
    as_server = {"user": user, "group": group} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "60"], cwd="/", **as_server) as bystander:
        lock = folder / "postgresql" / "postmaster.pid"
        lines = lock.read_text().splitlines()
        lock.write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
        family.stop()
        assert ask(start_servers(folder, family, durable=False)["DATABASE_URL"], "SELECT 1") == 1
        assert bystander.poll() is None
        bystander.kill()


def test_a_remembered_port_taken_since_is_replaced(folder: Path, family: Family) -> None:
    first = start_servers(folder, family, durable=False)
    family.stop()
    with socket.create_server(("127.0.0.1", port_of(first["REDIS_URL"]))):
        again = start_servers(folder, family, durable=False)
    assert port_of(again["REDIS_URL"]) != port_of(first["REDIS_URL"])
    assert again["DATABASE_URL"] == first["DATABASE_URL"]


def test_servers_named_by_the_environment_are_used_and_nothing_is_started(
    folder: Path, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"DATABASE_URL": "postgres://ailleurs/cai", "REDIS_URL": "redis://ailleurs/0"}
    for name, address in given.items():
        monkeypatch.setenv(name, address)
    assert start_servers(folder, family) == given
    assert family.children == []
    assert list(folder.iterdir()) == []


def test_a_folder_closed_to_others_is_no_obstacle(
    folder: Path, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "ferme"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr("core.embedded.SYSTEM_PLACE", folder / "ouvert")
    addresses = start_servers(closed, family, durable=False)
    assert ask(addresses["DATABASE_URL"], "SELECT 1") == 1


def test_an_interrupted_creation_is_begun_again(folder: Path, family: Family) -> None:
    (folder / "postgresql.neuf").mkdir()
    (folder / "postgresql.neuf" / "PG_VERSION").write_text("18")
    assert ask(start_servers(folder, family, durable=False)["DATABASE_URL"], "SELECT 1") == 1


def test_rows_of_another_version_are_refused_in_a_sentence(folder: Path, family: Family) -> None:
    start_servers(folder, family, durable=False)
    family.stop()
    (folder / "postgresql" / "PG_VERSION").write_text("14\n")
    with pytest.raises(StartFailure, match=r"PostgreSQL 14.*restaurez une sauvegarde"):
        start_servers(folder, family, durable=False)


def test_a_lost_password_is_said_in_a_sentence(folder: Path, family: Family) -> None:
    start_servers(folder, family, durable=False)
    family.stop()
    (folder / "serveurs.json").unlink()
    with pytest.raises(StartFailure, match="restaurez-le, ou repartez de rien"):
        start_servers(folder, family, durable=False)


def test_passwords_are_for_their_owner_alone(folder: Path, family: Family) -> None:
    start_servers(folder, family, durable=False)
    assert (folder / "serveurs.json").stat().st_mode & 0o777 == 0o600
    shown = "".join(path.read_bytes().decode(errors="replace") for path in Path("/proc").glob("[0-9]*/cmdline"))
    accounts = json.loads((folder / "serveurs.json").read_text())
    assert not [name for name, account in accounts.items() if account["password"] in shown]


def test_a_secret_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_secret(path, "un")
    write_secret(path, "deux")
    assert path.read_text() == "deux"
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret"]


def test_port_zero_is_never_free() -> None:
    assert not is_free(0)
