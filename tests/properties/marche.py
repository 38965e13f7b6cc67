"""One file in a random walk: the clocks, the partner, how an act is played, and the reference model that judges it."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, ClassVar

from django.db import connection, transaction
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agents.models import Agent
from bilan import retention
from bilan.models import Bilan, Consentement, NotePhase, RendezVous, Seance, Synthese, SynthesePdf
from bilan.selectors import current_synthese
from bilan.states import Etat
from cai.models import Contrat, Prestation, PropositionPrefet
from core import clock, journal
from core.errors import DomainError, Forbidden
from core.models import Evenement
from exemptions.services import add_justificatif, verify_justificatif
from poleemploi import canal, outcome, sender
from poleemploi.canal import JetonEnCours
from poleemploi.models import Tentative, Transmission
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME, EtatTransmission, Operation
from tests.factories.cai import make_contrat
from tests.factories.prefet import note as note_prestation
from tests.factories.transitions import Monde
from tests.properties.ecrits import Ecrits
from tests.properties.gardes import D2
from tests.properties.modele import Modele
from tests.properties.partenaire import SAIN, Partenaire

Portee, Decision = Consentement.Portee, Consentement.Decision
TRANSITIONS = frozenset(f"bilan.{nom}" for nom in D2)
BAIL = timedelta(seconds=60)
SIGNATURE = date(2010, 3, 15)  # of every contract the factory makes
NAISSANCES = [date(1980, 7, 1), date(1954, 8, 20)]  # the second turns 56 in the middle of the contract

Pick = Callable[[Sequence[Any]], Any]
Acte = Callable[[Any, Pick], None]


def acte(poids: int = 1, *, quand: Callable[[Any], bool] = lambda marche: True) -> Callable[[Acte], Acte]:
    """A step of the walk: how often it is taken compared with the others, and when it is possible.

    One rule for all of them and plain dice: Hypothesis leaves whole rules out of a walk and repeats its draws, which
    finds the shortest counter-example but seldom reaches the end of a course of twenty acts.
    """

    def _mark(step: Acte) -> Acte:
        step.poids, step.quand = poids, quand  # type: ignore[attr-defined]
        return step

    return _mark


class Temps:
    """Both clocks of the application, in our hands: the business one, and the one of leases and retries."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Both at the beginning of a walk: each walk is the same whatever came before it."""
        self.reel = datetime(2026, 1, 5, 9, tzinfo=UTC)
        self.metier = clock.at(SIGNATURE, 14)

    def __call__(self) -> datetime:
        self.reel += timedelta(milliseconds=1)
        return self.reel

    def passes(self, duration: timedelta) -> None:
        self.reel += duration
        self.metier += duration


class Marche(RuleBasedStateMachine):
    """The walk itself; its subclasses say what agents may do, and from where they start."""

    monde: ClassVar[Monde]
    personnes: ClassVar[dict[str, Agent]]
    temps: ClassVar[Temps]
    departs: ClassVar[list[Etat]]
    joues: ClassVar[Counter[tuple[str, str]]]  # of all walks: each act, done or refused

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.ecrits = Ecrits()
        self.ecoute = connection.execute_wrapper(self.ecrits)
        self.ecoute.__enter__()
        self.partenaire = Partenaire()
        self.travail: sender.Travail | None = None
        self.depots = 0
        self.suite = 0
        self.vu = (0, False)  # how many versions, and whether destroyed, when rows were last compared

    def teardown(self) -> None:
        try:
            self._settle()
            assert journal.verify(self.contrat) == []
        finally:
            self.ecoute.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    # --- where the walk begins ------------------------------------------------------------------

    @initialize(
        naissance=st.sampled_from(NAISSANCES),
        titre=st.sampled_from(["L313-11", "L313-11", "L313-11", "L313-9"]),
        pieces=st.booleans(),
        conserver=st.sampled_from([True] * 7 + [False]),
        hasard=st.randoms(use_true_random=True),  # seeded by Hypothesis: the same walks every time
    )
    def begin(self, naissance: date, titre: str, pieces: bool, conserver: bool, hasard: Random) -> None:
        self.hasard = hasard
        depart = hasard.choice(self.departs)
        if depart != Etat.A_EVALUER:
            naissance, titre = NAISSANCES[0], "L313-11"
        self.temps.start()
        contrat = make_contrat(by=self.monde.prescripteur, date_naissance=naissance, titre_admission=titre)
        self.contrat, self.pk = contrat.pk, contrat.bilans.get().pk
        self.modele = Modele(
            naissance=naissance, admis_pour_travail=titre == "L313-9", signature=contrat.date_signature,
            premiere=contrat.date_echeance, echeance=contrat.date_echeance,
        )  # fmt: skip
        self._train(contrat)
        if pieces:
            self._show_documents(contrat)
        self._read(everything=True)
        for _ in range(40):
            if self.modele.etat == depart:
                break
            self._next_step()
        assert self.modele.etat == depart
        self._set_out(conserver=conserver)

    def _train(self, contrat: Contrat) -> None:
        """The other trainings: what a prorogation, or a résiliation, may rest on besides the bilan."""
        if self.hasard.choice((True, False, False)):
            note_prestation(contrat, "formation_linguistique", "en_cours")
            self.modele.langue_en_cours = True
        civique = self.hasard.choice(("", "suivie", "non_suivie_sans_motif"))
        if civique:
            note_prestation(contrat, "formation_civique", civique)
            self.modele.manquement, self.modele.formation_suivie = civique != "suivie", civique == "suivie"
        contrat.prestations.filter(statut="suivie").update(date_fin=SIGNATURE)

    def _show_documents(self, contrat: Contrat) -> None:
        by, day = self.monde.prescripteur, self.temps.metier.date()
        with clock.travel(self.temps.metier):
            for piece in ("contrat_travail", "declaration_non_recherche"):
                shown = add_justificatif(contrat=contrat, type_piece=piece, date_document=day, by=by)
                verify_justificatif(justificatif=shown, by=by)
        self.modele.pieces = True

    def _set_out(self, *, conserver: bool) -> None:
        """What a kind of walk does before its first step."""

    @abstractmethod
    def _next_step(self) -> None:
        """What a good agent does next."""

    # --- how an act is played, and judged -------------------------------------------------------

    def play(self, nom: str, par: str, act: Callable[[Bilan, Agent | None], object], **dit: Any) -> bool:
        """Do it on this day. The model says beforehand whether it will be refused, and what the file then is."""
        modele, moment = self.modele, self.temps.metier
        attendu = modele.refus(nom, par, moment, **dit)
        bilan, agent = self.bilan, self.agent(par)
        refusal: DomainError | None = None
        try:
            with clock.travel(moment):
                act(bilan, agent)
        except DomainError as raised:
            refusal = raised
        self.joues[f"{nom} {dit.get('genre', '')}".strip(), "refusé" if refusal else "fait"] += 1
        told = f"{nom} by {par} on {moment:%d/%m/%Y %H:%M}, {dit}: {modele}"
        assert bool(attendu) == bool(refusal), f"model: {attendu or 'done'}, service: {refusal!r}. {told}"
        if refusal is not None:
            assert isinstance(refusal, Forbidden) == (attendu == "droit"), f"{refusal!r}: {told}"
            assert (refusal.code == "transition_impossible") or attendu != "etat", f"{refusal!r}: {told}"
            assert not self.ecrits.kept, f"refused, and wrote {self.ecrits.kept}: {told}"
            return False
        avant = modele.etat
        modele.faire(nom, moment, **dit)
        new = self._read()
        acts = [(e.etat_avant, e.etat_apres) for e in new if e.nom in TRANSITIONS]
        due = [(avant, modele.etat)] if nom in D2 or avant != modele.etat else []
        assert acts == due, f"one event for one change, not {acts}: {told}"
        return True

    def _read(self, *, everything: bool = False) -> list[Evenement]:
        """Compare the rows with the model, those of the tables written to since the last time; the new events."""
        written, modele = set(self.ecrits.kept), self.modele
        self.ecrits.forget()
        if everything or written & {"bilan_bilan", "cai_contrat"}:
            # As it is between two acts: services read it again under their lock.
            self.bilan = Bilan.objects.select_related("contrat__signataire", "contrat__direction").get(pk=self.pk)
        assert self.bilan.etat == modele.etat, modele
        foreseen = (len(modele.versions), modele.detruit)
        if everything or "bilan_synthese" in written or foreseen != self.vu:
            self.vu = foreseen
            versions = Synthese.objects.filter(bilan=self.pk).values_list("detruite_at", "contenu")
            assert len(versions) == len(modele.versions), modele
            for detruite_at, contenu in versions:
                assert (detruite_at is not None) == (contenu is None) == modele.detruit, modele
            if modele.detruit:
                assert not SynthesePdf.objects.filter(synthese__bilan=self.pk).exists(), modele
                assert not NotePhase.objects.filter(bilan=self.pk).exists(), modele
        if everything or "bilan_seance" in written or "cai_contrat" in written:
            self._sessions_hold()
        if everything or written & {"cai_contrat", "cai_prestation", "cai_propositionprefet"}:
            self._contract_holds()
        if everything or "bilan_rendezvous" in written:
            prevus = RendezVous.objects.filter(bilan=self.pk, statut="prevu").values_list("debut", flat=True)
            assert list(prevus) == ([modele.rendez_vous] if modele.rendez_vous else []), modele
        if "poleemploi_tentative" in written:  # nothing is pushed but what was seen to leave with its consent
            assert Tentative.objects.filter(operation=Operation.DEPOT).count() == self.depots
        if not (everything or "core_evenement" in written):
            return []
        new = list(Evenement.objects.filter(dossier=self.contrat, numero__gt=self.suite).order_by("numero"))
        self.suite = new[-1].numero if new else self.suite
        return new

    def _sessions_hold(self) -> None:
        contrat = self.bilan.contrat
        seances = list(Seance.objects.filter(bilan=self.pk))
        assert sum(seance.minutes for seance in seances) == self.modele.minutes <= 180
        assert all(contrat.date_signature <= s.jour <= contrat.echeance_effective for s in seances)

    def _contract_holds(self) -> None:
        contrat, modele = self.bilan.contrat, self.modele
        assert (contrat.statut, contrat.echeance_effective) == (modele.statut, modele.echeance), modele
        said = Prestation.objects.filter(contrat=self.contrat, type=Prestation.Type.BILAN).values_list("statut").first()
        assert (said or ("",)) == (modele.prestation,), modele
        rows = PropositionPrefet.objects.filter(contrat=self.contrat).order_by("created_at")
        latest = {row.type: (row.statut, row.suspendue_at is not None) for row in rows}
        known = {genre: (p.statut, p.suspendue is not None) for genre, p in modele.propositions.items()}
        assert latest == known, modele

    def agent(self, par: str) -> Agent | None:
        """The agent of a role around the file, the adviser being the one it is entrusted to now; None is the system."""
        return self.personnes.get(self.modele.conseiller or par if par == "conseiller" else par)

    def right_actor(self, nom: str) -> str:
        return min(set(D2[nom][2]) & self.personnes.keys())

    # --- one step -----------------------------------------------------------------------------------

    @rule()
    def step(self) -> None:
        steps = self._steps()
        possible = [name for name, step in steps.items() if step.quand(self) for _ in range(step.poids)]
        name = self.hasard.choice(possible)
        note(name)
        getattr(self, name)(self.hasard.choice)

    @classmethod
    def _steps(cls) -> dict[str, Any]:
        return {name: getattr(cls, name) for name in sorted(dir(cls)) if hasattr(getattr(cls, name), "poids")}

    @acte(2)
    def time_passes(self, pick: Pick) -> None:
        self._pass(timedelta(hours=pick([1, 1, 24, 24, 24 * 7, 24 * 16, 24 * 40, 24 * 210])))

    def _pass(self, duration: timedelta) -> None:
        """Every night what is due is destroyed; nobody acts in between."""
        self.temps.passes(duration)
        today = self.temps.metier.date()
        with clock.travel(self.temps.metier):
            retention.sweep(today)
        self.modele.appliquer_conservation(today)
        self._read()
        assert self.modele.detruit or not self.modele.versions or not self.modele.est_du(today)

    @acte(2, quand=lambda self: self.modele.etat == "convoque")
    def the_day_comes(self, pick: Pick) -> None:
        self._go_to_appointment(minutes=pick([-30, 0, 15, 600]))

    def _go_to_appointment(self, *, minutes: int) -> None:
        moment = self.modele.rendez_vous + timedelta(minutes=minutes)
        if moment > self.temps.metier:
            self._pass(moment - self.temps.metier)

    # --- the queue ----------------------------------------------------------------------------------------

    def _claim(self) -> None:
        """A worker takes the next row; the commit of a deposit's attempt is the point of no return."""
        self.joues["claim", "fait"] += 1
        with clock.travel(self.temps.metier):
            _, self.travail = sender.claim(JetonEnCours("jeton", 1), canal.read(), lease=BAIL)
        if self.travail is not None and self.travail.operation == Operation.DEPOT:
            self.depots += 1
            synthese = Transmission.objects.get(pk=self.travail.transmission_id).synthese
            current = current_synthese(self.bilan)
            assert self.modele.accord("transmission"), "sent without a consent in force"
            assert synthese.version == current.version == len(self.modele.versions), "sent for another version"
            assert synthese.contenu is not None
        self._hear()

    def _answer(self, issue: str) -> None:
        self.joues["answer", "fait"] += 1
        travail, self.travail = self.travail, None
        reponse = self.partenaire.answer(travail, issue, self.temps.metier)
        with clock.travel(self.temps.metier):
            outcome.record(
                outcome.Resultat(
                    travail.transmission_id, travail.tentative_id, travail.operation, reponse, 12, travail.jeton,
                    travail.probe,
                )
            )  # fmt: skip
        self._hear()

    def _hear(self) -> None:
        """What the queue does is not foreseen but told to the model: sent, received (transition 21), on its way."""
        versions = Synthese.objects.without_content().filter(bilan=self.pk).order_by("version")
        for known, row in zip(self.modele.versions, versions, strict=True):
            known.envoyee = row.premier_envoi_at is not None
            known.accusee = row.accuse_at.astimezone(clock.PARIS).date() if row.accuse_at else None
        self.modele.essai_ouvert = Tentative.objects.filter(transmission__bilan=self.pk, fermee_at=None).exists()
        if self.modele.versions and self.modele.versions[-1].accusee:
            self.modele.appliquer_conservation(self.temps.metier.date())
        self._read()

    # --- what never happens -----------------------------------------------------------------------------------

    @invariant()
    def nobody_who_is_exempt_has_a_bilan(self) -> None:
        if self.modele.etat == "exempte":
            assert self.modele.rendez_vous is None
        if self.modele.rendez_vous is not None:
            assert (self.modele.rendez_vous.date(), False) in [(jour, ex) for _, jour, ex in self.modele.evaluations]

    # --- at rest ------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Let the queue finish with a healthy partner: nothing stays half done, who withdrew is not held there."""
        if not self.modele.decisions.get("transmission"):
            return
        if self.travail is not None:
            self._answer(SAIN)
        for _ in range(40):
            self.temps.reel += timedelta(hours=3)
            self._claim()
            if self.travail is None and not Transmission.objects.filter(etat__in=A_TRAITER_PAR_LE_SYSTEME).exists():
                break
            if self.travail is not None:
                self._answer(SAIN)
        assert not Transmission.objects.filter(etat__in=A_TRAITER_PAR_LE_SYSTEME).exists()
        if self.modele.detruit:
            outcome.forget_destroyed()  # as every night
            assert not Transmission.objects.filter(donnees_figees__isnull=False).exists(), "a copy outlives the content"
        held = set(self.partenaire.detenus.values())
        for row in Transmission.objects.select_related("consentement"):
            withdrawn = Consentement.objects.filter(
                bilan=self.pk, portee=Portee.TRANSMISSION, decision=Decision.RETIRE, rang__gt=row.consentement.rang
            ).exists()
            if row.etat == EtatTransmission.ACCUSEE:
                assert row.pk in held
            if withdrawn and row.etat != EtatTransmission.ECHEC_DEFINITIF:
                assert row.pk not in held, "withdrawn, and still at the partner"
