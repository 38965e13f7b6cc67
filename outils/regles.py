"""Which code enforces each rule of the domain reference, and which test proves it: writes docs/regles.md.

The rules are in docs/regles.toml. Code says ``# rule: ID`` (several, separated by commas) on a line of its own just
above what enforces it; a template says ``{# rule: ID #}``. A test says ``@pytest.mark.rule("ID")``.
"""

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path

RACINE = Path(__file__).resolve().parents[1]
APPS = ("core", "agents", "cai", "exemptions", "bilan", "poleemploi", "dossiers", "config")
TABLE = RACINE / "docs" / "regles.md"
SCENARIOS = tuple(f"AS-{number:02}" for number in range(1, 41))
TESTS_SHOWN = 3  # of one rule, before « and n more »

_IDS = r"[A-Z]\.[\w.-]+(?:\s*,\s*[A-Z]\.[\w.-]+)*"
_COMMENT = re.compile(rf"#\s*rule:\s*({_IDS})\s*$")
_TEMPLATE = re.compile(r"{#\s*rule:\s*(" + _IDS + r")\s*#}")
_SCENARIO = re.compile(r"as_(\d\d)((?:_\d\d(?!\d))*)")
_CASE = re.compile(r"AS-\d\d")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Regle:
    """One rule: what it says in our words, and the text it comes from with its provenance tag."""

    code: str
    enonce: str
    source: str


@dataclass(frozen=True)
class Section:
    """One section of the reference; ``contexte`` tells what in it is no rule of the application."""

    numero: str
    titre: str
    contexte: tuple[str, ...]
    regles: tuple[Regle, ...]


@dataclass(frozen=True, order=True)
class Lieu:
    """Where a rule is written: a file, and the function, class or name inside it."""

    fichier: str
    nom: str


@dataclass(frozen=True)
class Registre:
    sections: tuple[Section, ...]
    en_attente: dict[str, str]  # rule or scenario -> why its code or its test is not there yet

    def codes(self) -> set[str]:
        return {regle.code for section in self.sections for regle in section.regles}


@dataclass
class Marques:
    """What code and tests say: rule -> places."""

    code: dict[str, set[Lieu]] = field(default_factory=lambda: defaultdict(set))
    tests: dict[str, set[Lieu]] = field(default_factory=lambda: defaultdict(set))


@cache
def registre() -> Registre:
    """The rules as docs/regles.toml gives them."""
    written = tomllib.loads((RACINE / "docs" / "regles.toml").read_text(encoding="utf-8"))
    return Registre(
        sections=tuple(
            Section(
                numero=numero,
                titre=section["titre"],
                contexte=tuple(section.get("contexte", ())),
                regles=tuple(Regle(code, enonce, source) for code, (enonce, source) in section["regles"].items()),
            )
            for numero, section in written["section"].items()
        ),
        en_attente=written["en_attente"],
    )


def marques() -> Marques:
    """Every marker of the tree."""
    found = Marques()
    for path in _python(APPS):
        for code, name in marked_code(path.read_text(encoding="utf-8")):
            found.code[code].add(Lieu(_shown(path), name))
    for path in sorted((RACINE / "templates").rglob("*")):
        if path.is_file():
            for codes in _TEMPLATE.findall(path.read_text(encoding="utf-8", errors="ignore")):
                for code in _split(codes):
                    found.code[code].add(Lieu(_shown(path), ""))
    for path in _python(["tests"]):
        for code, name in marked_tests(ast.parse(path.read_text(encoding="utf-8"))):
            found.tests[code].add(Lieu(_shown(path), name))
    return found


@cache
def scenarios() -> dict[str, set[Lieu]]:
    """AS-nn -> the tests that carry its name: ``test_as_05_06_07_…`` carries three, a case « AS-05 … » carries one."""
    found: dict[str, set[Lieu]] = defaultdict(set)
    for path in _python(["tests"]):
        module = ast.parse(path.read_text(encoding="utf-8"))
        tables = {_name(node): node for node in module.body if isinstance(node, ast.Assign)}
        for node in _test_functions(module):
            numbers = set()
            if match := _SCENARIO.search(node.name):
                numbers = {match.group(1), *match.group(2).split("_")[1:]}
            for scenario in {f"AS-{number}" for number in numbers} | _cases(node, tables):
                found[scenario].add(Lieu(_shown(path), node.name))
    return found


def _cases(test: _Function, tables: Mapping[str, ast.stmt]) -> set[str]:
    """Scenarios named by the cases of a test, written on it or in a table of its module."""
    written: list[ast.AST] = list(test.decorator_list)
    names = (node.id for decorator in test.decorator_list for node in ast.walk(decorator) if isinstance(node, ast.Name))
    written += [tables[name] for name in names if name in tables]
    return {
        match.group()
        for root in written
        for node in ast.walk(root)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (match := _CASE.match(node.value))
    }


def marked_code(text: str) -> Iterator[tuple[str, str]]:
    """(rule, qualified name) for each marker comment of a module; the name is that of what stands under it."""
    comments = [
        (token.start[0], match.group(1))
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
        and not token.line[: token.start[1]].strip()
        and (match := _COMMENT.match(token.string))
    ]
    if not comments:
        return
    lines = text.splitlines()
    named = list(_named(ast.parse(text), ""))
    for line, codes in comments:
        target = line + 1
        while target <= len(lines) and (not lines[target - 1].strip() or lines[target - 1].lstrip().startswith("#")):
            target += 1
        inside = [(last - first, name) for first, last, name in named if first <= target <= last]
        for code in _split(codes):
            yield code, min(inside)[1] if inside else ""


def _named(node: ast.AST, prefix: str) -> Iterator[tuple[int, int, str]]:
    """First line (decorators included), last line and qualified name of what a module or a class names."""
    for child in ast.iter_child_nodes(node):
        name = _name(child)
        if name and isinstance(child, _Function | ast.ClassDef | ast.Assign | ast.AnnAssign):
            first = min([child.lineno, *(decorator.lineno for decorator in getattr(child, "decorator_list", []))])
            yield first, child.end_lineno or first, prefix + name
        if isinstance(child, ast.ClassDef):
            yield from _named(child, f"{prefix}{child.name}.")


def _name(node: ast.AST) -> str:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name), *_]):
            return name
        case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=name), *_]), *_]):
            return name
    return ""


def marked_tests(module: ast.Module) -> Iterator[tuple[str, str]]:
    """(rule, test) for each marker on a test, on one of its cases, on its class or on its whole module."""
    everywhere = [
        code
        for node in module.body
        if isinstance(node, ast.Assign) and _name(node) == "pytestmark"
        for code in _marks([node.value])
    ]
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            shared = [*everywhere, *_marks(node.decorator_list)]
            functions: Iterable[_Function] = _test_functions(node)
        else:
            shared = everywhere
            functions = [node] if isinstance(node, _Function) and node.name.startswith("test_") else []
        for function in functions:
            for code in [*shared, *_marks(function.decorator_list)]:
                yield code, function.name


def _marks(nodes: Iterable[ast.expr]) -> list[str]:
    return [
        argument.value
        for node in nodes
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.rule"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def _test_functions(node: ast.AST) -> Iterator[_Function]:
    for child in ast.walk(node):
        if isinstance(child, _Function) and child.name.startswith("test_"):
            yield child


def table() -> str:
    """docs/regles.md as it should be."""
    rules, found = registre(), marques()
    lines = [
        "# Rules, code and tests",
        "",
        "Every rule of sections C, D and E of the domain reference, what enforces it and what proves it. Made by",
        "`make regles` from docs/regles.toml and the markers of the tree: change those, never this page.",
        "",
        f"{len(rules.codes())} rules. Tags of the sources: [S-R] R. 311-26 CESEDA, [S-K] convention of 18 May 2010, "
        "[S-C] circular of 30 January",
        "2009, [S-G] guide du bilan, [S-N] news item on the convention, [V] verified elsewhere, [D] decided by us.",
    ]
    for section in rules.sections:
        lines += ["", f"## {section.numero} {section.titre}", "", "| rule | what | source | code | tests |"]
        lines.append("| --- | --- | --- | --- | --- |")
        for regle in section.regles:
            places = _places(sorted(found.code[regle.code])) or _waiting(regle.code)
            tests = _tests(sorted(found.tests[regle.code])) or _waiting(regle.code)
            lines.append(f"| {regle.code} | {regle.enonce} | {regle.source} | {places} | {tests} |")
        if section.contexte:
            lines += ["", "Not rules of the application:", "", *(f"- {sentence}" for sentence in section.contexte)]
    lines += ["", "## Scenarios", "", "| scenario | tests |", "| --- | --- |"]
    carried = scenarios()
    for scenario in SCENARIOS:
        lines.append(f"| {scenario} | {_every(sorted(carried[scenario])) or _waiting(scenario)} |")
    return "\n".join(lines) + "\n"


def _places(places: list[Lieu]) -> str:
    return "<br>".join(
        f"{_link(fichier)} {', '.join(f'`{place.nom}`' for place in group if place.nom)}".strip()
        for fichier, group in groupby(places, key=lambda place: place.fichier)
    )


def _tests(tests: list[Lieu]) -> str:
    more = len(tests) - TESTS_SHOWN
    return _every(tests[:TESTS_SHOWN]) + (f"<br>and {more} more" if more > 0 else "")


def _every(tests: list[Lieu]) -> str:
    return "<br>".join(f"{_link(test.fichier)} `{test.nom}`" for test in tests)


def _link(fichier: str) -> str:
    return f"[{fichier}](../{fichier})"


def _waiting(code: str) -> str:
    reason = registre().en_attente.get(code)
    return f"*awaited: {reason}*" if reason else ""


def _split(codes: str) -> list[str]:
    return [code.strip() for code in codes.split(",")]


def _python(places: Iterable[str]) -> list[Path]:
    return [path for place in places for path in sorted((RACINE / place).rglob("*.py"))]


def _shown(path: Path) -> str:
    return path.relative_to(RACINE).as_posix()


def main() -> int:
    TABLE.write_text(table(), encoding="utf-8")
    for code, reason in registre().en_attente.items():
        sys.stdout.write(f"awaited: {code}, {reason}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
