"""Pages of a list by key, never by offset: where one ends is written in the address of the next one."""

import uuid
from datetime import date, datetime
from typing import Any

from django.db.models import Q

LIGNES_PAR_PAGE = 50


def write_key(ordre: date | datetime, pk: uuid.UUID) -> str:
    """The key of a row: what the list is ordered by (an aware moment, or a day), then its identifier."""
    return f"{ordre.isoformat()}_{pk}"


def read_key(text: str) -> tuple[date | datetime, uuid.UUID] | None:
    """The inverse of ``write_key``; None for anything else, which starts again from the beginning."""
    ordre, _, pk = text.partition("_")
    try:
        if len(ordre) == len("2010-03-15"):
            return date.fromisoformat(ordre), uuid.UUID(pk)
        moment = datetime.fromisoformat(ordre)
        return (moment, uuid.UUID(pk)) if moment.tzinfo else None
    except ValueError:
        return None


def latest_page(rows: Any, ordre: str, *, avant: str, taille: int = LIGNES_PAR_PAGE) -> tuple[list[Any], str]:
    """The rows that precede a key, the latest by the column ``ordre`` first, and the key of the next page if any.

    ``rows`` is a queryset; its own order is replaced. An unreadable key, or one of the other kind (a day for a moment),
    starts from the beginning.
    """
    key = read_key(avant)
    moments = rows.model._meta.get_field(ordre).get_internal_type() == "DateTimeField"
    if key and isinstance(key[0], datetime) == moments:
        rows = rows.filter(Q(**{f"{ordre}__lt": key[0]}) | Q(**{ordre: key[0], "pk__lt": key[1]}))
    rows = rows.order_by(f"-{ordre}", "-pk")
    keys = list(rows.values_list("pk", flat=True)[: taille + 1])  # identifiers first: only the page is read whole
    shown = list(rows.filter(pk__in=keys[:taille]))
    suite = write_key(getattr(shown[-1], ordre), shown[-1].pk) if len(keys) > taille else ""
    return shown, suite
