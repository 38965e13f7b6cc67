"""What the file page says of the préfet: what is before him, what can be proposed, what that waits for."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.urls import reverse

from agents.models import Agent
from agents.permissions import has_permission
from agents.roles import Permission
from bilan import attestation, propositions
from bilan.propositions import Type
from cai.models import Contrat, PropositionPrefet
from core import clock
from core.french import date_longue, date_sans_jour, minuscule

P, Statut = Permission, PropositionPrefet.Statut


@dataclass(frozen=True)
class LignePrefet:
    """One proposal in a sentence, with its page when the agent may read it."""

    phrase: str
    url: str


@dataclass(frozen=True)
class PanneauPrefet:
    """What ``bilan/_panel_prefet.html`` shows; ``attentes`` is what cannot be proposed now, and why.

    ``mot`` is the word that the préfet reads of the bilan, once the contract has ended: the file has its own.
    """

    lignes: list[LignePrefet]
    liens: list[tuple[str, str]]
    attentes: list[str]
    mot: str

    def __bool__(self) -> bool:
        return bool(self.lignes or self.liens)


def prefet_panel(contrat: Contrat, agent: Agent, *, ailleurs: Collection[str] = ()) -> PanneauPrefet:
    """The proposals of a contract and what this agent can do, in a constant number of queries.

    ``ailleurs`` are the addresses that the page already offers.
    """
    prefetch_related_objects([contrat], "prestations__certificats", "propositions")
    may_read = has_permission(agent, P.ENREGISTRER_DECISION, direction_id=contrat.direction_id)
    liens, attentes = _possible(contrat, agent) if may_read else ([], [])
    follows = has_permission(agent, P.VOIR_PERSONNE, direction_id=contrat.direction_id)
    lines = [
        LignePrefet(sentence_of(row), reverse("bilan:view_proposition", args=[row.pk]) if may_read else "")
        for row in contrat.propositions.all()
        if follows and row.statut != Statut.ABANDONNEE
    ]
    liens += _attestation(contrat) if may_read else []
    mot = attestation.word_of(contrat) if may_read and contrat.statut in attestation.FINIS else ""
    return PanneauPrefet(lines, [(titre, url) for titre, url in liens if url not in ailleurs], attentes, mot)


def sentence_of(row: PropositionPrefet) -> str:
    """Where one proposal stands, and what was made good since."""
    return " ".join([_standing(row), *propositions.reparations(row)])


def _standing(row: PropositionPrefet) -> str:
    nom = str(row.get_type_display())
    if row.statut == Statut.DECIDEE:
        return f"{nom}\u00a0: {minuscule(row.get_decision_display())}, acte du {date_sans_jour(row.date_decision)}."
    if row.suspendue_at is not None:
        return f"{nom} suspendue\u00a0: l’absence a été excusée, la proposition est à abandonner."
    if row.statut == Statut.BROUILLON:
        return f"{nom}\u00a0: préparée le {date_sans_jour(row.prepare_at)}, à signer par le directeur territorial."
    fin = propositions.fin_observations(row)
    if fin is None:
        return f"{nom}\u00a0: proposée au préfet le {date_sans_jour(row.propose_at)}."
    can = "peut" if clock.today() <= fin else "pouvait"
    return f"{nom}\u00a0: intention notifiée, la personne {can} répondre jusqu’au {date_longue(fin)} inclus."


def _possible(contrat: Contrat, agent: Agent) -> tuple[list[tuple[str, str]], list[str]]:
    """The links to what can be proposed now, and why the rest cannot; nothing of a contract that has ended."""
    if not contrat.is_running:
        return [], []
    signs = has_permission(agent, P.SIGNER_PROPOSITION, direction_id=contrat.direction_id)
    open_ones = [row for row in contrat.propositions.all() if row.is_open]
    drafts = {row.type for row in open_ones if row.statut == Statut.BROUILLON}
    liens, attentes = [], []
    for kind in Type:
        blocages = propositions.conditions(contrat, kind)
        if blocages and blocages[0].code in ("deja_proposee", "proposition_suspendue"):
            continue  # told by its own line
        if blocages:
            attentes.append(f"{kind.label}\u00a0: {minuscule(blocages[0].message)}")
        else:
            name = "bilan:sign_proposition" if signs else "bilan:prepare_proposition"
            verb = "Proposer" if signs else "Compléter" if kind in drafts else "Préparer"
            liens.append((f"{verb} la {minuscule(kind.label)}", reverse(name, args=[contrat.pk, kind.value])))
    return liens, attentes


def _attestation(contrat: Contrat) -> list[tuple[str, str]]:
    if attestation.blocages(contrat):
        return []
    return [("Émettre l’attestation récapitulative", reverse("bilan:issue_attestation", args=[contrat.pk]))]
