"""Every address, method and role, at home and elsewhere: docs/access.csv says what each one gets.

``ok`` allowed, whatever the rules of the trade then answer; ``403`` a right one lacks on what one may know of; ``404``
what one may not know of; ``connexion`` sent to the log-in page; ``401`` the same for the API. A page added without its
row fails here, and so does a row whose page is gone.
"""

import csv
import re
from functools import cache

import pytest
from django.db import transaction

from core.models import JournalAcces
from tests.access.demandes import METHODS, Demande, ask, every_demande
from tests.access.territoire import ANONYME, Territoire
from tests.repository.sources import RACINE

pytestmark = pytest.mark.django_db

ACCESS = RACINE / "docs" / "access.csv"
ADMINISTRATEUR = "administrateur"


@cache
def table() -> tuple[list[str], dict[tuple[str, str], dict[str, str]]]:
    """The roles in order, and for each address and method what each role gets."""
    with ACCESS.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    cells = {(row[0], row[1]): dict(zip(header[2:], row[2:], strict=True)) for row in rows}
    assert len(cells) == len(rows), "an address is written twice"
    return header[2:], cells


def is_of(demande: Demande, pattern: str) -> bool:
    """Rows of the administration stand for several tables: ``admin:(cai_pays|cai_langue)_change``."""
    return re.fullmatch(pattern, demande.cle) is not None if pattern.startswith("admin:") else demande.cle == pattern


DEMANDES = list(every_demande())
ROWS = [(demande, *cell) for demande in DEMANDES for cell in table()[1] if is_of(demande, cell[0])]


def answer(territoire: Territoire, demande: Demande, method: str, role: str) -> str:
    """What a role gets; a refusal to somebody who is logged in must have left its line in the access journal."""
    client = (territoire.program if demande.is_api else territoire.browser)(role)
    refusals = JournalAcces.objects.filter(resultat=JournalAcces.Resultat.REFUSE)
    with transaction.atomic():
        before = refusals.count()
        outcome = ask(client, demande, territoire, method)
        if outcome in ("403", "404") and role != ANONYME:
            assert refusals.count() == before + 1, f"{role} was refused {method} {demande.cle} without a trace"
        transaction.set_rollback(True)
    return outcome


def test_the_columns_are_the_roles_of_the_tests(territoire: Territoire):
    assert table()[0] == territoire.roles


@pytest.mark.parametrize("demande", DEMANDES, ids=lambda demande: demande.cle)
def test_every_address_has_its_rows_and_answers_to_no_other_method(demande: Demande, territoire: Territoire):
    written = {method for other, _, method in ROWS if other == demande}
    assert written, f"docs/access.csv says nothing of {demande.cle}"
    role = ADMINISTRATEUR if demande.cle.startswith("admin:") else "prescripteur"
    for method in METHODS:
        if method not in written and not demande.cle.startswith("admin:"):
            assert answer(territoire, demande, method, role) == "405", f"{method} {demande.cle} has no row"


def test_every_row_has_its_address():
    used = {(pattern, method) for _, pattern, method in ROWS}
    assert set(table()[1]) - used == set()


def test_an_address_is_found_in_one_row_only():
    assert len({(demande, method) for demande, _, method in ROWS}) == len(ROWS)


def asked(demande: Demande, pattern: str, method: str) -> list[str]:
    """Every role; for the administration's many tables, who has no right there is tried on one of each kind."""
    roles = table()[0]
    first = next(other for other, row, verb in ROWS if (row, verb) == (pattern, method))
    return roles if demande == first else [ANONYME, ADMINISTRATEUR]


@pytest.mark.parametrize(
    ("demande", "pattern", "method"), ROWS, ids=[f"{method} {demande.cle}" for demande, _, method in ROWS]
)
def test_each_role_gets_what_the_table_says(demande: Demande, pattern: str, method: str, territoire: Territoire):
    expected = table()[1][pattern, method]
    roles = asked(demande, pattern, method)
    got = {role: answer(territoire, demande, method, role) for role in roles}
    assert got == {role: expected[role] for role in roles}


def test_the_pages_open_to_everyone_are_counted():
    public = {pattern for (pattern, _), cells in table()[1].items() if cells[ANONYME] == "ok"}
    assert public == {
        "agents:connexion",
        "agents:deconnexion",
        "agents:mot_de_passe_enregistre",
        "agents:mot_de_passe_envoye",
        "agents:mot_de_passe_nouveau",
        "agents:mot_de_passe_oublie",
        "core:composants",  # local settings only
        "core:favicon",
        "core:sante",
        "core:sante_travailleurs",
        "poleemploi:sante_canal",
    }
