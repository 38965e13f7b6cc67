"""The words of the convocation and of the consent forms in other languages, read from one file a language (E.2, D.2).

French is the text that binds; a translation says the same, paragraph by paragraph, so that both stand side by side.
No database, no clock: dates come as arguments. ``docs/traductions.md`` tells how to correct a sentence.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from bilan.textes import CONSENTEMENTS, DROITS, VERSION_TEXTE, TexteConsentement

DOSSIER = Path(__file__).parent
CODES = ("ar", "bn", "en", "es", "prs", "ps", "pt", "ru", "ta", "tr", "uk", "zh")
ECRITURES = ("latine", "arabe", "bengali", "chinoise", "cyrillique", "tamoule")
_TROU = re.compile(r"\{(\w*)\}")
_M = TypeVar("_M")


class TraductionInvalide(ValueError):
    """A file lacks a word, has one too many, or does not follow the French text; the message names file and key."""


@dataclass(frozen=True, kw_only=True)
class MotsConvocation:
    """What the summons says; words in braces are filled in: date, heure, duree, telephone, courriel, jours."""

    titre: str
    madame: str
    monsieur: str
    introduction: str
    quand: str
    ou: str
    avec: str
    moment: str
    duree: str
    but_titre: str
    but: str
    pieces_titre: str
    pieces: str
    interprete_titre: str
    interprete: str
    absence_titre: str
    absence: str


@dataclass(frozen=True, kw_only=True)
class MotsFormulaire:
    """The labels around the text of a consent."""

    nom: str
    contrat: str
    bilan: str
    synthese: str
    version_lue: str
    droits: str
    consigne: str
    signature: str
    representant: str
    representant_mention: str
    interprete: str
    interprete_mention: str


@dataclass(frozen=True, kw_only=True)
class Francais:
    """The words of French that the translations follow."""

    fait_foi: str
    convocation: MotsConvocation
    formulaire: MotsFormulaire


@dataclass(frozen=True, kw_only=True)
class Dates:
    """How a language writes a day, an hour on twenty-four and a duration, in its own digits."""

    jours: tuple[str, ...]  # Monday first
    mois: tuple[str, ...]
    date_sans_jour: str
    date_longue: str
    heure: str
    chiffres: str  # the ten digits of official letters, from nought
    heures: tuple[str, ...]  # one, two, three hours: no bilan is longer (R. 311-26)
    minutes: str
    heures_minutes: str

    def write_day(self, day: date) -> str:
        """« 15 March 2011 »."""
        return self._fill(self.date_sans_jour, day)

    def write_date(self, day: date) -> str:
        """« Tuesday 15 March 2011 »."""
        return self._fill(self.date_longue, day)

    def write_hour(self, moment: time) -> str:
        """« 09:30 »: as it is read on a clock, the caller having brought it to the time of Paris."""
        return self.number(self.heure.format(heure=f"{moment.hour:02d}", minute=f"{moment.minute:02d}"))

    def write_duration(self, minutes: int) -> str:
        """« 2 hours 30 minutes ». Refuses (ValueError) less than a minute and more than three hours."""
        if not 1 <= minutes <= 180:
            raise ValueError(f"{minutes} minutes is not the length of a bilan")
        hours, rest = divmod(minutes, 60)
        said_hours = self.heures[hours - 1] if hours else ""
        said_rest = self.minutes.format(minutes=rest) if rest else ""
        if said_hours and said_rest:
            return self.number(self.heures_minutes.format(heures=said_hours, minutes=said_rest))
        return self.number(said_hours or said_rest)

    def number(self, text: object) -> str:
        """The same text, its digits those of the language."""
        return str(text).translate(str.maketrans("0123456789", self.chiffres))

    def _fill(self, pattern: str, day: date) -> str:
        return self.number(
            pattern.format(
                nom_jour=self.jours[day.weekday()], jour=day.day, mois=self.mois[day.month - 1], annee=day.year
            )
        )


@dataclass(frozen=True, kw_only=True)
class Traduction:
    """One language. ``version`` is that of the French text it translates: a form names it with its language."""

    code: str
    nom: str
    nom_francais: str
    direction: str  # ltr or rtl
    ecriture: str  # one of ECRITURES
    version: str
    ecrite_pour: tuple[str, ...]  # codes of languages spoken otherwise and read in this one
    avis: str
    fait_foi: str
    dates: Dates
    convocation: MotsConvocation
    formulaire: MotsFormulaire
    droits: tuple[str, ...]
    accords: Mapping[str, TexteConsentement]

    @property
    def is_rtl(self) -> bool:
        return self.direction == "rtl"


@cache
def francais() -> Francais:
    source = _read("fr")
    return Francais(
        fait_foi=source["fait_foi"],
        convocation=_built(MotsConvocation, source["convocation"], "fr.convocation"),
        formulaire=_built(MotsFormulaire, source["formulaire"], "fr.formulaire"),
    )


@cache
def traductions() -> Mapping[str, Traduction]:
    """Every translation by code. Refuses (TraductionInvalide) a file that is not complete: none is ever half used."""
    return {code: parse(_read(code), code) for code in CODES}


# rule: E.2-langue
def traduction_for(langue: str) -> Traduction | None:
    """The translation that a speaker of ``langue`` reads: their own, or that of the language theirs is written in.

    None for French and for every other language.
    """
    for traduction in traductions().values():
        if langue == traduction.code or langue in traduction.ecrite_pour:
            return traduction
    return None


def parse(source: Mapping[str, Any], code: str) -> Traduction:
    """A translation out of the content of its file.

    Refuses (TraductionInvalide) a missing, empty or unknown key, a paragraph more or less than the French text, other
    words in braces than the French, a version that is not the one of the French text.
    """
    source, accords = dict(source), dict(source.get("accords", {}))
    droits = _frozen(accords.pop("droits", []), f"{code}.accords.droits")
    if accords.keys() != CONSENTEMENTS.keys():
        raise TraductionInvalide(f"{code}.accords: {sorted(accords)} instead of {sorted(CONSENTEMENTS)}")
    source |= {
        "dates": _built(Dates, source.get("dates", {}), f"{code}.dates"),
        "convocation": _built(MotsConvocation, source.get("convocation", {}), f"{code}.convocation"),
        "formulaire": _built(MotsFormulaire, source.get("formulaire", {}), f"{code}.formulaire"),
        "droits": droits,
        "accords": {
            portee: _accord(texte, CONSENTEMENTS[portee], f"{code}.accords.{portee}")
            for portee, texte in accords.items()
        },
    }
    source.setdefault("ecrite_pour", ())
    traduction = _built(Traduction, source, code)
    _check(traduction, code)
    return traduction


def _read(code: str) -> Mapping[str, Any]:
    return tomllib.loads((DOSSIER / f"{code}.toml").read_text(encoding="utf-8"))


def _frozen(value: Any, where: str) -> Any:
    """A text that says something, a tuple of such texts, or a part already built."""
    texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise TraductionInvalide(f"{where}: empty, or not a text")
    return tuple(value) if isinstance(value, list) else value


def _built(kind: type[_M], source: Mapping[str, Any], where: str) -> _M:
    expected = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if source.keys() != expected:
        raise TraductionInvalide(f"{where}: missing or unknown keys {sorted(source.keys() ^ expected)}")
    return kind(**{key: _frozen(value, f"{where}.{key}") for key, value in source.items()})


def _accord(source: Mapping[str, Any], french: TexteConsentement, where: str) -> TexteConsentement:
    """The same shape as the French: an absent text stays absent, a list keeps its number of paragraphs."""
    for field in fields(TexteConsentement):
        said, expected = source.get(field.name), getattr(french, field.name)
        if bool(said) != bool(expected) or (isinstance(expected, tuple) and len(said or ()) != len(expected)):
            raise TraductionInvalide(f"{where}.{field.name}: not as in French")
    absent = {"liste_titre": "", "liste": (), "apres_liste": ""}
    try:
        return TexteConsentement(
            **{**absent, **{key: _frozen(value, f"{where}.{key}") for key, value in source.items()}}
        )
    except TypeError as error:
        raise TraductionInvalide(f"{where}: {error}") from error


def _check(traduction: Traduction, code: str) -> None:
    french = francais()
    for part, reference in (("convocation", french.convocation), ("formulaire", french.formulaire)):
        words = getattr(traduction, part)
        for field in fields(reference):
            if _holes(getattr(words, field.name)) != _holes(getattr(reference, field.name)):
                raise TraductionInvalide(f"{code}.{part}.{field.name}: other words in braces than in French")
    dates = traduction.dates
    counts = (len(dates.jours), len(dates.mois), len(dates.chiffres), len(dates.heures), len(traduction.droits))
    if counts != (7, 12, 10, 3, len(DROITS)):
        raise TraductionInvalide(f"{code}: seven days, twelve months, ten digits, three hours, {len(DROITS)} rights")
    if traduction.code != code or traduction.direction not in ("ltr", "rtl") or traduction.ecriture not in ECRITURES:
        raise TraductionInvalide(f"{code}: code, direction or script")
    if traduction.version != VERSION_TEXTE:
        raise TraductionInvalide(f"{code}: translates version {traduction.version}, the French text is {VERSION_TEXTE}")


def _holes(text: str) -> set[str]:
    return set(_TROU.findall(text))
