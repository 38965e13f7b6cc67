"""The words that every room of the timeline shares: a day, a moment, the label of a code, a reason."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from core.french import date_sans_jour, heure

Facts = Mapping[str, Any]
Recits = dict[str, tuple[str, Callable[[Facts], str]]]  # event name -> what happened, and how to tell its facts


def jour(value: str | None) -> str:
    """A recorded date without its weekday; nothing for nothing."""
    return date_sans_jour(date.fromisoformat(value[:10])) if value else ""


def moment(value: str) -> str:
    """A recorded moment: its day and its hour in Paris."""
    at = datetime.fromisoformat(value)
    return f"{date_sans_jour(at)} à {heure(at)}"


def label(choices: type[Any], value: str) -> str:
    """The label of a code, or the code itself when it is no longer known."""
    return str(choices(value).label) if value in choices.values else value


def motif(choices: type[Any]) -> Callable[[Facts], str]:
    """How to tell the reason of an event, chosen among ``choices``."""
    return lambda faits: f"Raison : {label(choices, faits['motif'])}." if faits.get("motif") else ""


def libre(faits: Facts) -> str:
    """A reason in the words of whoever gave it."""
    return f"Raison : {faits['motif']}." if faits.get("motif") else ""


def version(faits: Facts) -> str:
    """The version of the synthesis that the event speaks of, if any."""
    return f"Version {faits['version']}." if faits.get("version") else ""


def rien(faits: Facts) -> str:
    """For an event whose title says everything."""
    return ""
