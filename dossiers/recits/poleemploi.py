"""What the timeline says of the exchange with Pôle emploi."""

from dossiers.recits.mots import Facts, Recits, jour, version


def _accuse(faits: Facts) -> str:
    return f"{version(faits)} Accusé n° {faits.get('accuse')}.".strip()


def _retour(faits: Facts) -> str:
    said = []
    if faits.get("inscription"):
        said.append(f"Inscription le {jour(faits['inscription'])}.")
    if faits.get("ppae"):
        said.append(f"Entretien PPAE le {jour(faits['ppae'])}.")
    if faits.get("emploi"):
        said.append("Un emploi est signalé.")
    return " ".join(said)


SENTENCES: Recits = {
    "transmission.mise_en_file": ("Transmission demandée", version),
    "transmission.envoyee": ("Synthèse envoyée à Pôle emploi", version),
    "transmission.incertaine": ("Envoi sans réponse, à vérifier", version),
    "transmission.a_verifier": ("Arrivée de l’envoi à vérifier avant effacement", version),
    "transmission.accusee": ("Accusé de réception de Pôle emploi", _accuse),
    "transmission.rejetee": ("Transmission refusée, à corriger", version),
    "transmission.echec_definitif": ("Transmission en échec, à relancer", version),
    "transmission.relancee": ("Transmission relancée", version),
    "transmission.annulee": ("Transmission annulée, rien n’a été envoyé", version),
    "transmission.effacement_demande": ("Effacement demandé à Pôle emploi", version),
    "transmission.effacee": ("Synthèse effacée chez Pôle emploi", version),
    "retour.prise_en_charge_ppae": ("Prise en charge par Pôle emploi", _retour),
    "retour.enregistre": ("Retour de Pôle emploi enregistré", _retour),
}
