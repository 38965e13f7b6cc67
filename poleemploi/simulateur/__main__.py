"""`python -m poleemploi.simulateur`: the simulator behind gunicorn, one process, one store."""

import argparse
import errno
import os
import socket
import sqlite3
import sys
from pathlib import Path

from flask import Flask
from gunicorn.app.base import BaseApplication

from .app import TTL, create_app
from .store import Store

# One worker: the faults and the keys in progress live in its memory. Many threads: a silent answer keeps one busy.
THREADS = 32


class Server(BaseApplication):
    """Gunicorn around an application that is made in the worker, after the fork: SQLite does not survive one."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        super().__init__()

    def load_config(self) -> None:
        chosen = {
            "bind": f"{self.arguments.host}:{self.arguments.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "graceful_timeout": 1,
            "keepalive": 15,
            "loglevel": "warning",
            "proc_name": "simulateur-pole-emploi",
            "control_socket_disable": True,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(
            self.arguments.store,
            client_id=self.arguments.client_id,
            client_secret=self.arguments.client_secret,
            ttl=self.arguments.ttl,
            with_control=not self.arguments.sans_controle,
        )


def parse(argv: list[str], environ: dict[str, str]) -> argparse.Namespace:
    """Each option can be given as SIMULATEUR_OPTION in the environment; the command line wins."""
    parser = argparse.ArgumentParser(prog="python -m poleemploi.simulateur", description="Simulateur Pôle emploi")
    parser.add_argument("--host", default=environ.get("SIMULATEUR_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=environ.get("SIMULATEUR_PORT", "8001"))
    parser.add_argument("--store", type=Path, default=environ.get("SIMULATEUR_STORE", "var/simulateur.sqlite3"))
    parser.add_argument("--client-id", default=environ.get("SIMULATEUR_CLIENT_ID", "ofii-cai"))
    parser.add_argument("--client-secret", default=environ.get("SIMULATEUR_CLIENT_SECRET", "secret-du-simulateur"))
    parser.add_argument(
        "--ttl", type=int, default=environ.get("SIMULATEUR_TTL", str(TTL)), help="vie d’un jeton, en secondes"
    )
    parser.add_argument(
        "--sans-controle",
        action="store_true",
        default=environ.get("SIMULATEUR_SANS_CONTROLE", "") not in ("", "0"),
        help="sans page d’opérateur ni interface de contrôle",
    )
    return parser.parse_args(argv)


def refusal_to_listen(host: str, port: int) -> str | None:
    """A sentence when this address cannot be listened to; gunicorn would retry for five seconds, then show a trace."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Le port {port} est déjà pris : arrêtez ce qui l’occupe ou choisissez-en un autre avec --port."
            return f"Impossible d’écouter sur {host}:{port} : {error.strerror}."
    return None


def refusal_to_store(path: Path) -> str | None:
    """A sentence when this file cannot be the store."""
    try:
        Store(path).close()
    except (OSError, sqlite3.Error) as error:
        return f"Impossible d’écrire dans {path} : {error}. Choisissez un autre fichier avec --store."
    return None


def main() -> None:
    arguments = parse(sys.argv[1:], dict(os.environ))
    if sentence := refusal_to_listen(arguments.host, arguments.port):
        sys.exit(sentence)
    if sentence := refusal_to_store(arguments.store):
        sys.exit(sentence)
    Server(arguments).run()


if __name__ == "__main__":
    main()
