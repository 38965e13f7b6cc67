"""Due rows in bulk: copies of one signed and consented synthesis, each in a file of its own, encrypted as in life."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models
from django.utils import timezone

from agents.models import DirectionTerritoriale
from agents.roles import Role
from bilan.models import Consentement, Seance, Synthese
from core import journal
from core.models import CleDossier, Evenement
from poleemploi import payload
from poleemploi.depot import assemble
from poleemploi.models import Transmission
from tests.factories.agents import make_agent, make_prestataire
from tests.factories.transmissions import make_transmission

LOT = 1000  # files of one bulk insertion
M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Famille:
    """The rows of one file, read once; every copy bears their content under its own numbers."""

    transmission: Transmission
    synthese: Synthese
    consentements: list[Consentement]
    seances: list[Seance]
    cle: CleDossier
    evenements: list[Evenement]


def first_family() -> Famille:
    """A file led to its consent by the services, as any other; its own row leaves the queue."""
    direction, prestataire = DirectionTerritoriale.objects.get(code="75"), make_prestataire()
    prescripteur, conseiller = make_agent(Role.PRESCRIPTEUR, direction), make_agent(Role.CONSEILLER_BILAN, prestataire)
    pk = make_transmission(direction, prescripteur, conseiller).pk
    row = Transmission.objects.select_related("synthese", "bilan__contrat__signataire").get(pk=pk)
    dossier = row.bilan.contrat_id
    CleDossier.objects.get_or_create(dossier=dossier, defaults={"cle": journal.Fernet.generate_key()})
    famille = Famille(
        row,
        row.synthese,
        list(Consentement.objects.filter(bilan=row.bilan)),
        list(Seance.objects.filter(bilan=row.bilan)),
        CleDossier.objects.get(pk=dossier),
        list(Evenement.objects.filter(dossier=dossier).order_by("numero")),
    )
    Transmission.objects.filter(pk=pk).update(etat="annulee", prochain_essai_at=None, donnees_figees=None)
    return famille


def add_due_rows(famille: Famille, nombre: int) -> None:
    """So many more rows due now, one a file, in the order in which they were made; statistics are then as in life."""
    begun = timezone.now() - timedelta(hours=1)
    numbers = iter(range(nombre))
    while lot := list(islice(numbers, LOT)):
        _insert([_copies(famille, begun + timedelta(milliseconds=rank)) for rank in lot])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def bodies() -> Iterator[tuple[uuid.UUID, bytes]]:
    """What each due row sends, under its key."""
    for row in Transmission.objects.due(timezone.now()).select_related("synthese").iterator(chunk_size=LOT):
        yield row.pk, payload.canonical(payload.to_wire(assemble(row)))


def _copies(famille: Famille, due_at: datetime) -> list[models.Model]:
    """One whole file, each row after those it refers to."""
    row, bilan_lu = famille.transmission, famille.transmission.bilan
    dossier = uuid.uuid4()
    numero = f"75-{dossier.hex[:16].upper()}"
    signataire = _copy(bilan_lu.contrat.signataire, id=uuid.uuid4())
    contrat = _copy(bilan_lu.contrat, id=dossier, signataire_id=signataire.pk, numero_cai=numero)
    bilan = _copy(bilan_lu, id=uuid.uuid4(), contrat_id=dossier)
    seances = [_copy(seance, id=uuid.uuid4(), bilan_id=bilan.pk) for seance in famille.seances]
    synthese = _copy(famille.synthese, id=uuid.uuid4(), bilan_id=bilan.pk)
    consentements = {old.pk: _copy(old, id=uuid.uuid4(), bilan_id=bilan.pk) for old in famille.consentements}
    consentement = consentements[row.consentement_id]
    figees = row.donnees_figees | {
        "numero_cai": numero,
        "consentement": row.donnees_figees["consentement"] | {"reference": str(consentement.pk)},
    }
    transmission = _copy(
        row,
        id=uuid.uuid4(),
        bilan_id=bilan.pk,
        synthese_id=synthese.pk,
        consentement_id=consentement.pk,
        donnees_figees=figees,
        prochain_essai_at=due_at,
    )
    journal_ = _journal(famille.evenements, dossier)
    cle = _copy(famille.cle, dossier=dossier)
    return [signataire, contrat, bilan, *seances, synthese, *consentements.values(), cle, *journal_, transmission]


def _journal(evenements: list[Evenement], dossier: uuid.UUID) -> list[Evenement]:
    """The same events in the journal of another file, chained anew."""
    copies, previous = [], ""
    for old in evenements:
        event = _copy(old, id=uuid.uuid4(), dossier=dossier, empreinte_precedente=previous)
        previous = event.empreinte = journal._digest(event)
        copies.append(event)
    return copies


def _copy(row: M, **changes: Any) -> M:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**values | changes)


def _insert(files: list[list[models.Model]]) -> None:
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for rows in files:
        for row in rows:
            by_model.setdefault(type(row), []).append(row)
    for model, rows in by_model.items():
        model._default_manager.bulk_create(rows)
