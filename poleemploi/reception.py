"""What becomes of one event of the partner's feed: a return, one more line of history, set aside, or nothing kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import InterfaceError, InternalError, OperationalError, transaction
from django.db.models import Max, Q
from django.db.models.functions import Coalesce

from agents.models import Agent
from bilan.models import Bilan, Consentement
from bilan.selectors import standing_grant
from bilan.states import Etat
from cai.models import Contrat
from core import clock
from core.french import day_of
from poleemploi import evenements, retours
from poleemploi.evenements import EvenementLu
from poleemploi.models import EvenementEcarte, EvenementRecu, Retour, Transmission
from poleemploi.standing import Accord, standing
from poleemploi.states import EtatTransmission, MotifEcart, Sort

logger = structlog.get_logger(__name__)
TRANSMISSION = Consentement.Portee.TRANSMISSION
# The columns by which a return is of a kind: what it tells is compared with what was told before of that kind.
GENRES = (("date_inscription", "date_radiation"), ("date_entretien_ppae",), ("date_embauche",), ("prestation_debut",))


@dataclass(frozen=True)
class Verdict:
    """What is to be done with an event; ``depot`` is the deposit it follows from, its bilan locked."""

    sort: Sort
    motif: MotifEcart | None = None
    contrat_id: UUID | None = None
    depot: Transmission | None = None
    historique: str = ""  # why it does not change the present situation


# rule: F.3-une-fois
def take(event: object, now: datetime) -> Sort | None:
    """Settle one event of a page, in the caller's transaction; None when it was settled before.

    An event that the database, or a fault of ours, refuses is set aside and stops no other. Raises OperationalError
    when the database itself fails: the page is then to be read again.
    """
    lu = evenements.read(event)
    if EvenementRecu.objects.filter(pk=lu.identifiant).exists():
        return None
    verdict = Verdict(Sort.ECARTE)
    try:
        with transaction.atomic():
            verdict = judge(lu)
        with transaction.atomic():
            return _settle(lu, event, verdict, now)
    except (OperationalError, InterfaceError, InternalError):
        raise
    except Exception as error:
        # Its words stay out of the log: they may quote the event.
        logger.error("retour_non_enregistrable", erreur=type(error).__name__)
        return _settle(lu, event, Verdict(Sort.ECARTE, MotifEcart.NON_ENREGISTRABLE, verdict.contrat_id), now)


# rule: F.3-ecart, F.3-rien-garde
def judge(lu: EvenementLu) -> Verdict:
    """Where an event goes, read with the bilans it may concern locked until the end of the transaction.

    Whatever it says, nothing is kept when its receipt or its number is that of a file whose person took their agreement
    back, or whose deposit was or is to be erased.
    """
    contrat = (
        Contrat.objects.select_related("signataire").filter(numero_cai=lu.numero_cai).first() if lu.numero_cai else None
    )
    depot = _deposit_of(lu.accuse, contrat)
    lock_bilans(contrat.pk if contrat else None, depot.bilan_id if depot else None)
    if depot is not None:
        depot = Transmission.objects.without_content().get(pk=depot.pk)
    if (depot is not None and _is_unwanted(depot)) or (contrat is not None and _withdrew(contrat)):
        return Verdict(Sort.RIEN_GARDE)
    motif = _obstacle(lu, contrat, depot)
    if motif is not None or depot is None:
        named = contrat.pk if contrat else depot.bilan.contrat_id if depot else None
        return Verdict(Sort.ECARTE, motif, named)
    historique = _why_history(lu, depot)
    sort = Sort.HISTORIQUE if historique else Sort.APPLIQUE
    return Verdict(sort, None, depot.bilan.contrat_id, depot, historique)


def lock_bilans(contrat_id: UUID | None, bilan_id: UUID | None = None) -> None:
    """Hold the bilans of a file, and one more, before anything else is locked: the order of the house."""
    concerned = Q(pk=bilan_id) | Q(contrat_id=contrat_id) if contrat_id else Q(pk=bilan_id)
    list(Bilan.objects.select_for_update().filter(concerned).order_by("pk").values_list("pk"))


def keep(lu: EvenementLu, verdict: Verdict, *, by: Agent | None) -> Retour:
    """Store the return that an event which can be applied became."""
    assert verdict.depot is not None
    retour = Retour(
        origine=Retour.Origine.FLUX,
        evenement=lu.identifiant,
        recu_le=clock.today(),
        date_situation=lu.survenu_le,
        **lu.dit,
    )
    faits = {"historique": verdict.historique} if verdict.historique else {}
    return retours.keep(verdict.depot, retour, by=by, **faits)


def _settle(lu: EvenementLu, event: object, verdict: Verdict, now: datetime) -> Sort:
    recu = EvenementRecu.objects.create(evenement=lu.identifiant, recu_at=now, sort=verdict.sort)
    if verdict.motif is not None:
        EvenementEcarte.objects.create(
            evenement=recu,
            motif=verdict.motif,
            contrat_id=verdict.contrat_id,
            accuse=lu.accuse,
            contenu=evenements.to_bytes(event),
        )
    elif verdict.sort != Sort.RIEN_GARDE:
        keep(lu, verdict, by=None)
    return verdict.sort


def _deposit_of(accuse: str, contrat: Contrat | None) -> Transmission | None:
    """The deposit that the partner acknowledged so; that of the file named, should there be several."""
    if not accuse:
        return None
    found = list(Transmission.objects.without_content().filter(accuse_identifiant=accuse).order_by("created_at"))
    named = [row for row in found if contrat is not None and row.bilan.contrat_id == contrat.pk]
    return next(iter(named or found), None)


def _is_unwanted(depot: Transmission) -> bool:
    """Whether the person took their agreement back, or the deposit was or is to be erased."""
    erased = depot.etat in (EtatTransmission.EFFACEMENT_DEMANDE, EtatTransmission.EFFACEE)
    return erased or depot.effacement_voulu or standing(depot) is Accord.RETIRE


def _withdrew(contrat: Contrat) -> bool:
    """Whether the person of a file withdrew, and agreed to nothing since."""
    decisions = Consentement.objects.filter(bilan__contrat=contrat, portee=TRANSMISSION)
    if not decisions.filter(decision=Consentement.Decision.RETIRE).exists():
        return False
    bilans = contrat.bilans.values_list("pk", flat=True)
    return all(standing_grant(bilan_id, TRANSMISSION) is None for bilan_id in bilans)


def _obstacle(lu: EvenementLu, contrat: Contrat | None, depot: Transmission | None) -> MotifEcart | None:
    """Why an event cannot be applied; the first reason found, nothing when it can."""
    if lu.illisible is not None or lu.survenu_le is None:
        return lu.illisible
    if contrat is None:
        return MotifEcart.NUMERO_INCONNU
    if depot is None:
        return MotifEcart.ACCUSE_INCONNU
    if depot.bilan.contrat_id != contrat.pk:
        return MotifEcart.ACCUSE_AUTRE_DOSSIER
    received = depot.synthese.accuse_at or depot.accuse_at
    if depot.etat != EtatTransmission.ACCUSEE or received is None:
        return MotifEcart.ACCUSE_INCONNU
    if lu.survenu_le > clock.today():
        return MotifEcart.DATE_FUTURE
    known = Retour.objects.of_bilan(depot.bilan)
    said = {"date_situation": lu.survenu_le, **lu.dit}
    naissance = contrat.signataire.date_naissance
    blocages = retours.blocages_of(said, received=day_of(received), known=known, naissance=naissance)
    return MotifEcart(blocages[0].code) if blocages else None


def _why_history(lu: EvenementLu, depot: Transmission) -> str:
    """Why a return does not change the present situation; empty when it does."""
    if _is_outdated(lu, depot):
        return "depasse"
    return "clos" if depot.bilan.etat == Etat.CLOS else ""


# rule: F.3-anterieur
def _is_outdated(lu: EvenementLu, depot: Transmission) -> bool:
    """Whether a later situation of the same kind is known of the bilan; of services, each code is a kind."""
    [columns] = [columns for columns in GENRES if any(lu.dit.get(name) for name in columns)]
    told = Q(*((f"{name}__isnull", False) for name in columns), _connector=Q.OR)
    if code := lu.dit.get("prestation_code"):
        told &= Q(prestation_code=code)
    same_kind = Retour.objects.of_bilan(depot.bilan).filter(told)
    last = same_kind.aggregate(derniere=Max(Coalesce("date_situation", "recu_le")))["derniere"]
    return last is not None and lu.survenu_le is not None and lu.survenu_le < last
