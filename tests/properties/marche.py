"""One file in a random walk: the clocks, the partner, how an act is played and judged, and what never happens.

The judge is a reference model of a few lines, which knows nothing of the services: the table of transitions
(tests/factories/transitions.py), the law of exemption in one line each, and the version the person agrees to send.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

from django.db import connection, transaction
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agents.models import Agent
from bilan import redaction
from bilan.models import Bilan, Consentement, RendezVous, Seance, Synthese
from bilan.selectors import current_synthese
from bilan.states import Etat, MotifReprise
from core import clock, journal
from core.errors import DomainError, Forbidden
from core.models import Evenement
from exemptions.services import add_justificatif, verify_justificatif
from poleemploi import canal, outcome, sender, services
from poleemploi.canal import JetonEnCours
from poleemploi.models import Tentative, Transmission
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME, EtatTransmission, Operation
from tests.factories.cai import make_contrat
from tests.factories.conduite import JOUR, advance, make_convoque
from tests.factories.transitions import TABLE, Monde
from tests.properties.partenaire import SAIN, Partenaire

Portee, Decision = Consentement.Portee, Consentement.Decision
BAIL = timedelta(seconds=60)
NAISSANCES = ["1980-07-01", "1954-08-20"]  # the second turns 56 in the middle of the contract

# One text of every row that an act may write: equal before and after a refusal.
FINGERPRINT = " UNION ALL ".join(
    f"SELECT t::text FROM {table} t"
    for table in (
        "bilan_bilan", "bilan_rendezvous", "bilan_seance", "bilan_synthese", "bilan_consentement", "bilan_notephase",
        "bilan_courrier", "bilan_synthesedetruite", "cai_contrat", "cai_prestation", "core_evenement",
        "core_compteur", "exemptions_evaluation", "poleemploi_transmission", "poleemploi_tentative",
    )
)  # fmt: skip


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
        self.reel = datetime(2026, 1, 5, 9, tzinfo=clock.PARIS)
        self.metier = clock.at(JOUR)

    def __call__(self) -> datetime:
        self.reel += timedelta(milliseconds=1)
        return self.reel

    def passes(self, duration: timedelta) -> None:
        self.reel += duration
        self.metier += duration


class Marche(RuleBasedStateMachine):
    """The walk itself; its subclasses say what agents may do."""

    monde: ClassVar[Monde]
    personnes: ClassVar[dict[str, Agent]]
    temps: ClassVar[Temps]
    depart: ClassVar[Etat]

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.partenaire = Partenaire()
        self.travail: sender.Travail | None = None
        self.accord: int | None = None  # the version whose transmission the person agrees to now
        self.depots = 0
        self.employe = False

    def teardown(self) -> None:
        try:
            self._settle()
            assert journal.verify(self.bilan.contrat_id) == []
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    # --- where the walk begins ------------------------------------------------------------------

    @initialize(
        naissance=st.sampled_from(NAISSANCES),
        titre=st.sampled_from(["L313-11", "L313-11", "L313-9"]),
        conserver=st.sampled_from([True] * 7 + [False]),
        hasard=st.randoms(use_true_random=True),  # seeded by Hypothesis: the same walks every time
    )
    def begin(self, naissance: str, titre: str, conserver: bool, hasard: Random) -> None:
        self.hasard = hasard
        etat = self.depart
        birth = datetime.fromisoformat(naissance).date()
        monde = self.monde
        if etat == Etat.A_EVALUER:
            contrat = make_contrat(by=monde.prescripteur, date_naissance=birth, titre_admission=titre)
            self.temps.metier = clock.at(contrat.date_signature, 14)
            self.pk = contrat.bilans.get().pk
            with clock.travel(self.temps.metier):
                for piece in ("contrat_travail", "declaration_non_recherche"):
                    shown = add_justificatif(
                        contrat=contrat, type_piece=piece, date_document=contrat.date_signature, by=monde.prescripteur
                    )
                    verify_justificatif(justificatif=shown, by=monde.prescripteur)
            self.exempte_par_titre = titre == "L313-9"
        else:
            bilan = make_convoque(monde.direction, monde.prescripteur, monde.conseiller, date_naissance=birth)
            self.pk = bilan.pk
            self.exempte_par_titre = False
            self.temps.metier = clock.at(JOUR, 9, 31)
            if etat != Etat.CONVOQUE:
                self.temps.metier = clock.at(JOUR, 15)
                advance(bilan, etat)
        self._set_out(conserver=conserver)

    def _set_out(self, *, conserver: bool) -> None:
        """What a kind of walk does before its first step."""

    # --- how an act is played, and judged -------------------------------------------------------

    @property
    def bilan(self) -> Bilan:
        return Bilan.objects.select_related("contrat__signataire").get(pk=self.pk)

    def fingerprint(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT md5(string_agg(t, '|' ORDER BY t)) FROM ({FINGERPRINT}) rows (t)")
            return cursor.fetchone()

    def play(self, act: Callable[[], object]) -> DomainError | None:
        """Do it on this day; a refusal must leave everything as it was."""
        before = self.fingerprint()
        try:
            with clock.travel(self.temps.metier):
                act()
        except DomainError as raised:
            refusal = raised
        else:
            return None
        assert self.fingerprint() == before, f"{refusal.code} wrote something"
        return refusal

    def transition(self, name: str, *, by: str, act: Callable[[Bilan, Agent | None], object] | None = None) -> bool:
        """One transition of the table, by somebody; the table says what may come of it."""
        ligne, bilan = TABLE[name], self.bilan
        agent = self.agent(by)
        told = set(Evenement.objects.filter(nom=f"bilan.{name}").values_list("pk", flat=True))
        refusal = self.play(lambda: (act or self.plain(name))(bilan, agent))
        if by not in ligne.acteurs or self._nobody_yet(by, bilan):
            assert isinstance(refusal, Forbidden), f"{by} may {name}"
            return False
        if refusal is not None:
            assert not isinstance(refusal, Forbidden), f"{by} may not {name}"
            assert (refusal.code == "transition_impossible") == (bilan.etat not in ligne.depuis), refusal.message
            return False
        assert bilan.etat in ligne.depuis
        assert self.bilan.etat == (ligne.vers or bilan.etat)
        new = Evenement.objects.filter(nom=f"bilan.{name}").exclude(pk__in=told)
        assert [(event.etat_avant, event.etat_apres) for event in new] == [(bilan.etat, self.bilan.etat)]
        return True

    def plain(self, name: str) -> Callable[[Bilan, Agent | None], object]:
        if name == "reprendre_synthese":
            return lambda bilan, by: services.rework_synthese(bilan=bilan, motif=MotifReprise.ERREUR, by=by)
        if name == "valider_synthese":
            return self._validate
        return lambda bilan, by: TABLE[name].acte(self.monde, bilan, by)

    def _validate(self, bilan: Bilan, by: Agent | None) -> object:
        day = clock.today()
        return redaction.validate_synthese(
            bilan=bilan, date_presentation=day, observations="", date_signature=day, date_remise=day, by=by
        )

    def agent(self, by: str) -> Agent | None:
        """The agent of a role around the file, the adviser being the one it is entrusted to now; None is the system."""
        return self.bilan.conseiller or self.monde.conseiller if by == "conseiller" else self.personnes.get(by)

    @staticmethod
    def _nobody_yet(by: str, bilan: Bilan) -> bool:
        """Before an appointment the bilan is entrusted to no house, and to nobody there."""
        return by in ("conseiller", "responsable") and bilan.conseiller_id is None

    @property
    def adviser(self) -> Agent:
        agent = self.agent("conseiller")
        assert agent is not None
        return agent

    def right_actor(self, name: str) -> str:
        return min(TABLE[name].acteurs & self.personnes.keys())

    def is_exempt(self, moment: datetime) -> bool:
        """The law in one line each: older than 55, admitted for work, or in work and not looking for any."""
        signataire = self.bilan.contrat.signataire
        return signataire.age_on(moment.astimezone(clock.PARIS).date()) >= 56 or self.exempte_par_titre or self.employe

    def _move(self, name: str) -> None:
        self._after(name, self.transition(name, by=self.right_actor(name)))

    def _after(self, name: str, done: bool) -> None:
        if done and name == "reprendre_synthese":
            self.accord = None  # it named the older version

    # --- one step -----------------------------------------------------------------------------------

    @rule()
    def step(self) -> None:
        steps = {
            name: getattr(self, name) for name in sorted(dir(type(self))) if hasattr(getattr(type(self), name), "poids")
        }
        possible = [name for name, step in steps.items() if step.quand(self) for _ in range(step.poids)]
        name = self.hasard.choice(possible)
        note(name)
        steps[name](self.hasard.choice)

    @acte(2)
    def time_passes(self, pick: Pick) -> None:
        self.temps.passes(timedelta(hours=pick([1, 1, 24, 24, 24 * 7, 24 * 16, 24 * 40, 24 * 210])))

    @acte(2, quand=lambda self: self.bilan.etat == Etat.CONVOQUE)
    def the_day_comes(self, pick: Pick) -> None:
        self._go_to_appointment(minutes=pick([-30, 0, 15, 600]))

    def _go_to_appointment(self, *, minutes: int) -> None:
        moment = RendezVous.objects.get(bilan=self.pk, statut="prevu").debut + timedelta(minutes=minutes)
        if moment > self.temps.metier:
            self.temps.passes(moment - self.temps.metier)

    # --- the queue ----------------------------------------------------------------------------------------

    def _claim(self) -> None:
        """A worker takes the next row; the commit of a deposit's attempt is the point of no return."""
        with clock.travel(self.temps.metier):
            _, self.travail = sender.claim(JetonEnCours("jeton", 1), canal.read(), lease=BAIL)
        if self.travail is not None and self.travail.operation == Operation.DEPOT:
            self.depots += 1
            synthese = Transmission.objects.get(pk=self.travail.transmission_id).synthese
            assert self.accord == synthese.version, "sent without a consent in force for that version"
            assert synthese.contenu is not None
            assert synthese.version == current_synthese(self.bilan).version

    def _answer(self, issue: str) -> None:
        travail, self.travail = self.travail, None
        reponse = self.partenaire.answer(travail, issue, self.temps())
        with clock.travel(self.temps.metier):
            outcome.record(
                outcome.Resultat(
                    travail.transmission_id, travail.tentative_id, travail.operation, reponse, 12, travail.jeton,
                    travail.probe,
                )
            )  # fmt: skip

    # --- what never happens -----------------------------------------------------------------------------------

    @invariant()
    def three_hours_at_most_within_the_contract(self) -> None:
        contrat = self.bilan.contrat
        seances = list(Seance.objects.filter(bilan=self.pk))
        assert sum(seance.minutes for seance in seances) <= 180
        assert all(contrat.date_signature <= s.jour <= contrat.echeance_effective for s in seances)

    @invariant()
    def every_appointment_stands_within_the_contract(self) -> None:
        contrat = self.bilan.contrat
        for debut in RendezVous.objects.filter(bilan=self.pk).values_list("debut", flat=True):
            assert contrat.date_signature <= debut.astimezone(clock.PARIS).date() <= contrat.echeance_effective

    @invariant()
    def nothing_was_pushed_without_our_knowing(self) -> None:
        assert Tentative.objects.filter(operation=Operation.DEPOT).count() == self.depots

    @invariant()
    def a_content_is_there_or_destroyed_never_half(self) -> None:
        for synthese in Synthese.objects.filter(bilan=self.pk):
            assert (synthese.contenu is None) == (synthese.detruite_at is not None)

    # --- at rest ------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Let the queue finish with a healthy partner: nothing stays half done, who withdrew is not held there."""
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
        held = set(self.partenaire.detenus.values())
        for row in Transmission.objects.select_related("consentement"):
            withdrawn = Consentement.objects.filter(
                bilan=self.pk, portee=Portee.TRANSMISSION, decision=Decision.RETIRE, rang__gt=row.consentement.rang
            ).exists()
            if row.etat == EtatTransmission.ACCUSEE:
                assert row.pk in held
            if withdrawn and row.etat != EtatTransmission.ECHEC_DEFINITIF:
                assert row.pk not in held, "withdrawn, and still at the partner"
