"""The channel to the partner in words: for who follows the exchange, and for those whom a pause concerns."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.db.models import Exists, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from agents.models import Agent
from agents.permissions import direction_ids, has_permission
from agents.roles import Permission
from bilan.models import Bilan
from bilan.permissions import can
from core import clock
from core.french import date_sans_jour, duree, heure
from poleemploi import canal
from poleemploi.models import Canal, Tentative, Transmission
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME, MotifPause

PAUSE_ANNONCEE = timedelta(minutes=2)  # [D] a shorter one is over before anybody has read of it
REPRISE = timedelta(minutes=1)  # [D] the sweep comes every fifteen seconds: until then, the pause is taken for going on
RETARD = timedelta(minutes=15)  # [D] sweeps come every fifteen seconds: a row that waits so long finds no worker
MOUVEMENT = timedelta(minutes=5)  # [D] unless one was answered within this time: then the queue is long, that is all
CONCERNES = (Permission.RECUEILLIR_CONSENTEMENT, Permission.RETIRER_CONSENTEMENT, Permission.VOIR_TRANSMISSIONS)
REPRISES: dict[str, str] = {
    MotifPause.QUOTA: "À l’heure que Pôle emploi a demandée, un envoi part seul\u00a0; s’il y est répondu, les autres "
    "suivent. Il n’y a rien à faire.",
    MotifPause.PANNE: "Un envoi part seul, à intervalles\u00a0; dès que Pôle emploi y répond, les autres suivent. Il "
    "n’y a rien à faire.",
    MotifPause.COMPTE: "Le support rétablit notre compte chez Pôle emploi. Un envoi part seul toutes les dix "
    "minutes\u00a0; dès qu’il est accepté, les autres suivent.",
    MotifPause.RESTAURATION: "L’exploitation fait demander à Pôle emploi ce qu’il a déjà reçu. Avant cela, "
    "ressaisissez les retraits d’accord recueillis depuis la sauvegarde.",
}


class Marche(Enum):
    """What the channel does now."""

    OUVERT = "ouvert"
    EN_PAUSE = "en_pause"
    REPRISE = "reprise"  # the pause is over; the request that goes first is to leave, or to be answered
    ARRETE = "arrete"  # switched off here, or by a restore, the time of a reconciliation


@dataclass(frozen=True)
class EtatCanal:
    """The channel at one instant. ``depuis`` and ``jusqua`` are those of the pause; instants are real ones."""

    marche: Marche
    phrase: str
    motif: str = ""
    reprise: str = ""  # what makes it go on, in a sentence
    depuis: datetime | None = None
    jusqua: datetime | None = None
    plus_ancienne: datetime | None = None  # since when the row that has waited longest is due
    en_retard: bool = False

    @property
    def part(self) -> bool:
        """Whether rows leave as they come."""
        return self.marche is Marche.OUVERT

    @property
    def annonce(self) -> bool:
        """Whether it deserves a banner."""
        if self.marche is Marche.ARRETE:
            return self.depuis is not None
        return self.marche is Marche.EN_PAUSE and is_announced(self.depuis, self.jusqua, timezone.now())

    @property
    def suite(self) -> str:
        """What the banner promises."""
        if self.marche is Marche.ARRETE:
            return self.reprise
        return "Rien n’est perdu\u00a0: les envois reprendront d’eux-mêmes."

    @property
    def faits(self) -> list[tuple[str, str]]:
        """Since when, until when, why and what then; nothing of an open channel."""
        if self.marche is Marche.OUVERT:
            return []
        lines = [
            ("Suspendus depuis", said_with_age(self.depuis) if self.depuis else ""),
            ("Prochain essai", said(self.jusqua) if self.jusqua and self.marche is Marche.EN_PAUSE else ""),
            ("Pourquoi", self.motif),
            ("Ce qui les fera reprendre", self.reprise),
            ("Le plus ancien attend", f"depuis {said_with_age(self.plus_ancienne)}" if self.plus_ancienne else ""),
        ]
        return [(label, value) for label, value in lines if value]


def said(moment: datetime) -> str:
    """A real instant in words."""
    return f"le {date_sans_jour(clock.shown(moment))} à {heure(clock.shown(moment))}"


def age(since: datetime, now: datetime) -> str:
    """How long it has been, in minutes, then in hours up to two days, then in days; never rounded up."""
    waited = now - since
    if waited < timedelta(minutes=1):
        return "moins d’une minute"
    return duree(waited // timedelta(minutes=1)) if waited < timedelta(days=2) else f"{waited.days}\u00a0jours"


def said_with_age(moment: datetime) -> str:
    """« le 13 mai 2010 à 9 h, il y a 3 h 20 »."""
    return f"{said(moment)}, il y a {age(moment, timezone.now())}"


# rule: F.1-pause-dite
def is_announced(since: datetime | None, until: datetime | None, now: datetime) -> bool:
    """Whether a pause is worth a banner: it goes on, and has lasted or is to last two minutes at least."""
    if since is None or until is None or until + REPRISE <= now:
        return False
    return max(until, now) - since >= PAUSE_ANNONCEE


def channel_state() -> EtatCanal:
    """Whether anything goes out, for everyone; since when not, why, what then; how long the oldest due row has waited.

    Two queries, and a third one when it has waited too long.
    """
    row, now = canal.read(), timezone.now()
    due = Transmission.objects.due(now).first_of_their_file().values_list("prochain_essai_at", flat=True)
    oldest = due.first()
    if not settings.EMETTEUR_ACTIF:
        phrase = "Les envois sont arrêtés ici\u00a0: rien ne part, rien n’est perdu."
        reprise = "L’exploitation les remet en marche une fois rapproché ce qui est ici de ce que Pôle emploi a reçu."
        return EtatCanal(Marche.ARRETE, phrase, "", reprise, plus_ancienne=oldest)
    if (since := row.restauration_depuis) is not None:
        motif = MotifPause.RESTAURATION
        phrase = f"Les envois sont arrêtés depuis {said(since)}."
        return EtatCanal(Marche.ARRETE, phrase, str(motif.label), REPRISES[motif], since, plus_ancienne=oldest)
    if row.pause_depuis is None or row.pause_jusqua is None:
        return _open(oldest, now)
    words, reprise = str(MotifPause(row.pause_motif).label), REPRISES[row.pause_motif]
    if canal.is_paused(row, now) and row.pause_jusqua != row.sonde_jusqua:
        phrase = f"Les envois sont suspendus depuis {said(row.pause_depuis)}. Prochain essai {said(row.pause_jusqua)}."
        return EtatCanal(Marche.EN_PAUSE, phrase, words, reprise, row.pause_depuis, row.pause_jusqua, oldest)
    late = oldest is not None and now - row.pause_jusqua >= RETARD
    phrase = "Les envois reprennent\u00a0: le premier part seul, et les autres suivent dès que Pôle emploi y répond."
    phrase = f"Les envois devraient avoir repris {said(row.pause_jusqua)}. Prévenez le support." if late else phrase
    return EtatCanal(Marche.REPRISE, phrase, words, "", row.pause_depuis, row.pause_jusqua, oldest, late)


def _open(oldest: datetime | None, now: datetime) -> EtatCanal:
    if oldest is None:
        return EtatCanal(Marche.OUVERT, "Les envois partent. Aucun n’attend.")
    waits = f"Le plus ancien attend depuis {said(oldest)}, soit {age(oldest, now)}."
    if now - oldest < RETARD:
        return EtatCanal(Marche.OUVERT, f"Les envois partent. {waits}", plus_ancienne=oldest)
    if late := _is_still(now):
        phrase = f"Les envois devraient partir. {waits} Prévenez le support."
    else:
        phrase = f"Les envois partent, mais ils sont nombreux. {waits}"
    return EtatCanal(Marche.OUVERT, phrase, plus_ancienne=oldest, en_retard=late)


def _is_still(now: datetime) -> bool:
    """Whether no attempt has been answered for a while."""
    return not Tentative.objects.filter(fermee_at__gt=now - MOUVEMENT).exists()


# --- those whom a pause concerns ------------------------------------------------------------------


@dataclass(frozen=True)
class Pause:
    """A pause worth telling an agent, and the page of the exchange when they follow it."""

    depuis: datetime
    url: str
    restauree: bool = False  # it is not a pause of the partner's: the base was restored

    @property
    def phrase(self) -> str:
        if self.restauree:
            return (
                f"Depuis {said(self.depuis)}\u00a0: la base a été restaurée, et ce qui a été saisi après la sauvegarde "
                "est perdu. Ressaisissez d’abord les retraits d’accord\u00a0; les envois reprendront ensuite."
            )
        return (
            f"Depuis {said(self.depuis)}. Vous n’avez rien à faire\u00a0: les accords et les retraits s’enregistrent "
            "comme d’habitude, rien n’est perdu, et les envois reprendront d’eux-mêmes."
        )


# rule: F.1-pause-dite
def pause_for(agent: Agent) -> Pause | None:
    """The pause, for an agent one of whose files waits for the channel; after a restore, whatever waits.

    One query; none for who never sees it.
    """
    if not any(has_permission(agent, right) for right in CONCERNES):
        return None
    # Two questions, each along its own index: together they would be asked of every row that waits.
    offices = direction_ids(agent, Permission.VOIR_DOSSIER)
    of_offices = Transmission.objects.filter(direction_id__in=offices)
    entrusted = Transmission.objects.filter(bilan__in=Bilan.objects.entrusted_to(agent))
    follows = has_permission(agent, Permission.VOIR_TRANSMISSIONS)
    return _pause(_waits(of_offices) | _waits(entrusted), follows=follows)


def pause_of(bilan: Bilan, agent: Agent) -> Pause | None:
    """The pause, on the pages of a bilan that waits for the channel; after a restore, of any bilan.

    One query; none for whom it does not concern.
    """
    if not any(can(agent, right, bilan) for right in CONCERNES):
        return None
    follows = can(agent, Permission.VOIR_TRANSMISSIONS, bilan)
    return _pause(_waits(Transmission.objects.filter(bilan=bilan)), follows=follows)


def _waits(rows: "QuerySet[Transmission]") -> Exists:
    return Exists(rows.filter(etat__in=A_TRAITER_PAR_LE_SYSTEME))


def _pause(concerne: Exists | Q, *, follows: bool) -> Pause | None:
    # In the columns and not in the condition: while the channel is open, PostgreSQL never looks for the rows.
    closed = Q(pause_depuis__isnull=False) | Q(restauration_depuis__isnull=False)
    paused = Canal.objects.filter(closed, pk=1).only("pause_depuis", "pause_jusqua", "restauration_depuis")
    row = paused.annotate(concerne=concerne).first()
    if row is None:
        return None
    url = reverse("poleemploi:list_transmissions") if follows else ""
    if row.restauration_depuis is not None:
        return Pause(row.restauration_depuis, url, restauree=True)
    if (
        not row.concerne
        or row.pause_depuis is None
        or not is_announced(row.pause_depuis, row.pause_jusqua, timezone.now())
    ):
        return None
    return Pause(row.pause_depuis, url)
