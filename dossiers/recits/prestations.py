"""What the timeline says of the trainings of the contract, and of what was evaluated before the arrival."""

from cai.models import Certificat, EvaluationPreArrivee, Prestation, SeancePrestation
from cai.pre_arrivee import PHRASES, Effet
from core import journal
from core.french import duree, insecable
from dossiers.recits.mots import Facts, Recits, jour, label


def _etat(faits: Facts) -> str:
    """The training and the state it is in now; events of former times say the training alone."""
    genre = label(Prestation.Type, faits["type"])
    statut = faits.get("statut")
    if not statut:
        return f"{genre}."
    return f"{genre}\u00a0: {label(Prestation.Statut, statut).lower()}."


def _prescription(faits: Facts) -> str:
    return f"{_etat(faits)} {duree(faits['heures'] * 60)} prescrites le {jour(faits['date_prescription'])}."


def _seance(faits: Facts) -> str:
    presence = label(SeancePrestation.Presence, faits["presence"]).lower()
    vu = faits.get("justificatif_vu_le")
    seen = f" Justificatif vu le {jour(vu)}." if vu else ""
    return f"{_etat(faits)} {duree(faits['minutes'])} le {jour(faits['jour'])}, {presence}.{seen}"


def _correction(faits: Facts) -> str:
    before = faits["auparavant"]
    presence = label(SeancePrestation.Presence, before["presence"]).lower()
    was = f"{duree(before['minutes'])} le {jour(before['jour'])}, {presence}"
    return f"{_seance(faits)} Auparavant\u00a0: {was}."


def _certificat(faits: Facts) -> str:
    niveau = f" Niveau\u00a0{label(Prestation.Niveau, faits['niveau'])}." if faits.get("niveau") else ""
    rate = " L’examen n’est pas réussi." if faits.get("reussi") is False else ""
    return f"{_etat(faits)} {label(Certificat.Genre, faits['genre'])} du {jour(faits['jour'])}.{niveau}{rate}"


def _pre_arrivee(faits: Facts) -> str:
    effet = insecable(PHRASES[Effet(faits["effet"])])
    if faits["qualite"] == journal.EFFACEE:
        return effet
    return f"{label(EvaluationPreArrivee.Qualite, faits['qualite'])}. {effet}"


SENTENCES: Recits = {
    "prestation.enregistree": ("Prestation mise à jour", _etat),
    "prestation.prescrite": ("Formation prescrite", _prescription),
    "prestation.seance_enregistree": ("Séance de formation enregistrée", _seance),
    "prestation.seance_corrigee": ("Séance de formation corrigée", _correction),
    "prestation.seance_retiree": ("Séance de formation retirée", _seance),
    "prestation.certificat_enregistre": ("Justificatif de formation enregistré", _certificat),
    "prestation.certificat_retire": ("Justificatif de formation retiré", _certificat),
    "prearrivee.enregistree": ("Évaluation avant l’arrivée enregistrée", _pre_arrivee),
    "prearrivee.corrigee": ("Évaluation avant l’arrivée corrigée", _pre_arrivee),
}
