"""Photograph every page that each trial account can reach, wide and narrow, into captures/ (never committed).

Runs beside an application started by ``make run``: ``ADRESSE`` says where (http://127.0.0.1:8000 by default).
"""

import json
import os
import sys
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
django.setup()

from tests.system.crawl import crawl  # noqa: E402 - reads the addresses of the application

RACINE = Path(__file__).resolve().parents[1]
DOSSIER = RACINE / "captures"
ADRESSE = os.environ.get("ADRESSE", "http://127.0.0.1:8000")
OPTIONS = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
LARGEURS = {"large": 1280, "etroit": 375}


def main() -> int:
    accounts = json.loads((RACINE / "fixtures" / "comptes_demo.json").read_text())
    shown = [account for account in accounts["comptes"] if account.get("presentation")]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=OPTIONS.split())
        first = {account["affectations"][0]["role"]: account["email"] for account in reversed(shown)}
        for role, email in first.items():
            _photograph(browser, email, accounts["mot_de_passe"], DOSSIER / role)
        browser.close()
    return 0


def _photograph(browser: Browser, email: str, password: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page = browser.new_context(locale="fr-FR", reduced_motion="reduce").new_page()
    page.goto(f"{ADRESSE}/connexion/")
    page.fill("[name=username]", email)
    page.fill("[name=password]", password)
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state()
    for place in crawl(page, f"{ADRESSE}/", most=120):
        _shoot(page, folder / str(place))
    page.context.close()


def _shoot(page: Page, path: Path) -> None:
    for label, width in LARGEURS.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=f"{path}.{label}.png", full_page=True)


if __name__ == "__main__":
    sys.exit(main())
