"""Letters that leave with an act: read before, issued once in its transaction, and nothing when it is refused."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from bilan import emission, programmation
from bilan.models import Bilan, Courrier
from bilan.states import Etat
from core import clock
from core.errors import RuleViolation
from core.models import Compteur, Evenement
from core.pdf import RenderingError
from tests.factories.conduite import JOUR
from tests.factories.transitions import APRES_MIDI, Monde, fresh
from tests.paper import text_of

pytestmark = pytest.mark.django_db
LA_VEILLE = clock.at(date(2010, 5, 9), 10)
AGEE = date(1950, 1, 1)


def act_url(bilan: Bilan, name: str) -> str:
    return reverse("bilan:act", args=[bilan.pk, name])


def preview_url(bilan: Bilan, name: str) -> str:
    return reverse("bilan:preview_act_letter", args=[bilan.pk, name])


def letter(genre: Courrier.Genre) -> Courrier:
    return Courrier.objects.get(genre=genre)


def postpone(monde: Monde, bilan: Bilan) -> None:
    with clock.travel(LA_VEILLE):
        programmation.postpone(bilan=bilan, motif="decision_office", by=monde.prescripteur)


def record_absence(monde: Monde, bilan: Bilan) -> None:
    with clock.travel(APRES_MIDI):
        programmation.record_absence(bilan=bilan, by=monde.conseiller)


@pytest.mark.rule("D.2-6-lettre")
@pytest.mark.parametrize(
    ("act", "genre", "numero"),
    [(postpone, Courrier.Genre.REPORT, "75-R2010-000001"), (record_absence, Courrier.Genre.ABSENCE, "75-A2010-000001")],
)
def test_an_act_issues_its_letter_in_its_own_transaction(
    monde: Monde, act: Callable[[Monde, Bilan], None], genre: Courrier.Genre, numero: str
) -> None:
    bilan = monde.convoque()
    act(monde, bilan)
    assert letter(genre).numero == numero
    assert Evenement.objects.get(nom="courrier.emis").faits["numero"] == numero
    assert numero in text_of(bytes(letter(genre).pdf))
    with pytest.raises(RuleViolation):
        act(monde, bilan)
    assert letter(genre).numero == numero


@pytest.mark.rule("D.2-6-lettre")
def test_the_absence_that_the_adviser_records_is_signed_by_the_prescriber_in_charge(monde: Monde) -> None:
    bilan = monde.convoque()
    record_absence(monde, bilan)
    text = text_of(bytes(letter(Courrier.Genre.ABSENCE).pdf))
    assert str(monde.prescripteur) in text
    assert str(monde.conseiller) not in text
    assert "jusqu’au mardi 25 mai 2010 inclus" in text


@pytest.mark.rule("D.2-1")
def test_an_exemption_tells_its_ground_and_the_appointment_it_cancels(monde: Monde) -> None:
    bilan = monde.convoque(date_naissance=AGEE)
    with clock.travel(LA_VEILLE):
        monde.evaluate(bilan, JOUR)
        programmation.record_exemption(bilan=bilan, by=monde.prescripteur)
    text = text_of(bytes(letter(Courrier.Genre.EXEMPTION).pdf))
    assert "plus de 55 ans" in text
    assert "10 mai 2010 à 9 h 30 est annulé" in text


def test_a_layout_that_fails_leaves_nothing_behind(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    bilan = monde.convoque()
    before = Courrier.objects.count()

    def _fail(*_: Any) -> bytes:
        raise RenderingError("no type")

    monkeypatch.setattr(emission, "printed", _fail)
    with pytest.raises(RenderingError):
        postpone(monde, bilan)
    assert fresh(bilan).etat == Etat.CONVOQUE
    assert Courrier.objects.count() == before
    assert not Compteur.objects.exists()
    assert not Evenement.objects.exists()


def test_a_letter_is_read_before_the_act_and_nothing_is_stored(
    monde: Monde, connect: Callable[[Agent], Client]
) -> None:
    bilan = monde.convoque()
    before = Courrier.objects.count()
    browser = connect(monde.prescripteur)
    with clock.travel(LA_VEILLE):
        page = browser.get(act_url(bilan, "reporter")).content.decode()
        answer = browser.post(preview_url(bilan, "reporter"), {"motif": "demande_signataire"})
    assert preview_url(bilan, "reporter") in page
    assert answer["Content-Type"] == "application/pdf"
    assert "Projet, sans numéro" in text_of(answer.content)
    assert "Vous avez demandé à changer de date" in text_of(answer.content)
    assert Courrier.objects.count() == before
    assert not Compteur.objects.exists()
    assert fresh(bilan).etat == Etat.CONVOQUE


def test_a_letter_cannot_be_read_before_its_question_is_answered(
    monde: Monde, connect: Callable[[Agent], Client]
) -> None:
    bilan = monde.convoque()
    with clock.travel(LA_VEILLE):
        answer = connect(monde.prescripteur).post(preview_url(bilan, "reporter"), {})
    assert answer.status_code == 422
    assert f'action="{act_url(bilan, "reporter")}"' in answer.content.decode()


def test_the_adviser_is_told_of_the_letter_but_does_not_read_the_address(
    monde: Monde, connect: Callable[[Agent], Client]
) -> None:
    bilan = monde.convoque()
    browser = connect(monde.conseiller)
    with clock.travel(APRES_MIDI):
        page = browser.get(act_url(bilan, "constater_absence")).content.decode()
        answer = browser.post(preview_url(bilan, "constater_absence"))
    assert "une lettre numérotée" in page
    assert preview_url(bilan, "constater_absence") not in page
    assert answer.status_code == 403
