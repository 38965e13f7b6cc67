"""The territory is built once for all the tests of a file; each request is undone."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.access.territoire import Territoire, a_day_of_the_world, build


@pytest.fixture(scope="module")
def territoire(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Territoire]:
    with django_db_blocker.unblock(), transaction.atomic(), a_day_of_the_world():
        yield build()
        transaction.set_rollback(True)
