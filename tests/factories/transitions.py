"""The transition table of the domain reference, D.2, as tests read it: from, to, by whom, and how to get there.

Each row says how to bring a file to the eve of its transition, and how its service is then called. The row is the
law; the tests of tests/unit/bilan/test_states.py confront model and services with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from agents.models import Agent, DirectionTerritoriale, Lieu
from bilan import conduite, fin, programmation, redaction
from bilan.models import Bilan, RendezVous
from bilan.states import Etat, MotifAnnulation, MotifInterruption, MotifNonRealisation, MotifReprise
from core import clock
from exemptions.services import evaluate_contrat
from tests.factories.conduite import JOUR, advance, make_convoque
from tests.factories.programmation import RIEN_A_DECLARER, proposition

E = Etat
PHASES = {E.PHASE_PRELIMINAIRE, E.PHASE_INVESTIGATION, E.PHASE_CONCLUSION}
ABSENCES = {E.ABSENT_A_QUALIFIER, E.ABSENT_MOTIF_LEGITIME, E.ABSENT_SANS_MOTIF}
SIGNEES = {E.SYNTHESE_REDIGEE, E.SYNTHESE_PRESENTEE, E.SYNTHESE_VALIDEE, E.SIGNATURE_REFUSEE}
BEFORE_SYNTHESE = {E.A_EVALUER, E.A_PROGRAMMER, E.CONVOQUE, E.REPORTE, *ABSENCES, *PHASES}
APRES_MIDI = clock.at(JOUR, 14)
APRES_LE_CONTRAT = clock.at(date(2011, 3, 16), 9)
APRES_LE_SUIVI = clock.at(date(2010, 12, 11), 9)  # conclusion on 10 May, follow-up on 10 November, and thirty days


@dataclass(frozen=True)
class Monde:
    """The people and the place of a test."""

    direction: DirectionTerritoriale
    prescripteur: Agent
    autre_prescripteur: Agent
    conseiller: Agent
    autre_conseiller: Agent
    lieu: Lieu

    def convoque(self, **changes: Any) -> Bilan:
        """Summoned for JOUR at half past nine."""
        return make_convoque(self.direction, self.prescripteur, self.conseiller, **changes)

    def absent(self) -> Bilan:
        bilan = self.convoque()
        with clock.travel(APRES_MIDI):
            return programmation.record_absence(bilan=bilan, by=self.conseiller)

    def a_evaluer(self, *, naissance: date, prescrit: bool = False) -> Bilan:
        """Assessed on the afternoon of JOUR, nothing drawn from it yet."""
        bilan = self.convoque(date_naissance=naissance)
        bilan.rendez_vous.all().delete()
        never = {"prescripteur": None, "prescrit_par": None, "prescrit_at": None}
        lay(bilan, E.A_EVALUER, prestataire=None, conseiller=None, **({} if prescrit else never))
        with clock.travel(APRES_MIDI):
            self.evaluate(bilan, bilan.contrat.date_entretien)
        return fresh(bilan)

    def exempte(self) -> Bilan:
        """Exempt, and assessed again today without any ground."""
        bilan = self.a_evaluer(naissance=date(1980, 7, 1))
        lay(bilan, E.EXEMPTE)
        with clock.travel(APRES_MIDI):
            self.evaluate(bilan, JOUR)
        return fresh(bilan)

    def evaluate(self, bilan: Bilan, jour: date) -> None:
        evaluate_contrat(contrat=bilan.contrat, declarations=RIEN_A_DECLARER, date_reference=jour, by=self.prescripteur)


def fresh(bilan: Bilan) -> Bilan:
    return Bilan.objects.get(pk=bilan.pk)


def lay(bilan: Bilan, etat: Etat, **columns: Any) -> Bilan:
    """Put the row in a state as it is, with what the database demands of that state and nothing more."""
    ended = etat in (E.CLOS, E.NON_REALISE, E.ANNULE)
    Bilan.objects.filter(pk=bilan.pk).update(
        etat=etat,
        clos_at=clock.at(JOUR) if ended else None,
        motif_annulation=MotifAnnulation.DOUBLON if etat == E.ANNULE else "",
        motif_non_realisation=MotifNonRealisation.ABSENCE if etat == E.NON_REALISE else "",
        **{"date_fin_conclusion": JOUR, **columns},
    )
    return fresh(bilan)


@dataclass(frozen=True)
class Ligne:
    """One row: the states it leaves, the state it reaches (None: unchanged), the actors, the eve, the call."""

    numero: str
    depuis: set[Etat]
    vers: Etat | None
    acteurs: set[str]
    veille: Callable[[Monde], Bilan]
    acte: Callable[[Monde, Bilan, Agent | None], object]
    quand: datetime = APRES_MIDI


def _absence(service: Callable[..., Bilan]) -> Callable[[Monde, Bilan, Agent | None], object]:
    return lambda monde, bilan, by: service(
        bilan=bilan, motif="force_majeure_transport", justificatif_vu_le=JOUR, by=by
    )


def _unjustified(monde: Monde) -> Bilan:
    bilan = monde.absent()
    with clock.travel(APRES_MIDI):
        return programmation.reject_absence(bilan=bilan, declare_sans_motif=True, by=monde.prescripteur)


def _to(etat: Etat) -> Callable[[Monde], Bilan]:
    return lambda monde: advance(monde.convoque(), etat)


def _investigation(monde: Monde) -> Bilan:
    bilan = advance(monde.convoque(), E.PHASE_PRELIMINAIRE)
    with clock.travel(APRES_MIDI):
        conduite.save_note(bilan=bilan, phase=E.PHASE_PRELIMINAIRE, texte="Cuisiner.", by=monde.conseiller)
    return bilan


def _conclusion(monde: Monde) -> Bilan:
    """In investigation, with all that the conclusion asks for: an interrupted conclusion begins there again."""
    bilan = advance(monde.convoque(), E.PHASE_CONCLUSION)
    return lay(bilan, E.PHASE_INVESTIGATION, date_fin_conclusion=None)


def _validate(monde: Monde, bilan: Bilan, by: Agent | None) -> object:
    return redaction.validate_synthese(
        bilan=bilan, date_presentation=JOUR, observations="", date_signature=JOUR, date_remise=JOUR, by=by
    )


def _convoke(monde: Monde, bilan: Bilan, by: Agent | None) -> object:
    planned = proposition(monde.lieu, monde.conseiller, JOUR + timedelta(days=30))
    return programmation.convoke(bilan=bilan, proposition=planned, by=by)


def _assign(monde: Monde, bilan: Bilan, by: Agent | None) -> object:
    planned = RendezVous.objects.filter(bilan=bilan).first() or RendezVous(bilan=bilan)
    return programmation.assign_adviser(rendez_vous=planned, conseiller=monde.autre_conseiller, by=by)


AG, PR, DT, CO, CB, RP, SYS = (
    "agent_ofii", "prescripteur", "directeur", "correspondant", "conseiller", "responsable", "systeme",
)  # fmt: skip

TABLE: dict[str, Ligne] = {
    "constater_exemption": Ligne(
        "1",
        {E.A_EVALUER, E.A_PROGRAMMER, E.CONVOQUE, E.REPORTE, E.ABSENT_MOTIF_LEGITIME, E.ABSENT_A_QUALIFIER},
        E.EXEMPTE,
        {AG, PR},
        lambda monde: monde.a_evaluer(naissance=date(1950, 1, 1)),
        lambda monde, bilan, by: programmation.record_exemption(bilan=bilan, by=by),
    ),
    "prescrire": Ligne(
        "2",
        {E.A_EVALUER},
        E.A_PROGRAMMER,
        {PR},
        lambda monde: monde.a_evaluer(naissance=date(1980, 7, 1)),
        lambda monde, bilan, by: programmation.prescribe(bilan=bilan, prescripteur=monde.prescripteur, by=by),
    ),
    "lever_exemption": Ligne(
        "3",
        {E.EXEMPTE},
        E.A_PROGRAMMER,
        {AG, PR},
        lambda monde: monde.exempte(),
        lambda monde, bilan, by: programmation.lift_exemption(
            bilan=bilan, motif="Elle a dix-huit ans.", prescripteur=monde.prescripteur, by=by
        ),
    ),
    "convoquer": Ligne(
        "4",
        {E.A_PROGRAMMER, E.REPORTE, E.ABSENT_MOTIF_LEGITIME, E.ABSENT_SANS_MOTIF},
        E.CONVOQUE,
        {PR},
        _unjustified,
        _convoke,
    ),
    "reporter": Ligne(
        "5",
        {E.CONVOQUE, E.ABSENT_MOTIF_LEGITIME},
        E.REPORTE,
        {AG, PR},
        lambda monde: monde.convoque(),
        lambda monde, bilan, by: programmation.postpone(bilan=bilan, motif="demande_signataire", by=by),
        clock.at(JOUR, 9, 29),
    ),
    "constater_absence": Ligne(
        "6",
        {E.CONVOQUE},
        E.ABSENT_A_QUALIFIER,
        {CB, AG, PR},
        lambda monde: monde.convoque(),
        lambda monde, bilan, by: programmation.record_absence(bilan=bilan, by=by),
    ),
    "reconnaitre_motif_legitime": Ligne(
        "7",
        {E.ABSENT_A_QUALIFIER},
        E.ABSENT_MOTIF_LEGITIME,
        {AG, PR},
        lambda monde: monde.absent(),
        _absence(programmation.recognise_absence),
    ),
    "constater_absence_injustifiee": Ligne(
        "8",
        {E.ABSENT_A_QUALIFIER},
        E.ABSENT_SANS_MOTIF,
        {AG, PR},
        lambda monde: monde.absent(),
        lambda monde, bilan, by: programmation.reject_absence(bilan=bilan, declare_sans_motif=True, by=by),
    ),
    "requalifier_absence": Ligne(
        "9",
        {E.ABSENT_SANS_MOTIF},
        E.ABSENT_MOTIF_LEGITIME,
        {AG, PR, DT},
        _unjustified,
        _absence(programmation.requalify_absence),
    ),
    "demarrer": Ligne(
        "10",
        {E.CONVOQUE},
        E.PHASE_PRELIMINAIRE,
        {CB},
        lambda monde: monde.convoque(),
        lambda monde, bilan, by: conduite.start_bilan(bilan=bilan, informe=True, by=by),
    ),
    "passer_en_investigation": Ligne(
        "11",
        {E.PHASE_PRELIMINAIRE},
        E.PHASE_INVESTIGATION,
        {CB},
        _investigation,
        lambda monde, bilan, by: conduite.enter_investigation(bilan=bilan, by=by),
    ),
    "passer_en_conclusion": Ligne(
        "12",
        {E.PHASE_INVESTIGATION},
        E.PHASE_CONCLUSION,
        {CB},
        _conclusion,
        lambda monde, bilan, by: conduite.enter_conclusion(bilan=bilan, by=by),
    ),
    "interrompre": Ligne(
        "13",
        PHASES,
        E.REPORTE,
        {CB, PR},
        _to(E.PHASE_INVESTIGATION),
        lambda monde, bilan, by: conduite.interrupt(bilan=bilan, motif=MotifInterruption.DEPART, by=by),
    ),
    "rediger_synthese": Ligne(
        "14",
        {E.PHASE_CONCLUSION},
        E.SYNTHESE_REDIGEE,
        {CB},
        _to(E.PHASE_CONCLUSION),
        lambda monde, bilan, by: redaction.complete_synthese(bilan=bilan, by=by),
    ),
    "presenter_synthese": Ligne(
        "15",
        {E.SYNTHESE_REDIGEE},
        E.SYNTHESE_PRESENTEE,
        {CB},
        _to(E.SYNTHESE_REDIGEE),
        lambda monde, bilan, by: redaction.present_synthese(bilan=bilan, by=by),
    ),
    "reprendre_synthese": Ligne(
        "15b",
        {E.SYNTHESE_PRESENTEE, E.SYNTHESE_VALIDEE},
        E.SYNTHESE_REDIGEE,
        {CB},
        _to(E.SYNTHESE_PRESENTEE),
        lambda monde, bilan, by: redaction.rework_synthese(bilan=bilan, motif=MotifReprise.ERREUR, by=by),
    ),
    "valider_synthese": Ligne(
        "16", {E.SYNTHESE_PRESENTEE}, E.SYNTHESE_VALIDEE, {CB}, _to(E.SYNTHESE_PRESENTEE), _validate
    ),
    "constater_refus_signature": Ligne(
        "17",
        {E.SYNTHESE_PRESENTEE},
        E.SIGNATURE_REFUSEE,
        {CB},
        _to(E.SYNTHESE_PRESENTEE),
        lambda monde, bilan, by: redaction.record_signature_refusal(
            bilan=bilan, date_presentation=JOUR, date_refus=JOUR, by=by
        ),
    ),
    "cloturer": Ligne(
        "24",
        {E.SYNTHESE_REDIGEE, E.SYNTHESE_PRESENTEE, E.SYNTHESE_VALIDEE, E.SIGNATURE_REFUSEE, E.EXEMPTE},
        E.CLOS,
        {PR, CO, SYS},
        _to(E.SYNTHESE_VALIDEE),
        lambda monde, bilan, by: fin.close(bilan=bilan, by=by),
        APRES_LE_SUIVI,
    ),
    "constater_non_realisation": Ligne(
        "25",
        BEFORE_SYNTHESE,
        E.NON_REALISE,
        {SYS, AG, PR},
        lambda monde: monde.convoque(),
        lambda monde, bilan, by: fin.record_not_done(bilan=bilan, by=by),
        APRES_LE_CONTRAT,
    ),
    "annuler": Ligne(
        "26",
        BEFORE_SYNTHESE | {E.EXEMPTE},
        E.ANNULE,
        {DT, SYS},
        lambda monde: monde.convoque(),
        lambda monde, bilan, by: fin.cancel(bilan=bilan, motif="depart_definitif", by=by),
    ),
    "refixer_duree": Ligne(
        "27",
        {E.CONVOQUE} | PHASES,
        None,
        {PR},
        lambda monde: monde.convoque(),
        lambda monde, bilan, by: programmation.set_duration(bilan=bilan, duree_fixee_minutes=120, by=by),
    ),
    # Section B: who answers for a file changes, the bilan does not move.
    "reattribuer": Ligne(
        "B",
        set(E) - {E.A_EVALUER, E.EXEMPTE, E.NON_REALISE, E.ANNULE},
        None,
        {DT},
        lambda monde: monde.convoque(),
        lambda monde, bilan, by: programmation.reassign(bilan=bilan, prescripteur=monde.autre_prescripteur, by=by),
    ),
    "affecter_conseiller": Ligne(
        "B", {E.CONVOQUE, *PHASES} | SIGNEES, None, {RP}, lambda monde: monde.convoque(), _assign, clock.at(JOUR, 8)
    ),
}
