"""A pass over more rows than a run has time for ends all the same, run after run."""

from uuid import UUID

import pytest

from agents.models import Agent
from bilan import tasks
from bilan.models import Bilan
from bilan.states import Etat
from core import passes
from tests.factories.cai import make_contrat

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(agent_ofii: Agent) -> list[UUID]:
    for nom in ("Diallo", "Keita", "Traoré"):
        make_contrat(by=agent_ofii, nom=nom)
    return sorted(Bilan.objects.values_list("pk", flat=True))


def test_a_run_that_has_time_reaches_the_last_row_by_small_lots(keys: list[UUID], monkeypatch) -> None:
    monkeypatch.setattr(passes, "LOT", 2)
    seen: list[UUID] = []
    assert passes.walk(Bilan.objects.all(), lambda key: not seen.append(key)) == passes.Passe(3)
    assert seen == keys


def test_a_run_out_of_time_says_where_the_next_one_goes_on_even_past_rows_that_stay(keys, monkeypatch) -> None:
    monkeypatch.setattr(passes, "DUREE", 0)
    assert passes.walk(Bilan.objects.all(), lambda key: False) == passes.Passe(0, keys[0])
    assert passes.walk(Bilan.objects.all(), lambda key: True, after=keys[0]) == passes.Passe(1, keys[1])
    assert passes.walk(Bilan.objects.all(), lambda key: True, after=keys[1]) == passes.Passe(1)
    assert passes.walk(Bilan.objects.none(), lambda key: True) == passes.Passe(0)


def test_the_worker_is_asked_for_the_rest_until_there_is_none(keys, monkeypatch) -> None:
    """Bilans that ended before snapshots were taken: three runs, one bilan each."""
    Bilan.objects.update(etat=Etat.NON_REALISE, motif_non_realisation="absence_sans_motif", clos_at="2010-06-01T10:00Z")
    monkeypatch.setattr(passes, "DUREE", 0)
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(passes, "ring", lambda task, key, expires: asked.append((task, key)))
    tasks.count_missing()
    while len(asked) < 9 and asked[-1:] and Bilan.objects.filter(instantane_pris_at=None).exists():
        tasks.count_missing(asked[-1][1])
    assert asked == [("bilan.compter_finis", str(key)) for key in keys[:2]]
    assert not Bilan.objects.filter(instantane_pris_at=None).exists()


def test_the_follow_ups_that_a_run_has_no_time_to_open_are_asked_for(keys, monkeypatch) -> None:
    Bilan.objects.update(etat=Etat.SIGNATURE_REFUSEE, date_fin_conclusion="2010-05-10")
    monkeypatch.setattr(passes, "DUREE", 0)
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(passes, "ring", lambda task, key, expires: asked.append((task, key)))
    tasks.open_follow_ups()
    tasks.open_follow_ups(asked[-1][1])
    assert asked == [("bilan.ouvrir_suivis", str(key)) for key in keys[:2]]
