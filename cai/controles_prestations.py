"""What is stated of a session or of a paper of a training, and what is refused of it at its field (reference C.3)."""

from dataclasses import dataclass
from datetime import date

from cai import regles_prestations as regles
from cai.controles import Errors, columns_errors
from cai.models import SEANCE_MINUTES_MAX, Contrat, Prestation, SeancePrestation
from core import clock
from core.french import date_sans_jour


@dataclass(frozen=True, kw_only=True)
class FicheSeance:
    """One session as it is stated; ``justificatif_vu_le`` is the day on which the paper of an excuse was seen."""

    jour: date
    minutes: int
    presence: str
    justificatif_vu_le: date | None = None


@dataclass(frozen=True, kw_only=True)
class FicheCertificat:
    """One paper as it is stated. ``reussi`` and ``gratuit`` are those of the DILF, None for any other paper."""

    genre: str
    jour: date
    date_fin: date | None = None
    niveau: str = ""
    reussi: bool | None = None
    gratuit: bool | None = None


def not_after_today() -> str:
    """What is said at a day to come."""
    return f"Indiquez une date au plus tard aujourd’hui, le {date_sans_jour(clock.today())}."


def seance_errors(seance: SeancePrestation) -> Errors:
    """A day to come, a length outside one minute to twelve hours, an excuse whose paper was not seen."""
    errors = columns_errors(seance, sauf=["prestation"])
    if seance.jour > clock.today():
        errors["jour"] = [not_after_today()]
    if not 1 <= seance.minutes <= SEANCE_MINUTES_MAX:
        errors["minutes"] = ["Indiquez une durée d’une minute à douze heures."]
    if seance.presence == SeancePrestation.Presence.EXCUSE:
        if seance.justificatif_vu_le is None:
            errors["justificatif_vu_le"] = ["Indiquez le jour où vous avez vu le justificatif."]
        elif seance.justificatif_vu_le > clock.today():
            errors["justificatif_vu_le"] = [not_after_today()]
    elif seance.justificatif_vu_le is not None:
        errors["justificatif_vu_le"] = ["Un justificatif ne se note que pour une absence excusée."]
    return errors


def certificat_errors(fiche: FicheCertificat, prestation: Prestation, contrat: Contrat) -> Errors:
    """A paper of another training, a day to come, an end before the contract, a DILF that cannot be (C.3)."""
    if fiche.genre not in regles.CERTIFICATS[prestation.type]:
        return {"genre": ["Choisissez un justificatif de cette formation."]}
    errors: Errors = {}
    today = clock.today()
    if fiche.jour > today:
        errors["jour"] = [not_after_today()]
    if fiche.date_fin and fiche.date_fin > today:
        errors["date_fin"] = [not_after_today()]
    elif fiche.date_fin and fiche.date_fin < contrat.date_signature:
        errors["date_fin"] = ["Une prestation du contrat ne peut pas finir avant sa signature."]
    if fiche.genre == regles.DILF:
        return errors | _dilf_errors(fiche, prestation, contrat)
    if fiche.reussi is not None or fiche.gratuit is not None:
        errors["reussi"] = ["Un résultat d’examen ne se note que pour le DILF."]
    return errors


def _dilf_errors(fiche: FicheCertificat, prestation: Prestation, contrat: Contrat) -> Errors:
    errors: Errors = {}
    if fiche.reussi is None:
        errors["reussi"] = ["Indiquez si l’examen est réussi."]
    if fiche.gratuit is None:
        errors["gratuit"] = ["Indiquez si cet examen était l’examen gratuit."]
    if regles.age_au_dilf_insuffisant(contrat.signataire.date_naissance, fiche.jour):
        errors["jour"] = [f"Le DILF se passe à partir de {regles.DILF_AGE_MIN} ans, le premier jour des épreuves."]
    if fiche.gratuit and not prestation._state.adding:
        free = prestation.certificats.filter(genre=regles.DILF, gratuit=True).exclude(jour=fiche.jour).first()
        if free:
            day = date_sans_jour(free.jour)
            errors["gratuit"] = [f"L’examen n’est gratuit qu’une fois, et il l’a été le {day}."]
    return errors
