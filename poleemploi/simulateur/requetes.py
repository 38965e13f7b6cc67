"""The log of what reached the partner: who asked what, when, what was answered; never a body.

In a file of its own, written without waiting for the disk: it survives the death of the process, and that is enough.
"""

import sqlite3
import threading
from pathlib import Path

from .refus import Champ
from .store import as_rfc3339, connect, now

KEPT_MAX = 100_000
SCHEMA = """
CREATE TABLE IF NOT EXISTS requete (
    rang INTEGER PRIMARY KEY AUTOINCREMENT,
    recue_le TEXT NOT NULL,
    methode TEXT NOT NULL,
    chemin TEXT NOT NULL,
    parametres TEXT NOT NULL,
    operation TEXT,
    cle TEXT,
    correlation TEXT,
    statut INTEGER,
    code TEXT,
    panne TEXT,
    rejouee INTEGER NOT NULL DEFAULT 0,
    duree_ms INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS entorse (
    requete INTEGER NOT NULL,
    chemin TEXT NOT NULL,
    motif TEXT NOT NULL
) STRICT;
"""


class Requetes:
    """A request has its row as soon as it is received; a null status is an answer that never left."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = connect(path, synchronous="NORMAL")
        self._connection.executescript(SCHEMA)
        query = "DELETE FROM requete WHERE rang <= (SELECT max(rang) FROM requete) - ?"
        self._connection.execute(query, (KEPT_MAX,))

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def open(
        self,
        *,
        methode: str,
        chemin: str,
        parametres: str,
        operation: str | None,
        cle: str | None,
        correlation: str | None,
    ) -> int:
        values = (as_rfc3339(now()), methode, chemin, parametres, operation, cle, correlation)
        with self._lock:
            cursor = self._connection.execute(
                "INSERT INTO requete (recue_le, methode, chemin, parametres, operation, cle, correlation)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            )
        return int(cursor.lastrowid or 0)

    def note_breaches(self, rang: int, champs: list[Champ]) -> None:
        """What the request breaks of the contract."""
        with self._lock:
            values = [(rang, champ["chemin"], champ["motif"]) for champ in champs]
            self._connection.executemany("INSERT INTO entorse (requete, chemin, motif) VALUES (?, ?, ?)", values)

    def breaches(self) -> list[sqlite3.Row]:
        """Oldest first, each with the operation that was asked for."""
        with self._lock:
            return self._connection.execute(
                "SELECT requete.methode, requete.chemin AS adresse, requete.operation, entorse.*"
                " FROM entorse JOIN requete ON requete.rang = entorse.requete ORDER BY entorse.rowid"
            ).fetchall()

    def forget_breaches(self) -> None:
        with self._lock:
            self._connection.execute("DELETE FROM entorse")

    def close_one(
        self, rang: int, *, statut: int | None, code: str | None, panne: str | None, rejouee: bool, duree_ms: int
    ) -> None:
        with self._lock:
            self._connection.execute(
                "UPDATE requete SET statut = ?, code = ?, panne = ?, rejouee = ?, duree_ms = ? WHERE rang = ?",
                (statut, code, panne, int(rejouee), duree_ms, rang),
            )

    def latest(self, *, limit: int = -1) -> list[sqlite3.Row]:
        """Latest first; a negative limit means all."""
        with self._lock:
            return self._connection.execute("SELECT * FROM requete ORDER BY rang DESC LIMIT ?", (limit,)).fetchall()

    def reset(self) -> None:
        with self._lock:
            self._connection.execute("DELETE FROM entorse")
            self._connection.execute("DELETE FROM requete")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
