"""A season: some episodes at a time, each on a file of its own; at its end everything rests, and the judge reads."""

import contextlib
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from uuid import UUID

import requests
from django.db import DatabaseError, connection

from poleemploi.states import EtatTransmission
from tests.faults import coups, releve
from tests.faults.gens import Bureau, Dossier, Interrompu
from tests.faults.histoire import Verdict
from tests.faults.installation import FACTEUR, Installation
from tests.faults.mesure import REPRISE_P95, recoveries
from tests.faults.plan import DEPOT, ETAPES, REVOQUER, Episode, Panne, Saison
from tests.faults.verdict import judge

A_LA_FOIS = {Saison.MACHINES: 5, Saison.PARTENAIRE: 14, Saison.TOUT: 10}
REPOS_MAX = 240.0  # seconds: what is not settled by then is lost
RELANCE_APRES = 12.0  # seconds of waiting after which the correspondant goes through the list
OUBLIEE_APRES = 12.0  # seconds, eight rounds of the sweep: due for so long in an open channel, a row is forgotten
ENTRE_DEUX_REGARDS = 0.25


@dataclass
class Recit:
    """What a season gave. ``reprises``: seconds of production between a kill or a flush and everything due settled."""

    verdict: Verdict = field(default_factory=Verdict)
    reprises: list[float] = field(default_factory=list)
    lentes: list[str] = field(default_factory=list)
    etapes: dict[str, int] = field(default_factory=dict)
    depassees: int = 0  # deposits that a withdrawal overtook
    douteuses: int = 0
    coups: int = 0  # blows after which a recovery was to be measured, if anything was due
    coupables: list[Episode] = field(default_factory=list)


@dataclass
class Scene:
    """Where the episodes of a run are played."""

    installation: Installation
    bureau: Bureau
    fini: threading.Event

    def play(self, saison: Saison, episodes: Sequence[Episode], compte: Panne | None) -> Recit:
        """Play them, wait until nothing moves, and judge. ``compte``: the fault that strikes the account, midway."""
        coups_portes = coups.Bilan()
        dossiers = {episode.numero: Dossier(self.bureau, self.fini) for episode in episodes}
        middle = episodes[len(episodes) // 2].numero if compte else None
        with ThreadPoolExecutor(A_LA_FOIS[saison]) as people:
            played = [
                people.submit(
                    self._episode, episode, dossiers[episode.numero], coups_portes,
                    compte if episode.numero == middle else None,
                )
                for episode in episodes
            ]  # fmt: skip
            try:
                for one in as_completed(played):
                    one.result()
            except BaseException:
                self.fini.set()  # everybody goes home, and the reason is told
                raise
        self.installation.partenaire.sans_panne()
        bilans = [dossier.bilan.pk for dossier in dossiers.values()]
        oubliees = self._rest(saison, list(dossiers.values()), bilans)
        recit = self._tell(saison, list(episodes), dossiers, coups_portes, bilans)
        recit.verdict.lost += [f"{cle}, en doute et due, n’était reprise par personne" for cle in oubliees]
        return recit

    def _episode(self, episode: Episode, dossier: Dossier, portes: coups.Bilan, compte: Panne | None) -> None:
        try:
            if self.fini.is_set():
                raise Interrompu
            dossier.lay()
            on = [self._break(panne, dossier.numero) for panne in (*episode.pannes, *([compte] if compte else []))]
            if coups.slow_partner(episode):
                on.append(
                    self._break(
                        Panne("LENTEUR", {"secondes": coups.LENT, "nombre": 1, "operation": DEPOT}), dossier.numero
                    )
                )
            blow = threading.Thread(target=self._strike, args=(episode, dossier, portes))
            if episode.coup is not None:
                blow.start()
            for acte, attente in zip(episode.actes, episode.attentes, strict=True):
                if attente is None:
                    self._settle(dossier)
                elif self.fini.wait(attente):
                    raise Interrompu
                dossier.do(acte)
                if episode.coup in ETAPES:
                    blow.join()  # an act that comes before would spare the work its step
            if episode.coup is not None:
                blow.join()
            self._settle(dossier)
            self._mend([panne for panne in on if panne])
        finally:
            connection.close()

    def _strike(self, episode: Episode, dossier: Dossier, portes: coups.Bilan) -> None:
        try:
            coups.strike(episode, self.installation, dossier, portes)
        finally:
            connection.close()

    def _break(self, panne: Panne, numero: str) -> str | None:
        partner = self.installation.partenaire
        if panne.genre == REVOQUER:
            partner.revoquer_jetons()
            return None
        everybody = panne.genre in ("JETON_COURT", "CLIENT_REFUSE")
        target = {} if everybody else {"numeroCai": numero}
        if panne.genre == "CLIENT_REFUSE":
            partner.revoquer_jetons()
        return str(partner.panne(panne.genre, **panne.options, **target)["id"])

    def _mend(self, faults: Sequence[str]) -> None:
        for fault in faults:
            with contextlib.suppress(requests.HTTPError):  # it has struck as often as it was to
                self.installation.partenaire.reparer(fault)

    def _settle(self, dossier: Dossier) -> None:
        """Leave the faults of a file in force as long as its first moments last; the season waits for the rest."""
        end = time.monotonic() + RELANCE_APRES
        while time.monotonic() < end and not self.fini.wait(ENTRE_DEUX_REGARDS):
            if not self._open([dossier.bilan.pk]):
                return

    def _open(self, bilans: Sequence[UUID]) -> set[UUID]:
        try:
            return releve.unsettled(bilans)
        except DatabaseError:
            connection.close()
            return set(bilans)

    def _is_paused(self) -> bool:
        try:
            return releve.is_paused()
        except DatabaseError:
            connection.close()
            return True

    def _rest(self, saison: Saison, dossiers: Sequence[Dossier], bilans: Sequence[UUID]) -> set[UUID]:
        """Wait until nothing is due and the partner is idle; the correspondant looks after what waits for somebody.

        Where recovery is measured nobody touches what is uncertain. Elsewhere its back-off, up to two hours, is cut
        short by hand; gives the rows that this rescued, since the system had forgotten them.
        """
        end, relance, failed_seen = time.monotonic() + REPOS_MAX, time.monotonic() + RELANCE_APRES, False
        oubliees, ouvert = set[UUID](), time.monotonic()
        while time.monotonic() < end and not self.fini.wait(ENTRE_DEUX_REGARDS):
            left, paused = self._open(bilans), self._is_paused()
            if paused:
                ouvert = time.monotonic()
            if not left and not releve.running_requests(self.installation.partenaire.store) and not paused:
                if failed_seen:
                    break
                failed_seen = True
                for dossier in dossiers:
                    dossier.restart(EtatTransmission.ECHEC_DEFINITIF)
            elif time.monotonic() > relance and saison is not Saison.MACHINES:
                relance = time.monotonic() + RELANCE_APRES
                if time.monotonic() - ouvert > OUBLIEE_APRES:
                    oubliees |= releve.forgotten(bilans, OUBLIEE_APRES)
                for dossier in dossiers:
                    if dossier.bilan.pk in left:
                        dossier.restart(EtatTransmission.INCERTAINE)
        if self.fini.is_set():
            raise Interrompu
        return oubliees

    def _tell(
        self,
        saison: Saison,
        episodes: Sequence[Episode],
        dossiers: dict[int, Dossier],
        portes: coups.Bilan,
        bilans: Sequence[UUID],
    ) -> Recit:
        store = self.installation.partenaire.store
        recit = Recit(etapes=dict(portes.etapes))
        for episode in episodes:
            dossier = dossiers[episode.numero]
            histoire = releve.read([dossier.bilan.pk], store, dossier.confirmes)
            verdict = judge(histoire)
            if not verdict.holds:
                recit.coupables.append(episode)
            recit.verdict.add(verdict)
            recit.depassees += sum(rang.etat == "effacee" for rang in histoire.rangs)
            recit.douteuses += sum(essai.issue == "incertain" for essai in histoire.essais)
        if saison is Saison.MACHINES:
            states, recit.coups = releve.states(bilans), len(portes.fins)
            for numero, etape, fin in portes.fins:
                for seconds in recoveries(states, [fin], portes.arrets, facteur=FACTEUR):
                    recit.reprises.append(seconds)
                    if seconds > REPRISE_P95:
                        recit.lentes.append(f"reprise en {seconds:.0f} s : épisode {numero}, {etape}, {fin:%H:%M:%S}")
        return recit
