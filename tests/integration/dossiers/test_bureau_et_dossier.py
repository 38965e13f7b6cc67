"""The desk and the file speak alike: the act of a line is the next act of its file; a desk without list says why."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan, RendezVous
from bilan.states import Etat
from cai.models import Contrat
from core import clock
from dossiers.bureau import desk_of
from dossiers.parcours import facts_of
from dossiers.suite import next_act
from exemptions.services import (
    Declarations,
    add_justificatif,
    evaluate_contrat,
    reject_justificatif,
    verify_justificatif,
)
from tests.factories.cai import make_contrat
from tests.factories.conduite import JOUR, make_convoque

Connect = Callable[[Agent], Client]
SUIVI_LE = date(2010, 12, 1)


@pytest.fixture
def convoque(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    return make_convoque(direction, prescripteur, conseiller)


def agrees(agent: Agent, contrat: Contrat, le: date) -> str:
    """The act of the only line of the desk, once it is known to be that of the file."""
    with clock.travel(clock.at(le, 12)):
        (line,) = desk_of(agent).lignes
        suite = next_act(facts_of(Contrat.objects.select_related("signataire").get(pk=contrat.pk)), agent)
    assert line.liste.acte in (suite.titre, suite.bouton)
    assert suite.bouton
    assert line.url in (suite.url, reverse("dossiers:view_file", args=[contrat.pk]))
    return line.liste.acte


@pytest.mark.parametrize(
    ("etat", "role", "le", "acte"),
    [
        (Etat.CONVOQUE, "agent_ofii", date(2010, 5, 11), "Constater l’absence"),
        (Etat.ABSENT_A_QUALIFIER, "agent_ofii", JOUR, "Qualifier l’absence"),
        (Etat.ABSENT_SANS_MOTIF, "directeur", JOUR, "Décider de la suite"),
        (Etat.REPORTE, "prescripteur", JOUR, "Convoquer au bilan"),
        (Etat.REPORTE, "agent_ofii", date(2011, 3, 16), "Constater la non-réalisation"),
    ],
)
def test_a_line_of_the_desk_names_the_next_act_of_the_file(
    convoque: Bilan, etat: Etat, role: str, le: date, acte: str, request: pytest.FixtureRequest
) -> None:
    Bilan.objects.filter(pk=convoque.pk).update(etat=etat)
    if etat == Etat.ABSENT_A_QUALIFIER:
        convoque.rendez_vous.update(statut=RendezVous.Statut.MANQUE)

    assert agrees(request.getfixturevalue(role), convoque.contrat, le) == acte


def test_an_exemption_that_may_have_ended_is_to_be_examined_again_on_the_file_too(agent_ofii: Agent) -> None:
    contrat = make_contrat(by=agent_ofii)
    signed = contrat.date_signature
    oui = Declarations(scolarise=False, declare_activite=True, declare_ne_recherche_pas=True, inscrit_pole_emploi=False)
    with clock.travel(clock.at(signed, 12)):
        pieces = [
            add_justificatif(contrat=contrat, type_piece=genre, date_document=signed, by=agent_ofii)
            for genre in ("contrat_travail", "declaration_non_recherche")
        ]
        for piece in pieces:
            verify_justificatif(justificatif=piece, by=agent_ofii)
        evaluate_contrat(contrat=contrat, declarations=oui, date_reference=signed, by=agent_ofii)
    Bilan.objects.filter(contrat=contrat).update(etat=Etat.EXEMPTE)
    with clock.travel(SUIVI_LE):
        reject_justificatif(justificatif=pieces[0], motif="Contrat rompu", by=agent_ofii)

    assert agrees(agent_ofii, contrat, SUIVI_LE) == "Réexaminer l’exemption"


@pytest.mark.parametrize(
    ("role", "told", "address"),
    [
        ("agent_ofii", "Rien ne vous attend aujourd’hui", "/"),
        ("administrateur", "L’administration tient les comptes", "/administration/"),
        ("responsable", "Les rendez-vous de vos conseillers", "/planning/"),
    ],
)
def test_an_empty_desk_says_what_is_there_and_leads_to_it(
    connect: Connect, role: str, told: str, address: str, request: pytest.FixtureRequest
) -> None:
    page = connect(request.getfixturevalue(role)).get("/").content.decode()

    assert told in page
    assert f'href="{address}"' in page.partition("<main")[2] or address == "/"


def test_an_account_without_a_role_is_told_so(connect: Connect, db: None) -> None:
    agent = Agent.objects.create_user("sans.role@ofii.test", None, prenom="Sans", nom="Rôle")

    assert "Votre compte n’a aucun rôle en cours" in connect(agent).get("/").content.decode()


def test_a_count_of_one_is_told_in_the_singular(contrat: Contrat, agent_ofii: Agent, connect: Connect) -> None:
    with clock.travel(contrat.date_signature):
        desk = connect(agent_ofii).get("/").content.decode()
    assert '<span class="tuiles__label">Exemption à évaluer</span>' in desk
