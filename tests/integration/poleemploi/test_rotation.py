"""A former key is thrown away: everything still reads, nothing changed, and a frozen version stays frozen."""

import hashlib
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from agents.models import Agent, DirectionTerritoriale
from bilan.models import NotePhase, Synthese, SynthesePdf
from cai.services import correct_signataire
from core import journal, rotation
from core.crypto import json_bytes
from core.models import Evenement
from exemptions.models import JustificatifFichier
from poleemploi.models import Transmission
from tests.factories.cai import fiche_signataire
from tests.factories.transmissions import make_transmission

pytestmark = [pytest.mark.django_db, pytest.mark.rule("E.3-chiffrement")]
PDF = b"%PDF-1.7 what the person signed"


@pytest.fixture
def transmission(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Transmission:
    """A synthesis with its PDF, the body to send, a note, and a journal with private facts: all under today's key."""
    row = make_transmission(direction, prescripteur, conseiller)
    SynthesePdf.objects.create(synthese=row.synthese, contenu=PDF)
    NotePhase.objects.create(bilan=row.bilan, phase="phase_conclusion", contenu={"texte": "Une note."})
    correct_signataire(contrat=row.bilan.contrat, fiche=fiche_signataire(nom="Canari"), by=prescripteur)
    return row


def read_everything(row: Transmission) -> list[object]:
    event = Evenement.objects.get(nom="signataire.corrige")
    return [
        Synthese.objects.get().contenu,
        hashlib.sha256(SynthesePdf.objects.get().contenu).hexdigest(),
        NotePhase.objects.get().contenu,
        Transmission.objects.get(pk=row.pk).donnees_figees,
        journal.facts(event),
    ]


def rotate(*options: str) -> str:
    said = StringIO()
    call_command("rotate_keys", *options, stdout=said)
    return said.getvalue()


def test_once_rotated_the_former_key_is_needed_no_more(transmission: Transmission, settings: Any) -> None:
    former, new = settings.CHIFFREMENT_CLES[0], Fernet.generate_key().decode()
    before = read_everything(transmission)
    settings.CHIFFREMENT_CLES = [new, former]
    with pytest.raises(CommandError, match="Gardez toutes les clés"):
        rotate("--verifier")
    said = rotate()
    assert "bilan_synthese.contenu : 1 valeurs, 1 rechiffrées, 0 sous une ancienne clé" in said
    assert "bilan_synthese.contenu : 1 valeurs, 0 rechiffrées, 0 sous une ancienne clé" in rotate()
    settings.CHIFFREMENT_CLES = [new]
    assert read_everything(transmission) == before
    assert before[1] == hashlib.sha256(PDF).hexdigest()
    assert "peuvent être retirées" in rotate("--verifier")


def test_a_value_that_no_key_opens_is_told_and_left(transmission: Transmission, settings: Any) -> None:
    settings.CHIFFREMENT_CLES = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError):
        rotate()
    (compte,) = [c for c in rotation.rotate(write=True) if c.colonne == "bilan_notephase.contenu"]
    assert (compte.illisibles, compte.rechiffrees) == (1, 0)


def test_a_value_written_meanwhile_is_not_overwritten(
    transmission: Transmission, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHIFFREMENT_CLES = [Fernet.generate_key().decode(), *settings.CHIFFREMENT_CLES]
    seen = rotation._tokens

    def then_somebody_writes(*args: object):
        for row in list(seen(*args)):
            NotePhase.objects.update(contenu={"texte": "Plus récent."})
            yield row

    monkeypatch.setattr(rotation, "_tokens", then_somebody_writes)
    rotation.rotate(write=True)
    assert NotePhase.objects.get().contenu == {"texte": "Plus récent."}


def test_a_frozen_content_rewritten_under_cover_of_a_rotation_is_found(transmission: Transmission) -> None:
    forged = rotation.cipher().encrypt(json_bytes({"metiers": ["K1304"]}))
    update = "UPDATE bilan_synthese SET contenu = %s"
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(update, [forged])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL cai.rotation = 'on'")
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            cursor.execute(f"{update}, contenu_sha256 = %s", [forged, "0" * 64])
        cursor.execute(update, [forged])
    (compte,) = [c for c in rotation.rotate(write=False) if c.colonne == "bilan_synthese.contenu"]
    assert compte.alterees == 1


def test_every_table_says_how_many_values_it_holds(db: None) -> None:
    columns = {f"{model._meta.db_table}.{field.column}" for model, field in rotation.encrypted_columns()}
    assert {"bilan_synthesepdf.contenu", "bilan_courrier.pdf", "core_cledossier.cle"} <= columns
    assert f"{JustificatifFichier._meta.db_table}.contenu" in columns
    assert {compte.colonne for compte in rotation.rotate(write=False)} == columns
