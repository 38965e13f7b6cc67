"""What the reference says of retries (F.1, rules 4 and 5), in numbers of its own, held against a history."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from poleemploi.client import Coupure
from poleemploi.reponses import Suite
from poleemploi.states import Operation
from tests.properties.reprises import Essai, Monde

PLAFOND = timedelta(hours=2)
PREMIERE = timedelta(seconds=60)  # drawn in full: about 30 s
SERIE = timedelta(hours=72)
SANS_DELAI = timedelta(seconds=60)
COMPTE = timedelta(minutes=10)
PANNE, PANNES = timedelta(minutes=1), 5
EN_VIE = ("en_file", "en_cours", "incertaine", "effacement_demande")
REPRISES = (Suite.REESSAYER, Suite.DOUTER)


def breaches(monde: Monde) -> list[str]:
    """Everything in the history that the reference forbids; empty for a policy that keeps to it."""
    found = []
    for rangee in range(len(monde.rows)):
        found += _of_row([essai for essai in monde.essais if essai.rangee == rangee])
    found += _of_waits_asked_for(monde.essais)
    if monde.avec_canal:
        found += _of_pauses(monde.essais)
    return found


def asked(essai: Essai) -> timedelta | None:
    """What the partner asks for, as RFC 9110 writes it; a day at most."""
    text = essai.reponse.retry_after
    if text is None:
        return None
    if text.isdigit():
        return min(timedelta(seconds=int(text)), timedelta(days=1))
    return min(max(parsedate_to_datetime(text) - essai.ferme, timedelta(0)), timedelta(days=1))


def ambiguous(essai: Essai) -> bool:
    """Whether nobody can tell if the deposit was carried out."""
    reponse = essai.reponse
    if essai.operation != Operation.DEPOT:
        return False
    if reponse.statut is None:
        return reponse.coupure is not Coupure.AVANT
    running = (reponse.statut, reponse.code) == (409, "EN_COURS")
    foreign = reponse.statut >= 300 and not reponse.code and reponse.statut not in (401, 403, 413, 429)
    return running or foreign or reponse.statut >= 500 or (reponse.statut < 300 and reponse.recu is None)


def refused(essai: Essai) -> bool:
    """Whether the partner itself refused the deposit, for a reason that another try would not change."""
    statut, code = essai.reponse.statut or 0, essai.reponse.code
    ours = statut in (401, 403, 429) or code in ("", "EN_COURS")
    return essai.operation == Operation.DEPOT and 400 <= statut < 500 and not ours


def _of_row(essais: list[Essai]) -> Iterator[str]:
    echecs, doute, depassee, jamais_su = 0, False, False, False
    for rang, essai in enumerate(essais):
        suivant = essais[rang + 1] if rang + 1 < len(essais) else None
        fin = essai.serie + SERIE
        if essai.operation == Operation.DEPOT and doute:
            yield "sent again before it was looked up"
        if essai.operation == Operation.DEPOT and depassee:
            yield "sent again although refused"
        doute = ambiguous(essai) or (doute and (essai.reponse.statut, essai.reponse.code) != (404, "INCONNU"))
        jamais_su = jamais_su or ambiguous(essai)
        # A version said to be overtaken may be the very one whose receipt was lost: looked up, once.
        if refused(essai) and essai.reponse.code == "VERSION_PERIMEE" and jamais_su:
            depassee = doute = True
        elif refused(essai) and (suivant or essai.etat in EN_VIE):
            yield "tried again by itself although refused"
        if suivant and essai.etat not in EN_VIE:
            yield f"tried again by itself although {essai.etat}"
        if suivant and essai.prochain and suivant.ouvert < essai.prochain:
            yield "tried before its time"
        if essai.etat not in EN_VIE:
            continue
        if essai.ferme >= fin:
            yield "alive after 72 hours"
        if essai.prochain is None or essai.prochain > fin:
            yield "put off beyond its 72 hours"
        elif essai.decision.suite in REPRISES:
            echecs += 1
            yield from _of_wait(essai, echecs, fin, essai.prochain)
        if suivant is None:
            yield "left alive and never tried again"


def _of_wait(essai: Essai, echecs: int, fin: datetime, prochain: datetime) -> Iterator[str]:
    window = min(PLAFOND, PREMIERE * 2 ** min(echecs - 1, 10))
    drawn = min(essai.ferme + window * essai.coup.alea, fin)
    wished = asked(essai)
    if prochain > essai.ferme + max(PLAFOND, wished or PLAFOND):
        yield "waits longer than the cap"
    if wished is None and prochain != drawn:
        yield "no full jitter over a window that doubles"
    if wished is not None and prochain != max(drawn, essai.ferme + wished):
        yield "does not wait as asked for"


def _of_waits_asked_for(essais: list[Essai]) -> Iterator[str]:
    for essai in essais:
        if essai.reponse.statut == 429:
            wait = asked(essai)
            end = essai.ferme + (SANS_DELAI if wait is None else wait)
            if any(essai.ferme < other.ouvert < end for other in essais):
                yield "a request went out while a quota was to be waited for"


def _of_pauses(essais: list[Essai]) -> Iterator[str]:
    """Nothing goes out during a pause; the first request after it goes alone; its answer opens the channel to all."""
    pauses = _pauses(essais)
    for essai, end in pauses:
        if any(essai.ferme < other.ouvert < end for other in essais):
            yield "a request went out during a pause"
        after = [other for other in essais if other.ouvert >= end]
        # A wait of no time leaves those of the same instant undistinguished: they were under way already.
        alone = len(after) < 2 or after[1].ouvert >= after[0].ferme
        if end > essai.ferme and not alone and not _closed_between(essais, after[0], after[1]):
            yield "two requests went out to see whether a pause was over"
    begun = [essai.ferme for essai, _ in pauses]
    for essai in essais:
        if essai.sonde and essai.reponse.statut not in (401, 403, 429) and not essai.decision.panne:
            later = (other for other in essais if other.sonde and other is not essai and other.ouvert >= essai.ferme)
            following = min(later, key=lambda other: other.ouvert, default=None)
            if following and not any(essai.ouvert <= instant <= following.ouvert for instant in begun):
                yield "the channel stayed half closed"


def _pauses(essais: list[Essai]) -> list[tuple[Essai, datetime]]:
    """The answers that close the channel, each with the instant until which nothing may go out."""
    pannes, refus, found = 0, set[int](), []  # refus: the tokens refused since the last good answer
    for essai in sorted(essais, key=lambda essai: (essai.ferme, essais.index(essai))):
        statut, wait, least = essai.reponse.statut, asked(essai), None
        if statut == 429:
            least = SANS_DELAI if wait is None else wait
        elif statut == 403 or (statut == 401 and any(jeton < essai.jeton for jeton in refus)):
            least = COMPTE
        elif essai.decision.panne:
            pannes += 1
            if wait is not None or pannes >= PANNES or essai.sonde:
                least = PANNE if wait is None else wait
        elif statut == 401:
            refus = refus | {essai.jeton}
        else:
            pannes, refus = 0, set()
        if least is not None:
            found.append((essai, essai.ferme + least))
    return found


def _closed_between(essais: list[Essai], first: Essai, second: Essai) -> bool:
    """Another answer came meanwhile: which of the two goes first is then no longer ours to say."""
    return any(first.ouvert < essai.ferme <= second.ouvert for essai in essais)
