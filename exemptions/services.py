"""Assessing exemptions and examining documents: facts gathered, decided by ``exemptions.domain``, kept for ever."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

from django.db import transaction

from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission
from cai.models import Contrat
from core import clock, journal
from core.errors import InvalidInput, RuleViolation
from core.french import date_sans_jour
from core.uploads import Fichier
from exemptions.domain.resultat import Resultat
from exemptions.domain.rules import evaluer
from exemptions.domain.situation import Piece, Situation, StatutPiece, TypePiece
from exemptions.fichiers import attach_file
from exemptions.models import Evaluation, Justificatif, JustificatifFichier
from exemptions.selectors import latest_evaluation


@dataclass(frozen=True, kw_only=True)
class Declarations:
    """What the person answers to the four questions; ``None`` is a question not asked or not answered."""

    scolarise: bool | None = None
    declare_activite: bool | None = None
    declare_ne_recherche_pas: bool | None = None
    inscrit_pole_emploi: bool | None = None

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Take the answers out of form values or of an evaluation's facts."""
        return cls(**{field.name: values.get(field.name) for field in fields(cls)})


def latest_declarations(contrat: Contrat) -> Declarations:
    """What was answered last; nothing when no evaluation was ever made."""
    evaluation = latest_evaluation(contrat)
    return Declarations.from_values(evaluation.faits) if evaluation else Declarations()


def situation_of(contrat: Contrat, declarations: Declarations) -> Situation:
    """The facts of a file: birth and permit of admission as recorded, the answers, every document with its status."""
    return Situation(
        date_naissance=contrat.signataire.date_naissance,
        titre_admission=contrat.titre_admission_id,
        scolarise=declarations.scolarise,
        declare_activite=declarations.declare_activite,
        declare_ne_recherche_pas=declarations.declare_ne_recherche_pas,
        inscrit_pole_emploi=declarations.inscrit_pole_emploi,
        pieces=tuple(
            Piece(
                type=TypePiece(justificatif.type),
                statut=StatutPiece(justificatif.statut),
                date_document=justificatif.date_document,
                fin_validite=justificatif.fin_validite,
            )
            for justificatif in contrat.justificatifs.order_by("created_at")
        ),
    )


def assess(contrat: Contrat, date_reference: date, declarations: Declarations | None = None) -> Resultat:
    """The verdict on a day from the answers given (by default the last) and the documents present; stores nothing."""
    return evaluer(situation_of(contrat, declarations or latest_declarations(contrat)), date_reference)


def simulate(*, faits: Mapping[str, Any], date_reference: date) -> Resultat:
    """The verdict on facts that belong to no file (keys of ``Situation``); stores nothing.

    Refuses (InvalidInput) facts that cannot be read: a missing or impossible date of birth, an unknown document.
    """
    try:
        situation = Situation.from_dict(faits)
    except (KeyError, TypeError, ValueError) as error:
        message = "Ces faits ne peuvent pas être lus : il faut au moins date_naissance et titre_admission."
        raise InvalidInput(message, fields={"faits": [message]}) from error
    return evaluer(situation, date_reference)


def check_date_reference(*, contrat: Contrat, date_reference: date) -> None:
    """Refuse (InvalidInput) a day outside interview and effective échéance, both included.

    Before the interview nothing is proposed; after the contract no bilan is due that an exemption could spare.
    """
    debut, fin = contrat.date_entretien, contrat.echeance_effective
    if date_reference < debut:
        message = (
            "L’exemption s’apprécie au plus tôt le jour de l’entretien\u00a0: "
            f"indiquez une date à partir du {date_sans_jour(debut)}."
        )
    elif date_reference > fin:
        message = (
            "L’exemption s’apprécie pendant le contrat\u00a0: "
            f"indiquez une date au plus tard le {date_sans_jour(fin)}, fin du contrat."
        )
    else:
        return
    raise InvalidInput(message, fields={"date_reference": [message]})


# rule: C.5-evaluation-scellee
@transaction.atomic
def evaluate_contrat(*, contrat: Contrat, declarations: Declarations, date_reference: date, by: Agent) -> Evaluation:
    """Assess and seal: facts, verdict on all four grounds, author and moment are kept unchanged for ever.

    Refuses a contract that no longer runs, and a reference date that ``check_date_reference`` refuses.
    """
    check_permission(by, Permission.EVALUER_EXEMPTION, direction_id=contrat.direction_id)
    contrat = _running(contrat)
    check_date_reference(contrat=contrat, date_reference=date_reference)
    situation = situation_of(contrat, declarations)
    resultat = evaluer(situation, date_reference)
    evaluation = Evaluation.objects.create(
        contrat=contrat,
        date_reference=date_reference,
        faits=situation.to_dict(),
        resultat=resultat.to_dict(),
        exempte=resultat.exempte,
        motifs=[motif.value for motif in resultat.motifs],
        motif_principal=resultat.motif_principal or "",
        evaluee_at=clock.now(),
        evaluee_par=by,
    )
    journal.record(
        "exemption.evaluee",
        dossier=contrat.pk,
        target=evaluation,
        by=by,
        date_reference=date_reference,
        exempte=evaluation.exempte,
        motifs=evaluation.motifs,
    )
    return evaluation


# rule: C.5-jour-rendez-vous
@transaction.atomic
def reassess_contrat(*, contrat: Contrat, date_reference: date, by: Agent) -> Evaluation:
    """Assess and seal at another day, with the last answers and the documents now present: every convocation does."""
    return evaluate_contrat(
        contrat=contrat, declarations=latest_declarations(contrat), date_reference=date_reference, by=by
    )


def _running(contrat: Contrat) -> Contrat:
    """The contract, locked, then read with its person: in one statement, the person could be older than the lock."""
    Contrat.objects.select_for_update().values_list("pk").get(pk=contrat.pk)
    locked = Contrat.objects.select_related("signataire", "direction").get(pk=contrat.pk)
    if not locked.is_running:
        raise RuleViolation(
            f"Ce contrat est « {locked.get_statut_display()} » : l’exemption ne s’évalue plus.", code="contrat_termine"
        )
    return locked


@transaction.atomic
def add_justificatif(
    *,
    contrat: Contrat,
    type_piece: str,
    date_document: date,
    fin_validite: date | None = None,
    fichier: Fichier | None = None,
    by: Agent,
) -> Justificatif:
    """A document received, with its copy if one was made; still to be verified: until then it proves nothing.

    Refuses an unknown type (none is about health, reference C.8), a document dated in the future or valid until before
    its own date, and (RuleViolation) the very document that already waits to be verified.
    """
    check_permission(by, Permission.EVALUER_EXEMPTION, direction_id=contrat.direction_id)
    contrat = _running(contrat)
    today = clock.today()
    errors: dict[str, list[str]] = {}
    if type_piece not in Justificatif.Type.values:
        errors["type_piece"] = ["Choisissez une pièce de la liste."]
    if date_document > today:
        errors["date_document"] = [f"Indiquez une date au plus tard aujourd’hui, le {date_sans_jour(today)}."]
    if fin_validite and fin_validite < date_document:
        debut = date_sans_jour(date_document)
        errors["fin_validite"] = [f"La validité ne finit pas avant la date du document : à partir du {debut}."]
    if errors:
        raise InvalidInput(" ".join(messages[0] for messages in errors.values()), fields=errors)
    same = contrat.justificatifs.filter(type=type_piece, date_document=date_document, fin_validite=fin_validite)
    if same.filter(statut=Justificatif.Statut.RECUE).exists():
        raise RuleViolation(
            "Cette pièce est déjà au dossier et attend d’être vérifiée\u00a0: vérifiez-la, ou joignez-lui son fichier.",
            code="piece_deja_recue",
        )
    justificatif = Justificatif.objects.create(
        contrat=contrat,
        type=type_piece,
        date_document=date_document,
        fin_validite=fin_validite,
        recue_le=today,
        recue_par=by,
    )
    _tell("justificatif.recu", justificatif, by=by)
    if fichier is not None:
        attach_file(justificatif=justificatif, fichier=fichier, by=by)
    return justificatif


@transaction.atomic
def verify_justificatif(*, justificatif: Justificatif, by: Agent) -> Justificatif:
    """The document was examined and holds: from now on it counts. A rejected one may be verified after all.

    No copy is needed: the paper was seen. The journal says whether there was one.
    """
    return _examine(justificatif, Justificatif.Statut.VERIFIEE, motif="", by=by)


@transaction.atomic
def reject_justificatif(*, justificatif: Justificatif, motif: str, by: Agent) -> Justificatif:
    """The document was examined and does not hold; the reason is mandatory. Evaluations made stay as they are."""
    motif = motif.strip()
    if not motif:
        message = "Indiquez pourquoi la pièce est rejetée."
        raise InvalidInput(message, fields={"motif": [message]})
    if len(motif) > (longest := Justificatif._meta.get_field("motif_rejet").max_length or 0):
        message = f"Résumez le motif en {longest} caractères au plus."
        raise InvalidInput(message, fields={"motif": [message]})
    return _examine(justificatif, Justificatif.Statut.REJETEE, motif=motif, by=by)


def _examine(justificatif: Justificatif, statut: Justificatif.Statut, *, motif: str, by: Agent) -> Justificatif:
    check_permission(by, Permission.VERIFIER_JUSTIFICATIF, direction_id=justificatif.contrat.direction_id)
    _running(justificatif.contrat)
    justificatif = (
        Justificatif.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=justificatif.pk)
    )
    if justificatif.statut == statut:
        raise RuleViolation(
            f"Cette pièce est déjà « {justificatif.get_statut_display()} ».", code="piece_deja_examinee"
        )
    avant = justificatif.statut
    justificatif.statut, justificatif.motif_rejet = statut, motif
    justificatif.examinee_at, justificatif.examinee_par = clock.now(), by
    justificatif.save()
    if statut == Justificatif.Statut.VERIFIEE:
        copie = JustificatifFichier.objects.filter(justificatif=justificatif).exists()
        _tell("justificatif.verifie", justificatif, by=by, avant=avant, copie=copie)
    else:
        _tell("justificatif.rejete", justificatif, by=by, avant=avant, prive={"motif": motif})
    return justificatif


def _tell(nom: str, justificatif: Justificatif, *, by: Agent, avant: str = "", **faits: Any) -> None:
    journal.record(
        nom,
        dossier=justificatif.contrat_id,
        target=justificatif,
        by=by,
        avant=avant,
        apres=justificatif.statut,
        type=justificatif.type,
        date_document=justificatif.date_document,
        fin_validite=justificatif.fin_validite,
        **faits,
    )
