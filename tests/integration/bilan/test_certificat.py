"""The certificate of destruction: made from the tombstone, for the person, by those who follow the file."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from bilan import retention
from bilan.certificat import MOTIFS
from bilan.models import Bilan, SyntheseDetruite
from bilan.states import Etat, MotifDestruction
from core import clock
from core.models import JournalAcces
from tests.factories.conduite import JOUR, advance
from tests.paper import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.rule("E.4-certificat")]


def test_what_was_destroyed_is_certified_to_the_person_and_to_nobody_before(
    connect: Callable[[Agent], Client], convoque: Bilan, prescripteur: Agent, conseiller: Agent, agent_ailleurs: Agent
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_VALIDEE)
    url, browser = reverse("bilan:print_certificate", args=[bilan.pk]), connect(prescripteur)
    with clock.travel(clock.at(JOUR, 15)):
        assert browser.get(url).status_code == 409
        retention.destroy_content(bilan, MotifDestruction.CONSERVATION_RETIREE)
        answer = browser.get(url)
        panel = browser.get(reverse("dossiers:view_file", args=[bilan.contrat_id])).content.decode()
    said = text_of(answer.content)
    tombe = SyntheseDetruite.objects.get()
    assert MOTIFS[MotifDestruction.CONSERVATION_RETIREE] in said
    assert tombe.pdf_sha256[:32] in said
    assert bilan.contrat.signataire.nom in said
    assert "Projet" not in said
    assert "la personne" not in said, "the paper speaks to the person"
    assert bilan.contrat.direction.courriel in said.split("Certificat")[0], "and says where the office is"
    assert url in panel
    assert JournalAcces.objects.filter(action="impression_certificat", agent=prescripteur).exists()
    assert connect(conseiller).get(url).status_code == 403
    assert connect(agent_ailleurs).get(url).status_code == 404


def test_every_reason_has_its_plain_words() -> None:
    assert set(MOTIFS) == set(MotifDestruction)
    assert all(words.endswith(".") and "personne" not in words for words in MOTIFS.values())
