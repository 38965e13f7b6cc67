"""Recording what was evaluated before the person arrived, and letting the language training follow (reference C.1)."""

from dataclasses import fields
from datetime import date

from django.db import transaction

from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission
from cai.controles import Errors, columns_errors, refuse
from cai.models import Contrat, EvaluationPreArrivee, Prestation
from cai.pre_arrivee import STATUT_LINGUISTIQUE, Effet, PreArrivee, effet_sur_cai
from cai.services import check_not_cancelled, locked
from core import clock, journal
from core.errors import RuleViolation
from core.french import date_sans_jour

_DATES = (
    "date_depot", "date_evaluation_1", "date_notification", "formation_debut", "formation_fin", "date_evaluation_2",
    "date_valeurs",
)  # fmt: skip


def facts_of(row: EvaluationPreArrivee) -> PreArrivee:
    """A stored evaluation, as the pure rules read it."""
    return PreArrivee(**{field.name: getattr(row, field.name) for field in fields(PreArrivee)})


def statut_avant_arrivee(prestation: Prestation) -> str:
    """The state that the evaluation made before the arrival gives to a training; nothing when it says nothing of it."""
    row = EvaluationPreArrivee.objects.filter(contrat=prestation.contrat_id).first()
    if row is None or prestation.type != Prestation.Type.FORMATION_LINGUISTIQUE:
        return ""
    return STATUT_LINGUISTIQUE.get(effet_sur_cai(facts_of(row)), "")


def check_recordable(contrat: Contrat) -> EvaluationPreArrivee | None:
    """The evaluation already recorded, or None; refuses (RuleViolation) one that has become read-only.

    Reference C.1 makes it read-only after the signature. A file opens here once the contract is signed: what the agent
    had before them at the interview is therefore recorded once, on the file, can be put right until the end of that
    day, and changes no more: the contract was drawn from it.
    """
    check_not_cancelled(contrat)
    row = EvaluationPreArrivee.objects.filter(contrat=contrat).first()
    # rule: C.1-lecture-seule
    if row and row.enregistree_le != clock.today():
        raise RuleViolation(
            f"L’évaluation avant l’arrivée a été enregistrée le {date_sans_jour(row.enregistree_le)}\u00a0: elle ne se "
            "corrige que ce jour-là.",
            code="pre_arrivee_figee",
        )
    return row


@transaction.atomic
def record_pre_arrivee(*, contrat: Contrat, fiche: PreArrivee, by: Agent) -> Effet:
    """Keep what the papers say and give the language training the state that follows; answers what the contract draws.

    A language training that nobody touched takes the state of ``STATUT_LINGUISTIQUE``, and loses it when a correction
    leaves the ordinary regime; one prescribed or decided by an agent, or with sessions or papers, keeps its own.
    Refuses (InvalidInput, at the field) a day to come, an evaluation without its result or a result without its day, a
    dispense without its ground, a training that ends before it begins; what is merely odd is told
    (``cai.pre_arrivee.incoherences``). Sent twice alike, it writes nothing the second time.
    """
    check_permission(by, Permission.ENREGISTRER_PRE_ARRIVEE, direction_id=contrat.direction_id)
    contrat = locked(contrat)
    known = check_recordable(contrat)
    row = known or EvaluationPreArrivee(contrat=contrat, enregistree_le=clock.today())
    if known and facts_of(known) == fiche:
        return effet_sur_cai(fiche)
    former = effet_sur_cai(facts_of(known)) if known else None
    for field in fields(fiche):
        setattr(row, field.name, getattr(fiche, field.name))
    row.enregistree_par = by
    refuse(columns_errors(row, sauf=["contrat"]) | _errors(fiche))
    row.save()
    effet = effet_sur_cai(fiche)
    nom = "prearrivee.corrigee" if known else "prearrivee.enregistree"
    journal.record(
        nom,
        dossier=contrat.pk,
        target=row,
        by=by,
        effet=effet,
        prive={"qualite": fiche.qualite},
    )
    _follow(contrat, effet, former, by)
    return effet


def _follow(contrat: Contrat, effet: Effet, former: Effet | None, by: Agent) -> None:
    statut = STATUT_LINGUISTIQUE.get(effet, "")
    genre = Prestation.Type.FORMATION_LINGUISTIQUE
    training = Prestation.objects.filter(contrat=contrat, type=genre).first()
    training = training or Prestation(contrat=contrat, type=genre)
    avant = training.statut
    if avant == statut or (avant and not _was_drawn_from(former, training)):
        return
    training.statut = statut
    if statut:
        training.save()
    else:
        Prestation.objects.filter(pk=training.pk).delete()  # nothing was said of it: the test at the interview will
    journal.record(
        "prestation.enregistree",
        dossier=contrat.pk,
        target=training,
        by=by,
        avant=avant,
        apres=statut,
        type=genre,
        statut=statut,
    )


def _was_drawn_from(former: Effet | None, training: Prestation) -> bool:
    """Whether the state of the training is what the evaluation, before its correction, gave it: nobody touched it."""
    if former is None or training.statut != STATUT_LINGUISTIQUE.get(former) or training.date_prescription:
        return False
    return not training.seances.exists() and not training.certificats.exists()


def _errors(fiche: PreArrivee) -> Errors:
    errors: Errors = {}
    today = clock.today()
    for name in _DATES:
        day: date | None = getattr(fiche, name)
        if day and day > today:
            errors[name] = [f"Indiquez une date au plus tard aujourd’hui, le {date_sans_jour(today)}."]
    for rank in ("1", "2"):
        day, resultat = getattr(fiche, f"date_evaluation_{rank}"), getattr(fiche, f"resultat_{rank}")
        if day and not resultat:
            errors[f"resultat_{rank}"] = ["Indiquez le résultat de cette évaluation."]
        elif resultat and not day:
            errors[f"date_evaluation_{rank}"] = ["Indiquez le jour de cette évaluation."]
    dispensed = fiche.formation == EvaluationPreArrivee.Formation.DISPENSEE
    if dispensed and not fiche.motif_dispense:
        errors["motif_dispense"] = ["Indiquez pourquoi la formation a été dispensée."]
    elif fiche.motif_dispense and not dispensed:
        errors["motif_dispense"] = ["Un motif ne se note que si la formation a été dispensée."]
    if fiche.formation_debut and fiche.formation_fin and fiche.formation_fin < fiche.formation_debut:
        errors["formation_fin"] = ["La formation ne peut pas finir avant d’avoir commencé."]
    return errors
