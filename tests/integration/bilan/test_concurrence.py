"""Two agents at the same moment, on two real connections: one wins, the other is told why."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from agents.models import Agent, DirectionTerritoriale, Lieu, Prestataire
from agents.roles import Role
from bilan import emission, programmation
from bilan.emission import printed
from bilan.models import Bilan, Courrier, RendezVous
from bilan.states import Etat
from core import clock, journal
from core.errors import RuleViolation
from dossiers.services import correct_contrat
from exemptions.services import evaluate_contrat
from tests.factories.agents import make_agent
from tests.factories.cai import fiche_contrat
from tests.factories.conduite import JOUR, make_convoque
from tests.factories.programmation import RIEN_A_DECLARER, proposition
from tests.factories.transitions import lay
from tests.paper import text_of

pytestmark = pytest.mark.django_db(transaction=True)
LE = date(2010, 4, 1)


@pytest.fixture
def make_a_programmer(
    direction: DirectionTerritoriale, lieu: Lieu, prescripteur: Agent, conseiller: Agent
) -> Callable[[], Bilan]:
    def _make() -> Bilan:
        bilan = make_convoque(direction, prescripteur, conseiller)
        bilan.rendez_vous.all().delete()
        return lay(bilan, Etat.A_PROGRAMMER, prestataire=None, conseiller=None, date_fin_conclusion=None)

    return _make


def together(*acts: Callable[[], object]) -> list[str]:
    """Run the acts at the same moment, each on its own connection; the code of each refusal, "" for a success."""
    start = Barrier(len(acts))

    def _run(act: Callable[[], object]) -> str:
        try:
            with clock.travel(LE):
                start.wait(timeout=20)
                act()
        except RuleViolation as refusal:
            return refusal.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(_run, acts))


def convoke(bilan: Bilan, lieu: Lieu, conseiller: Agent, by: Agent, **changes: Any) -> Callable[[], object]:
    planned = proposition(lieu, conseiller, JOUR, **changes)
    return lambda: programmation.convoke(bilan=bilan, proposition=planned, by=by)


def test_two_prescribers_convoke_the_same_person_once(
    make_a_programmer: Callable[[], Bilan],
    lieu: Lieu,
    prestataire: Prestataire,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
) -> None:
    bilan = make_a_programmer()
    colleague, adviser = make_agent(Role.PRESCRIPTEUR, direction), make_agent(Role.CONSEILLER_BILAN, prestataire)
    codes = together(convoke(bilan, lieu, conseiller, prescripteur), convoke(bilan, lieu, adviser, colleague))
    assert sorted(codes) == ["", "transition_impossible"]
    assert RendezVous.objects.count() == 1
    assert Courrier.objects.filter(numero="75-C2010-000001").count() == 1
    assert not Courrier.objects.filter(numero="75-C2010-000002").exists()
    assert journal.verify(bilan.contrat_id) == []


def test_two_people_do_not_get_the_same_hour_of_one_adviser(
    make_a_programmer: Callable[[], Bilan], lieu: Lieu, prescripteur: Agent, conseiller: Agent
) -> None:
    first, second = make_a_programmer(), make_a_programmer()
    codes = together(
        convoke(first, lieu, conseiller, prescripteur),
        convoke(second, lieu, conseiller, prescripteur, debut=clock.at(JOUR, 11)),
    )
    assert sorted(codes) == ["", "conseiller_occupe"]
    assert RendezVous.objects.count() == 1


def test_letters_issued_at_the_same_moment_are_numbered_without_gap(
    make_a_programmer: Callable[[], Bilan], lieu: Lieu, prescripteur: Agent, conseiller: Agent
) -> None:
    bilans = [make_a_programmer() for _ in range(4)]
    hours = [8, 8, 11, 14]  # the second wants the hour of the first
    acts = [
        convoke(bilan, lieu, conseiller, prescripteur, debut=clock.at(JOUR, hour))
        for bilan, hour in zip(bilans, hours, strict=True)
    ]
    assert sorted(together(*acts)) == ["", "", "", "conseiller_occupe"]
    numbers = sorted(RendezVous.objects.values_list("convocation__numero", flat=True))
    assert numbers == ["75-C2010-000001", "75-C2010-000002", "75-C2010-000003"]


def test_assessing_and_convoking_the_same_file_never_wait_for_each_other_for_ever(
    make_a_programmer: Callable[[], Bilan], lieu: Lieu, prescripteur: Agent, conseiller: Agent, agent_ofii: Agent
) -> None:
    bilan = make_a_programmer()

    def _assess() -> None:
        evaluate_contrat(contrat=bilan.contrat, declarations=RIEN_A_DECLARER, date_reference=JOUR, by=agent_ofii)

    assert together(convoke(bilan, lieu, conseiller, prescripteur), *[_assess] * 3) == [""] * 4
    assert journal.verify(bilan.contrat_id) == []


def test_a_convocation_that_waited_for_a_correction_sees_the_corrected_contract(
    make_a_programmer: Callable[[], Bilan], lieu: Lieu, prescripteur: Agent, conseiller: Agent
) -> None:
    bilan = make_a_programmer()
    last_day = convoke(bilan, lieu, conseiller, prescripteur, debut=clock.at(date(2011, 3, 15), 9))
    with ThreadPoolExecutor(1) as threads:
        with clock.travel(LE), transaction.atomic():
            correct_contrat(
                contrat=bilan.contrat, fiche=fiche_contrat(date_signature=date(2010, 3, 1)), by=prescripteur
            )
            waiting = threads.submit(together, last_day)
            _wait_until_somebody_waits_for_us()
        assert waiting.result(timeout=20) == ["rendez_vous_apres_echeance"]


def _wait_until_somebody_waits_for_us() -> None:
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    pytest.fail("Nobody waits for this transaction.")


# --- paper -----------------------------------------------------------------------------------------


def test_a_letter_is_laid_out_while_nothing_is_locked(
    make_a_programmer: Callable[[], Bilan],
    lieu: Lieu,
    prescripteur: Agent,
    conseiller: Agent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside: list[bool] = []

    def _lay_out(*args: Any) -> bytes:
        inside.append(connection.in_atomic_block)
        return printed(*args)

    monkeypatch.setattr(emission, "printed", _lay_out)
    with clock.travel(LE):
        convoke(make_a_programmer(), lieu, conseiller, prescripteur)()
    assert inside == [False]


def test_a_letter_whose_number_was_taken_meanwhile_bears_the_next_one(
    make_a_programmer: Callable[[], Bilan],
    lieu: Lieu,
    prescripteur: Agent,
    conseiller: Agent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = make_a_programmer(), make_a_programmer()
    quicker = [convoke(second, lieu, conseiller, prescripteur, debut=clock.at(JOUR, 14))]

    def _lay_out(*args: Any) -> bytes:
        if quicker:
            quicker.pop()()
        return printed(*args)

    monkeypatch.setattr(emission, "printed", _lay_out)
    with clock.travel(LE):
        convoke(first, lieu, conseiller, prescripteur)()
    for bilan, numero in ((second, "75-C2010-000001"), (first, "75-C2010-000002")):
        letter = RendezVous.objects.get(bilan=bilan).convocation
        assert letter.numero == numero
        assert numero in text_of(bytes(letter.pdf))
