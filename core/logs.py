"""Structured logs: one line an event, the request's number on each, never a person's data."""

import logging
import logging.config
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog

from core.request_context import request_context


def _add_request_id(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    request_id = request_context.get().request_id
    if request_id:
        event["requete"] = request_id
    return event


ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


# rule: E.3-exclusions
def _tell_exception(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Where it broke, never with what: PostgreSQL quotes the whole row in its messages, templates their context."""
    known: ExcInfo | bool | BaseException | None = event.pop("exc_info", None)
    if known is True:
        known = sys.exc_info()
    error = known if isinstance(known, BaseException) else known[1] if isinstance(known, tuple) else None
    lines: list[str] = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames] + [type(error).__qualname__]
        error = error.__cause__ or error.__context__
    if lines:
        event["exception"] = "\n".join(lines)
    return event


def _drop_values(record: logging.LogRecord) -> bool:
    """Celery writes the exception of a failed task in its message: keep its type."""
    if isinstance(record.args, dict) and "exc" in record.args:
        error = record.exc_info[0] if record.exc_info else None
        record.args = {**record.args, "exc": error.__qualname__ if error else "", "traceback": ""}
    return True


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
                        _tell_exception,
                        renderer,
                    ],
                }
            },
            "filters": {"sans_valeurs": {"()": lambda: _drop_values}},
            "handlers": {
                "sortie": {"class": "logging.StreamHandler", "formatter": "structure", "filters": ["sans_valeurs"]}
            },
            "root": {"handlers": ["sortie"], "level": options["niveau"]},
            "loggers": {
                "django": {"handlers": [], "propagate": True, "level": options["niveau"]},
                # A traceback's local variables and SQL parameters may name people.
                "django.db.backends": {"level": "WARNING"},
                "django.template": {"level": "WARNING"},  # a missing variable prints the whole context
                # One line at each task and at each beat, which signs of life tell better.
                "celery": {"level": "INFO" if options["niveau"] == "DEBUG" else "WARNING"},
                "urllib3": {"level": "WARNING"},  # its addresses hold keys and receipts of deposits
                "axes": {"level": "WARNING"},
                "weasyprint": {"level": "ERROR"},
                "fontTools": {"level": "ERROR"},
                "pikepdf": {"level": "WARNING"},  # tells at each start that its own logger is there
            },
        }
    )
