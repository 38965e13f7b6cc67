"""The account's pages in a browser, in each of their states; the administration under the same security policy."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from agents.models import Agent, DirectionTerritoriale, Prestataire
from agents.services import issue_token
from tests import axe
from tests.factories.agents import MOT_DE_PASSE
from tests.factories.sessions import log_in

pytestmark = [pytest.mark.systeme, pytest.mark.django_db(transaction=True)]

ADMINISTRATION = ["", "agents/agent/", "agents/agent/add/", "agents/marche/add/", "bilan/metier/", "core/journalacces/"]


def check(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert axe.violations(page) == []
        assert axe.overflow(page) == 0


def submit(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name).click()


def test_logging_in_by_keyboard_after_an_error(quiet_page: Page, live_server: LiveServer, agent_ofii: Agent) -> None:
    quiet_page.goto(f"{live_server}/compte/")
    check(quiet_page, "Se connecter")
    submit(quiet_page, "Se connecter")
    check(quiet_page, "Se connecter")

    quiet_page.get_by_label("Courriel professionnel").fill(agent_ofii.email)
    quiet_page.get_by_label("Mot de passe", exact=True).fill("un mauvais mot de passe")
    quiet_page.keyboard.press("Enter")
    expect(quiet_page.get_by_role("alert")).to_be_focused()
    expect(quiet_page.get_by_label("Courriel professionnel")).to_have_value(agent_ofii.email)
    check(quiet_page, "Se connecter")

    quiet_page.get_by_label("Mot de passe", exact=True).fill(MOT_DE_PASSE)
    quiet_page.keyboard.press("Enter")
    expect(quiet_page).to_have_url(f"{live_server}/compte/")


def test_an_account_with_a_token(quiet_page: Page, live_server: LiveServer, agent_ofii: Agent) -> None:
    issue_token(agent=agent_ofii, libelle="Logiciel de planning de la direction", days=30, by=None)
    log_in(quiet_page, live_server, agent_ofii)
    quiet_page.goto(f"{live_server}/compte/")
    check(quiet_page, "Mon compte")
    quiet_page.get_by_role("button", name="Révoquer").click()
    expect(quiet_page.get_by_text("est révoqué")).to_be_visible()
    check(quiet_page, "Mon compte")


@pytest.mark.usefixtures("letters_at_once")
def test_a_forgotten_password(quiet_page: Page, live_server: LiveServer, agent_ofii: Agent, settings: Settings) -> None:
    settings.ADRESSE_PUBLIQUE = live_server.url
    quiet_page.goto(f"{live_server}/connexion/?envoi=perdu")
    check(quiet_page, "Se connecter")
    quiet_page.get_by_role("link", name="Mot de passe oublié").click()
    submit(quiet_page, "Recevoir le lien")
    check(quiet_page, "Mot de passe oublié")
    quiet_page.get_by_label("Courriel professionnel").fill(agent_ofii.email)
    submit(quiet_page, "Recevoir le lien")
    check(quiet_page, "Consultez votre messagerie")

    quiet_page.goto(re.search(r"http\S+", mail.outbox[0].body)[0])
    submit(quiet_page, "Enregistrer le mot de passe")
    check(quiet_page, "Choisir un nouveau mot de passe")
    quiet_page.get_by_label("Nouveau mot de passe").fill("une autre phrase bien longue")
    quiet_page.get_by_label("Le même mot de passe").fill("une autre phrase bien longue")
    submit(quiet_page, "Enregistrer le mot de passe")
    check(quiet_page, "Mot de passe enregistré")

    quiet_page.goto(re.search(r"http\S+", mail.outbox[0].body)[0])
    check(quiet_page, "Choisir un nouveau mot de passe")


def test_changing_the_password(quiet_page: Page, live_server: LiveServer, agent_ofii: Agent) -> None:
    log_in(quiet_page, live_server, agent_ofii)
    quiet_page.goto(f"{live_server}/compte/mot-de-passe/")
    submit(quiet_page, "Enregistrer le mot de passe")
    expect(quiet_page.get_by_role("link", name="Renseignez « Mot de passe actuel ».")).to_be_visible()
    check(quiet_page, "Changer de mot de passe")


def test_a_suspended_account(page: Page, live_server: LiveServer, agent_ofii: Agent) -> None:
    for _ in range(5):
        page.goto(f"{live_server}/connexion/")
        page.get_by_label("Courriel professionnel").fill(agent_ofii.email)
        page.get_by_label("Mot de passe", exact=True).fill("un mauvais mot de passe")
        submit(page, "Se connecter")
    check(page, "Connexion suspendue")


def test_the_administration_works_under_the_same_security_policy(
    quiet_page: Page,
    live_server: LiveServer,
    administrateur: Agent,
    direction: DirectionTerritoriale,
    prestataire: Prestataire,
) -> None:
    log_in(quiet_page, live_server, administrateur)
    for address in ADMINISTRATION:
        answer = quiet_page.goto(f"{live_server}/administration/{address}", wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy

    quiet_page.goto(f"{live_server}{reverse('admin:agents_marche_change', args=[prestataire.marches.get().pk])}")
    expect(quiet_page.get_by_role("checkbox", name=direction.nom)).to_be_checked()
    quiet_page.goto(f"{live_server}{reverse('admin:agents_prestataire_change', args=[prestataire.pk])}")
    quiet_page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(quiet_page.get_by_text("a été modifié avec succès")).to_be_visible()
    quiet_page.get_by_role("button", name="Se déconnecter").click()
    expect(quiet_page).to_have_url(f"{live_server}/connexion/")
