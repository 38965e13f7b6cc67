"""What the timeline says of the bilan: appointments, conduct, synthesis, decisions of the person, letters."""

from datetime import date

from bilan.models import Consentement, Courrier, Suivi
from bilan.passation import AUTRE_PRESTATAIRE
from bilan.states import (
    MotifAbsence,
    MotifAnnulation,
    MotifDestruction,
    MotifImpression,
    MotifInterruption,
    MotifNonRealisation,
    MotifReport,
    MotifReprise,
)
from core import clock
from core.french import duree
from dossiers.recits.mots import Facts, Recits, jour, label, libre, moment, motif, rien, version


def _travail(faits: Facts) -> str:
    if faits["motif"] == AUTRE_PRESTATAIRE:
        return "Le bilan passe à un autre prestataire."
    return "Un an a passé depuis la dernière séance, et la synthèse n’a pas été rédigée."


def _convocation(faits: Facts) -> str:
    reduit = " La personne a accepté un délai plus court." if faits.get("accord_delai_reduit") else ""
    return f"Rendez-vous le {moment(faits['rendez_vous'])}. Convocation n° {faits['convocation']}.{reduit}"


def _absence(faits: Facts) -> str:
    limite = faits.get("limite_justification")
    if not limite:
        return ""
    can = "peut" if date.fromisoformat(limite) >= clock.today() else "pouvait"
    return f"La personne {can} se justifier jusqu’au {jour(limite)} inclus."


def _excuse(faits: Facts) -> str:
    if not faits.get("motif"):
        return ""
    vu = faits.get("justificatif_vu_le")
    return f"Raison : {label(MotifAbsence, faits['motif'])}." + (f" Justificatif vu le {jour(vu)}." if vu else "")


def _duree(faits: Facts) -> str:
    return f"De {duree(faits['duree_avant'])} à {duree(faits['duree_fixee_minutes'])}."


def _seance(faits: Facts) -> str:
    return f"{duree(faits['minutes'])} le {jour(faits['jour'])}."


def _consentement(faits: Facts) -> str:
    portee = label(Consentement.Portee, faits["portee"])
    return f"{portee} : {label(Consentement.Decision, faits['decision']).lower()}."


def _impression(faits: Facts) -> str:
    motif = label(MotifImpression, faits.get("motif", ""))
    return f"{motif}. Version {faits.get('version')}, exemplaire {faits.get('exemplaire')}."


def _courrier(faits: Facts) -> str:
    return f"{label(Courrier.Genre, faits['genre'])} n° {faits['numero']}."


def _cloture(faits: Facts) -> str:
    return "La transmission à Pôle emploi a été abandonnée." if faits.get("motif") else ""


def _suivi(faits: Facts) -> str:
    statut = label(Suivi.Statut, faits["statut"]).lower()
    return f"{label(Suivi.Echeance, faits['echeance'])} : {statut}, le {jour(faits['fait_le'])}."


SENTENCES: Recits = {
    "bilan.ouvert": ("Bilan ouvert, exemption à évaluer", rien),
    "bilan.constater_exemption": ("Exemption constatée", rien),
    "bilan.prescrire": ("Bilan prescrit", rien),
    "bilan.lever_exemption": ("Exemption levée", libre),
    "bilan.convoquer": ("Personne convoquée", _convocation),
    "bilan.reporter": ("Rendez-vous reporté", motif(MotifReport)),
    "bilan.reattribuer": ("Dossier confié à un autre prescripteur", rien),
    "bilan.affecter_conseiller": ("Bilan confié à un autre conseiller", rien),
    "bilan.constater_absence": ("Absence constatée", _absence),
    "bilan.reconnaitre_motif_legitime": ("Motif légitime reconnu", _excuse),
    "bilan.constater_absence_injustifiee": ("Absence sans motif constatée", rien),
    "bilan.requalifier_absence": ("Absence requalifiée : motif légitime", _excuse),
    "bilan.demarrer": ("Bilan commencé : la personne est venue", rien),
    "bilan.seance_enregistree": ("Séance enregistrée", _seance),
    "bilan.passer_en_investigation": ("Phase d’investigation ouverte", rien),
    "bilan.passer_en_conclusion": ("Phase de conclusion ouverte", rien),
    "bilan.interrompre": ("Bilan interrompu", motif(MotifInterruption)),
    "bilan.synthese_commencee": ("Brouillon de synthèse commencé", version),
    "bilan.rediger_synthese": ("Synthèse rédigée", version),
    "bilan.presenter_synthese": ("Synthèse présentée à la personne", version),
    "bilan.reprendre_synthese": ("Synthèse reprise pour correction", motif(MotifReprise)),
    "bilan.valider_synthese": ("Synthèse signée, validée et remise", version),
    "bilan.constater_refus_signature": ("Signature refusée par la personne", rien),
    "bilan.synthese_imprimee": ("Synthèse imprimée", _impression),
    "bilan.synthese_recue": ("Synthèse reçue par Pôle emploi", version),
    "bilan.consentement_recueilli": ("Décision de la personne enregistrée", _consentement),
    "bilan.travail_detruit": ("Notes et brouillon détruits", _travail),
    "bilan.contenu_detruit": ("Contenu de la synthèse détruit", motif(MotifDestruction)),
    "bilan.refixer_duree": ("Durée du bilan changée", _duree),
    "bilan.suivi_note": ("Suivi noté", _suivi),
    "bilan.cloturer": ("Bilan clos", _cloture),
    "bilan.constater_non_realisation": ("Bilan non réalisé", motif(MotifNonRealisation)),
    "bilan.annuler": ("Bilan annulé", motif(MotifAnnulation)),
    "courrier.emis": ("Courrier émis", _courrier),
}
