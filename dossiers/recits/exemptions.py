"""What the timeline says of documents and evaluations."""

from core.french import insecable
from dossiers.recits.mots import Facts, Recits, jour, label
from exemptions.domain import bareme
from exemptions.models import Justificatif


def _evaluation(faits: Facts) -> str:
    reference = jour(faits["date_reference"])
    if not faits["exempte"]:
        return f"Au {reference}, aucun motif de dispense : le bilan est à proposer."
    motifs = " ; ".join(bareme.LIBELLES_MOTIFS.get(motif, motif) for motif in faits["motifs"])
    return f"Au {reference}, la personne est dispensée : {insecable(motifs)}."


def _piece(faits: Facts) -> str:
    motif = f" Motif : {faits['motif']}." if faits.get("motif") else ""
    vue = " Vue en original, sans copie." if faits.get("copie") is False else ""
    return f"{label(Justificatif.Type, faits['type'])} du {jour(faits['date_document'])}.{vue}{motif}"


SENTENCES: Recits = {
    "exemption.evaluee": ("Exemption évaluée", _evaluation),
    "justificatif.recu": ("Pièce reçue", _piece),
    "justificatif.verifie": ("Pièce vérifiée", _piece),
    "justificatif.rejete": ("Pièce rejetée", _piece),
    "justificatif.fichier_joint": ("Copie jointe à la pièce", _piece),
    "justificatif.fichier_remplace": ("Copie de la pièce remplacée", _piece),
    "justificatif.fichier_detruit": ("Copie de la pièce détruite", _piece),
}
