"""The partner's bad days, on demand: which fault, for which operation, how many times.

A fault strikes at one stage of a request, so that a refusal of the business rules never precedes the check of the
token and never contradicts an answer that a key has already received.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

from .refus import Refus
from .validation import faults_against


class Operation(StrEnum):
    """The operations of the contract, under the contract's own names."""

    OBTENIR_JETON = "obtenirJeton"
    DEPOSER_SYNTHESE = "deposerSynthese"
    RETROUVER_DEPOT = "retrouverDepot"
    EFFACER_SYNTHESE = "effacerSynthese"
    LIRE_EVENEMENTS = "lireEvenements"


class Etape(StrEnum):
    """Where in a request a fault strikes."""

    PASSERELLE = "passerelle"  # before or after everything else, whatever the operation
    JETON = "jeton"  # when a token is asked for, by a client that is right
    ACCES = "acces"  # when a token is shown
    METIER = "metier"  # when a deposit conforms and its key is new


class Genre(StrEnum):
    QUOTA_SECONDES = "QUOTA_SECONDES"
    QUOTA_DATE = "QUOTA_DATE"
    QUOTA_SANS_DELAI = "QUOTA_SANS_DELAI"
    ERREUR_500 = "ERREUR_500"
    INDISPONIBLE_503 = "INDISPONIBLE_503"
    DELAI_AVANT = "DELAI_AVANT"
    DELAI_APRES = "DELAI_APRES"
    COUPURE_AVANT = "COUPURE_AVANT"
    COUPURE_APRES = "COUPURE_APRES"
    REPONSE_TRONQUEE = "REPONSE_TRONQUEE"
    CORPS_HTML = "CORPS_HTML"
    CORPS_VIDE = "CORPS_VIDE"
    LENTEUR = "LENTEUR"
    JETON_COURT = "JETON_COURT"
    CLIENT_REFUSE = "CLIENT_REFUSE"
    JETON_REFUSE = "JETON_REFUSE"
    PORTEE_INSUFFISANTE = "PORTEE_INSUFFISANTE"
    EN_COURS = "EN_COURS"
    CORPS_INVALIDE = "CORPS_INVALIDE"
    NUMERO_CAI_INCONNU = "NUMERO_CAI_INCONNU"
    CODE_ROME_OBSOLETE = "CODE_ROME_OBSOLETE"
    CONSENTEMENT_PERIME = "CONSENTEMENT_PERIME"
    RAPPROCHEMENT_PLUSIEURS = "RAPPROCHEMENT_PLUSIEURS"


_EVERYWHERE = tuple(Operation)
_WITH_TOKEN = tuple(operation for operation in Operation if operation is not Operation.OBTENIR_JETON)
_DEPOSIT = (Operation.DEPOSER_SYNTHESE,)
_TOKEN = (Operation.OBTENIR_JETON,)


@dataclass(frozen=True)
class Description:
    """What a kind of fault does, said to the operator; `secondes` is its default where a duration makes sense."""

    libelle: str
    etape: Etape = Etape.PASSERELLE
    operations: tuple[Operation, ...] = _EVERYWHERE
    secondes: float | None = None


GENRES: dict[Genre, Description] = {
    Genre.QUOTA_SECONDES: Description("429, délai d’attente en secondes", secondes=5),
    Genre.QUOTA_DATE: Description("429, délai d’attente en date", secondes=5),
    Genre.QUOTA_SANS_DELAI: Description("429, sans délai d’attente"),
    Genre.ERREUR_500: Description("500, erreur interne"),
    Genre.INDISPONIBLE_503: Description("503, service indisponible"),
    Genre.DELAI_AVANT: Description("Silence, demande non exécutée", secondes=60),
    Genre.DELAI_APRES: Description("Silence, demande exécutée", secondes=60),
    Genre.COUPURE_AVANT: Description("Connexion coupée, demande non exécutée"),
    Genre.COUPURE_APRES: Description("Connexion coupée, demande exécutée"),
    Genre.REPONSE_TRONQUEE: Description("Réponse tronquée, demande exécutée"),
    Genre.CORPS_HTML: Description("Page HTML au lieu de JSON"),
    Genre.CORPS_VIDE: Description("Corps vide"),
    Genre.LENTEUR: Description("Réponse lente", secondes=3),
    Genre.JETON_COURT: Description("Jeton qui expire plus tôt qu’annoncé", Etape.JETON, _TOKEN, secondes=1),
    Genre.CLIENT_REFUSE: Description("401, identifiants du client refusés", Etape.JETON, _TOKEN),
    Genre.JETON_REFUSE: Description("401, jeton refusé bien que valable", Etape.ACCES, _WITH_TOKEN),
    Genre.PORTEE_INSUFFISANTE: Description("403, portée insuffisante", Etape.ACCES, _WITH_TOKEN),
    Genre.EN_COURS: Description("409, première demande encore en cours", Etape.METIER, _DEPOSIT, secondes=2),
    Genre.CORPS_INVALIDE: Description("400, corps refusé", Etape.METIER, _DEPOSIT),
    Genre.NUMERO_CAI_INCONNU: Description("422, numéro CAI inconnu", Etape.METIER, _DEPOSIT),
    Genre.CODE_ROME_OBSOLETE: Description("422, code ROME obsolète", Etape.METIER, _DEPOSIT),
    Genre.CONSENTEMENT_PERIME: Description("422, consentement périmé", Etape.METIER, _DEPOSIT),
    Genre.RAPPROCHEMENT_PLUSIEURS: Description("Accusé avec plusieurs rapprochements", Etape.METIER, _DEPOSIT),
}

_PANNE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["genre"],
    "properties": {
        "genre": {"enum": list(Genre)},
        "operation": {"enum": [*Operation, None]},
        "nombre": {"type": ["integer", "null"], "minimum": 1, "maximum": 1_000_000},
        "numeroCai": {"type": ["string", "null"], "pattern": "^[A-Z0-9-]{6,20}$"},
        "probabilite": {"type": "number", "minimum": 0, "maximum": 1},
        "graine": {"type": "integer"},
        "secondes": {"type": "number", "minimum": 0, "maximum": 3600},
        "statut": {"type": "integer", "minimum": 200, "maximum": 599},
        "apres": {"type": "boolean"},
        "codesRome": {"type": "array", "items": {"type": "string", "pattern": "^[A-N][0-9]{4}$"}},
    },
}
_APRES = frozenset({Genre.DELAI_APRES, Genre.COUPURE_APRES, Genre.REPONSE_TRONQUEE})
_AVANT_OU_APRES = frozenset({Genre.ERREUR_500, Genre.INDISPONIBLE_503, Genre.CORPS_HTML, Genre.CORPS_VIDE})


@dataclass
class Panne:
    """A fault in force, for one operation or all it makes sense for, `nombre` times or until it is switched off.

    Its fields are named as in the JSON of the control API.
    """

    genre: Genre
    operation: Operation | None = None
    nombre: int | None = None
    numeroCai: str | None = None
    probabilite: float = 1.0
    graine: int = 0
    secondes: float | None = None
    statut: int = 503
    apres: bool = False
    codesRome: list[str] | None = None
    id: str = field(default_factory=lambda: uuid4().hex[:8])
    declenchements: int = 0

    def __post_init__(self) -> None:
        self.genre = Genre(self.genre)
        self.operation = None if self.operation is None else Operation(self.operation)
        description = GENRES[self.genre]
        if self.operation is not None and self.operation not in description.operations:
            raise Refus(400, "CORPS_INVALIDE", "Cette panne n’existe pas pour cette opération.")
        if self.secondes is None:
            self.secondes = description.secondes
        self.apres = self.genre in _APRES or (self.apres and self.genre in _AVANT_OU_APRES)
        self._random = random.Random(self.graine)  # noqa: S311 - a replayable draw, not a secret

    @classmethod
    def from_json(cls, document: object) -> "Panne":
        """Raises Refus 400 on an unknown member, kind, operation or value."""
        champs = faults_against(_PANNE_SCHEMA, document)
        if champs or not isinstance(document, dict):
            raise Refus(400, "CORPS_INVALIDE", "Cette panne n’est pas décrite comme il faut.", champs=champs)
        return cls(**document)

    @property
    def libelle(self) -> str:
        return GENRES[self.genre].libelle

    @property
    def restantes(self) -> int | None:
        return None if self.nombre is None else self.nombre - self.declenchements

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "genre": self.genre,
            "libelle": self.libelle,
            "operation": self.operation,
            "nombre": self.nombre,
            "restantes": self.restantes,
            "declenchements": self.declenchements,
            "numeroCai": self.numeroCai,
            "probabilite": self.probabilite,
            "graine": self.graine,
            "secondes": self.secondes,
            "statut": self.statut,
            "apres": self.apres,
            "codesRome": self.codesRome,
        }

    def concerns(self, etape: Etape, operation: Operation, numero_cai: Callable[[], str | None]) -> bool:
        description = GENRES[self.genre]
        return (
            description.etape is etape
            and operation in (description.operations if self.operation is None else (self.operation,))
            and (self.numeroCai is None or self.numeroCai == numero_cai())
        )

    def strikes(self) -> bool:
        """Draws once; deterministic for a given seed and order of requests."""
        return self._random.random() < self.probabilite


class Pannes:
    """The faults in force, in the order in which they were switched on; the first that strikes wins its stage.

    Kept in memory: a partner that restarts is healthy.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pannes: list[Panne] = []

    def switch_on(self, panne: Panne) -> Panne:
        with self._lock:
            self._pannes.append(panne)
        return panne

    def switch_off(self, identifiant: str) -> bool:
        """False when no such fault is in force."""
        with self._lock:
            before = len(self._pannes)
            self._pannes = [panne for panne in self._pannes if panne.id != identifiant]
            return len(self._pannes) < before

    def switch_all_off(self) -> None:
        with self._lock:
            self._pannes = []

    def in_force(self) -> list[Panne]:
        with self._lock:
            return list(self._pannes)

    def draw(
        self,
        etape: Etape,
        operation: Operation,
        numero_cai: Callable[[], str | None],
        *,
        applies: Callable[[Panne], bool] = lambda _: True,
    ) -> Panne | None:
        """The fault that strikes this request at this stage, counted; it is switched off when its count is reached."""
        with self._lock:
            for panne in self._pannes:
                if panne.concerns(etape, operation, numero_cai) and applies(panne) and panne.strikes():
                    panne.declenchements += 1
                    if panne.restantes == 0:
                        self._pannes.remove(panne)
                    return panne
        return None
