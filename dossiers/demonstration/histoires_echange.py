"""The stories of the exchange: agreed to, sent for real to the simulator, received, refused, in doubt, withdrawn.

Without a simulator each one stops at the agreement: the row waits, and the worker sends it when there is one.
"""

from datetime import date

from bilan.models import Consentement
from cai import delais
from dossiers.demonstration.histoires_bilan import signe
from dossiers.demonstration.recit import Recit, working_day
from poleemploi.reprise import Rythme

Portee, Decision = Consentement.Portee, Consentement.Decision
EN_UN_INSTANT = Rythme(1e8)  # three days of attempts in three thousandths of a second


def _consenti(r: Recit, signature: date, jours: int, *, conserve: bool) -> date:
    """Signed some days ago, and agreed to the same day; returns that day."""
    jour = signe(r, signature, jours, conserve=conserve)
    r.decider(jour, Portee.TRANSMISSION, Decision.ACCORDE)
    return jour


def transmise(r: Recit, signature: date) -> None:
    _consenti(r, signature, r.hasard.randrange(3, 25), conserve=True)
    r.envoyer()


def transmise_et_detruite(r: Recit, signature: date) -> None:
    """Received, and nothing kept here: the tombstone remains."""
    _consenti(r, signature, r.hasard.randrange(3, 25), conserve=False)
    r.envoyer()


def transmise_puis_close(r: Recit, signature: date) -> None:
    jour = _consenti(r, signature, r.hasard.randrange(240, 270), conserve=True)
    if r.envoyer():
        r.clore(working_day(delais.add_days(delais.date_suivi(jour), 45), step=-1))


def prise_en_charge(r: Recit, signature: date) -> None:
    """Received; some days later Pôle emploi told the correspondant that a project is being drawn up."""
    jour = _consenti(r, signature, r.hasard.randrange(25, 40), conserve=True)
    if r.envoyer():
        said = working_day(delais.add_days(jour, 12))
        r.retourner(said, inscription=delais.add_days(jour, 2), ppae=delais.add_days(jour, 10))


def rapprochement_multiple(r: Recit, signature: date) -> None:
    """Received, but the partner knows several people who look like this one."""
    _consenti(r, signature, r.hasard.randrange(3, 12), conserve=True)
    r.envoyer(panne="RAPPROCHEMENT_PLUSIEURS")


def transmission_refusee(r: Recit, signature: date) -> None:
    jour = signe(r, signature, r.hasard.randrange(3, 20), conserve=True)
    r.decider(jour, Portee.TRANSMISSION, Decision.REFUSE)


def transmission_refusee_et_detruite(r: Recit, signature: date) -> None:
    jour = signe(r, signature, r.hasard.randrange(3, 20), conserve=False)
    r.decider(jour, Portee.TRANSMISSION, Decision.REFUSE)


def rejetee_numero(r: Recit, signature: date) -> None:
    _consenti(r, signature, r.hasard.randrange(3, 12), conserve=True)
    r.envoyer(panne="NUMERO_CAI_INCONNU")


def rejetee_metier(r: Recit, signature: date) -> None:
    _consenti(r, signature, r.hasard.randrange(3, 12), conserve=True)
    r.envoyer(panne="CODE_ROME_OBSOLETE")


def rejetee_accord(r: Recit, signature: date) -> None:
    _consenti(r, signature, r.hasard.randrange(3, 12), conserve=True)
    r.envoyer(panne="CONSENTEMENT_PERIME")


def incertaine(r: Recit, signature: date) -> None:
    """The partner says that it is still busy with the first request, and goes on saying so until it is restarted."""
    _consenti(r, signature, r.hasard.randrange(3, 9), conserve=True)
    r.envoyer(panne="EN_COURS", fois=None)


def echec_definitif(r: Recit, signature: date) -> None:
    """Tried until the end of its series without an answer that settles anything; the series is lived in a moment."""
    _consenti(r, signature, r.hasard.randrange(6, 14), conserve=True)
    r.envoyer(panne="EN_COURS", rythme=EN_UN_INSTANT)
    while r.envoyer(rythme=EN_UN_INSTANT):
        pass


def retiree_avant_envoi(r: Recit, signature: date) -> None:
    jour = _consenti(r, signature, r.hasard.randrange(3, 12), conserve=True)
    r.decider(jour, Portee.TRANSMISSION, Decision.RETIRE)


def retiree_apres_envoi(r: Recit, signature: date) -> None:
    """Received, then withdrawn at the counter: erased at the partner."""
    transmise(r, signature)
    r.decider(r.il_y_a(1), Portee.TRANSMISSION, Decision.RETIRE)
    r.envoyer()


def retiree_et_detruite(r: Recit, signature: date) -> None:
    """Neither sent nor kept any more."""
    jour = _consenti(r, signature, r.hasard.randrange(3, 12), conserve=False)
    r.decider(jour, Portee.TRANSMISSION, Decision.RETIRE)
