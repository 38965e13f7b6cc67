"""A server's static files: everything that a page asks for is collected, under a name that tells its content."""

import re
from collections.abc import Callable
from pathlib import Path

import dsfr
import pytest
from django.conf import LazySettings, settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import call_command
from django.test import Client, override_settings
from dsfr.constants import DsfrStaticAssets

from agents.models import Agent

ASKED = re.compile(r"""{%-?\s*static\s+["']([^"']+)["']""")
DESIGN_SYSTEM = Path(dsfr.__file__).parent / "templates" / "dsfr"


def asked_for() -> set[str]:
    """The files named by our templates, by the design system's tags and by the templates of these that we use."""
    templates = [*(Path(settings.BASE_DIR) / "templates").rglob("*.html")]
    templates += [DESIGN_SYSTEM / "favicon.html", DESIGN_SYSTEM / "theme_modale.html"]
    named = {name for template in templates for name in ASKED.findall(template.read_text())}
    return named | {path for name, path in vars(DsfrStaticAssets).items() if name.isupper()}


def test_every_file_that_a_page_asks_for_is_collected(tmp_path: Path) -> None:
    """The names that style sheets hold are followed too: collectstatic refuses one that leads nowhere."""
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path, DEBUG=False):
        call_command("collectstatic", interactive=False, verbosity=0)
        collected = ManifestStaticFilesStorage()
        missing = [name for name in asked_for() if name not in collected.hashed_files]
    assert missing == []


def test_what_no_page_asks_for_stays_out(tmp_path: Path) -> None:
    with override_settings(STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0)
    assert sum(path.is_file() for path in tmp_path.rglob("*")) < 2_000


@pytest.mark.parametrize("etat", [True, False])
def test_every_kind_of_page_has_an_icon_and_so_has_the_address_browsers_try(
    connect: Callable[[Agent], Client], administrateur: Agent, settings: LazySettings, etat: bool
) -> None:
    settings.MARQUE_ETAT = etat
    client = connect(administrateur)

    for address in ("/compte/", "/administration/"):
        icon = re.search(r'<link rel="icon"\s[^>]*href="([^"]+)"', client.get(address).content.decode())
        assert icon
        assert finders.find(icon[1].removeprefix("/static/"))
    tried = Client().get("/favicon.ico")
    assert finders.find(tried.headers["Location"].removeprefix("/static/"))
