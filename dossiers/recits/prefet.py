"""What the timeline says of proposals to the préfet and of what he decided; never the reasoning (reference C.9)."""

from cai.models import PropositionPrefet
from dossiers.recits.mots import Facts, Recits, jour, label, rien


def _acte(faits: Facts) -> str:
    """An act of the préfet, by its date and its reference; and the new last day when it extends the contract."""
    fin = faits.get("date_echeance_prorogee")
    until = f" Jusqu’au {jour(fin)} inclus." if fin else ""
    return f"Acte du {jour(faits['date_decision'])}, n° {faits['reference']}.{until}"


def _proposition(faits: Facts) -> str:
    return f"{label(PropositionPrefet.Type, faits['type'])}."


def _proposee(faits: Facts) -> str:
    fin = faits.get("echeance_proposee")
    return f"{_proposition(faits)[:-1]} jusqu’au {jour(fin)}." if fin else _proposition(faits)


def _intention(faits: Facts) -> str:
    fin = jour(faits["fin_observations"])
    return f"Lettre reçue le {jour(faits['date_reception'])}, observations jusqu’au {fin} inclus."


def _correction(faits: Facts) -> str:
    return f"{_intention(faits)} Auparavant\u00a0: reçue le {jour(faits['auparavant'])}."


def _observations(faits: Facts) -> str:
    return f"Reçues le {jour(faits['date_observations'])}."


def _decision(faits: Facts) -> str:
    return f"{_proposition(faits)} {label(PropositionPrefet.Decision, faits['decision'])}. {_acte(faits)}"


SENTENCES: Recits = {
    "contrat.proroge": ("Contrat prorogé", _acte),
    "contrat.resilie": ("Contrat résilié", _acte),
    "contrat.cloture": ("Contrat clôturé", _acte),
    "proposition.preparer": ("Proposition au préfet préparée, à signer", _proposition),
    "proposition.proposer": ("Proposition signée pour le préfet", _proposee),
    "proposition.notifier_intention": ("Intention de résilier notifiée à la personne", _intention),
    "proposition.corriger_intention": ("Date de réception de l’intention corrigée", _correction),
    "proposition.recevoir_observations": ("Observations de la personne enregistrées", _observations),
    "proposition.suspendre": ("Proposition de résiliation suspendue : absence excusée", rien),
    "proposition.decider": ("Décision du préfet enregistrée", _decision),
    "proposition.abandonner": ("Proposition au préfet abandonnée", _proposition),
}
