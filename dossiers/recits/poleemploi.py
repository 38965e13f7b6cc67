"""What the timeline says of the exchange with Pôle emploi."""

from dossiers.recits.mots import Facts, Recits, jour, version
from poleemploi.states import MotifClassement


def _accuse(faits: Facts) -> str:
    return f"{version(faits)} Accusé n° {faits.get('accuse')}.".strip()


def _retour(faits: Facts) -> str:
    said = []
    if faits.get("inscription"):
        said.append(f"Inscription le {jour(faits['inscription'])}.")
    if faits.get("radiation"):
        said.append(f"Fin d’inscription le {jour(faits['radiation'])}.")
    if faits.get("ppae"):
        said.append(f"Entretien PPAE le {jour(faits['ppae'])}.")
    if faits.get("prestation"):
        said.append(f"Une prestation débute le {jour(faits['prestation'])}.")
    if faits.get("emploi"):
        said.append("Un emploi est signalé.")
    if faits.get("historique") == "depasse":
        said.append("Une situation plus récente était déjà connue.")
    if faits.get("historique") == "clos":
        said.append("Le bilan est clos\u00a0: sa situation n’en est pas changée.")
    return " ".join(said)


def _classement(faits: Facts) -> str:
    return f"{MotifClassement(faits['motif']).label}."


SENTENCES: Recits = {
    "transmission.mise_en_file": ("Transmission demandée", version),
    "transmission.envoyee": ("Synthèse envoyée à Pôle emploi", version),
    "transmission.non_partie": ("Envoi suspendu avant son départ\u00a0: rien n’a été envoyé", version),
    "transmission.incertaine": ("Envoi sans réponse, à vérifier", version),
    "transmission.a_verifier": ("Arrivée de l’envoi à vérifier avant effacement", version),
    "transmission.a_rapprocher": ("Envoi à rechercher chez Pôle emploi, la base ayant été restaurée", version),
    "transmission.accusee": ("Accusé de réception de Pôle emploi", _accuse),
    "transmission.rejetee": ("Transmission refusée, à corriger", version),
    "transmission.echec_definitif": ("Transmission en échec, à relancer", version),
    "transmission.relancee": ("Transmission relancée", version),
    "transmission.annulee": ("Transmission annulée, rien n’est chez Pôle emploi", version),
    "transmission.effacement_demande": ("Effacement demandé à Pôle emploi", version),
    "transmission.effacee": ("Synthèse effacée chez Pôle emploi", version),
    "retour.prise_en_charge_ppae": ("Prise en charge par Pôle emploi", _retour),
    "retour.enregistre": ("Retour de Pôle emploi enregistré", _retour),
    "retour.classe": ("Retour de Pôle emploi classé sans être appliqué", _classement),
}
