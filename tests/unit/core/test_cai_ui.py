"""Dates, durations and components as they read on the page."""

from collections.abc import Iterator
from datetime import date, datetime, time

import pytest
from django.template import Context, Template
from django.utils.html import strip_tags

from core import clock, french

TODAY = date(2011, 3, 3)


@pytest.fixture(autouse=True)
def on_a_thursday() -> Iterator[None]:
    with clock.travel(TODAY):
        yield


def render(source: str, **context: object) -> str:
    return Template("{% load cai_ui %}" + source).render(Context(context))


def read(source: str, **context: object) -> str:
    return " ".join(strip_tags(render(source, **context)).replace("\u00a0", " ").replace("&nbsp;", " ").split())


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2011, 3, 15), "mardi 15\u00a0mars\u00a02011"),
        (date(2011, 8, 1), "lundi 1er\u00a0août\u00a02011"),
        (datetime(2010, 12, 31, 23, 30, tzinfo=clock.PARIS), "vendredi 31\u00a0décembre\u00a02010"),
        (None, ""),
    ],
)
def test_a_date_in_words(day: date | None, words: str):
    assert french.date_longue(day) == words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2011, 3, 3), "aujourd’hui"),
        (date(2011, 3, 4), "demain"),
        (date(2011, 3, 2), "hier"),
        (date(2011, 3, 5), "dans 2 jours"),
        (date(2011, 2, 28), "il y a 3 jours"),
        (date(2011, 6, 1), "dans 90 jours"),
        (date(2011, 6, 2), "dans 2 mois"),
        (date(2011, 6, 3), "dans 3 mois"),
        (date(2012, 3, 2), "dans 11 mois"),
        (date(2012, 3, 3), "dans 12 mois"),
        (date(2013, 3, 2), "dans 23 mois"),
        (date(2013, 3, 3), "dans 2 ans"),
        (date(2008, 12, 1), "il y a 2 ans"),
        (date(1980, 3, 3), "il y a 31 ans"),
        (None, ""),
    ],
)
def test_how_far_a_day_is(day: date | None, words: str):
    assert french.distance(day).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (45, "45 min"), (60, "1 h"), (90, "1 h 30"), (125, "2 h 05"), (180, "3 h"), (None, "")],
)
def test_a_duration(minutes: int | None, words: str):
    assert french.duree(minutes).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (time(14, 30), "14 h 30"),
        (time(9), "9 h"),
        (datetime(2011, 7, 1, 9, 5, tzinfo=clock.PARIS), "9 h 05"),
        (datetime.fromisoformat("2011-07-01T12:00:00+00:00"), "14 h"),
        (None, ""),
    ],
)
def test_a_time_of_day_is_that_of_paris(moment: time | datetime | None, words: str):
    assert french.heure(moment).replace("\u00a0", " ") == words


def test_small_writings():
    assert french.mois("2008-09") == "septembre\u00a02008"
    assert french.mois(None) == ""
    assert french.nombre(1250) == "1\u202f250"
    assert french.nombre(None) == ""
    assert french.date_courte(TODAY) == "03/03/2011"
    assert french.date_courte(None) == ""


def test_a_deadline_is_said_twice():
    assert read("{{ d|echeance }}", d=date(2011, 3, 15)) == "dans 12 jours, le mardi 15 mars 2011"


@pytest.mark.parametrize(("day", "late"), [(date(2011, 3, 2), True), (date(2011, 3, 3), False)])
def test_a_deadline_is_late_the_day_after(day: date, late: bool):
    assert ("En retard" in read("{{ d|echeance }}", d=day)) is late


def test_no_deadline_no_words():
    assert read("{{ d|echeance }}", d=None) == ""


def test_the_next_act_is_one_button_or_what_is_waited_for():
    button = render('{% acte_suivant "Convoquer" bouton="Convoquer au bilan" url="/x/" %}')
    assert button.count("fr-btn") == 1
    waiting = render('{% acte_suivant "Attendre" phrase="Il manque une pièce." lien="La vérifier" lien_url="/p/" %}')
    assert "fr-btn" not in waiting
    assert 'href="/p/"' in waiting


def test_an_unknown_fact_says_so():
    assert read("{% faits f %}", f=[("Téléphone", None), ("Enfants", 0)]) == "Téléphone Non renseigné Enfants 0"


def test_the_step_of_the_day_is_marked_in_words_and_for_screen_readers():
    html = render("{% etapes e %}", e=[{"label": "Contrat", "etat": "fait"}, {"label": "Bilan", "etat": "present"}])
    assert html.count('aria-current="step"') == 1
    assert "En cours" in html


@pytest.mark.parametrize(
    ("used", "words"),
    [(0, "0 min sur 3 h, il reste 3 h."), (180, "3 h sur 3 h, il reste 0 min."), (200, "dépassé de 20 min.")],
)
def test_the_gauge_says_what_is_left_or_exceeded(used: int, words: str):
    assert words in read("{% jauge used 180 %}", used=used)


def test_the_breadcrumb_goes_from_home_to_here():
    assert read('{% fil "Ici" "Près" "/p/" "Loin" "/l/" %}').endswith("Accueil Loin Près Ici")


def test_a_page_that_does_not_exist_has_no_link():
    assert "Précédents" not in render('{% pagination suivants="?apres=x" %}')
    assert render("{% pagination %}").strip() == ""


def test_only_counts_above_zero_are_urgent():
    tuiles = [{"nombre": 0, "label": "a", "url": "#", "urgent": True}]
    assert "Urgent" not in read("{% tuiles t %}", t=tuiles)


@pytest.mark.parametrize(
    "source",
    [
        "{% badge x %}",
        "{% identite x x faits=l situation=x %}",
        "{% faits f %}",
        "{% vide x phrase=x %}",
        "{% panneau x %}{{ x }}{% endpanneau %}",
        "{% tableau x %}{{ x }}{% endtableau %}",
        "{% fil x %}",
        "{% acte_suivant x phrase=x %}",
        "{% chronologie c %}",
    ],
)
def test_every_component_shows_what_it_is_given_inert(source: str):
    evil = "<script>alert(1)</script>"
    html = render(source, x=evil, l=[evil], f=[(evil, evil)], c=[{"at": clock.now(), "titre": evil, "detail": evil}])
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_every_cell_of_a_table_carries_the_heading_and_the_role_it_needs_as_a_card():
    html = render(
        '{% tableau "Séances" %}<thead><tr><th scope="col">Le jour &amp; l’heure</th><th scope="col">À\nfaire</th></tr>'
        "</thead><tbody>{% for x in l %}<tr><td>{{ x }}</td><td class=numero>2</td></tr>{% endfor %}</tbody>"
        "{% endtableau %}",
        l=["<td>un", "deux"],
    )

    assert html.count('<td role="cell" data-label="Le jour &amp; l’heure">') == 2
    assert html.count('<td role="cell" data-label="À\nfaire" class=numero>2') == 2
    assert html.count('<tr role="row">') == 3
    assert html.count('<th role="columnheader" scope="col">') == 2
    assert html.count('role="rowgroup"') == 2
    assert '<table role="table">' in html
    assert "&lt;td&gt;un" in html


@pytest.mark.parametrize(
    ("word", "with_de"),
    [("Fatou", "de Fatou"), ("Aya", "d’Aya"), ("Élif Kaya", "d’Élif Kaya"), ("ouvrir", "d’ouvrir"),
     ("Yvonne", "d’Yvonne"), ("Yannick", "de Yannick"), ("Hassan", "de Hassan"), ("Œdipe", "d’Œdipe"), ("", "de ")],
)  # fmt: skip
def test_de_loses_its_vowel_before_another(word: str, with_de: str):
    assert french.de(word) == with_de
    assert read("{{ word|de }}", word=word) == with_de.strip()


def test_a_date_in_a_sentence_never_breaks_either():
    assert french.insecable("né le 1er mai 2011 à 3 mars") == "né le 1er\u00a0mai\u00a02011 à 3 mars"


def test_a_reference_to_the_law_never_breaks_at_the_end_of_a_line():
    written = "CESEDA, art. R. 311-26 I a, carte L. 313-11 ou L. 314-8 du 01-02"

    told = french.insecable(written)

    assert told == "CESEDA, art.\u00a0R.\u00a0311\u201126 I a, carte L.\u00a0313\u201111 ou L.\u00a0314\u20118 du 01-02"
    assert french.insecable(told) == told
    assert "L.\u00a0313\u201111" in render("{{ x|insecable }}", x="<b>L. 313-11")
    assert "&lt;b&gt;" in render("{{ x|insecable }}", x="<b>L. 313-11")
