"""The main job in a real browser, with and without JavaScript: from registration to acknowledgement."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from agents.models import Agent, Lieu
from tests.system.pages import answer, choose, field, fill, log_in, press, titled, visit
from tests.system.plateforme import Plateforme, plateforme, wait_until

pytestmark = [pytest.mark.systeme, pytest.mark.django_db(transaction=True)]

SIGNATURE, JOUR = "03/05/2010", "10/05/2010"


@pytest.fixture
def partout(live_server: LiveServer, settings: Settings, tmp_path: Path) -> Iterator[Plateforme]:
    with plateforme(live_server, tmp_path, lambda name, value: setattr(settings, name, value)) as running:
        yield running


@pytest.mark.parametrize("scripts", [False, True], ids=["sans JavaScript", "avec JavaScript"])
def test_a_synthesis_goes_from_registration_to_acknowledgement(
    scripts: bool, browser: Browser, partout: Plateforme, prescripteur: Agent, conseiller: Agent, lieu: Lieu
) -> None:
    context = browser.new_context(java_script_enabled=scripts, locale="fr-FR", base_url=partout.url)
    context.set_default_timeout(15_000)
    page = context.new_page()

    log_in(page, partout.url, prescripteur.email)
    dossier = open_a_file(page)
    assess(page)
    prescribe_and_convoke(page, lieu, conseiller)

    log_in(page, partout.url, conseiller.email)
    bilan = conduct(page)
    write_and_validate(page, bilan)
    collect_consents(page)

    log_in(page, partout.url, prescripteur.email)

    def acknowledged() -> bool:
        visit(page, dossier)
        return "Transmise à Pôle emploi" in page.locator("body").inner_text()

    wait_until(acknowledged, "the acknowledgement in the file")
    visit(page, f"{dossier}chronologie/")
    expect(page.locator("main")).to_contain_text("Bilan prescrit")
    (deposit,) = partout.partenaire.depots()
    assert deposit["corps"]["signataire"]["nom"] == "N’Diaye"
    context.close()


def open_a_file(page: Page) -> str:
    """Register the signatory and the contract in two steps and a check; return the file's address."""
    press_menu(page, "Ouvrir un dossier")
    fill(page, nom="N’Diaye", prenom="Aïssatou", date_naissance="12/7/1985", adresse="12, rue des Lilas")
    fill(page, code_postal="75020", ville="Paris", telephone="06 12 34 56 78")
    answer(page, sexe="F")
    choose(page, nationalite="SEN", langue_comprise="fr")
    press(page, "Continuer vers le contrat")
    fill(page, date_entretien=SIGNATURE, date_signature=SIGNATURE)
    choose(page, titre_admission="L313-11")
    press(page, "Continuer vers la vérification")
    press(page, "Ouvrir le dossier")
    titled(page, "Dossier 75-2010-")
    return page.url


def press_menu(page: Page, text: str) -> None:
    page.get_by_role("navigation", name="Menu principal").get_by_role("link", name=text).click()
    page.wait_for_load_state()


def assess(page: Page) -> None:
    press(page, "Évaluer l’exemption")
    answer(page, scolarise="non", declare_activite="non", declare_ne_recherche_pas="non", inscrit_pole_emploi="non")
    press(page, "Enregistrer l’évaluation")


def prescribe_and_convoke(page: Page, lieu: Lieu, conseiller: Agent) -> None:
    press(page, "Prescrire le bilan")
    press(page, "Prescrire le bilan")
    press(page, "Convoquer au bilan")
    fill(page, jour=JOUR, heure="14h", duree_fixee_minutes="180")
    choose(page, lieu=str(lieu.pk), conseiller=str(conseiller.pk))
    press(page, "Vérifier avant d’envoyer")
    titled(page, "Convoquer au bilan")
    expect(page.locator("main")).to_contain_text("La personne doit être prévenue 15 jours avant")
    expect(field(page, "heure")).to_have_value("14h")
    answer(page, accord_delai_reduit="oui")
    press(page, "Vérifier avant d’envoyer")
    titled(page, "Vérifier la convocation")
    press(page, "Convoquer au bilan")
    expect(page.locator("main")).to_contain_text("La personne est convoquée")


def conduct(page: Page) -> str:
    """Presence, three phases with their minutes; return the bilan's address."""
    page.locator("main").get_by_role("link", name="N’Diaye").first.click()
    page.wait_for_load_state()
    bilan = page.url
    press(page, "Commencer le bilan")
    answer(page, informe="on")
    press(page, "Commencer le bilan")
    fill(page, texte="Retrouver une cuisine, obtenir un certificat.", jour=JOUR, minutes="30")
    press(page, "Enregistrer et passer à l’investigation")
    press(page, "Passer à l’investigation")
    record(page, "90")
    return bilan


def record(page: Page, minutes: str) -> None:
    fill(page, jour=JOUR, minutes=minutes)
    page.locator("main").get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_load_state()


def write_and_validate(page: Page, bilan: str) -> None:
    visit(page, f"{bilan}synthese/")
    fill(
        page,
        circonstances="Bilan prescrit à l’arrivée en France.",
        competences_aptitudes="Préparer des plats.\nTenir un poste de préparation froide.\nGérer les stocks.",
        projet="Devenir cuisinière en restauration collective.",
    )
    answer(page, projet_defini="oui", inscription_pe="non")
    choose(page, niveau_formation="V", metier_1="G1602")
    fill(page, experiences__0__metier="Cuisinière", experiences__0__debut="09/2004", experiences__0__fin="06/2009")
    choose(page, experiences__0__pays="SEN")
    press(page, "Ajouter une préconisation")
    expect(field(page, "projet")).to_have_value("Devenir cuisinière en restauration collective.")
    fill(page, preconisations__0__texte="Suivre un français à visée professionnelle.")
    press(page, "Enregistrer le brouillon")
    visit(page, bilan)
    press(page, "Passer à la conclusion")
    press(page, "Passer à la conclusion")
    record(page, "45")
    visit(page, f"{bilan}synthese/")
    press(page, "Terminer la rédaction")
    press(page, "Présenter la synthèse")
    press(page, "Figer et présenter la synthèse")
    press(page, "Valider la synthèse")
    fill(page, date_presentation=JOUR, date_signature=JOUR, date_remise=JOUR)
    press(page, "Valider la synthèse")


def collect_consents(page: Page) -> None:
    """Conservation first, then transmission, which is confirmed after saying who receives what."""
    press(page, "Recueillir les décisions")
    for question in ("Conservation de la synthèse", "Transmission à Pôle emploi"):
        press(page, "Poser la question")
        answer(page, decision="accorde", mode="formulaire_signe", interprete="non")
        choose(page, langue="fr")
        fill(page, jour=JOUR)
        press(page, "Enregistrer la réponse")
        if question.startswith("Transmission"):
            titled(page, "Vérifier avant d’envoyer")
            press(page, "Confirmer l’accord et envoyer")
    titled(page, "Consentements")
