"""What Pôle emploi tells of a person (reference B, D.2 23, F.3): what may be kept of it, and what follows.

Typed by the correspondant when it was received off-line (here), or read from the partner's feed (``reception``).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Min, QuerySet

from agents.models import Agent
from agents.roles import Permission
from bilan.models import Bilan, Consentement
from bilan.permissions import check_can
from bilan.selectors import in_force, last_decision
from bilan.states import Etat
from bilan.workflow import lock
from core import clock, journal
from core.errors import Blocage, InvalidInput, RuleViolation, refuse, refuse_if
from core.french import date_sans_jour, day_of
from poleemploi.models import Retour, Transmission
from poleemploi.states import EtatTransmission

PORTEE = Consentement.Portee.TRANSMISSION
TRANSMISE, PRIS_EN_CHARGE = "transmise", "pris_en_charge_ppae"  # situations of D.1, computed by ``dossiers``


@transaction.atomic
def record_return(
    *,
    bilan: Bilan,
    recu_le: date,
    date_inscription: date | None = None,
    date_entretien_ppae: date | None = None,
    date_embauche: date | None = None,
    type_contrat: str = "",
    by: Agent,
) -> Retour:
    """Keep one return received off-line; with the date of a PPAE interview, the person is taken in charge (23).

    Only while the synthesis stands received at Pôle emploi under a consent in force: after a withdrawal or an erasure
    nothing is stored (AS-40). Refuses, each at its field: a return that says nothing or says it again, a day of receipt
    to come or before the acknowledgement, a PPAE interview before the acknowledgement or before the registration, an
    employment without its date and its kind of contract, or to come. Registration and employment change no state, and
    neither the exemption nor the contract.
    """
    bilan = lock(bilan.pk)
    check_can(by, Permission.ENREGISTRER_RETOUR, bilan)
    deposit, received = _received(bilan)
    if type_contrat and type_contrat not in Retour.TypeContrat.values:
        message = "Choisissez un type de contrat de la liste."
        raise InvalidInput(message, fields={"type_contrat": [message]})
    said = {
        "date_inscription": date_inscription,
        "date_entretien_ppae": date_entretien_ppae,
        "date_embauche": date_embauche,
        "type_contrat": type_contrat,
    }
    known = Retour.objects.of_bilan(bilan)
    naissance = bilan.contrat.signataire.date_naissance
    refuse_if(
        [
            *_receipt_blocages(recu_le, received),
            *blocages_of(said, received=received, known=known, naissance=naissance),
        ]
    )
    if not any(said.values()):
        refuse("retour_vide", "Notez au moins une date que Pôle emploi a donnée.", field="date_entretien_ppae")
    if known.filter(**said).exists():
        refuse("retour_deja_enregistre", "Ce retour est déjà enregistré.")
    return keep(deposit, Retour(origine=Retour.Origine.HORS_LIGNE, recu_le=recu_le, par=by, **said), by=by)


# rule: D.2-note-retour
def keep(deposit: Transmission, retour: Retour, *, by: Agent | None, **faits: Any) -> Retour:
    """Store a return of a deposit whose bilan is locked, and tell the file; the first PPAE takes the person in charge.

    Guards have been asked before. Nothing else changes: neither a state, nor the exemption, nor the contract.
    """
    bilan, known = deposit.bilan, Retour.objects.of_bilan(deposit.bilan)
    present = not why_no_return(bilan)
    taken = known.with_ppae().exists()
    first_ppae = present and retour.date_entretien_ppae is not None and not taken
    before = (PRIS_EN_CHARGE if taken else TRANSMISE) if present else ""
    retour.transmission = deposit
    retour.save(force_insert=True)
    told: dict[str, Any] = {
        "inscription": retour.date_inscription,
        "radiation": retour.date_radiation,
        "ppae": retour.date_entretien_ppae,
        "prestation": retour.prestation_debut,
    }
    faits["emploi"] = retour.date_embauche is not None
    journal.record(
        "retour.prise_en_charge_ppae" if first_ppae else "retour.enregistre",
        dossier=bilan.contrat_id,
        target=retour,
        by=by,
        avant=before,
        apres=PRIS_EN_CHARGE if first_ppae else before,
        **({name: jour.isoformat() for name, jour in told.items() if jour} | faits),
    )
    return retour


def why_no_return(bilan: Bilan) -> str:
    """Why nothing can be recorded on this bilan now, as a sentence; nothing when a return can be."""
    try:
        _received(bilan)
    except RuleViolation as refusal:
        return str(refusal)
    return ""


def _received(bilan: Bilan) -> tuple[Transmission, date]:
    """The deposit acknowledged under the consent in force, and the day of its receipt."""
    last = last_decision(bilan.pk, PORTEE)
    if last is not None and last.decision == Consentement.Decision.RETIRE:
        raise RuleViolation(
            "La personne a retiré son accord\u00a0: un retour de Pôle emploi est refusé et rien n’en est gardé.",
            code="accord_retire",
        )
    if bilan.etat == Etat.CLOS:
        raise RuleViolation("Ce bilan est clos\u00a0: aucun retour n’y est enregistré.", code="transition_impossible")
    consent = in_force(bilan, PORTEE) if bilan.etat == Etat.SYNTHESE_VALIDEE else None
    deposit = (
        Transmission.objects.without_content().filter(consentement=consent, etat=EtatTransmission.ACCUSEE).first()
        if consent
        else None
    )
    if deposit is None or deposit.synthese.accuse_at is None:
        raise RuleViolation(
            "Pôle emploi n’a pas accusé réception de la synthèse\u00a0: aucun retour ne peut être enregistré.",
            code="non_transmise",
        )
    return deposit, day_of(deposit.synthese.accuse_at)


def _receipt_blocages(recu_le: date, received: date) -> list[Blocage]:
    if recu_le > clock.today():
        return [Blocage("date_future", "Indiquez une date au plus tard aujourd’hui.", "recu_le")]
    if recu_le < received:
        message = f"Pôle emploi a reçu la synthèse le {date_sans_jour(received)}\u00a0: son retour ne peut la précéder."
        return [Blocage("avant_reception", message, "recu_le")]
    return []


# rule: F.3-ecart
def blocages_of(
    said: Mapping[str, Any], *, received: date, known: "QuerySet[Retour]", naissance: date
) -> list[Blocage]:
    """What is impossible in what a return says, given the day of the receipt, the returns known of the bilan and the
    person's birth [D].

    Of several registrations, the first one counts.
    """
    registered = [known.aggregate(premiere=Min("date_inscription"))["premiere"], said.get("date_inscription")]
    inscription = min((jour for jour in registered if jour), default=None)
    days = {name: value for name, value in said.items() if isinstance(value, date)}
    return [
        *(
            Blocage("avant_naissance", "Cette date précède la naissance de la personne.", name)
            for name, jour in days.items()
            if jour < naissance
        ),
        *_ppae_blocages(said.get("date_entretien_ppae"), said.get("date_actualisation"), inscription, received),
        *_service_blocages(said.get("prestation_debut"), said.get("prestation_fin")),
        *_employment_blocages(said.get("date_embauche"), said.get("type_contrat", "")),
    ]


# rule: D.2-23
def _ppae_blocages(
    ppae: date | None, actualisation: date | None, inscription: date | None, received: date
) -> list[Blocage]:
    if ppae is None:
        return []
    if ppae < received:
        message = f"Indiquez un entretien à partir du {date_sans_jour(received)}, réception de la synthèse."
        return [Blocage("ppae_avant_reception", message, "date_entretien_ppae")]
    if inscription is not None and ppae < inscription:
        message = "L’entretien ne peut pas précéder l’inscription à Pôle emploi."
        return [Blocage("ppae_avant_inscription", message, "date_entretien_ppae")]
    if inscription is not None and actualisation is not None and actualisation < inscription:
        message = "L’actualisation ne peut pas précéder l’inscription à Pôle emploi."
        return [Blocage("actualisation_avant_inscription", message, "date_actualisation")]
    return []


def _service_blocages(debut: date | None, fin: date | None) -> list[Blocage]:
    if debut is not None and fin is not None and fin < debut:
        return [Blocage("prestation_finie_avant_debut", "La prestation finit avant son début.", "prestation_fin")]
    return []


def _employment_blocages(embauche: date | None, type_contrat: str) -> list[Blocage]:
    if embauche is None and type_contrat:
        return [Blocage("embauche_absente", "Indiquez la date d’embauche.", "date_embauche")]
    if embauche is not None and not type_contrat:
        return [Blocage("contrat_absent", "Indiquez le type de contrat.", "type_contrat")]
    if embauche is not None and embauche > clock.today():
        return [Blocage("embauche_future", "L’embauche ne peut pas être à venir.", "date_embauche")]
    return []
