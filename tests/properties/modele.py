"""The reference model, whole: what each act makes of the file, and the daily destruction of E.4."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.properties.gardes import AVANT, D2, FINAUX, PHASES, Gardes, Version
from tests.properties.jours import un_an

# What the contract then says of the bilan (C.3, and the note under D.2).
PRESTATION = {
    "constater_exemption": "exemptee", "prescrire": "prescrite", "lever_exemption": "prescrite",
    "reconnaitre_motif_legitime": "differee_motif_legitime", "requalifier_absence": "differee_motif_legitime",
    "constater_absence_injustifiee": "non_suivie_sans_motif", "demarrer": "en_cours", "rediger_synthese": "suivie",
    "annuler": "sans_objet",
}  # fmt: skip


@dataclass(kw_only=True)
class Modele(Gardes):
    """Tell it every act that was done: it knows what the file has become."""

    # --- what the file becomes ---------------------------------------------------------------------------

    def faire(self, acte: str, t: datetime, **dit: Any) -> None:
        """The act was done: move, then destroy what nobody agreed to keep."""
        effet: Callable[..., None] | None = getattr(self, f"_effet_{acte}", None)
        if effet is not None:
            effet(t, **dit)
        if acte in D2 and D2[acte][1]:
            self.etat = D2[acte][1]
        self.prestation = PRESTATION.get(acte, self.prestation)
        if self.etat not in ("convoque",):
            self.rendez_vous = None
        if acte in ("accorde", "refuse", "retire", "valider_synthese", "constater_refus_signature", "abandonner"):
            self.appliquer_conservation(t.date())
        if acte in ("cloturer", "annuler", "constater_non_realisation") or self.etat in FINAUX:
            self.appliquer_conservation(t.date())

    def _effet_evaluer(self, t: datetime, *, jour: date, employe: bool) -> None:
        self.employe = employe
        self.evaluations.append((t.date(), jour, self.exempt(jour)))

    def _effet_prescrire(self, t: datetime) -> None:
        self.prescripteur = self.prescripteur or "prescripteur"

    _effet_lever_exemption = _effet_prescrire

    def _effet_convoquer(self, t: datetime, *, debut: datetime, duree: int, accord: bool) -> None:
        self.evaluations.append((t.date(), debut.date(), False))
        self.rendez_vous, self.duree, self.confie, self.conseiller = debut, duree, True, "conseiller"

    def _effet_constater_absence(self, t: datetime) -> None:
        assert self.rendez_vous is not None
        self.manque = self.rendez_vous.date()

    def _effet_requalifier_absence(self, t: datetime, *, vu: date) -> None:
        self.excuser(t.date())

    def _effet_decider(self, t: datetime, *, genre: str, accord: bool, **dit: Any) -> None:
        """A résiliation cancels a bilan not yet started; what was started, done or never owed is untouched (C.9)."""
        super()._effet_decider(t, genre=genre, accord=accord, **dit)
        commence = self.etat not in AVANT or self.etat in PHASES or self.derniere_venue is not None
        if genre == "resiliation" and accord and not commence:
            self.etat, self.prestation = "annule", "sans_objet"

    def _effet_demarrer(self, t: datetime) -> None:
        self.informe = t.date()
        self.premiere_venue = self.premiere_venue or t.date()

    def _effet_seance(self, t: datetime, *, jour: date, minutes: int) -> None:
        self.seances.append((jour, minutes, self.etat))

    def _effet_note(self, t: datetime, *, texte: str) -> None:
        self.besoins = bool(texte)

    def _effet_brouillon(self, t: datetime, *, complete: bool) -> None:
        if not self.versions:
            self.versions.append(Version(complete))
        self.versions[-1].complete = complete

    def _effet_rediger_synthese(self, t: datetime) -> None:
        self.versions[-1].redaction = t.date()
        self.conclusion = max(jour for jour, _, _ in self.seances)

    def _effet_presenter_synthese(self, t: datetime) -> None:
        self.versions[-1].figee = t.date()

    def _effet_reprendre_synthese(self, t: datetime) -> None:
        self.versions.append(Version(complete=True, redaction=t.date()))

    def _effet_valider_synthese(self, t: datetime) -> None:
        self.versions[-1].validation = t.date()

    def _effet_refixer_duree(self, t: datetime, *, duree: int) -> None:
        self.duree = duree

    def _effet_reattribuer(self, t: datetime, *, a: str) -> None:
        self.prescripteur = a

    def _effet_affecter_conseiller(self, t: datetime, *, a: str) -> None:
        self.conseiller = a

    def _effet_accorde(self, t: datetime, *, portee: str) -> None:
        self._note("accorde", portee, t)

    def _effet_refuse(self, t: datetime, *, portee: str) -> None:
        self._note("refuse", portee, t)

    def _effet_retire(self, t: datetime, *, portee: str) -> None:
        self._note("retire", portee, t)

    def _note(self, quoi: str, portee: str, t: datetime) -> None:
        self.decisions.setdefault(portee, []).append((quoi, len(self.versions), t.date()))
        if portee == "transmission":
            self.retours = []

    def _effet_suivi(self, t: datetime, *, statut: str) -> None:
        self.suivi = statut

    def _effet_abandonner(self, t: datetime, *, bloquee: bool, presente: bool) -> None:
        if presente and self.etat == "synthese_validee":
            self.etat = "clos"

    def _effet_retour(self, t: datetime) -> None:
        self.retours.append(t.date())

    # --- E.4 --------------------------------------------------------------------------------------------------

    def appliquer_conservation(self, jour: date) -> None:
        """At once, and every day: what is due is gone."""
        if not self.est_du(jour):
            return
        if any(version.redaction for version in self.versions) or self.etat in FINAUX:
            self.detruit = bool(self.versions)
        else:  # a draft that was never a synthesis leaves nothing behind
            self.versions = []
        self.besoins = False

    def est_du(self, jour: date) -> bool:
        version = self.version
        if self.etat in ("annule", "non_realise"):
            return True
        validees = [v.validation for v in self.versions if v.validation]
        redigees = [v.redaction for v in self.versions if v.redaction]
        depuis = min(validees or redigees, default=self.derniere_venue)
        if depuis and jour >= un_an(depuis):
            return True
        if version is None or version.redaction is None:
            return False
        garder, _, quand = self.derniere("conservation")
        attendue = self.etat != "clos" and not version.accusee and self.accord("transmission")
        if garder == "accorde":
            return False
        if garder == "retire":
            return not attendue or jour >= quand + timedelta(days=30)
        quoi, laquelle, _ = self.derniere("transmission")
        dit = quoi == "retire" or (quoi == "refuse" and laquelle == len(self.versions))
        if version.accusee or dit or self.etat in ("signature_refusee", "clos"):
            return True
        assert depuis is not None
        return jour >= depuis + timedelta(days=30)
