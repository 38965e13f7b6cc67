"""The adviser's own list, and what it waits for."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from agents.roles import Role
from bilan import redaction
from bilan.models import Bilan, Consentement
from bilan.states import Etat, MotifReprise
from core import clock
from tests.factories.agents import make_agent
from tests.factories.conduite import JOUR, advance, consent, make_convoque

pytestmark = pytest.mark.django_db
Connect = Callable[[Agent], Client]
LISTE = "bilan:list"


def test_the_adviser_finds_their_bilans_and_nobody_elses(
    convoque: Bilan, conseiller: Agent, prescripteur: Agent, direction, prestataire, connect: Connect, le_jour: None
) -> None:
    colleague = make_agent(Role.CONSEILLER_BILAN, prestataire)
    other = make_convoque(direction, prescripteur, colleague, nom="Keïta")
    html = connect(conseiller).get(reverse(LISTE)).content.decode()
    assert reverse("bilan:voir_bilan", args=[convoque.pk]) in html
    assert reverse("bilan:voir_bilan", args=[other.pk]) not in html
    assert connect(prescripteur).get(reverse(LISTE)).status_code == 403


def test_what_is_over_is_listed_apart(convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None) -> None:
    convoque.annuler()
    convoque.motif_annulation, convoque.clos_at = "deces", clock.now()
    convoque.save()
    client, address = connect(conseiller), reverse("bilan:voir_bilan", args=[convoque.pk])
    assert address not in client.get(reverse(LISTE)).content.decode()
    assert "Aucun bilan ici" in client.get(reverse(LISTE)).content.decode()
    assert address in client.get(reverse(LISTE), {"termines": "1"}).content.decode()


def test_decisions_are_awaited_until_both_questions_are_answered(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_VALIDEE)
    client, page = connect(conseiller), reverse("bilan:voir_bilan", args=[convoque.pk])
    assert reverse("poleemploi:collect_consents", args=[bilan.pk]) in client.get(page).content.decode()
    P = Consentement.Portee
    for portee in (P.CONSERVATION, P.TRANSMISSION):
        assert client.get(page).context["page"].awaits_decisions
        consent(bilan, portee, at=clock.at(JOUR, 15), by=conseiller)
    assert not client.get(page).context["page"].awaits_decisions
    redaction.rework_synthese(bilan=bilan, motif=MotifReprise.ERREUR, by=conseiller)
    redaction.present_synthese(bilan=bilan, by=conseiller)
    redaction.validate_synthese(
        bilan=bilan, date_presentation=JOUR, observations="", date_signature=JOUR, date_remise=JOUR, by=conseiller
    )
    assert client.get(page).context["page"].awaits_decisions  # the agreement named the older version


@pytest.mark.parametrize("over", [False, True])
def test_a_long_list_of_bilans_goes_on_page_after_page(
    direction, prescripteur: Agent, conseiller: Agent, connect: Connect, monkeypatch: pytest.MonkeyPatch, over: bool
) -> None:
    monkeypatch.setattr("bilan.views_planning.LIGNES_PAR_PAGE", 2)
    bilans = {make_convoque(direction, prescripteur, conseiller).pk for _ in range(5)}
    if over:
        Bilan.objects.update(etat=Etat.ANNULE, clos_at=clock.at(JOUR), motif_annulation="doublon")
    seen, suivants = [], "?termines=1" if over else ""
    for expected in (2, 2, 1):
        context = connect(conseiller).get(reverse(LISTE) + suivants).context
        assert len(context["bilans"]) == expected
        seen += [bilan.pk for bilan in context["bilans"]]
        suivants = context["suivants"]
    assert (suivants, set(seen), len(seen)) == ("", bilans, 5)


@pytest.mark.parametrize("avant", ["n’importe quoi", "2010-03-15_", f"2010-03-15_{JOUR}", "2010-03-15T10:00:00_x"])
def test_an_unreadable_key_starts_the_list_again(
    convoque: Bilan, conseiller: Agent, connect: Connect, avant: str
) -> None:
    assert list(connect(conseiller).get(reverse(LISTE), {"avant": avant}).context["bilans"]) == [convoque]


@pytest.mark.parametrize("ordre", ["2010-03-15", "2010-03-15T10:00:00"])
def test_a_key_of_another_kind_starts_the_list_again(
    convoque: Bilan, conseiller: Agent, connect: Connect, ordre: str
) -> None:
    key = f"{ordre}_{convoque.pk}"
    assert list(connect(conseiller).get(reverse(LISTE), {"avant": key}).context["bilans"]) == [convoque]
