"""Comparable forms of names: what people type is kept, what machines compare is derived."""

import re
import unicodedata

_LIGATURES = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "þ": "th", "ð": "d"}
)


def search_key(text: str) -> str:
    """Lower case, no accents, words separated by one space: « N’Diaye-Lô » gives « n diaye lo »."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.sub(r"[^a-z0-9]+", " ", bare.translate(_LIGATURES)).strip()
