"""Each thing that keeps the application from starting is said in one French sentence with what to do."""

import shutil
import socket
import sys
from pathlib import Path

import pytest

from core import prealables
from core.children import StartFailure


def test_a_folder_is_made_when_it_does_not_exist(tmp_path: Path) -> None:
    prealables.check_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    with pytest.raises(StartFailure, match=r"n’est pas accessible en écriture .* CAI_DONNEES=/chemin"):
        prealables.check_folder(tmp_path / "fichier" / "dossier")


def test_a_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 10**12 - 499_000_000, 499_000_000))
    with pytest.raises(StartFailure, match=r"que 499 Mo .* il en faut 500 : libérez de la place"):
        prealables.check_folder(tmp_path)


def test_a_machine_without_pango_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(StartFailure, match=r"Pango.* manque .* sudo apt-get install"):
        prealables.check_pdf_engine()


def test_a_port_in_use_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(StartFailure, match=rf"Le port {port} est déjà utilisé .* PORT={port + 10}"):
            prealables.check_port("PORT", port)
    prealables.check_port("PORT", port)


@pytest.mark.parametrize("written", ["huit mille", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", written)
    with pytest.raises(StartFailure, match="qui n’est pas un port"):
        prealables.read_port("PORT", 8000)


@pytest.mark.parametrize(("written", "port"), [("8010", 8010), ("", 8000)])
def test_a_port_is_read_from_the_environment(written: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", written)
    assert prealables.read_port("PORT", 8000) == port


def test_a_business_date_that_is_none_is_refused() -> None:
    with pytest.raises(StartFailure, match=r"DATE_METIER vaut « hier ».* DATE_METIER=2011-03-15"):
        prealables.check_environment({"DATE_METIER": "hier"})


def test_a_business_date_or_moment_is_accepted() -> None:
    prealables.check_environment({"DATE_METIER": "2011-03-15"})
    prealables.check_environment({"DATE_METIER": "2011-03-15T09:30:00+01:00"})


@pytest.mark.parametrize(
    ("name", "address"),
    [("DATABASE_URL", "postgres://moi:secret@127.0.0.1:1/cai"), ("REDIS_URL", "redis://:secret@127.0.0.1:1/0")],
)
def test_a_named_server_that_does_not_answer_is_refused_without_its_password(name: str, address: str) -> None:
    with pytest.raises(StartFailure, match=f"{name} ne répond pas") as refusal:
        prealables.check_environment({name: address})
    assert "secret" not in str(refusal.value)
