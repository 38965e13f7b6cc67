"""What happens to a row is told twice: an event in the journal of its file, a line in the log; never content."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from django.db import transaction

from agents.models import Agent
from core import journal
from poleemploi.models import Transmission

logger = structlog.get_logger(__name__)


def tell(nom: str, transmission: Transmission, *, avant: str, by: Agent | None = None, **faits: Any) -> None:
    """One event of the file and one line of the log; never content."""
    tell_all([line(nom, transmission, avant=avant, by=by, **faits)])


def tell_all(lines: Sequence[journal.Ecriture], others: Sequence[journal.Ecriture] = ()) -> None:
    """As ``tell``, for rows of several files; then other events of theirs, which the log does not tell."""
    journal.record_all([*lines, *others])
    # Once it is true: what is rolled back never happened.
    transaction.on_commit(partial(_log_lines, lines))


def _log_lines(lines: Sequence[journal.Ecriture]) -> None:
    for one in lines:
        code, key = str(one.faits.get("code", "")), str(one.target.pk)
        logger.info(
            "transmission_etat", evenement=one.nom, transmission=key, avant=one.avant, apres=one.apres, code=code
        )


def line(
    nom: str,
    transmission: Transmission,
    *,
    avant: str,
    by: Agent | None = None,
    prive: Mapping[str, Any] | None = None,
    **faits: Any,
) -> journal.Ecriture:
    """What ``tell`` records."""
    return journal.Ecriture(
        nom=nom,
        dossier=transmission.bilan.contrat_id,
        target=transmission,
        by=by,
        avant=str(avant),
        apres=str(transmission.etat),
        prive=prive,
        faits={"version": transmission.synthese.version, **{name: value for name, value in faits.items() if value}},
    )
