"""Files that agents send: held in memory within a limit, and known by what they hold, never by what they are called."""

import hashlib
import subprocess
import sys
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse

from core.examen_fichier import REFUSE

logger = structlog.get_logger(__name__)
_EXAMEN = Path(__file__).with_name("examen_fichier.py")
_ATTENTE = 30  # seconds of real time; the process has ten of processor
# A body this many times too long is not read: a photograph of a telephone still gets a sentence.
_PATIENCE = 5
TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
_SIGNATURES = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")

_REFUS = {
    "type": "Choisissez un document PDF, ou une image JPEG ou PNG. Le nom du fichier ne suffit pas\u00a0: "
    "c’est son contenu qui est regardé.",
    "pixels": "Cette image a trop de points pour être ouverte sans risque. Réduisez-la, ou numérisez la pièce "
    "à 300\u00a0points par pouce.",
    "taille": "Ce document est trop compliqué pour être ouvert sans risque. Numérisez la pièce imprimée.",
    "suite": "Ce PDF est incomplet, ou autre chose est caché après sa fin. Demandez-le de nouveau, "
    "ou numérisez la pièce imprimée.",
    "chiffre": "Ce PDF est protégé par un mot de passe. Enregistrez-le sans protection, ou numérisez la pièce "
    "imprimée.",
    "actif": "Ce PDF contient un programme, un formulaire animé ou un autre fichier. Imprimez-le en PDF, "
    "ou numérisez la pièce.",
    "illisible": "Ce fichier est abîmé ou incomplet\u00a0: il ne peut pas être ouvert.",
}


class FileRefused(Exception):
    """Why a file cannot be accepted; the message is French, for the person who chose it."""


@dataclass(frozen=True)
class Fichier:
    """A file that was opened and found harmless. Made by ``accept`` alone."""

    format: str  # a key of TYPES
    contenu: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.contenu).hexdigest()


def accept(content: bytes) -> Fichier:
    """Open a PDF, JPEG or PNG and say what is to be kept: a PDF as received, a picture drawn anew without its metadata.

    Raises FileRefused for an empty or too heavy file (FICHIER_TAILLE_MAX), any other type, what cannot be read to its
    end, a PDF that is encrypted or holds a program or another file, a picture of too many points. Takes some 0.2 s, in
    a process of its own.
    """
    if not content:
        raise FileRefused("Ce fichier est vide.")
    check_size(len(content))
    if not content.startswith(_SIGNATURES):
        raise FileRefused(_REFUS["type"])
    try:
        examen = subprocess.run(  # noqa: S603  # nothing of the file is in the command
            [sys.executable, "-I", "-B", str(_EXAMEN)], input=content, capture_output=True, timeout=_ATTENTE, env={}
        )
    except subprocess.TimeoutExpired:
        raise FileRefused(_REFUS["illisible"]) from None
    if examen.returncode == REFUSE:
        raise FileRefused(_REFUS.get(examen.stdout.decode("ascii", "replace"), _REFUS["illisible"]))
    kind, _, kept = examen.stdout.partition(b"\n")
    # A parser that was taken over may write anything: only a known type, which its first bytes confirm, comes out.
    if examen.returncode or (found := kind.decode("ascii", "replace")) not in TYPES or not kept.startswith(_SIGNATURES):
        logger.warning("examen_interrompu", statut=examen.returncode)
        raise FileRefused(_REFUS["illisible"])
    return Fichier(format=found, contenu=kept)


def check_size(taille: int) -> None:
    """Raise FileRefused above FICHIER_TAILLE_MAX, in bytes, included in what is allowed."""
    if taille > settings.FICHIER_TAILLE_MAX:
        limite, pese = settings.FICHIER_TAILLE_MAX / 1_000_000, taille / 1_000_000
        raise FileRefused(
            f"Ce fichier est trop lourd ({pese:.1f}\u00a0Mo)\u00a0: {limite:.0f}\u00a0Mo au plus. "
            "Réduisez-le ou numérisez la pièce en moins fin.".replace(".", ",", 1)
        )


def download(fichier: Fichier, nom: str) -> HttpResponse:
    """A file to be saved, never shown inside a page of ours; ``nom`` has no extension and must tell nothing."""
    response = HttpResponse(fichier.contenu, content_type=TYPES[fichier.format])
    response["Content-Disposition"] = f'attachment; filename="{nom}.{fichier.format}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store, private"
    return response


class MemoryHandler(FileUploadHandler):
    """Keeps a received file in memory alone, never on a disk in clear; what is beyond the limit is counted and dropped.

    The other fields of the form are therefore read to their end, and shown again beside the refusal. A body several
    times too long is not read at all.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.room = settings.FICHIER_TAILLE_MAX  # shared by all the files of one request

    def handle_raw_input(
        self, input_data: Any, META: dict[str, str], content_length: Any, boundary: Any, encoding: str | None = None
    ) -> None:
        if content_length > _PATIENCE * settings.FICHIER_TAILLE_MAX:
            raise RequestDataTooBig("The body is several times longer than any file accepted.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) <= self.room:
            self.kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.room -= min(file_size, self.room)
        self.kept.seek(0)
        return InMemoryUploadedFile(
            file=self.kept,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
