"""The territory is built once for all the tests of a file; each request is undone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from core.battements import Maillon, note
from tests.access.territoire import Territoire, a_day_of_the_world, build


@pytest.fixture(scope="module")
def territoire(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Territoire]:
    with django_db_blocker.unblock(), transaction.atomic(), a_day_of_the_world():
        note(Maillon.TACHE)  # workers are there, as long as it lasts
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("core.battements.SILENCE_MAX", timedelta(days=1))
            yield build()
        transaction.set_rollback(True)
