"""The letters of a day as one file: what is taken, once, in order, by whichever worker is alive."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pikepdf
import pytest
from django.utils import timezone

from agents.models import Agent, DirectionTerritoriale
from bilan import tirages
from bilan.models import Courrier, TirageCourriers
from core import clock
from core.errors import Forbidden, RuleViolation
from core.models import JournalAcces
from tests.factories.conduite import make_contrat
from tests.factories.transitions import Monde
from tests.paper import page_count

pytestmark = pytest.mark.django_db
JOUR = date(2010, 5, 10)
MIDI = clock.at(JOUR, 12)
Etat = TirageCourriers.Etat


def sheet(pages: int, width: int = 595) -> bytes:
    made, out = pikepdf.Pdf.new(), BytesIO()
    for _ in range(pages):
        made.add_blank_page(page_size=(width, 842))
    made.save(out)
    return out.getvalue()


@pytest.fixture
def issue(direction: DirectionTerritoriale, prescripteur: Agent) -> Callable[..., Courrier]:
    """A letter of ``pages`` pages, of a width of its own, by which it is known again in the file."""
    contrat = make_contrat(direction)

    def _issue(rang: int, *, pages: int = 1, jour: date = JOUR) -> Courrier:
        pdf = sheet(pages, width=500 + rang)
        return Courrier.objects.create(
            contrat=contrat, direction=direction, genre=Courrier.Genre.REPORT, numero=f"75-R2010-{rang:06d}", pdf=pdf,
            pdf_sha256=hashlib.sha256(pdf).hexdigest(), emis_at=clock.at(jour, 9), emis_par=prescripteur,
        )  # fmt: skip

    return _issue


@pytest.fixture
def ask(direction: DirectionTerritoriale, prescripteur: Agent) -> Callable[..., TirageCourriers]:
    def _ask(**options: bool) -> TirageCourriers:
        with clock.travel(MIDI):
            return tirages.request_print(direction=direction, jour=JOUR, **options, by=prescripteur)

    return _ask


def worked(tirage: TirageCourriers) -> TirageCourriers:
    with clock.travel(MIDI):
        tirages.work(tirage.pk)
    return TirageCourriers.objects.get(pk=tirage.pk)


def widths(pdf: bytes) -> list[int]:
    with pikepdf.open(BytesIO(pdf)) as made:
        return [int(page.mediabox[2]) - 500 for page in made.pages]


def printed(tirage: TirageCourriers, by: Agent) -> bytes:
    with clock.travel(MIDI):
        tirages.mark_opened(tirage=tirage, by=by)
        return tirages.read_file(tirage=tirage, by=by)


def test_a_run_holds_the_letters_of_its_day_by_number(
    issue: Callable[..., Courrier], ask: Callable[..., TirageCourriers], prescripteur: Agent
) -> None:
    for rang in (3, 1, 2):
        issue(rang)
    issue(4, jour=JOUR - timedelta(days=1))
    tirage = worked(ask())
    assert (tirage.etat, tirage.fait, tirage.total) == (Etat.PRET, 3, 3)
    assert widths(printed(tirage, prescripteur)) == [1, 2, 3]
    access = JournalAcces.objects.get(action="imprimer_tirage")
    assert (access.objet_id, access.agent) == (str(tirage.pk), prescripteur)


@pytest.mark.rule("C.9-prefet-notifie", "D.2-5")
def test_a_run_holds_neither_what_the_prefet_notifies_nor_a_void_summons(
    monde: Monde, issue: Callable[..., Courrier], ask: Callable[..., TirageCourriers], prescripteur: Agent
) -> None:
    genres = Courrier.Genre
    kinds = (genres.INTENTION_RESILIATION, genres.TRANSMISSION_PREFET, *[genres.CONVOCATION] * 3, genres.REPORT)
    letters = [issue(rang) for rang in range(1, 7)]
    for letter, genre in zip(letters, kinds, strict=True):
        Courrier.objects.filter(pk=letter.pk).update(genre=genre)
    for letter, statut in zip(letters[2:5], ("reporte", "annule", "prevu"), strict=True):
        monde.convoque().rendez_vous.update(convocation=letter, statut=statut)
    assert widths(printed(worked(ask()), prescripteur)) == [5, 6]
    assert widths(printed(worked(ask(tout=True)), prescripteur)) == [5, 6]


def test_on_two_sides_each_letter_begins_a_sheet(issue: Callable[..., Courrier]) -> None:
    kept = [bytes(issue(1).pdf), bytes(issue(2, pages=2).pdf), bytes(issue(3).pdf)]
    assert widths(tirages.merge(kept, recto_verso=True)) == [1, 1, 2, 2, 3, 3]
    assert page_count(tirages.merge(kept, recto_verso=False)) == 4


def test_a_second_run_prints_only_what_is_new_or_all_again(
    issue: Callable[..., Courrier], ask: Callable[..., TirageCourriers], prescripteur: Agent
) -> None:
    issue(1)
    printed(worked(ask()), prescripteur)
    with pytest.raises(RuleViolation) as refused:
        ask()
    assert refused.value.code == "rien_a_imprimer"
    issue(2)
    assert widths(printed(worked(ask()), prescripteur)) == [2]
    assert widths(printed(worked(ask(tout=True)), prescripteur)) == [1, 2]


def test_the_same_request_twice_makes_one_run(
    issue: Callable[..., Courrier], ask: Callable[..., TirageCourriers]
) -> None:
    issue(1)
    ask(tout=True)
    with pytest.raises(RuleViolation) as refused:
        ask(tout=True)
    assert refused.value.code == "tirage_en_cours"


def test_work_done_twice_changes_nothing_more(
    issue: Callable[..., Courrier], ask: Callable[..., TirageCourriers]
) -> None:
    issue(1)
    first = worked(ask())
    again = worked(first)
    assert (again.essais, again.pret_at, again.updated_at) == (1, first.pret_at, first.updated_at)


def test_a_worker_that_vanished_is_replaced_and_writes_nothing_more(
    issue: Callable[..., Courrier], ask: Callable[..., TirageCourriers]
) -> None:
    issue(1)
    tirage = ask()
    gone = tirages._take(tirage.pk)
    tirages.sweep()  # it gave a sign a moment ago
    assert TirageCourriers.objects.get().etat == Etat.EN_COURS
    TirageCourriers.objects.update(pris_at=timezone.now() - timedelta(minutes=2))
    with clock.travel(MIDI):
        tirages.sweep()
    assert TirageCourriers.objects.get().etat == Etat.PRET
    assert not tirages._mine(tirage.pk, gone).exists()


def test_a_run_that_fails_again_and_again_is_given_up(
    issue: Callable[..., Courrier], ask: Callable[..., TirageCourriers], direction: DirectionTerritoriale
) -> None:
    issue(1)
    tirage = ask()
    TirageCourriers.objects.update(etat=Etat.EN_COURS, essais=3, pris_at=timezone.now() - timedelta(minutes=2))
    assert worked(tirage).etat == Etat.ECHEC
    assert tirages.to_print(direction, JOUR).count() == 1


def test_a_letter_that_is_no_longer_the_one_issued_is_not_printed(
    issue: Callable[..., Courrier], ask: Callable[..., TirageCourriers]
) -> None:
    letter = issue(1)
    Courrier.objects.filter(pk=letter.pk).update(pdf_sha256="0" * 64)
    tirage = worked(ask())
    assert tirage.etat == Etat.ECHEC
    assert letter.numero in tirage.raison


def test_the_file_is_destroyed_the_next_day_and_what_nobody_opened_is_to_print_again(
    issue: Callable[..., Courrier], ask: Callable[..., TirageCourriers], direction: DirectionTerritoriale,
    prescripteur: Agent,
) -> None:  # fmt: skip
    issue(1)
    tirage = worked(ask())
    assert not tirages.to_print(direction, JOUR).exists()
    with clock.travel(clock.at(JOUR, 23, 59)):
        tirages.sweep()
    assert TirageCourriers.objects.get().pdf
    with clock.travel(clock.at(JOUR + timedelta(days=1))):
        tirages.sweep()
    assert (TirageCourriers.objects.get().etat, TirageCourriers.objects.get().pdf) == (Etat.DETRUIT, None)
    assert tirages.to_print(direction, JOUR).count() == 1
    with pytest.raises(RuleViolation):
        printed(tirage, prescripteur)


def test_only_the_direction_prints_its_letters(
    issue: Callable[..., Courrier], direction: DirectionTerritoriale, conseiller: Agent, agent_ailleurs: Agent
) -> None:
    issue(1)
    for stranger in (conseiller, agent_ailleurs):
        with pytest.raises(Forbidden):
            tirages.request_print(direction=direction, jour=JOUR, by=stranger)
