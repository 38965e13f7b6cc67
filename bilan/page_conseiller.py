"""What the adviser's page shows of one bilan: who, where one stands, minutes, notes, synthesis, what to do now."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from agents.models import Agent
from bilan import conduite
from bilan.actions import PRIMARY, Action, actions_for, next_action
from bilan.forms_conduite import TravailForm
from bilan.models import MINUTES_INDICATIVES, Bilan, Consentement, RendezVous, Seance, Synthese, SyntheseDetruite
from bilan.redaction import WRITABLE
from bilan.selectors import QUESTIONS, SLUGS, Portee, is_to_ask, last_decision, not_asked, standing_grant
from bilan.states import PHASES, Etat
from bilan.suivi import tell
from core.french import duree, minuscule

ORDRE = (*PHASES, Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE)
LIBELLES = {
    Etat.SYNTHESE_REDIGEE: "Synthèse",
    Etat.SYNTHESE_PRESENTEE: "Signature",
    Etat.SYNTHESE_VALIDEE: "Décisions de la personne",
}
PHRASES = {
    Etat.CONVOQUE: "La personne est attendue aujourd’hui.",
    Etat.PHASE_PRELIMINAIRE: "Analysez les besoins de la personne, fixez les buts avec elle et notez-les ci-dessous.",
    Etat.PHASE_INVESTIGATION: "Explorez compétences, expériences et métiers possibles, et notez-les dans la synthèse.",
    Etat.PHASE_CONCLUSION: "Rendez les résultats à la personne et terminez avec elle la rédaction de la synthèse.",
    Etat.SYNTHESE_REDIGEE: "La synthèse est complète\u00a0: figez-la pour la faire lire et signer.",
    Etat.SYNTHESE_PRESENTEE: "Imprimez la synthèse, faites-la lire et signer, remettez-en une copie, puis validez-la.",
    Etat.SYNTHESE_VALIDEE: "La synthèse est signée et la personne a répondu. Tout est fait.",
    Etat.REPORTE: "Le bilan est interrompu. Le prescripteur doit convoquer de nouveau la personne.",
    Etat.SIGNATURE_REFUSEE: "La personne n’a pas signé\u00a0: le bilan compte comme suivi.",
}


@dataclass(frozen=True)
class Attente:
    """An act that waits: its name, what it waits for, and the page where that is done, if it is another one."""

    label: str
    phrase: str
    url: str


@dataclass(frozen=True)
class PageConseiller:
    """Everything the template shows; content only in ``travail`` and ``notes``, which are the adviser's own."""

    bilan: Bilan
    identite: list[str]
    etapes: list[dict[str, str]]
    titre: str
    phrase: str
    action: Action | None
    suites: list[tuple[str, str]]  # while the bilan runs: acts and buttons that keep the notes, then lead on
    attentes: list[Attente]
    autres: list[Action]
    faits: list[tuple[str, Any]]
    minutes: int
    seances: list[Seance]
    travail: TravailForm | None
    notes: list[tuple[str, str]]  # as kept: of the other phases, and of this one when the form could not be saved
    versions: list[Synthese]
    tombe: SyntheseDetruite | None
    decisions: list[tuple[Portee, Consentement | None, str, str]]  # what is shown without an answer, where to withdraw
    awaits_decisions: bool  # the person has still to be asked what may become of the validated version

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
    def asks_decisions(self) -> bool:
        return self.bilan.etat in (Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE)

    @property
    def shows_decisions(self) -> bool:
        """While they are asked for, and as long as one can be withdrawn: always, even after the end."""
        return self.asks_decisions or any(withdrawal for *_, withdrawal in self.decisions)


def compose(bilan: Bilan, agent: Agent, *, travail: TravailForm | None = None) -> PageConseiller:
    """The page of a bilan for the adviser who conducts it; ``travail`` is the form sent back with its errors."""
    actions = actions_for(agent, bilan)
    action = next_action(actions)
    running = bilan.etat in PHASES
    seances = list(bilan.seances.all())
    written = conduite.read_notes(bilan=bilan, by=agent)
    if travail is None and running:
        travail = TravailForm(bilan=bilan, agent=agent)
    versions = list(bilan.syntheses.without_content())
    tombe = SyntheseDetruite.objects.filter(bilan=bilan).first()
    decisions = [(portee, last_decision(bilan.pk, portee)) for portee in QUESTIONS]
    awaited = _awaits_decisions(bilan, versions, tombe, decisions)
    suites = _suites(bilan, actions) if running else []
    led_on = {name for name, _ in suites}
    return PageConseiller(
        bilan=bilan,
        identite=identity_facts(bilan),
        etapes=steps_of(bilan, seances, decided=not awaited),
        titre=action.label if action else "Rien n’est attendu de vous",
        phrase=_phrase(bilan, action, running),
        action=action if action and action.url else None,
        suites=suites,
        attentes=[
            Attente(other.label, other.waits_for, _remedy(other, bilan))
            for other in actions
            if other.waits_for and other.name not in led_on and (running or other is not action)
        ],
        autres=[
            other for other in actions if other.url and other.name not in led_on and (other is not action or awaited)
        ],
        faits=_facts(bilan),
        minutes=sum(seance.minutes for seance in seances),
        seances=seances,
        travail=travail,
        notes=[
            (str(phase.label), written[phase])
            for phase in PHASES
            if phase in written and (travail is None or phase != travail.phase_vue or travail.has_error("texte"))
        ],
        versions=versions,
        tombe=tombe,
        decisions=[
            (portee, said, not_asked(portee, is_destroyed=tombe is not None), _withdrawal(bilan, portee))
            for portee, said in decisions
        ],
        awaits_decisions=awaited,
    )


def _phrase(bilan: Bilan, action: Action | None, running: bool) -> str:
    if action is not None and action.name == "noter_suivi":
        return "Six mois après le bilan, notez ce que la personne est devenue. Ne pas venir est sans conséquence."
    return ("" if running or action is None else action.waits_for) or PHRASES.get(Etat(bilan.etat), "")


def _suites(bilan: Bilan, actions: list[Action]) -> list[tuple[str, str]]:
    """The buttons that keep the notes and lead on, the main one first.

    The way out of the preliminary phase is always there: the notes it asks for are written on this very page.
    """
    on_page = {"passer_en_investigation"}
    return [
        (action.name, f"Enregistrer et {action.label[0].lower()}{action.label[1:]}")
        for action in actions
        if action.name in PRIMARY[bilan.etat] and (action.url or action.name in on_page)
    ]


def _remedy(action: Action, bilan: Bilan) -> str:
    """Where what an act waits for is done; nothing when it is on the bilan's page itself."""
    on_synthese = action.name in ("passer_en_conclusion", "rediger_synthese", "presenter_synthese")
    return reverse("bilan:write_synthese", args=[bilan.pk]) if on_synthese and bilan.etat in WRITABLE else ""


def identity_facts(bilan: Bilan) -> list[str]:
    """What an adviser may know of the person: no birth date, no permit, no address."""
    return [f"comprend\u00a0: {bilan.contrat.signataire.langue_comprise}"]


def steps_of(bilan: Bilan, seances: list[Seance], *, decided: bool) -> list[dict[str, str]]:
    """The three phases with their minutes, then the synthesis, its signature, the decisions.

    ``decided`` says that the person has answered what there was to answer on a validated version.
    """
    present = ORDRE.index(Etat(bilan.etat)) if bilan.etat in ORDRE else -1
    over = bilan.etat in (Etat.CLOS, Etat.SIGNATURE_REFUSEE) or (bilan.etat == Etat.SYNTHESE_VALIDEE and decided)
    steps = []
    for rank, etat in enumerate(ORDRE):
        state = "fait" if over or rank < present else "present" if rank == present else "a_venir"
        steps.append({"label": LIBELLES.get(etat, str(etat.label)), "etat": state, "detail": _minutes(etat, seances)})
    if bilan.etat == Etat.SIGNATURE_REFUSEE:
        steps[-2]["detail"] = "refusée"
        steps[-1]["etat"] = "sans_objet"
    return steps


# rule: E.2-retrait
def _withdrawal(bilan: Bilan, portee: Portee) -> str:
    """Where the agreement of one scope is withdrawn, in any state of the bilan; nothing when none stands."""
    if standing_grant(bilan.pk, portee) is None:
        return ""
    return reverse("poleemploi:withdraw_consent", args=[bilan.pk, SLUGS[portee]])


def _awaits_decisions(
    bilan: Bilan,
    versions: list[Synthese],
    tombe: SyntheseDetruite | None,
    decisions: list[tuple[Portee, Consentement | None]],
) -> bool:
    if bilan.etat != Etat.SYNTHESE_VALIDEE or tombe is not None:
        return False
    return any(is_to_ask(portee, decision, versions[0].version) for portee, decision in decisions)


def _minutes(etat: Etat, seances: list[Seance]) -> str:
    if etat not in PHASES:
        return ""
    minutes = MINUTES_INDICATIVES[etat]
    # The plural of a French measure begins at two: « 1 h 30 conseillée », « 30 min conseillées ».
    advised = f"{duree(minutes)} {'conseillée' if 60 <= minutes < 120 else 'conseillées'}"
    spent = sum(seance.minutes for seance in seances if seance.phase == etat)
    return f"{duree(spent)} sur {advised}" if spent else advised


def _facts(bilan: Bilan) -> list[tuple[str, Any]]:
    rendez_vous: RendezVous | None = bilan.rendez_vous.select_related("lieu").order_by("-debut").first()
    return [
        ("Rendez-vous", rendez_vous),
        ("Durée fixée par l’OFII", duree(bilan.duree_fixee_minutes)),
        ("Prescripteur", str(bilan.prescripteur) if bilan.prescripteur else None),
        ("Direction", str(bilan.contrat.direction)),
        *((f"Suivi {minuscule(suivi.get_echeance_display())}", tell(suivi)) for suivi in bilan.suivis.all()),
    ]
