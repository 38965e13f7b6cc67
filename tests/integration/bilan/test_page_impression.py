"""Copies for their owner: the prescriber's list and print page; nothing of the content on a screen of OFII."""

import json
import logging
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from agents.roles import Role
from bilan import impression
from bilan.models import Bilan, Consentement, NotePhase, Synthese, SynthesePdf
from bilan.states import Etat
from core import clock
from core.models import Evenement, JournalAcces
from tests.factories.agents import make_agent
from tests.factories.conduite import JOUR, advance, consent, make_contenu, make_convoque

pytestmark = pytest.mark.django_db
Connect = Callable[[Agent], Client]
CANARI = "canari-jaune-7413"
DEMANDE = {"motif": "remise_beneficiaire", "demande_recue_le": "10/05/2010"}


@pytest.fixture
def validee(convoque: Bilan, le_jour: None) -> Bilan:
    contenu = make_contenu(
        circonstances=CANARI, competences_aptitudes=CANARI, projet=CANARI, orientation=CANARI, parcours=CANARI,
        preconisations=(CANARI,), parcours_recherche=CANARI,
    )  # fmt: skip
    return advance(convoque, Etat.SYNTHESE_VALIDEE, contenu=contenu)


def print_url(bilan: Bilan) -> str:
    return reverse("bilan:print_copy", args=[bilan.syntheses.get().pk])


def test_the_list_leads_to_the_print_page(validee: Bilan, prescripteur: Agent, connect: Connect) -> None:
    html = connect(prescripteur).get(reverse("bilan:list_printable")).content.decode()
    assert print_url(validee) in html
    assert "Fatoumata Diallo" in html


def test_an_empty_list_says_when_it_fills(prescripteur: Agent, connect: Connect) -> None:
    assert "Aucune fiche à imprimer" in connect(prescripteur).get(reverse("bilan:list_printable")).content.decode()


def test_a_long_list_of_copies_goes_on_page_after_page(
    direction, prescripteur: Agent, conseiller: Agent, connect: Connect, monkeypatch: pytest.MonkeyPatch, le_jour: None
) -> None:
    monkeypatch.setattr("bilan.views_conduite.LIGNES_PAR_PAGE", 2)
    bilans = [advance(make_convoque(direction, prescripteur, conseiller), Etat.SYNTHESE_VALIDEE) for _ in range(3)]
    client, url = connect(prescripteur), reverse("bilan:list_printable")
    first = client.get(url).context
    second = client.get(url + first["suivants"]).context
    assert (len(first["syntheses"]), len(second["syntheses"]), second["suivants"]) == (2, 1, "")
    seen = {synthese.bilan_id for synthese in [*first["syntheses"], *second["syntheses"]]}
    assert seen == {bilan.pk for bilan in bilans}


def test_a_copy_is_printed_with_its_reason(validee: Bilan, prescripteur: Agent, connect: Connect) -> None:
    response = connect(prescripteur).post(print_url(validee), DEMANDE)
    assert response.content == bytes(SynthesePdf.objects.get().contenu)
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"] == 'inline; filename="synthese.pdf"'
    facts = Evenement.objects.get(nom="bilan.synthese_imprimee").faits
    assert (facts["motif"], facts["exemplaire"]) == ("remise_beneficiaire", 1)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Renseignez"),
        ({**DEMANDE, "demande_recue_le": "11/05/2010"}, "entre la validation et aujourd’hui"),
        ({**DEMANDE, "motif": "signature"}, "Choisissez une réponse de la liste."),
    ],
)
def test_a_copy_without_reason_or_date_is_not_printed(
    validee: Bilan, prescripteur: Agent, connect: Connect, typed: dict, sentence: str
) -> None:
    response = connect(prescripteur).post(print_url(validee), typed)
    assert response["Content-Type"].startswith("text/html")
    assert sentence in response.content.decode()
    assert not Evenement.objects.filter(nom="bilan.synthese_imprimee").exists()


def test_others_are_refused_and_the_refusal_is_journalled(
    validee: Bilan, conseiller: Agent, agent_ofii: Agent, direction, agent_ailleurs: Agent, connect: Connect
) -> None:
    for agent in (conseiller, agent_ofii, make_agent(Role.PRESCRIPTEUR, direction)):
        assert connect(agent).post(print_url(validee), DEMANDE).status_code == 403
    assert connect(agent_ailleurs).post(print_url(validee), DEMANDE).status_code == 404
    assert JournalAcces.objects.filter(action="bilan:print_copy", resultat="refuse").count() == 4
    assert connect(agent_ofii).get(reverse("bilan:list_printable")).status_code == 403


@pytest.mark.rule("E.3-personne")
def test_no_content_ever_shows_on_a_page_of_ofii_nor_in_a_journal_nor_in_a_log(
    validee: Bilan,
    conseiller: Agent,
    prescripteur: Agent,
    agent_ofii: Agent,
    directeur: Agent,
    correspondant: Agent,
    administrateur: Agent,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
) -> None:
    NotePhase.objects.update_or_create(
        bilan=validee, phase=Etat.PHASE_INVESTIGATION, defaults={"contenu": {"texte": CANARI}}
    )
    consent(validee, Consentement.Portee.CONSERVATION, at=clock.at(JOUR, 15), by=conseiller)
    synthese = validee.syntheses.get()
    addresses = [
        reverse("bilan:voir_bilan", args=[validee.pk]),
        reverse("bilan:write_synthese", args=[validee.pk]),
        reverse("bilan:list_printable"),
        reverse("bilan:print_copy", args=[synthese.pk]),
        reverse("admin:index"),
        f"/administration/bilan/synthese/{synthese.pk}/change/",
        f"/administration/bilan/bilan/{validee.pk}/change/",
    ]
    with caplog.at_level(logging.DEBUG):
        for agent in (prescripteur, agent_ofii, directeur, correspondant, administrateur):
            for address in addresses:
                assert CANARI not in connect(agent).get(address, follow=True).content.decode(errors="replace"), address
        impression.print_copy(synthese=synthese, motif="remise_beneficiaire", demande_recue_le=JOUR, by=prescripteur)
    assert CANARI not in caplog.text
    assert CANARI not in json.dumps(list(Evenement.objects.values("faits", "nom")), default=str)
    assert CANARI not in json.dumps(list(JournalAcces.objects.values()), default=str)


@pytest.mark.parametrize("model", [Synthese, SynthesePdf, NotePhase])
def test_the_admin_registers_no_model_of_content(model: type) -> None:
    assert not admin.site.is_registered(model)
