"""Acts on a whole file, which touch several apps at once: open, correct the contract, cancel."""

import uuid
from dataclasses import replace
from datetime import date

from django.db import transaction

from agents.models import Agent, DirectionTerritoriale
from agents.permissions import check_permission
from agents.roles import Permission
from bilan import fin, prefet
from bilan.models import Bilan, Consentement, RendezVous, Seance
from bilan.states import PHASES
from bilan.workflow import lock, lock_contrat, open_bilan
from cai import services as cai
from cai.fiches import FicheContrat, FicheSignataire
from cai.models import Contrat, ContratFamille
from core import clock
from core.errors import Conflict, RuleViolation
from core.locks import serialise

FORMULAIRE_SERVI = "Ce formulaire a déjà servi. Ouvrez le dossier depuis une page neuve."
# An appointment called off binds nobody any more.
_RENDEZ_VOUS_TENUS = (RendezVous.Statut.PREVU, RendezVous.Statut.HONORE, RendezVous.Statut.MANQUE)


# rule: D.1-ouverture
@transaction.atomic
def open_file(
    *,
    signataire: FicheSignataire,
    contrat: FicheContrat,
    direction: DirectionTerritoriale,
    identifiant: uuid.UUID | None = None,
    by: Agent,
) -> Contrat:
    """The signatory, their contract and its bilan to assess, all or nothing.

    ``identifiant``, chosen when the form was shown, becomes the file's own: the same form sent twice opens one file,
    and the second time gives that file back. Sent again with another person, another direction or other terms, it is
    refused (RuleViolation), and so is what ``register_signataire`` and ``sign_contrat`` refuse.
    """
    if identifiant is not None:
        serialise(identifiant)
        if opened := Contrat.objects.filter(pk=identifiant).first():
            if not Contrat.objects.visible_to(by).filter(pk=identifiant).exists():
                raise Conflict(FORMULAIRE_SERVI)
            if not _opened_with(opened, signataire, contrat, direction):
                raise RuleViolation(
                    f"Ce formulaire a déjà ouvert le dossier {opened.numero_cai}, avec d’autres réponses\u00a0: rien "
                    "n’a été enregistré. Ouvrez un autre dossier depuis une page neuve.",
                    code="dossier_deja_ouvert",
                )
            return opened
    person = cai.register_signataire(fiche=signataire, by=by)
    signed = cai.sign_contrat(signataire=person, direction=direction, fiche=contrat, identifiant=identifiant, by=by)
    open_bilan(contrat=signed, by=by)
    return signed


def _opened_with(
    opened: Contrat, signataire: FicheSignataire, contrat: FicheContrat, direction: DirectionTerritoriale
) -> bool:
    terms = FicheContrat.of(opened)
    if not contrat.numero_cai:
        terms = replace(terms, numero_cai="")  # the number was given by the first opening
    return (FicheSignataire.of(opened.signataire), terms, opened.direction_id) == (signataire, contrat, direction.pk)


@transaction.atomic
def correct_contrat(*, contrat: Contrat, fiche: FicheContrat, by: Agent) -> Contrat:
    """Correct a typing error in the contract, as long as what already happened stays inside its dates.

    Refuses besides what ``cai.services.correct_contrat`` refuses.
    """
    check_permission(by, Permission.CORRIGER_DOSSIER, direction_id=contrat.direction_id)
    _lock_bilan(contrat)
    return cai.correct_contrat(contrat=contrat, fiche=fiche, periode_acquise=_acquired_period(contrat), by=by)


def _acquired_period(contrat: Contrat) -> tuple[date, date] | None:
    """First and last day of what happened or is fixed under the contract.

    Consents, prescription and the family's contract bound the beginning only: they may be dated after the end of the
    contract.
    """
    bilans = Bilan.objects.live().filter(contrat=contrat)
    under = [
        *Seance.objects.filter(bilan__in=bilans).values_list("jour", flat=True),
        *(
            debut.astimezone(clock.PARIS).date()
            for debut in RendezVous.objects.filter(bilan__in=bilans, statut__in=_RENDEZ_VOUS_TENUS).values_list(
                "debut", flat=True
            )
        ),
    ]
    after = [
        moment.astimezone(clock.PARIS).date()
        for moment in (
            *Consentement.objects.filter(bilan__in=bilans).values_list("date_heure", flat=True),
            *bilans.exclude(prescrit_at=None).values_list("prescrit_at", flat=True),
        )
        if moment
    ]
    after += ContratFamille.objects.filter(contrat=contrat).values_list("date_signature", flat=True)
    if not under and not after:
        return None
    premier = min(under + after)
    return premier, max(under, default=premier)


@transaction.atomic
def cancel_file(*, contrat: Contrat, motif: str, by: Agent) -> Contrat:
    """Cancel a file opened twice or by error: contract and bilan together; the number becomes free again.

    A letter calls off an appointment to come. What was proposed to the préfet about it is given up.

    Refused once the bilan has started, whatever its state since: what was done with the person is not erased.
    """
    check_permission(by, Permission.ANNULER_DOSSIER, direction_id=contrat.direction_id)
    lock_contrat(contrat.pk)  # before the letter takes its number
    bilan = Bilan.objects.live().filter(contrat=contrat).first()
    _check_not_begun(bilan)
    if bilan is not None:
        fin.cancel_with_contrat(bilan=bilan, motif=motif, permission=Permission.ANNULER_DOSSIER, by=by)
    cancelled = cai.cancel_contrat(contrat=contrat, motif=motif, by=by)
    prefet.abandon_all(cancelled, "Dossier annulé.", by=by)
    return cancelled


def check_cancellable(contrat: Contrat) -> None:
    """Refuses (RuleViolation) what ``cancel_file`` would refuse of this file, before any answer is asked for."""
    cai.check_cancellable(contrat)
    _check_not_begun(Bilan.objects.live().filter(contrat=contrat).first())


def _check_not_begun(bilan: Bilan | None) -> None:
    if bilan is not None and (bilan.etat in PHASES or bilan.seances.exists()):
        raise RuleViolation(
            "Le bilan a déjà commencé : le dossier ne peut plus être annulé. Corrigez-le, ou demandez au directeur "
            "territorial d’annuler le bilan.",
            code="bilan_commence",
        )


def _lock_bilan(contrat: Contrat) -> Bilan | None:
    # Lock order everywhere: the bilan before the contract.
    bilan_id = Bilan.objects.live().filter(contrat=contrat).values_list("pk", flat=True).first()
    return lock(bilan_id) if bilan_id else None
