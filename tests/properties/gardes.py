"""The reference model: the conduct of a bilan as D.2, E.2 and E.4 of the domain reference write it, in plain data.

It shares nothing with the application but the words of its states. Asked before each act, it says whether the act will
be refused and why, then what the file has become; the services are judged by it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.properties.contrat import ACTEURS_PREFET, Contrat
from tests.properties.jours import FERIES, jour_ouvre, plus_mois, un_an

AG, PR, DT, CO, CB, RP, SYS = (
    "agent_ofii", "prescripteur", "directeur", "correspondant", "conseiller", "responsable", "systeme",
)  # fmt: skip
PHASES = ("phase_preliminaire", "phase_investigation", "phase_conclusion")
ABSENCES = ("absent_a_qualifier", "absent_motif_legitime", "absent_sans_motif")
AVANT = ("a_evaluer", "a_programmer", "convoque", "reporte", *ABSENCES, *PHASES)
FAITS = ("synthese_redigee", "synthese_presentee", "synthese_validee", "signature_refusee")
FINAUX = ("clos", "non_realise", "annule")
A_CONVOQUER = ("a_programmer", "reporte", "absent_motif_legitime", "absent_sans_motif")

# transition: from, to (none: unchanged), actors
D2: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "constater_exemption": (
        ("a_evaluer", "a_programmer", "convoque", "reporte", "absent_motif_legitime", "absent_a_qualifier"),
        "exempte", (AG, PR),
    ),
    "prescrire": (("a_evaluer",), "a_programmer", (PR,)),
    "lever_exemption": (("exempte",), "a_programmer", (AG, PR)),
    "convoquer": (A_CONVOQUER, "convoque", (PR,)),
    "reporter": (("convoque", "absent_motif_legitime"), "reporte", (AG, PR)),
    "constater_absence": (("convoque",), "absent_a_qualifier", (CB, AG, PR)),
    "reconnaitre_motif_legitime": (("absent_a_qualifier",), "absent_motif_legitime", (AG, PR)),
    "constater_absence_injustifiee": (("absent_a_qualifier",), "absent_sans_motif", (AG, PR)),
    "requalifier_absence": (("absent_sans_motif",), "absent_motif_legitime", (AG, PR, DT)),
    "demarrer": (("convoque",), "phase_preliminaire", (CB,)),
    "passer_en_investigation": (("phase_preliminaire",), "phase_investigation", (CB,)),
    "passer_en_conclusion": (("phase_investigation",), "phase_conclusion", (CB,)),
    "interrompre": (PHASES, "reporte", (CB, PR)),
    "rediger_synthese": (("phase_conclusion",), "synthese_redigee", (CB,)),
    "presenter_synthese": (("synthese_redigee",), "synthese_presentee", (CB,)),
    "reprendre_synthese": (("synthese_presentee", "synthese_validee"), "synthese_redigee", (CB,)),
    "valider_synthese": (("synthese_presentee",), "synthese_validee", (CB,)),
    "constater_refus_signature": (("synthese_presentee",), "signature_refusee", (CB,)),
    "cloturer": ((*FAITS, "exempte"), "clos", (PR, CO, SYS)),
    "constater_non_realisation": (AVANT, "non_realise", (SYS, AG, PR)),
    "annuler": ((*AVANT, "exempte"), "annule", (DT, SYS)),
    "refixer_duree": (("convoque", *PHASES), "", (PR,)),
    # section B: who answers for a file changes, the bilan does not move
    "reattribuer": ((*(etat for etat in AVANT if etat != "a_evaluer"), *FAITS, "clos"), "", (DT,)),
    "affecter_conseiller": (("convoque", *PHASES, *FAITS), "", (RP,)),
}  # fmt: skip
# What is no transition: who may do it.
ACTEURS = {
    "evaluer": (AG, PR), "seance": (CB,), "note": (CB,), "brouillon": (CB,), "accorde": (CB, PR), "refuse": (CB, PR),
    "retire": (AG, PR, CB, CO), "suivi": (CB,), "retour": (CO,), "abandonner": (CO,), **ACTEURS_PREFET,
}  # fmt: skip


@dataclass
class Version:
    """One version of the synthesis; ``envoyee`` and ``accusee`` are told by the queue (transition 21)."""

    complete: bool
    redaction: date | None = None
    figee: date | None = None
    validation: date | None = None
    envoyee: bool = False
    accusee: date | None = None


@dataclass(kw_only=True)
class Gardes(Contrat):
    """The facts of one file, and what they forbid."""

    naissance: date
    admis_pour_travail: bool = False  # ground c
    pieces: bool = False  # the two documents of ground d, verified
    etat: str = "a_evaluer"
    confie: bool = False  # to a prestataire
    conseiller: str = ""
    prescripteur: str = ""
    employe: bool = False  # as last declared
    evaluations: list[tuple[date, date, bool]] = field(default_factory=list)  # made on, for, exempt
    rendez_vous: datetime | None = None
    manque: date | None = None
    duree: int = 180
    seances: list[tuple[date, int, str]] = field(default_factory=list)
    informe: date | None = None
    premiere_venue: date | None = None
    besoins: bool = False
    versions: list[Version] = field(default_factory=list)
    detruit: bool = False
    conclusion: date | None = None
    suivi: str = ""
    decisions: dict[str, list[tuple[str, int, date]]] = field(default_factory=dict)  # by scope: what, version, when
    essai_ouvert: bool = False
    retours: list[date] = field(default_factory=list)

    # --- what can be read off the facts -------------------------------------------------------------

    @property
    def minutes(self) -> int:
        return sum(minutes for _, minutes, _ in self.seances)

    @property
    def version(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    @property
    def brouillon(self) -> Version | None:
        return self.version if self.version and not self.version.figee and not self.detruit else None

    @property
    def derniere_venue(self) -> date | None:
        return max([jour for jour, _, _ in self.seances] + ([self.informe] if self.informe else []), default=None)

    def age(self, jour: date) -> int:
        return jour.year - self.naissance.year - ((jour.month, jour.day) < (self.naissance.month, self.naissance.day))

    def exempt(self, jour: date) -> bool:
        """C.5: over 55, admitted for work, or in work with its proof and looking for none; nobody here is a minor."""
        return self.age(jour) > 55 or self.admis_pour_travail or (self.employe and self.pieces)

    def ecrits_perimes(self, jour: date) -> bool:
        return self.derniere_venue is not None and jour >= un_an(self.derniere_venue)

    def derniere(self, portee: str) -> tuple[str, int, date]:
        return self.decisions.get(portee, [("", 0, date.min)])[-1]

    def accord(self, portee: str) -> bool:
        """In force: the latest is an agreement and, for the transmission, names the present version."""
        quoi, version, _ = self.derniere(portee)
        return quoi == "accorde" and (portee != "transmission" or version == len(self.versions))

    def a_retirer(self, portee: str) -> bool:
        return next((q for q, _, _ in reversed(self.decisions.get(portee, [])) if q != "refuse"), "") == "accorde"

    def fonde(self, genre: str, jour: date) -> bool:
        """A contract is not closed before its end while its bilan is due."""
        a_faire = genre == "cloture" and jour <= self.echeance and self.etat in AVANT
        return super().fonde(genre, jour) and not a_faire

    # --- will it be refused? ------------------------------------------------------------------------------

    def refus(self, acte: str, par: str, t: datetime, **dit: Any) -> str:
        """Why the act will be refused; nothing when it will be done."""
        depuis, _, acteurs = D2.get(acte, ((), "", ACTEURS.get(acte, ())))
        if par not in acteurs or (par in (CB, RP) and not self.confie):
            return "droit"
        if depuis and self.etat not in depuis:
            return "etat"
        garde: Callable[..., bool] | None = getattr(self, f"_garde_{acte}", None)
        return "" if garde is None or garde(t, **dit) else "garde"

    def _garde_evaluer(self, t: datetime, *, jour: date, employe: bool) -> bool:
        return self.en_cours and self.signature <= jour <= self.echeance

    def _garde_constater_exemption(self, t: datetime) -> bool:
        if not self.evaluations:
            return False
        faite, jour, exempte = self.evaluations[-1]
        today = t.date()
        if self.etat == "convoque":
            prevu = self.rendez_vous is not None and jour == self.rendez_vous.date()
        else:
            ouvert = jour.weekday() != 6 and jour not in FERIES
            prevu = self.etat in A_CONVOQUER and today < jour <= self.echeance and ouvert
        return faite == today and exempte and (jour in (self.signature, today) or prevu)

    def _garde_prescrire(self, t: datetime) -> bool:
        entretien = [exempte for _, jour, exempte in self.evaluations if jour == self.signature]
        dispense = not entretien or entretien[-1]
        en_vigueur = self.en_cours and t.date() <= self.echeance
        return en_vigueur and not dispense and self.signature >= date(2008, 12, 1)

    def _garde_lever_exemption(self, t: datetime) -> bool:
        today = t.date()
        en_vigueur = self.en_cours and today <= self.echeance
        return en_vigueur and bool(self.evaluations) and self.evaluations[-1] == (today, today, False)

    def _garde_convoquer(self, t: datetime, *, debut: datetime, duree: int, accord: bool) -> bool:
        jour = debut.date()
        return (
            self.en_cours
            and debut > t
            and self.signature <= jour <= self.echeance
            and ((jour - t.date()).days >= 15 or accord)
            and self.minutes < duree <= 180
            and jour.weekday() != 6
            and jour not in FERIES
            and self._tient(debut, duree - self.minutes)
            and not self.exempt(jour)
        )

    @staticmethod
    def _tient(debut: datetime, minutes: int) -> bool:
        fin = debut + timedelta(minutes=minutes)
        return time(8) <= debut.time() <= time(18) and fin.date() == debut.date() and fin.time() <= time(20)

    def _garde_reporter(self, t: datetime) -> bool:
        return self.rendez_vous is None or t < self.rendez_vous

    def _garde_constater_absence(self, t: datetime) -> bool:
        return self.rendez_vous is not None and t >= self.rendez_vous

    def _garde_reconnaitre_motif_legitime(self, t: datetime, *, vu: date) -> bool:
        return vu <= t.date()

    def _garde_requalifier_absence(self, t: datetime, *, vu: date) -> bool:
        return self.statut != "resilie" and vu <= t.date()

    def _garde_constater_absence_injustifiee(self, t: datetime, *, declare: bool) -> bool:
        assert self.manque is not None
        return declare or t.date() > jour_ouvre(self.manque + timedelta(days=15))

    def _garde_demarrer(self, t: datetime) -> bool:
        return self.rendez_vous is not None and t.date() == self.rendez_vous.date() and t.date() <= self.echeance

    def _garde_seance(self, t: datetime, *, jour: date, minutes: int) -> bool:
        in_time = self.premiere_venue is not None and self.premiere_venue <= jour <= min(self.echeance, t.date())
        return self.etat in PHASES and minutes >= 1 and self.minutes + minutes <= min(180, self.duree) and in_time

    def _garde_note(self, t: datetime, *, texte: str) -> bool:
        return self.etat in PHASES and not self.ecrits_perimes(t.date())

    def _garde_brouillon(self, t: datetime, *, complete: bool) -> bool:
        if self.etat in PHASES:
            return not self.ecrits_perimes(t.date())
        return self.etat == "synthese_redigee" and self.brouillon is not None

    def _garde_passer_en_investigation(self, t: datetime) -> bool:
        return self.besoins

    def _garde_passer_en_conclusion(self, t: datetime) -> bool:
        return self.brouillon is not None

    def _garde_rediger_synthese(self, t: datetime) -> bool:
        ecrit = self.brouillon is not None and self.brouillon.complete
        return ecrit and 1 <= self.minutes <= 180 and not self.ecrits_perimes(t.date())

    def _garde_presenter_synthese(self, t: datetime) -> bool:
        return self.brouillon is not None and self.brouillon.complete

    def _garde_reprendre_synthese(self, t: datetime) -> bool:
        return not self.detruit and not self.essai_ouvert

    def _garde_valider_synthese(self, t: datetime) -> bool:
        return not self.detruit

    _garde_constater_refus_signature = _garde_valider_synthese

    def _garde_cloturer(self, t: datetime) -> bool:
        if self.etat == "exempte":
            attente = self.devant_le_prefet("prorogation") is not None
            return not attente and (not self.en_cours or t.date() > self.echeance)
        assert self.conclusion is not None
        suivi = bool(self.suivi) or t.date() > plus_mois(self.conclusion, 6) + timedelta(days=30)
        signe = self.etat not in ("synthese_redigee", "synthese_presentee") or self.detruit
        assert self.version is not None
        attendue = self.accord("transmission") and not self.version.accusee and not self.detruit
        return suivi and signe and not attendue

    def _garde_constater_non_realisation(self, t: datetime) -> bool:
        conclu = any(phase == "phase_conclusion" for _, _, phase in self.seances)
        a_ecrire = self.etat == "phase_conclusion" and conclu and not self.ecrits_perimes(t.date())
        # A contract that the préfet ended summons nobody any more; who was summoned or has begun keeps until its end.
        fini = t.date() > self.echeance or (not self.en_cours and self.etat not in ("convoque", *PHASES))
        return fini and not a_ecrire and self.devant_le_prefet("prorogation") is None

    def _garde_refixer_duree(self, t: datetime, *, duree: int) -> bool:
        if self.rendez_vous is None:
            return max(self.minutes, 1) <= duree <= 180
        return self.minutes < duree <= 180 and self._tient(self.rendez_vous, duree - self.minutes)

    def _garde_reattribuer(self, t: datetime, *, a: str) -> bool:
        a_imprimer = self.version is not None and not self.detruit
        return self.prescripteur != a and (self.etat != "clos" or a_imprimer)

    def _garde_affecter_conseiller(self, t: datetime, *, a: str) -> bool:
        return (self.rendez_vous is None or t < self.rendez_vous) and self.conseiller != a

    # the ledger: transitions 18, 19, 20 and the other scopes of E.2

    def _garde_accorde(self, t: datetime, *, portee: str) -> bool:
        return self._repond(t, "accorde", portee)

    def _garde_refuse(self, t: datetime, *, portee: str) -> bool:
        return self._repond(t, "refuse", portee)

    def _repond(self, t: datetime, quoi: str, portee: str) -> bool:
        version = self.version
        if self.accord(portee) or version is None:
            return False
        deja, laquelle, _ = self.derniere(portee)
        if portee == "transmission":
            if self.etat != "synthese_validee" or version.validation is None:
                return False
            if quoi == "refuse":
                return (deja, laquelle) != ("refuse", len(self.versions))
            return not self.detruit and not version.envoyee
        redigee = self.etat in (*FAITS, "clos") and version.redaction is not None
        return redigee and (quoi, deja) != ("refuse", "refuse") and not (portee == "conservation" and self.detruit)

    def _garde_retire(self, t: datetime, *, portee: str) -> bool:
        return self.a_retirer(portee)

    def _garde_suivi(self, t: datetime, *, statut: str) -> bool:
        if self.etat not in FAITS or self.suivi in ("realise", "refuse", statut):
            return False
        assert self.conclusion is not None
        return statut == "refuse" or t.date() >= plus_mois(self.conclusion, 6) - timedelta(days=15)

    def _garde_retour(self, t: datetime) -> bool:
        en_cours = self.etat == "synthese_validee" and self.accord("transmission")
        recue = self.version.accusee if self.version else None
        return en_cours and recue is not None and recue <= t.date() and t.date() not in self.retours

    def _garde_abandonner(self, t: datetime, *, bloquee: bool, presente: bool) -> bool:
        """Transition 22: a row that failed or was refused, as the queue says."""
        return bloquee
