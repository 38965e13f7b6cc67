"""What agents read of the exchange: states in a sentence, what to correct and where, the channel, the consents."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from agents.models import Agent
from agents.roles import Permission
from bilan import selectors
from bilan.models import Bilan, Consentement, Synthese
from bilan.permissions import can
from bilan.selectors import PORTEES, SLUGS
from bilan.states import REALISES, Etat
from core import clock
from poleemploi.correction import Correction, corrections_of, why_not_redeposited
from poleemploi.etat_canal import said, said_with_age
from poleemploi.models import EvenementEcarte, Retour, Tentative, Transmission
from poleemploi.permissions import can_collect, can_record_return, can_requeue, can_withdraw
from poleemploi.presentation_retours import VueRetours, show_returns
from poleemploi.reponses import DELAI_DEPASSE, explain, explain_refusal
from poleemploi.retours import why_no_return
from poleemploi.states import A_TRAITER_PAR_UN_AGENT, EtatTransmission, MotifFin, Operation

T = EtatTransmission
Portee, Decision = Consentement.Portee, Consentement.Decision

COULEURS: dict[str, str] = {
    T.EN_FILE: "info",
    T.EN_COURS: "info",
    T.INCERTAINE: "attention",
    T.ACCUSEE: "succes",
    T.REJETEE: "erreur",
    T.ECHEC_DEFINITIF: "erreur",
    T.ANNULEE: "neutre",
    T.EFFACEMENT_DEMANDE: "attention",
    T.EFFACEE: "neutre",
}
PHRASES: dict[str, str] = {
    T.EN_FILE: "Elle partira d’elle-même.",
    T.EN_COURS: "L’envoi est en cours.",
    T.INCERTAINE: "Pôle emploi n’a pas confirmé l’avoir reçue\u00a0: elle y est recherchée avant tout nouvel envoi.",
    T.ACCUSEE: "Pôle emploi l’a reçue.",
    T.ANNULEE: "Rien n’est chez Pôle emploi par cet envoi et rien ne partira.",
    T.EFFACEMENT_DEMANDE: "Son effacement est demandé à Pôle emploi.",
    T.EFFACEE: "Pôle emploi l’a effacée.",
}
# What the end of a row is called, and what the list offers to do about it.
TERMES: dict[str, str] = {
    T.REJETEE: "Refus",
    T.ECHEC_DEFINITIF: "Dernier essai",
    T.ANNULEE: "Annulation",
    T.EFFACEE: "Effacement",
}
A_FAIRE: dict[str, str] = {
    T.REJETEE: "Voir quoi corriger",
    T.ECHEC_DEFINITIF: "Relancer ou abandonner",
    T.INCERTAINE: "Rechercher maintenant",
}
# What a person may start again, and what the button says: an uncertain one is looked up before anything is sent.
RELANCES: dict[str, str] = {
    T.ECHEC_DEFINITIF: "Relancer la transmission",
    T.INCERTAINE: "Rechercher maintenant chez Pôle emploi",
}
FINS: dict[str, str] = {
    MotifFin.CONSENTEMENT_RETIRE: "La personne a retiré son accord\u00a0: rien n’est chez Pôle emploi et rien "
    "ne partira.",
    MotifFin.SYNTHESE_REPRISE: "La synthèse a été reprise avant d’arriver\u00a0: rien de cette version n’est chez Pôle "
    "emploi. Seule une nouvelle version, signée et acceptée, peut être envoyée.",
    MotifFin.REMPLACEE: "Le dossier a été corrigé\u00a0: un nouvel envoi a remplacé celui-ci.",
    MotifFin.TRANSMISSION_IMPOSSIBLE: "La transmission a été abandonnée\u00a0: rien n’est chez Pôle emploi et rien ne "
    "partira.",
    MotifFin.CONTENU_DETRUIT: "Le contenu de la synthèse a été détruit avant d’arriver\u00a0: rien n’est chez Pôle "
    "emploi et rien ne partira.",
}


# --- one transmission ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Vue:
    """One transmission as it is shown to an agent."""

    transmission: Transmission
    couleur: str
    phrase: str
    corrections: list[Correction]
    url: str
    requeue_url: str = ""
    redeposit_url: str = ""
    abandon_url: str = ""
    attente: str = ""  # why it is not deposited again yet

    @property
    def etat(self) -> str:
        row = self.transmission
        return str(MotifFin.REMPLACEE.label if row.motif_fin == MotifFin.REMPLACEE else row.get_etat_display())

    @property
    def attendu(self) -> str:
        """Who corrects what, when it is not the reader."""
        return " ".join(dict.fromkeys(correction.qui for correction in self.corrections if correction.qui))

    @property
    def liens(self) -> list[tuple[str, str]]:
        """The pages on which the reader corrects, each once."""
        return list(dict.fromkeys((one.lien, one.url) for one in self.corrections if one.url))

    @property
    def a_faire(self) -> str:
        return A_FAIRE.get(self.transmission.etat, "Voir les essais")

    @property
    def relance(self) -> str:
        """What starting it again is called."""
        return RELANCES[self.transmission.etat]

    @property
    def depuis(self) -> str:
        """Since when it is where it is, in words; when it was asked for, as long as it waits."""
        row = self.transmission
        match row.etat:
            case T.INCERTAINE:
                since = row.premier_essai_at
            case T.EFFACEMENT_DEMANDE:  # from the withdrawal on, then from the first attempt that followed it
                since = row.serie_depuis_at or row.prochain_essai_at
            case _:
                since = row.termine_at
        return said_with_age(since or row.created_at)

    @property
    def dossier_url(self) -> str:
        return reverse("dossiers:view_file", args=[self.transmission.bilan.contrat_id])

    @property
    def faits(self) -> list[tuple[str, str]]:
        """What happened to it and when, as pairs."""
        row = self.transmission
        moments = [
            ("Mise en attente", row.created_at),
            ("Premier envoi", row.premier_essai_at),
            ("Accusé de réception", row.accuse_at),
            ("Prochain essai", row.prochain_essai_at),
            (TERMES.get(row.etat, ""), row.termine_at if row.etat in TERMES else None),
        ]
        told = [(label, said(moment)) for label, moment in moments if moment]
        return [*told, ("Numéro de l’accusé", row.accuse_identifiant)] if row.accuse_identifiant else told


def sentence_of(transmission: Transmission) -> str:
    """Where it stands and what happens next, in a sentence."""
    if transmission.etat in A_TRAITER_PAR_UN_AGENT:
        if transmission.erreur_code == DELAI_DEPASSE:
            return f"{_series_of(transmission)}\u00a0: relancez quand Pôle emploi répond de nouveau."
        return explain_refusal(transmission.erreur_code)
    return FINS.get(transmission.motif_fin, PHRASES[transmission.etat])


def _series_of(transmission: Transmission) -> str:
    """How often, and over how long, it was really tried."""
    first, last = transmission.premier_essai_at, transmission.termine_at
    if first is None or last is None or transmission.nombre_essais < 2:
        return f"Un essai {said(first)}, sans réponse sûre" if first else "Aucun essai n’a abouti"
    return (
        f"{transmission.nombre_essais}\u00a0essais, du premier {said(first)} au dernier {said(last)}, sans réponse sûre"
    )


def show(transmission: Transmission, agent: Agent, *, alone: bool = False) -> Vue:
    """One row for an agent. ``alone`` on its own page: with what it costs to know whether it may be deposited again."""
    bilan, pk = transmission.bilan, transmission.pk
    may_act = can_requeue(agent, bilan)
    startable = transmission.etat in RELANCES and transmission.bail_jusqua is None  # leased: it is being looked up
    stopped = transmission.etat in A_TRAITER_PAR_UN_AGENT
    followed = Permission.VOIR_TRANSMISSIONS
    may_redeposit = alone and may_act and transmission.etat == T.REJETEE
    obstacle = why_not_redeposited(transmission) if may_redeposit else None
    return Vue(
        transmission=transmission,
        couleur=COULEURS[transmission.etat],
        phrase=sentence_of(transmission),
        corrections=corrections_of(transmission, agent),
        url=reverse("poleemploi:view_transmission", args=[pk]) if can(agent, followed, bilan) else "",
        requeue_url=reverse("poleemploi:requeue_transmission", args=[pk]) if may_act and startable else "",
        redeposit_url=reverse("poleemploi:redeposit", args=[pk]) if may_redeposit and not obstacle else "",
        abandon_url=reverse("poleemploi:abandon", args=[pk]) if may_act and stopped else "",
        attente=obstacle.message if obstacle else "",
    )


def show_attempt(tentative: Tentative) -> dict[str, Any]:
    """One line of the ledger, its answer told in a sentence."""
    phrase = "En cours."
    if tentative.fermee_at is not None:
        phrase = explain(
            Operation(tentative.operation),
            statut=tentative.statut_http,
            code=tentative.code_metier,
            issue=tentative.issue,
        )
    code = " ".join(str(part) for part in (tentative.statut_http, tentative.code_metier) if part)
    return {"tentative": tentative, "quand": clock.shown(tentative.ouverte_at), "phrase": phrase, "code": code}


# --- consents -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """One scope: the last decision, whether it still holds, and what the agent may do about it."""

    portee: Consentement.Portee
    decision: Consentement | None
    en_vigueur: bool
    caduque: bool
    ask_url: str = ""
    withdraw_url: str = ""
    attente: str = ""  # why the question cannot be asked now
    a_poser: bool = False  # the person has still to answer for the present version
    sans_objet: bool = False  # the content is gone: nothing is asked of it any more

    @property
    def is_open(self) -> bool:
        """Whether it is to be asked, and can be now."""
        return bool(self.ask_url) and self.a_poser

    @property
    def etat(self) -> str:
        if self.decision is None:
            return selectors.not_asked(self.portee, is_destroyed=self.sans_objet)
        if self.caduque:
            return "Accord devenu caduc\u00a0: la synthèse a changé"
        return str(self.decision.get_decision_display())

    @property
    def couleur(self) -> str:
        if self.decision is None:
            return "neutre" if self.portee == Portee.SUIVI or self.sans_objet else "nouveau"
        if self.caduque:
            return "attention"
        return "succes" if self.en_vigueur else "neutre"


@dataclass(frozen=True)
class Panneau:
    """The consents and the exchange of one bilan, for the pages that show the file."""

    questions: list[Question]
    vues: list[Vue]
    collect_url: str = ""
    retours: VueRetours | None = None
    retour_url: str = ""
    a_examiner_url: str = ""  # a return about this file waits to be examined


def panel(bilan: Bilan, agent: Agent) -> Panneau:
    """In a constant number of queries. The bilan comes with its contract."""
    questions = questions_of(bilan, agent)
    rows = Transmission.objects.without_content().filter(bilan=bilan).order_by("-created_at")
    rows = rows.select_related("bilan__conseiller")
    collect = any(question.ask_url for question in questions)
    return Panneau(
        questions=questions,
        vues=[show(transmission, agent) for transmission in rows],
        collect_url=reverse("poleemploi:collect_consents", args=[bilan.pk]) if collect else "",
        retours=show_returns(list(Retour.objects.visible_to(agent).of_bilan(bilan))) if rows else None,
        retour_url=_return_page(bilan, agent) if rows else "",
        a_examiner_url=_set_aside_page(bilan, agent) if rows else "",
    )


def _set_aside_page(bilan: Bilan, agent: Agent) -> str:
    """Where a return that names this file waits; nothing when none does, or for who does not follow the exchange."""
    waiting = EvenementEcarte.objects.visible_to(agent).to_examine().filter(contrat=bilan.contrat_id)
    return reverse("poleemploi:list_set_aside") if waiting.exists() else ""


def _return_page(bilan: Bilan, agent: Agent) -> str:
    """Where the correspondant types what Pôle emploi told, once the synthesis stands received there."""
    if not can_record_return(agent, bilan) or why_no_return(bilan):
        return ""
    return reverse("poleemploi:record_return", args=[bilan.pk])


def questions_of(bilan: Bilan, agent: Agent | AnonymousUser) -> list[Question]:
    """Every scope, in the order in which they are asked."""
    last = {
        row.portee: row
        for row in Consentement.objects.filter(bilan=bilan).order_by("portee", "-rang").distinct("portee")
    }
    synthese = selectors.current_synthese(bilan)
    return [_question(portee, last.get(portee), synthese, bilan, agent) for portee in PORTEES.values()]


def _question(
    portee: Consentement.Portee,
    decision: Consentement | None,
    synthese: Synthese | None,
    bilan: Bilan,
    agent: Agent | AnonymousUser,
) -> Question:
    granted = decision is not None and decision.decision == Decision.ACCORDE
    lapsed = (
        granted
        and portee == Portee.TRANSMISSION
        and (synthese is None or decision is None or synthese.version != decision.version_synthese)
    )
    attente = _why_not_asked(portee, synthese, bilan)
    asks = can_collect(agent, bilan) and not (granted and not lapsed) and not attente
    # A version that Pôle emploi has may still be withdrawn after the next one was refused.
    refused = decision is not None and decision.decision == Decision.REFUSE
    standing = granted or (refused and selectors.standing_grant(bilan.pk, portee) is not None)
    withdraws = standing and can_withdraw(agent, bilan)
    return Question(
        portee=portee,
        decision=decision,
        en_vigueur=granted and not lapsed,
        caduque=lapsed,
        ask_url=reverse("poleemploi:ask_consent", args=[bilan.pk, SLUGS[portee]]) if asks else "",
        withdraw_url=reverse("poleemploi:withdraw_consent", args=[bilan.pk, SLUGS[portee]]) if withdraws else "",
        attente=attente,
        a_poser=selectors.is_to_ask(portee, decision, synthese.version if synthese else None),
        sans_objet=synthese is not None and synthese.detruite_at is not None,
    )


def _why_not_asked(portee: Consentement.Portee, synthese: Synthese | None, bilan: Bilan) -> str:
    """Empty when the question makes sense now; the service has the last word."""
    if synthese is None or synthese.date_redaction is None or bilan.etat not in REALISES:
        return "Cette question se pose à partir de la rédaction de la synthèse."
    if portee == Portee.SUIVI:
        return ""
    if synthese.detruite_at is not None:
        return "Le contenu de la synthèse est détruit\u00a0: il n’y a plus rien à demander."
    if portee == Portee.CONSERVATION:
        return ""
    if bilan.etat != Etat.SYNTHESE_VALIDEE:
        return "Cette question se pose une fois la synthèse signée."
    if synthese.premier_envoi_at is not None:
        return "Cette version a déjà été envoyée\u00a0: un nouvel accord portera sur une nouvelle version."
    return ""
