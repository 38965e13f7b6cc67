"""What one file alone cannot show, in short: a withdrawal, a proposal to the préfet, a contract closed."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from bilan import certificat
from bilan.models import Courrier
from dossiers.chronologie import Ligne, timeline
from dossiers.demonstration import histoires_bilan, histoires_prefet
from dossiers.demonstration.equipes import Equipe
from dossiers.demonstration.histoires import Histoire
from dossiers.demonstration.personnes import Age, draw_person
from dossiers.demonstration.recit import Recit

DIRECTION = "75"
Papiers = list[tuple[str, bytes]]


@dataclass(frozen=True, kw_only=True)
class Autre:
    """One story signed so many days ago, how many of its last acts are said, and the papers it leaves."""

    titre: str
    histoire: Histoire
    jours: int
    lignes: int
    papiers: Callable[[Recit], Papiers]


def _certificate(recit: Recit) -> Papiers:
    return [("certificat-de-destruction", certificat.print_certificate(bilan=recit.bilan, by=recit.agent))]


def _intention(recit: Recit) -> Papiers:
    return [("intention-de-resiliation", _issued(recit, Courrier.Genre.INTENTION_RESILIATION))]


def _attestation(recit: Recit) -> Papiers:
    return [("attestation-recapitulative", _issued(recit, Courrier.Genre.ATTESTATION))]


def _issued(recit: Recit, genre: Courrier.Genre) -> bytes:
    return bytes(Courrier.objects.get(contrat_id=recit.contrat.pk, genre=genre).pdf)


AUTRES = (
    Autre(
        titre="Un accord retiré",
        histoire=histoires_bilan.conservation_retiree,
        jours=160,
        lignes=3,
        papiers=_certificate,
    ),
    Autre(
        titre="Une résiliation proposée au préfet",
        histoire=histoires_prefet.resiliation_en_cours,
        jours=150,
        lignes=4,
        papiers=_intention,
    ),
    Autre(
        titre="Un contrat clôturé",
        histoire=histoires_prefet.cloture_attestee,
        jours=380,
        lignes=3,
        papiers=_attestation,
    ),
)


def tell_another(autre: Autre, *, hasard: Random, aujourdhui: date) -> Recit:
    """A new file of that story, told to its end; nothing of it is for the partner."""
    equipe = Equipe.of(DIRECTION)
    recit = Recit(
        identifiant=uuid.uuid4(),
        personne=draw_person(hasard, direction=DIRECTION, signature=aujourdhui, age=Age(), taken=set()),
        equipe=equipe,
        hasard=hasard,
        aujourdhui=aujourdhui,
        simulateur=False,
    )
    autre.histoire(recit, recit.il_y_a(autre.jours))
    return recit


def last_lines(recit: Recit, nombre: int) -> list[Ligne]:
    """The last acts of the file as its timeline words them, the oldest first."""
    return timeline(recit.contrat.pk, sees_exemption=True)[:nombre][::-1]
