"""Signatories, their contract with the State, its prestations and what is proposed to the préfet (reference C)."""

from cai.models.contrat import (
    BILAN_OBLIGATOIRE_DEPUIS,
    NUMERO_CAI_FORME,
    Contrat,
    ContratQuerySet,
    Langue,
    Pays,
    Prestation,
    PrestationQuerySet,
    Signataire,
    SignataireQuerySet,
    TitreAdmission,
)

__all__ = [
    "BILAN_OBLIGATOIRE_DEPUIS",
    "NUMERO_CAI_FORME",
    "Contrat",
    "ContratQuerySet",
    "Langue",
    "Pays",
    "Prestation",
    "PrestationQuerySet",
    "Signataire",
    "SignataireQuerySet",
    "TitreAdmission",
]
