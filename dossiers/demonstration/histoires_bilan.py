"""The stories of those who came: phases, synthesis written, presented, signed or refused, kept or destroyed."""

from datetime import date, timedelta

from bilan import fin, redaction
from bilan.models import Consentement
from bilan.states import Etat, MotifInterruption, MotifReprise
from cai import delais
from dossiers.demonstration.histoires import a_programmer
from dossiers.demonstration.recit import Recit, working_day

Portee, Decision = Consentement.Portee, Consentement.Decision


def _venu(r: Recit, signature: date, jours: int, *, jusqua: str = Etat.SYNTHESE_REDIGEE) -> None:
    """Prescribed, summoned, present some days ago; conducted up to a phase, or to the end of the writing."""
    a_programmer(r, signature)
    jour = r.il_y_a(jours)
    envoi = working_day(jour - timedelta(days=r.hasard.randrange(20, 34)), step=-1)
    r.convoquer(max(envoi, signature), jour, au_plus_tard=r.il_y_a(1))
    r.conduire(jusqua)


# --- under way ----------------------------------------------------------------------------------


def phase_preliminaire(r: Recit, signature: date) -> None:
    _venu(r, signature, r.hasard.randrange(1, 6), jusqua=Etat.PHASE_PRELIMINAIRE)


def phase_investigation(r: Recit, signature: date) -> None:
    _venu(r, signature, r.hasard.randrange(1, 8), jusqua=Etat.PHASE_INVESTIGATION)


def phase_conclusion(r: Recit, signature: date) -> None:
    _venu(r, signature, r.hasard.randrange(1, 10), jusqua=Etat.PHASE_CONCLUSION)


def interrompu(r: Recit, signature: date) -> None:
    """The person had to leave in the second phase: minutes and notes are kept, another date is needed."""
    _venu(r, signature, r.hasard.randrange(5, 14), jusqua=Etat.PHASE_INVESTIGATION)
    r.interrompre(r.hasard.choice((MotifInterruption.DEPART, MotifInterruption.INTERPRETE)))


def interrompu_puis_reconvoque(r: Recit, signature: date) -> None:
    interrompu(r, signature)
    r.convoquer(r.il_y_a(1), r.aujourdhui + timedelta(days=r.hasard.randrange(17, 30)))


def non_realise_interrompu(r: Recit, signature: date) -> None:
    _venu(r, signature, (r.aujourdhui - signature).days - 300, jusqua=Etat.PHASE_INVESTIGATION)
    r.interrompre(MotifInterruption.SEANCE_MANQUEE)
    with r.le(r.il_y_a(2)):
        fin.record_not_done(bilan=r.bilan, by=r.agent)


# --- the synthesis ------------------------------------------------------------------------------


def synthese_redigee(r: Recit, signature: date) -> None:
    _venu(r, signature, r.hasard.randrange(1, 15))


def synthese_presentee(r: Recit, signature: date) -> None:
    _venu(r, signature, r.hasard.randrange(3, 18))
    r.presenter(_after(r, 1))


def synthese_reprise(r: Recit, signature: date) -> None:
    """Presented; the person asked for a change, and a second version is being written."""
    synthese_presentee(r, signature)
    with r.le(r.il_y_a(1)):
        redaction.rework_synthese(bilan=r.bilan, motif=MotifReprise.OBSERVATIONS, by=r.conseiller)


def signature_refusee(r: Recit, signature: date) -> None:
    """Not signed, and nothing kept: the content is destroyed at once."""
    _venu(r, signature, r.hasard.randrange(10, 25))
    r.presenter(r.jour)
    r.refuser_de_signer(_after(r, 5))


def signature_refusee_conservee(r: Recit, signature: date) -> None:
    _venu(r, signature, r.hasard.randrange(10, 25))
    r.decider(r.jour, Portee.CONSERVATION, Decision.ACCORDE)
    r.presenter(r.jour)
    r.refuser_de_signer(_after(r, 5))


def signe(r: Recit, signature: date, jours: int, *, conserve: bool) -> date:
    """Conducted some days ago, signed on the spot or at a second visit; returns the day of the signature."""
    _venu(r, signature, jours)
    jour = r.jour if r.hasard.random() < 0.6 else _after(r, r.hasard.randrange(2, 7))
    r.presenter(jour)
    r.valider(jour)
    if conserve:
        r.conserver(jour)
    return jour


def sans_decision(r: Recit, signature: date) -> None:
    """Signed; the person thinks about the transmission."""
    signe(r, signature, r.hasard.randrange(2, 18), conserve=r.hasard.random() < 0.5)


def sans_decision_copie(r: Recit, signature: date) -> None:
    signe(r, signature, r.hasard.randrange(8, 18), conserve=True)
    r.copier(r.il_y_a(1))


def sans_decision_detruite(r: Recit, signature: date) -> None:
    """Nothing decided in thirty days: the content went by itself."""
    jour = signe(r, signature, r.hasard.randrange(45, 80), conserve=False)
    r.appliquer_conservation(jour + timedelta(days=30))


def conservation_retiree(r: Recit, signature: date) -> None:
    signe(r, signature, r.hasard.randrange(40, 70), conserve=True)
    r.decider(r.il_y_a(6), Portee.CONSERVATION, Decision.RETIRE)


def clos(r: Recit, signature: date) -> None:
    """Six months and thirty days have passed since the bilan: closed, the content still kept."""
    signe(r, signature, r.hasard.randrange(235, 280), conserve=True)
    r.clore(r.il_y_a(r.hasard.randrange(2, 12)))


def suivi_a_faire(r: Recit, signature: date) -> None:
    """Six months will soon have passed: the adviser is reminded of the follow-up."""
    signe(r, signature, r.hasard.randrange(170, 178), conserve=True)


def suivi_note(r: Recit, signature: date) -> None:
    """The follow-up was held, and the bilan can be closed."""
    signe(r, signature, r.hasard.randrange(192, 206), conserve=True)
    r.suivre(working_day(delais.date_suivi(r.jour)), r.hasard.choice(("emploi", "formation", "recherche")))


def terme_de_conservation(r: Recit, signature: date) -> None:
    """Kept one year, as the person had asked; then destroyed."""
    jour = signe(r, signature, r.hasard.randrange(385, 410), conserve=True)
    r.clore(working_day(jour + timedelta(days=230)))
    r.appliquer_conservation(delais.date_destruction(jour))


def mineur_signe(r: Recit, signature: date) -> None:
    """Signed with the legal representative."""
    signe(r, signature, r.hasard.randrange(3, 12), conserve=True)


def _after(r: Recit, days: int) -> date:
    """Some days after the bilan, yesterday at the latest."""
    return max(r.jour, min(working_day(r.jour + timedelta(days=days)), r.il_y_a(1)))
