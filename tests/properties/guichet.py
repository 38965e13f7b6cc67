"""What the person decides, what the queue does of it, and how well or badly the partner answers meanwhile."""

from datetime import timedelta
from typing import Any

from bilan import retention
from bilan.models import Consentement
from bilan.selectors import current_synthese
from bilan.states import Etat
from core import clock
from core.errors import Forbidden
from poleemploi import services
from poleemploi.models import Transmission
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME
from tests.properties.marche import BAIL, Decision, Marche, Pick, Portee, acte
from tests.properties.partenaire import PANNES, SAIN

SIGNES: dict[str, Any] = {"mode": Consentement.Mode.FORMULAIRE, "langue": "fr", "interprete": False}
A_LA_SIGNATURE = (Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE)
COLLECT, WITHDRAW = {"conseiller", "prescripteur"}, {"conseiller", "prescripteur", "agent_ofii", "correspondant"}


class Guichet(Marche):
    def _set_out(self, *, conserver: bool) -> None:
        """From a signed synthesis, with something to send, and most often to keep."""
        if self.bilan.etat == Etat.SYNTHESE_VALIDEE:
            if conserver:
                self._decide(Portee.CONSERVATION, Decision.ACCORDE, by="conseiller")
            self._decide(Portee.TRANSMISSION, Decision.ACCORDE, by="conseiller")

    # --- what the person decides ----------------------------------------------------------------------------

    def _decide(self, portee: Portee, decision: Decision, *, by: str) -> None:
        agent, bilan = self.agent(by), self.bilan
        refusal = self.play(
            lambda: services.record_decision(bilan=bilan, portee=portee, decision=decision, by=agent, **SIGNES)
        )
        may = WITHDRAW if decision == Decision.RETIRE else COLLECT
        assert isinstance(refusal, Forbidden) == (by not in may or self._nobody_yet(by, bilan))
        if refusal is None and portee == Portee.TRANSMISSION:
            self.accord = current_synthese(bilan).version if decision == Decision.ACCORDE else None

    @acte(2)
    def decide(self, pick: Pick) -> None:
        """Any decision on any scope, taken down by anybody."""
        self._decide(pick(list(Portee)), pick(list(Decision)), by=pick(sorted(self.personnes)))

    @acte(5, quand=lambda self: self.bilan.etat == Etat.SYNTHESE_VALIDEE and self._is_kept())
    def change_their_mind(self, pick: Pick) -> None:
        """Agree, or withdraw what was agreed."""
        decision = Decision.ACCORDE if self.accord is None else Decision.RETIRE
        self._decide(Portee.TRANSMISSION, decision, by=pick(sorted(COLLECT)))

    @acte(2, quand=lambda self: self.bilan.etat in (Etat.SYNTHESE_VALIDEE, Etat.SYNTHESE_PRESENTEE))
    def take_up_again(self, pick: Pick) -> None:
        self._move("reprendre_synthese")

    @acte(6, quand=lambda self: self.bilan.etat in A_LA_SIGNATURE)
    def sign_again(self, pick: Pick) -> None:
        if self.bilan.etat == Etat.SYNTHESE_REDIGEE:
            self._move("presenter_synthese")
        if self.bilan.etat == Etat.SYNTHESE_PRESENTEE:
            self._move("valider_synthese")

    def _is_kept(self) -> bool:
        return current_synthese(self.bilan).detruite_at is None

    # --- the queue ----------------------------------------------------------------------------------------

    @acte(8, quand=lambda self: self.travail is None and self._is_busy())
    def claim(self, pick: Pick) -> None:
        self.temps.reel += timedelta(seconds=pick([0, 61, 8000, 8000]))
        self._claim()

    @staticmethod
    def _is_busy() -> bool:
        return Transmission.objects.filter(etat__in=A_TRAITER_PAR_LE_SYSTEME).exists()

    @acte(8, quand=lambda self: self.travail is not None)
    def answer(self, pick: Pick) -> None:
        self._answer(pick([SAIN, SAIN, *PANNES]))

    @acte(quand=lambda self: self.travail is not None)
    def worker_dies(self, pick: Pick) -> None:
        """With its request on the way, or not; nobody will ever tell."""
        if pick((True, False)):
            self.partenaire.answer(self.travail, SAIN, self.temps())
        self.travail = None
        self.temps.passes(BAIL + timedelta(seconds=1))

    @acte(quand=lambda self: Transmission.objects.exists())
    def correspondent_acts(self, pick: Pick) -> None:
        act = pick([services.requeue, services.redeposit, services.abandon])
        row = Transmission.objects.latest("created_at")
        self.play(lambda: act(transmission=row, by=self.personnes["correspondant"]))

    @acte(1)
    def the_night_comes(self, pick: Pick) -> None:
        with clock.travel(self.temps.metier):
            retention.sweep(clock.today())
