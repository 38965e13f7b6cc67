"""The week of a prestataire, and entrusting an appointment to a colleague."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agents.authentication import create_token
from agents.models import Agent, Prestataire
from agents.roles import Role
from bilan.models import Bilan, RendezVous
from bilan.states import Etat
from core import clock
from core.french import date_sans_jour
from core.models import Evenement, JournalAcces
from tests.factories.agents import add_role, make_agent
from tests.factories.conduite import JOUR, advance, make_convoque
from tests.factories.transitions import Monde, fresh

pytestmark = pytest.mark.django_db
Connect = Callable[[Agent], Client]
LE_MATIN = clock.at(JOUR, 8)


def entrust_url(bilan: Bilan) -> str:
    return reverse("bilan:assign_adviser", args=[bilan.rendez_vous.get().pk])


def week(browser: Client, day: str = "") -> str:
    with clock.travel(LE_MATIN):
        answer = browser.get(reverse("bilan:planning"), {"semaine": day} if day else {})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_week_shows_appointments_by_number_and_language_without_a_name(
    monde: Monde, responsable: Agent, connect: Connect
) -> None:
    bilan = monde.convoque()
    page = week(connect(responsable))
    assert f"Semaine du {date_sans_jour(JOUR)} au {date_sans_jour(date(2010, 5, 16))}" in page
    assert bilan.contrat.numero_cai in page
    assert "bambara" in page
    assert bilan.contrat.signataire.nom not in page
    assert "1 rendez-vous, 3" in page


@pytest.mark.parametrize(
    ("day", "shown"), [("2010-05-09", False), ("2010-05-10", True), ("2010-05-16", True), ("2010-05-17", False)]
)
def test_a_week_goes_from_monday_to_sunday(
    monde: Monde, responsable: Agent, connect: Connect, day: str, shown: bool
) -> None:
    bilan = monde.convoque()
    assert (bilan.contrat.numero_cai in week(connect(responsable), day)) is shown


def test_an_appointment_called_off_leaves_the_week_and_stays_in_the_month(
    monde: Monde, responsable: Agent, connect: Connect
) -> None:
    bilan = monde.convoque()
    RendezVous.objects.update(statut="reporte")
    page = week(connect(responsable))
    assert bilan.contrat.numero_cai not in page
    assert "Aucun rendez-vous cette semaine" in page


def test_the_planning_says_what_it_is_for(monde: Monde, responsable: Agent, connect: Connect) -> None:
    assert "Si un conseiller est empêché, confiez à un autre" in week(connect(responsable))


def test_an_empty_week_leads_to_the_next_appointment(monde: Monde, responsable: Agent, connect: Connect) -> None:
    monde.convoque(jour=JOUR + timedelta(days=21))
    assert 'href="?semaine=2010-05-31"' in week(connect(responsable))
    assert "Prochain rendez-vous" not in week(connect(responsable), "2010-06-07")


def test_another_house_is_not_in_the_week(monde: Monde, autre_prestataire: Prestataire, connect: Connect) -> None:
    bilan = monde.convoque()
    stranger = make_agent(Role.RESPONSABLE_PRESTATAIRE, autre_prestataire)
    assert bilan.contrat.numero_cai not in week(connect(stranger))
    assert connect(stranger).get(entrust_url(bilan)).status_code == 404
    assert JournalAcces.objects.get(agent=stranger, resultat="refuse").action == "bilan:assign_adviser"


@pytest.mark.parametrize("day", ["hier", "2010-02-31", "0001-01-01", "9999-12-31"])
def test_a_day_that_does_not_exist_is_not_found(responsable: Agent, connect: Connect, day: str) -> None:
    assert connect(responsable).get(reverse("bilan:planning"), {"semaine": day}).status_code == 404


def test_the_week_costs_the_same_whatever_it_holds(
    monde: Monde, responsable: Agent, connect: Connect, django_assert_max_num_queries: Callable
) -> None:
    browser = connect(responsable)
    for hour in range(5):
        bilan = make_convoque(monde.direction, monde.prescripteur, monde.conseiller, jour=JOUR + timedelta(days=hour))
        assert bilan
    week(browser)
    with clock.travel(LE_MATIN), django_assert_max_num_queries(6):
        browser.get(reverse("bilan:planning"))


@pytest.mark.parametrize("role", ["agent_ofii", "prescripteur", "directeur", "conseiller", "administrateur"])
def test_the_week_is_for_those_who_answer_for_the_house(
    role: str, prestataire: Prestataire, connect: Connect, request: pytest.FixtureRequest
) -> None:
    agent = request.getfixturevalue(role)
    assert connect(agent).get(reverse("bilan:planning")).status_code == 403
    assert JournalAcces.objects.get(agent=agent).motif == "droit_voir_planning"


def test_an_appointment_is_entrusted_to_a_colleague(monde: Monde, responsable: Agent, connect: Connect) -> None:
    bilan = monde.convoque()
    browser = connect(responsable)
    with clock.travel(LE_MATIN):
        asked = browser.get(entrust_url(bilan))
        assert [str(label) for _, label in asked.context["form"].fields["conseiller"].choices] == [
            str(monde.autre_conseiller)
        ]
        done = browser.post(entrust_url(bilan), {"conseiller": str(monde.autre_conseiller.pk)})
    assert (done.status_code, done.url) == (302, reverse("bilan:planning") + "?semaine=2010-05-10")
    assert fresh(bilan).conseiller == monde.autre_conseiller
    assert connect(monde.conseiller).get(reverse("bilan:voir_bilan", args=[bilan.pk])).status_code == 404
    assert Evenement.objects.get(nom="bilan.affecter_conseiller").par == responsable


@pytest.mark.rule("E.3-conseiller")
def test_a_bilan_whose_adviser_left_is_entrusted_from_the_day_it_was_held(
    monde: Monde, responsable: Agent, connect: Connect
) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_REDIGEE)
    browser = connect(responsable)
    with clock.travel(date(2010, 5, 20)):
        assert entrust_url(bilan) in week(browser)
        assert "déjà écrites" in browser.get(entrust_url(bilan)).content.decode()
        browser.post(entrust_url(bilan), {"conseiller": str(monde.autre_conseiller.pk)})
    assert fresh(bilan).conseiller == monde.autre_conseiller


@pytest.mark.parametrize("choice", ["", "moi", "present"])
def test_a_wrong_choice_is_told_at_its_field(monde: Monde, responsable: Agent, connect: Connect, choice: str) -> None:
    bilan = monde.convoque()
    chosen = str(monde.conseiller.pk) if choice == "present" else choice
    with clock.travel(LE_MATIN):
        answer = connect(responsable).post(entrust_url(bilan), {"conseiller": chosen})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["conseiller"])
    assert fresh(bilan).conseiller == monde.conseiller


def test_whoever_is_taken_at_that_hour_is_named_and_not_offered(
    monde: Monde, responsable: Agent, connect: Connect
) -> None:
    bilan = monde.convoque()
    make_convoque(monde.direction, monde.prescripteur, monde.autre_conseiller)
    with clock.travel(LE_MATIN):
        page = connect(responsable).get(entrust_url(bilan)).content.decode()
    assert "Aucun autre conseiller n’est libre à cette heure" in page


@pytest.mark.parametrize("late", [clock.at(JOUR, 9, 30), clock.at(date(2010, 6, 1))])
def test_an_appointment_whose_hour_has_come_stays_with_its_adviser(
    monde: Monde, responsable: Agent, connect: Connect, late: object
) -> None:
    bilan = monde.convoque()
    with clock.travel(late):
        answer = connect(responsable).post(entrust_url(bilan), {"conseiller": str(monde.autre_conseiller.pk)})
    assert answer.status_code == 302
    assert fresh(bilan).conseiller == monde.conseiller


def test_the_week_of_an_adviser_who_also_answers_for_the_house_is_the_house_s(
    monde: Monde, connect: Connect, prestataire: Prestataire
) -> None:
    add_role(monde.conseiller, Role.RESPONSABLE_PRESTATAIRE, prestataire)
    bilan = make_convoque(monde.direction, monde.prescripteur, monde.autre_conseiller)
    assert bilan.contrat.numero_cai in week(connect(monde.conseiller))


# --- through the API -----------------------------------------------------------------------------


def entrust(agent: Agent, bilan: Bilan, conseiller: Agent) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {create_token(agent, libelle='essai')}"}
    answer = Client(headers=headers).post(
        f"/api/v1/bilans/{bilan.pk}/affecter/", {"conseiller": str(conseiller.pk)}, content_type="application/json"
    )
    return answer.status_code, answer.json()


def test_the_responsable_entrusts_an_appointment_through_the_api(monde: Monde, responsable: Agent) -> None:
    bilan = monde.convoque()
    with clock.travel(LE_MATIN):
        status, body = entrust(responsable, bilan, monde.autre_conseiller)
    assert (status, body["conseiller"]) == (200, str(monde.autre_conseiller))
    assert fresh(bilan).conseiller == monde.autre_conseiller


def test_the_api_refuses_as_the_page_does(
    monde: Monde, responsable: Agent, prescripteur: Agent, autre_prestataire: Prestataire
) -> None:
    bilan = monde.convoque()
    with clock.travel(LE_MATIN):
        assert entrust(responsable, bilan, monde.conseiller)[1]["code"] == "deja_affecte"
        assert entrust(prescripteur, bilan, monde.autre_conseiller)[0] == 403
        elsewhere = make_agent(Role.RESPONSABLE_PRESTATAIRE, autre_prestataire)
        assert entrust(elsewhere, bilan, monde.autre_conseiller)[0] == 404
        RendezVous.objects.update(statut="reporte")
        status, problem = entrust(responsable, bilan, monde.autre_conseiller)
    assert (status, problem["code"]) == (409, "rendez_vous_absent")
    assert fresh(bilan).conseiller == monde.conseiller


def test_the_responsable_finds_through_the_api_what_to_entrust_and_to_whom(
    monde: Monde, responsable: Agent, autre_prestataire: Prestataire
) -> None:
    bilan = monde.convoque()
    make_agent(Role.CONSEILLER_BILAN, autre_prestataire)
    program = Client(headers={"Authorization": f"Bearer {create_token(responsable, libelle='essai')}"})
    with clock.travel(LE_MATIN):
        answer = program.get("/api/v1/planning/").json()
        assert program.get("/api/v1/planning/?semaine=2010-05-17").json()["rendez_vous"] == []
        assert program.get("/api/v1/planning/?semaine=lundi").status_code == 422
    (row,) = answer["rendez_vous"]
    assert (answer["lundi"], row["bilan"], row["numero_cai"]) == (
        "2010-05-10", str(bilan.pk), bilan.contrat.numero_cai,
    )  # fmt: skip
    assert {one["id"]: one["rendez_vous"] for one in answer["conseillers"]} == {
        str(monde.conseiller.pk): 1,
        str(monde.autre_conseiller.pk): 0,
    }
    assert bilan.contrat.signataire.nom not in str(answer)
