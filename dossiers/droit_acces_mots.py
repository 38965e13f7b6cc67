"""The words of the right of access: a name for each column and a text for each value, as the person reads them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.db import models

from bilan import models as bilan
from bilan import states
from cai import models as cai
from core.french import date_sans_jour, duree, heure
from exemptions import models as exemptions
from exemptions.domain import bareme
from exemptions.domain.phrases import enumere
from poleemploi import models as poleemploi
from poleemploi.champs import heading_of
from poleemploi.reponses import explain_refusal

# Columns whose own name speaks to agents, or stands for something else in another table.
LIBELLES = {
    "anonymise_at": "Rendu anonyme le",
    "date_echeance": "Dernier jour",
    "date_echeance_prorogee": "Dernier jour après la prorogation",
    "duree_fixee_minutes": "Durée fixée",
    "duree_minutes": "Durée prévue",
    "effacement_voulu": "Effacement demandé",
    "erreur_champs": "Renseignements refusés",
    "erreur_code": "Raison du refus",
    "fait_le": "Fait le",
    "fermee_at": "Terminé le",
    "figee_at": "Texte arrêté le",
    "instantane_pris_at": "Compté dans les statistiques, sans votre nom, le",
    "issue": "Issue de l’essai",
    "minutes": "Durée",
    "mode": "Donnée par",
    "motif_annulation": "Raison de l’annulation",
    "motif_fin": "Raison de la fin",
    "motif_non_realisation": "Raison pour laquelle le bilan n’a pas eu lieu",
    "nombre_reports": "Nombre de reports",
    "ouverte_at": "Commencé le",
    "portee": "Ce qui vous était demandé",
    "rang": "Numéro d’ordre",
    "rapprochement": "Votre dossier à Pôle emploi",
    "resultat_1": "Résultat de la première évaluation",
    "resultat_2": "Résultat de la seconde évaluation",
    "taille": "Taille, en octets",
}
RAPPROCHEMENTS = {"TROUVE": "trouvé", "NON_TROUVE": "non trouvé", "PLUSIEURS": "plusieurs dossiers possibles"}
_MOTIFS = (states.MotifReport, states.MotifAbsence, states.MotifInterruption, states.MotifAnnulation)
RAISONS = dict(chain.from_iterable(choices.choices for choices in _MOTIFS)) | {"exemption": "Personne dispensée"}
# What was looked at, in the words of the person; an act that has none here reads as it is named.
ACTES = {
    "classer_retour": "retour de Pôle emploi classé",
    "consentement_accorde": "accord enregistré",
    "consentement_refuse": "refus enregistré",
    "consentement_retire": "retrait enregistré",
    "export_dossier": "vos données remises",
    "exporter_rendez_vous": "rendez-vous copié dans un agenda",
    "impression_certificat": "certificat de destruction imprimé",
    "impression_synthese": "synthèse imprimée",
    "imprimer_courrier": "courrier imprimé",
    "imprimer_formulaire": "formulaire d’accord imprimé",
    "lecture_piece": "copie d’une pièce lue",
    "lire_synthese": "synthèse lue par son auteur",
    "relancer_transmission": "relance d’une transmission",
    "transmission": "transmission à Pôle emploi",
    "voir_bilan": "bilan consulté",
    "voir_coordonnees": "coordonnées lues pour le suivi",
    "voir_chronologie": "chronologie consultée",
    "voir_dossier": "dossier consulté",
    "voir_exemption": "exemption consultée",
    "voir_famille": "contrat pour la famille consulté",
    "voir_proposition": "proposition au préfet consultée",
    "voir_retour": "retour de Pôle emploi consulté",
    "voir_synthese": "synthèse ouverte par son auteur",
    "voir_transmission": "transmission consultée",
}


def label_of(field: "models.Field[Any, Any]") -> str:
    """The name of a column."""
    label = LIBELLES.get(field.name, str(field.verbose_name))
    return label[:1].upper() + label[1:]


def text_of(row: models.Model, field: "models.Field[Any, Any]") -> str:
    """A value in words; nothing for what is empty. Dates in French, codes by their label, a named row by its name."""
    teller = _TELLERS.get((type(row), field.name))
    if teller is not None:
        return teller(row)
    if field.is_relation:
        related = getattr(row, field.name)
        return "" if related is None else str(related)
    value = field.value_from_object(row)
    if value in (None, "", [], {}):
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _plain(duree(value) if field.name.endswith("minutes") else value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return f"{date_sans_jour(value)} à {heure(value)}"
    if isinstance(value, date):
        return date_sans_jour(value)
    return str(value)


def _facts_of(evaluation: models.Model) -> str:
    """What the person and their papers said, once each: the verdict lists it under every ground."""
    explained = getattr(evaluation, "resultat", {}).get("explications", [])
    return " ; ".join(dict.fromkeys(fact for ground in explained for fact in ground["faits"]))


def _verdict_of(evaluation: models.Model) -> str:
    verdict = getattr(evaluation, "resultat", {})
    why = " ; ".join(f"{part['constat']} ({part['article']})" for part in verdict.get("explications", []))
    return f"{verdict.get('phrase', '')} Cas examinés, la personne\u00a0: {why}." if why else ""


def _labels(name: str, known: Mapping[str, Any]) -> Callable[[models.Model], str]:
    """How to tell a column of codes, or of one code, by their labels."""

    def tell(row: models.Model) -> str:
        codes = getattr(row, name)
        codes = codes if isinstance(codes, list) else [codes] if codes else []
        return enumere(str(known.get(code, code)) for code in codes)

    return tell


def _refused_fields(row: models.Model) -> str:
    fields = getattr(row, "erreur_champs", None) or []
    return " ; ".join(f"{heading_of(field['chemin']).rubrique}\u00a0: {field['motif']}" for field in fields)


def _refusal(row: models.Model) -> str:
    code = getattr(row, "erreur_code", "")
    return explain_refusal(code) if code else ""


_TELLERS: dict[tuple[type[models.Model], str], Callable[[models.Model], str]] = {
    (bilan.RendezVous, "motif"): _labels("motif", RAISONS),
    (cai.PropositionPrefet, "manquements"): _labels("manquements", dict(cai.Prestation.Type.choices)),
    (exemptions.Evaluation, "faits"): _facts_of,
    (exemptions.Evaluation, "resultat"): _verdict_of,
    (exemptions.Evaluation, "motifs"): _labels("motifs", bareme.LIBELLES_MOTIFS),
    (exemptions.Evaluation, "motif_principal"): _labels("motif_principal", bareme.LIBELLES_MOTIFS),
    (poleemploi.Transmission, "rapprochement"): _labels("rapprochement", RAPPROCHEMENTS),
    (poleemploi.Transmission, "erreur_code"): _refusal,
    (poleemploi.Transmission, "erreur_champs"): _refused_fields,
}


def act_of(action: str) -> str:
    """What was done with a file, from the word of the access journal."""
    return ACTES.get(action) or action.replace("_", " ")
