"""What each letter says besides its header, as plain values: one class a letter, one template of the same name."""

from dataclasses import dataclass
from datetime import date, datetime

from bilan.courriers import Lettre


@dataclass(frozen=True, kw_only=True)
class Report(Lettre):
    """An appointment is called off, and a new convocation will come or not (transitions 5 and 26, reference D.2)."""

    debut: datetime  # of the appointment called off, aware
    deja_passe: bool  # the person had not come, and was excused: there is nothing left to call off
    motif: str  # a value of bilan.states.MotifReport
    sans_suite: bool = False  # cancelled: no other appointment replaces it
    a_reexaminer: bool = False  # cancelled by an error: the file is assessed anew, and there may be another one


@dataclass(frozen=True, kw_only=True)
class Absence(Lettre):
    """A missed appointment: how long the person may say why, and what may follow (transition 6, reference C.8)."""

    debut: datetime  # of the appointment missed, aware
    limite: date  # last day to justify, included
    delai_jours: int


@dataclass(frozen=True, kw_only=True)
class Exemption(Lettre):
    """The person is exempt and no bilan is owed (transition 1, article R. 311-26 I)."""

    motifs: tuple[str, ...]  # codes of the grounds a to d, at least one
    rendez_vous_annule: datetime | None = None  # aware


@dataclass(frozen=True, kw_only=True)
class Suivi(Lettre):
    """An invitation to tell, six months later, what became of the project (reference D.5): free, without effect."""

    date_bilan: date
    date_suivi: date
    prestataire: str  # who holds the interview, the only one whom the person agreed to be contacted by
    prestataire_telephone: str
    prestataire_courriel: str
    prestataire_adresse: str


@dataclass(frozen=True)
class LigneAttestation:
    """One prestation as the attestation tells it: its state in words, and what proves it."""

    prestation: str
    etat: str
    preuves: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Attestation(Lettre):
    """What was done under the contract, for the person and for the préfet alike (R. 311-29 CESEDA).

    Of the bilan, one of the four words of ``bilan.prefecture`` and nothing else.
    """

    date_naissance: date
    nationalite: str
    date_signature: date
    echeance: date  # the first one, included
    echeance_prorogee: date | None
    lignes: tuple[LigneAttestation, ...]
    fin: str = ""  # cloture or resilie; empty while the contract runs
    date_acte: date | None = None
    reference_acte: str = ""


@dataclass(frozen=True, kw_only=True)
class IntentionResiliation(Lettre):
    """A draft for the préfet to sign: he means to end the contract, and the person has a month (reference C.9)."""

    date_signature: date
    motivation: str

    @property
    def paragraphes(self) -> list[str]:
        return self.motivation.split("\n")


@dataclass(frozen=True, kw_only=True)
class TransmissionPrefet(Lettre):
    """A proposal as it reaches the préfet: its type, its reasoning, and of the bilan one of four words (reference B).

    `adresse` is the préfecture's, under « Monsieur le préfet »; the person stands in the text.
    """

    proposition: str  # a value of PropositionPrefet.Type
    date_naissance: date
    nationalite: str
    date_signature: date
    contrat_echeance: date  # included
    motivation: str
    bilan: str  # the word of bilan.prefecture; empty for a contract that owed none
    fondement: str = ""  # of a prorogation, in words
    echeance_proposee: date | None = None

    @property
    def paragraphes(self) -> list[str]:
        return self.motivation.split("\n")

    @property
    def lignes_adresse(self) -> tuple[str, ...]:
        return ("Monsieur le préfet", *(line for line in self.adresse if line))


@dataclass(frozen=True, kw_only=True)
class CaiFamille(Lettre):
    """What the family's contract asks of the parents, and what proves it (reference C.4)."""

    date_signature: date
    contrat_echeance: date  # included
    journee_suivie: bool
