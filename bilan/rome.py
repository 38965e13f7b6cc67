"""The official list of occupations, read from the CSV of the ROME's open data."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission
from bilan.models import Metier
from core import journal
from core.errors import InvalidInput, RuleViolation
from core.text import TextRefused, clean_line

TAILLE_MAX = 2_000_000  # bytes; the official file of some 530 rows is fifty times smaller
LIBELLE_MAX = 200
_CODE = re.compile(r"[A-N][0-9]{4}")
_COLUMNS = {"code_rome", "libelle_rome"}


@dataclass(frozen=True)
class RomeImport:
    """What an import changed: the occupations' codes, in order."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]
    unchanged: int


@transaction.atomic
def import_rome(content: bytes, *, by: Agent | None) -> RomeImport:
    """Make the list of occupations that of the file, all or nothing.

    Codes that the file no longer holds are withdrawn (no longer offered), never deleted; a code that comes back is
    offered again. Refuses a file that is not the official CSV (InvalidInput, at field ``fichier``) and one that would
    withdraw more than half of the occupations offered, for it is probably cut (RuleViolation).
    """
    if by is not None:
        check_permission(by, Permission.ADMINISTRER)
    labels = dict(_rows(_decode(content)))
    known = {metier.code: metier for metier in Metier.objects.select_for_update()}
    withdrawn = [metier for metier in known.values() if metier.actif and metier.code not in labels]
    if 2 * len(withdrawn) > sum(metier.actif for metier in known.values()):
        raise RuleViolation(
            f"Ce fichier ne contient que {len(labels)} métier{'s' if len(labels) > 1 else ''} et en retirerait "
            f"{len(withdrawn)}\u00a0: il semble incomplet. Rien n’a été changé.",
            code="fichier_incomplet",
            fields={"fichier": ["Téléchargez de nouveau le fichier complet."]},
        )
    added = [Metier(code=code, libelle=libelle) for code, libelle in labels.items() if code not in known]
    changed = [
        metier
        for code, metier in known.items()
        if code in labels and (metier.libelle, metier.actif) != (labels[code], True)
    ]
    for metier in changed:
        metier.libelle, metier.actif = labels[metier.code], True
    for metier in withdrawn:
        metier.actif = False
    for metier in (*added, *changed, *withdrawn):
        metier.save()
    done = RomeImport(
        added=_codes(added),
        changed=_codes(changed),
        withdrawn=_codes(withdrawn),
        unchanged=len(labels) - len(added) - len(changed),
    )
    journal.log_access(
        "rome_importe",
        by=by,
        objet_type="bilan.metier",
        motif=f"{len(added)} ajoutés, {len(changed)} modifiés, {len(withdrawn)} retirés",
    )
    return done


def _codes(metiers: list[Metier]) -> tuple[str, ...]:
    return tuple(sorted(metier.code for metier in metiers))


def _refusal(sentence: str) -> InvalidInput:
    return InvalidInput(f"{sentence} Rien n’a été changé.", code="fichier_refuse", fields={"fichier": [sentence]})


def _decode(content: bytes) -> str:
    if len(content) > TAILLE_MAX:
        raise _refusal("Ce fichier est trop gros pour être le référentiel ROME.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(
            "Ce fichier n’est pas du texte en UTF-8\u00a0: prenez celui dont le nom finit par «\u00a0_utf8.csv\u00a0»."
        ) from error


def _rows(text: str) -> Iterator[tuple[str, str]]:
    """Code and label of each line; a comma or a semicolon separates the columns, whose order is free."""
    header = text.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if header.count(";") > header.count(",") else ","
    )
    try:
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
        if _COLUMNS - set(reader.fieldnames):
            raise _refusal(
                "Ce fichier n’est pas le référentiel ROME officiel\u00a0: il lui manque la colonne "
                "«\u00a0code_rome\u00a0» ou «\u00a0libelle_rome\u00a0»."
            )
        seen: dict[str, str] = {}
        for row in reader:
            code, libelle = _read(row, reader.line_num)
            if seen.setdefault(code, libelle) != libelle:
                raise _refusal(f"Ligne {reader.line_num}\u00a0: le code {code} a déjà un autre libellé plus haut.")
    except csv.Error as error:
        raise _refusal(f"Ligne {reader.line_num}\u00a0: cette ligne est illisible.") from error
    if not seen:
        raise _refusal("Ce fichier ne contient aucun métier.")
    yield from seen.items()


def _read(row: dict[str, str | None], line: int) -> tuple[str, str]:
    code = (row["code_rome"] or "").strip().upper()
    if not _CODE.fullmatch(code):
        raise _refusal(f"Ligne {line}\u00a0: un code ROME est une lettre de A à N suivie de quatre chiffres.")
    try:
        libelle = clean_line(row["libelle_rome"] or "").replace("'", "’")
    except TextRefused as error:
        raise _refusal(f"Ligne {line}\u00a0: le libellé contient un caractère interdit.") from error
    if not 1 <= len(libelle) <= LIBELLE_MAX:
        raise _refusal(f"Ligne {line}\u00a0: le libellé du code {code} est vide ou trop long.")
    return code, libelle
