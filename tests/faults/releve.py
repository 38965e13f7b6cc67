"""Reads what happened: the ledger and its commits in PostgreSQL, the partner's own files beside it.

Triggers of the harness write down each opening, closing, state and decision in the transaction that made it: the commit
time of that row is the commit of the act, whatever its author believed.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from tests.faults.histoire import Decision, Demande, Depot, Essai, Histoire, Rang, Version

TEMOINS = """
CREATE TABLE pannes_temoin (
    rang bigserial PRIMARY KEY, quoi text NOT NULL, objet uuid NOT NULL, numero bigint, etat text,
    a timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON pannes_temoin (objet);
CREATE FUNCTION pannes_temoin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'poleemploi_tentative' THEN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO pannes_temoin (quoi, objet, numero) VALUES ('ouverture', NEW.transmission_id, NEW.id);
        ELSIF OLD.fermee_at IS NULL AND NEW.fermee_at IS NOT NULL THEN
            INSERT INTO pannes_temoin (quoi, objet, numero) VALUES ('fermeture', NEW.transmission_id, NEW.id);
        END IF;
    ELSIF TG_TABLE_NAME = 'poleemploi_transmission' THEN
        IF TG_OP = 'INSERT' OR OLD.etat <> NEW.etat THEN
            INSERT INTO pannes_temoin (quoi, objet, etat) VALUES ('etat', NEW.id, NEW.etat);
        END IF;
    ELSIF TG_TABLE_NAME = 'bilan_consentement' THEN
        INSERT INTO pannes_temoin (quoi, objet) VALUES ('decision', NEW.id);
    ELSE
        INSERT INTO pannes_temoin (quoi, objet) VALUES ('version', NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER pannes AFTER INSERT OR UPDATE ON poleemploi_tentative FOR EACH ROW EXECUTE FUNCTION pannes_temoin();
CREATE TRIGGER pannes AFTER INSERT OR UPDATE ON poleemploi_transmission FOR EACH ROW EXECUTE FUNCTION pannes_temoin();
CREATE TRIGGER pannes AFTER INSERT ON bilan_consentement FOR EACH ROW EXECUTE FUNCTION pannes_temoin();
CREATE TRIGGER pannes AFTER INSERT ON bilan_synthese FOR EACH ROW EXECUTE FUNCTION pannes_temoin();
"""
DECISIONS = """
    SELECT c.id, c.bilan_id, c.decision, c.version_synthese, pg_xact_commit_timestamp(t.xmin)
    FROM bilan_consentement c JOIN pannes_temoin t ON t.objet = c.id AND t.quoi = 'decision'
    WHERE c.portee = 'transmission_pole_emploi' AND c.bilan_id = ANY(%s) ORDER BY 5, t.rang
"""
VERSIONS = """
    SELECT s.bilan_id, s.version, pg_xact_commit_timestamp(t.xmin), s.accuse_at IS NOT NULL
    FROM bilan_synthese s JOIN pannes_temoin t ON t.objet = s.id AND t.quoi = 'version'
    WHERE s.bilan_id = ANY(%s) ORDER BY 3, t.rang
"""
RANGS = """
    SELECT r.id, r.bilan_id, r.consentement_id, s.version, r.etat, r.accuse_identifiant, r.corps_sha256, r.motif_fin,
        (SELECT count(*) FROM core_evenement e WHERE e.cible_id = r.id AND e.nom = 'transmission.accusee'),
        c.numero_cai,
        EXISTS (SELECT FROM pannes_temoin t WHERE t.objet = r.id AND t.quoi = 'etat' AND t.etat = 'echec_definitif')
    FROM poleemploi_transmission r JOIN bilan_synthese s ON s.id = r.synthese_id
        JOIN bilan_bilan b ON b.id = r.bilan_id JOIN cai_contrat c ON c.id = b.contrat_id
    WHERE r.bilan_id = ANY(%s) ORDER BY r.created_at
"""
ESSAIS = """
    SELECT e.numero, e.transmission_id, e.id, e.operation, pg_xact_commit_timestamp(o.xmin), e.fermee_at, e.issue,
        e.code_metier, coalesce((
            SELECT t.etat FROM pannes_temoin t WHERE t.objet = e.transmission_id AND t.quoi = 'etat'
            AND pg_xact_commit_timestamp(t.xmin) <= pg_xact_commit_timestamp(f.xmin) ORDER BY t.rang DESC LIMIT 1), ''),
        e.statut_http
    FROM poleemploi_tentative e JOIN poleemploi_transmission r ON r.id = e.transmission_id
        LEFT JOIN pannes_temoin o ON o.objet = r.id AND o.quoi = 'ouverture' AND o.numero = e.id
        LEFT JOIN pannes_temoin f ON f.objet = r.id AND f.quoi = 'fermeture' AND f.numero = e.id
    WHERE r.bilan_id = ANY(%s) ORDER BY e.transmission_id, e.numero
"""
# A look-up opened makes its row busy again; "unknown" that leaves it in doubt puts it off on purpose: see mesure.py.
ETATS = """
    SELECT r.bilan_id, r.id, pg_xact_commit_timestamp(t.xmin), CASE
        WHEN t.quoi = 'etat' THEN t.etat WHEN t.quoi = 'ouverture' THEN 'incertaine' ELSE 'differee' END
    FROM pannes_temoin t JOIN poleemploi_transmission r ON r.id = t.objet
        LEFT JOIN poleemploi_tentative e ON t.quoi IN ('ouverture', 'fermeture') AND e.id = t.numero
    WHERE r.bilan_id = ANY(%s) AND (t.quoi = 'etat' OR e.operation = 'recherche'
        AND (t.quoi = 'ouverture' OR e.issue = 'introuvable' AND NOT EXISTS (
            SELECT FROM pannes_temoin n WHERE n.quoi = 'etat' AND n.objet = t.objet AND n.xmin = t.xmin)))
    ORDER BY r.created_at, 3, t.rang
"""
OUVERTS = """
    SELECT DISTINCT bilan_id FROM poleemploi_transmission WHERE bilan_id = ANY(%s)
    AND etat IN ('en_file', 'en_cours', 'incertaine', 'effacement_demande')
"""
OUBLIEES = """
    SELECT r.id FROM poleemploi_transmission r WHERE r.bilan_id = ANY(%s) AND r.etat = 'incertaine'
    AND r.bail_jusqua IS NULL AND r.prochain_essai_at < now() - make_interval(secs => %s)
    AND NOT EXISTS (
        SELECT FROM poleemploi_transmission o WHERE o.bilan_id = r.bilan_id AND o.created_at < r.created_at
        AND o.etat IN ('en_file', 'en_cours', 'incertaine', 'effacement_demande'))
"""
_PAR_CLE = re.compile(r"/syntheses/par-cle/([0-9a-f-]{36})$")
_ESSAI = re.compile(r"tentative-(\d+)")


def install() -> None:
    """Lay the triggers, in the harness's own database."""
    with connection.cursor() as cursor:
        cursor.execute(TEMOINS)


def read(bilans: Sequence[UUID], store: Path, confirmes: Iterable[UUID] = ()) -> Histoire:
    """Everything about these files, here and at the partner."""
    rangs = tuple(Rang(*row) for row in _rows(RANGS, bilans))
    keys = {rang.cle for rang in rangs}
    return Histoire(
        decisions=tuple(Decision(*row) for row in _rows(DECISIONS, bilans)),
        versions=tuple(Version(*row) for row in _rows(VERSIONS, bilans)),
        rangs=rangs,
        essais=tuple(Essai(*row) for row in _rows(ESSAIS, bilans)),
        depots=tuple(depot for depot in _deposits(store) if depot.cle in keys),
        demandes=tuple(demande for demande in _requests(store) if demande.cle in keys),
        confirmes=tuple(confirmes),
    )


def unsettled(bilans: Sequence[UUID]) -> set[UUID]:
    """The files that the system still works on."""
    return {row[0] for row in _rows(OUVERTS, bilans)}


def forgotten(bilans: Sequence[UUID], seconds: float) -> set[UUID]:
    """What is in doubt, the first of its file, held by nobody and due for so many seconds."""
    return {row[0] for row in _rows(OUBLIEES, bilans, seconds)}


def is_paused() -> bool:
    """Whether the channel is closed for now, whatever is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM poleemploi_canal WHERE pause_jusqua > now())")
        return bool(cursor.fetchone()[0])


def states(bilans: Sequence[UUID]) -> list[tuple[UUID, UUID, datetime, str]]:
    """File, transmission, commit, and the state it brought: the oldest transmission first, each in order."""
    return [(row[0], row[1], row[2], row[3]) for row in _rows(ETATS, bilans)]


def _rows(query: str, bilans: Sequence[UUID], *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [list(bilans), *values])
        return list(cursor.fetchall())


def _deposits(store: Path) -> list[Depot]:
    query = """
        SELECT depot.cle, identifiant, etat, empreinte, numero_cai, version, corps
        FROM depot JOIN cle USING (cle) ORDER BY rang
    """
    return [
        Depot(
            UUID(cle), identifiant, etat, empreinte, numero, None if version is None else int(version),
            None if corps is None else UUID(json.loads(corps)["consentement"]["reference"]),
        )
        for cle, identifiant, etat, empreinte, numero, version, corps in _sqlite(store, query)
    ]  # fmt: skip


def _requests(store: Path) -> list[Demande]:
    query = "SELECT rang, operation, cle, chemin, correlation, statut, code, duree_ms, panne FROM requete ORDER BY rang"
    found = []
    for rang, operation, cle, chemin, correlation, statut, code, duree, panne in _sqlite(_log_of(store), query):
        looked_up = _PAR_CLE.search(chemin)
        key = cle or (looked_up and looked_up[1])
        essai = _ESSAI.fullmatch(correlation or "")
        found.append(
            Demande(rang, operation or "", UUID(key) if key else None, int(essai[1]) if essai else None, statut,
                    code or "", duree is not None, panne in ("CORPS_HTML", "CORPS_VIDE"))
        )  # fmt: skip
    return found


def running_requests(store: Path) -> int:
    """Requests that the partner has received and not finished with."""
    return int(_sqlite(_log_of(store), "SELECT count(*) FROM requete WHERE duree_ms IS NULL")[0][0])


def is_running(store: Path, essai: int) -> bool | None:
    """Whether the partner is at work on the request of this attempt; None when it never received it."""
    rows = _sqlite(_log_of(store), "SELECT duree_ms FROM requete WHERE correlation = ?", f"tentative-{essai}")
    return rows[0][0] is None if rows else None


def _log_of(store: Path) -> Path:
    return store.with_name(store.name + ".requetes")


def _sqlite(path: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as base:
        return base.execute(query, values).fetchall()
