"""What is sent to Pôle emploi, and nothing else: explicit values in, the contract's JSON out.

Reference F.2 lists the items with their legal source (convention of 18 May 2010, art. 2.2 [S-K]; CESEDA art. R. 311-26
II [S-R]). What has no field here cannot be sent: no date of birth, no permit, nothing of exemption, absence, family,
address or health. Pure: standard library only, no clock.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID


class Base(Enum):
    """What allows an item to be sent (reference F.2)."""

    CONVENTION = "convention of 18 May 2010, ch. 2, art. 2.2"
    DECRET = "CESEDA, art. R. 311-26, II"
    DECISION = "[D]"


@dataclass(frozen=True)
class Origine:
    """Where the value of a wire field comes from, and why it may be sent. ``remarque`` says why when we decided it."""

    source: str  # app.Model.field, or the path in SyntheseContenu
    bases: tuple[Base, ...]
    remarque: str = ""


@dataclass(frozen=True, kw_only=True)
class Langue:
    code: str
    parlee: bool
    comprise: bool
    niveau: str | None = None


@dataclass(frozen=True, kw_only=True)
class Diplome:
    intitule: str
    pays: str
    annee: int | None = None
    niveau: str | None = None
    reconnu: str | None = None


@dataclass(frozen=True, kw_only=True)
class Experience:
    """Months are written AAAA-MM; ``fin`` is None while the job lasts or when its end is not known."""

    metier: str
    pays: str
    debut: str
    fin: str | None = None
    code_rome: str | None = None


@dataclass(frozen=True, kw_only=True)
class Metier:
    code_rome: str
    rang: int


@dataclass(frozen=True, kw_only=True)
class BesoinFormation:
    domaine: str
    intitule: str


@dataclass(frozen=True, kw_only=True)
class FormationLinguistique:
    statut: str
    niveau_atteint: str | None = None
    date_fin: date | None = None


@dataclass(frozen=True, kw_only=True)
class Accord:
    """The consent under which the deposit is made; ``date_heure`` is aware."""

    reference: UUID
    date_heure: datetime
    version_texte: str


@dataclass(frozen=True, kw_only=True)
class Depot:
    """One deposit, whole. Codes are those of the contract; None and empty texts are left out of the body."""

    numero_cai: str
    nom: str
    prenom: str | None  # None for a person with a single name
    age: int  # completed years on the day the transmission was created
    sexe: str
    nationalite: str
    niveau_formation: str
    langues: tuple[Langue, ...]
    diplomes: tuple[Diplome, ...]
    experiences: tuple[Experience, ...]
    inscrit_pole_emploi: bool
    freins: tuple[str, ...]
    besoins_formation: tuple[BesoinFormation, ...]
    version: int
    date_bilan: date
    duree_minutes: int
    metiers: tuple[Metier, ...]
    preconisations: tuple[str, ...]
    accord: Accord
    parcours: str = ""
    formation_linguistique: FormationLinguistique | None = None
    identifiant_pole_emploi: str = ""
    parcours_recherche: str = ""
    orientation: str = ""


# Every field that ``to_wire`` fills, in the order of the contract: docs/champs.md is made of it (``make champs``).
K, R, D = Base.CONVENTION, Base.DECRET, Base.DECISION
# rule: F.2-base
ORIGINES: dict[str, Origine] = {
    "numeroCai": Origine("cai.Contrat.numero_cai", (K,)),
    "signataire.nom": Origine("cai.Signataire.nom", (K,)),
    "signataire.prenom": Origine("cai.Signataire.prenom", (K,), "null for a person with a single name"),
    "signataire.age": Origine(
        "cai.Signataire.date_naissance", (R,), "completed years on the day the row is created; the date is not sent"
    ),
    "signataire.sexe": Origine("cai.Signataire.sexe", (R,)),
    "signataire.nationalite": Origine("cai.Signataire.nationalite", (R,)),
    "niveauFormation": Origine("SyntheseContenu.niveau_formation", (R, K)),
    "langues[].langue": Origine("SyntheseContenu.langues.langue", (K,)),
    "langues[].parlee": Origine("SyntheseContenu.langues.parlee", (K,)),
    "langues[].comprise": Origine("SyntheseContenu.langues.comprise", (K,)),
    "langues[].niveau": Origine("SyntheseContenu.langues.niveau", (K,)),
    "diplomes[].intitule": Origine("SyntheseContenu.diplomes.intitule", (K,)),
    "diplomes[].pays": Origine("SyntheseContenu.diplomes.pays", (K,)),
    "diplomes[].annee": Origine("SyntheseContenu.diplomes.annee", (K,)),
    "diplomes[].niveau": Origine("SyntheseContenu.diplomes.niveau", (K,)),
    "diplomes[].reconnu": Origine("SyntheseContenu.diplomes.reconnu", (K,)),
    "experiences[].metier": Origine("SyntheseContenu.experiences.metier", (K, R)),
    "experiences[].codeRome": Origine("SyntheseContenu.experiences.code_rome", (K, R)),
    "experiences[].pays": Origine("SyntheseContenu.experiences.pays", (K, R), "in France or abroad"),
    "experiences[].debut": Origine("SyntheseContenu.experiences.debut", (K, R), "the month only"),
    "experiences[].fin": Origine("SyntheseContenu.experiences.fin", (K, R), "the month only"),
    "parcoursProfessionnel": Origine("SyntheseContenu.parcours", (R,)),
    "formationLinguistique.statut": Origine(
        "cai.Prestation.statut", (R, D), "of this training alone, when it is followed, under way or waived"
    ),
    "formationLinguistique.niveauAtteint": Origine("cai.Prestation.niveau_atteint", (R, D), "of this training alone"),
    "formationLinguistique.dateFin": Origine("cai.Prestation.date_fin", (R, D), "of this training alone"),
    "rechercheEmploi.inscritPoleEmploi": Origine("SyntheseContenu.inscription_pe", (K,)),
    "rechercheEmploi.identifiantPoleEmploi": Origine("SyntheseContenu.identifiant_pe", (K,)),
    "rechercheEmploi.parcours": Origine("SyntheseContenu.parcours_recherche", (K,)),
    "rechercheEmploi.freins[]": Origine("SyntheseContenu.freins", (K,), "codes only, never a personal reason"),
    "rechercheEmploi.besoinsFormation[].domaine": Origine("SyntheseContenu.besoins_formation.domaine", (K,)),
    "rechercheEmploi.besoinsFormation[].intitule": Origine("SyntheseContenu.besoins_formation.intitule", (K,)),
    "synthese.version": Origine("bilan.Synthese.version", (D,), "the newer version replaces the older one there"),
    "synthese.realiseLe": Origine("bilan.Bilan.date_fin_conclusion", (D,), "how old is what it says"),
    "synthese.dureeMinutes": Origine("bilan.Bilan.minutes_utilisees", (D,), "the partner's contract asks for it"),
    "synthese.metiers[].codeRome": Origine("SyntheseContenu.metiers", (K,)),
    "synthese.metiers[].rang": Origine("SyntheseContenu.metiers", (D,), "the order in which the person wants them"),
    "synthese.preconisations[]": Origine("SyntheseContenu.preconisations", (R,)),
    "synthese.orientation": Origine("SyntheseContenu.orientation", (R,)),
    "consentement.reference": Origine("bilan.Consentement.id", (D,), "under which agreement it is sent"),
    "consentement.recueilliLe": Origine("bilan.Consentement.date_heure", (D,), "an agreement may be too old"),
    "consentement.versionTexte": Origine("bilan.Consentement.version_texte", (D,), "to what the person agreed"),
}


# rule: E.3-pole-emploi
def to_wire(depot: Depot) -> dict[str, Any]:
    """The contract's ``DepotSynthese``. Writes what it is given: whether it conforms is ``poleemploi.contrat``'s."""
    body: dict[str, Any] = {
        "numeroCai": depot.numero_cai,
        "signataire": {
            "nom": depot.nom,
            "prenom": depot.prenom,
            "age": depot.age,
            "sexe": depot.sexe,
            "nationalite": depot.nationalite,
        },
        "niveauFormation": depot.niveau_formation,
        "langues": [
            _present(langue=langue.code, parlee=langue.parlee, comprise=langue.comprise, niveau=langue.niveau)
            for langue in depot.langues
        ],
        "diplomes": [
            _present(
                intitule=diplome.intitule,
                pays=diplome.pays,
                annee=diplome.annee,
                niveau=diplome.niveau,
                reconnu=diplome.reconnu,
            )
            for diplome in depot.diplomes
        ],
        "experiences": [
            _present(
                metier=experience.metier,
                codeRome=experience.code_rome,
                pays=experience.pays,
                debut=experience.debut,
                fin=experience.fin,
            )
            for experience in depot.experiences
        ],
        "rechercheEmploi": _present(
            inscritPoleEmploi=depot.inscrit_pole_emploi,
            identifiantPoleEmploi=depot.identifiant_pole_emploi,
            parcours=depot.parcours_recherche,
            freins=list(depot.freins),
            besoinsFormation=[
                {"domaine": besoin.domaine, "intitule": besoin.intitule} for besoin in depot.besoins_formation
            ],
        ),
        "synthese": _present(
            version=depot.version,
            realiseLe=depot.date_bilan.isoformat(),
            dureeMinutes=depot.duree_minutes,
            metiers=[{"codeRome": metier.code_rome, "rang": metier.rang} for metier in depot.metiers],
            preconisations=list(depot.preconisations),
            orientation=depot.orientation,
        ),
        "consentement": {
            "reference": str(depot.accord.reference),
            "recueilliLe": depot.accord.date_heure.isoformat(timespec="seconds"),
            "versionTexte": depot.accord.version_texte,
        },
    }
    if depot.parcours:
        body["parcoursProfessionnel"] = depot.parcours
    if depot.formation_linguistique:
        formation = depot.formation_linguistique
        body["formationLinguistique"] = _present(
            statut=formation.statut,
            niveauAtteint=formation.niveau_atteint,
            dateFin=formation.date_fin and formation.date_fin.isoformat(),
        )
    return body


def canonical(body: dict[str, Any]) -> bytes:
    """The bytes that are sent: the same value always gives the same ones, whatever the order of its members."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _present(**members: Any) -> dict[str, Any]:
    """Without the optional members that say nothing; False, zero and empty lists do say something."""
    return {name: value for name, value in members.items() if value is not None and value != ""}
