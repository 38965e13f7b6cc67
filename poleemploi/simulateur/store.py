"""The partner's memory: one SQLite file, durable before the answer leaves.

Erased content is gone from the file itself (`secure_delete`, then the write-ahead log is emptied): what stays of an
erased deposit is its identifier, its key, the digest of its body and the first answer, none of which says who it was.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS jeton (
    empreinte TEXT PRIMARY KEY,
    portee TEXT NOT NULL,
    expire_a REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS cle (
    cle TEXT PRIMARY KEY,
    empreinte TEXT NOT NULL,
    statut INTEGER NOT NULL,
    reponse TEXT NOT NULL,
    premiere_le TEXT NOT NULL,
    receptions INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE IF NOT EXISTS depot (
    rang INTEGER PRIMARY KEY AUTOINCREMENT,
    identifiant TEXT NOT NULL UNIQUE,
    cle TEXT NOT NULL UNIQUE REFERENCES cle (cle),
    etat TEXT NOT NULL CHECK (etat IN ('EN_VIGUEUR', 'REMPLACE', 'EFFACE')),
    numero_cai TEXT,
    version TEXT,
    corps BLOB,
    correlation TEXT,
    recu_le TEXT NOT NULL,
    efface_le TEXT,
    motif TEXT,
    CHECK ((etat = 'EN_VIGUEUR') = (corps IS NOT NULL)),
    CHECK ((etat = 'EFFACE') = (numero_cai IS NULL AND version IS NULL)),
    CHECK ((etat = 'EFFACE') = (efface_le IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS un_depot_en_vigueur ON depot (numero_cai) WHERE etat = 'EN_VIGUEUR';
CREATE INDEX IF NOT EXISTS depots_d_un_numero ON depot (numero_cai);
CREATE TABLE IF NOT EXISTS evenement (
    id TEXT PRIMARY KEY,
    corps TEXT NOT NULL,
    publie_le TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS livraison (
    rang INTEGER PRIMARY KEY AUTOINCREMENT,
    evenement TEXT NOT NULL REFERENCES evenement (id)
) STRICT;
"""


def now() -> datetime:
    return datetime.now(UTC)


def as_rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def connect(path: Path, *, synchronous: str) -> sqlite3.Connection:
    """One connection for all threads; whoever uses it holds a lock around each transaction."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    connection.row_factory = sqlite3.Row
    for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class EnCoursError(Exception):
    """The first request under this key is still running."""


@dataclass(frozen=True)
class Reponse:
    """The first answer given under a key, and the digest of the body it was given to."""

    empreinte: str
    statut: int
    corps: str


class Store:
    """Every method is atomic and durable when it returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._running: set[str] = set()
        self._connection = connect(path, synchronous="FULL")
        with self._lock:
            self._connection.executescript(SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def _one(self, sql: str, *values: object) -> sqlite3.Row | None:
        rows = self._all(sql, *values)
        return rows[0] if rows else None

    # Tokens

    def remember_token(self, token: str, *, portee: str, secondes: float) -> None:
        with self.transaction() as db:
            db.execute("DELETE FROM jeton WHERE expire_a <= ?", (time.time(),))
            values = (digest(token.encode()), portee, time.time() + secondes)
            db.execute("INSERT INTO jeton (empreinte, portee, expire_a) VALUES (?, ?, ?)", values)

    def scope_of(self, token: str) -> str | None:
        """The scope of a token that is alive; None when it is unknown, expired or revoked."""
        query = "SELECT portee FROM jeton WHERE empreinte = ? AND expire_a > ?"
        row = self._one(query, digest(token.encode()), time.time())
        return None if row is None else str(row["portee"])

    def revoke_tokens(self) -> int:
        with self.transaction() as db:
            return db.execute("DELETE FROM jeton").rowcount

    # Deposits

    @contextmanager
    def running(self, cle: str) -> Iterator[None]:
        """Holds a key while its request runs; raises EnCoursError when it is held already. Forgotten by a crash."""
        with self._lock:
            if cle in self._running:
                raise EnCoursError
            self._running.add(cle)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(cle)

    def first_answer(self, cle: str) -> Reponse | None:
        row = self._one("SELECT empreinte, statut, reponse FROM cle WHERE cle = ?", cle)
        return None if row is None else Reponse(row["empreinte"], row["statut"], row["reponse"])

    def count_reception(self, cle: str) -> None:
        with self.transaction() as db:
            db.execute("UPDATE cle SET receptions = receptions + 1 WHERE cle = ?", (cle,))

    def keep_refusal(self, cle: str, *, corps: bytes, statut: int, reponse: str) -> None:
        """Binds the key to a refusal; nothing of the body is kept but its digest."""
        with self.transaction() as db:
            self._bind(db, cle, corps=corps, statut=statut, reponse=reponse)

    def _bind(self, db: sqlite3.Connection, cle: str, *, corps: bytes, statut: int, reponse: str) -> None:
        values = (cle, digest(corps), statut, reponse, as_rfc3339(now()))
        db.execute("INSERT INTO cle (cle, empreinte, statut, reponse, premiere_le) VALUES (?, ?, ?, ?, ?)", values)

    def keep_deposit(
        self,
        cle: str,
        *,
        identifiant: str,
        numero_cai: str,
        version: int,
        corps: bytes,
        correlation: str | None,
        recu_le: str,
        reponse: str,
    ) -> bool:
        """Accepts the deposit, binds its key and destroys the content it replaces, in one transaction.

        False, and nothing written, when the version is not newer.
        """
        with self.transaction() as db:
            query = "SELECT rang, version FROM depot WHERE numero_cai = ? AND etat = 'EN_VIGUEUR'"
            current = db.execute(query, (numero_cai,)).fetchone()
            if current is not None:
                # Kept as text: the contract puts no upper bound on a version, SQLite does on an integer.
                if version <= int(current["version"]):
                    return False
                db.execute("UPDATE depot SET etat = 'REMPLACE', corps = NULL WHERE rang = ?", (current["rang"],))
            self._bind(db, cle, corps=corps, statut=201, reponse=reponse)
            db.execute(
                "INSERT INTO depot (identifiant, cle, etat, numero_cai, version, corps, correlation, recu_le)"
                " VALUES (?, ?, 'EN_VIGUEUR', ?, ?, ?, ?, ?)",
                (identifiant, cle, numero_cai, str(version), corps, correlation, recu_le),
            )
        if current is not None:
            self._forget_erased_pages()
        return True

    def erase(self, identifiant: str, *, motif: str) -> bool:
        """Destroys the deposit's content and number, and those of the older ones it replaced.

        False when it is unknown.
        """
        with self.transaction() as db:
            query = "SELECT rang, numero_cai, etat FROM depot WHERE identifiant = ?"
            row = db.execute(query, (identifiant,)).fetchone()
            if row is None:
                return False
            if row["etat"] != "EFFACE":
                db.execute(
                    "UPDATE depot SET etat = 'EFFACE', corps = NULL, numero_cai = NULL, version = NULL,"
                    " correlation = NULL, efface_le = ?, motif = ?"
                    " WHERE rang = ? OR (? = 'EN_VIGUEUR' AND numero_cai = ?)",
                    (as_rfc3339(now()), motif, row["rang"], row["etat"], row["numero_cai"]),
                )
        self._forget_erased_pages()
        return True

    def _forget_erased_pages(self) -> None:
        with self._lock:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def number_of(self, *, cle: str | None = None, identifiant: str | None = None) -> str | None:
        row = self._one("SELECT numero_cai FROM depot WHERE cle = ? OR identifiant = ?", cle, identifiant)
        return None if row is None else row["numero_cai"]

    def deposits(self, *, before: int | None = None, limit: int = -1) -> list[sqlite3.Row]:
        """Latest first; `before` is the exclusive rank to continue from, a negative limit means all."""
        return self._all(
            "SELECT depot.*, cle.empreinte, cle.reponse, cle.receptions FROM depot JOIN cle USING (cle)"
            " WHERE ? IS NULL OR rang < ? ORDER BY rang DESC LIMIT ?",
            before,
            before,
            limit,
        )

    def deposit(self, identifiant: str) -> sqlite3.Row | None:
        return self._one(
            "SELECT depot.*, cle.empreinte, cle.reponse, cle.receptions FROM depot JOIN cle USING (cle)"
            " WHERE identifiant = ?",
            identifiant,
        )

    def current_deposit(self, numero_cai: str) -> sqlite3.Row | None:
        """The last deposit of this number, in force or replaced."""
        query = "SELECT identifiant FROM depot WHERE numero_cai = ? ORDER BY rang DESC LIMIT 1"
        return self._one(query, numero_cai)

    # Return flow

    def publish(self, identifiant: str, *, corps: str, livraisons: int) -> None:
        """Adds an event to the feed, as many times as it shall be delivered."""
        with self.transaction() as db:
            values = (identifiant, corps, as_rfc3339(now()))
            db.execute("INSERT INTO evenement (id, corps, publie_le) VALUES (?, ?, ?)", values)
            db.executemany("INSERT INTO livraison (evenement) VALUES (?)", [(identifiant,)] * livraisons)

    def deliver_again(self, identifiant: str) -> bool:
        """False when the event is unknown."""
        with self.transaction() as db:
            query = "INSERT INTO livraison (evenement) SELECT id FROM evenement WHERE id = ?"
            return db.execute(query, (identifiant,)).rowcount == 1

    def feed(self, *, after: int, limit: int) -> list[sqlite3.Row]:
        """Deliveries of rank greater than `after`, oldest first."""
        return self._all(
            "SELECT rang, corps FROM livraison JOIN evenement ON evenement.id = livraison.evenement"
            " WHERE rang > ? ORDER BY rang LIMIT ?",
            after,
            limit,
        )

    def last_rank(self) -> int:
        """The greatest rank ever delivered, resets included: no cursor of this store can be beyond it."""
        row = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'livraison'")
        return 0 if row is None else int(row["seq"])

    def events(self, *, limit: int = -1) -> list[sqlite3.Row]:
        """Latest first, with the number of deliveries."""
        return self._all(
            "SELECT id, corps, publie_le, count(*) AS livraisons, max(rang) AS rang"
            " FROM evenement JOIN livraison ON livraison.evenement = evenement.id"
            " GROUP BY id ORDER BY rang DESC LIMIT ?",
            limit,
        )

    def reset(self) -> None:
        """Forgets everything but the ranks: an old cursor stays valid and sees what is published from now on."""
        with self.transaction() as db:
            for table in ("livraison", "evenement", "depot", "cle", "jeton"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - the names are the literals above
        self._forget_erased_pages()
