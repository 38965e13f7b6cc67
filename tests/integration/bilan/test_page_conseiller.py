"""The adviser's page of a bilan: what it shows, what it offers, whom it refuses."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from agents.roles import Role
from bilan.models import Bilan, Consentement, NotePhase, Seance
from bilan.states import Etat
from core import clock
from core.models import JournalAcces
from tests.factories.agents import make_agent
from tests.factories.conduite import JOUR, advance, consent

pytestmark = pytest.mark.django_db
Connect = Callable[[Agent], Client]


def page_of(bilan: Bilan) -> str:
    return reverse("bilan:voir_bilan", args=[bilan.pk])


@pytest.mark.parametrize(
    ("state", "button"),
    [
        (Etat.CONVOQUE, "Commencer le bilan"),
        (Etat.PHASE_INVESTIGATION, "Écrire la synthèse"),
        (Etat.PHASE_CONCLUSION, "Écrire la synthèse"),
        (Etat.SYNTHESE_REDIGEE, "Présenter la synthèse"),
        (Etat.SYNTHESE_PRESENTEE, "Valider la synthèse"),
    ],
)
def test_the_page_offers_the_next_act(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None, state: Etat, button: str
) -> None:
    bilan = convoque if state == Etat.CONVOQUE else advance(convoque, state)
    response = connect(conseiller).get(page_of(bilan))
    assert response.status_code == 200
    assert response.context["page"].action.label == button
    assert response["Cache-Control"].startswith("max-age=0")


def test_the_page_says_what_the_next_phase_waits_for(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    html = connect(conseiller).get(page_of(bilan)).content.decode()
    assert "Notez d’abord les besoins et les buts de la personne" in html
    assert reverse("bilan:act", args=[bilan.pk, "passer_en_investigation"]) not in html


def test_the_page_shows_minutes_and_languages_but_no_permit_and_no_birth_date(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_CONCLUSION)
    html = connect(conseiller).get(page_of(bilan)).content.decode()
    assert "Fatoumata Diallo" in html
    assert "bambara" in html
    assert "1\u00a0h\u00a050" in html
    assert "L313-11" not in html
    assert "1980" not in html


def test_the_destroyed_synthesis_leaves_its_tombstone_on_the_page(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_VALIDEE)
    P, D = Consentement.Portee, Consentement.Decision
    consent(bilan, P.TRANSMISSION, D.REFUSE, at=clock.at(JOUR, 15), by=conseiller)
    html = connect(conseiller).get(page_of(bilan)).content.decode()
    assert "Le contenu a été détruit le 10\u00a0mai\u00a02010" in html


def test_opening_the_page_is_journalled(convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None) -> None:
    connect(conseiller).get(page_of(convoque))
    assert JournalAcces.objects.filter(action="voir_bilan", objet_id=str(convoque.pk), agent=conseiller).exists()


def test_ofii_knows_the_bilan_but_not_its_page(
    convoque: Bilan, prescripteur: Agent, directeur: Agent, agent_ofii: Agent, connect: Connect
) -> None:
    for agent in (prescripteur, directeur, agent_ofii):
        assert connect(agent).get(page_of(convoque)).status_code == 403
    assert JournalAcces.objects.filter(resultat="refuse", motif="droit_conduire_bilan").count() == 3


def test_the_bilan_of_another_is_not_to_be_found(
    convoque: Bilan, prestataire, autre_prestataire, agent_ailleurs: Agent, connect: Connect
) -> None:
    colleague = make_agent(Role.CONSEILLER_BILAN, prestataire)
    stranger = make_agent(Role.CONSEILLER_BILAN, autre_prestataire)
    for agent in (colleague, stranger, agent_ailleurs):
        assert connect(agent).get(page_of(convoque)).status_code == 404


def test_a_session_is_recorded_from_the_page(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    url = reverse("bilan:record_seance", args=[bilan.pk])
    response = connect(conseiller).post(url, {"jour": "10/05/2010", "minutes": "45"})
    assert response.url == page_of(bilan)
    assert Seance.objects.get().minutes == 45


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"jour": "10/05/2010", "minutes": "181"}, "Indiquez un nombre entier entre 1 et 180."),
        ({"jour": "11/05/2010", "minutes": "10"}, "cette date est à venir"),
        ({"jour": "32/05/2010", "minutes": "10"}, "Cette date n’existe pas"),
        ({}, "Renseignez"),
    ],
)
def test_a_wrong_session_comes_back_with_what_was_typed(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None, typed: dict, sentence: str
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    html = connect(conseiller).post(reverse("bilan:record_seance", args=[bilan.pk]), typed).content.decode()
    assert sentence in html
    assert all(f'value="{value}"' in html for value in typed.values())
    assert not Seance.objects.exists()


def test_notes_are_kept_from_the_page_and_read_back(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    client, url = connect(conseiller), reverse("bilan:save_note", args=[bilan.pk, "phase_preliminaire"])
    assert client.post(url, {"phase_preliminaire-texte": "Un <b>emploi</b>"}).url == page_of(bilan)
    assert "Un &lt;b&gt;emploi&lt;/b&gt;" in client.get(page_of(bilan)).content.decode()
    assert b"emploi" not in bytes(_stored(NotePhase.objects.get()))


def _stored(note: NotePhase) -> bytes:
    return NotePhase.objects.extra(select={"raw": "contenu"}).values_list("raw", flat=True).get(pk=note.pk)


def test_notes_too_long_come_back_and_an_unknown_phase_is_refused(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    client = connect(conseiller)
    url = reverse("bilan:save_note", args=[bilan.pk, "phase_preliminaire"])
    html = client.post(url, {"phase_preliminaire-texte": "x" * 10_001}).content.decode()
    assert "Ce texte est trop long" in html
    assert "x" * 10_001 in html
    assert client.post(reverse("bilan:save_note", args=[bilan.pk, "convoque"])).status_code == 422


def test_the_whole_conduct_goes_through_the_pages(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    client = connect(conseiller)

    def act(name: str, **typed: str) -> str:
        response = client.post(reverse("bilan:act", args=[convoque.pk, name]), typed)
        assert response.status_code == 302, response.content.decode()
        return Bilan.objects.get(pk=convoque.pk).etat

    assert act("demarrer", informe="on") == Etat.PHASE_PRELIMINAIRE
    client.post(
        reverse("bilan:save_note", args=[convoque.pk, "phase_preliminaire"]), {"phase_preliminaire-texte": "Cuisine"}
    )
    assert act("passer_en_investigation") == Etat.PHASE_INVESTIGATION
    assert act("interrompre", motif="depart_personne") == Etat.REPORTE


def test_starting_from_the_page_asks_that_the_person_be_informed(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    html = connect(conseiller).post(reverse("bilan:act", args=[convoque.pk, "demarrer"]), {}).content.decode()
    assert "Informez la personne, puis cochez cette case." in html


def test_validation_from_the_page(convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    client, url = connect(conseiller), reverse("bilan:act", args=[bilan.pk, "valider_synthese"])
    html = client.get(url).content.decode()
    assert 'value="10/05/2010"' in html
    assert "Représentant légal" not in html
    typed = {
        "date_presentation": "10/05/2010",
        "observations": "Rien à ajouter",
        "date_signature": "10/05/2010",
        "date_remise": "11/05/2010",
    }
    html = client.post(url, typed).content.decode()
    assert "Indiquez une date au plus tard le 10/05/2010." in html
    assert "Rien à ajouter" in html
    assert client.post(url, {**typed, "date_remise": "10/05/2010"}).status_code == 302
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.SYNTHESE_VALIDEE


def test_the_sheet_to_sign_is_printed_from_the_page_and_kept_in_no_cache(
    convoque: Bilan, conseiller: Agent, prescripteur: Agent, connect: Connect, le_jour: None
) -> None:
    url = reverse("bilan:print_for_signature", args=[convoque.pk])
    client = connect(conseiller)
    assert client.post(url).status_code == 409
    advance(convoque, Etat.SYNTHESE_PRESENTEE)
    response = client.post(url)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in response["Cache-Control"]
    assert "Diallo" not in response["Content-Disposition"]
    assert connect(prescripteur).post(url).status_code == 403
    assert client.get(url).status_code == 405


def test_the_page_costs_a_constant_number_of_queries(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None, django_assert_max_num_queries
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_PRESENTEE)
    client = connect(conseiller)
    client.get(page_of(bilan))
    with django_assert_max_num_queries(25):
        client.get(page_of(bilan))
