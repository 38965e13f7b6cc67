"""The stories beside the bilan and after it: the family's contract, the follow-ups at three months and unanswered."""

from datetime import date, timedelta

from bilan.models import Suivi
from cai import delais
from cai.services_famille import sign_famille
from dossiers.demonstration.histoires import a_programmer
from dossiers.demonstration.histoires_bilan import signe
from dossiers.demonstration.recit import Recit, working_day


def famille(r: Recit, signature: date) -> None:
    """A parent whose child of nine came by family reunification; a letter recalls the parents' day."""
    a_programmer(r, signature)
    jour = r.il_y_a(3)
    with r.le(jour):
        sign_famille(
            contrat=r.contrat,
            date_signature=jour,
            conjoint="aucun",
            enfants=[signature - timedelta(days=9 * 365)],
            by=r.agent,
        )
    r.ecrire(r.il_y_a(1), "cai_famille")


def suivi_de_trois_mois(r: Recit, signature: date) -> None:
    signe(r, signature, r.hasard.randrange(100, 120), conserve=True)
    r.suivre(r.il_y_a(2), Suivi.Situation.FORMATION, echeance=Suivi.Echeance.TROIS_MOIS)


def suivi_sans_reponse(r: Recit, signature: date) -> None:
    signe(r, signature, r.hasard.randrange(192, 206), conserve=True)
    r.suivre(working_day(delais.date_suivi(r.jour)), "", statut=Suivi.Statut.SANS_REPONSE)
