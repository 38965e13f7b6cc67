"""What the office and the adviser do, from the interview to the signed synthesis."""

from datetime import date, timedelta
from typing import Any

from bilan import conduite, fin, programmation, redaction, suivi
from bilan.models import Bilan, RendezVous
from bilan.states import Etat, MotifInterruption, MotifReprise
from core import clock
from exemptions.services import Declarations, evaluate_contrat
from poleemploi import services
from tests.factories.conduite import make_contenu
from tests.factories.programmation import proposition
from tests.properties.gardes import A_CONVOQUER, AG, AVANT, CB, CO, D2, DT, PHASES, PR, RP
from tests.properties.marche import Pick, acte
from tests.properties.prefecture import Prefecture

ENDINGS = {"annuler", "constater_non_realisation", "cloturer"}  # left to the wilder step, or every walk would be short
COURSE = {
    "phase_investigation": "passer_en_conclusion",
    "phase_conclusion": "rediger_synthese",
    "synthese_redigee": "presenter_synthese",
    "synthese_presentee": "valider_synthese",
    "absent_a_qualifier": "reconnaitre_motif_legitime",
}
ECRIRE = (*PHASES, "synthese_redigee")
CONTENU = {complete: make_contenu(**({} if complete else {"competences_aptitudes": ""})) for complete in (True, False)}
ROLES = (AG, PR, DT, CO, CB, RP, "prescripteur d’ailleurs")
ABSENCE = "force_majeure_transport"


class Bureau(Prefecture):
    # --- the office -----------------------------------------------------------------------------------

    @acte(2)
    def assess(self, pick: Pick) -> None:
        today, signature = self.temps.metier.date(), self.modele.signature
        jours = [signature, signature - timedelta(days=1), today, today, today + timedelta(days=30)]
        if self.modele.rendez_vous:
            jours.append(self.modele.rendez_vous.date())
        par = pick(["prescripteur"] * 4 + sorted(ROLES))
        self._assess(pick(jours), employe=pick([False, False, True]), par=par)

    def _assess(self, jour: date, *, employe: bool, par: str = "prescripteur") -> None:
        answers = Declarations(
            scolarise=False, declare_activite=employe, declare_ne_recherche_pas=employe, inscrit_pole_emploi=False
        )
        self.play(
            "evaluer",
            par,
            lambda bilan, by: evaluate_contrat(contrat=bilan.contrat, declarations=answers, date_reference=jour, by=by),
            jour=jour,
            employe=employe,
        )

    @acte(8, quand=lambda self: self.modele.etat in A_CONVOQUER)
    def convoke(self, pick: Pick) -> None:
        self._convoke(
            days=pick([0, 14, 15, 20, 30, 160, 400]),
            hour=pick([7, 8, 9, 17]),
            minutes=pick([0, 1, 120, 180, 180, 180, 181]),
            accord=pick((True, False)),
        )

    def _convoke(self, *, days: int, hour: int, minutes: int, accord: bool, par: str = "prescripteur") -> None:
        jour = self.temps.metier.date() + timedelta(days=days)
        debut = clock.at(jour, hour)
        planned = proposition(
            self.monde.lieu, self.monde.conseiller, jour, debut=debut, duree_fixee_minutes=minutes,
            accord_delai_reduit=accord,
        )  # fmt: skip
        self.play(
            "convoquer",
            par,
            lambda bilan, by: programmation.convoke(bilan=bilan, proposition=planned, by=by),
            debut=debut,
            duree=minutes,
            accord=accord,
        )

    @acte(quand=lambda self: self.modele.etat in ("convoque", *PHASES))
    def fix_duration(self, pick: Pick) -> None:
        self._move("refixer_duree", pick)

    # --- the adviser ------------------------------------------------------------------------------------

    @acte(3, quand=lambda self: self.modele.etat in ECRIRE)
    def spend_minutes(self, pick: Pick) -> None:
        self._spend(days_ago=pick([-1, 0, 0, 0, 90]), minutes=pick([0, 1, 30, 90, 181]))

    def _spend(self, *, days_ago: int, minutes: int) -> None:
        jour = self.temps.metier.date() - timedelta(days=days_ago)
        self.play(
            "seance",
            "conseiller",
            lambda bilan, by: conduite.record_seance(bilan=bilan, jour=jour, minutes=minutes, by=by),
            jour=jour,
            minutes=minutes,
        )

    @acte(quand=lambda self: self.modele.etat in ECRIRE)
    def write(self, pick: Pick) -> None:
        self._write(pick(["", "Cuisiner."]), pick((True, False)))

    def _write(self, texte: str, complete: bool) -> None:
        self.play(
            "note",
            "conseiller",
            lambda bilan, by: conduite.save_note(bilan=bilan, phase=Etat.PHASE_PRELIMINAIRE, texte=texte, by=by),
            texte=texte,
        )
        self.play(
            "brouillon",
            "conseiller",
            lambda bilan, by: redaction.save_draft(bilan=bilan, contenu=CONTENU[complete], by=by),
            complete=complete,
        )

    @acte(2, quand=lambda self: self.modele.conclusion is not None)
    def follow_up(self, pick: Pick) -> None:
        statut = pick(["realise", "refuse", "sans_reponse"])
        day, situation = self.temps.metier.date(), "recherche" if statut == "realise" else ""
        self.play(
            "suivi",
            "conseiller",
            lambda bilan, by: suivi.record_follow_up(
                bilan=bilan, echeance="six_mois", statut=statut, fait_le=day, situation=situation, by=by
            ),
            statut=statut,
        )

    # --- the ordinary course ----------------------------------------------------------------------------

    @acte(8)
    def straight_ahead(self, pick: Pick) -> None:
        """What good agents do, so that walks go far."""
        self._next_step()

    def _next_step(self) -> None:
        modele, always = self.modele, self.hasard.choice
        match modele.etat:
            case "a_evaluer":
                self._assess(modele.signature, employe=False)
                self._move("constater_exemption" if modele.exempt(modele.signature) else "prescrire", always)
            case etat if etat in A_CONVOQUER:
                self._convoke(days=20, hour=9, minutes=180, accord=False)
                if modele.etat == etat:  # a Sunday, a holiday: another day
                    self._convoke(days=22, hour=9, minutes=180, accord=False)
            case "convoque":
                self._go_to_appointment(minutes=15)
                on_the_day = modele.rendez_vous.date() == self.temps.metier.date()
                self._move("demarrer" if on_the_day else "constater_absence", always)
            case "exempte" if modele.exempt(self.temps.metier.date()):
                self._pass(timedelta(days=100))
            case "exempte":
                self._assess(self.temps.metier.date(), employe=False)
                self._move("lever_exemption", always)
            case "phase_preliminaire":
                self._spend(days_ago=0, minutes=20)
                self._write("Cuisiner.", complete=True)
                self._move("passer_en_investigation", always)
            case "phase_conclusion":
                self._spend(days_ago=0, minutes=20)
                self._move("rediger_synthese", always)
            case etat if etat in COURSE:
                self._move(COURSE[etat], always)

    # --- any transition -----------------------------------------------------------------------------------

    @acte(6)
    def go_on(self, pick: Pick) -> None:
        """Something that the present state allows, by somebody who may."""
        open_to = sorted(nom for nom in D2 if self.modele.etat in D2[nom][0] and nom not in ENDINGS)
        if open_to:
            self._move(pick(open_to), pick)

    @acte(4, quand=lambda self: self.modele.etat in ("absent_a_qualifier", "absent_sans_motif", "exempte"))
    def qualify(self, pick: Pick) -> None:
        """The absence or the exemption is looked at again, after some days or at once."""
        self._pass(timedelta(days=pick([0, 1, 20, 20])))
        if self.modele.etat == "exempte":
            self._assess(self.temps.metier.date(), employe=False)
            self._move("lever_exemption", pick)
        elif self.modele.etat == "absent_sans_motif":
            self._move("requalifier_absence", pick)
        else:
            self._move("constater_absence_injustifiee", pick)

    @acte(3, quand=lambda self: self.modele.pieces and self.modele.etat in ("a_evaluer", *A_CONVOQUER))
    def take_a_job(self, pick: Pick) -> None:
        """In work, and looking for none: exempt for as long as it lasts."""
        self._assess(pick([self.modele.signature, self.temps.metier.date()]), employe=True)
        self._move("constater_exemption", pick)

    @acte(3, quand=lambda self: self.modele.etat == "convoque")
    def hand_to_a_colleague(self, pick: Pick) -> None:
        self._move("affecter_conseiller", pick)

    @acte(3, quand=lambda self: self.modele.etat == "convoque")
    def nobody_comes(self, pick: Pick) -> None:
        self._go_to_appointment(minutes=60)
        self._move("constater_absence", pick)

    @acte(1, quand=lambda self: self.modele.etat in AVANT)
    def the_contract_ends(self, pick: Pick) -> None:
        """Seldom, or every walk would be short."""
        if pick([True] + [False] * 6) and self.temps.metier.date() <= self.modele.echeance:
            self._pass(timedelta(days=(self.modele.echeance - self.temps.metier.date()).days + pick([0, 1])))
            self._move("constater_non_realisation", pick)

    @acte(2)
    def end(self, pick: Pick) -> None:
        """By somebody who may: sooner or later, one of these is due."""
        possible = sorted(nom for nom in ENDINGS if self.modele.etat in D2[nom][0])
        late = self.temps.metier.date() > self.modele.echeance
        if possible and (late or pick([True] + [False] * 9)):
            self._move(pick(possible), pick)

    @acte(3)
    def try_anything(self, pick: Pick) -> None:
        """Anything at all, by anybody."""
        self._move(pick(sorted(D2)), pick, par=pick(sorted(ROLES)))

    def _move(self, nom: str, pick: Pick, par: str = "") -> bool:
        if nom == "convoquer":
            self._convoke(days=20, hour=9, minutes=180, accord=False, par=par or "prescripteur")
            return self.modele.etat == "convoque"
        dit = self._details(nom, pick)
        return self.play(nom, par or self.right_actor(nom), self._service(nom, dit), **dit)

    def _details(self, nom: str, pick: Pick) -> dict[str, Any]:
        today = self.temps.metier.date()
        match nom:
            case "reconnaitre_motif_legitime" | "requalifier_absence":
                return {"vu": today + timedelta(days=pick([0, 0, 0, 1]))}
            case "constater_absence_injustifiee":
                return {"declare": pick((True, False, False))}
            case "refixer_duree":
                return {"duree": pick([0, 1, 20, 90, 110, 180, 181])}
            case "reattribuer":
                return {"a": pick(["prescripteur", "collegue"])}
            case "affecter_conseiller":
                return {"a": pick(["conseiller", "releve"])}
        return {}

    def _service(self, nom: str, dit: dict[str, Any]) -> Any:
        monde, day = self.monde, self.temps.metier.date()
        match nom:
            case "constater_exemption":
                return lambda bilan, by: programmation.record_exemption(bilan=bilan, by=by)
            case "prescrire":
                charge = monde.prescripteur
                return lambda bilan, by: programmation.prescribe(bilan=bilan, prescripteur=charge, by=by)
            case "lever_exemption":
                charge = monde.prescripteur
                return lambda bilan, by: programmation.lift_exemption(
                    bilan=bilan, motif="Plus de motif.", prescripteur=charge, by=by
                )
            case "reporter":
                return lambda bilan, by: programmation.postpone(bilan=bilan, motif="demande_signataire", by=by)
            case "constater_absence":
                return lambda bilan, by: programmation.record_absence(bilan=bilan, by=by)
            case "reconnaitre_motif_legitime":
                return lambda bilan, by: programmation.recognise_absence(
                    bilan=bilan, motif=ABSENCE, justificatif_vu_le=dit["vu"], by=by
                )
            case "requalifier_absence":
                return lambda bilan, by: programmation.requalify_absence(
                    bilan=bilan, motif=ABSENCE, justificatif_vu_le=dit["vu"], by=by
                )
            case "constater_absence_injustifiee":
                return lambda bilan, by: programmation.reject_absence(
                    bilan=bilan, declare_sans_motif=dit["declare"], by=by
                )
            case "demarrer":
                return lambda bilan, by: conduite.start_bilan(bilan=bilan, informe=True, by=by)
            case "passer_en_investigation":
                return lambda bilan, by: conduite.enter_investigation(bilan=bilan, by=by)
            case "passer_en_conclusion":
                return lambda bilan, by: conduite.enter_conclusion(bilan=bilan, by=by)
            case "interrompre":
                return lambda bilan, by: conduite.interrupt(bilan=bilan, motif=MotifInterruption.DEPART, by=by)
            case "rediger_synthese":
                return lambda bilan, by: redaction.complete_synthese(bilan=bilan, by=by)
            case "presenter_synthese":
                return lambda bilan, by: redaction.present_synthese(bilan=bilan, by=by)
            case "reprendre_synthese":
                return lambda bilan, by: services.rework_synthese(bilan=bilan, motif=MotifReprise.ERREUR, by=by)
            case "valider_synthese":
                return lambda bilan, by: redaction.validate_synthese(
                    bilan=bilan, date_presentation=day, observations="", date_signature=day, date_remise=day, by=by
                )
            case "constater_refus_signature":
                return lambda bilan, by: redaction.record_signature_refusal(
                    bilan=bilan, date_presentation=day, date_refus=day, by=by
                )
            case "cloturer":
                return lambda bilan, by: fin.close(bilan=bilan, by=by)
            case "constater_non_realisation":
                return lambda bilan, by: fin.record_not_done(bilan=bilan, by=by)
            case "annuler":
                return lambda bilan, by: fin.cancel(bilan=bilan, motif="depart_definitif", by=by)
            case "refixer_duree":
                return lambda bilan, by: programmation.set_duration(
                    bilan=bilan, duree_fixee_minutes=dit["duree"], by=by
                )
            case "reattribuer":
                chosen = {"prescripteur": monde.prescripteur, "collegue": monde.autre_prescripteur}[dit["a"]]
                return lambda bilan, by: programmation.reassign(bilan=bilan, prescripteur=chosen, by=by)
            case "affecter_conseiller":
                adviser = {"conseiller": monde.conseiller, "releve": monde.autre_conseiller}[dit["a"]]
                return lambda bilan, by: programmation.assign_adviser(
                    rendez_vous=_planned(bilan), conseiller=adviser, by=by
                )
        raise AssertionError(nom)


def _planned(bilan: Bilan) -> RendezVous:
    held = bilan.rendez_vous.filter(statut__in=["prevu", "honore"])
    return held.order_by("-debut").first() or RendezVous(bilan=bilan)
