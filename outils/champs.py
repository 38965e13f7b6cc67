"""What leaves for Pôle emploi, field by field, where it comes from and why it may: writes docs/champs.md.

The fields and their cardinality are read in the partner's contract; sources and legal bases in ``poleemploi.payload``.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from outils.regles import RACINE
from poleemploi import contrat
from poleemploi.payload import ORIGINES, Base

TABLE = RACINE / "docs" / "champs.md"
INTERDITS = (
    "date of birth, permit, exemption and its reasons, absences and convocations, family, address, telephone, health,"
    " notes and minutes of the sessions, trainings of the contract other than the linguistic one, results in detail"
)


@dataclass(frozen=True)
class Feuille:
    """One value of the body: its path in the contract, how many there may be, and its form."""

    chemin: str
    cardinalite: str
    forme: str


def leaves() -> list[Feuille]:
    """Every value that the contract lets a deposit hold, in its order."""
    return list(_walk(_schema("DepotSynthese"), "", least=1, most=1))


def _walk(schema: dict[str, Any], path: str, *, least: int, most: int | None) -> Iterator[Feuille]:
    if "$ref" in schema:
        schema = _schema(schema["$ref"].rpartition("/")[2])
    if "properties" in schema:
        for name, member in schema["properties"].items():
            needed = least if name in schema.get("required", ()) else 0
            yield from _walk(member, f"{path}.{name}" if path else name, least=needed, most=most)
    elif "items" in schema:
        few, many = min(least, schema.get("minItems", 0)), schema.get("maxItems")
        yield from _walk(schema["items"], f"{path}[]", least=few, most=many)
    else:
        yield Feuille(path, _cardinality(least, most), _form(schema))


def _schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = contrat.contract()["components"]["schemas"][name]
    return schema


def _cardinality(least: int, most: int | None) -> str:
    highest = "n" if most is None else str(most)
    return highest if str(least) == highest else f"{least}..{highest}"


def _form(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return f"one of {len(schema['enum'])} codes"
    kind = schema["type"] if isinstance(schema["type"], str) else " or ".join(schema["type"])
    limits = [f"≥ {schema['minimum']}"] if "minimum" in schema else []
    limits += [f"≤ {schema[limit]}" for limit in ("maxLength", "maximum") if limit in schema]
    limits += [f"`{schema['pattern']}`"] if "pattern" in schema else []
    return " ".join([schema.get("format", kind), *limits])


def gaps() -> list[str]:
    """What is wrong with the table of origins: a field without a row, a row without a field, no basis, no reason."""
    paths = [leaf.chemin for leaf in leaves()]
    found = [f"{path}: no origin, hence no legal basis" for path in paths if path not in ORIGINES]
    found += [f"{path}: not in the contract" for path in ORIGINES if path not in paths]
    found += [f"{path}: no legal basis" for path, origine in ORIGINES.items() if not origine.bases]
    ours = [path for path, origine in ORIGINES.items() if Base.DECISION in origine.bases and not origine.remarque]
    return found + [f"{path}: decided by us, without a reason" for path in ours]


def table() -> str:
    """docs/champs.md as it should be. Raises ValueError while the table of origins has gaps."""
    if faults := gaps():
        raise ValueError("; ".join(faults))
    lines = [
        "# What leaves for Pôle emploi",
        "",
        "Every field of a deposit, where its value comes from and what allows it to be sent. Made by `make champs`",
        "from the partner's contract and `poleemploi/payload.py`: change those, never this page. What has no row",
        "cannot be sent, and a field without a legal basis fails `make test`.",
        "",
        f"Never sent: {INTERDITS}.",
        "",
        "Beside the body: the key of the deposit and the number of the attempt, which say nothing of anybody; the",
        "identifier of a receipt and a reason out of a list when it is erased; the cursor that the partner gave when",
        "its events are read; the office's account when a token is asked for.",
        "",
        "| field of the contract | card. | form | source | legal basis | remark |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for leaf in leaves():
        origine = ORIGINES[leaf.chemin]
        bases = " · ".join(base.value for base in origine.bases)
        form = leaf.forme.replace("|", "\\|")
        lines.append(
            f"| {leaf.chemin} | {leaf.cardinalite} | {form} | `{origine.source}` | {bases} | {origine.remarque} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    TABLE.write_text(table(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
