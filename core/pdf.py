"""Paper: WeasyPrint behind one function, with a URL fetcher that reaches nothing but our own styles and fonts."""

import hashlib
import importlib
import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

# Letters, digits, dots and slashes only, and never two of the last in a row: no "..", no "//", no escape, no query.
_OWN_URL = re.compile(
    r"cai:(?P<root>couleurs|ecritures|polices|styles)/(?P<path>[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_-]+)*)"
)
_CONTENT_TYPES = {".css": "text/css", ".icc": "application/vnd.iccprofile", ".woff2": "font/woff2"}
_VARIANT = {"pdf_variant": "pdf/a-3a", "output_intent": "--srgb"}  # a profile named by base.css

# WeasyPrint breaks a last line too early when a space, even a collapsed one, ends the block; templates are indented.
_BLOCK_END = re.compile(r"\s+(</(?:p|li|h[1-6]|dt|dd|td|th)>)")

# Marianne lacks these two; the plain forms look the same and keep the line in one type.
_REPLACED = {0x202F: "\u00a0", 0x2011: "-"}
# Bidirectional overrides can make a name read as another one; nothing on our sheets needs them.
_DROPPED = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Control characters, lone surrogates, private use, unassigned: none has a glyph, all are forbidden in an archive.
_WITHOUT_GLYPH = frozenset({"Cc", "Cs", "Co", "Cn"})


_opened = threading.local()


class RenderingError(RuntimeError):
    """A document could not be made, through a fault of the machine or of a template; never of what a person typed."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file carried inside the PDF; `relationship` is a PDF/A-3 word (Data, Source, Alternative, Supplement)."""

    name: str
    content: bytes
    description: str
    relationship: str = "Data"


def render_pdf(
    template: str,
    context: Mapping[str, object],
    *,
    title: str,
    author: str,
    identifier: str,
    created_at: datetime,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """A tagged French PDF built to PDF/A-3a, every font embedded; the same arguments give the same bytes.

    `identifier` is hashed into the file, so it may be an internal one.
    Refuses a `created_at` without time zone (ValueError). Raises RenderingError when Pango is missing, or when the
    template asks for anything but our own style sheets and fonts: no address on the network, no other file.
    """
    if created_at.utcoffset() is None:
        raise ValueError("created_at needs a time zone")
    moment = created_at.astimezone(UTC).replace(microsecond=0)
    with _closed():
        document = _laid_out(_written(template, {**context, "titre_document": title}))
        document.metadata.title = printable(title)
        document.metadata.authors = [printable(author)]
        document.metadata.created = document.metadata.modified = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        document.metadata.lang = "fr"
        pdf: bytes = document.write_pdf(
            **_VARIANT,
            pdf_identifier=hashlib.sha256(identifier.encode()).digest()[:16],
            attachments=[_embedded(attachment, moment) for attachment in attachments],
        )
    return pdf


def count_pages(template: str, context: Mapping[str, object], *, title: str = "") -> int:
    """How many pages the document would take: for documents that adapt their type to what they have to say.

    With the title it will have, a document rendered next with the same context is not laid out twice.
    """
    with _closed():
        html = _written(template, {**context, "titre_document": title})
        document = _laid_out(html)
    _opened.counted = html, document
    return len(document.pages)


def warm_up() -> None:
    """Loads the engine and the fonts, so that the first document a person waits for is not the slow one."""
    render_pdf(
        "core/pdf/base.html",
        {},
        title="Préchauffage",
        author="",
        identifier="",
        created_at=datetime(2010, 1, 1, tzinfo=UTC),
    )


def printable(text: str) -> str:
    """The text in composed form, without the characters that no font draws or that turn the reading order round."""
    composed = unicodedata.normalize("NFC", text).translate(_REPLACED | _DROPPED)
    return "".join(
        character
        for character in composed
        if character in "\n\t" or unicodedata.category(character) not in _WITHOUT_GLYPH
    )


def isolated(text: object) -> SafeString:
    """A name, a number or an address kept in its own order in the middle of a text that goes the other way.

    The marks are character references: ``printable`` drops raw ones, which a name could carry to deceive.
    """
    return format_html("&#x2066;{}&#x2069;", printable(str(text)))


@contextmanager
def _closed() -> Iterator[None]:
    try:
        yield
    except _urls().FatalURLFetchingError as error:  # a BaseException: it would go through every other net
        raise RenderingError(str(error)) from error


def _written(template: str, context: Mapping[str, object]) -> str:
    return _BLOCK_END.sub(r"\1", printable(render_to_string(template, dict(context))))


def _laid_out(html: str) -> Any:
    """The pages: those just counted when the document is the same, kept no longer than that."""
    (counted, document), _opened.counted = getattr(_opened, "counted", None) or ("", None), None
    if document is not None and counted == html:
        return document
    whole = _engine().HTML(string=html, base_url="cai:", url_fetcher=_fetch)
    return whole.render(font_config=_fonts(), **_VARIANT)


def _embedded(attachment: Attachment, moment: datetime) -> Any:
    return _engine().Attachment(
        string=attachment.content,
        name=attachment.name,
        description=attachment.description,
        relationship=attachment.relationship,
        created=moment,
        modified=moment,
    )


def _fetch(url: str) -> Any:
    match = _OWN_URL.fullmatch(url)
    file = _root(match["root"]) / match["path"] if match else None
    if file is None or file.suffix not in _CONTENT_TYPES or not file.is_file():
        # Fatal, where an ordinary error would only be logged and give a document without its type.
        raise _urls().FatalURLFetchingError(f"A document may not fetch {url!r}")
    return _urls().URLFetcherResponse(url, file.read_bytes(), {"Content-Type": _CONTENT_TYPES[file.suffix]})


def _fonts() -> Any:
    """The fonts already opened by this thread, whose unpacking costs more than the layout of a page."""
    if not hasattr(_opened, "fonts"):
        _opened.fonts = importlib.import_module("weasyprint.text.fonts").FontConfiguration()
    return _opened.fonts


@cache
def _root(name: str) -> Path:
    """Where a kind of resource lives: in our own folders, in the State's design system, in the engine itself."""
    ours = {"styles": "templates", "ecritures": "static/polices"}
    if name in ours:
        return Path(settings.BASE_DIR) / ours[name]
    package, *folders = {
        "polices": ("dsfr", "static", "dsfr", "dist", "fonts"),
        "couleurs": ("weasyprint", "pdf"),
    }[name]
    return Path(importlib.import_module(package).__path__[0]).joinpath(*folders)


@cache
def _engine() -> Any:
    """WeasyPrint, loaded at the first document: pages and commands that print nothing do not wait for it."""
    try:
        return importlib.import_module("weasyprint")
    except OSError as error:
        raise RenderingError(
            "La bibliothèque Pango manque\N{NO-BREAK SPACE}: installez-la (sous Debian\N{NO-BREAK SPACE}: "
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)."
        ) from error


@cache
def _urls() -> Any:
    _engine()
    return importlib.import_module("weasyprint.urls")
