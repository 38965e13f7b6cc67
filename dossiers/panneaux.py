"""What the panel of the bilan shows on a file page."""

from typing import Any

from django.urls import reverse
from django_fsm import can_proceed

from agents.models import Agent
from bilan.actes import ACTES
from bilan.models import Courrier, Synthese, SyntheseDetruite
from bilan.permissions import can, can_print_copy
from core import clock
from core.french import date_longue, date_sans_jour, duree, heure
from dossiers.parcours import Faits, closing_is_due
from dossiers.suite import Suite


def bilan_panel(faits: Faits, agent: Agent, suite: Suite) -> dict[str, Any]:
    """Who conducts the bilan, its appointment, its minutes, its synthesis without a word of it, its letters."""
    bilan, synthese = faits.bilan, faits.synthese
    lines: list[tuple[str, object]] = [("État", faits.situation.label)]
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
    return {
        "bilan": bilan,
        "lignes": lines,
        "detruite": SyntheseDetruite.objects.filter(bilan=bilan).first(),
        "courriers": list(Courrier.objects.filter(contrat=faits.contrat).defer("pdf")),
        "fiche": synthese if synthese and can_print_copy(agent, bilan) and _is_printable(synthese) else None,
        "actes": _other_acts(faits, agent, suite),
    }


def _is_printable(synthese: Synthese) -> bool:
    return synthese.date_validation is not None and synthese.detruite_at is None


def _other_acts(faits: Faits, agent: Agent, suite: Suite) -> list[tuple[str, str]]:
    """Every other act that the state, the facts and the agent's rights allow, with its page."""
    bilan = faits.bilan
    offered = {suite.url, suite.lien_url}
    acts = [
        (acte.titre, reverse("bilan:act", args=[bilan.pk, name]))
        for name, acte in ACTES.items()
        if can_proceed(getattr(bilan, name)) and can(agent, acte.permission, bilan) and _is_timely(faits, name)
    ]
    return [(titre, url) for titre, url in acts if url not in offered]


def _is_timely(faits: Faits, name: str) -> bool:
    """Whether the act would not be refused at once: what cannot be done yet is not offered."""
    evaluation, rendez_vous = faits.evaluation, faits.rendez_vous
    appointment_over = rendez_vous is not None and rendez_vous.debut <= clock.now()
    match name:
        case "prescrire":
            return faits.is_assessed and evaluation is not None and not evaluation.exempte
        case "constater_exemption":
            return faits.is_assessed_today and evaluation is not None and evaluation.exempte
        case "lever_exemption":
            return faits.is_assessed_today and evaluation is not None and not evaluation.exempte
        case "constater_absence":
            return appointment_over
        case "reporter":
            return not appointment_over
        case "constater_non_realisation":
            return faits.is_over
        case "cloturer":
            return closing_is_due(faits)
    return True
