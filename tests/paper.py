"""Reading a PDF back: what it says, where it says it, in which type. Needs Debian's poppler-utils."""

import re
import subprocess
from dataclasses import dataclass
from html import unescape
from io import BytesIO

import pikepdf

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
