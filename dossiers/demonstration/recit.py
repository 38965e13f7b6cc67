"""One file told act after act, each on its day, by the services that the pages call: nothing here writes a row."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import chain
from random import Random

from agents.models import Agent
from bilan import conduite, fin, impression, programmation, redaction, retention, suivi
from bilan.guards import Proposition
from bilan.lettres import libres
from bilan.models import DUREE_MAX_MINUTES, Bilan, Consentement, RendezVous, Suivi, Synthese
from bilan.states import Etat, MotifImpression, MotifInterruption
from cai import delais
from cai.feries import jours_feries
from cai.fiches import FicheContrat
from cai.models import Contrat
from core import clock
from dossiers import services
from dossiers.demonstration import partenaire
from dossiers.demonstration.equipes import Equipe
from dossiers.demonstration.formations import prescribe_trainings, prove_trainings
from dossiers.demonstration.personnes import Personne
from dossiers.demonstration.syntheses import notes, observations, write_contenu
from exemptions.services import (
    Declarations,
    add_justificatif,
    evaluate_contrat,
    reject_justificatif,
    verify_justificatif,
)
from poleemploi import sender
from poleemploi.models import Transmission
from poleemploi.reprise import Rythme
from poleemploi.retours import record_return
from poleemploi.services import record_decision

HEURES = ((9, 0), (13, 30), (10, 30), (15, 0))
MINUTES_DES_PHASES = {Etat.PHASE_PRELIMINAIRE: 30, Etat.PHASE_INVESTIGATION: 85, Etat.PHASE_CONCLUSION: 55}
JOURS_DE_FORMATION = 120  # days after the signature: by then the trainings of the contract are usually over
SANS_EMPLOI = Declarations(
    scolarise=False, declare_activite=False, declare_ne_recherche_pas=False, inscrit_pole_emploi=False
)
Portee, Decision = Consentement.Portee, Consentement.Decision


def working_day(jour: date, *, step: int = 1) -> date:
    """``jour`` or the next working day in the direction of ``step`` (1 or -1)."""
    while not delais.is_working_day(jour, jours_feries(jour.year, jour.year)):
        jour += timedelta(days=step)
    return jour


class Recit:
    """A file being told. Days are given by the story; the hour of each act follows the previous one of the same day.

    Refusals of the services are not caught: a story that the rules refuse is a fault of the story.
    """

    def __init__(
        self,
        *,
        identifiant: uuid.UUID,
        personne: Personne,
        equipe: Equipe,
        hasard: Random,
        aujourdhui: date,
        simulateur: bool,
    ) -> None:
        self.personne, self.equipe, self.hasard, self.aujourdhui = personne, equipe, hasard, aujourdhui
        self.identifiant, self.simulateur = identifiant, simulateur
        self.agent = equipe.agent(hasard)
        self.prescripteur = equipe.prescripteur(hasard)
        self._dernier: datetime | None = None

    @property
    def bilan(self) -> Bilan:
        """The bilan as it stands: every act reads it again."""
        bilan: Bilan = Bilan.objects.select_related("contrat__signataire").get(contrat_id=self.identifiant)
        return bilan

    def il_y_a(self, jours: int) -> date:
        """The working day at, or just before, that many days before today."""
        return working_day(self.aujourdhui - timedelta(days=jours), step=-1)

    @contextmanager
    def le(self, jour: date, *, a: datetime | None = None) -> Iterator[datetime]:
        """Stand on a day, at an hour of office or at the instant ``a``, never before the previous act."""
        moment = a or clock.at(jour, self.hasard.randrange(9, 12), self.hasard.randrange(60))
        if self._dernier is not None and moment <= self._dernier:
            if self._dernier.date() > jour:
                raise ValueError(f"This story goes back from {self._dernier:%d %B} to {jour:%d %B}.")
            moment = self._dernier + timedelta(minutes=self.hasard.randrange(3, 9))
        self._dernier = moment
        with clock.travel(moment):
            yield moment

    # --- before the bilan ---------------------------------------------------------------------

    def ouvrir(self, signature: date, *, titre: str | None = None) -> None:
        titre = titre or self.hasard.choice(("L313-11", "L313-11", "L313-11", "VLSTS-VPF", "VLSTS-VPF", "L314"))
        with self.le(signature):
            self.contrat = services.open_file(
                signataire=self.personne.fiche,
                contrat=FicheContrat(
                    numero_cai="",
                    date_entretien=signature,
                    date_signature=signature,
                    titre_admission=titre,
                    date_premier_titre=min(self.personne.arrivee, signature),
                    date_cosignature=signature if self.personne.fiche.representant_nom else None,
                ),
                direction=self.equipe.direction,
                identifiant=self.identifiant,
                by=self.agent,
            )
            prescribe_trainings(self.contrat, courses=self.courses, by=self.agent)

    @property
    def courses(self) -> bool:
        """Whether the level of French makes the language training due."""
        return self.personne.francais in ("INFRA_A1", "A1_1")

    def suivre_les_formations(self, jour: date) -> None:
        """The civic training is over; the language course, if any, too."""
        with self.le(jour):
            prove_trainings(self.contrat, jour, courses=self.courses, by=self.agent)

    def deposer(self, jour: date, genre: str, *, du: date, fin: date | None = None, suite: str = "verifier") -> None:
        """A document received, then examined at once (``verifier``, ``rejeter``) or left to examine (``attendre``)."""
        with self.le(jour):
            piece = add_justificatif(
                contrat=self.contrat, type_piece=genre, date_document=du, fin_validite=fin, by=self.agent
            )
        if suite == "verifier":
            with self.le(jour):
                verify_justificatif(justificatif=piece, by=self.agent)
        elif suite == "rejeter":
            with self.le(jour):
                reject_justificatif(
                    justificatif=piece, motif="Document illisible : demander une copie nette.", by=self.agent
                )

    def evaluer(self, jour: date, declarations: Declarations = SANS_EMPLOI, *, reference: date | None = None) -> None:
        with self.le(jour):
            evaluate_contrat(
                contrat=self.contrat,
                declarations=declarations,
                date_reference=reference or self.contrat.date_entretien,
                by=self.agent,
            )

    def constater_exemption(self, jour: date) -> None:
        with self.le(jour):
            programmation.record_exemption(bilan=self.bilan, by=self.agent)

    def prescrire(self, jour: date) -> None:
        with self.le(jour):
            programmation.prescribe(bilan=self.bilan, prescripteur=self.prescripteur, by=self.prescripteur)

    # --- the appointment ----------------------------------------------------------------------

    def convoquer(
        self, envoi: date, pour: date, *, duree: int = DUREE_MAX_MINUTES, au_plus_tard: date | None = None,
        d_abord: bool = False, delai_reduit: bool = False,
    ) -> None:  # fmt: skip
        """Send the letter on ``envoi`` for ``pour``, or the nearest working day on which an adviser is free.

        ``au_plus_tard`` keeps a past appointment in the past; an appointment to come never falls today, whose hours
        are left to the story of today. ``d_abord`` tries ``pour`` itself before all, were it a Saturday.
        """
        formation = working_day(envoi - timedelta(days=20), step=-1)
        first_letter = not self.bilan.prestataire_id
        if first_letter and (formation - self.contrat.date_signature).days > JOURS_DE_FORMATION:
            self.suivre_les_formations(formation)
        minutes = duree - self.bilan.minutes_utilisees
        earliest = envoi + timedelta(days=1 if delai_reduit else 15)
        if pour > self.aujourdhui:
            earliest = max(earliest, self.aujourdhui + timedelta(days=1))
        days = chain([pour] if d_abord else [], _around(pour, earliest, au_plus_tard))
        debut, conseiller = self._creneau(days, minutes)
        with self.le(envoi):
            self.rendez_vous = programmation.convoke(
                bilan=self.bilan,
                proposition=Proposition(
                    debut=debut,
                    duree_fixee_minutes=duree,
                    lieu=self.hasard.choice(self.equipe.lieux),
                    conseiller=conseiller,
                    accord_delai_reduit=delai_reduit,
                ),
                by=self.prescripteur,
            )
        self.conseiller, self.jour = conseiller, debut.date()

    def _creneau(self, days: Iterable[date], minutes: int) -> tuple[datetime, Agent]:
        advisers = self.hasard.sample(self.equipe.conseillers, len(self.equipe.conseillers))
        if self.bilan.conseiller_id:
            advisers.sort(key=lambda one: one.pk != self.bilan.conseiller_id)
        for jour in days:
            for conseiller in advisers:
                taken = RendezVous.objects.filter(conseiller=conseiller, debut__date=jour).exclude(
                    statut__in=(RendezVous.Statut.ANNULE, RendezVous.Statut.REPORTE)
                )
                busy = [(one.debut, one.fin) for one in taken]
                for heure, minute in HEURES:
                    debut = clock.at(jour, heure, minute)
                    end = debut + timedelta(minutes=minutes)
                    if all(end <= begin or debut >= until for begin, until in busy):
                        return debut, conseiller
        raise LookupError(f"No adviser of {self.equipe.direction} is free.")

    def reporter(self, jour: date, motif: str) -> None:
        with self.le(jour):
            programmation.postpone(bilan=self.bilan, motif=motif, by=self.agent)

    def manquer(self) -> None:
        """The adviser waited for an hour."""
        with self.le(self.jour, a=self.rendez_vous.debut + timedelta(minutes=60)):
            programmation.record_absence(bilan=self.bilan, by=self.conseiller)

    # --- the bilan ----------------------------------------------------------------------------

    def conduire(self, jusqua: str = Etat.SYNTHESE_REDIGEE) -> None:
        """The three phases on the day of the appointment, up to a phase, or to the end of the writing."""
        debut = self.rendez_vous.debut
        with self.le(self.jour, a=debut + timedelta(minutes=2)):
            conduite.start_bilan(bilan=self.bilan, informe=True, by=self.conseiller)
        with self.le(self.jour, a=debut + timedelta(minutes=30)):
            conduite.save_note(
                bilan=self.bilan, phase=Etat.PHASE_PRELIMINAIRE, texte=notes(self.personne), by=self.conseiller
            )
        self._minutes(Etat.PHASE_PRELIMINAIRE, debut + timedelta(minutes=31))
        if jusqua == Etat.PHASE_PRELIMINAIRE:
            return
        with self.le(self.jour, a=debut + timedelta(minutes=35)):
            conduite.enter_investigation(bilan=self.bilan, by=self.conseiller)
        self.contenu = write_contenu(self.personne, self.hasard, jour=self.jour)
        self._minutes(Etat.PHASE_INVESTIGATION, debut + timedelta(minutes=118))
        with self.le(self.jour, a=debut + timedelta(minutes=120)):
            redaction.save_draft(bilan=self.bilan, contenu=self.contenu, by=self.conseiller)
        if jusqua == Etat.PHASE_INVESTIGATION:
            return
        with self.le(self.jour, a=debut + timedelta(minutes=122)):
            conduite.enter_conclusion(bilan=self.bilan, by=self.conseiller)
        self._minutes(Etat.PHASE_CONCLUSION, debut + timedelta(minutes=172))
        if jusqua == Etat.PHASE_CONCLUSION:
            return
        with self.le(self.jour, a=debut + timedelta(minutes=178)):
            redaction.complete_synthese(bilan=self.bilan, by=self.conseiller)

    def _minutes(self, phase: str, moment: datetime) -> None:
        minutes = MINUTES_DES_PHASES[Etat(phase)] + self.hasard.randrange(-5, 3)
        with self.le(self.jour, a=moment):
            conduite.record_seance(bilan=self.bilan, jour=self.jour, minutes=minutes, by=self.conseiller)

    def interrompre(self, motif: MotifInterruption) -> None:
        with self.le(self.jour):
            conduite.interrupt(bilan=self.bilan, motif=motif, by=self.conseiller)

    # --- the synthesis ------------------------------------------------------------------------

    def presenter(self, jour: date) -> Synthese:
        with self.le(jour):
            synthese = redaction.present_synthese(bilan=self.bilan, by=self.conseiller)
        with self.le(jour):
            impression.print_for_signature(synthese=synthese, by=self.conseiller)
        return synthese

    def valider(self, jour: date) -> Synthese:
        """Read again, signed and handed over the same day."""
        with self.le(jour):
            return redaction.validate_synthese(
                bilan=self.bilan,
                date_presentation=jour,
                observations=observations(self.hasard),
                date_signature=jour,
                date_remise=jour,
                representant=self._representant(jour),
                by=self.conseiller,
            )

    def refuser_de_signer(self, jour: date) -> None:
        with self.le(jour):
            redaction.record_signature_refusal(
                bilan=self.bilan, date_presentation=jour, date_refus=jour, by=self.conseiller
            )

    def decider(self, jour: date, portee: Consentement.Portee, decision: Consentement.Decision) -> Consentement:
        """One decision on one scope: on a signed form, a withdrawal by a mere word."""
        with self.le(jour):
            return record_decision(
                bilan=self.bilan,
                portee=portee,
                decision=decision,
                mode=Consentement.Mode.GUICHET if decision == Decision.RETIRE else Consentement.Mode.FORMULAIRE,
                langue=self.personne.fiche.langue_comprise,
                interprete=self._needs_interpreter(),
                representant_legal=self._representant(jour),
                by=self.conseiller,
            )

    def envoyer(self, *, panne: str = "", fois: int | None = 1, rythme: Rythme | None = None) -> bool:
        """One step of the sender on this file, to the simulator; False when there is none, or nothing due.

        ``panne`` is asked of the simulator first, for this file alone; ``rythme`` rules how long it is tried again.
        """
        row = Transmission.objects.filter(bilan=self.bilan).order_by("-created_at").first()
        if row is None or not self.simulateur:
            return False
        if panne:
            partenaire.ask_fault(panne, numero_cai=self.contrat.numero_cai, nombre=fois)
        assert self._dernier is not None
        with self.le(self._dernier.date()):
            return sender.step(only=row.pk, rythme=rythme)

    def conserver(self, jour: date) -> None:
        self.decider(jour, Portee.CONSERVATION, Decision.ACCORDE)
        if self.hasard.random() < 0.7:
            self.decider(jour, Portee.SUIVI, Decision.ACCORDE)

    def copier(self, jour: date) -> None:
        """A copy printed by the prescriber in charge, at the person's request of the same day."""
        synthese = Synthese.objects.filter(bilan=self.bilan).latest("version")
        with self.le(jour):
            impression.print_copy(
                synthese=synthese, motif=MotifImpression.REMISE, demande_recue_le=jour, by=self.prescripteur
            )

    def appliquer_conservation(self, jour: date) -> None:
        """What the clock does every night: destroy what nobody agreed to keep."""
        with self.le(jour):
            retention.apply_rules(self.bilan)

    def suivre(
        self, jour: date, situation: str, *, echeance: str = Suivi.Echeance.SIX_MOIS,
        statut: str = Suivi.Statut.REALISE,
    ) -> None:  # fmt: skip
        """What came of the interview of six months, or of three, noted on that day."""
        conseiller = self.bilan.conseiller
        assert conseiller is not None
        with self.le(jour):
            suivi.record_follow_up(
                bilan=self.bilan,
                echeance=echeance,
                statut=statut,
                fait_le=jour,
                situation=situation,
                by=conseiller,
            )

    def retourner(self, jour: date, *, inscription: date, ppae: date) -> None:
        """What Pôle emploi told the correspondant."""
        with self.le(jour):
            record_return(
                bilan=self.bilan,
                recu_le=jour,
                date_inscription=inscription,
                date_entretien_ppae=ppae,
                by=self.equipe.correspondant,
            )

    def ecrire(self, jour: date, nom: str) -> None:
        """A letter without an act, issued by the agent."""
        contrat = Contrat.objects.select_related("signataire__nationalite", "direction").get(pk=self.contrat.pk)
        with self.le(jour):
            libres.issue_letter(libre=libres.LIBRES[nom], contrat=contrat, by=self.agent)

    def clore(self, jour: date) -> None:
        with self.le(jour):
            fin.close(bilan=self.bilan, by=self.prescripteur)

    def _representant(self, jour: date) -> str:
        minor = self.contrat.signataire.age_on(jour) < delais.AGE_MAJORITE
        return self.personne.fiche.representant_nom if minor else ""

    def _needs_interpreter(self) -> bool:
        return self.personne.francais in ("INFRA_A1", "A1_1") and self.personne.fiche.langue_comprise != "fr"


def _around(pour: date, earliest: date, au_plus_tard: date | None) -> Iterator[date]:
    """Working days from the nearest to ``pour``, between the two bounds, both included."""
    for distance in range(60):
        for jour in dict.fromkeys((pour + timedelta(days=distance), pour - timedelta(days=distance))):
            late = au_plus_tard is not None and jour > au_plus_tard
            if jour >= earliest and not late and jour == working_day(jour):
                yield jour
