"""Writing the family's contract: signed, corrected, its parents' day, its certificates, who was told (reference C.4).

Nothing here reads or changes the bilan: what becomes of the family's contract has no effect on it.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission
from cai import delais, regles_famille
from cai.controles import Errors, columns_errors, refuse
from cai.models import Contrat, ContratFamille, Enfant
from core import clock, journal
from core.errors import refuse as refuse_rule
from core.french import date_sans_jour

ENFANTS_MAX = 15  # [D] more than that is a slip
Journee = ContratFamille.Journee


@transaction.atomic
def sign_famille(
    *, contrat: Contrat, date_signature: date, conjoint: str, enfants: Sequence[date], by: Agent
) -> ContratFamille:
    """The family's contract of a parent, for one year, last day included; ``enfants`` are birth dates.

    Refuses, at the field: a signature to come, before the parent's own contract or 1 January 2009, or after that
    contract's last day; no child of the family reunification under 16 that day (K-10); a child born since; a second
    one. The contract must be running.
    """
    contrat = _locked(contrat, by)
    if not contrat.is_running:
        refuse_rule("contrat_termine", f"Ce contrat est «\u00a0{contrat.get_statut_display()}\u00a0».")
    if ContratFamille.objects.filter(contrat=contrat).exists():
        refuse_rule("famille_deja_signee", "Le contrat famille de ce dossier est déjà enregistré.")
    famille = ContratFamille(contrat=contrat, saisi_par=by)
    _fill(famille, date_signature=date_signature, conjoint=conjoint, enfants=enfants)
    famille.save()
    _write_children(famille, enfants)
    journal.record(
        "famille.signee",
        dossier=contrat.pk,
        target=famille,
        by=by,
        date_signature=date_signature,
        date_echeance=famille.date_echeance,
        prive={"conjoint": conjoint, "nombre_enfants": len(enfants)},
    )
    return famille


@transaction.atomic
def correct_famille(
    *, famille: ContratFamille, date_signature: date, conjoint: str, enfants: Sequence[date], by: Agent
) -> ContratFamille:
    """The same facts corrected; certificates already seen stay with the child of the same birth date.

    Refuses what ``sign_famille`` refuses, and a signature after what was already done under the contract. A correction
    that changes nothing writes nothing.
    """
    contrat = _locked(famille.contrat, by)
    famille = ContratFamille.objects.get(pk=famille.pk)
    done = _first_done(famille)
    if done is not None and date_signature > done:
        latest = f"Indiquez une date au plus tard le {date_sans_jour(done)}, premier fait noté de ce contrat."
        refuse({"date_signature": [latest]})
    before = (famille.date_signature, famille.conjoint, _births(famille))
    _fill(famille, date_signature=date_signature, conjoint=conjoint, enfants=enfants)
    if before == (date_signature, conjoint, sorted(enfants)):
        return famille
    famille.save()
    _write_children(famille, enfants)
    journal.record(
        "famille.corrigee",
        dossier=contrat.pk,
        target=famille,
        by=by,
        avant=str(before[0]),
        date_signature=date_signature,
        prive={"conjoint": conjoint, "nombre_enfants": len(enfants)},
    )
    return famille


def _fill(famille: ContratFamille, *, date_signature: date, conjoint: str, enfants: Sequence[date]) -> None:
    refuse(_errors(famille.contrat, date_signature, enfants))
    famille.date_signature, famille.conjoint = date_signature, conjoint
    # rule: C.4-echeance
    famille.date_echeance = delais.echeance_contrat(date_signature)
    refuse(columns_errors(famille))


def _errors(contrat: Contrat, date_signature: date, enfants: Sequence[date]) -> Errors:
    earliest = max(contrat.date_signature, regles_famille.EN_VIGUEUR)
    latest = min(contrat.echeance_effective, clock.today())
    if date_signature < earliest:
        cause = (
            "signature du contrat"
            if earliest == contrat.date_signature
            else "jour où le contrat famille a été mis en place"
        )
        return {"date_signature": [f"Indiquez une date à partir du {date_sans_jour(earliest)}, {cause}."]}
    if date_signature > latest:
        cause = "aujourd’hui" if latest == clock.today() else "fin du contrat"
        return {"date_signature": [f"Indiquez une date au plus tard le {date_sans_jour(latest)}, {cause}."]}
    if len(enfants) > ENFANTS_MAX:
        return {"enfants": [f"Indiquez {ENFANTS_MAX} enfants au plus."]}
    if any(naissance > date_signature for naissance in enfants):
        return {"enfants": ["Un enfant est né après la signature\u00a0: vérifiez sa date de naissance."]}
    if not regles_famille.has_concerned_child(enfants, date_signature):
        return {
            "enfants": [
                f"Aucun enfant venu par regroupement familial n’avait moins de {regles_famille.AGE_ENFANT} ans le "
                f"{date_sans_jour(date_signature)}\u00a0: le contrat famille ne se signe pas."
            ]
        }
    return {}


# rule: C.4-preuve
def _first_done(famille: ContratFamille) -> date | None:
    """Day of the first thing noted as done under the family's contract."""
    seen = famille.enfants.values_list("inscription_vue_le", flat=True)
    days = (famille.attestation_le, famille.conseil_general_informe_le, famille.prefet_informe_le, *seen)
    return min((day for day in days if day is not None), default=None)


def _births(famille: ContratFamille) -> list[date]:
    return sorted(famille.enfants.values_list("date_naissance", flat=True))


def _write_children(famille: ContratFamille, enfants: Sequence[date]) -> None:
    seen = [(child.date_naissance, child.inscription_vue_le) for child in famille.enfants.all()]
    famille.enfants.all().delete()
    for rang, naissance in enumerate(sorted(enfants), start=1):
        known = next((pair for pair in seen if pair[0] == naissance), None)
        if known:
            seen.remove(known)
        Enfant.objects.create(
            famille=famille, rang=rang, date_naissance=naissance, inscription_vue_le=known[1] if known else None
        )


# rule: C.4-journee, C.4-sans-effet-bilan
@transaction.atomic
def record_parents_day(
    *, famille: ContratFamille, journee: str, attestation_le: date | None = None, by: Agent
) -> ContratFamille:
    """Where the parents' day « Droits et devoirs des parents » stands; followed only with its attestation.

    Refuses an attestation to come or older than the family's contract. A reason or an attestation may come late, even
    once the préfet was told: what he was told, and when, stays written. The same answer twice writes nothing.
    """
    contrat = _locked(famille.contrat, by)
    famille = ContratFamille.objects.get(pk=famille.pk)
    followed = journee == Journee.SUIVIE
    if followed:
        refuse(_day_errors("attestation_le", attestation_le, famille.date_signature, "signature du contrat famille"))
    attestation_le = attestation_le if followed else None
    if (famille.journee, famille.attestation_le) == (journee, attestation_le):
        return famille
    before, famille.journee = famille.journee, journee
    famille.attestation_le = attestation_le
    refuse(columns_errors(famille))
    famille.save()
    journal.record(
        "famille.journee",
        dossier=contrat.pk,
        target=famille,
        by=by,
        avant=before,
        apres=journee,
        attestation_le=famille.attestation_le,
    )
    return famille


# rule: C.4-preuve
@transaction.atomic
def record_school(*, enfant: Enfant, vue_le: date, by: Agent) -> Enfant:
    """The certificate of school registration of one child, seen on a day (R. 311-30-15 CESEDA [V]); nothing is kept
    of it. Refuses a day to come or before the family's contract."""
    contrat = _locked(enfant.famille.contrat, by)
    enfant = Enfant.objects.select_related("famille").get(pk=enfant.pk)
    refuse(_day_errors("vue_le", vue_le, enfant.famille.date_signature, "signature du contrat famille"))
    if enfant.inscription_vue_le == vue_le:
        return enfant
    enfant.inscription_vue_le = vue_le
    enfant.save()
    journal.record("famille.inscription", dossier=contrat.pk, target=enfant, by=by, rang=enfant.rang, vue_le=vue_le)
    return enfant


# rule: C.4-conclusion
@transaction.atomic
def inform_conseil_general(*, famille: ContratFamille, informe_le: date, by: Agent) -> ContratFamille:
    """The president of the conseil général was told of the conclusion (R. 311-30-13 CESEDA [V])."""
    contrat = _locked(famille.contrat, by)
    famille = ContratFamille.objects.get(pk=famille.pk)
    refuse(_day_errors("informe_le", informe_le, famille.date_signature, "signature du contrat famille"))
    if famille.conseil_general_informe_le == informe_le:
        return famille
    famille.conseil_general_informe_le = informe_le
    famille.save()
    journal.record("famille.conseil_general", dossier=contrat.pk, target=famille, by=by, informe_le=informe_le)
    return famille


# rule: C.4-consequences
@transaction.atomic
def inform_prefet(*, famille: ContratFamille, informe_le: date, by: Agent) -> ContratFamille:
    """The préfet was told that the parents' day was not followed without a legitimate reason; what follows is theirs.

    Refuses it for any other state of the day.
    """
    contrat = _locked(famille.contrat, by)
    famille = ContratFamille.objects.get(pk=famille.pk)
    if famille.journee != Journee.NON_SUIVIE:
        refuse_rule(
            "journee_non_manquee",
            "Le préfet n’est informé que d’une journée des parents notée non suivie sans motif.",
        )
    refuse(_day_errors("informe_le", informe_le, famille.date_signature, "signature du contrat famille"))
    if famille.prefet_informe_le == informe_le:
        return famille
    famille.prefet_informe_le = informe_le
    famille.save()
    journal.record("famille.prefet", dossier=contrat.pk, target=famille, by=by, informe_le=informe_le)
    return famille


def _day_errors(name: str, jour: date | None, earliest: date, cause: str) -> Errors:
    if jour is None:
        return {name: ["Indiquez la date."]}
    if jour > clock.today():
        return {name: ["Indiquez une date au plus tard aujourd’hui."]}
    if jour < earliest:
        return {name: [f"Indiquez une date à partir du {date_sans_jour(earliest)}, {cause}."]}
    return {}


def _locked(contrat: Contrat, by: Agent) -> Contrat:
    """The contract under lock, for who follows its services; a contract that ended receives nothing more."""
    check_permission(by, Permission.SUIVRE_PRESTATIONS, direction_id=contrat.direction_id)
    contrat = Contrat.objects.select_for_update(of=("self",)).select_related("direction").get(pk=contrat.pk)
    if contrat.statut == Contrat.Statut.ANNULE:
        refuse_rule("contrat_annule", "Ce dossier est annulé\u00a0: rien ne s’y ajoute plus.")
    return contrat
