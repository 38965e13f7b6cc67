"""Finding files: by number, by name in any order, by birth date; and the file itself with its situation."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.search import TrigramStrictWordSimilarity, TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Replace

from agents.models import Agent
from bilan.models import Bilan
from bilan.states import Etat
from cai.models import Contrat, ContratQuerySet
from core.form_fields import DateField
from core.text import search_key
from dossiers.situation import Situation, with_situation

RESULTATS_MAX = 50
PARTIE_MIN = 4  # characters: a shorter part of a number would answer everything
FIN_MIN = 2  # characters of the end of a number, as people say their rank aloud
ASSEZ = 5  # files that answer as typed, from which on no other spelling is looked for
PROCHES_MAX = 10
SIMILITUDE = 0.32  # Coulibaly/Koulibali and Sissoko/Cissoko score above this; unrelated names rarely do [D]
_DIGITS = re.compile(r"[0-9]")
_SEPARATORS = re.compile(r"[\s\u00a0\u2010-\u2014-]+")


@dataclass(frozen=True)
class Trouve:
    """One file found, with what tells two people apart."""

    contrat: Contrat
    situation: Situation


@dataclass(frozen=True)
class Resultats:
    """At most RESULTATS_MAX files that answer, ``tronque`` when there were more; and names written nearly alike.

    ``proches`` is a second choice, the nearest first: empty as soon as enough files answer as typed.
    """

    trouves: list[Trouve]
    tronque: bool
    proches: list[Trouve]


def search_files(agent: Agent, text: str) -> Resultats:
    """Files the agent may see that answer a part of a number, a birth date or a name; recent ones for nothing.

    Accents, capitals, hyphens and the order of the words do not matter; a part of a number is four characters long,
    its end two, its beginning one. Names of another spelling come besides, when few files answer as typed.
    """
    visible = Contrat.objects.visible_to(agent)
    text = text.strip()
    ids = list(_matching(visible, text)[: RESULTATS_MAX + 1])
    shown = ids[:RESULTATS_MAX]
    near = _resembling(visible, search_key(text), sauf=shown) if len(shown) < ASSEZ and _is_name(text) else []
    found = _found([*shown, *near])
    return Resultats(trouves=found[: len(shown)], tronque=len(ids) > RESULTATS_MAX, proches=found[len(shown) :])


def _is_name(text: str) -> bool:
    return bool(search_key(text)) and not _DIGITS.search(text)


def _matching(visible: ContratQuerySet, text: str) -> "QuerySet[Contrat, uuid.UUID]":
    """The identifiers first, by an indexed column; what is shown of them is read afterwards."""
    if not text:
        return visible.order_by("-created_at", "id").values_list("pk", flat=True)
    if birth := _as_date(text):
        born = visible.filter(signataire__date_naissance=birth)
        return born.order_by("signataire__cle_recherche", "pk").values_list("pk", flat=True)
    if _DIGITS.search(text):
        return _numbered(visible, _SEPARATORS.sub("", text).upper())
    key = search_key(text)
    if not key:
        return visible.none().values_list("pk", flat=True)
    words = Q()
    for word in key.split():
        words &= Q(signataire__cle_recherche__contains=word)
    return (
        visible.filter(words)
        .annotate(ressemblance=TrigramWordSimilarity(key, "signataire__cle_recherche"))
        .order_by("-ressemblance", "signataire__cle_recherche", "pk")
        .values_list("pk", flat=True)
    )


def _numbered(visible: ContratQuerySet, numero: str) -> "QuerySet[Contrat, uuid.UUID]":
    """Numbers that hold these characters, or few of them at an end, hyphens aside; those that begin with them first."""
    bare = visible.annotate(nu=Replace("numero_cai", Value("-"), Value("")))
    begins = Q(nu__startswith=numero)
    if len(numero) >= PARTIE_MIN:
        held = bare.filter(nu__contains=numero)
    elif len(numero) >= FIN_MIN:
        held = bare.filter(begins | Q(nu__endswith=numero))
    else:
        held = bare.filter(begins)
    return held.order_by(Case(When(begins, then=0), default=1), "numero_cai").values_list("pk", flat=True)


def _resembling(visible: ContratQuerySet, key: str, *, sauf: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """The names nearest to a search key, by whole words: « ngessan » is near N’Guessan, « cissoko » near Sissoko."""
    near = (
        visible.exclude(pk__in=sauf)
        .filter(signataire__cle_recherche__trigram_strict_word_similar=key)
        .annotate(ressemblance=TrigramStrictWordSimilarity(key, "signataire__cle_recherche"))
        .order_by("-ressemblance", "signataire__cle_recherche", "pk")
        .values_list("pk", flat=True)
    )
    # The index obeys a setting of the session, which must not outlive this search.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.strict_word_similarity_threshold', %s, true)", [str(SIMILITUDE)])
        return list(near[:PROCHES_MAX])


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
