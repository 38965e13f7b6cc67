"""Structured logs: one line an event, the request's number on each, never a person's data."""

import logging
import logging.config
import re
from typing import Any

import structlog

from core.request_context import request_context


def _add_request_id(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    request_id = request_context.get().request_id
    if request_id:
        event["requete"] = request_id
    return event


# PostgreSQL quotes the refused row, or its key, under this word; up to the next exception of the chain, or the end.
_QUOTED_ROW = re.compile(r"D[EÉ]TAIL\s*:.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL)


def _without_rows(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    if "exception" in event:
        event["exception"] = _QUOTED_ROW.sub("DETAIL: …", str(event["exception"]))
    return event


def configure(options: dict[str, str]) -> None:
    """Set up logging for the whole process; ``format`` is ``json`` or ``texte``."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if options["format"] == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structure": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.format_exc_info,
                        _without_rows,
                        renderer,
                    ],
                }
            },
            "handlers": {"sortie": {"class": "logging.StreamHandler", "formatter": "structure"}},
            "root": {"handlers": ["sortie"], "level": options["niveau"]},
            "loggers": {
                "django": {"handlers": [], "propagate": True, "level": options["niveau"]},
                # A traceback's local variables and SQL parameters may name people.
                "django.db.backends": {"level": "WARNING"},
                "axes": {"level": "WARNING"},
                "weasyprint": {"level": "ERROR"},
                "fontTools": {"level": "ERROR"},
            },
        }
    )
