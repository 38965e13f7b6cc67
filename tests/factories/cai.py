"""Files, opened as an agent opens them: through the service, at the moment of the signature."""

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from agents.models import Agent
from cai import prestations
from cai.controles_prestations import FicheCertificat, FicheSeance
from cai.fiches import FicheContrat, FicheSignataire
from cai.models import Certificat, Contrat, SeancePrestation
from core import clock
from dossiers.services import open_file


def fiche_signataire(**changes: Any) -> FicheSignataire:
    """An adult of thirty, with an address and no telephone."""
    values: dict[str, Any] = {
        "nom": "Diallo",
        "prenom": "Mamadou",
        "sexe": "M",
        "date_naissance": date(1980, 7, 1),
        "nationalite": "MLI",
        "langue_comprise": "fr",
        "adresse": "12, rue des Lilas",
        "code_postal": "75020",
        "ville": "Paris",
    }
    return FicheSignataire(**{**values, **changes})


def fiche_contrat(**changes: Any) -> FicheContrat:
    """Signed on 15 March 2010 after an interview of the same day; the interview follows a signature that is given."""
    signature = changes.get("date_signature", date(2010, 3, 15))
    values: dict[str, Any] = {
        "numero_cai": "",
        "date_entretien": signature,
        "date_signature": signature,
        "titre_admission": "L313-11",
    }
    return FicheContrat(**{**values, **changes})


_CONTRAT_FIELDS = set(FicheContrat.__dataclass_fields__)


def make_contrat(*, by: Agent, identifiant: uuid.UUID | None = None, **changes: Any) -> Contrat:
    """A file in the agent's first direction, opened on its day of signature; any field of both fiches may be given."""
    contrat = fiche_contrat(**{name: value for name, value in changes.items() if name in _CONTRAT_FIELDS})
    if changes.get("representant_nom"):
        contrat = replace(contrat, date_cosignature=contrat.date_cosignature or contrat.date_signature)
    signataire = fiche_signataire(**{name: value for name, value in changes.items() if name not in _CONTRAT_FIELDS})
    direction = next(a.direction for a in by.affectations.select_related("direction") if a.direction)
    with clock.travel(contrat.date_signature):
        return open_file(signataire=signataire, contrat=contrat, direction=direction, identifiant=identifiant, by=by)


def make_formation(contrat: Contrat, *, by: Agent) -> tuple[SeancePrestation, Certificat]:
    """A civic training prescribed, attended for half of it on the day after the signature, and its paper."""
    genre, jour = "formation_civique", contrat.date_signature
    prestations.prescribe(contrat=contrat, type_prestation=genre, date_prescription=jour, heures=6, by=by)
    seance = prestations.add_seance(
        contrat=contrat,
        type_prestation=genre,
        fiche=FicheSeance(jour=jour + timedelta(days=1), minutes=180, presence="present"),
        by=by,
    )
    paper = FicheCertificat(genre="attestation_nominative", jour=jour + timedelta(days=2))
    return seance, prestations.add_certificat(contrat=contrat, type_prestation=genre, fiche=paper, by=by)
