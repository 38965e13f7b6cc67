"""What a refused deposit waits for: who corrects which field, on which page, and whether it has been done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import reverse

from agents.models import Agent
from agents.roles import Permission
from bilan.models import Bilan
from bilan.permissions import can
from core import clock
from core.errors import RuleViolation
from core.french import day_of
from poleemploi import contrat, payload
from poleemploi.champs import Champ, Lieu, heading_of, rank_of
from poleemploi.depot import compose, freeze
from poleemploi.models import Transmission
from poleemploi.permissions import can_rework
from poleemploi.standing import Accord, standing
from poleemploi.states import EtatTransmission

NOUVELLE_VERSION = (Lieu.SYNTHESE, Lieu.CONSENTEMENT)
# Pages of the file, by the field they correct: what they are called on a button, their name, what follows the file.
PAGES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "numero_cai": ("Corriger le numéro CAI", "dossiers:correct_contrat", ()),
    "formation": ("Mettre à jour la formation", "cai:view_prestation", ("formation_linguistique",)),
}
IDENTITE = ("Corriger l’identité", "dossiers:correct_signataire", ())


@dataclass(frozen=True)
class Correction:
    """One refused field: what is wrong with it, who corrects it, and the page when it is theirs who reads this."""

    champ: str  # the heading
    rubrique: str  # and the line of it
    motif: str
    qui: str = ""
    lien: str = ""
    url: str = ""


def corrections_of(transmission: Transmission, agent: Agent) -> list[Correction]:
    """The fields of a refused row, as the agent may correct them; none for a row in any other state."""
    if transmission.etat != EtatTransmission.REJETEE:
        return []
    return [_correction(field, transmission.bilan, agent) for field in transmission.erreur_champs]


def told(corrections: Sequence[Correction]) -> str:
    """What was refused, in a sentence: each fault once, with the headings that bear it."""
    headings: dict[str, list[str]] = {}
    for correction in corrections:
        bearers = headings.setdefault(correction.motif, [])
        if correction.champ not in bearers:
            bearers.append(correction.champ)
    return " ".join(f"{', '.join(bearers)}\u00a0: {motif}" for motif, bearers in headings.items())


def why_not_redeposited(refused: Transmission) -> RuleViolation | None:
    """What keeps a refused row from being replaced under a new key today; None when it would be sent, and changed.

    The same answer for the page that offers the act and for the service that does it. Deciphers the synthesis: for one
    row at a time.
    """
    if refused.etat != EtatTransmission.REJETEE:
        return RuleViolation("Cette transmission n’a pas été refusée.", code="transmission_non_refusee")
    if standing(refused) is not Accord.EN_VIGUEUR:
        return RuleViolation("L’accord de la personne n’est plus en vigueur.", code="accord_absent")
    lieux = {heading_of(field["chemin"]).lieu for field in refused.erreur_champs}
    if lieux & {*NOUVELLE_VERSION}:
        return RuleViolation(
            "Ce refus se corrige par une nouvelle version de la synthèse, qui remplacera cet envoi.",
            code="nouvelle_version_attendue",
        )
    if Lieu.AUCUN in lieux:
        return RuleViolation("Ce refus ne se corrige pas ici\u00a0: prévenez le support.", code="hors_du_dossier")
    depot = compose(freeze(refused.bilan, refused.consentement, on=clock.today()), refused.synthese_id)
    if contrat.faults("DepotSynthese", payload.to_wire(depot)) or _is_unchanged(refused, depot):
        return RuleViolation(
            "Rien n’a été corrigé depuis le refus\u00a0: le même envoi serait refusé de nouveau.",
            code="rien_a_renvoyer",
        )
    return None


def _is_unchanged(refused: Transmission, depot: payload.Depot) -> bool:
    """Whether the same was refused on some day since the consent: a birthday that has passed corrects nothing."""
    youngest = refused.bilan.contrat.signataire.age_on(day_of(refused.consentement.date_heure))
    bodies = (payload.to_wire(replace(depot, age=age)) for age in range(youngest, depot.age + 1))
    return any(payload.sha256(payload.canonical(body)) == refused.corps_sha256 for body in bodies)


def _correction(field: dict[str, str], bilan: Bilan, agent: Agent) -> Correction:
    champ, rang = heading_of(field["chemin"]), rank_of(field["chemin"])
    rubrique = f"{champ.rubrique}, ligne\u00a0{rang}" if rang else champ.rubrique
    lien, url = _page_of(champ, bilan, agent)
    return Correction(
        champ=champ.rubrique,
        rubrique=rubrique,
        motif=field["motif"],
        qui="" if url else _who(champ, bilan),
        lien=lien,
        url=url,
    )


def _page_of(champ: Champ, bilan: Bilan, agent: Agent) -> tuple[str, str]:
    """The page that corrects a field, for the agent whose task it is; nothing for the others."""
    if champ.lieu is Lieu.DOSSIER and can(agent, Permission.CORRIGER_DOSSIER, bilan):
        lien, page, suite = PAGES.get(champ.champ, IDENTITE)
        return lien, reverse(page, args=[bilan.contrat_id, *suite])
    if champ.lieu in NOUVELLE_VERSION and can_rework(agent, bilan):
        return "Reprendre la synthèse", reverse("poleemploi:rework_synthese", args=[bilan.pk])
    return "", ""


def _who(champ: Champ, bilan: Bilan) -> str:
    conseiller = bilan.conseiller.get_full_name() if bilan.conseiller else "Le conseiller"
    match champ.lieu:
        case Lieu.DOSSIER:
            return "Un agent de la direction corrige ce renseignement dans le dossier."
        case Lieu.SYNTHESE:
            return f"{conseiller} reprend la synthèse\u00a0: la nouvelle version sera signée, acceptée, puis envoyée."
        case Lieu.CONSENTEMENT:
            return f"{conseiller} reprend la synthèse, puis l’accord est redemandé pour la nouvelle version."
    return "Personne ne saisit ce renseignement\u00a0: prévenez le support."
