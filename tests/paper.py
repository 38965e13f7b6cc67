"""Reading a PDF back: what it says, where it says it, in which type. Needs Debian's poppler-utils."""

import re
import subprocess
import unicodedata
from dataclasses import dataclass
from html import unescape
from io import BytesIO

import pikepdf
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

POINTS_PER_MM = 72 / 25.4


@dataclass(frozen=True)
class Word:
    """A printed word and its box, in millimetres from the top left corner of its page."""

    text: str
    page: int
    left: float
    top: float
    right: float
    bottom: float


def _pdftotext(pdf: bytes, *options: str) -> str:
    command = ["pdftotext", *options, "-enc", "UTF-8", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def text_of(pdf: bytes, *, page: int | None = None) -> str:
    """The text in the order it is drawn, as one line: spaces, line ends and page ends are each one ordinary space."""
    options = ["-raw"] if page is None else ["-raw", "-f", str(page), "-l", str(page)]
    return re.sub(r"\s+", " ", _pdftotext(pdf, *options)).strip()


def words_of(pdf: bytes) -> list[Word]:
    words, page = [], 0
    for line in _pdftotext(pdf, "-bbox").splitlines():
        if "<page " in line:
            page += 1
        if match := re.search(r'xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*)</word>', line):
            left, top, right, bottom = (float(value) / POINTS_PER_MM for value in match.groups()[:4])
            words.append(Word(unescape(match[5]), page, left, top, right, bottom))
    return words


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(pdf))


def page_count(pdf: bytes) -> int:
    return len(opened(pdf).pages)


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Name of each font, without its subset prefix, and whether its outlines are in the file."""
    fonts = {}
    document = opened(pdf)  # kept by name: its objects die with it
    for font in document.objects:
        if isinstance(font, pikepdf.Dictionary) and font.get("/Type") == pikepdf.Name.FontDescriptor:
            name = str(font.FontName).lstrip("/").split("+")[-1]
            fonts[name] = any(key in font for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    return fonts


def sizes_of(pdf: bytes) -> set[float]:
    """Every type size used, in points."""
    sizes: set[float] = set()
    document = opened(pdf)
    for page in document.pages:
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                sizes.add(round(float(operands[1]) * 0.75, 2))
    return sizes


def rules_in_left_margin(pdf: bytes) -> list[int]:
    """Heights, in whole millimetres from the top, of what is drawn in the first centimetre of the first page."""
    per_mm = 10
    command = ["pdftoppm", "-r", "254", "-gray", "-f", "1", "-l", "1", "-x", "0", "-y", "0"]
    command += ["-W", str(10 * per_mm), "-H", str(297 * per_mm), "-"]
    image = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    header = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", image)
    width, pixels = int(header[1]), image[header.end() :]
    rows = [row for row in range(len(pixels) // width) if min(pixels[row * width : (row + 1) * width]) < 200]
    return sorted({round(row / per_mm) for row in rows})


def missing_glyphs(pdf: bytes) -> list[str]:
    """Every glyph shown that draws nothing it should: « font: number », with the character it stands for if known.

    Reads the content streams and the embedded outlines: glyph 0 is .notdef, and the engine shows a character that no
    font draws as a number that the embedded font does not have.
    """
    missing = []
    document = opened(pdf)
    for font, glyphs in _glyphs_shown(document).items():
        embedded = document.get_object(font)
        outlines = _outlines(embedded)
        said = _characters(embedded)
        for glyph in sorted(glyphs):
            text = said.get(glyph, "")
            invisible = text and all(unicodedata.category(character) in ("Zs", "Cf", "Cc") for character in text)
            if glyph == 0 or (glyph not in outlines and not invisible):
                missing.append(f"{embedded.BaseFont}: {glyph} {text!r}")
    return missing


def _glyphs_shown(document: pikepdf.Pdf) -> dict[tuple[int, int], set[int]]:
    """Numbers of glyphs by font, whatever stream shows them (fonts are Identity-H: two bytes a glyph)."""
    shown: dict[tuple[int, int], set[int]] = {}
    forms = [one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Form"]
    for stream in [*document.pages, *forms]:
        fonts = (stream.obj if isinstance(stream, pikepdf.Page) else stream).get("/Resources", {}).get("/Font", {})
        current: set[int] = set()
        for operands, operator in pikepdf.parse_content_stream(stream):
            if str(operator) == "Tf":
                current = shown.setdefault(fonts[str(operands[0])].objgen, set())
            elif str(operator) in ("Tj", "TJ"):
                pieces = operands[0] if str(operator) == "TJ" else [operands[0]]
                for piece in pieces:
                    if isinstance(piece, pikepdf.String):
                        code = bytes(piece)
                        current.update(int.from_bytes(code[at : at + 2], "big") for at in range(0, len(code), 2))
    return shown


def _outlines(font: pikepdf.Dictionary) -> set[int]:
    """Numbers of the glyphs that draw something in the embedded file."""
    descriptor = font.DescendantFonts[0].FontDescriptor
    file = next(descriptor[key] for key in ("/FontFile2", "/FontFile3") if key in descriptor)
    embedded = TTFont(BytesIO(file.read_bytes()))
    glyphs = embedded.getGlyphSet()
    drawn = set()
    for number, name in enumerate(embedded.getGlyphOrder()):
        pen = BoundsPen(glyphs)
        glyphs[name].draw(pen)
        if pen.bounds:
            drawn.add(number)
    return drawn


def _characters(font: pikepdf.Dictionary) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9a-f]{4})>\s*<([0-9a-f]+)>", font.ToUnicode.read_bytes(), re.IGNORECASE)
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}
