import logging
from datetime import UTC, datetime, timedelta, timezone

import pikepdf
import pytest

from core import pdf as paper
from core.pdf import Attachment, RenderingError, count_pages, printable, render_pdf, warm_up
from tests.paper import fonts_of, opened, text_of, words_of

NOON = datetime(2010, 5, 12, 12, tzinfo=UTC)
LATIN_NAMES = [
    "Nguyễn Thị Ánh Đặng Phước Lữ",
    "İbrahim Yağmuroğlu Şahin Işık",
    "Łukasz Świętosławski Źdźbło",
    "Ștefan Țârlea Măgureanu Bîrsan",
    "Řehoř Šťastný Dvořák",
    "Ķirsons Ģederts Ņikita Ļubov",
    "Əliyev Çingiz",
    "Ọlúṣọlá Adébáyọ̀ Ṣóyínká",
    "Ħal Għaxaq Żejtun",
    "D’Œuvre-Lefèvre Maÿ Ïo",
]


@pytest.fixture
def pages(settings):
    """Templates of the test's own, by name; a page that is not given is looked for among the application's."""
    sources: dict[str, str] = {}
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    ("django.template.loaders.locmem.Loader", sources),
                    ("django.template.loaders.filesystem.Loader", [settings.BASE_DIR / "templates"]),
                ]
            },
        }
    ]

    def page(body: str, head: str = "") -> str:
        sources["page.html"] = (
            '{% extends "core/pdf/base.html" %}'
            "{% block styles %}" + head + "{% endblock %}{% block contenu %}" + body + "{% endblock %}"
        )
        return "page.html"

    return page


def rendered(template: str, **changes) -> bytes:
    arguments = {"title": "Été à l’œuvre", "author": "Hélène Pâris", "identifier": "fiche-1", "created_at": NOON}
    return render_pdf(template, changes.pop("context", {}), **{**arguments, **changes})


def test_the_same_arguments_give_the_same_bytes(pages):
    template = pages("<h1>Bonjour</h1>")
    piece = Attachment(name="fiche.json", content=b"{}", description="La fiche")

    assert rendered(template, attachments=[piece]) == rendered(template, attachments=[piece])


def test_the_same_moment_in_another_time_zone_gives_the_same_bytes(pages):
    template = pages("<p>Bonjour</p>")
    in_paris = NOON.astimezone(timezone(timedelta(hours=2)))

    assert rendered(template, created_at=in_paris) == rendered(template)


def test_another_identifier_gives_another_file_and_is_not_written_in_it(pages):
    template = pages("<p>Bonjour</p>")
    pdf = rendered(template, identifier="identifiant-interne")

    assert pdf != rendered(template)
    assert b"identifiant-interne" not in pdf


def test_a_document_is_tagged_in_french_and_declares_the_archive_format(pages):
    document = opened(rendered(pages("<h1>Titre</h1><p>Texte</p>")))

    assert document.Root.MarkInfo.Marked
    assert "/StructTreeRoot" in document.Root
    assert document.Root.Lang == "fr"
    assert document.Root.ViewerPreferences.DisplayDocTitle
    with document.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata["dc:title"] == "Été à l’œuvre"
        assert metadata["dc:creator"] == ["Hélène Pâris"]
    assert str(document.docinfo.CreationDate) == str(document.docinfo.ModDate) == "D:20100512120000+00'00"
    assert document.Root.OutputIntents[0].S == pikepdf.Name.GTS_PDFA1
    assert document.check_pdf_syntax() == []


def test_a_moment_without_time_zone_is_refused(pages):
    with pytest.raises(ValueError, match="time zone"):
        rendered(pages(""), created_at=NOON.replace(tzinfo=None))


def test_attachments_travel_inside_with_their_relationship(pages):
    piece = Attachment(name="fiche.json", content=b'{"a": 1}', description="La fiche", relationship="Source")
    document = opened(rendered(pages("<p>x</p>"), attachments=[piece]))

    assert document.attachments["fiche.json"].get_file().read_bytes() == b'{"a": 1}'
    assert document.attachments["fiche.json"].obj.AFRelationship == pikepdf.Name.Source


@pytest.mark.parametrize("name", LATIN_NAMES)
def test_a_name_in_any_latin_script_is_drawn_in_marianne_and_read_back(pages, name, caplog):
    template = pages("<p>{{ nom }}</p><p><b>{{ nom }}</b></p>")
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        pdf = rendered(template, context={"nom": name})

    # A combining accent that has no composed form may be read as a word of its own: letters are compared, not spaces.
    assert "".join(text_of(pdf).split()) == "".join(f"{printable(name)}{printable(name)}".split())
    assert {font.split("-")[0] for font in fonts_of(pdf)} == {"Marianne"}
    assert all(fonts_of(pdf).values())
    assert caplog.records == []


def test_every_weight_of_marianne_is_embedded(pages):
    weights = "".join(f'<p style="font-weight:{weight}">Ça</p>' for weight in (300, 400, 500, 700))
    fonts = fonts_of(rendered(pages(weights + '<p style="font-style:italic">Ça</p>')))

    assert len(fonts) == 5
    assert all(fonts.values())


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x.css",
        "https://exemple.fr/x.css",
        "ftp://exemple.fr/x.css",
        "file:///etc/passwd",
        "data:text/css,body{color:red}",
        "x.css",
        "/etc/x.css",
        "//exemple.fr/x.css",
        "cai:styles/../config/settings/base.py",
        "cai:styles/core/../../pyproject.css",
        "cai:styles/%2e%2e/pyproject.css",
        "cai:styles//etc/x.css",
        "cai:styles/core/pdf/base.html",
        "cai:styles/core/pdf/absente.css",
        "cai:polices/Marianne-Regular.woff",
        "cai:autre/x.css",
        "CAI:styles/core/pdf/base.css",
    ],
)
def test_nothing_but_our_styles_and_fonts_can_be_fetched(pages, url):
    with pytest.raises(RenderingError, match="may not fetch"):
        rendered(pages("<p>x</p>", head=f'<link rel="stylesheet" href="{url}">'))


@pytest.mark.parametrize(
    "body",
    [
        '<img src="file:///etc/passwd" alt="">',
        '<img src="http://127.0.0.1:9/x.png" alt="">',
        '<object data="file:///etc/passwd"></object>',
        '<p style="background: url(file:///etc/passwd)">x</p>',
        '<style>@import "http://127.0.0.1:9/x.css";</style>',
        '<style>@font-face { font-family: X; src: url("file:///etc/passwd"); } p { font-family: X }</style><p>x</p>',
        '<a rel="attachment" href="file:///etc/passwd">x</a>',
    ],
)
def test_no_element_of_a_page_can_reach_a_file_or_the_network(pages, body):
    with pytest.raises(RenderingError, match="may not fetch"):
        rendered(pages(body))


def test_what_a_person_types_stays_text(pages):
    hostile = '<img src="file:///etc/passwd"><link rel=attachment href=file:///etc/passwd> {{ 7|add:7 }} &#8238;x'
    pdf = rendered(pages("<p>{{ nom }}</p>"), context={"nom": hostile})

    assert "{{ 7|add:7 }}" in text_of(pdf)
    assert "<img" in text_of(pdf)
    assert not opened(pdf).attachments


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("e\u0301te\u0301", "été"),
        ("a\x00b\x07c", "abc"),
        ("Paul\u202egnp.exe", "Paulgnp.exe"),
        ("fin\u202f: oui", "fin\u00a0: oui"),
        ("rendez\u2011vous", "rendez-vous"),
        ("\ud800x\ue000\uffff", "x"),
        ("une\nligne\tici", "une\nligne\tici"),
    ],
)
def test_printable_composes_and_drops_what_cannot_be_drawn(typed, printed):
    assert printable(typed) == printed


def test_count_pages_lays_out_without_making_the_file(pages):
    template = pages('<p style="font-size: {{ corps }}pt">{{ texte }}</p>')

    assert count_pages(template, {"corps": 10, "texte": "mot " * 200}) == 1
    assert count_pages(template, {"corps": 40, "texte": "mot " * 200}) > 1


def test_count_pages_fetches_nothing_either(pages):
    with pytest.raises(RenderingError, match="may not fetch"):
        count_pages(pages('<img src="file:///etc/passwd" alt="">'), {})


def test_an_indented_paragraph_breaks_its_lines_like_one_that_is_not(pages):
    phrase = (
        "Bilan réalisé le 12\u00a0mai\u00a02010 (2\u00a0h\u00a050) par Atelier des compétences, avec "
        "Hélène Le Guennec, sur prescription de l’OFII (direction territoriale\u00a0: Lyon)."
    )
    style = ' style="width: 133mm; font-size: 10.5pt"'
    tight = words_of(rendered(pages(f"<p{style}>{phrase}</p>")))

    assert words_of(rendered(pages(f"<p{style}>\n    {phrase}\n    </p>"))) == tight


def test_a_machine_without_pango_is_told_what_to_install(pages, monkeypatch):
    def no_library(name: str) -> None:
        raise OSError(f"cannot load library for {name}")

    template = pages("<p>x</p>")
    paper._engine.cache_clear()
    monkeypatch.setattr(paper.importlib, "import_module", no_library)

    with pytest.raises(RenderingError, match="libpango"):
        rendered(template)


def test_warming_up_leaves_the_engine_loaded():
    paper._engine.cache_clear()
    warm_up()

    assert paper._engine.cache_info().currsize == 1


@pytest.mark.parametrize("counted", ["mot ", "autre "])
def test_counting_first_changes_no_byte_of_what_is_rendered_next(pages, counted):
    template = pages("<p>{{ texte }}</p>")
    alone = rendered(template, context={"texte": "mot " * 200})

    count_pages(template, {"texte": counted * 200}, title="Été à l’œuvre")

    assert rendered(template, context={"texte": "mot " * 200}) == alone
