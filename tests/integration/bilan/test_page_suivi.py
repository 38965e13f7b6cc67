"""The page and the API on which an adviser notes the follow-up."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from agents.authentication import create_token
from agents.models import Agent
from bilan.models import Bilan, Consentement, Suivi
from bilan.states import Etat
from core import clock
from core.models import JournalAcces
from tests.factories.conduite import JOUR, advance, consent

pytestmark = pytest.mark.django_db
REPONSE = {"echeance": "six_mois", "statut": "realise", "fait_le": "10/11/2010", "situation": "recherche"}


@pytest.fixture
def conclu(convoque: Bilan) -> Bilan:
    return advance(convoque, Etat.SYNTHESE_REDIGEE)


def test_the_page_says_whether_the_person_may_be_contacted(client: Client, conclu: Bilan, conseiller: Agent) -> None:
    client.force_login(conseiller)
    url = reverse("bilan:record_follow_up", args=[conclu.pk])
    with clock.travel(date(2010, 11, 10)):
        page = client.get(url).content.decode()
        assert "Ne contactez pas la personne" in page
        assert conclu.contrat.signataire.adresse not in page
    consent(conclu, Consentement.Portee.SUIVI, at=clock.at(JOUR, 16), by=conseiller)
    with clock.travel(date(2010, 11, 10)):
        page = client.get(url).content.decode()
        assert "La personne a accepté d’être contactée" in page
        assert conclu.contrat.signataire.adresse in page
    assert JournalAcces.objects.filter(action="voir_coordonnees").count() == 1


@pytest.mark.rule("D.5-statuts")
def test_a_follow_up_is_noted_from_the_page_then_shown_on_the_bilan(
    client: Client, conclu: Bilan, conseiller: Agent
) -> None:
    client.force_login(conseiller)
    url = reverse("bilan:record_follow_up", args=[conclu.pk])
    with clock.travel(date(2010, 11, 10)):
        assert "Choisissez la situation" in client.post(url, {**REPONSE, "situation": ""}).content.decode()
        shown = client.post(url, REPONSE, follow=True).content.decode()
        again = client.post(url, REPONSE).content.decode()
    assert "en recherche d’emploi" in shown
    assert "déjà noté" in again
    assert Suivi.objects.get().situation == "recherche"


def test_every_wrong_date_is_told_at_its_field(client: Client, conclu: Bilan, conseiller: Agent) -> None:
    client.force_login(conseiller)
    wrong = REPONSE | {"fait_le": "11/11/2010", "situation": "emploi", "date_embauche": "12/11/2010"}
    with clock.travel(date(2010, 11, 10)):
        form = client.post(reverse("bilan:record_follow_up", args=[conclu.pk]), wrong).context["form"]
    assert set(form.errors) == {"fait_le", "date_embauche"}


@pytest.mark.rule("D.5-6-mois")
def test_the_adviser_s_software_notes_a_follow_up(conclu: Bilan, conseiller: Agent) -> None:
    api = Client(headers={"Authorization": f"Bearer {create_token(conseiller, libelle='essai')}"})
    url = reverse("api:suivis", args=[conclu.pk])
    with clock.travel(date(2010, 11, 10)):
        body = {**REPONSE, "fait_le": "2010-11-10"}
        assert api.post(url, body, content_type="application/json").status_code == 201
        assert api.post(url, body, content_type="application/json").status_code == 409
        assert [row["statut"] for row in api.get(url).json()] == ["realise"]
