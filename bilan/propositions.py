"""What can be proposed to the préfet about a contract, and what stands in the way (reference C.7, C.8, C.9).

The same sentences refuse in ``bilan.prefet`` and explain on pages. Engagements not kept are shown, never blocking.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bilan.guards import contrat_en_cours
from bilan.models import Bilan
from bilan.states import BEFORE_SYNTHESE
from cai import delais
from cai.feries import jours_feries_depuis
from cai.models import MOTIVATION_MIN, Certificat, Contrat, Prestation, PropositionPrefet
from cai.pre_arrivee import Effet
from cai.presentation import dilf_attendu, prealable_of
from core import clock
from core.errors import Blocage
from core.french import date_longue, date_sans_jour, day_of, minuscule
from exemptions.domain.phrases import enumere

Type, Fondement = PropositionPrefet.Type, PropositionPrefet.Fondement
TypeP, StatutP = Prestation.Type, Prestation.Statut
# Nothing more is expected of a prestation in one of these states.
ACQUISES = (StatutP.SUIVIE, StatutP.DISPENSEE, StatutP.EXEMPTEE, StatutP.SANS_OBJET)
INACHEVEES = (StatutP.PRESCRITE, StatutP.EN_COURS, StatutP.DIFFEREE)


def conditions(contrat: Contrat, type_proposition: str) -> list[Blocage]:
    """Why this cannot be proposed today, nor prepared; nothing when it can."""
    for row in contrat.propositions.all():
        if row.type == type_proposition and row.is_open and row.suspendue_at is not None:
            return suspension(row)
    if waiting := pending(contrat, type_proposition):
        quand, nom = date_sans_jour(waiting.propose_at), minuscule(waiting.get_type_display())
        return [Blocage("deja_proposee", f"La {nom} est déjà proposée au préfet depuis le {quand}.")]
    if ended := contrat_en_cours(contrat):
        return ended
    return _CONDITIONS[Type(type_proposition)](contrat)


def pending(contrat: Contrat, type_proposition: str) -> PropositionPrefet | None:
    """The proposal of a type that is before the préfet, if any; a draft is not."""
    rows = (row for row in contrat.propositions.all() if row.type == type_proposition)
    return next((row for row in rows if row.statut in PropositionPrefet.PROPOSES), None)


# rule: D.2-9-proposition
def suspension(proposition: PropositionPrefet) -> list[Blocage]:
    """Why a résiliation whose failing was excused goes no further; nothing when it was not."""
    if proposition.suspendue_at is None:
        return []
    message = (
        "L’absence qui fondait cette proposition a été excusée depuis\u00a0: la résiliation ne peut plus avancer. "
        "Abandonnez-la\u00a0; d’autres manquements se proposent à part."
    )
    return [Blocage("proposition_suspendue", message)]


def manquements(contrat: Contrat) -> list[str]:
    """What was not followed without a legitimate reason, as of today, in the order of the contract."""
    failing = {row.type for row in contrat.prestations.all() if row.statut == StatutP.NON_SUIVIE}
    return [kind.value for kind in TypeP if kind in failing]


# rule: C.9-reparation
def reparations(proposition: PropositionPrefet) -> list[str]:
    """What an open résiliation rests on and is no failing any more, one sentence each; nothing for the other types.

    The person came after all, or the missing paper was received. Told before each further step and never blocking:
    an excuse alone suspends (D.2, transition 9); whoever signs gives it up, or the préfet weighs it (C.8).
    """
    if not proposition.is_open or proposition.suspendue_at is not None:
        return []
    today = {row.type: row for row in proposition.contrat.prestations.all()}
    return [
        _changed(Prestation(type=kind, statut=StatutP.NON_SUIVIE), today.get(kind))
        for kind in proposition.manquements
        if kind not in manquements(proposition.contrat)
    ]


def _changed(then: Prestation, now: Prestation | None) -> str:
    etat = minuscule(now.statut_accorde) if now else "rien n’est noté"
    return (
        f"{then.get_type_display()}\u00a0: «\u00a0{minuscule(then.statut_accorde)}\u00a0» au moment de la proposition, "
        f"«\u00a0{etat}\u00a0» aujourd’hui."
    )


# rule: C.9-resiliation
def _manquement(contrat: Contrat) -> list[Blocage]:
    """Non-attendance without a legitimate reason, at a training or at the bilan (C.8, K-07)."""
    if manquements(contrat):
        return []
    message = "Aucune prestation n’est notée «\u00a0non suivie sans motif\u00a0»\u00a0: rien ne fonde une résiliation."
    return [Blocage("aucun_manquement", message)]


# rule: C.9-prorogation
def _prorogation(contrat: Contrat) -> list[Blocage]:
    fin = contrat.echeance_effective
    if clock.today() > fin:
        message = f"Le contrat a pris fin le {date_sans_jour(fin)}\u00a0: il ne se proroge plus."
        return [Blocage("contrat_echu", message)]
    if fin >= delais.max_prorogation(contrat.date_echeance):
        return [Blocage("prorogation_epuisee", "Le contrat est déjà prorogé d’un an, ce qui est le plus possible.")]
    if fondement_of(contrat) is None:
        message = (
            "Ni formation linguistique en cours, ni prestation différée pour motif légitime\u00a0: rien ne fonde une "
            "prorogation."
        )
        return [Blocage("aucun_fondement", message)]
    return []


# rule: C.9-cloture
def _cloture(contrat: Contrat) -> list[Blocage]:
    """The end of the contract, or before it that of every training, of the exam and of the bilan (R. 311-27, C.5).

    Once the contract has ended, what is missing is shown and does not block.
    """
    fin = contrat.echeance_effective
    if clock.today() > fin:
        return []
    trainings = _trainings(contrat)
    going_on = [row for row in trainings if row.statut in INACHEVEES]
    exams = [row.examen_prevu_le for row in trainings if row.examen_prevu_le and row.examen_prevu_le >= clock.today()]
    if going_on:
        noms = enumere(minuscule(row.get_type_display()) for row in going_on)
        code, reste = "formations_en_cours", f"n’est pas fini pour\u00a0: {noms}"
    elif exams:
        code, reste = "examen_a_venir", f"un examen est prévu le {date_sans_jour(max(exams))}"
    elif limite_cloture(contrat) is None:
        code, reste = "formations_inconnues", "aucune formation n’est notée comme suivie"
    elif Bilan.objects.live().filter(contrat=contrat, etat__in=BEFORE_SYNTHESE).exists():
        code, reste = "bilan_a_faire", "le bilan de compétences reste à faire"
    else:
        return []
    return [Blocage(code, f"Le contrat court jusqu’au {date_sans_jour(fin)} et {reste}.")]


_CONDITIONS: dict[str, Callable[[Contrat], list[Blocage]]] = {
    Type.RESILIATION: _manquement,
    Type.PROROGATION: _prorogation,
    Type.CLOTURE: _cloture,
}


def _trainings(contrat: Contrat) -> list[Prestation]:
    return [row for row in contrat.prestations.all() if row.type != TypeP.BILAN]


# rule: C.9-prorogation, C.9-prorogation-bilan-seul
def fondement_of(contrat: Contrat) -> PropositionPrefet.Fondement | None:
    """What a prorogation would rest on today, the strongest first; None when nothing does (C.9, K-08)."""
    states = {row.type: row.statut for row in contrat.prestations.all()}
    if states.get(TypeP.FORMATION_LINGUISTIQUE) == StatutP.EN_COURS:
        return Fondement.FORMATION_EN_COURS
    deferred = {kind for kind, statut in states.items() if statut == StatutP.DIFFEREE}
    if deferred - {TypeP.BILAN.value}:
        return Fondement.PRESTATION_DIFFEREE
    # rule: C.9-prorogation-bilan-seul
    return Fondement.BILAN_DIFFERE if deferred else None


# rule: C.7-prorogation
def echeance(contrat: Contrat, nouvelle: date | None, field: str) -> list[Blocage]:
    """A new échéance comes after the present one, and at most one year after the first, included (R. 311-27)."""
    premier, dernier = contrat.echeance_effective, delais.max_prorogation(contrat.date_echeance)
    if nouvelle is not None and premier < nouvelle <= dernier:
        return []
    message = f"Indiquez une date après le {date_sans_jour(premier)}, et au plus tard le {date_sans_jour(dernier)}."
    return [Blocage("echeance_hors_limites", message, field)]


# rule: C.8-motivation
def motivation(texte: str) -> list[Blocage]:
    """The reasoning is individual and written: a formula that would do for anybody is refused (C.8)."""
    if len(texte) >= MOTIVATION_MIN:
        return []
    message = (
        f"Écrivez pourquoi, pour cette personne, en {MOTIVATION_MIN} signes au moins\u00a0: cette motivation engage "
        "la direction."
    )
    return [Blocage("motivation_absente", message, "motivation")]


def jour_passe(jour: date | None, *, depuis: date, field: str, quoi: str) -> list[Blocage]:
    """A day that has come, not before ``depuis``; both included."""
    if jour is not None and depuis <= jour <= clock.today():
        return []
    message = f"Indiquez {quoi}\u00a0: du {date_sans_jour(depuis)} à aujourd’hui."
    return [Blocage("date_hors_limites", message, field)]


def date_reception(proposition: PropositionPrefet, jour: date) -> list[Blocage]:
    """The letter of intention is received from the day of the proposal to today, and answered afterwards."""
    blocages = jour_passe(
        jour, depuis=_proposed_on(proposition), field="date_reception", quoi="le jour où la personne a reçu la lettre"
    )
    answered = proposition.date_observations
    if answered is not None and jour > answered:
        message = (
            f"La personne a répondu le {date_sans_jour(answered)}\u00a0: indiquez au plus tard ce jour-là, ou corrigez "
            "d’abord la date de ses observations."
        )
        blocages.append(Blocage("observations_avant_reception", message, "date_reception"))
    return blocages


def _proposed_on(proposition: PropositionPrefet) -> date:
    return day_of(proposition.propose_at) if proposition.propose_at else clock.today()


def fin_observations(proposition: PropositionPrefet) -> date | None:
    """Last day of the adversarial month, included; None before the person received the letter (R. 311-28)."""
    recue = proposition.date_reception
    return delais.fin_observations(recue, jours_feries_depuis(recue)) if recue else None


# rule: C.9-observations
def date_decision(proposition: PropositionPrefet, jour: date | None) -> list[Blocage]:
    """A decision that was made, after the proposal; a résiliation from the day after the month at the earliest."""
    fin = fin_observations(proposition)
    if fin is not None and (jour is None or jour <= fin):
        earliest = date_longue(delais.add_days(fin, 1))
        message = (
            f"La personne peut présenter ses observations jusqu’au {date_longue(fin)} inclus\u00a0: la décision est "
            f"datée au plus tôt du {earliest}."
        )
        return [Blocage("observations_en_cours", message, "date_decision")]
    return jour_passe(jour, depuis=_proposed_on(proposition), field="date_decision", quoi="la date de l’acte")


# rule: D.2-25
def prorogation_en_attente(contrat: Contrat) -> list[Blocage]:
    """Guard of transition 25: while the préfet has a prorogation before him, the bilan may still take place (D.2)."""
    waiting = pending(contrat, Type.PROROGATION)
    if waiting is None:
        return []
    message = (
        f"Une prorogation est proposée au préfet depuis le {date_sans_jour(waiting.propose_at)}\u00a0: attendez sa "
        "décision."
    )
    return [Blocage("prorogation_en_attente", message)]


@dataclass(frozen=True)
class Engagement:
    """One prestation of the contract, as the clôture verifies it: shown whatever it is, never blocking."""

    libelle: str
    etat: str
    acquis: bool


# rule: C.9-cloture
def engagements(contrat: Contrat) -> list[Engagement]:
    """What was owed and what was done, in the order of the contract; the civic training is owed by everybody."""
    rows = {prestation.type: prestation for prestation in contrat.prestations.all()}
    lines = []
    for kind in TypeP:
        prestation = rows.get(kind)
        if prestation is None:
            if kind == TypeP.FORMATION_CIVIQUE:
                lines.append(Engagement(str(kind.label), "rien n’est noté", acquis=False))
            continue
        lines.append(Engagement(str(kind.label), prestation.statut_accorde, acquis=prestation.statut in ACQUISES))
    # rule: C.1-effet-dilf
    langue, prealable = rows.get(TypeP.FORMATION_LINGUISTIQUE), prealable_of(contrat)
    effet = prealable.effet if prealable else Effet.REGIME_ORDINAIRE
    if langue is not None and dilf_attendu(langue, effet):
        lines.append(Engagement("DILF", "à passer", acquis=False))
    return lines


# rule: C.7-cloture
def limite_cloture(contrat: Contrat) -> date | None:
    """Last day to close, included: a month after the last training ended, or the second day after the exam (C.7).

    The later of the two, when there are both [D]. None while a training goes on, or when no end is known.
    """
    trainings = _trainings(contrat)
    if any(row.statut in INACHEVEES for row in trainings):
        return None
    ends = [row.date_fin for row in trainings if row.statut == StatutP.SUIVIE and row.date_fin]
    limits = [delais.limite_cloture_formation(max(ends))] if ends else []
    exams = [paper.jour for row in trainings for paper in row.certificats.all() if paper.genre == Certificat.Genre.DILF]
    exams += [row.examen_prevu_le for row in trainings if row.examen_prevu_le]
    limits += [delais.limite_cloture_examen(max(exams))] if exams else []
    return max(limits, default=None)
