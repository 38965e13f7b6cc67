"""Files as people send them, good and bad, made in memory."""

import zlib
from io import BytesIO
from typing import Any

import pikepdf
from PIL import Image


def image(format_image: str = "JPEG", taille: tuple[int, int] = (12, 8), *, mode: str = "RGB", **options: Any) -> bytes:
    made = BytesIO()
    Image.new(mode, taille, 1).save(made, format_image, **options)
    return made.getvalue()


def photographie() -> bytes:
    """A telephone's: where, when, with what, lying on its side, and a comment."""
    exif = Image.Exif()
    exif[0x0112], exif[0x0110], exif[0x8825] = 6, "CANARI-appareil", {1: "N", 2: (48.0, 51.0, 12.0)}
    return image(exif=exif, comment=b"CANARI-commentaire")


def pdf(encryption: Any = False, **root: Any) -> bytes:
    """One blank page; ``root`` adds entries to the catalogue."""
    document, made = pikepdf.new(), BytesIO()
    document.add_blank_page()
    for name, value in root.items():
        document.Root[f"/{name}"] = document.make_indirect(value) if isinstance(value, pikepdf.Object) else value
    document.save(made, encryption=encryption, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


def action(genre: str, **entries: Any) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name(f"/{genre}"), **entries)


def bombe(cote: int = 10_000) -> bytes:
    """A PNG of some hundred kilobytes that would unfold into ``cote`` × ``cote`` pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    header = cote.to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    rows = zlib.compress(bytes(cote * (cote + 1)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
