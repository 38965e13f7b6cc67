"""Draw every state machine of the application: writes docs/etats.md from the models, the services and the rights."""

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
django.setup()

from django.apps import apps  # noqa: E402 - once the application is set up
from django.db import models  # noqa: E402
from django_fsm import FSMField, FSMModelMixin  # noqa: E402

from outils.appels import RACINE, actors  # noqa: E402

PAGE = RACINE / "docs" / "etats.md"
SITUATION = Path("dossiers/situation.py")
SOURCES_DRAWN = 6  # beyond, a transition crosses the whole drawing: the table alone tells it


def machines() -> list[tuple[type[models.Model], FSMField]]:
    """Every model with a state field, in the order of the applications."""
    return [
        (model, field)
        for model in apps.get_models()
        if issubclass(model, FSMModelMixin)
        for field in model._meta.get_fields()
        if isinstance(field, FSMField)
    ]


def page() -> str:
    """docs/etats.md as it should be."""
    lines = [
        "# State machines",
        "",
        "Made by `make etats` from the models, the services and the rights: change those, never this page. Transitions",
        "of the bilan bear the names of the domain reference, D.2; the guards are told in docs/regles.md.",
    ]
    for model, field in machines():
        lines += ["", *_machine(model, field)]
    lines += ["", *_situations()]
    return "\n".join(lines) + "\n"


def _machine(model: type[models.Model], field: FSMField) -> Iterator[str]:
    states: dict[str, str] = dict(field.flatchoices)
    transitions = _transitions(model, field)
    drawn = [row for row in transitions if row[2] and len(row[1]) <= SOURCES_DRAWN]
    left = {source for _, sources, target in transitions if target for source in sources}
    yield f"## {model.__name__}.{field.name}"
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield from (f'    state "{label}" as {code}' for code, label in states.items())
    yield f"    [*] --> {field.default}"
    yield from (f"    {source} --> {target} : {name}" for name, sources, target in drawn for source in sources)
    yield from (f"    {code} --> [*]" for code in states if code not in left)
    yield "```"
    yield ""
    if apart := [name for name, sources, target in transitions if target and len(sources) > SOURCES_DRAWN]:
        yield f"Not drawn, because they leave most states: {', '.join(apart)}."
        yield ""
    yield "| transition | from | to | who |"
    yield "| --- | --- | --- | --- |"
    for name, sources, target in transitions:
        there = states[target] if target else "*unchanged*"
        who = ", ".join(actors(model.__name__, name))
        yield f"| {name} | {' · '.join(states[source] for source in sources)} | {there} | {who} |"


def _transitions(model: type[models.Model], field: FSMField) -> list[tuple[str, list[str], str | None]]:
    """(name, states it leaves, state it reaches or None), in the order of the model."""
    order = {str(code): rank for rank, (code, _) in enumerate(field.flatchoices)}
    found: dict[str, tuple[list[str], str | None]] = {}
    for transition in field.get_all_transitions(model):
        target = str(transition.target) if transition.target else None
        found.setdefault(transition.name, ([], target))[0].append(str(transition.source))
    written = list(vars(model))
    return [
        (name, sorted(sources, key=order.__getitem__), target)
        for name, (sources, target) in sorted(found.items(), key=lambda row: written.index(row[0]))
    ]


def _situations() -> Iterator[str]:
    """The computed situation: its cases as the queryset writes them, in order."""
    tree = ast.parse((RACINE / SITUATION).read_text(encoding="utf-8"))
    (cases,) = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Case"]
    yield "## The situation an agent reads"
    yield ""
    yield f"Computed by `with_situation` ([{SITUATION}](../{SITUATION})), never stored: the first case that holds."
    yield ""
    yield "| when | situation |"
    yield "| --- | --- |"
    for when in cases.args:
        if isinstance(when, ast.Call):
            yield f"| {_condition(when)} | {_shown(_keyword(when, 'then'))} |"
    yield f"| otherwise | {_shown(_keyword(cases, 'default'))} |"


def _condition(when: ast.Call) -> str:
    conditions = [ast.unparse(argument) for argument in when.args]
    conditions += [
        f"{keyword.arg} = {ast.unparse(keyword.value)}" for keyword in when.keywords if keyword.arg != "then"
    ]
    return f"`{' and '.join(conditions)}`"


def _keyword(call: ast.Call, name: str) -> Any:
    return next(keyword.value for keyword in call.keywords if keyword.arg == name)


def _shown(value: ast.expr) -> str:
    text = ast.unparse(value)
    return "the state of the conduct" if text.startswith("F(") else f"`{text.removeprefix('Value(').removesuffix(')')}`"


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
