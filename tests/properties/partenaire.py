"""A partner as small as the contract allows: what it holds by key, and every way an exchange with it can end."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from poleemploi.client import Coupure, Recu, Reponse
from poleemploi.sender import Travail
from poleemploi.states import Operation

SAIN = "sain"
PANNES = ("coupure_avant", "coupure_apres", "traitee_puis_perdue", "panne", "quota", "refus")


@dataclass
class Partenaire:
    """Holds deposits; ``answer`` carries a request out, or not, and says what comes back, or does not."""

    detenus: dict[str, UUID] = field(default_factory=dict)  # receipt -> key
    tous: int = 0

    def answer(self, travail: Travail, issue: str, now: datetime) -> Reponse:
        match issue:
            case "coupure_avant":
                return Reponse(coupure=Coupure.AVANT)
            case "coupure_apres":
                return Reponse(coupure=Coupure.APRES)
            case "traitee_puis_perdue":
                self._carry_out(travail, now)
                return Reponse(coupure=Coupure.APRES)
            case "panne":
                return Reponse(statut=503)
            case "quota":
                return Reponse(statut=429, retry_after="60")
            case "refus" if travail.operation == Operation.DEPOT:
                return Reponse(statut=422, code="CODE_ROME_OBSOLETE", chemins=("/codesRome/0",))
        return self._carry_out(travail, now)

    def _carry_out(self, travail: Travail, now: datetime) -> Reponse:
        cle = travail.transmission_id
        known = next((accuse for accuse, held in self.detenus.items() if held == cle), None)
        match travail.operation:
            case Operation.DEPOT:
                if known is None:
                    self.tous += 1
                    known = f"PE-{self.tous}"
                    self.detenus[known] = cle
                return Reponse(statut=201, recu=Recu(known, now, "TROUVE"))
            case Operation.RECHERCHE if known:
                return Reponse(statut=200, recu=Recu(known, now, "TROUVE"))
            case Operation.RECHERCHE:
                return Reponse(statut=404, code="INCONNU")
        return Reponse(statut=204 if self.detenus.pop(travail.accuse_identifiant, None) else 404, code="INCONNU")
