"""The database itself refuses to rewrite or empty a protected table."""

import pytest
from django.db import IntegrityError, connection, transaction

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
