"""Letters leave here: numbered, rendered, frozen and encrypted in the transaction of the act they announce."""

import hashlib

from agents.models import Agent
from bilan.models import Bilan, Courrier
from core import clock, journal
from core.models import Compteur

_SERIES = {Courrier.Genre.CONVOCATION: "C", Courrier.Genre.INFORMATION: "I"}


def next_number(bilan: Bilan, genre: Courrier.Genre) -> str:
    """Next number of the direction's series this year, such as ``75-C2011-000042``."""
    code, year, series = bilan.contrat.direction.code, clock.today().year, _SERIES[genre]
    return f"{code}-{series}{year}-{Compteur.next(f'courrier:{code}:{series}:{year}'):06d}"


def _freeze(*, bilan: Bilan, genre: Courrier.Genre, numero: str, pdf: bytes, by: Agent) -> Courrier:
    courrier = Courrier.objects.create(
        contrat=bilan.contrat,
        direction=bilan.contrat.direction,
        genre=genre,
        numero=numero,
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        emis_at=clock.now(),
        emis_par=by,
    )
    journal.record("courrier.emis", dossier=bilan.contrat_id, target=courrier, by=by, genre=genre.value, numero=numero)
    return courrier
