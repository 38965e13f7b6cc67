"""The iCalendar file of an appointment, read back as a calendar would."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from bilan.agenda import calendar_of
from bilan.models import Bilan, RendezVous
from bilan.programmation import postpone
from core import clock
from tests.factories.transitions import Monde

pytestmark = pytest.mark.django_db


def read(rendez_vous: RendezVous, *, nommer: bool = False) -> tuple[bytes, dict[str, object]]:
    written = calendar_of([rendez_vous], nommer=nommer)
    (event,) = Calendar.from_ical(written).walk("VEVENT")
    return written, event


@pytest.fixture
def rendez_vous(monde: Monde) -> RendezVous:
    found = monde.convoque().rendez_vous.get()
    found.lieu.nom = "Espace Hauteville ; escalier B, « au fond » de la cour pavée, deuxième étage, porte à droite"
    return found


def test_it_says_when_and_where_and_not_what_about(rendez_vous: RendezVous) -> None:
    written, event = read(rendez_vous)
    assert event["dtstart"].dt == datetime(2010, 5, 10, 7, 30, tzinfo=UTC)
    assert event["duration"].dt == timedelta(hours=3)
    assert rendez_vous.lieu.nom in event["location"]
    assert str(event["summary"]) == "Rendez-vous"
    assert (str(event["uid"]), str(event["status"])) == (str(rendez_vous.pk), "CONFIRMED")
    for hint in ("bilan", "Diallo", "OFII", rendez_vous.bilan.contrat.numero_cai):
        assert hint.casefold() not in written.decode().casefold()


def test_the_adviser_tells_appointments_apart_by_the_number_of_the_file(rendez_vous: RendezVous) -> None:
    assert rendez_vous.bilan.contrat.numero_cai in str(read(rendez_vous, nommer=True)[1]["summary"])


def test_lines_end_and_fold_as_the_standard_wants(rendez_vous: RendezVous) -> None:
    written, _ = read(rendez_vous)
    lines = written.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    assert b"Hauteville \\; escalier B\\," in written.replace(b"\r\n ", b"")


def test_an_appointment_called_off_replaces_itself_as_cancelled(monde: Monde, rendez_vous: RendezVous) -> None:
    before = read(rendez_vous)[1]
    RendezVous.objects.update(created_at=rendez_vous.created_at - timedelta(days=2))
    with clock.travel(date(2010, 5, 9)):
        postpone(bilan=Bilan.objects.get(), motif="decision_office", by=monde.prescripteur)
    after = read(RendezVous.objects.get())[1]
    assert (after["uid"], str(after["status"])) == (before["uid"], "CANCELLED")
    assert int(after["sequence"]) > int(before["sequence"])
