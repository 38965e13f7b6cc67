import hashlib
import re
import tomllib
from copy import deepcopy
from datetime import date, time

import pytest

from bilan.checks import check_traductions
from bilan.textes import CONSENTEMENTS, DROITS, VERSION_TEXTE
from bilan.traductions import CODES, DOSSIER, TraductionInvalide, parse, traduction_for, traductions

pytestmark = pytest.mark.rule("E.2-langue")

# What stays in Latin letters among letters of another script: institutions and persons, as France writes them.
# The words that people signed under each version, French and the twelve translations. A correction adds a version in
# bilan.textes.VERSIONS_TEXTE, then its line here: a signature goes on naming the words that were read.
EMPREINTES = {"2010-1": "0f885d21acd01eee"}
NOMS_FRANCAIS = re.compile(r"Pôle emploi|OFII|préfecture|préfet|\{\w+\}")
SCRIPTS = {
    "arabe": r"\u0600-\u06ff\u200c",
    "bengali": r"\u0964\u0980-\u09ff\u200c\u200d",
    "chinoise": r"\u3000-\u303f\u4e00-\u9fff\uff00-\uffef",
    "cyrillique": r"\u0400-\u04ff",
    "tamoule": r"\u0b80-\u0bff",
    "latine": r"A-Za-z\u00a1-\u017f\u2019",
}
MARDI = date(2011, 3, 15)
DATES = {
    "ar": ("الثلاثاء 15 آذار/مارس 2011", "ساعتان و30 دقيقة"),
    "bn": ("মঙ্গলবার, ১৫ মার্চ ২০১১", "২ ঘণ্টা ৩০ মিনিট"),
    "en": ("Tuesday 15 March 2011", "2 hours 30 minutes"),
    "es": ("martes 15 de marzo de 2011", "2 horas y 30 minutos"),
    "prs": ("سه‌شنبه، ۱۵ مارچ ۲۰۱۱", "دو ساعت و ۳۰ دقیقه"),
    "ps": ("سه‌شنبه، د ۲۰۱۱ کال د مارچ ۱۵مه", "دوه ساعته او ۳۰ دقیقې"),
    "pt": ("terça-feira, 15 de março de 2011", "2 horas e 30 minutos"),
    "ru": ("вторник, 15 марта 2011 г.", "2 ч 30 мин"),
    "ta": ("செவ்வாய்க்கிழமை, 15 மார்ச் 2011", "2 மணி நேரம் 30 நிமிடங்கள்"),
    "tr": ("15 Mart 2011 Salı", "2 saat 30 dakika"),
    "uk": ("вівторок, 15 березня 2011 р.", "2 год 30 хв"),
    "zh": ("2011年3月15日（星期二）", "2小时30分钟"),
}


def source(code):
    return tomllib.loads((DOSSIER / f"{code}.toml").read_text(encoding="utf-8"))


def texts(value):
    """Every text of a file that a person reads."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in ("code", "nom_francais", "direction", "ecriture", "version", "ecrite_pour"):
                yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
    else:
        yield value


def test_the_twelve_languages_are_whole_and_translate_the_text_in_force():
    assert set(traductions()) == set(CODES) == set(DATES)
    assert {one.version for one in traductions().values()} == {VERSION_TEXTE}
    assert {one.code for one in traductions().values() if one.is_rtl} == {"ar", "prs", "ps"}


def test_words_that_were_signed_change_only_with_a_new_version():
    said = [CONSENTEMENTS, DROITS, *((one.code, one.accords, one.droits) for one in traductions().values())]

    assert hashlib.sha256(repr(said).encode()).hexdigest()[:16] == EMPREINTES[VERSION_TEXTE]


def test_a_broken_translation_stops_the_application_before_it_starts(monkeypatch):
    def broken():
        raise TraductionInvalide("en.convocation: missing or unknown keys ['absence']")

    assert check_traductions(None) == []
    monkeypatch.setattr("bilan.checks.traductions", broken)
    assert [error.id for error in check_traductions(None)] == ["bilan.E001"]


@pytest.mark.parametrize("code", CODES)
def test_a_translation_is_written_in_its_own_script_and_leaves_no_french(code):
    french = set(texts(source("fr"))) | {
        text for texte in CONSENTEMENTS.values() for value in vars(texte).values() for text in texts([value])
        if isinstance(text, str) and len(text) > 12
    }  # fmt: skip
    translation = source(code)
    letters = SCRIPTS[translation["ecriture"]]
    foreign = re.compile(rf"[^\W\d_](?<![{letters}])")
    for text in texts(translation):
        rest = NOMS_FRANCAIS.sub("", text)
        assert not foreign.findall(rest), text
        assert text not in french or text in ("Date et signature",)
        assert not re.search(r"[<>&]|[\u202a-\u202e\u2066-\u2069]", text), text


@pytest.mark.parametrize("code", CODES)
def test_days_and_durations_are_written_as_the_language_does(code):
    dates = traductions()[code].dates

    assert (dates.write_date(MARDI), dates.write_duration(150)) == DATES[code]
    assert dates.number(dates.write_hour(time(9, 5))) == dates.number("09:05")
    for minutes in (0, 181):
        with pytest.raises(ValueError, match="length"):
            dates.write_duration(minutes)


@pytest.mark.parametrize(
    ("langue", "lue"),
    [("ar", "ar"), ("ary", "ar"), ("wuu", "zh"), ("fa", "prs"), ("fr", None), ("bm", None), ("", None)],
)
def test_a_person_reads_the_language_theirs_is_written_in(langue, lue):
    traduction = traduction_for(langue)
    assert (traduction and traduction.code) == lue


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda one: one["convocation"].pop("absence"), "convocation.*absence"),
        (lambda one: one["convocation"].update(absence="Call {telephone} or {courriel}."), "braces"),
        (lambda one: one["convocation"].update(titre="  "), "titre: empty"),
        (lambda one: one["formulaire"].update(autre="x"), "autre"),
        (lambda one: one["accords"]["transmission_pole_emploi"]["liste"].pop(), "liste: not as in French"),
        (lambda one: one["accords"].pop("conservation_synthese"), "accords"),
        (lambda one: one["accords"]["contact_suivi"].update(autre="x"), "autre"),
        (lambda one: one["accords"]["droits"].pop(), "rights"),
        (lambda one: one["dates"]["mois"].pop(), "twelve months"),
        (lambda one: one.update(version="2009-1"), "2009-1"),
        (lambda one: one.update(direction="up"), "direction"),
    ],
)
def test_an_incomplete_translation_is_refused_with_the_place_to_correct(change, message):
    broken = deepcopy(source("en"))
    change(broken)
    with pytest.raises(TraductionInvalide, match=message):
        parse(broken, "en")
