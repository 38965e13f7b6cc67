"""Text from outside: what is accepted, whichever door it comes through, and the comparable form of a name."""

import re
import unicodedata

# Invisible marks that word processors and telephones leave in copied text. They carry no content, and some of them
# reverse what is displayed after them (a name could then read as another).
_INVISIBLE = dict.fromkeys(
    (0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2060, 0x206A))
)
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[\s\u00a0]+")
# Besides letters and their marks; the last two join letters in Persian and several Indian scripts.
_NOM_SIGNS = " -‐‑'’ʼʻʿʾ‘`´.,()/·\u200c\u200d"
_LIGATURES = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "þ": "th", "ð": "d"}
)


class TextRefused(ValueError):
    """The text cannot be stored; the message is a French sentence for the person who typed it."""


def clean_text(value: str) -> str:
    """Several lines: NFC, line breaks as \\n, invisible marks dropped, ends trimmed.

    Refuses null bytes, control characters and lone surrogates, which PostgreSQL or the browser would refuse later.
    """
    text = _LINE_BREAKS.sub("\n", value).translate(_INVISIBLE)
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        raise TextRefused(
            "Ce texte contient un caractère qui ne peut pas être enregistré. Retapez-le au lieu de le copier."
        )
    return unicodedata.normalize("NFC", text).strip()


def clean_line(value: str) -> str:
    """One line: as `clean_text`, then every run of white space becomes one space."""
    return _SPACES.sub(" ", clean_text(value))


def clean_nom(value: str) -> str:
    """The name of a person, kept as typed: letters of any script, spaces, hyphens, apostrophes, full stops.

    Capitals, accents, particles and single names are left alone; an empty text stays empty.
    """
    text = clean_line(value)
    wrong = [c for c in text if c not in _NOM_SIGNS and unicodedata.category(c)[0] not in "LM"]
    if wrong:
        raise TextRefused(
            "Un nom s’écrit avec des lettres, des espaces, des traits d’union et des apostrophes. "
            f"Retirez «\u00a0{wrong[0]}\u00a0»."
        )
    if text and not any(unicodedata.category(c)[0] == "L" for c in text):
        raise TextRefused("Indiquez un nom qui contient au moins une lettre.")
    return text


def search_key(text: str) -> str:
    """Lower case, no accents, words separated by one space: « N’Diaye-Lô » gives « n diaye lo »."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.sub(r"[^a-z0-9]+", " ", bare.translate(_LIGATURES)).strip()
