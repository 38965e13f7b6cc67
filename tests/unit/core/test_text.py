"""What text is let in, and how it is kept."""

import pytest

from core.text import TextRefused, clean_line, clean_nom, clean_text


@pytest.mark.parametrize(
    "nom",
    [
        "N’Diaye",
        "N'GUESSAN",
        "de La Tour d’Auvergne",
        "Nguyễn Thị Minh Khai",
        "Ní Dhomhnaill-O’Connor",
        "Þórsdóttir",
        "Müller",
        "Ben Ali (ép. Trabelsi)",
        "St. John",
        "Ō",
        "Łukasz",
        "أحمد",
        "王小明",
        "நந்தினி",
        "Ibn al-ʿArabī",
        "I",
    ],
)
def test_a_name_is_kept_as_it_was_typed(nom: str):
    assert clean_nom(nom) == nom


@pytest.mark.parametrize(
    "nom",
    ["<b>Jean</b>", "12345", "Jean2", "=1+1", "Robert'); DROP TABLE", "😀", "a@b", "--", "’", "...", "€uro", "A_B"],
)
def test_what_is_not_a_name_is_refused_with_a_sentence(nom: str):
    with pytest.raises(TextRefused, match=r"nom"):
        clean_nom(nom)


def test_the_refusal_of_a_name_shows_the_first_wrong_sign():
    with pytest.raises(TextRefused, match="Retirez «\u00a0<\u00a0»"):
        clean_nom("Jean <script>")


@pytest.mark.parametrize("text", ["a\x00b", "a\x07b", "a\x1bb", "a\x7fb", "a\x9fb", "a\ud800b"])
@pytest.mark.parametrize("clean", [clean_text, clean_line, clean_nom])
def test_control_characters_and_lone_surrogates_are_refused(clean, text: str):
    with pytest.raises(TextRefused, match="Retapez-le"):
        clean(text)


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200b", "\u200e", "\u200f", "\ufeff", "\u00ad", "\u2060"])
@pytest.mark.parametrize("clean", [clean_text, clean_line, clean_nom])
def test_invisible_marks_are_dropped(clean, mark: str):
    assert clean(f"{mark}Ma{mark}ria{mark}") == "Maria"


def test_text_is_composed_so_that_equal_names_are_equal():
    assert clean_line("Ame\u0301lie") == "Am\u00e9lie"


@pytest.mark.parametrize("text", ["un\r\ndeux", "un\rdeux", "un\u2028deux", "un\x85deux", "un\x0cdeux"])
def test_every_line_break_becomes_the_same(text: str):
    assert clean_text(text) == "un\ndeux"
    assert clean_line(text) == "un deux"


def test_a_line_has_single_spaces_and_no_ends():
    assert clean_line("\u00a0 rue \t de  la\u00a0Paix\n") == "rue de la Paix"


def test_markup_and_formulas_are_plain_text_elsewhere_than_in_names():
    assert clean_text("<script>alert(1)</script> =1+1 '; --") == "<script>alert(1)</script> =1+1 '; --"
