"""The database itself refuses to rewrite or empty a protected table."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from core.append_only import protect


@pytest.fixture
def protected_table(db: None) -> str:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE essai_protege (id int, survenu_at date)")
        cursor.execute(str(protect("essai_protege", delete_allowed_when="OLD.survenu_at < '2010-01-01'").sql))
        cursor.execute("INSERT INTO essai_protege VALUES (1, '2009-12-31'), (2, '2010-01-01')")
    return "essai_protege"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE essai_protege SET id = 3",
        "DELETE FROM essai_protege WHERE id = 2",
        "TRUNCATE essai_protege",
    ],
)
def test_a_protected_table_refuses(protected_table: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_row_at_the_end_of_its_legal_life_may_be_deleted(protected_table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM essai_protege WHERE survenu_at < '2010-01-01'")

        assert cursor.rowcount == 1


@pytest.mark.parametrize(("condition", "kept"), [("", {"SELECT", "INSERT"}), ("true", {"SELECT", "INSERT", "DELETE"})])
def test_the_role_of_the_application_loses_the_right_to_what_the_triggers_refuse(
    db: None, condition: str, kept: set[str]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = 'cai_application'")
        if not cursor.rowcount:
            cursor.execute("CREATE ROLE cai_application")
        cursor.execute("CREATE TABLE essai_droits (id int)")
        cursor.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON essai_droits TO cai_application")
        cursor.execute(str(protect("essai_droits", delete_allowed_when=condition).sql))
        rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
        held = {right for right in rights if _may(cursor, right)}
    assert held == kept


def _may(cursor: CursorWrapper, right: str) -> bool:
    cursor.execute("SELECT has_table_privilege('cai_application', 'essai_droits', %s)", [right])
    return bool(cursor.fetchone()[0])
