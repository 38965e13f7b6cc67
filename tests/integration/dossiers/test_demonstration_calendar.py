"""The demonstration loads on any day of the calendar: its stories never run into a closed office or a full adviser."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import override_settings

from bilan import documents
from bilan.models import Bilan
from dossiers.demonstration.chargement import tell
from dossiers.demonstration.equipes import Equipe
from dossiers.demonstration.plan import make_plan

DIRECTION = "75"  # the largest, where the advisers' hours are the scarcest


@pytest.mark.parametrize(
    "jour",
    [
        pytest.param(date(2010, 12, 24), id="friday-before-holidays"),
        pytest.param(date(2012, 2, 29), id="leap-day"),
        pytest.param(date(2010, 10, 1), id="signatures-of-early-september"),
    ],
)
def test_a_whole_office_can_be_told_on(jour: date, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # Paper is proved elsewhere; here only days and hours matter.
    monkeypatch.setattr(documents, "render_pdf", lambda *args, **options: b"%PDF-1.7")
    monkeypatch.setattr(documents, "count_pages", lambda *args, **options: 1)
    for command in ("load_reference", "load_accounts"):
        call_command(command, stdout=StringIO())
    equipe = Equipe.of(DIRECTION)
    stories = [one for one in make_plan(aujourdhui=jour) if one.direction == DIRECTION]
    with override_settings(DATE_METIER=jour.isoformat()):
        for story in stories:
            tell(story, equipe=equipe, aujourdhui=jour, simulateur=False)
    assert Bilan.objects.count() == len(stories)
