"""What the panel of the bilan shows on a file page."""

from typing import Any

from agents.models import Agent
from bilan.actions import actions_for
from bilan.lettres.devenir import letters_of
from bilan.lettres.libres import offered
from bilan.models import Synthese, SyntheseDetruite
from bilan.permissions import can_print_copy
from bilan.suivi import tell
from core.french import date_longue, date_sans_jour, duree, heure, minuscule
from dossiers.parcours import Faits, Suite

DOCUMENTS_MONTRES = 4  # letters shown at once; older ones are folded away


def bilan_panel(faits: Faits, agent: Agent, suite: Suite) -> dict[str, Any]:
    """Who conducts the bilan, its appointment, its minutes, its synthesis without a word of it, its letters."""
    bilan, synthese = faits.bilan, faits.synthese
    lines: list[tuple[str, object]] = [("État", faits.etat)]
    if bilan.prescripteur:
        lines.append(("Prescripteur en charge", bilan.prescripteur.get_full_name()))
    if bilan.prestataire and bilan.conseiller:
        lines.append(("Conseiller", f"{bilan.conseiller.get_full_name()}, {bilan.prestataire}"))
    if faits.rendez_vous:
        debut = faits.rendez_vous.debut
        lines.append(("Rendez-vous", f"{date_longue(debut)} à {heure(debut)}"))
        lines.append(("Lieu", faits.rendez_vous.lieu))
    if bilan.prestataire:
        lines.append(("Durée fixée", duree(bilan.duree_fixee_minutes)))
        lines.append(("Temps passé", duree(bilan.minutes_utilisees)))
    if synthese:
        lines += [
            (label, date_sans_jour(day))
            for label, day in (
                ("Synthèse rédigée", synthese.date_redaction),
                ("Synthèse présentée", synthese.date_presentation),
                ("Synthèse signée et remise", synthese.date_validation),
                ("Signature refusée", synthese.date_refus_signature),
            )
            if day
        ]
    lines += [(f"Suivi {minuscule(suivi.get_echeance_display())}", tell(suivi)) for suivi in faits.suivis]
    return {
        "bilan": bilan,
        "lignes": lines,
        "rendez_vous": faits.rendez_vous,
        "detruite": SyntheseDetruite.objects.filter(bilan=bilan).first(),
        "actes": _other_acts(faits, agent, suite),
    }


def documents_panel(faits: Faits, agent: Agent) -> dict[str, Any]:
    """The letters of the file with what became of them, the latest first, and what else can be printed or issued."""
    bilan, synthese = faits.bilan, faits.synthese
    documents = letters_of(bilan, agent)
    printable = synthese if synthese and can_print_copy(agent, bilan) and _is_printable(synthese) else None
    return {
        "recents": documents[:DOCUMENTS_MONTRES],
        "anciens": documents[DOCUMENTS_MONTRES:],
        "fiche": printable,
        "a_emettre": offered(faits.contrat, bilan, agent),
        "contrat": faits.contrat,
    }


def _is_printable(synthese: Synthese) -> bool:
    return synthese.date_validation is not None and synthese.detruite_at is None


def _other_acts(faits: Faits, agent: Agent, suite: Suite) -> list[tuple[str, str]]:
    """Every other act that the agent can do now, with its page; copies are offered among the documents."""
    offered = {"", suite.url, suite.lien_url}
    actions = [action for action in actions_for(agent, faits.bilan) if action.name != "imprimer_copie"]
    return [(action.label, action.url) for action in actions if action.url not in offered]
