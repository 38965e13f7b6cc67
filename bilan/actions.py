"""What this agent can do on this bilan now: the acts its state allows and the agent's rights open, in order.

Pages read it to offer, services check again to refuse. An act that must wait says in a sentence what it waits for.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django_fsm import can_proceed

from agents.models import Agent
from agents.roles import Permission
from bilan.actes import ACTES
from bilan.conduite import conclusion_blocages, investigation_blocages
from bilan.fin import AVANT_SIGNATURE, closing_blocages, is_too_late, not_done_blocages
from bilan.guards import contrat_en_cours, evaluation_du_jour, evaluation_sans_motif, exemption, levee, reattribution
from bilan.models import Bilan, RendezVous, Suivi
from bilan.permissions import can, can_print_copy
from bilan.propositions import prorogation_en_attente
from bilan.redaction import WRITABLE, current_draft, what_is_missing, why_not_complete
from bilan.selectors import current_rendez_vous, is_destroyed
from bilan.states import BEFORE_SYNTHESE, Etat
from bilan.suivi import is_due, may_answer_late, may_contact
from core import clock
from core.errors import Blocage
from core.french import date_longue, date_sans_jour, heure

P = Permission


@dataclass(frozen=True, kw_only=True)
class Action:
    """One act offered: its verb, its page, or the sentence that says what it waits for."""

    name: str
    label: str
    url_name: str
    args: tuple[Any, ...]
    primary: bool = False
    waits_for: str = ""

    @property
    def url(self) -> str:
        """Where the act is done; empty while it waits."""
        return "" if self.waits_for else reverse(self.url_name, args=self.args)


# The acts that make the file advance, by state, in order of preference; every other act is secondary.
PRIMARY: dict[str, tuple[str, ...]] = {
    Etat.A_EVALUER: ("constater_exemption", "prescrire"),
    Etat.A_PROGRAMMER: ("convoquer",),
    Etat.REPORTE: ("convoquer",),
    Etat.CONVOQUE: ("demarrer", "constater_absence"),
    Etat.ABSENT_A_QUALIFIER: ("reconnaitre_motif_legitime",),
    Etat.ABSENT_MOTIF_LEGITIME: ("convoquer",),
    Etat.ABSENT_SANS_MOTIF: ("convoquer",),
    Etat.PHASE_PRELIMINAIRE: ("passer_en_investigation",),
    Etat.PHASE_INVESTIGATION: ("passer_en_conclusion", "ecrire_synthese"),
    Etat.PHASE_CONCLUSION: ("rediger_synthese", "ecrire_synthese"),
    Etat.SYNTHESE_REDIGEE: ("presenter_synthese", "ecrire_synthese"),
    Etat.SYNTHESE_PRESENTEE: ("valider_synthese",),
    Etat.SYNTHESE_VALIDEE: ("noter_suivi", "cloturer"),
    Etat.SIGNATURE_REFUSEE: ("noter_suivi", "cloturer"),
    Etat.EXEMPTE: ("cloturer",),
}


def actions_for(agent: Agent, bilan: Bilan) -> list[Action]:
    """The acts of ``bilan`` open to this agent now, the one that makes the file advance first.

    At most one is ``primary``: the first of its state that does not wait. Acts on the exemption, the consents and the
    exchange belong to the apps that know them. The bilan must come with its contract.
    """
    offered = {action.name: action for action in _offered(agent, bilan)}
    preferred = [name for name in PRIMARY.get(bilan.etat, ()) if name in offered]
    first = next((name for name in preferred if not offered[name].waits_for), None)
    order = [*preferred, *(name for name in offered if name not in preferred)]
    return [
        Action(**{**vars(offered[name]), "primary": name == first})
        for name in ([first] if first else []) + [name for name in order if name != first]
    ]


def next_action(actions: list[Action]) -> Action | None:
    """The act for the button of a page; without one, the first that says what it waits for."""
    return next((a for a in actions if a.primary), None) or next((a for a in actions if a.waits_for), None)


def _offered(agent: Agent, bilan: Bilan) -> list[Action]:
    rendez_vous = current_rendez_vous(bilan) if bilan.etat == Etat.CONVOQUE else None
    actions = []
    if can(agent, P.CONVOQUER, bilan) and can_proceed(bilan.convoquer) and not is_too_late(bilan):
        actions.append(Action(name="convoquer", label="Convoquer au bilan", url_name="bilan:convoke", args=(bilan.pk,)))
    for name, acte in ACTES.items():
        if (
            can_proceed(getattr(bilan, name))
            and can(agent, acte.permission, bilan)
            and _is_timely(name, bilan, rendez_vous)
        ):
            actions.append(
                Action(
                    name=name,
                    label=acte.titre,
                    url_name="bilan:act",
                    args=(bilan.pk, name),
                    waits_for=_waits_for(name, bilan, rendez_vous),
                )
            )
    return [*actions, *_writing(agent, bilan), *_following(agent, bilan)]


def _writing(agent: Agent, bilan: Bilan) -> list[Action]:
    actions = []
    if bilan.etat in WRITABLE and can(agent, P.ECRIRE_SYNTHESE, bilan):
        actions.append(
            Action(
                name="ecrire_synthese", label="Écrire la synthèse", url_name="bilan:write_synthese", args=(bilan.pk,)
            )
        )
    if bilan.etat == Etat.SYNTHESE_PRESENTEE and can(agent, P.IMPRIMER_POUR_SIGNATURE, bilan):
        actions.append(
            Action(
                name="imprimer_pour_signature",
                label="Imprimer la synthèse à signer",
                url_name="bilan:voir_bilan",
                args=(bilan.pk,),
            )
        )
    if bilan.etat in (Etat.SYNTHESE_VALIDEE, Etat.CLOS) and can_print_copy(agent, bilan):
        version = bilan.syntheses.without_content().order_by("-version").first()
        if version is not None and version.date_validation and version.detruite_at is None:
            actions.append(
                Action(
                    name="imprimer_copie",
                    label="Imprimer une copie pour la personne",
                    url_name="bilan:print_copy",
                    args=(version.pk,),
                )
            )
    return actions


def _following(agent: Agent, bilan: Bilan) -> list[Action]:
    """The follow-up, first in line from fifteen days before its date; the optional contact from three months on.

    Who did not agree to be contacted is not awaited: only their own visit, if they come, can be noted (E.2).
    """
    if not can(agent, P.ENREGISTRER_SUIVI, bilan):
        return []
    if is_due(bilan):
        name, label = "noter_suivi", "Noter le suivi à six mois"
    elif is_due(bilan, Suivi.Echeance.TROIS_MOIS) and not bilan.suivis.filter(echeance=Suivi.Echeance.TROIS_MOIS):
        name, label = "noter_contact", "Noter un suivi à trois mois"
    elif may_answer_late(bilan):
        name, label = "noter_venue", "Noter le suivi, si la personne répond enfin"
    else:
        return []
    if not may_contact(bilan):
        name, label = "noter_venue", "Noter un suivi, si la personne vient d’elle-même"
    return [Action(name=name, label=label, url_name="bilan:record_follow_up", args=(bilan.pk,))]


def _may_be_exempt(bilan: Bilan) -> bool:
    evaluation = evaluation_du_jour(bilan.contrat)
    return evaluation is not None and not exemption(bilan, evaluation)


def _is_timely(name: str, bilan: Bilan, rendez_vous: RendezVous | None) -> bool:
    """Acts that make no sense before, or after, their moment are not offered at all."""
    past = rendez_vous is not None and rendez_vous.debut <= clock.now()
    match name:
        case "constater_exemption":
            return _may_be_exempt(bilan)
        case "lever_exemption":
            return not levee(bilan)
        case "constater_non_realisation":
            return is_too_late(bilan) and bilan.etat in BEFORE_SYNTHESE and not prorogation_en_attente(bilan.contrat)
        case "cloturer":
            return bilan.etat not in AVANT_SIGNATURE or is_destroyed(bilan)
        case "reattribuer":
            return not reattribution(bilan)
        case "reporter":
            return not past
        case "constater_absence":
            return past
        case _:
            return True


def _waits_for(name: str, bilan: Bilan, rendez_vous: RendezVous | None) -> str:
    """The sentence that says what an act waits for; empty when it can be done now. Cheap guards only."""
    match name:
        case "prescrire":
            return _first(contrat_en_cours(bilan.contrat) + evaluation_sans_motif(bilan))
        case "demarrer" if rendez_vous is not None:
            jour = rendez_vous.debut.astimezone(clock.PARIS).date()
            if jour > clock.today():
                quand = f"{date_longue(rendez_vous.debut)} à\u00a0{heure(rendez_vous.debut)}"
                return f"Le bilan commence le jour du rendez-vous, {quand}."
            if jour < clock.today():
                return (
                    f"Le rendez-vous était le\u00a0{date_sans_jour(jour)}\u00a0: le bilan n’a pas commencé ce jour-là."
                )
        case "passer_en_investigation":
            return _first(investigation_blocages(bilan))
        case "passer_en_conclusion":
            return " ".join(blocage.message for blocage in conclusion_blocages(bilan))
        case "rediger_synthese":
            return why_not_complete(bilan)
        case "presenter_synthese":
            draft = current_draft(bilan)
            return "Le contenu de la synthèse a été détruit." if draft is None else what_is_missing(draft)
        case "cloturer":
            return _first(closing_blocages(bilan))
        case "constater_non_realisation":
            return _first(not_done_blocages(bilan))
    return ""


def _first(blocages: list[Blocage]) -> str:
    return blocages[0].message if blocages else ""
