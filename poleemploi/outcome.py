"""What follows from an answer, written in one transaction of its own: the attempt, the row, the channel, the file."""

import random
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from agents.models import Agent
from bilan import echange, retention
from bilan.models import Bilan
from core import clock, journal
from poleemploi import canal, quarantaine, reponses
from poleemploi.annonces import line as line
from poleemploi.annonces import tell as tell
from poleemploi.annonces import tell_all as tell_all
from poleemploi.canal import JetonEnCours
from poleemploi.client import Recu, Reponse
from poleemploi.models import Tentative, Transmission
from poleemploi.reponses import Decision, Suite, decide
from poleemploi.reprise import DECANTATION, Rythme, asked_wait
from poleemploi.standing import Accord, standing
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME, EtatTransmission, Issue, MotifFin, Operation

logger = structlog.get_logger(__name__)
T = EtatTransmission


@dataclass(frozen=True)
class Resultat:
    """What came of one attempt. ``rythme`` rules the waits of the row; those of the channel are the settings'."""

    transmission_id: UUID
    tentative_id: int
    operation: Operation
    reponse: Reponse
    duree_ms: int
    jeton: JetonEnCours
    probe: bool = False
    rythme: Rythme = field(default_factory=canal.rythme)


@transaction.atomic
def record(resultat: Resultat) -> None:
    """Complete the attempt and draw its consequences.

    An acknowledgement is always recorded, even one that comes after the lease has expired or the consent has been
    withdrawn; the erasure then follows, and the attempt it overtakes is closed. Any other answer that comes too late is
    dropped: the row has gone on without.
    """
    now = timezone.now()
    transmission = lock_with_bilan(resultat.transmission_id)
    tentative = Tentative.objects.select_for_update().get(pk=resultat.tentative_id)
    decision = decide(resultat.operation, resultat.reponse)
    on_time = tentative.fermee_at is None
    if on_time:
        close_attempt(
            tentative,
            issue=decision.issue,
            code=decision.code,
            now=now,
            statut=resultat.reponse.statut,
            duree_ms=resultat.duree_ms,
        )
        transmission.bail_jusqua, transmission.bail_par = None, ""
        _apply(transmission, tentative, decision, resultat, now)
        transmission.save()
    elif decision.suite is Suite.ACCUSER and resultat.reponse.recu and not transmission.accuse_identifiant:
        acknowledge(transmission, resultat.reponse.recu, now)
        transmission.save()
        _close_overtaken(transmission, now)
    canal.hear(decision, resultat.reponse, resultat.jeton, probe=resultat.probe, now=now)
    log(transmission, tentative.numero, resultat, decision, on_time=on_time)


def log(transmission: Transmission, numero: int, resultat: Resultat, decision: Decision, *, on_time: bool) -> None:
    logger.info(
        "tentative_fermee",
        transmission=str(transmission.pk),
        numero=numero,
        operation=str(resultat.operation),
        issue=str(decision.issue),
        statut=resultat.reponse.statut,
        code=decision.code,
        duree_ms=resultat.duree_ms,
        a_temps=on_time,
    )


def lock_with_bilan(pk: UUID) -> Transmission:
    """The row and its bilan, locked in the order of the house."""
    bilan_id = Transmission.objects.values_list("bilan_id", flat=True).get(pk=pk)
    Bilan.objects.select_for_update(no_key=True).only("etat").get(pk=bilan_id)
    return lock_row(pk)


def lock_row(pk: UUID) -> Transmission:
    """The row, locked and without content; its bilan must be locked already."""
    row: Transmission = Transmission.objects.without_content().select_for_update(of=("self",)).get(pk=pk)
    return row


def close_attempt(
    tentative: Tentative,
    *,
    issue: Issue,
    code: str,
    now: datetime,
    statut: int | None = None,
    duree_ms: int | None = None,
) -> None:
    tentative.fermee_at, tentative.issue, tentative.code_metier = now, issue, code
    tentative.statut_http, tentative.duree_ms = statut, duree_ms
    tentative.save()


def _close_overtaken(transmission: Transmission, now: datetime) -> None:
    """The attempt that a late receipt overtakes: its own answer, if any, only tells of the channel.

    At once, since nothing else would if its worker died: a received row is not due any more, and a version is not
    reworked while an attempt is open.
    """
    if tentative := transmission.tentatives.select_for_update().filter(fermee_at=None).first():
        close_attempt(tentative, issue=Issue.INCERTAIN, code=reponses.RECU_ENTRETEMPS, now=now)


# --- the row ------------------------------------------------------------------------------------


def _apply(
    transmission: Transmission, tentative: Tentative, decision: Decision, resultat: Resultat, now: datetime
) -> None:
    if decision.suite is not Suite.ACCUSER and transmission.etat not in A_TRAITER_PAR_LE_SYSTEME:
        transmission.prochain_essai_at = None  # asked about after a restore: a receipt alone moves what was settled
        return
    match decision.suite:
        case Suite.ACCUSER if resultat.reponse.recu:
            acknowledge(transmission, resultat.reponse.recu, now)
        case Suite.PAS_TROUVEE:
            _not_found(transmission, tentative, resultat.rythme, now)
        case Suite.EFFACEE:
            _erased(transmission, now, decision.code)
        case Suite.VERIFIER if _may_be_ours(transmission, tentative):
            transmission.devenir_incertaine()
            transmission.prochain_essai_at = now
            tell("transmission.incertaine", transmission, avant=T.EN_COURS, code=decision.code)
        case Suite.REJETER | Suite.VERIFIER:
            code = decision.code or reponses.TROP_LONG  # the only refusal that a gateway may word for the partner
            reject(transmission, code, reponses.refused_fields(code, resultat.reponse.chemins), now)
            _forget_if_unwanted(transmission, now)
        case Suite.ECHOUER:
            fail(transmission, decision.code, now)
        case Suite.RENOUVELER_JETON | Suite.ATTENDRE_QUOTA | Suite.ATTENDRE_COMPTE:
            _back_to_wait(transmission)
            _at_or_fail(transmission, now, resultat.rythme, now)
        case Suite.REESSAYER:
            _back_to_wait(transmission)
            _retry(transmission, resultat, now)
        case _:  # DOUTER, and nothing else: a deposit, then, whose row is under way
            transmission.devenir_incertaine()
            tell("transmission.incertaine", transmission, avant=T.EN_COURS, code=decision.code)
            _retry(transmission, resultat, now)


# rule: F.1-perimee
def _may_be_ours(transmission: Transmission, refused: Tentative) -> bool:
    """Whether what the partner has may be this very deposit, one of which was left in doubt."""
    before = transmission.tentatives.filter(operation=Operation.DEPOT, numero__lt=refused.numero)
    return before.filter(issue=Issue.INCERTAIN).exists()


def _back_to_wait(transmission: Transmission) -> None:
    """The request was not carried out: the row waits again, in the state in which it was claimed."""
    if transmission.etat == T.EN_COURS:
        transmission.remettre_en_file()


def _retry(transmission: Transmission, resultat: Resultat, now: datetime) -> None:
    transmission.serie_echecs += 1
    at = resultat.rythme.next_attempt(
        essais=transmission.serie_echecs,
        depuis=transmission.serie_depuis_at or now,
        now=now,
        alea=random.random(),  # noqa: S311 - a spread, not a secret
    )
    asked = asked_wait(resultat.reponse.retry_after, now=now)
    _at_or_fail(transmission, at if at is None or asked is None else max(at, now + asked), resultat.rythme, now)


def _at_or_fail(transmission: Transmission, at: datetime | None, rythme: Rythme, now: datetime) -> None:
    """Set the next attempt, or end the series when its 72 hours have passed, or will have by then."""
    depuis = transmission.serie_depuis_at or now
    if at is None or rythme.is_over(depuis, now) or rythme.ends_before(depuis, at):
        fail(transmission, reponses.DELAI_DEPASSE, now)
    else:
        transmission.prochain_essai_at = at


# rule: D.2-21
def acknowledge(transmission: Transmission, recu: Recu, now: datetime) -> None:
    """Record a receipt, tell the bilan, let it destroy what nobody agreed to keep; erase what is unwanted.

    A row that was replaced and turns out to have arrived is erased: its replacement speaks for the file.
    """
    avant = str(transmission.etat)
    replaced = transmission.motif_fin == MotifFin.REMPLACEE
    erase = replaced or transmission.effacement_voulu or standing(transmission) is Accord.RETIRE
    transmission.accuser()
    if transmission.premier_essai_at is None:  # a restore forgot that it was sent
        transmission.premier_essai_at = recu.recu_at
        echange.note_first_attempt(transmission.synthese, clock.now())
    transmission.accuse_identifiant = recu.identifiant
    transmission.accuse_at = recu.recu_at
    transmission.rapprochement = recu.rapprochement
    transmission.erreur_code, transmission.erreur_champs, transmission.motif_fin = "", [], ""
    _end(transmission, now)
    tell(
        "transmission.accusee",
        transmission,
        avant=avant,
        prive={"accuse": recu.identifiant},
        rapprochement=recu.rapprochement,
    )
    # rule: E.6-actes
    journal.log_access("transmission", by=None, target=transmission)
    if not replaced:
        echange.note_acknowledgement(transmission.synthese, recu.identifiant, clock.now())
        # rule: E.4-accuse
        apply_retention(transmission.bilan)
    if erase:
        ask_erasure(transmission, now, by=None)


def apply_retention(bilan: Bilan) -> None:
    """Never at the price of the receipt: what fails here is done again by the daily task."""
    try:
        with transaction.atomic():
            retention.apply_rules(bilan, by=None)
    except Exception as error:
        logger.error("destruction_differee", bilan=str(bilan.pk), erreur=type(error).__name__)


def ask_erasure(transmission: Transmission, now: datetime, *, by: Agent | None) -> None:
    """The person withdrew: what the partner holds is to be erased, with the same guarantees as a deposit.

    What was set aside of what it said since goes at once.
    """
    avant = str(transmission.etat)
    transmission.demander_effacement()
    transmission.effacement_voulu = True
    transmission.termine_at = None
    begin_series(transmission, now)
    quarantaine.forget_receipt(transmission.accuse_identifiant)
    tell("transmission.effacement_demande", transmission, avant=avant, by=by)


def begin_series(transmission: Transmission, now: datetime) -> None:
    transmission.serie_depuis_at, transmission.serie_echecs = None, 0
    transmission.prochain_essai_at = now


def _erased(transmission: Transmission, now: datetime, code: str) -> None:
    transmission.constater_effacement()
    _end(transmission, now)
    tell("transmission.effacee", transmission, avant=T.EFFACEMENT_DEMANDE, code=code)


def _not_found(transmission: Transmission, tentative: Tentative, rythme: Rythme, now: datetime) -> None:
    """The partner has nothing under this key: send again while the consent holds, else it ends here.

    A deposit whose answer was lost may still be running at the partner: with the consent gone, "unknown" settles the
    row only when enough time has passed since.
    """
    last = _last_deposit(transmission)
    if not transmission.effacement_voulu and standing(transmission) is Accord.EN_VIGUEUR:
        transmission.remettre_en_file()
        if last is not None and last.issue == Issue.REFUSE:  # it was not ours that the partner had: the refusal stands
            reject(transmission, last.code_metier, reponses.refused_fields(last.code_metier, ()), now)
        else:
            _at_or_fail(transmission, now, rythme, now)
        return
    settled = last.fermee_at + rythme.shortened(DECANTATION) if last and last.fermee_at else now
    if tentative.ouverte_at >= settled or last is None:
        give_up(transmission, now)
    else:
        transmission.prochain_essai_at = settled


def _last_deposit(transmission: Transmission) -> Tentative | None:
    return transmission.tentatives.filter(operation=Operation.DEPOT).order_by("-numero").first()


def give_up(
    transmission: Transmission, now: datetime, *, by: Agent | None = None, motif: MotifFin | None = None
) -> None:
    """Nothing is at the partner and nothing is to be: the row ends, and says why. Saves it."""
    avant = str(transmission.etat)
    motif = motif or _why_lapsed(transmission)
    transmission.annuler()
    transmission.motif_fin = motif
    _end(transmission, now)
    transmission.save()
    tell("transmission.annulee", transmission, avant=avant, by=by, motif=motif)


# rule: E.4-30-jours
def _why_lapsed(transmission: Transmission) -> MotifFin:
    match standing(transmission):
        case Accord.RETIRE:
            return MotifFin.CONSENTEMENT_RETIRE
        case Accord.CADUC if transmission.synthese.detruite_at is not None:
            return MotifFin.CONTENU_DETRUIT
        case Accord.CADUC:
            return MotifFin.SYNTHESE_REPRISE
    return MotifFin.TRANSMISSION_IMPOSSIBLE  # given up while its consent held, then looked up and not found


def reject(transmission: Transmission, code: str, champs: list[dict[str, str]], now: datetime) -> None:
    """Never sent again as it is: a person corrects. Saves it."""
    avant = str(transmission.etat)
    transmission.rejeter()
    transmission.erreur_code, transmission.erreur_champs = code, champs
    _end(transmission, now)
    transmission.save()
    tell("transmission.rejetee", transmission, avant=avant, code=code, champs=[champ["chemin"] for champ in champs])


def _forget_if_unwanted(transmission: Transmission, now: datetime) -> None:
    """Refused, and meanwhile withdrawn: there is nothing for a person to correct."""
    if transmission.effacement_voulu or standing(transmission) is not Accord.EN_VIGUEUR:
        give_up(transmission, now)


def fail(transmission: Transmission, code: str, now: datetime) -> None:
    """Trying again by itself would not help: shown to a person, who may start another series. Saves it."""
    avant = str(transmission.etat)
    transmission.abandonner()
    transmission.erreur_code = code
    transmission.bail_jusqua, transmission.bail_par = None, ""
    transmission.prochain_essai_at = None
    transmission.termine_at = now
    transmission.save()
    tell("transmission.echec_definitif", transmission, avant=avant, code=code)


# rule: E.4-destruction
def forget_destroyed() -> None:
    """Erase what failed rows keep for another try, once the content it goes with is destroyed (reference E.4)."""
    failed = Transmission.objects.filter(etat=T.ECHEC_DEFINITIF, synthese__detruite_at__isnull=False)
    failed.filter(donnees_figees__isnull=False).update(donnees_figees=None)


def _end(transmission: Transmission, now: datetime) -> None:
    """Nothing is to be sent any more: what was frozen for it is erased; only the fingerprint of the body stays."""
    transmission.donnees_figees = None
    transmission.bail_jusqua, transmission.bail_par = None, ""
    transmission.prochain_essai_at = None
    transmission.termine_at = now
