"""Signatories, their contract with the State, its prestations and what is proposed to the préfet (reference C)."""

from cai.models.contrat import (
    BILAN_OBLIGATOIRE_DEPUIS,
    COORDONNEES,
    LANGUE_INCONNUE,
    NUMERO_ANONYME,
    NUMERO_CAI_FORME,
    PAYS_INCONNU,
    Contrat,
    ContratQuerySet,
    Langue,
    Pays,
    Signataire,
    SignataireQuerySet,
    TitreAdmission,
)
from cai.models.famille import ContratFamille, Enfant
from cai.models.pre_arrivee import EvaluationPreArrivee
from cai.models.prestations import SEANCE_MINUTES_MAX, Certificat, Prestation, PrestationQuerySet, SeancePrestation
from cai.models.proposition import MOTIVATION_MIN, MonthLater, PropositionPrefet, PropositionPrefetQuerySet

__all__ = [
    "BILAN_OBLIGATOIRE_DEPUIS",
    "COORDONNEES",
    "LANGUE_INCONNUE",
    "MOTIVATION_MIN",
    "NUMERO_ANONYME",
    "NUMERO_CAI_FORME",
    "PAYS_INCONNU",
    "SEANCE_MINUTES_MAX",
    "Certificat",
    "Contrat",
    "ContratFamille",
    "ContratQuerySet",
    "Enfant",
    "EvaluationPreArrivee",
    "Langue",
    "MonthLater",
    "Pays",
    "Prestation",
    "PrestationQuerySet",
    "PropositionPrefet",
    "PropositionPrefetQuerySet",
    "SeancePrestation",
    "Signataire",
    "SignataireQuerySet",
    "TitreAdmission",
]
