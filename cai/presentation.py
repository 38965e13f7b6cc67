"""What the pages say of the trainings of a file, and of what was evaluated before the person arrived."""

from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from agents.models import Agent
from agents.permissions import has_permission
from agents.roles import Permission
from cai import pre_arrivee
from cai import regles_prestations as regles
from cai.evaluation_pre_arrivee import facts_of
from cai.models import Certificat, Contrat, EvaluationPreArrivee, Prestation
from cai.prestations import presences_of
from core import clock
from core.french import date_sans_jour, duree

S = Prestation.Statut
NON_PRESCRITE = "Non prescrite"
# Reference C.3: when each training is owed.
QUAND_DUE: dict[str, str] = {
    regles.FORMATION_CIVIQUE: "Toujours due",
    regles.FORMATION_LINGUISTIQUE: "Due si le niveau de français la demande",
    regles.VIVRE_EN_FRANCE: "Selon les besoins",
}
COULEURS: dict[str, str] = {
    S.PRESCRITE: "info",
    S.EN_COURS: "info",
    S.SUIVIE: "succes",
    S.DIFFEREE: "attention",
    S.NON_SUIVIE: "erreur",
}


@dataclass(frozen=True)
class Formation:
    """One training of a file at a glance; ``prestation`` is None when nothing was said of it yet."""

    type: str
    titre: str
    prestation: Prestation | None
    etat: str
    couleur: str
    heures: str
    preuve: str
    avertissements: tuple[str, ...]


@dataclass(frozen=True)
class Prealable:
    """The evaluation made before the arrival: what the contract draws from it, and what does not fit in it."""

    row: EvaluationPreArrivee
    effet: pre_arrivee.Effet
    phrase: str
    avertissements: tuple[str, ...]


def prealable_of(contrat: Contrat) -> Prealable | None:
    """What was evaluated before the arrival, or None under the ordinary regime."""
    row = EvaluationPreArrivee.objects.filter(contrat=contrat).first()
    if row is None:
        return None
    faits = facts_of(row)
    effet = pre_arrivee.effet_sur_cai(faits)
    odd = pre_arrivee.incoherences(
        faits, date_naissance=contrat.signataire.date_naissance, date_signature=contrat.date_signature
    )
    return Prealable(row=row, effet=effet, phrase=pre_arrivee.PHRASES[effet], avertissements=odd)


def formations_of(contrat: Contrat, prealable: Prealable | None) -> list[Formation]:
    """The three trainings of the contract, in the order of reference C.3, prescribed or not; three queries."""
    rows = list(contrat.prestations.all())
    prefetch_related_objects(rows, "seances", "certificats")
    known = {prestation.type: prestation for prestation in rows}
    effet = prealable.effet if prealable else pre_arrivee.Effet.REGIME_ORDINAIRE
    return [_formation(contrat, genre, known.get(genre), effet) for genre in regles.HEURES]


def _formation(contrat: Contrat, genre: str, prestation: Prestation | None, effet: pre_arrivee.Effet) -> Formation:
    titre = Prestation.Type(genre).label
    if prestation is None:
        return Formation(genre, titre, None, NON_PRESCRITE, "neutre", "", QUAND_DUE[genre], ())
    return Formation(
        type=genre,
        titre=titre,
        prestation=prestation,
        etat=prestation.statut_accorde,
        couleur=COULEURS.get(prestation.statut, "neutre"),
        heures=_hours(prestation),
        preuve=_proof(prestation, effet),
        avertissements=(*_oddities(contrat, prestation), *_contradiction(prestation, effet)),
    )


def _hours(prestation: Prestation) -> str:
    followed = regles.minutes_suivies(presences_of(prestation))
    if prestation.heures_prescrites is None:
        return f"{duree(followed)} suivies" if followed else ""
    prescribed = duree(prestation.heures_prescrites * regles.MINUTES_PAR_HEURE)
    return f"{duree(followed)} sur {prescribed}" if followed else f"{prescribed} prescrites"


def _proof(prestation: Prestation, effet: pre_arrivee.Effet) -> str:
    papers = list(prestation.certificats.all())
    told = [_paper(paper) for paper in papers]
    genres = {paper.genre for paper in papers}
    proof = Certificat.Genre(regles.PREUVES[prestation.type])
    if prestation.statut in (S.PRESCRITE, S.EN_COURS, S.SUIVIE) and proof not in genres:
        told.append(f"{proof.label} à recevoir")
    if prestation.type == regles.FORMATION_LINGUISTIQUE and dilf_attendu(prestation, effet):
        told.append("DILF à passer")
    return ", ".join(told)


def _paper(paper: Certificat) -> str:
    jour = date_sans_jour(paper.jour)
    if paper.genre == regles.DILF:
        return f"DILF {'réussi' if paper.reussi else 'non réussi'} le {jour}"
    name = "AMDFL" if paper.genre == regles.AMDFL else paper.get_genre_display()
    return f"{name} du {jour}"


def papers_to_come(formation: Formation) -> list[str]:
    """Papers that may still be recorded of a training: none twice, but an exam until it is passed."""
    papers = list(formation.prestation.certificats.all()) if formation.prestation else []
    over = {paper.genre for paper in papers if paper.genre != regles.DILF or paper.reussi}
    if regles.PREUVES[formation.type] in over:
        over.add(regles.AMDFL)
    return [genre for genre in regles.CERTIFICATS[formation.type] if genre not in over]


def dilf_attendu(prestation: Prestation, effet: pre_arrivee.Effet) -> bool:
    """Whether the exam is still due: after a followed language training, or a sufficient second evaluation (C.1, C.3).

    Not any more once it was passed, nor when the papers show a level above the one it certifies.
    """
    due = prestation.statut == S.SUIVIE or effet == pre_arrivee.Effet.DILF_EXIGE
    levels = list(Prestation.Niveau.values)
    reached = prestation.niveau_atteint and levels.index(prestation.niveau_atteint) > levels.index(regles.DILF_NIVEAU)
    return due and not reached and not any(paper.reussi for paper in prestation.certificats.all())


def _oddities(contrat: Contrat, prestation: Prestation) -> tuple[str, ...]:
    return regles.avertissements(
        prestation.type,
        statut=prestation.statut,
        heures_prescrites=prestation.heures_prescrites,
        presences=presences_of(prestation),
        certificats=[paper.genre for paper in prestation.certificats.all()],
        date_signature=contrat.date_signature,
        echeance=contrat.echeance_effective,
    )


def _contradiction(prestation: Prestation, effet: pre_arrivee.Effet) -> tuple[str, ...]:
    """A language training that says the contrary of the evaluation made before the arrival."""
    if prestation.type != regles.FORMATION_LINGUISTIQUE:
        return ()
    expected = pre_arrivee.STATUT_LINGUISTIQUE.get(effet)
    due = prestation.statut not in (S.DISPENSEE, S.SANS_OBJET)
    if expected is None or due == (expected == S.PRESCRITE):
        return ()
    return (f"L’évaluation avant l’arrivée dit autre chose. {pre_arrivee.PHRASES[effet]}",)


def prestations_panel(contrat: Contrat, agent: Agent) -> dict[str, Any]:
    """What ``cai/_prestations.html`` shows: one line a prestation, the bilan's last, and what came before."""
    living = contrat.statut != Contrat.Statut.ANNULE
    prealable = prealable_of(contrat)
    records = has_permission(agent, Permission.ENREGISTRER_PRE_ARRIVEE, direction_id=contrat.direction_id)
    return {
        "formations": formations_of(contrat, prealable),
        "bilan": next((row for row in contrat.prestations.all() if row.type == Prestation.Type.BILAN), None),
        "prealable": prealable,
        "can_record": living and records and (prealable is None or prealable.row.enregistree_le == clock.today()),
    }
