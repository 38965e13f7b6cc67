"""What the person decides, what the queue does of it, and how well or badly the partner answers meanwhile."""

from datetime import timedelta
from typing import Any

from bilan.models import Consentement
from poleemploi import retours, services
from poleemploi.models import Transmission
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME, A_TRAITER_PAR_UN_AGENT
from tests.properties.bureau import ROLES, Bureau
from tests.properties.marche import BAIL, Decision, Pick, Portee, acte
from tests.properties.partenaire import PANNES, SAIN

SIGNES: dict[str, Any] = {"mode": Consentement.Mode.FORMULAIRE, "langue": "fr", "interprete": False}
PORTEES = {"transmission": Portee.TRANSMISSION, "conservation": Portee.CONSERVATION, "suivi": Portee.SUIVI}


class Guichet(Bureau):
    def _set_out(self, *, conserver: bool) -> None:
        """From a signed synthesis, with something to send, and most often to keep."""
        if self.modele.etat == "synthese_validee":
            if conserver:
                self._decide("conservation", "accorde", par="conseiller")
            self._decide("transmission", "accorde", par="conseiller")

    def _next_step(self) -> None:
        if self.modele.etat != "synthese_validee":
            super()._next_step()
        elif not self.modele.accord("transmission"):
            self._decide("transmission", "accorde", par="conseiller")
        elif self.travail is None:
            self._claim()
        else:
            self._answer(SAIN)

    # --- what the person decides ----------------------------------------------------------------------------

    def _decide(self, portee: str, decision: str, *, par: str) -> None:
        self.play(
            decision,
            par,
            lambda bilan, by: services.record_decision(
                bilan=bilan, portee=PORTEES[portee], decision=Decision(decision), by=by, **SIGNES
            ),
            portee=portee,
        )

    @acte(3)
    def decide(self, pick: Pick) -> None:
        """Any decision on any scope, taken down by anybody."""
        par = pick(["conseiller", "prescripteur"] * 3 + sorted(ROLES))
        self._decide(pick(sorted(PORTEES)), pick(["accorde", "refuse", "retire"]), par=par)

    @acte(5, quand=lambda self: self.modele.etat == "synthese_validee" and not self.modele.detruit)
    def change_their_mind(self, pick: Pick) -> None:
        """Agree, or withdraw what was agreed."""
        decision = "retire" if self.modele.accord("transmission") else "accorde"
        self._decide("transmission", decision, par=pick(["conseiller", "prescripteur"]))

    @acte(2, quand=lambda self: self.modele.etat in ("synthese_validee", "synthese_presentee"))
    def take_up_again(self, pick: Pick) -> None:
        self._move("reprendre_synthese", pick)

    @acte(6, quand=lambda self: self.modele.etat in ("synthese_redigee", "synthese_presentee"))
    def sign_again(self, pick: Pick) -> None:
        if self.modele.etat == "synthese_redigee":
            self._move("presenter_synthese", pick)
        if self.modele.etat == "synthese_presentee":
            self._move("valider_synthese", pick)

    @acte(4, quand=lambda self: any(version.accusee for version in self.modele.versions))
    def the_partner_tells(self, pick: Pick) -> None:
        """Transition 23, off-line: an interview of the PPAE today."""
        day = self.temps.metier.date()
        self.play(
            "retour",
            pick(["correspondant", "correspondant", "prescripteur"]),
            lambda bilan, by: retours.record_return(bilan=bilan, recu_le=day, date_entretien_ppae=day, by=by),
        )

    # --- the queue ----------------------------------------------------------------------------------------

    @acte(8, quand=lambda self: self.travail is None and self._is_busy())
    def claim(self, pick: Pick) -> None:
        self.temps.reel += timedelta(seconds=pick([0, 61, 8000, 8000]))
        self._claim()

    def _is_busy(self) -> bool:
        asked = self.modele.decisions.get("transmission")
        return bool(asked) and Transmission.objects.filter(etat__in=A_TRAITER_PAR_LE_SYSTEME).exists()

    @acte(8, quand=lambda self: self.travail is not None)
    def answer(self, pick: Pick) -> None:
        self._answer(pick([SAIN, SAIN, "refus", *PANNES]))

    @acte(quand=lambda self: self.travail is not None)
    def worker_dies(self, pick: Pick) -> None:
        """With its request on the way, or not; nobody will ever tell."""
        if pick((True, False)):
            self.partenaire.answer(self.travail, SAIN, self.temps())
        self.travail = None
        self.temps.reel += BAIL + timedelta(seconds=1)

    @acte(6, quand=lambda self: any(version.envoyee for version in self.modele.versions))
    def correspondent_acts(self, pick: Pick) -> None:
        """Transition 22 when it gives the present one up; what is asked of the queue is the queue's own matter."""
        rows = Transmission.objects.select_related("bilan__contrat", "consentement").order_by("-created_at")
        row = rows.filter(etat__in=A_TRAITER_PAR_UN_AGENT).first() or rows[0]
        stuck = row.etat in A_TRAITER_PAR_UN_AGENT
        present = self.modele.accord("transmission") and row.synthese.version == len(self.modele.versions)
        par = pick(["correspondant", "correspondant", "agent_ofii"])
        self.play(
            "abandonner", par, lambda _, by: services.abandon(transmission=row, by=by), bloquee=stuck, presente=present
        )
        self._hear()
