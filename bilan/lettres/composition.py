"""From rows to letters: what each one says today, still without its number."""

from typing import Any

from django.conf import settings

from agents.models import Agent
from agents.permissions import has_permission
from agents.roles import DIRECTION_ROLES, Permission, Role
from bilan.courriers import Convocation, Direction, Information, Personne
from bilan.guards import limite_justification
from bilan.lettres.contenus import Absence, Exemption, Report
from bilan.models import Bilan, RendezVous
from cai.models import Contrat
from core import clock

# Whose title stands under the name, when somebody holds several roles at the place.
_TITRES = (Role.DIRECTEUR_TERRITORIAL, Role.PRESCRIPTEUR, Role.AGENT_OFII, Role.CORRESPONDANT_OFII)


def direction_of(contrat: Contrat) -> Direction:
    """The local office that writes."""
    direction = contrat.direction
    return Direction(
        nom=direction.nom,
        ville=direction.ville,
        adresse=(direction.adresse, f"{direction.code_postal} {direction.ville}"),
        telephone=direction.telephone,
        courriel=direction.courriel,
    )


def personne_of(contrat: Contrat) -> Personne:
    return Personne(nom=contrat.signataire.nom, prenom=contrat.signataire.prenom)


def entete(contrat: Contrat, *, signataire: Agent, qualite: str = "") -> dict[str, Any]:
    """Every field of ``courriers.Lettre``, for a letter of today to the person, signed by an agent of the direction."""
    personne = contrat.signataire
    return {
        "numero_cai": contrat.numero_cai,
        "date_lettre": clock.today(),
        "direction": direction_of(contrat),
        "personne": personne_of(contrat),
        "civilite": personne.civilite,
        "adresse": (personne.adresse, personne.adresse_complement, f"{personne.code_postal} {personne.ville}"),
        "langue": personne.langue_comprise_id,
        "signataire_nom": str(signataire),
        "signataire_qualite": qualite or _qualite(signataire, contrat),
    }


def _qualite(agent: Agent, contrat: Contrat) -> str:
    held = {place.role for place in agent.places if place.direction_id == contrat.direction_id}
    return next((str(role.label) for role in _TITRES if role in held & DIRECTION_ROLES), "")


def _signataire(bilan: Bilan, by: Agent) -> Agent:
    """Who signs what an act sends: its author, or, for an adviser's act, the prescriber in charge of the file."""
    if bilan.prescripteur and not has_permission(by, Permission.VOIR_DOSSIER, direction_id=bilan.contrat.direction_id):
        return bilan.prescripteur
    return by


def convocation(rendez_vous: RendezVous, *, by: Agent) -> Convocation:
    """The summons to an appointment, saved or not."""
    lieu, contrat = rendez_vous.lieu, rendez_vous.bilan.contrat
    return Convocation(
        **entete(contrat, signataire=by, qualite=str(Role.PRESCRIPTEUR.label)),
        debut=rendez_vous.debut,
        duree_minutes=rendez_vous.duree_minutes,
        prestataire_nom=lieu.prestataire.nom,
        lieu_nom=lieu.nom,
        lieu_adresse=(lieu.adresse, f"{lieu.code_postal} {lieu.ville}"),
        lieu_acces=lieu.acces,
        conseiller_nom=str(rendez_vous.conseiller),
        delai_justification_jours=settings.BILAN_DELAI_JUSTIFICATION_JOURS,
    )


def information(bilan: Bilan) -> Information:
    """The notice handed over at the prescription."""
    return Information(
        numero_cai=bilan.contrat.numero_cai,
        date_remise=clock.today(),
        direction=direction_of(bilan.contrat),
        personne=personne_of(bilan.contrat),
        langue=bilan.contrat.signataire.langue_comprise_id,
    )


def report(bilan: Bilan, rendez_vous: RendezVous, *, motif: str, by: Agent) -> Report:
    """The appointment called off, or the one missed for a legitimate reason that a new one will replace."""
    return Report(
        **entete(bilan.contrat, signataire=_signataire(bilan, by)),
        debut=rendez_vous.debut,
        deja_passe=rendez_vous.statut == RendezVous.Statut.MANQUE,
        motif=motif,
    )


def absence(bilan: Bilan, rendez_vous: RendezVous, *, by: Agent) -> Absence:
    """The appointment missed, and the last day to say why."""
    return Absence(
        **entete(bilan.contrat, signataire=_signataire(bilan, by)),
        debut=rendez_vous.debut,
        limite=limite_justification(rendez_vous),
        delai_jours=settings.BILAN_DELAI_JUSTIFICATION_JOURS,
    )


def exemption(bilan: Bilan, rendez_vous: RendezVous | None, *, motifs: tuple[str, ...], by: Agent) -> Exemption:
    """The exemption and its grounds; ``rendez_vous`` is the open appointment it cancels, if any."""
    return Exemption(
        **entete(bilan.contrat, signataire=_signataire(bilan, by)),
        motifs=motifs,
        rendez_vous_annule=rendez_vous.debut if rendez_vous else None,
    )
