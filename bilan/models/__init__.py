"""The bilan, its synthesis by version, and the ledger of consents (reference D and E), one room for each."""

from bilan.models.conduite import (
    DUREE_MAX_MINUTES,
    MINUTES_INDICATIVES,
    Bilan,
    BilanQuerySet,
    NotePhase,
    RendezVous,
    RendezVousQuerySet,
    Seance,
)
from bilan.models.consentement import Consentement
from bilan.models.courrier import Courrier, CourrierQuerySet, TirageCourriers
from bilan.models.instantane import Instantane
from bilan.models.nomenclatures import Metier, NiveauFormation
from bilan.models.suivi import Suivi
from bilan.models.synthese import Synthese, SyntheseDetruite, SynthesePdf

__all__ = [
    "DUREE_MAX_MINUTES",
    "MINUTES_INDICATIVES",
    "Bilan",
    "BilanQuerySet",
    "Consentement",
    "Courrier",
    "CourrierQuerySet",
    "Instantane",
    "Metier",
    "NiveauFormation",
    "NotePhase",
    "RendezVous",
    "RendezVousQuerySet",
    "Seance",
    "Suivi",
    "Synthese",
    "SyntheseDetruite",
    "SynthesePdf",
    "TirageCourriers",
]
