"""What a paper draws for a person who reads neither French nor one of the translations."""

from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest

from bilan import bilingue
from bilan.documents import consentement_pdf, convocation_pdf
from tests.paper import missing_glyphs, opened, page_count, text_of, words_of
from tests.unit.bilan.test_documents import AT, CONSENTEMENT, CONVOCATION, LONGUE

pytestmark = pytest.mark.rule("D.2-4-lettre")


def drawings_of(pdf: bytes) -> list[str]:
    """What is told of each drawing to somebody who does not see it."""
    document = opened(pdf)
    return [str(one.Alt) for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one]


@pytest.mark.parametrize("lettre", [CONVOCATION, LONGUE], ids=["ordinaire", "longue"])
def test_a_letter_nobody_translates_draws_the_appointment_on_its_one_page(lettre):
    pdf = convocation_pdf(replace(lettre, langue="bm"), AT)

    assert [drawing.split(" : ")[0] for drawing in drawings_of(pdf)] == [
        "Calendrier", "Horloge", "Repère sur un plan", "Pièce d’identité et diplôme",
        "Deux personnes et un interprète entre elles", "Jour barré, puis téléphone",
    ]  # fmt: skip
    assert page_count(pdf) == 1
    assert missing_glyphs(pdf) == []
    assert {"15/03/2011", "09:30"} <= {word.text for word in words_of(pdf)}
    assert "04 72 77 15 40 Convocation" in text_of(pdf)


@pytest.mark.parametrize("langue", ["fr", "", "en"])
def test_who_can_read_the_letter_has_no_drawing(langue):
    assert not bilingue.needs_pictograms(langue)


def test_each_answer_of_a_form_nobody_translates_is_drawn():
    pdf = consentement_pdf(replace(CONSENTEMENT, langue="bm"), AT)

    assert drawings_of(pdf) == ["La synthèse part vers Pôle emploi", "La synthèse ne part pas"]
    assert page_count(pdf) == 1
    assert drawings_of(consentement_pdf(CONSENTEMENT, AT)) == []


@pytest.mark.parametrize(
    ("debut", "petite", "grande"),
    [
        (datetime(2011, 3, 15, 8, 30, tzinfo=UTC), 285, 180),
        (datetime(2011, 3, 15, 11, 0, tzinfo=UTC), 0, 0),
        (datetime(2011, 7, 15, 14, 45, tzinfo=UTC), 142, 270),
    ],
)
def test_the_hands_of_the_clock_show_the_hour_of_paris(debut, petite, grande):
    drawn = bilingue.drawn(replace(CONVOCATION, debut=debut))
    assert (drawn.petite_aiguille, drawn.grande_aiguille) == (petite, grande)
