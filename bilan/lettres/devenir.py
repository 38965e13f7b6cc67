"""What became of each letter of a file: still good, replaced by a later one, or void."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from agents.models import Agent
from bilan.models import Bilan, Courrier, RendezVous
from bilan.states import Etat

G, S = Courrier.Genre, RendezVous.Statut
_SUCCESSIFS = (G.INFORMATION, G.EXEMPTION, G.ATTESTATION)  # a later one of the same kind replaces them
_CADUC = {S.REPORTE: "Caduque\u00a0: rendez-vous reporté", S.ANNULE: "Caduque\u00a0: rendez-vous annulé"}
_TENU = {S.MANQUE: "Rendez-vous manqué", S.HONORE: "Rendez-vous honoré"}


@dataclass(frozen=True)
class Document:
    """One letter of a file, and a few words on what it is worth today; none when it simply holds."""

    courrier: Courrier
    devenir: str
    caduc: bool


def letters_of(bilan: Bilan, agent: Agent) -> list[Document]:
    """The letters of the file that the agent may read, the latest first, in one query."""
    appointment = RendezVous.objects.filter(convocation=OuterRef("pk")).values("statut")[:1]
    letters = Courrier.objects.visible_to(agent).filter(contrat=bilan.contrat_id).defer("pdf")
    told = letters.annotate(statut=Subquery(appointment))
    return documents_of([(row, row.statut or "") for row in told], bilan)  # type: ignore[attr-defined]  # annotated


def documents_of(courriers: Iterable[tuple[Courrier, str]], bilan: Bilan) -> list[Document]:
    """The letters of one file, each with the state of the appointment it summons to; the latest first, as they come."""
    documents, later = [], dict[str, Courrier]()
    for courrier, statut in courriers:
        devenir, caduc = _tell(courrier, statut, later.get(courrier.genre), bilan)
        documents.append(Document(courrier, devenir, caduc))
        later[courrier.genre] = courrier
    return documents


def _tell(courrier: Courrier, statut: str, later: Courrier | None, bilan: Bilan) -> tuple[str, bool]:
    if courrier.genre == G.CONVOCATION:
        if statut in _CADUC or statut == S.MANQUE:
            told = _CADUC.get(S(statut)) or _TENU[S(statut)]
            return (f"{told}\u00a0; remplacée par le n°\u00a0{later.numero}" if later else told), True
        return _TENU.get(S(statut), "") if statut else "", False
    if courrier.genre in _SUCCESSIFS and later:
        return f"Remplacé par le n°\u00a0{later.numero}", True
    if courrier.genre == G.EXEMPTION and _is_lifted(bilan):
        return "Caduc\u00a0: l’exemption a été levée", True
    return "", False


def _is_lifted(bilan: Bilan) -> bool:
    ended = (Etat.CLOS, Etat.ANNULE, Etat.NON_REALISE)
    return bilan.etat != Etat.EXEMPTE and (bilan.etat not in ended or bilan.date_fin_conclusion is not None)
