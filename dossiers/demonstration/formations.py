"""The trainings of a file: prescribed at the interview, proved once over; one file in four shows them in detail."""

import uuid
from datetime import date, timedelta

from agents.models import Agent
from cai import prestations
from cai import regles_prestations as regles
from cai.controles_prestations import FicheCertificat, FicheSeance
from cai.evaluation_pre_arrivee import record_pre_arrivee
from cai.models import Contrat, SeancePrestation
from cai.pre_arrivee import PreArrivee

UN_SUR = 4
HEURES_LINGUISTIQUES = 200
DEMI_JOURNEE = 180
Presence = SeancePrestation.Presence


def is_detailed(contrat: Contrat) -> bool:
    """Whether this file shows sessions, absences and what came before the arrival; always the same ones."""
    return contrat.pk.int % UN_SUR == 0


def detailed_identifier() -> uuid.UUID:
    """A new identifier, of a file that ``is_detailed``."""
    return uuid.UUID(int=uuid.uuid4().int // UN_SUR * UN_SUR)


def prescribe_trainings(contrat: Contrat, *, courses: bool, by: Agent) -> None:
    """On the day of the signature; ``courses`` when the person needs the language training."""
    jour = contrat.date_signature
    _prescribe(contrat, regles.FORMATION_CIVIQUE, 6, by=by)
    if is_detailed(contrat):
        _prescribe(contrat, regles.VIVRE_EN_FRANCE, 3, by=by)
        record_pre_arrivee(contrat=contrat, fiche=_evaluated_abroad(jour, enough=not courses), by=by)
    if courses:
        _prescribe(contrat, regles.FORMATION_LINGUISTIQUE, HEURES_LINGUISTIQUES, by=by)
    else:
        prestations.decide(contrat=contrat, type_prestation=regles.FORMATION_LINGUISTIQUE, statut="dispensee", by=by)


def prove_trainings(contrat: Contrat, jour: date, *, courses: bool, by: Agent) -> None:
    """On the day ``jour``: the civic training is over, the language course too unless the file shows one that runs."""
    if is_detailed(contrat):
        _attend(
            contrat, regles.FORMATION_CIVIQUE, jour - timedelta(days=20), (Presence.PRESENT, Presence.PRESENT), by=by
        )
    _prove(contrat, regles.FORMATION_CIVIQUE, jour, by=by)
    if not courses:
        return
    if is_detailed(contrat):
        seen = (Presence.PRESENT, Presence.EXCUSE, Presence.ABSENT, Presence.PRESENT)
        _attend(contrat, regles.FORMATION_LINGUISTIQUE, jour - timedelta(days=10), seen, by=by)
    else:
        _prove(contrat, regles.FORMATION_LINGUISTIQUE, jour, niveau=regles.DILF_NIVEAU, by=by)


def _evaluated_abroad(signature: date, *, enough: bool) -> PreArrivee:
    depot = signature - timedelta(days=240)
    first = PreArrivee(
        qualite="regroupement_familial" if enough else "conjoint_francais",
        date_depot=depot,
        date_evaluation_1=depot + timedelta(days=30),
        resultat_1="suffisant" if enough else "insuffisant",
        date_valeurs=depot + timedelta(days=31),
    )
    if enough:
        return first
    return PreArrivee(
        **{
            **vars(first),
            "date_notification": depot + timedelta(days=36),
            "formation": "prescrite",
            "formation_debut": depot + timedelta(days=60),
            "formation_fin": depot + timedelta(days=110),
            "formation_heures": 40,
            "date_evaluation_2": depot + timedelta(days=112),
            "resultat_2": "insuffisant",
        }
    )


def _prescribe(contrat: Contrat, genre: str, heures: int, *, by: Agent) -> None:
    prestations.prescribe(
        contrat=contrat, type_prestation=genre, date_prescription=contrat.date_signature, heures=heures, by=by
    )


def _attend(contrat: Contrat, genre: str, first: date, seen: tuple[Presence, ...], *, by: Agent) -> None:
    for rank, presence in enumerate(seen):
        jour = max(first, contrat.date_signature) + timedelta(days=rank)
        vu = jour if presence == Presence.EXCUSE else None
        fiche = FicheSeance(jour=jour, minutes=DEMI_JOURNEE, presence=presence, justificatif_vu_le=vu)
        prestations.add_seance(contrat=contrat, type_prestation=genre, fiche=fiche, by=by)


def _prove(contrat: Contrat, genre: str, jour: date, *, niveau: str = "", by: Agent) -> None:
    fiche = FicheCertificat(genre=regles.PREUVES[genre], jour=jour, niveau=niveau)
    prestations.add_certificat(contrat=contrat, type_prestation=genre, fiche=fiche, by=by)
