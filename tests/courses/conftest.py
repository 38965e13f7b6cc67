"""A committed world for the races of a file, and fifty hands that each keep their own connection."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.courses.scene import Scene, build

MAINS = 50
Ensemble = Callable[[Callable[[], Any]], list[Any]]
Regie = Callable[[Callable[[], Any]], Any]


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Committed before the first race; emptied after the last."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        # Neither paper nor the broker is the subject here.
        patch.setattr("bilan.documents.render_pdf", lambda *_, **__: b"%PDF-1.7 %%EOF")
        patch.setattr("bilan.documents.count_pages", lambda *_, **__: 1)
        patch.setattr("core.doorbell.ring", lambda *_, **__: None)
        yield build()
        call_command("flush", verbosity=0, interactive=False)


def _together(hands: ThreadPoolExecutor, number: int, act: Callable[[], Any]) -> list[Any]:
    """Each hand does it once, none before all are there."""
    start = Barrier(number)

    def _one() -> Any:
        start.wait(timeout=30)
        return act()

    return [done.result() for done in [hands.submit(_one) for _ in range(number)]]


@pytest.fixture(scope="module")
def ensemble(scene: Scene) -> Iterator[Ensemble]:
    """Do one thing fifty times at the same moment, on fifty connections; what each got."""
    with ThreadPoolExecutor(MAINS) as hands:
        yield lambda act: _together(hands, MAINS, act)
        _together(hands, MAINS, lambda: connection.close())


@pytest.fixture(scope="module")
def regie(scene: Scene) -> Iterator[Regie]:
    """Do one thing behind the scene, so that the fifty find it: on a connection that is not the test's."""
    with ThreadPoolExecutor(1) as hands:
        yield lambda act: hands.submit(act).result()
        hands.submit(lambda: connection.close()).result()
