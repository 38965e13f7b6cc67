"""What agents read of the returns about one file: the present situation, then each return as it came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.french import date_sans_jour, minuscule
from poleemploi.models import Retour

Fait = tuple[str, str]


@dataclass(frozen=True)
class VueRetours:
    """What Pôle emploi told of a person: what is true now, and every return, latest first, in a sentence."""

    situation: list[Fait]
    lignes: list[str]


def show_returns(retours: Sequence[Retour]) -> VueRetours | None:
    """Nothing when nothing was returned."""
    return VueRetours(present_situation(retours), [_line(retour) for retour in retours]) if retours else None


def _line(retour: Retour) -> str:
    told = "\u00a0; ".join(f"{minuscule(label)} {text}" for label, text in facts_of(retour))
    origine = minuscule(retour.get_origine_display())
    return f"Retour reçu le {date_sans_jour(retour.recu_le)}, {origine}\u00a0: {told}."


def facts_of(retour: Retour) -> list[Fait]:
    """Everything one return says, as labels and words."""
    facts = [
        ("Inscription", _on(retour.date_inscription)),
        ("Fin d’inscription", _on(retour.date_radiation)),
        ("Entretien PPAE", _on(retour.date_entretien_ppae)),
        ("Actualisation du PPAE", _on(retour.date_actualisation)),
        ("Prestation", _service(retour)),
        ("Emploi", _employment(retour)),
    ]
    return [(label, text) for label, text in facts if text]


# rule: F.3-anterieur
def present_situation(retours: Sequence[Retour]) -> list[Fait]:
    """What is true now as far as Pôle emploi told: of each kind, the latest situation, whenever it was read.

    Registered or not is one kind; of services, each code is one.
    """
    latest: dict[str, Fait] = {}
    for retour in sorted(retours, key=_situation_of):
        if retour.date_radiation:
            latest["inscription"] = ("Inscription", f"terminée {_on(retour.date_radiation)}")
        elif retour.date_inscription:
            latest["inscription"] = ("Inscription", f"en cours, depuis {_on(retour.date_inscription)}")
        if retour.date_entretien_ppae:
            renewed = f", actualisé {_on(retour.date_actualisation)}" if retour.date_actualisation else ""
            latest["ppae"] = ("Entretien PPAE", _on(retour.date_entretien_ppae) + renewed)
        if retour.prestation_debut:
            latest[f"prestation {retour.prestation_code}"] = ("Prestation", _service(retour))
        if retour.date_embauche:
            latest["emploi"] = ("Emploi", _employment(retour))
    return list(latest.values())


def _situation_of(retour: Retour) -> tuple[date, datetime]:
    return retour.date_situation or retour.recu_le, retour.created_at


def _on(jour: date | None) -> str:
    return f"le {date_sans_jour(jour)}" if jour else ""


def _service(retour: Retour) -> str:
    if retour.prestation_debut is None:
        return ""
    if retour.prestation_fin is None:
        return f"{retour.prestation_libelle}, à partir du {date_sans_jour(retour.prestation_debut)}"
    dates = f"du {date_sans_jour(retour.prestation_debut)} au {date_sans_jour(retour.prestation_fin)}"
    return f"{retour.prestation_libelle}, {dates}"


def _employment(retour: Retour) -> str:
    if retour.date_embauche is None:
        return ""
    job = [retour.nature_emploi, str(retour.get_type_contrat_display()), f"embauche {_on(retour.date_embauche)}"]
    if retour.metier_exerce:
        job.append(f"métier {retour.metier_exerce}")
    return ", ".join(part for part in job if part)
