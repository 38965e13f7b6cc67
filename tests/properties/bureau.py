"""What the office and the adviser do, from the interview to the signed synthesis."""

from datetime import date, timedelta

from bilan import conduite, programmation, redaction
from bilan.states import Etat
from core import clock
from exemptions.services import Declarations, evaluate_contrat
from tests.factories.conduite import make_contenu
from tests.factories.programmation import proposition
from tests.factories.transitions import TABLE
from tests.properties.marche import Marche, Pick, acte

ENDINGS = {"annuler", "constater_non_realisation", "cloturer"}  # left to the wilder step, or every walk would be short
COURSE = {
    Etat.PHASE_INVESTIGATION: "passer_en_conclusion",
    Etat.PHASE_CONCLUSION: "rediger_synthese",
    Etat.SYNTHESE_REDIGEE: "presenter_synthese",
    Etat.SYNTHESE_PRESENTEE: "valider_synthese",
    Etat.ABSENT_A_QUALIFIER: "reconnaitre_motif_legitime",
    Etat.EXEMPTE: "lever_exemption",
}


class Bureau(Marche):
    # --- the office -----------------------------------------------------------------------------------

    @acte(2)
    def assess(self, pick: Pick) -> None:
        today = self.temps.metier.date()
        jours = [self.bilan.contrat.date_entretien, today, today + timedelta(days=30)]
        self._assess(pick(jours), employe=pick([False, False, True]))

    def _assess(self, jour: date, *, employe: bool) -> None:
        contrat = self.bilan.contrat
        answers = Declarations(
            scolarise=False, declare_activite=employe, declare_ne_recherche_pas=employe, inscrit_pole_emploi=False
        )
        refusal = self.play(
            lambda: evaluate_contrat(
                contrat=contrat, declarations=answers, date_reference=jour, by=self.monde.prescripteur
            )
        )
        if refusal is None:
            self.employe = employe and contrat.justificatifs.exists()

    @acte(8, quand=lambda self: self.bilan.etat in TABLE["convoquer"].depuis)
    def convoke(self, pick: Pick) -> None:
        self._convoke(
            days=pick([0, 14, 15, 20, 30, 160, 400]),
            hour=pick([8, 9, 17]),
            minutes=pick([0, 1, 120, 180, 180, 180, 181]),
            accord=pick((True, False)),
        )

    def _convoke(self, *, days: int, hour: int, minutes: int, accord: bool) -> None:
        jour = self.temps.metier.date() + timedelta(days=days)
        planned = proposition(
            self.monde.lieu, self.monde.conseiller, jour, debut=clock.at(jour, hour),
            duree_fixee_minutes=minutes, accord_delai_reduit=accord,
        )  # fmt: skip
        done = self.transition(
            "convoquer",
            by="prescripteur",
            act=lambda bilan, by: programmation.convoke(bilan=bilan, proposition=planned, by=by),
        )
        if done:
            assert not self.is_exempt(planned.debut), "summoned on a day on which the person is exempt"
            assert planned.debut > self.temps.metier

    @acte(quand=lambda self: self.bilan.etat in TABLE["refixer_duree"].depuis)
    def fix_duration(self, pick: Pick) -> None:
        minutes = pick([0, 1, 20, 90, 110, 180, 181])
        self.transition(
            "refixer_duree",
            by="prescripteur",
            act=lambda bilan, by: programmation.set_duration(bilan=bilan, duree_fixee_minutes=minutes, by=by),
        )

    # --- the adviser ------------------------------------------------------------------------------------

    @acte(3, quand=lambda self: self.bilan.etat in redaction.WRITABLE)
    def spend_minutes(self, pick: Pick) -> None:
        jour = self.temps.metier.date() - timedelta(days=pick([-1, 0, 0, 0, 90]))
        minutes = pick([0, 1, 30, 90, 181])
        self.play(lambda: conduite.record_seance(bilan=self.bilan, jour=jour, minutes=minutes, by=self.adviser))

    @acte(quand=lambda self: self.bilan.etat in redaction.WRITABLE)
    def write(self, pick: Pick) -> None:
        self._write(pick(["", "Cuisiner."]), pick(["", "Cuisine collective"]))

    def _write(self, texte: str, competences: str) -> None:
        by = self.adviser
        self.play(lambda: conduite.save_note(bilan=self.bilan, phase=Etat.PHASE_PRELIMINAIRE, texte=texte, by=by))
        contenu = make_contenu(competences_aptitudes=competences)
        self.play(lambda: redaction.save_draft(bilan=self.bilan, contenu=contenu, by=by))

    # --- the ordinary course ----------------------------------------------------------------------------

    @acte(8)
    def straight_ahead(self, pick: Pick) -> None:
        """What good agents do, so that walks go far."""
        self._next_step()

    def _next_step(self) -> None:
        by, bilan = self.adviser, self.bilan
        jour = self.temps.metier.date()
        match bilan.etat:
            case Etat.A_EVALUER:
                self._assess(bilan.contrat.date_entretien, employe=False)
                self._move("constater_exemption" if self.is_exempt(self.temps.metier) else "prescrire")
            case Etat.A_PROGRAMMER | Etat.REPORTE | Etat.ABSENT_MOTIF_LEGITIME | Etat.ABSENT_SANS_MOTIF:
                self._convoke(days=20, hour=9, minutes=180, accord=False)
            case Etat.CONVOQUE:
                self._go_to_appointment(minutes=15)
                self._move("demarrer")
            case Etat.PHASE_PRELIMINAIRE:
                self.play(lambda: conduite.record_seance(bilan=bilan, jour=jour, minutes=20, by=by))
                self._write("Cuisiner.", "Cuisine collective")
                self._move("passer_en_investigation")
            case etat if etat in COURSE:
                self._move(COURSE[etat])

    # --- any transition -----------------------------------------------------------------------------------

    @acte(6)
    def go_on(self, pick: Pick) -> None:
        """Something that the present state allows, by somebody who may."""
        etat = self.bilan.etat
        open_to = sorted(name for name, ligne in TABLE.items() if etat in ligne.depuis and name not in ENDINGS)
        if open_to:
            self._move(pick(open_to))

    @acte(3)
    def try_anything(self, pick: Pick) -> None:
        """Anything at all, by anybody."""
        name = pick(sorted(TABLE))
        self._after(name, self.transition(name, by=pick(sorted(self.personnes))))
