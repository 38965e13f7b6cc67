"""What a line of the log may carry is a closed list: technical identifiers, codes, figures, never a person's data."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.repository.sources import RACINE

APPS = ("agents", "bilan", "cai", "config", "core", "dossiers", "exemptions", "poleemploi")
LEVELS = ("debug", "info", "warning", "error", "exception", "critical")
IDENTIFIERS = {"transmission", "bilan", "contrat", "tirage", "numero", "ecarte", "identifiants"}
FIGURES = {"statut", "duree_ms", "pas", "vie_s", "jusqua", "a_temps", "sorts"}
WORDS = {"operation", "issue", "code", "motif", "motifs", "erreur", "evenement", "avant", "apres", "acte", "tache"}


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a module's logger, direct or put off by ``partial``."""
    for app in APPS:
        for path in sorted((RACINE / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and any(_is_logger(part) for part in (node.func, *node.args[:1])):
                    yield path, node


def _is_logger(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in LEVELS
        and isinstance(node.value, ast.Name)
        and node.value.id == "logger"
    )


def test_a_line_is_an_event_by_its_name_and_facts_of_the_closed_list() -> None:
    found = list(calls())
    assert len(found) > 15
    for path, call in found:
        where = f"{path.relative_to(RACINE)}:{call.lineno}"
        words = call.args if _is_logger(call.func) else call.args[1:]
        assert len(words) == 1, f"{where}: an event, then facts by name"
        (event,) = words
        assert isinstance(event, ast.Constant), f"{where}: the name of the event is written there"
        assert event.value.isidentifier(), f"{where}: the name of the event is one word"
        named = {keyword.arg for keyword in call.keywords}
        assert named <= IDENTIFIERS | FIGURES | WORDS, f"{where}: {sorted(map(str, named))}"
