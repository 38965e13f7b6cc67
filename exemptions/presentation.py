"""A verdict in words: what the agent says aloud, why, and what is still to be shown or asked."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from agents.models import Agent
from agents.permissions import has_permission
from agents.roles import Permission
from cai.models import Contrat, Signataire
from core import clock
from core.french import date_sans_jour, insecable
from exemptions.domain import bareme
from exemptions.domain.resultat import Explication, Resultat
from exemptions.domain.situation import Declaration, Motif
from exemptions.models import Justificatif
from exemptions.selectors import justificatifs_of, latest_evaluation
from exemptions.services import Declarations, assess


@dataclass(frozen=True)
class Verdict:
    """A result about one person; ``phrase`` is the sentence to say, ``articles`` the law behind it."""

    resultat: Resultat
    phrase: str
    pieces_manquantes: list[str]
    questions_restantes: list[str]

    @property
    def articles(self) -> list[str]:
        """The provisions that exempt; the article as a whole when none does."""
        return [insecable(reference) for reference in [e.article for e in self.satisfaits] or [self.resultat.texte]]

    @property
    def satisfaits(self) -> list[Explication]:
        return [explication for explication in self.resultat.explications if explication.satisfait]

    @property
    def motifs(self) -> list[tuple[str, str, Explication]]:
        """The four grounds in the order of the text: letter, label, explanation."""
        return [
            (bareme.LETTRES[Motif(e.motif)], insecable(bareme.LIBELLES_MOTIFS[e.motif]), e)
            for e in self.resultat.explications
        ]


def present(signataire: Signataire, resultat: Resultat) -> Verdict:
    """Put a result into words about this person; of a day to come, in the future tense."""
    accord = "e" if signataire.sexe == Signataire.Sexe.FEMININ else ""
    pronom = "elle" if accord else "il"
    to_come = resultat.date_reference > clock.today()
    verbe = ("sera" if to_come else "est") if resultat.exempte else ("ne sera pas" if to_come else "n’est pas")
    jour = f" le {date_sans_jour(resultat.date_reference)}" if to_come else ""
    verdict = f"{verbe} dispensé{accord} du bilan{jour}"
    return Verdict(
        resultat=resultat,
        phrase=insecable(f"{signataire.civilite} {signataire.nom} {verdict} : {resultat.raison(pronom)}."),
        pieces_manquantes=[bareme.LIBELLES_EXIGENCES[piece] for piece in resultat.pieces_manquantes],
        questions_restantes=[bareme.LIBELLES_DECLARATIONS[question] for question in resultat.declarations_manquantes],
    )


@dataclass(frozen=True)
class Lacunes:
    """What an evaluation leaves open although it could still exempt: to be said before it is sealed."""

    questions: list[Declaration]
    pieces: list[Justificatif]

    def __bool__(self) -> bool:
        return bool(self.questions or self.pieces)

    @property
    def code(self) -> str:
        """Names these gaps and no others: who confirmed it has read exactly this list."""
        return " ".join([*self.questions, *(str(piece.pk) for piece in self.pieces)])

    @property
    def phrases(self) -> list[str]:
        """One sentence a gap, with what its absence entails."""
        return [_SANS_REPONSE[question] for question in self.questions] + [
            f"La pièce «\u00a0{piece}\u00a0» du {date_sans_jour(piece.date_document)} "
            "n’est ni vérifiée ni rejetée\u00a0: elle ne compte pas."
            for piece in self.pieces
        ]


_SANS_EMPLOI = "le bilan est tenu pour dû au titre du cas d)."
_SANS_REPONSE = {
    Declaration.SCOLARISE: "La scolarité n’a pas de réponse\u00a0: le bilan est tenu pour dû au titre du cas a).",
    Declaration.DECLARE_ACTIVITE: f"L’activité professionnelle n’a pas de réponse\u00a0: {_SANS_EMPLOI}",
    Declaration.DECLARE_NE_RECHERCHE_PAS: f"La recherche d’emploi n’a pas de réponse\u00a0: {_SANS_EMPLOI}",
    Declaration.INSCRIT_POLE_EMPLOI: f"L’inscription à Pôle emploi n’a pas de réponse\u00a0: {_SANS_EMPLOI}",
}


def gaps_of(contrat: Contrat, resultat: Resultat) -> Lacunes:
    """The questions that decide and were left unanswered, and the documents nobody examined.

    None for a person exempt already, nor for a question that another answer settles: nothing hangs on those.
    """
    if resultat.exempte:
        return Lacunes(questions=[], pieces=[])
    unexamined = contrat.justificatifs.filter(statut=Justificatif.Statut.RECUE).order_by("created_at")
    return Lacunes(questions=list(resultat.declarations_manquantes), pieces=list(unexamined))


def verdict_of(contrat: Contrat, declarations: Declarations, date_reference: date) -> Verdict:
    """The verdict on these answers and the documents present; stores nothing."""
    return present(contrat.signataire, assess(contrat, date_reference, declarations))


def exemption_panel(contrat: Contrat, agent: Agent) -> dict[str, Any]:
    """What ``exemptions/_panel.html`` shows: the last verdict, the documents, what the agent may do."""
    evaluation = latest_evaluation(contrat)
    return {
        "contrat": contrat,
        "evaluation": evaluation,
        "verdict": present(contrat.signataire, Resultat.from_dict(evaluation.resultat)) if evaluation else None,
        "justificatifs": list(justificatifs_of(contrat)),
        "can_evaluate": contrat.is_running
        and has_permission(agent, Permission.EVALUER_EXEMPTION, direction_id=contrat.direction_id),
    }
