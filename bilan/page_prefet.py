"""What the page of one proposal shows: where it stands, who acts next, the one act to do now, the others (C.9)."""

from dataclasses import dataclass

from django.urls import reverse

from agents.models import Agent
from agents.permissions import has_permission
from agents.roles import Permission
from bilan.actes_prefet import ActePrefet, offered
from bilan.lettres.libres import LettreLibre, offered_about
from bilan.propositions import fin_observations, reparations, suspension
from cai.models import PropositionPrefet
from core import clock
from core.french import date_longue, date_sans_jour, minuscule

Statut = PropositionPrefet.Statut
Lien = tuple[str, str]  # what it is called, where it leads
_FAIT, _PRESENT, _A_VENIR, _SANS_OBJET = "fait", "present", "a_venir", "sans_objet"


@dataclass(frozen=True)
class SuitePrefet:
    """The next act: one button, or what is waited for and a link to what may come meanwhile."""

    titre: str
    phrase: str
    bouton: str = ""
    url: str = ""
    lien: str = ""
    lien_url: str = ""


@dataclass(frozen=True)
class PagePrefet:
    """What ``bilan/proposition_voir.html`` shows besides the proposal itself; ``suite`` is None once it is over."""

    etapes: list[dict[str, str]]
    alertes: list[str]
    suite: SuitePrefet | None
    autres: list[Lien]


def page_of(proposition: PropositionPrefet, agent: Agent) -> PagePrefet:
    """The page of a proposal for this agent: no act that would be refused, and the next one once only."""
    lettres = offered_about(proposition, agent)
    actes = offered(proposition, agent)
    suite = _suite(proposition, agent, lettres, {acte.name: acte for acte in actes}) if proposition.is_open else None
    autres = [_letter(proposition, lettre) for lettre in lettres] + [_act(proposition, acte) for acte in actes]
    shown = (suite.url, suite.lien_url) if suite else ()
    alertes = [blocage.message for blocage in suspension(proposition)] if proposition.is_open else []
    if told := reparations(proposition):
        alertes = [*told, "Le directeur territorial abandonne la proposition, ou le préfet décide en le sachant."]
    return PagePrefet(
        etapes=_etapes(proposition),
        alertes=alertes,
        suite=suite,
        autres=[lien for lien in autres if lien[1] not in shown],
    )


def _letter(proposition: PropositionPrefet, lettre: LettreLibre) -> Lien:
    return lettre.titre, reverse("bilan:issue_letter", args=[proposition.contrat_id, lettre.nom])


def _act(proposition: PropositionPrefet, acte: ActePrefet) -> Lien:
    return acte.titre, reverse("bilan:proposition_act", args=[proposition.pk, acte.name])


# --- where it stands ---------------------------------------------------------------------------


def _etapes(row: PropositionPrefet) -> list[dict[str, str]]:
    """The steps in their order, each with its day; an adversarial month stands in a résiliation alone."""
    steps = [("Signature", f"le {date_sans_jour(row.propose_at)}" if row.propose_at else "")]
    if row.is_resiliation:
        fin = fin_observations(row)
        steps += [
            ("Lettre du préfet", f"reçue le {date_sans_jour(row.date_reception)}" if row.date_reception else ""),
            ("Mois d’observations", f"jusqu’au {date_sans_jour(fin)} inclus" if fin else ""),
        ]
    steps.append(("Décision du préfet", f"acte du {date_sans_jour(row.date_decision)}" if row.date_decision else ""))
    reached = _reached(row)
    open_state = _PRESENT if row.is_open else _SANS_OBJET
    states = [_FAIT if rank < reached else open_state if rank == reached else _A_VENIR for rank in range(len(steps))]
    if row.statut == Statut.ABANDONNEE:
        states = [_SANS_OBJET if state == _A_VENIR else state for state in states]
    return [
        {"label": label, "etat": state, "detail": detail} for (label, detail), state in zip(steps, states, strict=True)
    ]


def _reached(row: PropositionPrefet) -> int:
    """The rank of the present step: how many are behind."""
    if row.statut == Statut.DECIDEE:
        return 4 if row.is_resiliation else 2
    fin = fin_observations(row)
    if fin is not None:
        return 2 if clock.today() <= fin else 3
    return 1 if row.propose_at else 0


# --- what comes next ---------------------------------------------------------------------------


def _suite(
    row: PropositionPrefet, agent: Agent, lettres: list[LettreLibre], actes: dict[str, ActePrefet]
) -> SuitePrefet:
    if row.suspendue_at is not None:
        return _do(row, actes.get("abandon"), "Elle ne peut plus avancer.", "Attendre le directeur territorial")
    if row.statut == Statut.BROUILLON:
        return _to_sign(row, agent)
    if lettres:
        titre, url = _letter(row, lettres[0])
        return SuitePrefet(titre=titre, phrase=lettres[0].phrase, bouton="Lire et émettre le courrier", url=url)
    if row.statut == Statut.PROPOSEE and row.is_resiliation:
        phrase = "Le préfet écrit à la personne ce qu’il envisage. Notez le jour où elle a reçu sa lettre."
        return _do(row, actes.get("intention"), phrase, "Attendre la lettre du préfet")
    fin = fin_observations(row)
    if fin is not None and clock.today() <= fin:
        return _to_hear(row, actes.get("observations"), until=date_longue(fin))
    phrase = "Le préfet décide. Notez ce qu’il a décidé, avec la date et la référence de son acte."
    return _do(row, actes.get("decision"), phrase, "Attendre la décision du préfet")


def _do(row: PropositionPrefet, acte: ActePrefet | None, phrase: str, attente: str) -> SuitePrefet:
    """The act for who may do it; else who it waits for."""
    if acte is None:
        return SuitePrefet(titre=attente, phrase=phrase)
    return SuitePrefet(titre=acte.titre, phrase=phrase, bouton=acte.bouton, url=_act(row, acte)[1])


def _to_sign(row: PropositionPrefet, agent: Agent) -> SuitePrefet:
    if not has_permission(agent, Permission.SIGNER_PROPOSITION, direction_id=row.contrat.direction_id):
        return SuitePrefet(
            titre="Attendre la signature", phrase="Le directeur territorial la motive et la signe, ou y renonce."
        )
    return SuitePrefet(
        titre=f"Signer la proposition de {minuscule(row.get_type_display())}",
        phrase="Vous la motivez et la signez, ou vous y renoncez.",
        bouton="Lire et signer",
        url=reverse("bilan:sign_proposition", args=[row.contrat_id, row.type]),
    )


def _to_hear(row: PropositionPrefet, acte: ActePrefet | None, *, until: str) -> SuitePrefet:
    lien, lien_url = _act(row, acte) if acte else ("", "")
    return SuitePrefet(
        titre="Attendre les observations de la personne",
        phrase=f"Elle peut répondre jusqu’au {until} inclus. Le préfet décide ensuite.",
        lien=lien,
        lien_url=lien_url,
    )
