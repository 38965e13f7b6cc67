"""Writing the trainings of a contract: prescribe, record who came, record what proves it, decide (reference C.3).

What attendance and papers show is deduced, not typed: a first attendance makes a training *en cours*, its paper makes
it *suivie*. Every act locks the contract first, is refused (RuleViolation) for the bilan, whose state follows its own
course, and for a cancelled file, and needs ``Permission.SUIVRE_PRESTATIONS`` (Forbidden). Sessions and papers are
accepted on a contract that has ended, since they come late; nothing is prescribed or decided on it any more, and what
it ended for stays what it was. What looks odd is told by ``cai.regles_prestations``, never refused [D].
"""

import uuid
from datetime import date
from typing import Any

from django.db import transaction

from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission
from cai import regles_prestations as regles
from cai.controles import Errors, columns_errors, refuse
from cai.controles_prestations import FicheCertificat, FicheSeance, certificat_errors, not_after_today, seance_errors
from cai.evaluation_pre_arrivee import statut_avant_arrivee
from cai.models import Certificat, Contrat, Prestation, SeancePrestation
from cai.services import check_not_cancelled, locked
from cai.suspension import suspend_resiliation
from core import clock, journal
from core.errors import Conflict
from core.errors import refuse as refuse_act
from core.models import Evenement

S = Prestation.Statut
# What an agent decides; the other states are deduced.
DECISIONS = (S.DISPENSEE, S.DIFFEREE, S.NON_SUIVIE, S.SANS_OBJET)
# Decisions that make sense of a training nobody prescribed.
SANS_PRESCRIPTION = (S.DISPENSEE, S.SANS_OBJET)
# States that excuse what was not followed: a legitimate reason, or nothing owed.
EXCUSES = (S.DISPENSEE, S.DIFFEREE, S.SANS_OBJET)
NON_PRESCRITE = "La formation n’est pas prescrite\u00a0: prescrivez-la d’abord."
_ROUVERTE_PAR_PRESENCE = (S.DIFFEREE, S.NON_SUIVIE)


@transaction.atomic
def prescribe(
    *,
    contrat: Contrat,
    type_prestation: str,
    date_prescription: date,
    heures: int,
    examen_prevu_le: date | None = None,
    by: Agent,
) -> Prestation:
    """The training is due, for a number of hours; prescribed again, its day, hours and planned exam are corrected.

    A training dispensed, deferred or without object becomes due again. Refuses (InvalidInput, at the field) a day to
    come, a number of hours below one, and an exam of anything but the language training or before its
    prescription; and (RuleViolation) a contract that has ended. The same prescription twice writes nothing the second
    time.
    """
    contrat, prestation = _open(contrat, type_prestation, by)
    _check_running(contrat)
    errors: Errors = {}
    if date_prescription > clock.today():
        errors["date_prescription"] = [not_after_today()]
    if heures < 1:
        errors["heures"] = ["Indiquez au moins une heure."]
    if examen_prevu_le and type_prestation != regles.FORMATION_LINGUISTIQUE:
        errors["examen_prevu_le"] = ["Seule la formation linguistique mène à un examen."]
    elif examen_prevu_le and examen_prevu_le < date_prescription:
        errors["examen_prevu_le"] = ["Indiquez un examen qui suit la prescription."]
    refuse(errors)
    before = prestation.statut
    known = (prestation.date_prescription, prestation.heures_prescrites, prestation.examen_prevu_le)
    if known == (date_prescription, heures, examen_prevu_le) and before not in DECISIONS:
        return prestation
    prestation.date_prescription, prestation.heures_prescrites = date_prescription, heures
    prestation.examen_prevu_le = examen_prevu_le
    if prestation._state.adding or before in DECISIONS:
        _deduce(prestation)
    prestation.save()
    _record("prestation.prescrite", prestation, by=by, avant=before, heures=heures, date_prescription=date_prescription)
    return prestation


def decisions_of(type_prestation: str) -> tuple[Prestation.Statut, ...]:
    """What can be decided of a training: the civic one is always due, and never dispensed (reference C.3)."""
    return tuple(one for one in DECISIONS if one != S.DISPENSEE or type_prestation != regles.FORMATION_CIVIQUE)


@transaction.atomic
def decide(*, contrat: Contrat, type_prestation: str, statut: str, by: Agent) -> Prestation:
    """What OFII decides of a training: dispensed, deferred for a legitimate reason, not followed, without object.

    Refuses any other state (InvalidInput), a dispense of the civic training, a training that its paper proves followed,
    the deferral or the failure of one that was never prescribed (RuleViolation), all at ``statut``, and a contract that
    has ended. Decided twice alike, it writes nothing the second time. A failing that is excused suspends the
    résiliation proposed for it.
    """
    contrat, prestation = _open(contrat, type_prestation, by)
    _check_running(contrat)
    if statut not in DECISIONS:
        refuse({"statut": ["Choisissez un état de la liste."]})
    # rule: C.3-civique
    if statut not in decisions_of(type_prestation):
        refuse_act(
            "formation_toujours_due", "La formation civique est toujours due\u00a0: elle ne se dispense pas.", "statut"
        )
    if prestation.statut == S.SUIVIE and prestation.certificats.filter(genre=regles.PREUVES[type_prestation]).exists():
        refuse_act(
            "prestation_suivie",
            "La formation est suivie\u00a0: retirez d’abord le justificatif qui le prouve.",
            "statut",
        )
    if prestation._state.adding and statut not in SANS_PRESCRIPTION:
        refuse_act("prestation_non_prescrite", NON_PRESCRITE, "statut")
    before = prestation.statut
    if before == statut:
        return prestation
    prestation.statut, prestation.date_fin = statut, None
    prestation.save()
    _suspend_if_excused(prestation, before, by=by)
    _record("prestation.enregistree", prestation, by=by, avant=before)
    return prestation


@transaction.atomic
def add_seance(
    *, contrat: Contrat, type_prestation: str, fiche: FicheSeance, identifiant: uuid.UUID | None = None, by: Agent
) -> SeancePrestation:
    """One session held, and whether the person came; a first attendance begins the training.

    ``identifiant``, chosen when the form was shown, is the row's own: the same form sent twice records one session and
    is refused (Conflict) the second time. Refuses (InvalidInput, at the field) a day to come, a length outside one
    minute to twelve hours, an excuse whose paper was not seen; and (RuleViolation) a training never prescribed.
    """
    contrat, prestation = _open(contrat, type_prestation, by)
    if identifiant is not None and SeancePrestation.objects.filter(pk=identifiant).exists():
        raise Conflict("Cette séance est déjà enregistrée.", code="seance_deja_enregistree")
    if prestation._state.adding:
        refuse_act("prestation_non_prescrite", NON_PRESCRITE)
    seance = SeancePrestation(id=identifiant or uuid.uuid4(), prestation=prestation, saisie_par=by, **vars(fiche))
    refuse(seance_errors(seance))
    seance.save(force_insert=True)
    before = _follow_attendance(prestation, came=seance.presence == SeancePrestation.Presence.PRESENT)
    _record("prestation.seance_enregistree", prestation, by=by, avant=before, **vars(fiche))
    return seance


@transaction.atomic
def correct_seance(*, seance: SeancePrestation, fiche: FicheSeance, by: Agent) -> SeancePrestation:
    """Correct a session, or excuse an absence afterwards; the state of the training follows the attendance.

    Refuses what ``add_seance`` refuses. A correction that changes nothing writes nothing.
    """
    seance, prestation = _seance(seance, by)
    said = {name: getattr(seance, name) for name in vars(fiche)}
    if said == vars(fiche):
        return seance
    for name, value in vars(fiche).items():
        setattr(seance, name, value)
    refuse(seance_errors(seance))
    seance.save()
    present = SeancePrestation.Presence.PRESENT
    before = _follow_attendance(prestation, came=seance.presence == present != said["presence"])
    _record("prestation.seance_corrigee", prestation, by=by, avant=before, **vars(fiche), auparavant=said)
    return seance


@transaction.atomic
def remove_seance(*, seance: SeancePrestation, by: Agent) -> None:
    """Take away a session recorded by mistake; the journal of the file keeps what it said."""
    seance, prestation = _seance(seance, by)
    said = {name: getattr(seance, name) for name in FicheSeance.__dataclass_fields__}
    seance.delete()
    before = _follow_attendance(prestation, came=False)
    _record("prestation.seance_retiree", prestation, by=by, avant=before, **said)


@transaction.atomic
def add_certificat(*, contrat: Contrat, type_prestation: str, fiche: FicheCertificat, by: Agent) -> Certificat:
    """A paper seen: the one that proves the training makes it *suivie*, an AMDFL dispenses from the language training.

    The end of the training is the day given, else that of the last attendance, else that of the paper. The level
    reached is the highest of the papers'; a DILF passed says A1.1. A failing that an AMDFL excuses suspends the
    résiliation proposed for it; one that is made good suspends nothing. Refuses (InvalidInput, at the field) a paper of
    another training, a day to come, an end before the contract, a DILF without its result, sat before 16 or a second
    time for free; and (Conflict) a paper already recorded.
    """
    contrat, prestation = _open(contrat, type_prestation, by)
    refuse(certificat_errors(fiche, prestation, contrat))
    certificat = Certificat(
        genre=fiche.genre,
        jour=fiche.jour,
        niveau=fiche.niveau,
        reussi=fiche.reussi,
        gratuit=fiche.gratuit,
        saisi_par=by,
    )
    if fiche.genre == regles.DILF:
        certificat.niveau = regles.DILF_NIVEAU if fiche.reussi else ""
    refuse(columns_errors(certificat, sauf=["prestation"]))
    before = prestation.statut
    if prestation._state.adding:
        # An exam alone says that no training was needed; any other paper says below what it shows.
        prestation.statut = S.SANS_OBJET
        prestation.save()
    elif prestation.certificats.filter(genre=fiche.genre, jour=fiche.jour).exists():
        raise Conflict("Ce justificatif est déjà enregistré.", code="certificat_deja_enregistre")
    certificat.prestation = prestation
    certificat.save(force_insert=True)
    _follow_papers(prestation, date_fin=fiche.date_fin, dilf=fiche.genre == regles.DILF)
    _suspend_if_excused(prestation, before, by=by)
    stated = {name: value for name, value in vars(fiche).items() if value not in (None, "")}
    _record(
        "prestation.certificat_enregistre", prestation, by=by, avant=before, **{**stated, "niveau": certificat.niveau}
    )
    return certificat


@transaction.atomic
def remove_certificat(*, certificat: Certificat, by: Agent) -> None:
    """Take away a paper recorded by mistake: state, end and level are those that the other papers show.

    A training of which only this paper spoke is again what was decided of it before, or what the evaluation before the
    arrival says; else nothing is noted of it any more.
    """
    _, prestation = _open(certificat.prestation.contrat, certificat.prestation.type, by)
    if not Certificat.objects.filter(pk=certificat.pk).exists():
        raise Conflict("Ce justificatif est déjà retiré.", code="certificat_retire")
    genre, jour, before = certificat.genre, certificat.jour, prestation.statut
    certificat.delete()
    _follow_papers(prestation, dilf=genre == regles.DILF)
    if _is_unspoken_of(prestation):
        prestation.statut = _last_decided(prestation) or statut_avant_arrivee(prestation)
        Prestation.objects.filter(pk=prestation.pk).update(statut=prestation.statut)
    _record("prestation.certificat_retire", prestation, by=by, avant=before, genre=genre, jour=jour)
    if not prestation.statut:
        Prestation.objects.filter(pk=prestation.pk).delete()


def _is_unspoken_of(prestation: Prestation) -> bool:
    """Whether no prescription, no session and no paper tells anything of a training."""
    known = prestation.date_prescription or prestation.seances.exists() or prestation.certificats.exists()
    return not known


def _last_decided(prestation: Prestation) -> str:
    """The state last decided of a training, as the journal of the file keeps it; nothing when none was."""
    decisions = Evenement.objects.filter(
        dossier=prestation.contrat_id, cible_id=prestation.pk, nom="prestation.enregistree"
    )
    return decisions.order_by("-numero").values_list("etat_apres", flat=True).first() or ""


# rule: D.2-9-proposition
def _suspend_if_excused(prestation: Prestation, before: str, *, by: Agent) -> None:
    """A failing that a decision or an AMDFL excuses founds no résiliation any more (C.8, D.2-9)."""
    if before == S.NON_SUIVIE and prestation.statut in EXCUSES:
        suspend_resiliation(prestation.contrat_id, prestation.type, by=by)


def _open(contrat: Contrat, type_prestation: str, by: Agent) -> tuple[Contrat, Prestation]:
    """The contract under lock and its training, not stored yet when nothing was said of it."""
    check_permission(by, Permission.SUIVRE_PRESTATIONS, direction_id=contrat.direction_id)
    # rule: C.3-bilan
    if type_prestation not in regles.HEURES:
        refuse_act("prestation_du_bilan", "L’état du bilan suit son déroulement\u00a0: il ne se saisit pas.")
    contrat = locked(contrat)
    check_not_cancelled(contrat)
    known = Prestation.objects.filter(contrat=contrat, type=type_prestation).first()
    return contrat, known or Prestation(contrat=contrat, type=type_prestation)


def _check_running(contrat: Contrat) -> None:
    # rule: D.2-9-proposition
    if not contrat.is_running:
        statut = contrat.get_statut_display().lower()
        refuse_act(
            "contrat_termine",
            f"Ce contrat est {statut}\u00a0: ses formations ne se prescrivent ni ne se décident plus.",
        )


def _seance(seance: SeancePrestation, by: Agent) -> tuple[SeancePrestation, Prestation]:
    _, prestation = _open(seance.prestation.contrat, seance.prestation.type, by)
    fresh = SeancePrestation.objects.filter(pk=seance.pk).first()
    if fresh is None:
        raise Conflict("Cette séance est déjà retirée.", code="seance_retiree")
    return fresh, prestation


def _record(nom: str, prestation: Prestation, *, by: Agent, avant: str, **faits: Any) -> None:
    journal.record(
        nom,
        dossier=prestation.contrat_id,
        target=prestation,
        by=by,
        avant=avant,
        apres=prestation.statut,
        type=prestation.type,
        statut=prestation.statut,
        **faits,
    )


def presences_of(prestation: Prestation) -> list[regles.Presence]:
    """The sessions of a stored training, as the pure rules read them."""
    return [regles.Presence(seance.jour, seance.minutes, seance.presence) for seance in prestation.seances.all()]


def _deduce(prestation: Prestation) -> None:
    known = not prestation._state.adding
    prestation.statut = regles.statut_deduit(
        prestation.type,
        certificats=[certificat.genre for certificat in prestation.certificats.all()] if known else [],
        presences=presences_of(prestation) if known else [],
    )


def _follow_attendance(prestation: Prestation, *, came: bool) -> str:
    """The state before. What is only begun or prescribed is what its attendance shows.

    A deferral or a failure ends when the person ``came`` since; an absence noted late, a session corrected or taken
    away do not end it, and a dispense is ended by none of them.
    """
    before: str = prestation.statut
    if before in (S.PRESCRITE, S.EN_COURS) or (came and before in _ROUVERTE_PAR_PRESENCE):
        _deduce(prestation)
        prestation.save()
    return before


def _follow_papers(prestation: Prestation, *, date_fin: date | None = None, dilf: bool) -> None:
    """State, end and level after a paper came or went; an exam says nothing of the training itself."""
    if not dilf:
        _deduce(prestation)
    if prestation.statut != S.SUIVIE:
        prestation.date_fin = None
    elif date_fin or not prestation.date_fin:
        prestation.date_fin = date_fin or _last_day(prestation)
    ranks = list(Prestation.Niveau.values)
    levels = [certificat.niveau for certificat in prestation.certificats.all() if certificat.niveau]
    prestation.niveau_atteint = max(levels, key=ranks.index, default="")
    prestation.save()


def _last_day(prestation: Prestation) -> date:
    attended = prestation.seances.filter(presence=SeancePrestation.Presence.PRESENT).order_by("jour").last()
    if attended:
        return attended.jour
    return prestation.certificats.get(genre=regles.PREUVES[prestation.type]).jour
