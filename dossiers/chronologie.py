"""The file's journal in French sentences: what happened, who did it, and the few facts worth saying aloud."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bilan.models import Courrier
from cai.models import COORDONNEES
from core import journal
from core.models import Evenement
from dossiers.recits import bilan, cai, exemptions, poleemploi, prefet, prestations
from dossiers.recits.mots import Facts, Recits, rien

Reader = Callable[[Evenement], Facts]
SYSTEME = "le système"
NEUTRE = "Le dossier a changé"

# Every name ever recorded has its line in one of the rooms.
SENTENCES: Recits = {
    **cai.SENTENCES,
    **prestations.SENTENCES,
    **prefet.SENTENCES,
    **exemptions.SENTENCES,
    **bilan.SENTENCES,
    **poleemploi.SENTENCES,
}

# What the reader of the timeline may leave out, by the first word of the event's name.
FAMILLES: dict[str, str] = {
    "contrat": "Contrat et identité",
    "exemption": "Exemption",
    "bilan": "Bilan",
    "transmission": "Transmission",
    "courrier": "Courriers",
}
EXEMPTION = "exemption"
# Told only to those who may see grounds of exemption: they speak of the person's family or permit (reference B, E.5),
# or of trainings and proposals, which are not for those who follow the exchange alone.
_RESERVES = frozenset({"exemption", "justificatif", "famille", "prearrivee", "prestation", "proposition"})
# Reasons that may speak of health, or of a ground of exemption: the event is told, not its reason.
_AVEC_RAISON = frozenset({"bilan.lever_exemption", "bilan.reconnaitre_motif_legitime", "bilan.requalifier_absence"})
# Fields of a correction told to the same: permits, which are a ground of exemption, and where the person lives.
_CHAMPS_RESERVES = frozenset({"titre_admission_id", "titre_actuel_id", "date_premier_titre"}) | COORDONNEES
_FAMILLE_OF = {
    "signataire": "contrat",
    "prestation": "contrat",
    "prearrivee": "contrat",
    "proposition": "contrat",
    "famille": "contrat",
    "retour": "transmission",
    "justificatif": "exemption",
}


@dataclass(frozen=True)
class Ligne:
    """One event as the page shows it."""

    nom: str
    at: datetime
    titre: str
    detail: str
    auteur: str
    famille: str


def famille(nom: str) -> str:
    """The family under which an event is filtered."""
    first = nom.split(".", 1)[0]
    return _FAMILLE_OF.get(first, first)


def timeline(dossier: uuid.UUID, *, familles: Sequence[str] = (), sees_exemption: bool) -> list[Ligne]:
    """The events of a file, latest first, told in French; only some families when asked.

    Neither grounds, family, permits nor reasons of an absence are told to those who may not see them.
    """
    events = Evenement.objects.filter(dossier=dossier).select_related("par").order_by("-numero")
    read = journal.facts_reader()
    lines = [_tell(event, read, sees_exemption) for event in events if may_tell(event, sees_exemption=sees_exemption)]
    return [line for line in lines if not familles or line.famille in familles]


def may_tell(event: Evenement, *, sees_exemption: bool) -> bool:
    """Whether the event may be told at all to somebody who may, or may not, see grounds of exemption."""
    if sees_exemption:
        return True
    # A letter is told to those who may open it (``Courrier.visible_to``).
    return event.nom.split(".", 1)[0] not in _RESERVES and event.faits.get("genre") not in Courrier.GENRES_AVEC_MOTIF


def sentence_of(event: Evenement, *, sees_exemption: bool, read: Reader = journal.facts) -> str:
    """One event that may be told, as a sentence with its facts; permits and reasons only for those who may see them.

    ``read`` is given by who tells many events of a file (``journal.facts_reader``).
    """
    titre, detail = SENTENCES.get(event.nom, (NEUTRE, rien))
    return f"{titre}. {detail(_facts(event, read, sees_exemption))}".strip()


def _facts(event: Evenement, read: Reader, sees_exemption: bool) -> Facts:
    faits = read(event)
    if sees_exemption:
        return faits
    if event.nom in _AVEC_RAISON:
        return {name: value for name, value in faits.items() if name != "motif"}
    champs = faits.get("champs")
    if not isinstance(champs, dict):
        return faits
    return {**faits, "champs": {name: values for name, values in champs.items() if name not in _CHAMPS_RESERVES}}


def _tell(event: Evenement, read: Reader, sees_exemption: bool) -> Ligne:
    titre, detail = SENTENCES.get(event.nom, (NEUTRE, rien))
    return Ligne(
        nom=event.nom,
        at=event.survenu_at,
        titre=titre,
        detail=detail(_facts(event, read, sees_exemption)),
        auteur=event.par.get_full_name() if event.par else SYSTEME,
        famille=famille(event.nom),
    )
