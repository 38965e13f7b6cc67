"""Where a refused field is corrected: the contract's JSON pointers and the headings that agents know."""

from dataclasses import dataclass
from enum import Enum


class Lieu(Enum):
    """Which page corrects a field."""

    DOSSIER = "dossier"  # identity and contract: correct, then deposit again
    SYNTHESE = "synthese"  # the adviser reworks it: new version, new signature, new consent
    CONSENTEMENT = "consentement"  # ask the person again
    AUCUN = "aucun"  # nothing an agent types


@dataclass(frozen=True)
class Champ:
    """A heading, its form field (empty when none), and the page that holds it."""

    rubrique: str
    lieu: Lieu
    champ: str = ""


D, S, C, A = Lieu.DOSSIER, Lieu.SYNTHESE, Lieu.CONSENTEMENT, Lieu.AUCUN
CHAMPS: dict[str, Champ] = {
    "/numeroCai": Champ("Numéro CAI", D, "numero_cai"),
    "/signataire": Champ("Identité", D, "nom"),
    "/signataire/nom": Champ("Nom", D, "nom"),
    "/signataire/prenom": Champ("Prénom", D, "prenom"),
    "/signataire/age": Champ("Date de naissance", D, "date_naissance"),
    "/signataire/sexe": Champ("Sexe", D, "sexe"),
    "/signataire/nationalite": Champ("Nationalité", D, "nationalite"),
    "/niveauFormation": Champ("Niveau de formation", S, "niveau_formation"),
    "/langues": Champ("Langues", S, "langues"),
    "/diplomes": Champ("Diplômes", S, "diplomes"),
    "/experiences": Champ("Expériences", S, "experiences"),
    "/parcoursProfessionnel": Champ("Parcours professionnel", S, "parcours"),
    "/formationLinguistique": Champ("Formation linguistique", D, "formation"),
    "/rechercheEmploi": Champ("Recherche d’emploi", S, "parcours_recherche"),
    "/rechercheEmploi/inscritPoleEmploi": Champ("Inscription à Pôle emploi", S, "inscription_pe"),
    "/rechercheEmploi/identifiantPoleEmploi": Champ("Identifiant Pôle emploi", S, "inscription_pe"),
    "/rechercheEmploi/parcours": Champ("Parcours de recherche", S, "parcours_recherche"),
    "/rechercheEmploi/freins": Champ("Freins à l’emploi", S, "freins"),
    "/rechercheEmploi/besoinsFormation": Champ("Besoins de formation", S, "besoins_formation"),
    "/synthese": Champ("Synthèse", S),
    "/synthese/version": Champ("Version de la synthèse", S),
    "/synthese/realiseLe": Champ("Date du bilan", A),
    "/synthese/dureeMinutes": Champ("Durée du bilan", A),
    "/synthese/metiers": Champ("Métiers visés", S, "metiers"),
    "/synthese/preconisations": Champ("Préconisations", S, "preconisations"),
    "/synthese/orientation": Champ("Orientation", S, "orientation"),
    "/consentement": Champ("Accord de transmission", C),
}
ENVOI = Champ("Envoi", A)


def heading_of(pointer: str) -> Champ:
    """The heading that holds the field a pointer names; an unknown pointer belongs to the sending as a whole."""
    steps = pointer.split("/")
    while len(steps) > 1:
        known = CHAMPS.get("/".join(steps))
        if known is not None:
            return known
        steps.pop()
    return ENVOI


def rank_of(pointer: str) -> int | None:
    """In a list, the rank of the element that a pointer names, from 1."""
    ranks = [int(step) for step in pointer.split("/") if step.isascii() and step.isdigit()]
    return ranks[0] + 1 if ranks else None
