"""The statistical snapshot of a bilan that ends, taken in the same transaction (reference D.2 24, G.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.utils.module_loading import import_string

from bilan.models import Bilan, Consentement, Instantane, Suivi, Synthese
from bilan.states import FINAUX
from cai.models import Contrat
from core import clock
from core.models import Evenement
from exemptions.models import Evaluation

Issue = Instantane.Issue
ABSENCE = "bilan.constater_absence_injustifiee"
# Reference G.4: first age of each band, the youngest last.
TRANCHES = ((56, "56+"), (46, "46-55"), (36, "36-45"), (26, "26-35"), (0, "16-25"))


@dataclass(frozen=True)
class FaitsEchange:
    """What the statistics ask of the exchange. ``bilan`` knows nothing of it: the settings name who answers."""

    transmissions: int
    echecs: int
    pris_en_charge_ppae: bool
    inscription: bool
    ppae_sous_15_jours: bool | None  # None without both dates
    date_embauche: date | None
    emploi_durable: bool | None  # None when the kind of contract is not known


def age_band(age: int) -> str:
    """The band of reference G.4 for an age in completed years."""
    return next(band for first, band in TRANCHES if age >= first)


def quarter(day: date) -> str:
    """The calendar quarter of a day: « 2010T1 »."""
    return f"{day.year}T{(day.month + 2) // 3}"


def take(bilan: Bilan) -> None:
    """Write the one row of a bilan that has just reached a final state, before anything of it is destroyed.

    The bilan is locked by the caller, who saves it: ``instantane_pris_at`` is what makes it once, since no link leads
    from the row to the bilan. Does nothing for a bilan that goes on or was already taken.
    """
    if bilan.etat not in FINAUX or bilan.instantane_pris_at is not None:
        return
    contrat, issue = bilan.contrat, _issue(bilan)
    faits = _exchange_facts(bilan)
    hired, employed = _hired(bilan, faits)
    suivi_le = bilan.date_suivi
    # rule: D.2-24-instantane
    Instantane.objects.create(
        direction_id=contrat.direction_id,
        trimestre=quarter(contrat.date_signature),
        sexe=contrat.signataire.sexe,
        tranche_age=age_band(contrat.signataire.age_on(contrat.date_signature)),
        niveau=_level(bilan) if issue == Issue.REALISE else "",
        issue=issue,
        motif_annulation=bilan.motif_annulation,
        motif_principal=_ground(contrat) if issue == Issue.EXEMPTE else "",
        prescrit=bilan.prescrit_at is not None,
        convoque=bilan.rendez_vous.exists(),
        absent_sans_motif=Evenement.objects.filter(dossier=contrat.pk, nom=ABSENCE, cible_id=bilan.pk).exists(),
        delai_jours=(bilan.date_fin_conclusion - contrat.date_signature).days if bilan.date_fin_conclusion else None,
        minutes=bilan.minutes_utilisees or None,
        decision_transmission=_first_decision(bilan),
        transmise=Synthese.objects.filter(bilan=bilan, accuse_at__isnull=False).exists(),
        pris_en_charge_ppae=faits.pris_en_charge_ppae,
        inscription=faits.inscription,
        ppae_sous_15_jours=faits.ppae_sous_15_jours,
        six_mois_passes=suivi_le is not None and clock.today() > suivi_le,
        emploi_a_six_mois=employed and suivi_le is not None and (hired is None or hired <= suivi_le),
        emploi_obtenu=employed,
        emploi_durable=faits.emploi_durable,
        transmissions=faits.transmissions,
        transmissions_en_echec=faits.echecs,
    )
    bilan.instantane_pris_at = clock.now()


def _exchange_facts(bilan: Bilan) -> FaitsEchange:
    facts_of: Callable[[Bilan], FaitsEchange] = import_string(settings.BILAN_FAITS_ECHANGE)
    return facts_of(bilan)


def _issue(bilan: Bilan) -> Instantane.Issue:
    """Closed means carried out, or exempt until the end of the contract."""
    if bilan.etat in (Issue.NON_REALISE, Issue.ANNULE):
        return Issue(bilan.etat)
    return Issue.REALISE if bilan.date_fin_conclusion is not None else Issue.EXEMPTE


def _ground(contrat: Contrat) -> str:
    evaluations: Any = Evaluation.objects.filter(contrat=contrat, exempte=True).latest_first()
    last: Evaluation | None = evaluations.first()
    return last.motif_principal if last else "inconnu"


def _level(bilan: Bilan) -> str:
    """The level of the last version; unknown once its content is destroyed, or cannot be read."""
    versions = Synthese.objects.filter(bilan=bilan, detruite_at=None).order_by("-version")
    try:
        contenu: Any = versions.values_list("contenu", flat=True).first() or {}
    except InvalidToken:
        return ""
    return str(contenu.get("niveau_formation") or "")


def _first_decision(bilan: Bilan) -> str:
    rows = Consentement.objects.filter(bilan=bilan, portee=Consentement.Portee.TRANSMISSION).order_by("rang")
    return rows.values_list("decision", flat=True).first() or ""


def _hired(bilan: Bilan, faits: FaitsEchange) -> tuple[date | None, bool]:
    """The earliest day of employment known, from Pôle emploi or the follow-up, and whether there was any employment.

    A person found in employment at the interview who gave no date counts as employed at six months [D].
    """
    found = list(Suivi.objects.filter(bilan=bilan, situation=Suivi.Situation.EMPLOI))
    dates = [day for day in (faits.date_embauche, *(suivi.date_embauche for suivi in found)) if day]
    undated = any(suivi.date_embauche is None for suivi in found)
    return (None if undated else min(dates, default=None)), bool(dates or found)
