"""What must hold before anything starts; each refusal is one French sentence that says what to do."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import psycopg
import redis

from core.children import StartFailure
from core.embedded import is_free

SPACE_NEEDED = 500_000_000  # bytes: a fresh cluster, its journal of writes, the demonstration


def check_environment(environment: Mapping[str, str]) -> None:
    """Refuse a business date that is none, and servers named by the environment that do not answer."""
    if moment := environment.get("DATE_METIER"):
        try:
            datetime.fromisoformat(moment)
        except ValueError as error:
            raise StartFailure(
                f"DATE_METIER vaut « {moment} », qui n’est pas une date : écrivez par exemple DATE_METIER=2011-03-15."
            ) from error
    if address := environment.get("DATABASE_URL"):
        try:
            psycopg.connect(address, connect_timeout=5).close()
        except psycopg.Error as error:
            raise StartFailure(
                f"La base de données indiquée par DATABASE_URL ne répond pas ({str(error).strip().splitlines()[0]}) : "
                "vérifiez l’adresse, ou retirez DATABASE_URL pour employer la base intégrée."
            ) from error
    if address := environment.get("REDIS_URL"):
        try:
            with redis.Redis.from_url(address, socket_connect_timeout=5) as client:
                client.ping()
        except (redis.RedisError, ValueError) as error:
            raise StartFailure(
                f"Le serveur indiqué par REDIS_URL ne répond pas ({error}) : vérifiez l’adresse, "
                "ou retirez REDIS_URL pour employer le serveur intégré."
            ) from error


def check_folder(folder: Path) -> None:
    """Make the folder, and refuse one that cannot be written or has no room."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StartFailure(
            f"Le dossier {folder} n’est pas accessible en écriture ({error.strerror}) : donnez-vous ce droit, "
            "ou choisissez un autre dossier avec CAI_DONNEES=/chemin."
        ) from error
    free = shutil.disk_usage(folder).free
    if free < SPACE_NEEDED:
        raise StartFailure(
            f"Il ne reste que {free // 1_000_000} Mo sur le disque de {folder}, il en faut "
            f"{SPACE_NEEDED // 1_000_000} : libérez de la place, ou choisissez un autre avec CAI_DONNEES=/chemin."
        )


def check_pdf_engine() -> None:
    """Refuse a machine without the libraries that lay out PDF pages."""
    tried = subprocess.run([sys.executable, "-c", "import weasyprint"], capture_output=True, check=False)
    if tried.returncode:
        raise StartFailure(
            "La bibliothèque Pango, qui compose les PDF, manque sur cette machine : installez-la "
            "(Debian, Ubuntu : sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 ; "
            "macOS : brew install pango), puis recommencez."
        )


def read_port(name: str, default: int) -> int:
    """The port that an environment variable names; the sentence when it is not one."""
    written = os.environ.get(name) or str(default)
    if not written.isdecimal() or not 0 < int(written) < 65_536:
        raise StartFailure(
            f"{name} vaut « {written} », qui n’est pas un port : écrivez par exemple {name}={default + 10}."
        )
    return int(written)


def check_port(name: str, port: int) -> None:
    """Refuse a port that another program uses, or that only root may open."""
    if not is_free(port):
        raise StartFailure(
            f"Le port {port} est déjà utilisé par un autre programme : arrêtez-le, "
            f"ou choisissez un autre port, par exemple « make run {name}={port + 10} »."
        )
