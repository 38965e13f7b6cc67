"""Starting several transmissions again at once: each on its own, each with its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import OperationalError

from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission
from core import journal
from core.errors import Busy, DomainError, InvalidInput
from core.locks import as_busy
from poleemploi import services
from poleemploi.doorbell import ring_sweep_on_commit
from poleemploi.models import Transmission

RELANCES_MAX = 50  # [D] at once: a page of the list, and a few seconds of locks at most
INTROUVABLE = "Cette transmission n’existe pas, ou n’est pas de vos directions."


@dataclass(frozen=True)
class Relance:
    """What became of one row: its state afterwards, and, when it was not started again, why."""

    pk: UUID
    etat: str = ""  # empty for a row that the agent may not know of
    code: str = ""
    phrase: str = ""

    @property
    def faite(self) -> bool:
        return not self.code


def check_number(identifiants: Sequence[UUID]) -> None:
    """Refuse (InvalidInput) no row at all, or more than fifty."""
    if not identifiants:
        sentence = "Cochez au moins une transmission."
    elif len(identifiants) > RELANCES_MAX:
        sentence = f"Relancez {RELANCES_MAX}\u00a0transmissions au plus à la fois."
    else:
        return
    raise InvalidInput(sentence, fields={"transmissions": [sentence]})


# rule: F.1-relance
def requeue_many(*, identifiants: Sequence[UUID], by: Agent) -> list[Relance]:
    """Start rows again as ``services.requeue`` does; answer in the order asked, each row once.

    Each row is a transaction of its own (a savepoint inside that of a form): what one refuses takes nothing from the
    others. A row that is refused, or unknown to the agent, says why, and leaves its line in the access journal. Rows
    are taken in one order whoever asks, so that two such acts never wait for each other in turn. Refuses the whole to
    who has the right nowhere, and what ``check_number`` refuses. Once the database has given up waiting for one, the
    rest are not tried: whoever asks would wait as long for each.
    """
    check_permission(by, Permission.RELANCER_TRANSMISSION)
    asked = list(dict.fromkeys(identifiants))
    check_number(asked)
    known = Transmission.objects.visible_to(by).followed_by(by)
    rows = known.without_content().filter(pk__in=asked).order_by("bilan_id", "pk")
    answers: dict[UUID, Relance] = {}
    busy: Busy | None = None
    for row in rows:
        if busy is None:
            try:
                answers[row.pk] = _requeue(row, by)
                continue
            except OperationalError as error:
                if (busy := as_busy(error)) is None:
                    raise
        answers[row.pk] = Relance(row.pk, str(row.etat), busy.code, busy.message)
    if any(answer.faite for answer in answers.values()):
        ring_sweep_on_commit()
    return [answers[pk] if pk in answers else _unknown(pk, by) for pk in asked]


def _requeue(row: Transmission, by: Agent) -> Relance:
    try:
        started = services.start_again(transmission=row, by=by)
    except DomainError as refusal:
        journal.log_access("relancer_transmission", by=by, target=row, motif=refusal.code, granted=False)
        return Relance(row.pk, str(row.etat), refusal.code, refusal.message)
    return Relance(row.pk, str(started.etat))


def _unknown(pk: UUID, by: Agent) -> Relance:
    label = Transmission._meta.label_lower
    journal.log_access(
        "relancer_transmission", by=by, objet_type=label, objet_id=str(pk), motif="introuvable", granted=False
    )
    return Relance(pk, "", "introuvable", INTROUVABLE)
