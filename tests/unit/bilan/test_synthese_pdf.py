from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bilan.documents import synthese_pdf
from bilan.fiche import Experience, Langue
from tests.factories.fiches import ORDINAIRE, PAUVRE, RICHE
from tests.paper import fonts_of, opened, page_count, sizes_of, text_of, words_of

AT = datetime(2010, 5, 12, 15, tzinfo=UTC)
FICHES = {"pauvre": PAUVRE, "ordinaire": ORDINAIRE, "riche": RICHE}


@pytest.fixture(scope="module")
def sheets() -> dict[str, bytes]:
    return {name: synthese_pdf(fiche, AT) for name, fiche in FICHES.items()}


@pytest.fixture(scope="module", params=FICHES)
def sheet(request, sheets):
    """Each of the three sheets: what was asked, and the paper."""
    return FICHES[request.param], sheets[request.param]


@pytest.mark.rule("D.4-lisible")
def test_the_poorest_sheet_is_one_page(sheets):
    assert page_count(sheets["pauvre"]) == 1


@pytest.mark.rule("D.4-lisible")
@pytest.mark.parametrize("name", ["ordinaire", "riche"])
def test_the_others_are_two_pages(sheets, name):
    assert page_count(sheets[name]) == 2


def test_nothing_is_set_below_eight_and_a_half_points_but_the_footer(sheet):
    _, pdf = sheet
    assert {size for size in sizes_of(pdf) if size < 8.5} == {7.5}


def test_the_ordinary_sheet_is_set_larger_than_the_richest(sheets):
    assert 11 in sizes_of(sheets["ordinaire"])
    assert 11 not in sizes_of(sheets["riche"])


def test_name_occupations_and_strengths_come_first(sheets):
    text = text_of(sheets["ordinaire"], page=1)
    order = [
        "Aminata N’Diaye",
        "Retouches en habillement D1207",
        "B1803",
        "Couture sur mesure",
        "Expérience",
        "Langues",
    ]

    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)


def test_the_first_page_can_be_handed_to_an_employer_alone(sheets):
    for name in ("ordinaire", "riche"):
        fiche, first = FICHES[name], text_of(sheets[name], page=1)
        for words in (*fiche.freins, *(besoin.intitule for besoin in fiche.besoins_formation), *fiche.preconisations):
            assert words not in first
        for words in ("Freins", "Besoins", "Préconisations", "Pôle emploi", "OFII", "Signature", "Suites du bilan"):
            assert words not in first


def test_a_sheet_with_obstacles_keeps_them_off_the_first_page_however_short_it_is():
    pdf = synthese_pdf(replace(PAUVRE, freins=("Logement",)), AT)

    assert page_count(pdf) == 2
    assert "Logement" not in text_of(pdf, page=1)
    assert "Logement" in text_of(pdf, page=2)


def test_all_that_was_written_is_printed(sheet):
    fiche, pdf = sheet
    text = text_of(pdf)
    texts = [
        fiche.nom_complet, fiche.circonstances, fiche.aptitudes, fiche.projet, fiche.orientation,
        fiche.parcours, fiche.parcours_recherche, fiche.observations_beneficiaire, fiche.niveau_formation,
        fiche.prestataire_nom, fiche.conseiller_nom, fiche.direction_nom, *fiche.competences, *fiche.preconisations,
        *fiche.freins, *(besoin.intitule for besoin in fiche.besoins_formation),
        *(diplome.intitule for diplome in fiche.diplomes), *(metier.libelle for metier in fiche.metiers),
        *(experience.metier for experience in fiche.experiences),
    ]  # fmt: skip

    # A hyphen that ends a line is taken for a division by the reader of the PDF.
    assert [words for words in texts if _bare(words) not in _bare(text)] == []


def _bare(text: str) -> str:
    return "".join(text.split()).replace("-", "")


@pytest.mark.rule("D.4-pdf")
def test_each_page_says_whose_it_is_its_date_and_its_version(sheet):
    fiche, pdf = sheet
    for page in range(1, page_count(pdf) + 1):
        text = text_of(pdf, page=page)
        assert "Document propriété du bénéficiaire – confidentiel" in text
        assert f"Bilan du 12 mai 2010 · version {fiche.version}" in text
        assert f"Page {page} sur {page_count(pdf)}" in text


def test_experiences_here_and_abroad_share_one_line_of_time(sheets):
    text = text_of(sheets["ordinaire"], page=1)
    order = ["depuis janv. 2010", "mars 2004 – août 2009", "sept. 2001 – févr. 2004"]

    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)


@pytest.mark.parametrize(
    ("experience", "periode"),
    [
        (Experience(metier="x", pays="France", debut="2010-01", en_france=True), "depuis janv. 2010"),
        (Experience(metier="x", pays="Mali", debut="2010-08"), "à partir de août 2010"),
        (Experience(metier="x", pays="Mali", debut="2004-12", fin="2005-07"), "déc. 2004 – juil. 2005"),
        (Experience(metier="x", pays="Mali", debut="2004-05", fin="2004-05"), "mai 2004"),
    ],
)
def test_a_period_is_written_as_on_a_curriculum_vitae(experience, periode):
    assert experience.periode.replace("\u00a0", " ") == periode


@pytest.mark.parametrize(
    ("langue", "words"),
    [
        (Langue(nom="wolof", parlee=True, comprise=True), "parlé et compris"),
        (Langue(nom="pulaar", parlee=False, comprise=True), "compris"),
        (
            Langue(nom="français", parlee=True, comprise=True, niveau="Conversation simple (A2)"),
            "conversation simple (A2)",
        ),
        (Langue(nom="français", parlee=True, comprise=True, niveau="Échanges simples (A1)"), "échanges simples (A1)"),
        (Langue(nom="français", parlee=False, comprise=True, niveau="Premiers mots"), "compris, premiers mots"),
    ],
)
def test_a_level_of_language_is_written_in_plain_words(langue, words):
    assert langue.en_mots == words


@pytest.mark.parametrize(
    ("texte", "competences", "aptitudes"),
    [
        ("- Coudre\n• Broder\nUne phrase.", ["Coudre", "Broder"], "Une phrase."),
        ("Coudre\n\nBroder\nRepasser", ["Coudre", "Broder", "Repasser"], ""),
        ("- Traduire – à l’oral\nDu russe – du grec.", ["Traduire – à l’oral"], "Du russe – du grec."),
        ("Coudre\nBroder", [], "Coudre\nBroder"),
        ("Coudre\nBroder\n" + "Phrase " * 10, [], "Coudre\nBroder\n" + ("Phrase " * 10).strip()),
    ],
)
def test_skills_named_line_by_line_become_a_list(texte, competences, aptitudes):
    fiche = replace(ORDINAIRE, competences_aptitudes=texte)

    assert (fiche.competences, fiche.aptitudes) == (competences, aptitudes)


@pytest.mark.rule("D.4-nom-unique")
def test_a_single_name_has_no_dash_nor_none(sheets):
    text = text_of(sheets["pauvre"])

    assert "compétences professionnelles Tsering Projet professionnel en construction" in text
    assert "None" not in text


@pytest.mark.rule("D.4-interdits")
def test_nothing_that_paper_must_not_say_is_in_the_templates(sheets):
    # D.4 and E.5: no permit, exemption, absence, family, health; the words of our own templates, not of the person.
    text = text_of(sheets["pauvre"]).casefold()
    for words in (
        "titre de séjour",
        "exempt",
        "dispens",
        "absen",
        "famil",
        "enfant",
        "santé",
        "né le",
        "née le",
        "naissance",
    ):
        assert words not in text


def test_a_minor_signs_with_the_legal_representative():
    assert "Représentant légal" in text_of(synthese_pdf(replace(ORDINAIRE, mineur=True), AT))
    assert "Représentant légal" not in text_of(synthese_pdf(ORDINAIRE, AT))


def test_texts_longer_than_any_interview_take_more_pages_and_lose_nothing():
    texts = tuple(f"Préconisation {n} : " + "texte à sa longueur maximale. " * 15 + f"fin {n}." for n in range(1, 21))
    pdf = synthese_pdf(replace(RICHE, preconisations=texts), AT)

    assert page_count(pdf) > 2
    assert [n for n in range(1, 21) if f"fin {n}." not in text_of(pdf)] == []
    assert "Freins" not in text_of(pdf, page=1)


def test_names_of_a_hundred_signs_stay_on_the_sheet():
    pdf = synthese_pdf(replace(ORDINAIRE, nom="Ra" + "konarivo" * 12 + "no", prenom="Andria" * 16 + "mana"), AT)

    assert page_count(pdf) == 2
    assert max(word.right for word in words_of(pdf)) <= 210 - 15


def test_hostile_text_stays_text():
    hostile = '<script>alert(1)</script> {{ fiche.nom }} <img src="http://127.0.0.1:9/x"> \u202e =cmd|x \x00'
    fiche = replace(ORDINAIRE, prenom=hostile, projet=hostile, preconisations=(hostile,), competences_aptitudes=hostile)
    text = text_of(synthese_pdf(fiche, AT))

    assert text.count("<script>alert(1)</script>") >= 4
    assert "{{ fiche.nom }}" in text


def test_the_same_sheet_at_the_same_moment_has_the_same_fingerprint(sheet):
    fiche, pdf = sheet
    assert synthese_pdf(fiche, AT) == pdf


def test_the_sheet_is_a_tagged_french_archive_in_marianne_alone(sheet):
    fiche, pdf = sheet
    document = opened(pdf)

    assert document.Root.MarkInfo.Marked
    assert document.Root.Lang == "fr"
    assert document.check_pdf_syntax() == []
    assert str(document.docinfo.Title).endswith(fiche.nom_complet)
    assert {name.split("-")[0] for name in fonts_of(pdf)} == {"Marianne"}
    assert all(fonts_of(pdf).values())
