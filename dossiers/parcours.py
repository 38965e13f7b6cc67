"""What a file page says of one file: the facts, the steps of the course, the deadlines, the next act."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django_fsm import can_proceed

from bilan.fin import DELAI_APRES_SUIVI
from bilan.guards import exemption, limite_justification
from bilan.models import Bilan, RendezVous, Suivi, Synthese
from bilan.retention import day_without_decision
from bilan.selectors import current_synthese
from bilan.states import ABSENCES, BEFORE_SYNTHESE, FINAUX, PHASES, Etat
from cai.models import Contrat
from core import clock
from core.french import date_sans_jour
from dossiers.selectors import bilan_of
from dossiers.situation import Situation
from exemptions.models import Evaluation

S = Situation


@dataclass(frozen=True)
class Faits:
    """Everything the composition of a file page looks at, read once."""

    contrat: Contrat
    bilan: Bilan
    situation: Situation
    evaluation: Evaluation | None  # the last one, whatever the day it speaks for
    evaluation_entretien: Evaluation | None  # the last for the interview: what prescribing needs
    rendez_vous: RendezVous | None
    manque: RendezVous | None
    synthese: Synthese | None
    suivis: list[Suivi]
    destruction_le: date | None  # of a validated synthesis about which the person has not answered

    @property
    def is_destroyed(self) -> bool:
        """Whether the content of the synthesis is gone: nothing of it can be signed or sent any more."""
        return self.synthese is not None and self.synthese.detruite_at is not None

    @property
    def is_over(self) -> bool:
        """Whether the contract has ended, prorogation counted."""
        return self.contrat.echeance_effective < clock.today()

    @property
    def is_followed(self) -> bool:
        """Whether nothing more is expected of the six-month follow-up: done, refused or without an answer."""
        return any(row.echeance == Suivi.Echeance.SIX_MOIS and row.fait_le is not None for row in self.suivis)

    @property
    def has_begun(self) -> bool:
        """Whether the person came once: from then on nothing of the file is cancelled as opened by mistake."""
        return self.bilan.informe_le is not None

    @property
    def is_to_prescribe(self) -> bool:
        """Whether the exemption was assessed at the interview without ground: the state waits for the prescription."""
        at_interview = self.evaluation_entretien
        assessed_due = at_interview is not None and at_interview.verdict is False
        return self.situation == S.A_EVALUER and assessed_due and not self.is_exempt_today

    @property
    def is_assessed_by_convocation(self) -> bool:
        """Whether the last evaluation is the one that the convocation to come made for its own day."""
        last, rendez_vous = self.evaluation, self.rendez_vous
        if last is None or rendez_vous is None or last.date_reference != _day(rendez_vous.debut):
            return False
        return last.created_at <= rendez_vous.created_at  # one transaction, the evaluation first

    @property
    def etat(self) -> str:
        """The situation in the words of the page, in agreement with the next act."""
        return "Bilan à prescrire" if self.is_to_prescribe else self.situation.label

    @property
    def is_exempt_today(self) -> bool:
        """Whether the last evaluation was made today and lets the exemption be recorded."""
        last = self.evaluation
        if last is None or _day(last.evaluee_at) != clock.today():
            return False
        return can_proceed(self.bilan.constater_exemption) and not exemption(self.bilan, last)


@dataclass(frozen=True)
class Suite:
    """What to do now: one button, or a sentence that says what is waited for."""

    titre: str
    phrase: str = ""
    bouton: str = ""
    url: str = ""
    limite: date | None = None
    lien: str = ""
    lien_url: str = ""


def facts_of(contrat: Contrat) -> Faits:
    """Read the facts of a file, in a constant number of queries."""
    bilan = bilan_of(contrat)
    appointments = list(
        RendezVous.objects.filter(bilan=bilan).select_related("lieu", "conseiller", "prestataire").order_by("-debut")
    )
    evaluations = list(contrat.evaluations.with_verdict().latest_first())
    situation, synthese = Situation(getattr(bilan, "situation", bilan.etat)), current_synthese(bilan)
    undecided = situation == S.SYNTHESE_VALIDEE and synthese is not None and synthese.detruite_at is None
    return Faits(
        contrat=contrat,
        bilan=bilan,
        situation=situation,
        evaluation=next(iter(evaluations), None),
        evaluation_entretien=next((e for e in evaluations if e.date_reference == contrat.date_entretien), None),
        rendez_vous=next((rdv for rdv in appointments if rdv.statut == RendezVous.Statut.PREVU), None),
        manque=next((rdv for rdv in appointments if rdv.statut == RendezVous.Statut.MANQUE), None),
        synthese=synthese,
        suivis=list(bilan.suivis.all()),
        destruction_le=day_without_decision(bilan) if undecided else None,
    )


# --- steps -------------------------------------------------------------------------------------

_COURSE: tuple[tuple[str, frozenset[str]], ...] = (
    ("Exemption", frozenset({S.A_EVALUER, S.EXEMPTE})),
    (
        "Convocation",
        frozenset({S.A_PROGRAMMER, S.CONVOQUE, S.REPORTE, *(etat.value for etat in ABSENCES)}),
    ),
    ("Bilan", frozenset(etat.value for etat in PHASES)),
    ("Synthèse", frozenset({S.SYNTHESE_REDIGEE, S.SYNTHESE_PRESENTEE})),
    (
        "Transmission",
        frozenset(
            {
                S.SYNTHESE_VALIDEE,
                S.TRANSMISSION_CONSENTIE,
                S.TRANSMISSION_REFUSEE,
                S.CONSENTEMENT_RETIRE,
                S.TRANSMISSION_A_TRAITER,
            }
        ),
    ),
    ("Suivi", frozenset({S.TRANSMISE, S.PRIS_EN_CHARGE_PPAE})),
)
_TRANSMISSION, _SUIVI = len(_COURSE) - 2, len(_COURSE) - 1
_DECIDEE = {S.TRANSMISSION_REFUSEE: "refusée", S.CONSENTEMENT_RETIRE: "accord retiré"}
_UNSENT = (S.SYNTHESE_REDIGEE, S.SYNTHESE_PRESENTEE, S.SYNTHESE_VALIDEE)


def steps_of(faits: Faits) -> list[dict[str, Any]]:
    """The steps of the course, the contract being already signed; what an exemption or an end spares says so."""
    steps: list[dict[str, Any]] = [
        {"label": "Contrat", "etat": "fait", "detail": f"signé le {date_sans_jour(faits.contrat.date_signature)}"}
    ]
    present = next((rank for rank, (_, states) in enumerate(_COURSE) if faits.situation in states), None)
    nothing_sent = _why_nothing_is_sent(faits)
    if nothing_sent:
        present = _SUIVI
    for rank, (label, _) in enumerate(_COURSE):
        steps.append({"label": label, "etat": _step_state(faits, rank, present)})
    if nothing_sent:
        steps[1 + _TRANSMISSION] |= {"etat": "sans_objet", "detail": nothing_sent}
    if faits.is_to_prescribe:
        steps[1] |= {"etat": "fait", "detail": "bilan à prescrire"}
        steps[2]["etat"] = "present"
    if faits.situation == S.EXEMPTE:
        steps[1] |= {"etat": "fait", "detail": "personne dispensée"}
    if faits.situation in (S.CLOS, S.NON_REALISE, S.ANNULE):
        steps.append({"label": faits.situation.label, "etat": "terme"})
    return steps


def _why_nothing_is_sent(faits: Faits) -> str:
    """What ended the transmission of a bilan that runs on; nothing while one is possible or has been made."""
    if faits.situation in (S.TRANSMISSION_REFUSEE, S.CONSENTEMENT_RETIRE):
        return "signature refusée" if faits.bilan.etat == Etat.SIGNATURE_REFUSEE else _DECIDEE[faits.situation]
    return "synthèse détruite" if faits.is_destroyed and faits.situation in _UNSENT else ""


def _step_state(faits: Faits, rank: int, present: int | None) -> str:
    if faits.situation == S.EXEMPTE:
        return "sans_objet"
    if present is None:
        return "fait" if _reached(faits, rank) else "sans_objet"
    return "fait" if rank < present else "present" if rank == present else "a_venir"


def _reached(faits: Faits, rank: int) -> bool:
    """For a file that has ended: how far it went."""
    bilan = faits.bilan
    reached = 0
    if bilan.prescrit_at:
        reached = 1
    if bilan.informe_le:
        reached = 3
    if bilan.date_fin_conclusion:
        reached = 4
    if faits.synthese and faits.synthese.accuse_at:
        reached = 6
    return rank < reached


# --- deadlines ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Echeance:
    """A date that matters; ``est_limite`` when something must be done by then, so that it may be late."""

    label: str
    jour: date
    est_limite: bool = True


def deadlines_of(faits: Faits) -> list[Echeance]:
    """The dates that still matter for this file, the nearest first (reference D.6)."""
    contrat, bilan, etat = faits.contrat, faits.bilan, faits.bilan.etat
    found: list[Echeance] = []
    if etat in BEFORE_SYNTHESE:
        found.append(Echeance("Fin du contrat", contrat.echeance_effective))
    if faits.rendez_vous:
        found.append(Echeance("Rendez-vous", _day(faits.rendez_vous.debut), est_limite=False))
    if etat == Etat.ABSENT_A_QUALIFIER and faits.manque:
        found.append(Echeance("Fin du délai pour justifier l’absence", limite_justification(faits.manque)))
    if faits.destruction_le:
        found.append(Echeance("Destruction de la synthèse sans décision de la personne", faits.destruction_le))
    if bilan.date_suivi and etat not in FINAUX and not faits.is_followed:
        found.append(Echeance("Suivi à six mois", bilan.date_suivi, est_limite=False))
    return sorted(found, key=lambda echeance: echeance.jour)


def closing_is_due(faits: Faits) -> bool:
    """Whether nothing is expected any more: the follow-up was noted, or thirty days passed after its day.

    For an exempt person, once their contract has ended.
    """
    if faits.situation == S.EXEMPTE:
        return faits.is_over or not faits.contrat.is_running
    suivi = faits.bilan.date_suivi
    waiting = faits.situation in (S.TRANSMISSION_CONSENTIE, S.TRANSMISSION_A_TRAITER)
    over = faits.is_followed or (suivi is not None and clock.today() > suivi + DELAI_APRES_SUIVI)
    return over and not waiting


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.PARIS).date()
