"""Writing a signatory and their contract: register, sign, correct, cancel."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction

from agents.models import Agent, DirectionTerritoriale
from agents.permissions import check_permission
from agents.roles import Permission
from cai import delais
from cai.controles import (
    Errors,
    age_errors,
    columns_errors,
    contrat_errors,
    cosignature_errors,
    refuse,
    signataire_errors,
)
from cai.fiches import FicheContrat, FicheSignataire
from cai.models import Contrat, Signataire
from core import clock, journal
from core.errors import InvalidInput, RuleViolation
from core.french import date_sans_jour
from core.models import Compteur

NUMERO_PRIS = "Ce numéro CAI appartient déjà à un autre dossier."


@transaction.atomic
def register_signataire(*, fiche: FicheSignataire, by: Agent) -> Signataire:
    """The person, with the name exactly as typed. Their file's journal begins with the contract.

    Refuses (InvalidInput, at the field) a birth to come or of more than 120 years ago, an address that cannot be
    written to, an unknown country or language. Raises Forbidden where the agent opens files nowhere.
    """
    check_permission(by, Permission.OUVRIR_DOSSIER)
    signataire = Signataire(**fiche.columns())
    refuse(columns_errors(signataire) | signataire_errors(fiche))
    signataire.save()
    return signataire


@transaction.atomic
def sign_contrat(
    *,
    signataire: Signataire,
    direction: DirectionTerritoriale,
    fiche: FicheContrat,
    identifiant: uuid.UUID | None = None,
    by: Agent,
) -> Contrat:
    """The signed contract, its last day computed (one year later, same quantième, included).

    The number is the one given, or the direction's next of the year of signature (``75-2010-000123``). Refuses
    (InvalidInput) a signature to come or after REGIME_CAI_FIN, an interview after the signature, a person under 16 or
    under 18 without a legal representative, a number already taken. Raises Forbidden in a direction not the agent's.
    ``identifiant`` is the row's, when the caller chose it beforehand to recognise a repetition.
    """
    check_permission(by, Permission.OUVRIR_DOSSIER, direction_id=direction.pk)
    contrat = Contrat(
        id=identifiant or uuid.uuid4(),
        **fiche.columns(),
        signataire=signataire,
        direction=direction,
    )
    sauf = ["date_echeance"] if fiche.numero_cai else ["date_echeance", "numero_cai"]
    refuse(columns_errors(contrat, sauf=sauf) | contrat_errors(fiche, signataire))
    # rule: C.2-duree
    contrat.date_echeance = delais.echeance_contrat(fiche.date_signature)
    if not fiche.numero_cai:
        contrat.numero_cai = _next_numero(direction, fiche.date_signature)
    _save_numbered(contrat)
    journal.record(
        "contrat.signe",
        dossier=contrat.pk,
        target=contrat,
        by=by,
        apres=contrat.statut,
        prive={"numero_cai": contrat.numero_cai},
        direction=direction.code,
        date_entretien=contrat.date_entretien,
        date_signature=contrat.date_signature,
        date_echeance=contrat.date_echeance,
        titre_admission=contrat.titre_admission_id,
    )
    return contrat


# rule: C.2-numero
def _next_numero(direction: DirectionTerritoriale, date_signature: date) -> str:
    while True:
        rank = Compteur.next(f"cai:{direction.code}:{date_signature.year}")
        numero = f"{direction.code}-{date_signature.year}-{rank:06d}"
        # A number of the series may have been typed by hand before the counter reached it.
        if not Contrat.objects.filter(numero_cai=numero).exists():
            return numero


def _save_numbered(contrat: Contrat) -> None:
    try:
        with transaction.atomic():
            contrat.save()
    except IntegrityError as error:
        if "contrat_numero_unique" not in str(error):
            raise
        raise InvalidInput(NUMERO_PRIS, fields={"numero_cai": [NUMERO_PRIS]}) from error


def _changes(row: models.Model, columns: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What a correction changes, as ``{column: [before, after]}``."""
    return {
        name: [getattr(row, name), value]
        for name, value in columns.items()
        if (getattr(row, name) or "") != (value or "")
    }


def locked(contrat: Contrat) -> Contrat:
    """The contract, locked until the end of the transaction, with its person and its direction."""
    return Contrat.objects.select_for_update(of=("self",)).select_related("signataire", "direction").get(pk=contrat.pk)


def check_not_cancelled(contrat: Contrat) -> None:
    """Refuses (RuleViolation) to touch a cancelled or anonymised file any more."""
    if contrat.anonymise_at is not None:
        raise RuleViolation("Ce dossier est anonymisé\u00a0: il ne peut plus être corrigé.", code="dossier_anonymise")
    if contrat.statut == Contrat.Statut.ANNULE:
        raise RuleViolation("Ce dossier est annulé : il ne peut plus être corrigé.", code="contrat_annule")


def check_terms_correctable(contrat: Contrat) -> None:
    """Refuses (RuleViolation) the correction of a cancelled, closed or terminated contract."""
    check_not_cancelled(contrat)
    if not contrat.is_running:
        raise RuleViolation(
            f"Ce contrat est « {contrat.get_statut_display()} » : ses dates ne se corrigent plus.",
            code="contrat_termine",
        )


def check_cancellable(contrat: Contrat) -> None:
    """Refuses (RuleViolation) to cancel a contract that no longer runs."""
    if not contrat.is_running:
        raise RuleViolation(
            f"Ce contrat est « {contrat.get_statut_display()} » : il ne peut pas être annulé.", code="contrat_termine"
        )


# rule: E.1-rectification
@transaction.atomic
def correct_signataire(
    *, contrat: Contrat, fiche: FicheSignataire, date_cosignature: date | None = None, by: Agent
) -> Signataire:
    """Correct the identity, from one of the person's files; the file's journal keeps what each field said before.

    Refuses what ``register_signataire`` and ``sign_contrat`` would refuse, and any correction of a cancelled file; so a
    birth date that makes the person a minor at the signature without the day on which their representative signed too
    (``date_cosignature``, written on the contract). A correction that changes nothing writes nothing.
    """
    check_permission(by, Permission.CORRIGER_DOSSIER, direction_id=contrat.direction_id)
    contrat = locked(contrat)
    check_not_cancelled(contrat)
    signataire = Signataire.objects.select_for_update().get(pk=contrat.signataire_id)
    changes = _changes(signataire, fiche.columns())
    for name, (_, after) in changes.items():
        setattr(signataire, name, after)
    errors: Errors = age_errors(
        date_naissance=fiche.date_naissance,
        date_signature=contrat.date_signature,
        representant_nom=fiche.representant_nom,
    )
    cosigned: dict[str, Any] = {}
    if "date_naissance" in changes and signataire.age_on(contrat.date_signature) < delais.AGE_MAJORITE:
        terms = replace(FicheContrat.of(contrat), date_cosignature=date_cosignature or contrat.date_cosignature)
        errors |= cosignature_errors(terms, signataire)
        cosigned = _changes(contrat, {"date_cosignature": terms.date_cosignature})
        contrat.date_cosignature = terms.date_cosignature
    refuse(errors | columns_errors(signataire) | signataire_errors(fiche))
    if cosigned:
        contrat.save(update_fields=["date_cosignature", "updated_at"])
        journal.record("contrat.corrige", dossier=contrat.pk, target=contrat, by=by, prive={"champs": cosigned})
    if changes:
        signataire.save()
        journal.record("signataire.corrige", dossier=contrat.pk, target=signataire, by=by, prive={"champs": changes})
    return signataire


# rule: E.1-rectification
@transaction.atomic
def correct_contrat(
    *, contrat: Contrat, fiche: FicheContrat, periode_acquise: tuple[date, date] | None, by: Agent
) -> Contrat:
    """Correct the terms of a contract; the échéance follows the signature, the journal keeps what was said before.

    ``periode_acquise`` is the first and last day, both included, of what already happened or is fixed under the
    contract (sessions, appointments, consents): a correction that would leave a part of it outside the contract is
    refused, and so are a cancelled, closed or terminated contract and a prorogation that no longer fits.
    """
    check_permission(by, Permission.CORRIGER_DOSSIER, direction_id=contrat.direction_id)
    contrat = locked(contrat)
    check_terms_correctable(contrat)
    errors = contrat_errors(fiche, contrat.signataire)
    columns = fiche.columns()
    columns["numero_cai"] = columns["numero_cai"] or contrat.numero_cai
    if "date_signature" not in errors:
        columns["date_echeance"] = delais.echeance_contrat(fiche.date_signature)
    changes = _changes(contrat, columns)
    for name, (_, after) in changes.items():
        setattr(contrat, name, after)
    if "date_signature" not in errors:
        errors |= _acquired_errors(contrat, periode_acquise)
    refuse(columns_errors(contrat) | errors)
    if changes:
        _save_numbered(contrat)
        journal.record("contrat.corrige", dossier=contrat.pk, target=contrat, by=by, prive={"champs": changes})
    return contrat


def _acquired_errors(contrat: Contrat, periode_acquise: tuple[date, date] | None) -> Errors:
    try:
        delais.echeance_effective(contrat.date_echeance, contrat.date_echeance_prorogee)
    except ValueError:
        return {
            "date_signature": [
                "Avec cette date, la prorogation décidée ne prolongerait plus le contrat d’un an au plus."
            ]
        }
    if periode_acquise is None:
        return {}
    premier, dernier = periode_acquise
    if contrat.date_signature > premier:
        return {
            "date_signature": [
                f"Le dossier contient déjà un acte du {date_sans_jour(premier)} : "
                "indiquez une date au plus tard ce jour-là."
            ]
        }
    if contrat.echeance_effective < dernier:
        fin = date_sans_jour(contrat.echeance_effective)
        return {
            "date_signature": [
                f"Avec cette date, le contrat finirait le {fin}, "
                f"avant un acte du {date_sans_jour(dernier)} déjà au dossier."
            ]
        }
    return {}


@transaction.atomic
def cancel_contrat(*, contrat: Contrat, motif: str, by: Agent) -> Contrat:
    """A contract opened twice or by error; it gives its number back. The bilan is the caller's to cancel with it."""
    check_permission(by, Permission.ANNULER_DOSSIER, direction_id=contrat.direction_id)
    if motif not in Contrat.MotifAnnulation.values:
        message = "Indiquez pourquoi le dossier est annulé."
        raise InvalidInput(message, fields={"motif": [message]})
    contrat = locked(contrat)
    check_cancellable(contrat)
    before = contrat.statut
    contrat.statut = Contrat.Statut.ANNULE
    contrat.annule_at = clock.now()
    contrat.annule_par = by
    contrat.motif_annulation = motif
    contrat.save()
    journal.record(
        "contrat.annule", dossier=contrat.pk, target=contrat, by=by, avant=before, apres=contrat.statut, motif=motif
    )
    return contrat
