"""The contract in the reference model: whether it runs, until when, and what the préfet is asked about it (C.9)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.properties.jours import jour_ouvre, plus_mois, un_an

AG, PR, DT = "agent_ofii", "prescripteur", "directeur"
GENRES = ("cloture", "prorogation", "resiliation")
DEVANT_LE_PREFET = ("proposee", "intention_notifiee")
# Section B: the directeur territorial signs, who follows files writes down what the préfet sends.
ACTEURS_PREFET = {
    "proposer": (DT,), "notifier_intention": (AG, PR, DT), "decider": (AG, PR, DT), "renoncer": (DT,),
}  # fmt: skip


@dataclass
class Proposition:
    jour: date  # signed on
    statut: str = "proposee"
    recue: date | None = None  # the préfet's letter of intention, by the person
    suspendue: date | None = None
    sur_bilan: bool = False  # rests on the absence from the bilan, alone or not

    @property
    def fin_observations(self) -> date | None:
        return jour_ouvre(plus_mois(self.recue, 1)) if self.recue else None


@dataclass(kw_only=True)
class Contrat:
    """The facts, and what they forbid."""

    signature: date
    premiere: date  # first échéance
    echeance: date  # the one that holds, included
    statut: str = "signe"
    langue_en_cours: bool = False
    formation_suivie: bool = False  # and over
    manquement: bool = False  # another training was not followed, without legitimate reason
    prestation: str = ""  # what the contract says of the bilan (C.3)
    propositions: dict[str, Proposition] = field(default_factory=dict)  # the latest of each type

    @property
    def en_cours(self) -> bool:
        return self.statut in ("signe", "proroge")

    def devant_le_prefet(self, genre: str) -> Proposition | None:
        latest = self.propositions.get(genre)
        return latest if latest is not None and latest.statut in DEVANT_LE_PREFET else None

    def fonde(self, genre: str, jour: date) -> bool:
        """What C.9 wants of each type before it may be proposed."""
        match genre:
            case "resiliation":
                return self.manquement or self.prestation == "non_suivie_sans_motif"
            case "prorogation":
                differee = self.prestation == "differee_motif_legitime"
                return jour <= self.echeance < un_an(self.premiere) and (self.langue_en_cours or differee)
        return jour > self.echeance or (self.formation_suivie and not self.langue_en_cours)

    def prolonge(self, nouvelle: date) -> bool:
        """C.7: at most a year after the first échéance."""
        return self.echeance < nouvelle <= un_an(self.premiere)

    # --- will it be refused? ------------------------------------------------------------------------------

    def _garde_proposer(
        self, t: datetime, *, genre: str, motivee: bool, titre_renouvele: bool = True, jusque: date | None = None
    ) -> bool:
        if not self.en_cours or self.devant_le_prefet(genre) or not self.fonde(genre, t.date()):
            return False
        assert genre != "prorogation" or jusque is not None
        return motivee and (jusque is None or (titre_renouvele and self.prolonge(jusque)))

    def _garde_notifier_intention(self, t: datetime, *, genre: str, recue: date) -> bool:
        waiting = self.propositions[genre]
        if genre != "resiliation" or waiting.statut != "proposee" or waiting.suspendue:
            return False
        return waiting.jour <= recue <= t.date()

    def _garde_decider(self, t: datetime, *, genre: str, accord: bool, jour: date, jusque: date | None = None) -> bool:
        waiting = self.devant_le_prefet(genre)
        if waiting is None or (genre == "resiliation" and waiting.fin_observations is None):
            return False
        if not waiting.jour <= jour <= t.date() or (waiting.fin_observations and jour <= waiting.fin_observations):
            return False
        excusee = waiting.suspendue is not None and jour >= waiting.suspendue
        return not accord or (self.en_cours and not excusee and (jusque is None or self.prolonge(jusque)))

    def _garde_renoncer(self, t: datetime, *, genre: str) -> bool:
        return self.devant_le_prefet(genre) is not None

    # --- what becomes of it -------------------------------------------------------------------------------

    def _effet_proposer(self, t: datetime, *, genre: str, **dit: Any) -> None:
        sur_bilan = genre == "resiliation" and self.prestation == "non_suivie_sans_motif"
        self.propositions[genre] = Proposition(t.date(), sur_bilan=sur_bilan)

    def _effet_notifier_intention(self, t: datetime, *, genre: str, recue: date) -> None:
        self.propositions[genre].statut, self.propositions[genre].recue = "intention_notifiee", recue

    def _effet_renoncer(self, t: datetime, *, genre: str) -> None:
        self.propositions[genre].statut = "abandonnee"

    def _effet_decider(self, t: datetime, *, genre: str, accord: bool, jour: date, jusque: date | None = None) -> None:
        self.propositions[genre].statut = "decidee"
        if not accord:
            return
        if genre == "prorogation":
            assert jusque is not None
            self.statut, self.echeance = "proroge", jusque
            return
        self.statut = {"cloture": "cloture", "resiliation": "resilie"}[genre]
        for waiting in map(self.devant_le_prefet, GENRES):
            if waiting is not None:
                waiting.statut = "abandonnee"

    def excuser(self, jour: date) -> None:
        """The absence has its reason: a résiliation that rests on it goes no further (D.2, transition 9)."""
        waiting = self.devant_le_prefet("resiliation")
        if waiting is not None and waiting.sur_bilan:
            waiting.suspendue = waiting.suspendue or jour
