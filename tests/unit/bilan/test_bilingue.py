"""Every letter and form in two columns, read back from its PDF: outlines, embedded type, words, order, place."""

import re
import unicodedata
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cache

import pytest

from bilan import bilingue
from bilan.documents import consentement_pdf, convocation_pdf
from bilan.textes import CONSENTEMENTS, VERSION_TEXTE
from bilan.traductions import CODES, traductions
from core.pdf import render_pdf
from tests.paper import fonts_of, missing_glyphs, page_count, sizes_of, text_of, words_of
from tests.unit.bilan.test_documents import AT, CONSENTEMENT, CONVOCATION, LONGUE

pytestmark = pytest.mark.rule("E.2-langue", "D.2-4-lettre")
# Readers put the vowel signs of these two scripts out of order: their consonants are compared, nearly.
COMPOSES = re.compile("ل[اأإآ]|[\u064b-\u0655]")
LETTRES = re.compile(r"[^\W\d_]+")
APPROCHEES = {"bn": 0.85, "ta": 0.85}
CONSERVATION = replace(CONSENTEMENT, portee="conservation_synthese", version_synthese=None)


@cache
def forms(code):
    """The paper of one language, by name, made once."""
    return {
        "convocation": convocation_pdf(replace(CONVOCATION, langue=code), AT),
        "transmission_pole_emploi": consentement_pdf(replace(CONSENTEMENT, langue=code), AT),
        "conservation_synthese": consentement_pdf(replace(CONSERVATION, langue=code), AT),
    }


@pytest.fixture
def planche(settings):
    """The columns of a letter and of the three forms one after the other: each language is laid out and read once."""
    source = (
        '{% extends "core/pdf/base.html" %}{% block styles %}'
        '<link rel="stylesheet" href="cai:styles/bilan/pdf/courrier.css">'
        '{% include "bilan/pdf/_styles_bilingues.html" %}{% endblock %}'
        '{% block contenu %}{% include "bilan/pdf/_colonnes.html" %}{% endblock %}'
    )
    loaders = [
        ("django.template.loaders.locmem.Loader", {"planche.html": source}),
        ("django.template.loaders.filesystem.Loader", [settings.BASE_DIR / "templates"]),
    ]
    settings.TEMPLATES = [
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": loaders}}
    ]

    def laid_out(traduction):
        lignes = [*bilingue.rows_of_convocation(CONVOCATION, traduction)]
        lignes.append((bilingue.Bloc(genre="note"), bilingue.Bloc(genre="note", texte=traduction.avis)))
        for form in (CONSENTEMENT, CONSERVATION, replace(CONSERVATION, portee="contact_suivi", mineur=True)):
            filled = bilingue.form(form, traduction)
            for part in ("lignes_information", "lignes_reponse", "signatures"):
                lignes += filled[part]
        context = {"traduction": traduction, "lignes": lignes}
        return render_pdf("planche.html", context, title="Planche", author="", identifier="", created_at=AT)

    return laid_out


def letters_of(text, *, consonants=False):
    wanted = "L" if consonants else "LMN"
    composed = unicodedata.normalize("NFKC", text)
    return "".join(character for character in composed if unicodedata.category(character)[0] in wanted)


def says(text, words, code):
    """Whether a paper has a sentence; in these three scripts a reader of PDF gives the letters in another order."""
    if traductions()[code].is_rtl:  # lines come word by word; lam-alef, one glyph for two letters, comes apart
        read, wanted = (LETTRES.findall(one.replace("\u200c", "")) for one in (text, words))
        return {word for word in wanted if not COMPOSES.search(word)} <= {*read}
    if code not in APPROCHEES:
        return letters_of(words) in letters_of(text)
    wanted, read = letters_of(words, consonants=True), letters_of(text, consonants=True)
    blocks = SequenceMatcher(None, read, wanted, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) >= APPROCHEES[code] * len(wanted)


@pytest.mark.parametrize("code", CODES)
def test_every_word_of_a_language_is_drawn_in_embedded_type_and_read_back(code, planche):
    traduction = traductions()[code]
    pdf = planche(traduction)
    text, fonts = text_of(pdf), fonts_of(pdf)

    assert missing_glyphs(pdf) == []
    assert all(fonts.values())
    assert {font.split("-")[0] for font in fonts} <= {"Marianne", "Cai"}  # nothing of the machine's own
    said = [traduction.convocation.titre, traduction.dates.write_date(CONVOCATION.debut.date()), traduction.fait_foi]
    said.append(traduction.avis)
    for accord in traduction.accords.values():
        said += [accord.question, accord.accepte, accord.refuse]
    for words in (*said, *traduction.droits):
        assert says(text, words, code), words


@pytest.mark.parametrize("code", ["ar", "ta"])
def test_no_form_takes_more_than_both_sides_of_a_sheet_nor_type_too_small_to_read(code):
    for pdf in forms(code).values():
        assert page_count(pdf) <= 2
        assert missing_glyphs(pdf) == []
        assert {size for size in sizes_of(pdf) if size < 8} == {7.5}  # the foot of the page


def test_a_language_that_goes_leftwards_starts_at_the_right_and_keeps_numbers_in_order():
    code = "ar"
    pdf = forms(code)["convocation"]
    title = traductions()[code].convocation.titre.split()
    words = {letters_of(word.text)[::-1]: word for word in words_of(pdf) if word.left > 105}

    assert words[letters_of(title[0])].left > words[letters_of(title[1])].left
    assert max(word.right for word in words.values()) == pytest.approx(190, abs=0.5)
    # The telephone in the middle of a sentence, and an address of France: each in its own order.
    assert "04 72 77 15 40" in text_of(pdf, page=2)
    line = [word for word in words_of(pdf) if word.text in ("45", "rue", "Garibaldi,") and word.left > 105]
    assert [word.text for word in sorted(line, key=lambda word: word.left)] == ["45", "rue", "Garibaldi,"]


def test_both_columns_face_each_other():
    pdf = forms("en")["transmission_pole_emploi"]
    words = words_of(pdf)
    left = next(word for word in words if word.text == "recommandations" or word.text == "préconisations")
    right = next(word for word in words if word.text == "recommendations")

    assert left.right < 105 < right.left
    assert abs(left.top - right.top) < 6


def test_the_window_and_the_length_hold_in_two_columns_too():
    pdf = convocation_pdf(replace(LONGUE, langue="ta"), AT)
    seen = [word for word in words_of(pdf) if word.page == 1 and word.right > 90 and word.top < 90 and word.bottom > 34]

    assert letters_of("".join(word.text for word in seen)) == letters_of("".join(LONGUE.lignes_adresse))
    assert page_count(pdf) == 2


def test_a_form_names_its_version_and_its_language_on_the_paper():
    text = text_of(consentement_pdf(replace(CONSENTEMENT, langue="ary"), AT))

    assert f"Texte version {VERSION_TEXTE}, français et arabe" in text
    assert CONSENTEMENTS["transmission_pole_emploi"].accepte in text
    assert "page 2 / 2" in text


def test_the_representative_of_a_minor_signs_under_both_languages():
    text = text_of(consentement_pdf(replace(CONSENTEMENT, langue="es", mineur=True), AT))
    assert "Représentant légal Representante legal" in text


def test_however_long_the_names_there_is_room_left_to_sign():
    pdf = consentement_pdf(replace(CONSENTEMENT, langue="ta", personne=LONGUE.personne, mineur=True), AT)
    words = [word for word in words_of(pdf) if word.page == 2]
    name = max((word for word in words if word.text == "Mudiyanselage" and word.top < 260), key=lambda word: word.top)
    version = next(word for word in words if word.text == "Texte")

    assert page_count(pdf) == 2
    assert version.top - name.bottom > 14


def test_the_reader_of_glyphs_sees_a_character_that_no_font_draws():
    lettre = replace(CONVOCATION, langue="fr", lieu_acces="\U0002ceb0")
    assert missing_glyphs(convocation_pdf(CONVOCATION, AT)) == []
    assert len(missing_glyphs(convocation_pdf(lettre, AT))) == 1


def test_the_same_letter_gives_the_same_bytes():
    lettre = replace(CONVOCATION, langue="prs")
    assert convocation_pdf(lettre, AT) == convocation_pdf(lettre, AT)
