"""Makes again the type of the scripts that Marianne does not draw, from Debian's fonts-noto-core and fonts-noto-cjk.

    python -m outils.polices [FOLDER]    # where the two packages put their fonts, /usr/share/fonts by default

Only needed after a translation takes a Chinese character that it did not have: the other scripts are there whole. The
same fonts and the same translations give the same files.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

RACINE = Path(__file__).resolve().parent.parent
POLICES = RACINE / "static" / "polices"
TRADUCTIONS = RACINE / "bilan" / "traductions"
POINTS = "\u00a0 !\"'()*,-./:;?[]«»‘’“”–—…·\u200b\u200c\u200d"
CHINOIS = 2  # of the collection: simplified characters


def _range(*bounds: tuple[int, int]) -> set[int]:
    return {code for first, last in bounds for code in range(first, last + 1)}


def _chinese() -> set[int]:
    """The characters of the text, with the digits and the punctuation of the language."""
    said = (TRADUCTIONS / "zh.toml").read_text(
        encoding="utf-8"
    ) + "，。、；：？！（）《》“”年月日时分零一二三四五六七八九十"
    return {ord(character) for character in said if ord(character) >= 0x2E80}


# Family of the source, and the characters kept.
SOURCES = {
    "arabe": ("NotoNaskhArabic", _range((0x0600, 0x06FF))),
    "bengali": ("NotoSansBengali", _range((0x0964, 0x0965), (0x0980, 0x09FF))),
    "cyrillique": (
        "NotoSans",
        _range((0x20, 0x7E), (0xA0, 0xFF), (0x0400, 0x045F), (0x0490, 0x0491), (0x2116, 0x2116)),
    ),
    "tamoule": ("NotoSansTamil", _range((0x0B80, 0x0BFF))),
    "chinoise": ("NotoSansCJK", _chinese()),
}


# Arabic letters are small in their square: they are drawn larger than the Latin words among them.
AGRANDI = {"arabe": 1.12}


def subset(font: TTFont, characters: Iterable[int], target: Path) -> None:
    """Keeps what shapes the script (GSUB, GPOS), leaves out hinting, which paper does not use."""
    options = Options(layout_features=["*"], hinting=False, notdef_outline=True, flavor="woff2", drop_tables=["DSIG"])
    options.recalc_timestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes={*characters, *map(ord, POINTS)})
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(target)


def main(folder: Path) -> None:
    for ecriture, (family, characters) in SOURCES.items():
        for weight in ("Regular", "Bold"):
            found = sorted([*folder.rglob(f"{family}-{weight}.ttf"), *folder.rglob(f"{family}-{weight}.ttc")])
            if not found:
                sys.exit(f"{family}-{weight} manque : apt-get install fonts-noto-core fonts-noto-cjk")
            number = CHINOIS if found[0].suffix == ".ttc" else -1
            target = POLICES / f"{ecriture}-{weight.lower()}.woff2"
            font = TTFont(found[0], fontNumber=number, recalcTimestamp=False)
            font["head"].unitsPerEm = round(font["head"].unitsPerEm / AGRANDI.get(ecriture, 1))
            subset(font, characters, target)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts"))
