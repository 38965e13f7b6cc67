"""What happened, as plain facts: the ledger here, the order of commits, and what the partner really received."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

# Written as words, not imported: the judge must not change its mind with the application.
OUVERTES = ("en_file", "en_cours", "incertaine", "effacement_demande")
VUES_PAR_UNE_PERSONNE = ("rejetee", "echec_definitif")
DEPOT, RECHERCHE, EFFACEMENT = "depot", "recherche", "effacement"


@dataclass(frozen=True)
class Decision:
    """One row of the ledger of consents, scope transmission; ``commit`` orders it among everything else."""

    consentement: UUID
    bilan: UUID
    decision: str  # accorde, refuse, retire
    version: int | None
    commit: datetime


@dataclass(frozen=True)
class Version:
    """A version of a synthesis, from the commit of its draft on; ``recue`` when the file says it was received."""

    bilan: UUID
    version: int
    commit: datetime
    recue: bool = False


@dataclass(frozen=True)
class Rang:
    """A transmission as it stands at the end."""

    cle: UUID
    bilan: UUID
    consentement: UUID
    version: int
    etat: str
    accuse: str = ""
    empreinte: str = ""
    motif: str = ""
    recus_au_journal: int = 0  # how many times the file's journal says that it was received
    numero: str = ""  # CAI number of its file
    abandonnee: bool = False  # it stood in ``echec_definitif`` at some moment, whatever became of it


@dataclass(frozen=True)
class Essai:
    """An attempt. ``etat_apres`` is the state of its row once the attempt was closed."""

    numero: int
    cle: UUID
    identifiant: int
    operation: str
    ouverte: datetime  # commit
    fermee: datetime | None = None
    issue: str = ""
    code: str = ""
    etat_apres: str = ""
    statut: int | None = None  # HTTP status, as the ledger has it


@dataclass(frozen=True)
class Depot:
    """A deposit that the partner accepted, as it holds it at the end, by the words of the body that it received.

    ``numero`` and ``version`` are None once erased; ``consentement`` is so as soon as the body is gone.
    """

    cle: UUID
    identifiant: str
    etat: str  # EN_VIGUEUR, REMPLACE, EFFACE
    empreinte: str
    numero: str | None = None
    version: int | None = None
    consentement: UUID | None = None


@dataclass(frozen=True)
class Demande:
    """A request that reached the partner. ``statut`` None: its answer never left."""

    rang: int
    operation: str
    cle: UUID | None
    essai: int | None
    statut: int | None
    code: str = ""
    achevee: bool = True
    illisible: bool = False  # the answer left as a foreign page or without a body, whatever its status


@dataclass(frozen=True)
class Histoire:
    """Everything about some files. Lists are in the order of commits, or of reception."""

    decisions: tuple[Decision, ...] = ()
    versions: tuple[Version, ...] = ()
    rangs: tuple[Rang, ...] = ()
    essais: tuple[Essai, ...] = ()
    depots: tuple[Depot, ...] = ()
    demandes: tuple[Demande, ...] = ()
    confirmes: tuple[UUID, ...] = ()  # decisions that a person was told were recorded


@dataclass
class Verdict:
    """The breaches found, each a sentence that names the file or the key."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unconsented: list[str] = field(default_factory=list)
    blind_resends: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        return [f"{name} : {one}" for name, found in vars(self).items() for one in found]

    @property
    def holds(self) -> bool:
        return not self.sentences()

    def add(self, other: "Verdict") -> None:
        for name, found in vars(other).items():
            getattr(self, name).extend(found)
