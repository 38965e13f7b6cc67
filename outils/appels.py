"""Who may move a state machine: read in the services, from the act that moves it up to the rights it asks for.

A function that moves a row calls ``row.transition()``, or names the transition to ``finish``. The rights are those it
names, or those of the ``check_…`` and ``permission_to_…`` it calls; a function that names none lends its caller's.
Without an author (no ``by``, or one that may be None) it is the system that acts.
"""

import ast
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agents.roles import ROLE_PERMISSIONS, Permission

RACINE = Path(__file__).resolve().parents[1]
PLACES = ("cai", "exemptions", "bilan", "poleemploi", "dossiers")
SYSTEME = "système"
_MOVE = ("finish", "_finish")
_ASK = ("check_", "permission_to_", "can_")
# Who tells a story or draws a page moves nothing of its own.
_ASIDE = ("demonstration", "migrations", "simulateur", "management")


@dataclass(frozen=True)
class Fonction:
    module: str
    nom: str
    noeud: ast.FunctionDef

    @property
    def auteur(self) -> str:
        """« agent », « système » or « les deux », as the signature says it."""
        arguments = [*self.noeud.args.args, *self.noeud.args.kwonlyargs]
        by = next((argument for argument in arguments if argument.arg == "by"), None)
        if by is None:
            return SYSTEME
        return "les deux" if by.annotation and "None" in ast.unparse(by.annotation) else "agent"


def actors(model: str, transition: str) -> list[str]:
    """Roles that may fire the transition, in the order of ``agents.roles``, then the system if it may too."""
    rights: set[Permission] = set()
    system = False
    seen: set[tuple[str, str]] = set()
    waiting = [function for function in _functions().values() if _moves(function.noeud, model, transition)]
    while waiting:
        function = waiting.pop()
        if (function.module, function.nom) in seen:
            continue
        seen.add((function.module, function.nom))
        found = _rights(function)
        system |= function.auteur != "agent" and (bool(found) or not _callers(function))
        if found:
            rights |= found
        else:
            waiting += _callers(function)
    roles = [str(role.label) for role, granted in ROLE_PERMISSIONS.items() if granted & rights]
    return [*roles, SYSTEME] if system or not roles else roles


def _moves(node: ast.FunctionDef, model: str, transition: str) -> bool:
    def is_row(value: ast.expr) -> bool:
        return isinstance(value, ast.Name) and model.lower().startswith(value.id)

    for call in (found for found in ast.walk(node) if isinstance(found, ast.Call)):
        match call.func:
            case ast.Attribute(value=row, attr=name) if name == transition and is_row(row) and not call.args:
                return True
            case ast.Name(id=name) if name in _MOVE and len(call.args) > 1:
                row, named = call.args[:2]
                if is_row(row) and isinstance(named, ast.Constant) and named.value == transition:
                    return True
    return False


def _rights(function: Fonction) -> set[Permission]:
    own = _named_rights(function.noeud)
    for called in _called(function):
        if called.nom.startswith(_ASK):
            own |= _rights(called)
    if own or function.auteur != "agent" or function.nom.startswith(_ASK):
        return own
    for called in _called(function):
        if called.auteur == "agent":
            own |= _named_rights(called.noeud)
    return own


def _named_rights(node: ast.AST) -> set[Permission]:
    return {
        Permission[found.attr]
        for found in ast.walk(node)
        if isinstance(found, ast.Attribute)
        and isinstance(found.value, ast.Name)
        and found.value.id in ("P", "Permission")
        and found.attr in Permission.__members__
    }


@cache
def _functions() -> dict[tuple[str, str], Fonction]:
    return {
        (module, node.name): Fonction(module, node.name, node)
        for module, tree in _modules().items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


@cache
def _modules() -> dict[str, ast.Module]:
    paths = [path for place in PLACES for path in sorted((RACINE / place).rglob("*.py"))]
    return {
        ".".join(path.relative_to(RACINE).with_suffix("").parts): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
        if not set(_ASIDE) & set(path.relative_to(RACINE).parts)
    }


@cache
def _imports(module: str) -> dict[str, str]:
    """Name in the module -> the dotted name it stands for."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(_modules()[module])
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


@cache
def _called(function: Fonction) -> tuple[Fonction, ...]:
    """Our own functions that this one calls, by their name or through their module."""
    known, imports = _functions(), _imports(function.module)
    found = []
    for call in (node for node in ast.walk(function.noeud) if isinstance(node, ast.Call)):
        match call.func:
            case ast.Name(id=name):
                module, _, there = imports.get(name, f"{function.module}.{name}").rpartition(".")
            case ast.Attribute(value=ast.Name(id=name), attr=there) if name in imports:
                module = imports[name]
            case _:
                continue
        if (module, there) in known:
            found.append(known[module, there])
    return tuple(found)


@cache
def _all_callers() -> dict[tuple[str, str], list[Fonction]]:
    callers: dict[tuple[str, str], list[Fonction]] = defaultdict(list)
    for function in _functions().values():
        for called in _called(function):
            callers[called.module, called.nom].append(function)
    return callers


def _callers(function: Fonction) -> list[Fonction]:
    return _all_callers()[function.module, function.nom]
