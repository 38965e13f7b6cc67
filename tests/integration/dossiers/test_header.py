"""The header of every page: who I am, where I may go, at the price of two queries."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from agents.models import Agent, DirectionTerritoriale
from agents.roles import Role
from bilan.states import Etat
from dossiers.situation import Situation
from dossiers.templatetags.dossiers_ui import couleur_de_l_etat
from tests.factories.agents import add_role

Connect = Callable[[Agent], Client]


def header(client: Client) -> str:
    return client.get("/composants/").content.decode().partition("<main")[0]


def test_the_header_names_the_agent_their_roles_and_places(
    connect: Connect, prescripteur: Agent, direction: DirectionTerritoriale
):
    add_role(prescripteur, Role.CORRESPONDANT_OFII, direction)
    html = header(connect(prescripteur))
    assert "Paul Prescripteur" in html
    assert "Prescripteur, Paris" in html
    assert "Correspondant OFII, Paris" in html


def test_the_menu_shows_what_the_role_opens(connect: Connect, administrateur: Agent, agent_ofii: Agent):
    assert "/administration/" in header(connect(administrateur))
    assert "/administration/" not in header(connect(agent_ofii))


def test_the_search_is_shown_to_those_who_see_files(connect: Connect, agent_ofii: Agent, conseiller: Agent):
    assert "recherche-entete" in header(connect(agent_ofii))
    assert "recherche-entete" not in header(connect(conseiller))


def test_a_state_of_the_bilan_has_the_colour_of_the_same_situation():
    assert {etat: couleur_de_l_etat(etat) for etat in (Etat.A_PROGRAMMER, Etat.CLOS, Etat.SIGNATURE_REFUSEE)} == {
        Etat.A_PROGRAMMER: Situation.A_PROGRAMMER.couleur,
        Etat.CLOS: "neutre",
        Etat.SIGNATURE_REFUSEE: "neutre",
    }
    assert couleur_de_l_etat(Etat.A_PROGRAMMER) == "attention"


def test_logging_out_is_a_form(connect: Connect, agent_ofii: Agent):
    form = header(connect(agent_ofii)).partition("Se déconnecter")[0].rpartition("<form")[2]
    assert 'method="post"' in form
    assert "csrfmiddlewaretoken" in form


@pytest.mark.django_db
def test_a_stranger_sees_neither_menu_nor_search():
    html = header(Client())
    assert "recherche-entete" not in html
    assert "Menu principal" not in html


def test_an_empty_page_costs_two_queries(
    connect: Connect, prescripteur: Agent, django_assert_num_queries: DjangoAssertNumQueries
):
    client = connect(prescripteur)
    client.get("/composants/")
    with django_assert_num_queries(2):  # the session, the agent with their roles
        client.get("/composants/")
