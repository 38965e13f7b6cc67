"""The file's journal in French sentences: what happened, who did it, and the few facts worth saying aloud."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

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
# Fields of a correction that say as much as a ground of exemption: permits (reference B).
_TITRES = frozenset({"titre_admission_id", "titre_actuel_id", "date_premier_titre"})
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

    Neither grounds nor permits are told to those who may not see them.
    """
    events = Evenement.objects.filter(dossier=dossier).select_related("par").order_by("-numero")
    read = journal.facts_reader()
    told = [event for event in events if sees_exemption or famille(event.nom) != EXEMPTION]
    lines = [_tell(event, read, sees_exemption) for event in told]
    return [line for line in lines if not familles or line.famille in familles]


def sentence_of(event: Evenement, *, sees_exemption: bool, read: Reader = journal.facts) -> str:
    """One event as a sentence, with its facts; permits only for those who may see them.

    ``read`` is given by who tells many events of a file (``journal.facts_reader``).
    """
    titre, detail = SENTENCES.get(event.nom, (NEUTRE, rien))
    return f"{titre}. {detail(_facts(read(event), sees_exemption))}".strip()


def _facts(faits: Facts, sees_exemption: bool) -> Facts:
    champs = faits.get("champs")
    if sees_exemption or not isinstance(champs, dict):
        return faits
    return {**faits, "champs": {name: values for name, values in champs.items() if name not in _TITRES}}


def _tell(event: Evenement, read: Reader, sees_exemption: bool) -> Ligne:
    titre, detail = SENTENCES.get(event.nom, (NEUTRE, rien))
    return Ligne(
        nom=event.nom,
        at=event.survenu_at,
        titre=titre,
        detail=detail(_facts(read(event), sees_exemption)),
        auteur=event.par.get_full_name() if event.par else SYSTEME,
        famille=famille(event.nom),
    )
