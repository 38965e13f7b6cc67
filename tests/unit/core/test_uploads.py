"""A received file is what it holds: kept without its metadata, or refused in a sentence that says what to do."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from core.uploads import FileRefused, accept
from tests.factories.fichiers import action, bombe, image, pdf, photographie

LIEN = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.fr")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (image("JPEG"), "jpeg"),
        (image("JPEG", mode="CMYK"), "jpeg"),
        (image("MPO", save_all=True, append_images=[Image.new("RGB", (12, 8))]), "jpeg"),
        (image("PNG"), "png"),
        (image("PNG", mode="P", transparency=0), "png"),
        (image("PNG", mode="I;16"), "png"),
        (pdf(), "pdf"),
        (pdf(OpenAction=pikepdf.Array([0, pikepdf.Name.Fit]), Annots=LIEN), "pdf"),
    ],
    ids=[
        "jpeg", "a printer's jpeg", "the two pictures of a telephone", "png", "a png with a palette", "a deep png",
        "pdf", "a pdf that opens at a page and holds a link",
    ],
)  # fmt: skip
def test_a_paper_is_accepted_for_what_it_holds(content: bytes, kind: str) -> None:
    assert accept(content).format == kind


def test_a_photograph_loses_place_device_and_comment_and_stands_upright() -> None:
    received = photographie()
    kept = accept(received).contenu
    assert b"CANARI" in received
    assert b"CANARI" not in kept
    with Image.open(BytesIO(kept)) as picture:
        assert not picture.getexif()
        assert "comment" not in picture.info
        assert picture.size == (8, 12)


def test_what_hides_behind_a_picture_is_dropped() -> None:
    assert b"PK\x03\x04" not in accept(image("PNG") + b"PK\x03\x04 archive").contenu


def test_a_pdf_is_kept_as_received_so_that_its_signature_can_still_be_checked() -> None:
    content = pdf()
    assert accept(content).contenu == content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"GIF89a" + bytes(20), "PDF, ou une image"),
        (b"<html><script>alert(1)</script>", "PDF, ou une image"),
        (b"\n" + pdf(), "PDF, ou une image"),
        (image("GIF"), "PDF, ou une image"),
        (image("JPEG")[:-40], "abîmé"),
        (image("PNG")[:40], "abîmé"),
        (b"\xff\xd8\xff" + bytes(30), "abîmé"),
        (pdf()[:200], "incomplet"),
        (pdf() + b"PK\x03\x04 archive", "caché"),
        (b"%PDF-1.4\nnothing\n%%EOF", "abîmé"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "mot de passe"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="")), "mot de passe"),
        (pdf(OpenAction=action("JavaScript", JS="app.alert(1)")), "programme"),
        (pdf(OpenAction=action("Launch", F="cmd.exe")), "programme"),
        (pdf(Names=pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=pikepdf.Array()))), "programme"),
        (pdf(A=pikepdf.Array([pikepdf.Array([action("SubmitForm")])])), "programme"),
        (pdf(AcroForm=pikepdf.Dictionary(XFA="xfa")), "programme"),
        (bombe(), "points"),
        (bytes(5_000_001), "trop lourd"),
    ],
    ids=[
        "empty", "gif by its head", "html", "a pdf after one byte", "a real gif", "truncated jpeg", "truncated png",
        "only the head of a jpeg", "truncated pdf", "an archive behind a pdf", "a pdf of nothing",
        "pdf with a password", "pdf with rights", "javascript", "launch", "embedded files", "nested submission", "xfa",
        "10,000 by 10,000 pixels", "one byte too many",
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        accept(content)


@pytest.mark.parametrize(
    "fate",
    [
        "import os; os.abort()", "bytearray(10**13)", "print('html\\n%PDF-')", "print('pdf\\n<script>')",
        "print('?'); exit(3)",
    ],
    ids=["crash", "memory", "unknown type", "other content", "unknown reason"],
)  # fmt: skip
def test_a_file_that_kills_or_owns_its_parser_is_refused_and_takes_nothing_else_along(
    fate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (parser := tmp_path / "parser.py").write_text(fate)
    monkeypatch.setattr("core.uploads._EXAMEN", parser)
    with pytest.raises(FileRefused, match="abîmé"):
        accept(pdf())


@pytest.mark.parametrize("reach", ["open(__file__)", "socket.socket()"], ids=["a file", "a connection"])
def test_a_parser_that_was_taken_over_reaches_nothing(
    reach: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (parser := tmp_path / "parser.py").write_text(
        f"import socket, sys; sys.path.insert(0, {str(Path.cwd())!r}); from core import examen_fichier\n"
        f"examen_fichier.examine = lambda content: ('pdf', content) if {reach} else None\n"
        "sys.exit(examen_fichier.main())"
    )
    monkeypatch.setattr("core.uploads._EXAMEN", parser)
    with pytest.raises(FileRefused, match="abîmé"):
        accept(pdf())
