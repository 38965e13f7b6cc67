"""The two pages of a convocation: the appointment, then what leaves to whom, with the letter to read first."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from agents.models import Agent, DirectionTerritoriale, Lieu, Prestataire
from agents.roles import Role
from bilan.models import Bilan, Courrier, RendezVous
from bilan.states import Etat
from cai.models import Prestation
from core import clock
from core.french import date_sans_jour
from core.models import Evenement, JournalAcces
from tests import paper
from tests.factories.agents import make_agent, make_lieu, make_marche, make_prestataire
from tests.factories.conduite import JOUR, advance, make_convoque
from tests.factories.transitions import lay

pytestmark = pytest.mark.django_db
Connect = Callable[[Agent], Client]
LE = date(2010, 4, 1)


@pytest.fixture
def bilan(direction: DirectionTerritoriale, lieu: Lieu, prescripteur: Agent, conseiller: Agent) -> Bilan:
    bilan = make_convoque(direction, prescripteur, conseiller)
    bilan.rendez_vous.all().delete()
    Courrier.objects.all().delete()
    return lay(bilan, Etat.A_PROGRAMMER, prestataire=None, conseiller=None, date_fin_conclusion=None)


@pytest.fixture
def typed(lieu: Lieu, conseiller: Agent) -> dict[str, str]:
    return {
        "jour": "10/05/2010",
        "heure": "9h30",
        "duree_fixee_minutes": "180",
        "lieu": str(lieu.pk),
        "conseiller": str(conseiller.pk),
    }


@pytest.fixture
def send(bilan: Bilan, prescripteur: Agent, typed: dict[str, str], connect: Connect) -> Callable[..., HttpResponse]:
    browser = connect(prescripteur)

    def _send(button: str, name: str = "convoke", **changes: str) -> HttpResponse:
        with clock.travel(LE):
            return browser.post(reverse(f"bilan:{name}", args=[bilan.pk]), {**typed, button: "1", **changes})

    return _send


def fresh(bilan: Bilan) -> Bilan:
    return Bilan.objects.get(pk=bilan.pk)


def test_the_first_page_offers_places_and_advisers_of_the_market(
    bilan: Bilan, prescripteur: Agent, lieu: Lieu, conseiller: Agent, autre_direction: Any, connect: Connect
) -> None:
    elsewhere = make_prestataire("Lyonnaise")
    make_marche(elsewhere, autre_direction)
    make_lieu(elsewhere, "Part-Dieu")
    make_agent(Role.CONSEILLER_BILAN, elsewhere, nom="Lyonnais")
    with clock.travel(LE):
        page = connect(prescripteur).get(reverse("bilan:convoke", args=[bilan.pk])).content.decode()
    assert f"Au plus tard le {date_sans_jour(date(2011, 3, 15))}" in page
    assert f"(obligatoire avant le {date_sans_jour(date(2010, 4, 16))})" in page
    assert "(facultatif)" not in page
    assert str(lieu) in page
    assert str(conseiller) in page
    assert "Part-Dieu" not in page
    assert "Lyonnais<" not in page


def test_verifying_shows_who_receives_what_and_writes_nothing(send: Callable[..., HttpResponse], bilan: Bilan) -> None:
    answer = send("verifier")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Rien n’est encore enregistré" in page
    assert "L’exemption est vérifiée, en votre nom, pour le jour du rendez-vous" in page
    assert "evaluer_url" not in answer.context
    assert "lundi 10" in page
    assert 'type="hidden" name="heure" value="9h30"' in page
    assert not RendezVous.objects.exists()
    assert not Evenement.objects.exists()


@pytest.mark.parametrize(("answer", "told"), [("", None), ("oui", "oui"), ("non", "non")])
def test_the_shorter_notice_is_told_only_when_the_question_was_answered(
    send: Callable[..., HttpResponse], answer: str, told: str | None
) -> None:
    resume = dict(send("verifier", accord_delai_reduit=answer).context["resume"])
    assert resume.get("Délai réduit accepté") == told


@pytest.mark.parametrize(
    ("jour", "told"),
    [
        ("31/03/2010", "à partir du 1er\u00a0avril\u00a02010."),
        ("16/03/2011", "le 15\u00a0mars\u00a02011, fin du contrat."),
    ],
)
def test_a_day_outside_the_contract_is_told_with_the_other_errors(
    send: Callable[..., HttpResponse], jour: str, told: str
) -> None:
    form = send("verifier", jour=jour, heure="", lieu="").context["form"]

    assert list(form.errors) == ["jour", "heure", "lieu"]
    assert told in form.errors["jour"][0]


def test_a_day_worth_a_second_thought_is_pointed_out(send: Callable[..., HttpResponse], bilan: Bilan) -> None:
    Prestation.objects.create(
        contrat=bilan.contrat, type=Prestation.Type.FORMATION_LINGUISTIQUE, statut=Prestation.Statut.EN_COURS
    )
    page = send("verifier", jour="15/5/2010").content.decode()
    assert "n’est pas un jour ouvré" in page
    assert "La formation linguistique est en cours" in page


def test_the_letter_is_read_before_it_exists(send: Callable[..., HttpResponse]) -> None:
    answer = send("verifier", name="preview_letter")
    assert answer["Content-Type"] == "application/pdf"
    text = paper.text_of(answer.content)
    assert "10 mai 2010" in text.replace("\u00a0", " ")
    assert not Courrier.objects.exists()


def test_the_letter_of_a_wrong_entry_is_the_form_again(send: Callable[..., HttpResponse]) -> None:
    answer = send("verifier", name="preview_letter", heure="midi")
    assert answer.status_code == 422
    assert "heure" in answer.context["form"].errors


def test_convoking_issues_a_letter_that_can_be_printed(
    send: Callable[..., HttpResponse], bilan: Bilan, prescripteur: Agent, connect: Connect
) -> None:
    answer = send("confirmer")
    assert (answer.status_code, answer.url) == (302, reverse("dossiers:view_file", args=[bilan.contrat_id]))
    assert fresh(bilan).etat == Etat.CONVOQUE
    letter = RendezVous.objects.get().convocation
    printed = connect(prescripteur).get(reverse("bilan:print_courrier", args=[letter.pk]))
    assert printed.content == bytes(letter.pdf)
    assert printed["Cache-Control"] == "no-store, private"
    assert "Diallo" not in printed["Content-Disposition"]
    assert JournalAcces.objects.get(action="imprimer_courrier").objet_id == str(letter.pk)


def test_a_click_too_many_convokes_once(send: Callable[..., HttpResponse], bilan: Bilan) -> None:
    send("confirmer")
    again = send("confirmer")
    assert (again.status_code, again.url) == (302, reverse("dossiers:view_file", args=[bilan.contrat_id]))
    assert RendezVous.objects.count() == 1
    assert Evenement.objects.filter(nom="bilan.convoquer").count() == 1


def test_going_back_keeps_everything_typed(send: Callable[..., HttpResponse], typed: dict[str, str]) -> None:
    form = send("modifier", accord_delai_reduit="oui").context["form"]
    assert not form.errors
    assert {name: form[name].value() for name in typed} == typed
    assert form["accord_delai_reduit"].value() == "oui"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"jour": ""}, "jour"),
        ({"jour": "31/02/2010"}, "jour"),
        ({"jour": "1/4/2010"}, "jour"),  # today, half past nine: the clock stands at nine
        ({"jour": "15/04/2010"}, "jour"),
        ({"jour": "16/03/2011"}, "jour"),
        ({"jour": "13/05/2010"}, "jour"),  # Ascension
        ({"heure": "3h"}, "heure"),
        ({"heure": "25h"}, "heure"),
        ({"duree_fixee_minutes": "0"}, "duree_fixee_minutes"),
        ({"duree_fixee_minutes": "181"}, "duree_fixee_minutes"),
        ({"lieu": ""}, "lieu"),
        ({"lieu": "00000000-0000-0000-0000-000000000000"}, "lieu"),
        ({"conseiller": "x"}, "conseiller"),
        ({"accord_delai_reduit": "peut-être"}, "accord_delai_reduit"),
    ],
)
@pytest.mark.parametrize("button", ["verifier", "confirmer"])
def test_a_wrong_entry_is_told_at_its_field_and_nothing_typed_is_lost(
    send: Callable[..., HttpResponse],
    typed: dict[str, str],
    bilan: Bilan,
    button: str,
    changes: dict[str, str],
    field: str,
) -> None:
    answer = send(button, **changes)
    form = answer.context["form"]
    assert answer.status_code == 200
    assert list(form.errors) == [field]
    assert f'href="#{form[field].auto_id}' in answer.content.decode()
    assert {name: form[name].value() for name in {**typed, **changes}} == {**typed, **changes}
    assert fresh(bilan).etat == Etat.A_PROGRAMMER


def test_an_adviser_of_another_house_is_told_at_the_adviser(
    send: Callable[..., HttpResponse], autre_prestataire: Prestataire
) -> None:
    stranger = make_agent(Role.CONSEILLER_BILAN, autre_prestataire)
    assert list(send("verifier", conseiller=str(stranger.pk)).context["form"].errors) == ["conseiller"]


def test_places_and_advisers_are_listed_by_prestataire_and_a_mix_of_two_is_named(
    send: Callable[..., HttpResponse], lieu: Lieu, autre_prestataire: Prestataire, direction: DirectionTerritoriale
) -> None:
    make_marche(autre_prestataire, direction)
    make_lieu(autre_prestataire, "Ailleurs")
    stranger = make_agent(Role.CONSEILLER_BILAN, autre_prestataire)
    page = send("verifier", conseiller=str(stranger.pk))
    html, house = page.content.decode(), lieu.prestataire.nom
    for name in (house, autre_prestataire.nom):
        assert html.count(f'<optgroup label="Prestataire\u00a0: {escape(name)}">') == 2
    assert page.context["form"].errors["conseiller"] == [
        f"{stranger} n’est pas en poste chez {house}\u00a0: choisissez un de ses conseillers."
    ]


def test_an_hour_taken_is_told_at_the_hour(
    send: Callable[..., HttpResponse], direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    make_convoque(direction, prescripteur, conseiller)
    assert list(send("confirmer", heure="11:00").context["form"].errors) == ["heure"]


def test_a_shorter_notice_asks_for_the_agreement_of_the_person(send: Callable[..., HttpResponse]) -> None:
    refused = send("verifier", jour="15/04/2010")
    assert "notez son accord pour un délai plus court" in refused.content.decode()
    accepted = send("confirmer", jour="15/04/2010", accord_delai_reduit="oui")
    assert accepted.status_code == 302
    assert RendezVous.objects.get().accord_delai_reduit


def test_the_file_says_that_the_convocation_assessed_for_its_day(
    send: Callable[..., HttpResponse], bilan: Bilan, prescripteur: Agent, connect: Connect
) -> None:
    send("confirmer")
    with clock.travel(LE):
        page = connect(prescripteur).get(reverse("dossiers:view_file", args=[bilan.contrat_id])).content.decode()
    assert f"Vérifiée à la convocation pour le {date_sans_jour(date(2010, 5, 10))}" in page
    assert "ne sera pas dispensé" in page


def test_a_person_exempt_that_day_is_told_at_the_day(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, lieu: Lieu, connect: Connect, typed: Any
) -> None:
    bilan = make_convoque(direction, prescripteur, conseiller, date_naissance=date(1954, 5, 10))
    bilan.rendez_vous.all().delete()
    lay(bilan, Etat.REPORTE, date_fin_conclusion=None)
    with clock.travel(LE):
        answer = connect(prescripteur).post(reverse("bilan:convoke", args=[bilan.pk]), {**typed, "verifier": "1"})
    assert "la personne sera dispensée du bilan\u00a0: plus de 55 ans." in answer.context["form"].errors["jour"][0]
    evaluation = reverse("exemptions:evaluate_contrat", args=[bilan.contrat_id])
    assert f'href="{evaluation}?date=2010-05-10"' in answer.content.decode()


def test_a_person_summoned_again_is_offered_the_same_place_and_adviser(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, lieu: Lieu, connect: Connect
) -> None:
    bilan = advance(make_convoque(direction, prescripteur, conseiller, duree_fixee=150), Etat.PHASE_INVESTIGATION)
    lay(bilan, Etat.REPORTE, date_fin_conclusion=None)
    with clock.travel(JOUR):
        answer = connect(prescripteur).get(reverse("bilan:convoke", args=[bilan.pk]))
    form = answer.context["form"]
    offered = (form["lieu"].value(), form["conseiller"].value(), form["duree_fixee_minutes"].value())
    assert offered == (str(lieu.pk), str(conseiller.pk), 150)
    assert "30\u00a0minutes ont déjà été utilisées" in answer.content.decode()


@pytest.mark.parametrize("role", ["agent_ofii", "directeur", "correspondant"])
@pytest.mark.parametrize("name", ["convoke", "preview_letter"])
def test_only_a_prescriber_convokes(
    role: str, name: str, bilan: Bilan, typed: dict[str, str], connect: Connect, request: pytest.FixtureRequest
) -> None:
    agent = request.getfixturevalue(role)
    answer = connect(agent).post(reverse(f"bilan:{name}", args=[bilan.pk]), {**typed, "confirmer": "1"})
    assert answer.status_code == 403
    line = JournalAcces.objects.get(agent=agent, resultat="refuse")
    assert (line.action, line.motif, line.objet_id) == (f"bilan:{name}", "droit_convoquer", str(bilan.pk))
    assert not RendezVous.objects.exists()


@pytest.mark.parametrize("name", ["convoke", "preview_letter"])
def test_another_territory_does_not_know_the_bilan(
    name: str, bilan: Bilan, typed: dict[str, str], agent_ailleurs: Agent, connect: Connect
) -> None:
    assert connect(agent_ailleurs).post(reverse(f"bilan:{name}", args=[bilan.pk]), typed).status_code == 404
    assert JournalAcces.objects.get(agent=agent_ailleurs, resultat="refuse").motif == "introuvable"


def test_another_territory_does_not_read_the_letter(
    send: Callable[..., HttpResponse], agent_ailleurs: Agent, conseiller: Agent, connect: Connect
) -> None:
    send("confirmer")
    letter = RendezVous.objects.get().convocation
    for agent in (agent_ailleurs, conseiller):
        assert connect(agent).get(reverse("bilan:print_courrier", args=[letter.pk])).status_code == 404
    assert not JournalAcces.objects.filter(action="imprimer_courrier").exists()
