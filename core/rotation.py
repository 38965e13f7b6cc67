"""Re-encrypt everything under the first key of CHIFFREMENT_CLES, so that a former key can be thrown away (ADR 10)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from psycopg import sql

from core.crypto import EncryptedBinaryField, cipher

LOT = 20  # rows read at a time: a copy of a document may weigh seven megabytes


@dataclass
class Compte:
    """One encrypted column: how many values it holds, and in what state the rotation leaves them."""

    colonne: str
    valeurs: int = 0
    rechiffrees: int = 0
    restantes: int = 0  # still under a former key
    illisibles: int = 0  # under no key that is left, or not a token
    alterees: int = 0  # readable, but not what its fingerprint says

    @property
    def settled(self) -> bool:
        """Whether a former key can go, as far as this column is concerned."""
        return not (self.restantes or self.illisibles or self.alterees)


def encrypted_columns() -> Iterator[tuple[type[models.Model], EncryptedBinaryField]]:
    """Every encrypted column of the application, in a fixed order; one that is added is found by itself."""
    for model in sorted(apps.get_models(), key=lambda model: model._meta.db_table):
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedBinaryField):
                yield model, field


def rotate(*, write: bool) -> list[Compte]:
    """Bring every encrypted value under the first key, or only count what is not yet (``write=False``).

    Plain values do not change: each is compared before it is written, and with its ``<column>_sha256`` where the table
    keeps one. A value that somebody writes meanwhile is left as they wrote it. One short transaction a value: stopped
    at any moment, run again, it takes up what is left; run twice, it writes nothing the second time.
    """
    return [_rotate(model, field, write=write) for model, field in encrypted_columns()]


def _rotate(model: type[models.Model], field: EncryptedBinaryField, *, write: bool) -> Compte:
    table, column = model._meta.db_table, str(field.column)
    compte, present = Compte(f"{table}.{column}"), Fernet(settings.CHIFFREMENT_CLES[0])
    for pk, token, expected in _tokens(model, column):
        compte.valeurs += 1
        try:
            plain = cipher().decrypt(token)
        except InvalidToken:
            compte.illisibles += 1
            continue
        if expected and hashlib.sha256(plain).hexdigest() != expected:
            compte.alterees += 1
        elif not _opens(present, token):
            rewritten = write and _replace(model, column, pk, token, cipher().rotate(token), plain)
            compte.rechiffrees += rewritten
            compte.restantes += not rewritten
    return compte


def _opens(key: Fernet, token: bytes) -> bool:
    try:
        key.decrypt(token)
    except InvalidToken:
        return False
    return True


def _tokens(model: type[models.Model], column: str) -> Iterator[tuple[Any, bytes, str]]:
    """Identifier, stored token and expected fingerprint of each value, by small lots in the order of the keys."""
    names = {field.column for field in model._meta.concrete_fields}
    fingerprint = sql.Identifier(f"{column}_sha256") if f"{column}_sha256" in names else sql.Literal("")
    query = sql.SQL(
        "SELECT {pk}, {column}, {fingerprint} FROM {table} WHERE {column} IS NOT NULL {after} ORDER BY {pk} LIMIT {lot}"
    )
    last: Any = None
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                query.format(
                    pk=_pk(model), column=sql.Identifier(column), fingerprint=fingerprint, table=_table(model),
                    lot=sql.Literal(LOT), after=sql.SQL("" if last is None else "AND {} > %s").format(_pk(model)),
                ),
                [] if last is None else [last],
            )  # fmt: skip
            rows = cursor.fetchall()
        for pk, token, expected in rows:
            yield pk, bytes(token), expected
        if len(rows) < LOT:
            return
        last = rows[-1][0]


@transaction.atomic
def _replace(model: type[models.Model], column: str, pk: Any, former: bytes, token: bytes, plain: bytes) -> bool:
    """Put a token in the place of another of the same plain value, unless the row has changed since it was read."""
    if cipher().decrypt(token) != plain:
        raise AssertionError("A rotated token must say what the former one said.")
    query = sql.SQL("UPDATE {table} SET {column} = %s WHERE {pk} = %s AND {column} = %s").format(
        table=_table(model), column=sql.Identifier(column), pk=_pk(model)
    )
    with connection.cursor() as cursor:
        # Frozen versions refuse another content (bilan/migrations): this says that only its wrapping changes.
        cursor.execute("SELECT set_config('cai.rotation', 'on', true)")
        cursor.execute(query, [token, pk, former])
        return bool(cursor.rowcount)


def _table(model: type[models.Model]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)


def _pk(model: type[models.Model]) -> sql.Identifier:
    return sql.Identifier(str(model._meta.pk.column))
