"""The files that make up the application, as the tests of the house read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]
APPS = ("core", "agents", "cai", "exemptions", "bilan", "poleemploi", "dossiers", "config")
# Another program, with templates and addresses of its own.
SIMULATEUR = RACINE / "poleemploi" / "simulateur"


def application_files() -> list[Path]:
    """Python files of the apps, without migrations nor the simulator."""
    return [
        path
        for app in APPS
        for path in sorted((RACINE / app).rglob("*.py"))
        if "migrations" not in path.parts and not path.is_relative_to(SIMULATEUR)
    ]


def python_files() -> list[Path]:
    """Everything we write in Python, tests included, migrations apart."""
    places = [*APPS, "tests", "outils"]
    files = [path for place in places for path in sorted((RACINE / place).rglob("*.py"))]
    return [path for path in files if "migrations" not in path.parts]


def templates() -> list[Path]:
    return [path for path in sorted((RACINE / "templates").rglob("*")) if path.is_file()]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def texts(path: Path) -> Iterator[str]:
    """Every literal text of a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def shown(path: Path) -> str:
    return str(path.relative_to(RACINE))
