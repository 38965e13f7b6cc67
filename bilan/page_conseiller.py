"""What the adviser's page shows of one bilan: who, where one stands, minutes, notes, synthesis, what to do now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.models import Agent
from bilan import conduite
from bilan.actions import Action, actions_for, next_action
from bilan.forms_conduite import NoteForm
from bilan.models import MINUTES_INDICATIVES, Bilan, Consentement, RendezVous, Seance, Synthese, SyntheseDetruite
from bilan.selectors import Portee, last_decision
from bilan.states import PHASES, Etat
from core.french import duree

ORDRE = (*PHASES, Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE)
LIBELLES = {
    Etat.SYNTHESE_REDIGEE: "Synthèse",
    Etat.SYNTHESE_PRESENTEE: "Signature",
    Etat.SYNTHESE_VALIDEE: "Décisions de la personne",
}
PHRASES = {
    Etat.CONVOQUE: "La personne est attendue aujourd’hui.",
    Etat.PHASE_PRELIMINAIRE: "Analysez les besoins de la personne et fixez les buts avec elle, puis passez à la suite.",
    Etat.PHASE_INVESTIGATION: "Explorez compétences, expériences et métiers possibles, et notez-les dans la synthèse.",
    Etat.PHASE_CONCLUSION: "Rendez les résultats à la personne et terminez avec elle la rédaction de la synthèse.",
    Etat.SYNTHESE_REDIGEE: "La synthèse est complète\u00a0: figez-la pour la faire lire et signer.",
    Etat.SYNTHESE_PRESENTEE: "Imprimez la synthèse, faites-la lire et signer, remettez-en une copie, puis validez-la.",
    Etat.SYNTHESE_VALIDEE: "La synthèse est signée et la personne a répondu. Rien d’autre n’est attendu de vous.",
    Etat.REPORTE: "Le bilan est interrompu. Le prescripteur doit convoquer de nouveau la personne.",
    Etat.SIGNATURE_REFUSEE: "La personne n’a pas signé. Rien d’autre n’est attendu de vous.",
}


@dataclass(frozen=True)
class Note:
    phase: Etat
    form: NoteForm
    texte: str
    is_present: bool


@dataclass(frozen=True)
class PageConseiller:
    """Everything the template shows; content only in ``notes``, which are the adviser's own."""

    bilan: Bilan
    identite: list[str]
    etapes: list[dict[str, str]]
    titre: str
    phrase: str
    action: Action | None
    autres: list[Action]
    faits: list[tuple[str, Any]]
    minutes: int
    seances: list[Seance]
    notes: list[Note]
    versions: list[Synthese]
    tombe: SyntheseDetruite | None
    decisions: list[tuple[Portee, Consentement | None]]

    @property
    def is_running(self) -> bool:
        return self.bilan.etat in PHASES

    @property
    def is_presented(self) -> bool:
        return bool(self.bilan.etat == Etat.SYNTHESE_PRESENTEE)

    @property
    def can_rework(self) -> bool:
        """Whether the present version can be taken up again: presented or validated, and not destroyed."""
        return self.bilan.etat in (Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE) and self.tombe is None

    @property
    def awaits_decisions(self) -> bool:
        """Whether the person has still to be asked what may become of the validated version."""
        if self.bilan.etat != Etat.SYNTHESE_VALIDEE or self.tombe is not None:
            return False
        return any(_is_open(portee, decision, self.versions[0].version) for portee, decision in self.decisions)

    @property
    def asks_decisions(self) -> bool:
        return self.bilan.etat in (Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE)


def compose(bilan: Bilan, agent: Agent, *, typed: Mapping[str, NoteForm] | None = None) -> PageConseiller:
    """The page of a bilan for the adviser who conducts it; ``typed`` are note forms sent back with their errors."""
    actions = actions_for(agent, bilan)
    action = next_action(actions)
    seances = list(bilan.seances.all())
    notes = conduite.read_notes(bilan=bilan, by=agent)
    return PageConseiller(
        bilan=bilan,
        identite=identity_facts(bilan),
        etapes=steps_of(bilan, seances),
        titre=action.label if action else "Rien à faire pour le moment",
        phrase=(action.waits_for if action else "") or PHRASES.get(Etat(bilan.etat), ""),
        action=action if action and action.url else None,
        autres=[other for other in actions if other is not action and other.url],
        faits=_facts(bilan),
        minutes=sum(seance.minutes for seance in seances),
        seances=seances,
        notes=[_note(bilan, phase, notes.get(phase, ""), typed or {}) for phase in PHASES],
        versions=list(bilan.syntheses.without_content()),
        tombe=SyntheseDetruite.objects.filter(bilan=bilan).first(),
        decisions=[(portee, last_decision(bilan.pk, portee)) for portee in Portee],
    )


def identity_facts(bilan: Bilan) -> list[str]:
    """What an adviser may know of the person: no birth date, no permit, no address."""
    return [f"comprend\u00a0: {bilan.contrat.signataire.langue_comprise}"]


def steps_of(bilan: Bilan, seances: list[Seance]) -> list[dict[str, str]]:
    """The three phases with their minutes, then the synthesis, its signature, the decisions."""
    present = ORDRE.index(Etat(bilan.etat)) if bilan.etat in ORDRE else -1
    over = bilan.etat in (Etat.CLOS, Etat.SIGNATURE_REFUSEE)
    steps = []
    for rank, etat in enumerate(ORDRE):
        state = "fait" if over or rank < present else "present" if rank == present else "a_venir"
        steps.append({"label": LIBELLES.get(etat, str(etat.label)), "etat": state, "detail": _minutes(etat, seances)})
    return steps


def _is_open(portee: Portee, decision: Consentement | None, version: int) -> bool:
    """Whether a question that matters for the sheet was not answered, or was answered for an older version."""
    if portee == Portee.SUIVI:
        return False
    lapses = portee == Portee.TRANSMISSION and decision is not None and decision.version_synthese != version
    return decision is None or (lapses and decision.decision != Consentement.Decision.RETIRE)


def _minutes(etat: Etat, seances: list[Seance]) -> str:
    if etat not in PHASES:
        return ""
    spent = sum(seance.minutes for seance in seances if seance.phase == etat)
    return f"{duree(spent)} sur {duree(MINUTES_INDICATIVES[etat])} conseillées"


def _facts(bilan: Bilan) -> list[tuple[str, Any]]:
    rendez_vous: RendezVous | None = bilan.rendez_vous.select_related("lieu").order_by("-debut").first()
    return [
        ("Rendez-vous", rendez_vous),
        ("Durée fixée par l’OFII", duree(bilan.duree_fixee_minutes)),
        ("Prescripteur", str(bilan.prescripteur) if bilan.prescripteur else None),
        ("Direction", str(bilan.contrat.direction)),
    ]


def _note(bilan: Bilan, phase: Etat, texte: str, typed: Mapping[str, NoteForm]) -> Note:
    form = typed.get(phase) or NoteForm(initial={"texte": texte}, prefix=phase.value)
    return Note(phase=phase, form=form, texte=texte, is_present=bilan.etat == phase)
