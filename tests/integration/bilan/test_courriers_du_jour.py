"""The page of a day's letters, the progress of its file, and the calendars."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from bilan import programmation, tirages
from bilan.models import Bilan, Courrier, TirageCourriers
from core import clock
from tests.factories.transitions import Monde

pytestmark = pytest.mark.django_db
LE = clock.at(date(2010, 5, 9), 10)
JOUR_URL = reverse("bilan:letters_of_day")


@pytest.fixture
def convoque(monde: Monde) -> Bilan:
    bilan = monde.convoque()
    with clock.travel(LE):
        programmation.postpone(bilan=bilan, motif="decision_office", by=monde.prescripteur)
    return bilan


def test_a_day_is_printed_from_its_page_and_the_file_is_waited_for(
    monde: Monde, convoque: Bilan, connect: Callable[[Agent], Client]
) -> None:
    browser = connect(monde.prescripteur)
    with clock.travel(LE):
        page = browser.get(JOUR_URL).content.decode()
        assert "1 courrier émis" in " ".join(page.split())
        assert Courrier.objects.get(genre="report").numero in page
        waiting = browser.post(JOUR_URL, {"presentation": ["recto_verso"]}, follow=True)
        run = TirageCourriers.objects.get()
        assert run.recto_verso
        assert waiting.redirect_chain[-1][0] == reverse("bilan:view_print_run", args=[run.pk])
        assert "Actualiser" in waiting.content.decode()
        assert 'hx-trigger="every 2s"' in waiting.content.decode()
        tirages.work(run.pk)
        part = browser.get(reverse("bilan:view_print_run", args=[run.pk]), headers={"HX-Request": "true"})
        assert "<html" not in part.content.decode()
        assert "Le fichier est prêt" in part.content.decode()
        assert "hx-trigger" not in part.content.decode()
        file = reverse("bilan:open_print_run", args=[run.pk])
        assert browser.get(file).status_code == 409  # nothing is printed in secret
        opened = browser.post(file, follow=True)
        assert opened["Content-Type"] == "application/pdf"
        assert opened["Cache-Control"] == "no-store, private"
        refused = browser.post(JOUR_URL, {})
        browser.post(JOUR_URL, {"tout": "1"})
    assert "Aucun courrier de ce jour ne reste à imprimer." in refused.content.decode()
    assert TirageCourriers.objects.count() == 2


@pytest.mark.rule("C.9-prefet-notifie", "D.2-5")
@pytest.mark.parametrize(
    ("genre", "said"),
    [("intention_resiliation", "Pour le préfet"), ("convocation", "Ne vaut plus"), ("report", "À imprimer")],
)
def test_the_page_says_what_becomes_of_each_letter(
    monde: Monde, convoque: Bilan, connect: Callable[[Agent], Client], genre: str, said: str
) -> None:
    letter = Courrier.objects.get(genre="report")
    Courrier.objects.filter(pk=letter.pk).update(genre=genre)
    if genre == "convocation":
        convoque.rendez_vous.update(convocation=letter)
    with clock.travel(LE):
        page = connect(monde.prescripteur).get(JOUR_URL).content.decode()
    assert said in page
    assert ("Préparer le fichier" in page) == (genre == "report")


def test_another_day_is_asked_for_in_the_address(
    monde: Monde, convoque: Bilan, connect: Callable[[Agent], Client]
) -> None:
    browser = connect(monde.prescripteur)
    with clock.travel(date(2010, 5, 20)):
        assert "Lettre de report" in browser.get(f"{JOUR_URL}?jour=09/05/2010").content.decode()
        assert "Aucun courrier émis ce jour" in browser.get(f"{JOUR_URL}?jour=2010-05-08").content.decode()
        assert browser.get(f"{JOUR_URL}?jour=2010-05-21").status_code == 422


def test_calendars_name_nobody(monde: Monde, connect: Callable[[Agent], Client]) -> None:
    rendez_vous = monde.convoque().rendez_vous.get()
    for agent, url in (
        (monde.prescripteur, reverse("bilan:appointment_calendar", args=[rendez_vous.pk])),
        (monde.conseiller, reverse("bilan:my_calendar")),
    ):
        with clock.travel(LE):
            answer = connect(agent).get(url)
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert "Diallo" not in answer.content.decode() + answer["Content-Disposition"]
        assert str(rendez_vous.pk) in answer.content.decode()
