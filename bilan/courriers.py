"""What the letters and forms say, as plain values: filled from rows by the services, printed by `bilan.documents`."""

from dataclasses import dataclass
from datetime import date, datetime

from bilan.textes import CONSENTEMENTS


@dataclass(frozen=True, kw_only=True)
class Personne:
    nom: str
    prenom: str | None = None

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}" if self.prenom else self.nom


@dataclass(frozen=True, kw_only=True)
class Direction:
    """The local office that writes; `adresse` is the lines under its name."""

    nom: str
    ville: str
    adresse: tuple[str, ...]
    telephone: str
    courriel: str


@dataclass(frozen=True, kw_only=True)
class Numerote:
    """A paper issued under a number of its direction's series; without a number, it is a draft to be read first."""

    numero: str = ""
    numero_cai: str
    direction: Direction
    personne: Personne
    langue: str = ""  # code of the language the person understands


@dataclass(frozen=True, kw_only=True)
class Lettre(Numerote):
    """What leaves in a window envelope. `adresse` is the postal lines under the name, empty ones ignored."""

    date_lettre: date
    civilite: str  # « Madame » or « Monsieur »
    adresse: tuple[str, ...]
    signataire_nom: str
    signataire_qualite: str

    @property
    def lignes_adresse(self) -> tuple[str, ...]:
        return (self.personne.nom_complet, *(line for line in self.adresse if line))


@dataclass(frozen=True, kw_only=True)
class Convocation(Lettre):
    """One summons to a bilan."""

    debut: datetime  # aware
    duree_minutes: int
    prestataire_nom: str
    lieu_nom: str
    lieu_adresse: tuple[str, ...]
    lieu_acces: str = ""
    conseiller_nom: str = ""
    delai_justification_jours: int


@dataclass(frozen=True, kw_only=True)
class Consentement:
    """A form for one scope of consent, blank: nothing on it is ticked, whatever the ledger says.

    Refuses an unknown scope, and a form of transmission without the version it is about (ValueError).
    """

    portee: str  # a key of bilan.textes.CONSENTEMENTS
    personne: Personne
    numero_cai: str
    date_bilan: date
    prestataire_nom: str
    direction: Direction
    langue: str = ""  # code of the language in which the person reads it
    version_synthese: int | None = None
    mineur: bool = False  # under 18 on the day of the signature

    def __post_init__(self) -> None:
        if self.portee not in CONSENTEMENTS:
            raise ValueError(f"{self.portee!r} is not a scope of consent")
        if self.portee == "transmission_pole_emploi" and self.version_synthese is None:
            raise ValueError("a consent to transmission is bound to a version of the synthesis")


@dataclass(frozen=True, kw_only=True)
class Information(Numerote):
    """The notice handed over when the bilan is prescribed."""

    date_remise: date
