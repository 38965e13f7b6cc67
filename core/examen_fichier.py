"""Open one received file, alone in a process that may be lost: ``python -I core/examen_fichier.py < file``.

A parser of hostile files may be made to eat memory, to run for ever or to crash. It does so here, within limits that
the kernel holds, without the application's secrets nor its database: once its libraries are loaded it can open
nothing any more, neither a file, such as another process's environment, nor a connection. Writes the type and the file
to keep, or ends with REFUSE and the code of the reason. Imports nothing of the application.
"""

import io
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

REFUSE = 3  # exit status of a file that was read and is refused
MEMOIRE = 1_500_000_000  # bytes of address space, libraries included
SECONDES = 10  # of processor
PIXELS_MAX = 25_000_000  # an A4 page at 300 dpi has 9 million
OBJETS_MAX = 100_000

# What a paper has no use for, and a viewer might obey.
_CLES_ACTIVES = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"})
_ACTIONS = frozenset(
    {
        "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/RichMediaExecute",
        "/Movie", "/Sound", "/Trans", "/GoTo3DView",
    }
)  # fmt: skip
_ANNOTATIONS = frozenset({"/FileAttachment", "/RichMedia", "/Movie", "/Screen", "/Sound", "/3D"})


class Refused(Exception):
    """The file cannot be kept; the argument is the code of the reason."""


def examine(content: bytes) -> tuple[str, bytes]:
    """The type of a file, by what it holds, and what is to be kept of it. Raises Refused."""
    if content.startswith(b"%PDF-"):
        return "pdf", _pdf(content)
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg", _image(content, "JPEG")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png", _image(content, "PNG")
    raise Refused("type")


def _image(content: bytes, format_image: str) -> bytes:
    """The picture drawn anew: neither place, device, date, profile nor thumbnail, nor anything after its end."""
    from PIL import Image, ImageOps  # noqa: PLC0415  # only once the limits hold

    Image.MAX_IMAGE_PIXELS = None  # its own guard only warns; ours is below
    with Image.open(io.BytesIO(content), formats=[format_image]) as received:
        if received.width * received.height > PIXELS_MAX:
            raise Refused("pixels")
        received.load()
        upright = ImageOps.exif_transpose(received)
    transparent = format_image == "PNG" and upright.has_transparency_data
    plain = upright.convert("RGBA" if transparent else "L" if upright.mode in ("1", "L", "LA") else "RGB")
    plain.info.clear()
    kept = io.BytesIO()
    plain.save(kept, format_image, **({"quality": 90} if format_image == "JPEG" else {}))
    return kept.getvalue()


def _pdf(content: bytes) -> bytes:
    """The document as received: its fingerprint and any electronic signature stay those of its author."""
    import pikepdf  # noqa: PLC0415  # only once the limits hold

    end = content.rfind(b"%%EOF")
    if end < 0 or content[end + 5 :].strip(b"\r\n\t \x00"):
        raise Refused("suite")  # truncated, or another file hidden behind the end
    try:
        document = pikepdf.open(io.BytesIO(content), suppress_warnings=True, attempt_recovery=False)
    except Exception:
        # To open an encrypted one takes a password, or at least random numbers, which are out of reach here.
        if b"/Encrypt" in content:
            raise Refused("chiffre") from None
        raise
    with document:
        if document.is_encrypted:
            raise Refused("chiffre")
        if not len(document.pages):
            raise Refused("illisible")
        for rank, part in enumerate(document.objects):
            if rank >= OBJETS_MAX:
                raise Refused("taille")
            for dictionary in _dictionaries(part):
                _refuse_active(dictionary)
    return content


def _dictionaries(part: Any) -> Iterator[dict[str, Any]]:
    """Every dictionary written in one object; those it only points to are objects of their own."""
    import pikepdf  # noqa: PLC0415

    waiting = [part]
    while waiting:
        value = waiting.pop()
        if isinstance(value, pikepdf.Array):
            inner = list(value)
        elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            entries = dict(value.items())
            yield entries
            inner = list(entries.values())
        else:
            continue
        waiting.extend(item for item in inner if isinstance(item, pikepdf.Object) and not item.is_indirect)


def _refuse_active(dictionary: dict[str, Any]) -> None:
    if not _CLES_ACTIVES.isdisjoint(dictionary):
        raise Refused("actif")
    words = {key: str(dictionary[key]) for key in ("/S", "/Subtype", "/Type") if key in dictionary}
    if words.get("/S") in _ACTIONS or words.get("/Subtype") in _ANNOTATIONS or words.get("/Type") == "/EmbeddedFile":
        raise Refused("actif")


def _limit(*limits: tuple[int, int]) -> None:
    for limit, most in limits:
        with suppress(ValueError):  # a developer's macOS knows no limit of memory
            resource.setrlimit(limit, (most, most))


def _load(content: bytes) -> None:
    """Everything that the library would otherwise import while it reads."""
    if content.startswith(b"%PDF-"):
        import pikepdf  # noqa: F401, PLC0415
    else:
        from PIL import Image, ImageOps, MpoImagePlugin, TiffImagePlugin  # noqa: F401, PLC0415

        Image.preinit()


def main() -> int:
    _limit(
        (resource.RLIMIT_AS, MEMOIRE), (resource.RLIMIT_CPU, SECONDES), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )  # fmt: skip
    try:
        content = sys.stdin.buffer.read()
        _load(content)
        _limit((resource.RLIMIT_NOFILE, 0))
        kind, kept = examine(content)
    except Refused as refusal:
        sys.stdout.write(str(refusal))
        return REFUSE
    except Exception:  # whatever a parser says of a broken file, the answer is the same
        sys.stdout.write("illisible")
        return REFUSE
    sys.stdout.buffer.write(kind.encode() + b"\n" + kept)
    return 0


if __name__ == "__main__":
    sys.exit(main())
