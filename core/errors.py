"""The refusals a service may express. One middleware turns them into a page or problem+json."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True)
class Blocage:
    """One thing that stands in the way: a stable code, a French sentence an agent can say, the field it concerns."""

    code: str
    message: str
    field: str = ""


class DomainError(Exception):
    """A refusal foreseen by the trade. ``message`` is French and holds no personal data."""

    status = 400
    default_code = "refus"

    def __init__(self, message: str, *, code: str = "", fields: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.fields: dict[str, list[str]] = {name: list(messages) for name, messages in (fields or {}).items()}


class RuleViolation(DomainError):
    """A rule of the trade refuses the act: 409 on the API, a sentence on the page."""

    status = 409
    default_code = "regle_non_respectee"

    @classmethod
    def from_blocages(cls, blocages: Sequence[Blocage]) -> "RuleViolation":
        """One refusal that tells everything that is missing, each at its field when it has one."""
        fields: dict[str, list[str]] = {}
        for blocage in blocages:
            if blocage.field:
                fields.setdefault(blocage.field, []).append(blocage.message)
        return cls(" ".join(blocage.message for blocage in blocages), code=blocages[0].code, fields=fields)


class InvalidInput(DomainError):
    """A value that cannot be accepted whatever the state of the file: 422, at its field."""

    status = 422
    default_code = "saisie_invalide"


class Forbidden(DomainError):
    """The person may see the object but not do this: 403, journalled."""

    status = 403
    default_code = "droit_insuffisant"


class Gone(DomainError):
    """What was there was destroyed for good, and nobody may read it any more: 410."""

    status = 410
    default_code = "detruit"


class Conflict(DomainError):
    """Somebody was faster, or the same act was done already: 409, nothing was written."""

    status = 409
    default_code = "conflit"


class Busy(DomainError):
    """The database gave up waiting for others: 503, nothing was written, the same act may be tried again."""

    status = 503
    default_code = "serveur_occupe"


# rule: D.2-refus
def refuse_if(blocages: Sequence[Blocage]) -> None:
    """Raise RuleViolation when something stands in the way."""
    if blocages:
        raise RuleViolation.from_blocages(blocages)


def refuse(code: str, message: str, field: str = "") -> NoReturn:
    """Raise RuleViolation for one thing that stands in the way."""
    raise RuleViolation.from_blocages([Blocage(code, message, field)])
