"""Letters as they are printed: everything already in French, nothing that paper must not say. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class Expediteur:
    """The direction territoriale that writes."""

    nom: str
    adresse: str
    code_postal: str
    ville: str
    telephone: str
    courriel: str


@dataclass(frozen=True, kw_only=True)
class Destinataire:
    """Whom the window of the envelope shows: name and postal address, nothing else."""

    civilite: str
    nom_complet: str
    adresse: str
    adresse_complement: str
    code_postal: str
    ville: str
    langue: str  # language understood, as a French word


@dataclass(frozen=True, kw_only=True)
class Convocation:
    """A summons to the bilan. ``numero`` is empty on a preview."""

    numero: str
    numero_cai: str
    emise_le: date
    expediteur: Expediteur
    destinataire: Destinataire
    debut: datetime  # aware, Europe/Paris
    duree_minutes: int
    lieu_nom: str
    lieu_adresse: str
    lieu_code_postal: str
    lieu_ville: str
    lieu_acces: str
    prestataire_nom: str
    prestataire_telephone: str
    conseiller_nom: str
    delai_justification_jours: int


@dataclass(frozen=True, kw_only=True)
class NoticeInformation:
    """What the person is told when the bilan is prescribed."""

    numero: str
    numero_cai: str
    emise_le: date
    expediteur: Expediteur
    destinataire: Destinataire
    echeance: date
    duree_max_minutes: int


@dataclass(frozen=True, kw_only=True)
class FormulaireConsentement:
    """The form of one scope, nothing ticked; the person reads, answers and signs."""

    portee: str  # value of Consentement.Portee
    version_texte: str
    numero_cai: str
    nom_complet: str
    langue: str
    version_synthese: int | None
    prestataire_nom: str
    expediteur: Expediteur
    representant_legal: str  # empty for an adult
    donnees_transmises: Sequence[str] = ()
