"""The guided tour in the terminal, from the counter to the PPAE, and the other files it tells in short."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

from bilan import documents
from bilan.models import Courrier, Suivi
from dossiers.demonstration import demarche
from poleemploi import sender
from tests.simulateur import SimulateurEnProcessus


def test_the_guided_tour_shows_each_new_situation_and_leaves_its_papers(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Paper is proved elsewhere; the worker's turn is taken while the tour waits for it.
    monkeypatch.setattr(documents, "render_pdf", lambda *args, **options: b"%PDF-1.7")
    monkeypatch.setattr(documents, "count_pages", lambda *args, **options: 1)
    monkeypatch.setattr(demarche.current_app.control, "ping", lambda **options: [{"worker": "pong"}])
    monkeypatch.setattr(demarche.time, "sleep", lambda seconds: sender.step())
    for command in ("load_reference", "load_accounts"):
        call_command(command, stdout=StringIO())
    said = StringIO()
    with SimulateurEnProcessus(tmp_path / "depots.sqlite3") as partner:
        own = {"PE_URL": partner.url, "PE_CLIENT_SECRET": partner.client_secret, "DATE_METIER": "2011-05-09"}
        with override_settings(**own):
            call_command("demo", dossier=tmp_path / "papiers", stdout=said)
    told = said.getvalue()
    for words in (
        "Évaluée avant l’arrivée",
        "est reporté à sa demande",
        "quinze jours pour dire pourquoi",
        "La formation civique est suivie",
        "Suivi à trois mois",
        "Accusé de réception",
        "l’entretien du PPAE",
        "Un accord retiré",
        "Une résiliation proposée au préfet",
        "Un contrat clôturé",
    ):
        assert words in told, words
    assert Suivi.objects.get(statut=Suivi.Statut.REALISE).fait_le == date(2011, 5, 6)
    assert Courrier.objects.filter(genre=Courrier.Genre.ATTESTATION).exists()
    left = {path.stem.split("-", 1)[1] for path in tmp_path.glob("papiers/*/*.pdf")}
    assert left == {
        "notice-d-information",
        "report",
        "absence",
        "convocation",
        "accord-transmission",
        "accord-conservation",
        "synthese",
        "certificat-de-destruction",
        "intention-de-resiliation",
        "attestation-recapitulative",
    }
