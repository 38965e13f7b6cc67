"""The copies kept of documents: attached, replaced, read by few, removed, forgotten with the file (C.5, E.5, E.6)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission
from cai.models import Contrat
from cai.oubli import no_longer_needed
from core import clock, journal
from core.errors import RuleViolation
from core.passes import in_time
from core.uploads import Fichier
from exemptions.models import Justificatif, JustificatifFichier


@transaction.atomic
def attach_file(*, justificatif: Justificatif, fichier: Fichier, by: Agent) -> JustificatifFichier:
    """Keep a copy of a document, or put a better one in its place; the former copy is destroyed.

    Refuses (RuleViolation) a document already verified, whose evidence must stay what was examined, the copy that is
    there already, and a contract that no longer runs.
    """
    justificatif = _locked(justificatif, by=by)
    if justificatif.statut == Justificatif.Statut.VERIFIEE:
        raise RuleViolation(
            "Cette pièce est déjà vérifiée\u00a0: son fichier ne change plus. Ajoutez une nouvelle pièce.",
            code="piece_verifiee",
        )
    former = JustificatifFichier.objects.without_content().filter(justificatif=justificatif).first()
    if former is not None and former.sha256 == fichier.sha256:
        raise RuleViolation("Ce fichier est déjà joint à la pièce.", code="fichier_deja_joint")
    kept = _keep(justificatif, fichier, by=by)
    if former is not None:
        former.delete()
    kept.save(force_insert=True)
    _tell("justificatif.fichier_remplace" if former else "justificatif.fichier_joint", justificatif, kept, by=by)
    return kept


@transaction.atomic
def remove_file(*, justificatif: Justificatif, by: Agent) -> Justificatif:
    """Destroy the copy of a rejected document, of no use any more; its SHA-256 stays in the journal.

    Refuses (RuleViolation) a document that is not rejected, or has no copy.
    """
    justificatif = _locked(justificatif, by=by)
    if justificatif.statut != Justificatif.Statut.REJETEE:
        raise RuleViolation("Seul le fichier d’une pièce rejetée se retire.", code="piece_non_rejetee")
    kept = JustificatifFichier.objects.without_content().filter(justificatif=justificatif).first()
    if kept is None:
        raise RuleViolation("Cette pièce n’a pas de fichier.", code="sans_fichier")
    _destroy(kept, justificatif, by=by)
    return justificatif


def read_file(*, fichier: JustificatifFichier, by: Agent) -> Fichier:
    """The copy, in clear, for who may see why a person is exempt; each reading leaves a line in the access journal."""
    check_permission(by, Permission.VOIR_EXEMPTION, direction_id=fichier.justificatif.contrat.direction_id)
    journal.log_access("lecture_piece", by=by, target=fichier, motif=fichier.justificatif.type)
    return Fichier(format=fichier.format, contenu=fichier.contenu)


def forget_files(today: date) -> int:
    """Destroy the copies of files whose nominative life has ended (reference E.6), and of those cancelled because they
    were opened by mistake, which prove nothing about anybody (E.5); return how many. Idempotent.

    One transaction a copy: an unreadable row does not keep the others. A bilan that goes on keeps its evidence; what
    one run has no time for is left to the next night.
    """
    with_copy = Contrat.objects.filter(justificatifs__fichier__isnull=False).distinct()
    over = Q(justificatif__contrat__in=no_longer_needed(with_copy, today))
    cancelled = Q(justificatif__contrat__statut=Contrat.Statut.ANNULE)
    due = list(JustificatifFichier.objects.filter(over | cancelled).values_list("pk", flat=True))
    destroyed = 0
    for pk in in_time(due):
        with transaction.atomic():
            copy = JustificatifFichier.objects.without_content().select_for_update().filter(pk=pk).first()
            if copy is not None:
                _destroy(copy, Justificatif.objects.get(pk=copy.justificatif_id), by=None)
                destroyed += 1
    return destroyed


def _locked(justificatif: Justificatif, *, by: Agent) -> Justificatif:
    contrat = Contrat.objects.select_for_update().get(pk=justificatif.contrat_id)
    check_permission(by, Permission.EVALUER_EXEMPTION, direction_id=contrat.direction_id)
    if not contrat.is_running:
        raise RuleViolation(
            f"Ce contrat est «\u00a0{contrat.get_statut_display()}\u00a0»\u00a0: ses pièces ne changent plus.",
            code="contrat_termine",
        )
    return Justificatif.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=justificatif.pk)


def _keep(justificatif: Justificatif, fichier: Fichier, *, by: Agent) -> JustificatifFichier:
    return JustificatifFichier(
        justificatif=justificatif,
        format=fichier.format,
        contenu=fichier.contenu,
        taille=len(fichier.contenu),
        sha256=fichier.sha256,
        depose_at=clock.now(),
        depose_par=by,
    )


def _destroy(kept: JustificatifFichier, justificatif: Justificatif, *, by: Agent | None) -> None:
    _tell("justificatif.fichier_detruit", justificatif, kept, by=by)
    kept.delete()


def _tell(nom: str, justificatif: Justificatif, kept: JustificatifFichier, *, by: Any) -> None:
    journal.record(
        nom,
        dossier=justificatif.contrat_id,
        target=justificatif,
        by=by,
        type=justificatif.type,
        date_document=justificatif.date_document,
        format=kept.format,
        sha256=kept.sha256,
    )
