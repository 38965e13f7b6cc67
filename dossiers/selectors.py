"""Finding files: by number, by name in any order, by birth date; and the file itself with its situation."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from agents.models import Agent
from bilan.models import Bilan
from bilan.states import Etat
from cai.models import Contrat, ContratQuerySet
from core.form_fields import DateField
from core.text import search_key
from dossiers.situation import Situation, with_situation

RESULTATS_MAX = 50
_DIGITS = re.compile(r"[0-9]")


@dataclass(frozen=True)
class Trouve:
    """One file found, with what tells two people apart."""

    contrat: Contrat
    situation: Situation


@dataclass(frozen=True)
class Resultats:
    """At most RESULTATS_MAX files; ``tronque`` when there were more."""

    trouves: list[Trouve]
    tronque: bool


def search_files(agent: Agent, text: str) -> Resultats:
    """Files the agent may see that answer a number (or its beginning), a birth date or a name; recent ones for nothing.

    Accents, capitals, order of the words and small differences of spelling do not matter in a name.
    """
    visible = Contrat.objects.visible_to(agent)
    ids = list(_matching(visible, text.strip())[: RESULTATS_MAX + 1])
    return Resultats(trouves=_found(ids[:RESULTATS_MAX]), tronque=len(ids) > RESULTATS_MAX)


def _matching(visible: ContratQuerySet, text: str) -> "QuerySet[Contrat, uuid.UUID]":
    """The identifiers first, by an indexed column; what is shown of them is read afterwards."""
    if not text:
        return visible.order_by("-created_at", "id").values_list("pk", flat=True)
    if birth := _as_date(text):
        born = visible.filter(signataire__date_naissance=birth)
        return born.order_by("signataire__cle_recherche", "pk").values_list("pk", flat=True)
    if _DIGITS.search(text):
        numero = re.sub(r"\s+", "", text).upper()
        return visible.filter(numero_cai__startswith=numero).order_by("numero_cai").values_list("pk", flat=True)
    key = search_key(text)
    if not key:
        return visible.none().values_list("pk", flat=True)
    words = Q()
    for word in key.split():
        words &= Q(signataire__cle_recherche__contains=word)
    return (
        visible.annotate(ressemblance=TrigramWordSimilarity(key, "signataire__cle_recherche"))
        .filter(words | Q(signataire__cle_recherche__trigram_word_similar=key))
        .order_by("-ressemblance", "signataire__cle_recherche", "pk")
        .values_list("pk", flat=True)
    )


def _as_date(text: str) -> date | None:
    try:
        birth: date | None = DateField(required=False).clean(text)
    except ValidationError:
        return None
    return birth


def _found(ids: Sequence[uuid.UUID]) -> list[Trouve]:
    contrats = Contrat.objects.filter(pk__in=ids).select_related("signataire__nationalite", "direction").in_bulk()
    situations = situations_of(ids)
    return [Trouve(contrat=contrats[pk], situation=situations[pk]) for pk in ids]


def situations_of(contrat_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Situation]:
    """The situation of each contract: its living bilan's, or « annulé » when there is none."""
    living = with_situation(Bilan.objects.live().filter(contrat_id__in=contrat_ids))
    known = {row.contrat_id: Situation(row.situation) for row in living}
    return {pk: known.get(pk, Situation.ANNULE) for pk in contrat_ids}


def bilan_of(contrat: Contrat) -> Bilan:
    """The contract's living bilan, or the last cancelled one, with its situation and what its panels show."""
    bilans = with_situation(Bilan.objects.filter(contrat=contrat)).select_related(
        "prescripteur", "prestataire", "conseiller"
    )
    rows = sorted(bilans, key=lambda bilan: (bilan.etat == Etat.ANNULE, -bilan.created_at.timestamp()))
    rows[0].contrat = contrat
    return rows[0]
