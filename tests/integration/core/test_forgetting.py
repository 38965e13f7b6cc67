"""What the system forgets by itself, and what it cannot forget: an access younger than twelve months."""

from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.models import JournalAcces
from core.tasks import forget_accesses, forget_sessions

pytestmark = pytest.mark.django_db


def access(survenu_at: datetime) -> JournalAcces:
    return JournalAcces.objects.create(action="connexion", resultat="accorde", survenu_at=survenu_at)


@pytest.mark.rule("E.6-douze-mois")
def test_accesses_are_forgotten_after_twelve_months(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tasks.LOT", 2)
    now = timezone.now()
    for days in (367, 400, 800, 3000, 367):
        access(now - timedelta(days=days))
    kept = [access(now - timedelta(days=364)), access(now)]

    assert forget_accesses() == 5
    assert list(JournalAcces.objects.order_by("survenu_at")) == kept
    assert forget_accesses() == 0


@pytest.mark.rule("E.6-douze-mois")
def test_the_database_refuses_to_forget_a_younger_access() -> None:
    young = access(timezone.now() - timedelta(days=364))
    old = access(timezone.now() - timedelta(days=367))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        young.delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        JournalAcces.objects.all().delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        JournalAcces.objects.filter(pk=young.pk).update(survenu_at=old.survenu_at)
    assert set(JournalAcces.objects.all()) == {young, old}


def test_sessions_that_are_over_are_forgotten() -> None:
    now = timezone.now()
    for key, expires in (("passee", now - timedelta(minutes=1)), ("presente", now + timedelta(minutes=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)

    forget_sessions()

    assert list(Session.objects.values_list("session_key", flat=True)) == ["presente"]
