"""Finding contracts: possible duplicates before a file is opened."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.search import TrigramSimilarity

from agents.models import Agent
from cai.models import Contrat
from core.text import search_key

# Two writings of one name on one birth date ("Diallo"/"Dialo") score above this; two unrelated names rarely do [D].
SIMILITUDE_DOUBLON = 0.35


@dataclass(frozen=True)
class Doublons:
    """Files that may be those of the same person: the agent's own in full, the others as a bare fact."""

    visibles: list[Contrat]
    ailleurs: bool

    def __bool__(self) -> bool:
        return bool(self.visibles) or self.ailleurs


def possible_duplicates(
    *, nom: str, prenom: str, date_naissance: date, numero_cai: str = "", agent: Agent, sauf: uuid.UUID | None = None
) -> Doublons:
    """Living contracts with the same birth date and a similar name in any order, or with the same number.

    Trigram similarity compares sets of words, so a name and a first name exchanged score as high as in their places.
    """
    living = Contrat.objects.exclude(statut=Contrat.Statut.ANNULE)
    if sauf:
        living = living.exclude(pk=sauf)
    ressemblance = TrigramSimilarity("signataire__cle_recherche", search_key(f"{nom} {prenom}"))
    # Two indexed searches rather than one with OR, which would read every contract.
    same_person = living.filter(signataire__date_naissance=date_naissance).alias(ressemblance=ressemblance)
    found = set(same_person.filter(ressemblance__gte=SIMILITUDE_DOUBLON).values_list("pk", flat=True))
    if numero_cai:
        found |= set(living.filter(numero_cai=numero_cai).values_list("pk", flat=True))
    visible = (
        Contrat.objects.filter(pk__in=found)
        .visible_to(agent)
        .select_related("signataire__nationalite", "direction")
        .order_by("signataire__cle_recherche", "numero_cai")
    )
    visibles = list(visible)
    return Doublons(visibles=visibles, ailleurs=len(visibles) < len(found))
