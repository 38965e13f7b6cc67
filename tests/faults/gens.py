"""People at work on their files: the real services, tried again as a person would when the database was away."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connection

from agents.models import Agent, DirectionTerritoriale
from agents.roles import Role
from bilan import redaction
from bilan.models import Bilan, Consentement
from bilan.states import MotifReprise
from core import clock
from core.errors import DomainError
from poleemploi import services
from poleemploi.models import Transmission
from poleemploi.states import EtatTransmission
from tests.factories.agents import make_agent, make_direction, make_marche, make_prestataire
from tests.factories.reference import make_reference_tables
from tests.factories.transmissions import ACCORDE_AT, RECUEIL, make_valide
from tests.faults.plan import Acte

T = TypeVar("T")
Portee, Decision = Consentement.Portee, Consentement.Decision
PATIENCE = 60.0  # seconds during which a person tries again
ENTRE_DEUX = 0.3
PAPIER = b"%PDF-1.7"


@dataclass(frozen=True)
class Bureau:
    direction: DirectionTerritoriale
    prescripteur: Agent
    conseiller: Agent
    correspondant: Agent

    @classmethod
    def open(cls) -> "Bureau":
        """Furnish an empty database. The paper of a version is not the subject, and would take a second to lay out."""
        redaction.synthese_pdf = lambda fiche, created_at: PAPIER
        make_reference_tables()
        direction, prestataire = make_direction(), make_prestataire()
        make_marche(prestataire, direction)
        return cls(
            direction,
            make_agent(Role.PRESCRIPTEUR, direction),
            make_agent(Role.CONSEILLER_BILAN, prestataire),
            make_agent(Role.CORRESPONDANT_OFII, direction),
        )


class Interrompu(Exception):
    """The run is over: people go home."""


@dataclass
class Dossier:
    """One file and the people who act on it; ``confirmes`` is what they were told was recorded."""

    bureau: Bureau
    fini: threading.Event
    bilan: Bilan = field(init=False)
    confirmes: list[UUID] = field(default_factory=list)
    refuses: list[str] = field(default_factory=list)
    _heure: int = 0

    def lay(self) -> None:
        """A synthesis signed and kept, that nobody has agreed to send yet."""
        bureau = self.bureau
        self.bilan = self._insist(lambda: make_valide(bureau.direction, bureau.prescripteur, bureau.conseiller))

    @property
    def numero(self) -> str:
        return str(self.bilan.contrat.numero_cai)

    def do(self, acte: Acte) -> None:
        match acte:
            case Acte.ACCORDER:
                self._decide(Decision.ACCORDE)
            case Acte.RETIRER:
                self._decide(Decision.RETIRE)
            case Acte.CORRIGER:
                if self._rework():
                    self._decide(Decision.ACCORDE)
            case Acte.CORRIGER_ET_REFUSER:
                if self._rework():
                    self._decide(Decision.REFUSE)

    def restart(self, etat: EtatTransmission) -> None:
        """The correspondant relaunches what failed for good, or looks up what is uncertain."""
        rows = self._insist(lambda: list(Transmission.objects.filter(bilan=self.bilan, etat=etat, bail_jusqua=None)))
        for row in rows:
            self._act(lambda row=row: services.requeue(transmission=row, by=self.bureau.correspondant))

    def _decide(self, decision: Decision) -> None:
        def decide() -> Consentement:
            return services.record_decision(
                bilan=self.bilan, portee=Portee.TRANSMISSION, decision=decision, by=self.bureau.conseiller, **RECUEIL
            )

        if (consent := self._act(decide)) is not None:
            self.confirmes.append(consent.pk)

    def _rework(self) -> bool:
        """A new version, written and signed; False when the file does not allow it."""
        by, jour = self.bureau.conseiller, ACCORDE_AT.date()
        if self._act(lambda: services.rework_synthese(bilan=self.bilan, motif=MotifReprise.ERREUR, by=by)) is None:
            return False
        self._act(lambda: redaction.present_synthese(bilan=self.bilan, by=by))
        signed = self._act(
            lambda: redaction.validate_synthese(
                bilan=self.bilan, date_presentation=jour, observations="", date_signature=jour, date_remise=jour, by=by
            )
        )
        return signed is not None

    def _act(self, act: Callable[[], T]) -> T | None:
        """Do it, and come back when asked to wait; None when it is refused, which is remembered."""
        end = time.monotonic() + PATIENCE
        while True:
            self._heure += 1
            try:
                with clock.travel(ACCORDE_AT + timedelta(minutes=self._heure)):
                    return self._insist(act)
            except DomainError as refusal:
                if refusal.code not in ("envoi_en_cours", "brouillon_modifie") or time.monotonic() > end:
                    self.refuses.append(refusal.code)
                    return None
                self._wait()

    def _insist(self, act: Callable[[], T]) -> T:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return act()
            except (DatabaseError, InterfaceError):
                connection.close()
                if time.monotonic() > end:
                    raise
                self._wait()

    def _wait(self) -> None:
        if self.fini.wait(ENTRE_DEUX):
            raise Interrompu
