"""An office's settings, loaded as a server loads them: in a process of their own, from its environment alone."""

import json
import os
import re
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

from tests.repository.sources import RACINE

ENVIRONNEMENT = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "cai.example,autre.example",
    "PE_URL": "https://partenaire.example",
    "PE_CLIENT_SECRET": "secret",
    "DATABASE_URL": "postgres://127.0.0.1:1/cai",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "CHIFFREMENT_CLES": Fernet.generate_key().decode(),
}
NOMS = [
    "DEBUG", "ADRESSE_PUBLIQUE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    *(f"{cookie}_COOKIE_{flag}" for cookie in ("SESSION", "CSRF") for flag in ("SECURE", "HTTPONLY", "SAMESITE")),
]  # fmt: skip


def load(**changes: str) -> subprocess.CompletedProcess[str]:
    script = (
        "import json, django; from django.conf import settings; django.setup(); "
        f"print(json.dumps({{name: getattr(settings, name) for name in {NOMS}}}))"
    )
    environment = {"PATH": os.environ["PATH"], **ENVIRONNEMENT, **changes}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], env=environment, cwd=RACINE, capture_output=True, text=True
    )


def test_cookies_travel_encrypted_only_and_out_of_the_reach_of_scripts() -> None:
    loaded = load()
    assert loaded.returncode == 0, loaded.stderr
    values = json.loads(loaded.stdout.splitlines()[-1])
    assert values == {
        "DEBUG": False,
        "ADRESSE_PUBLIQUE": "https://cai.example",
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        **{f"{cookie}_COOKIE_{flag}": True for cookie in ("SESSION", "CSRF") for flag in ("SECURE", "HTTPONLY")},
        **{f"{cookie}_COOKIE_SAMESITE": "Lax" for cookie in ("SESSION", "CSRF")},
    }


@pytest.mark.parametrize("url", ["http://partenaire.example", "http://127.0.0.1:8001", "HTTP://x", "partenaire"])
def test_a_partner_spoken_to_in_clear_text_stops_the_start(url: str) -> None:
    refused = load(PE_URL=url)
    assert refused.returncode != 0
    assert "PE_URL must be https" in refused.stderr


def test_a_training_server_may_talk_to_the_simulator() -> None:
    assert load(PE_URL="http://simulateur:8001", FORMATION="true").returncode == 0
    assert load(PE_URL="http://simulateur:8001", FORMATION="").returncode != 0


PUBLIEE = "Y29uc3RydWN0aW9uLWNvbnN0cnVjdGlvbi1jb25zdHI="
BONNE = ENVIRONNEMENT["CHIFFREMENT_CLES"]
_SETTINGS = (RACINE / "config" / "settings" / "local.py").read_text(encoding="utf-8")
(LOCALE,) = re.findall(r'"CHIFFREMENT_CLES", "([^"]+)"', _SETTINGS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"CHIFFREMENT_CLES": ""}, "CHIFFREMENT_CLES holds no key"),
        ({"CHIFFREMENT_CLES": "trop-courte"}, "key 1 is not 32 bytes"),
        ({"CHIFFREMENT_CLES": f"{BONNE},é"}, "key 2 is not 32 bytes"),
        ({"CHIFFREMENT_CLES": f"{BONNE},{LOCALE}"}, "key 2 is that of the local"),
        ({"CHIFFREMENT_CLES": PUBLIEE}, "key 1 is one that the Dockerfile once published"),
        ({"SECRET_KEY": "construction"}, "SECRET_KEY is too short"),
        ({"SECRET_KEY": "local-" + "x" * 60}, "SECRET_KEY is that of the local settings"),
        ({"PE_FACTEUR_TEMPS": "60"}, "PE_FACTEUR_TEMPS shortens"),
        ({"PE_FACTEUR_TEMPS": "0.5"}, "PE_FACTEUR_TEMPS shortens"),
    ],
)
def test_what_is_only_good_for_trying_stops_the_start_in_one_sentence(changes: dict[str, str], said: str) -> None:
    refused = load(**changes)
    assert refused.returncode != 0
    last = refused.stderr.splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert said in last
    assert BONNE not in refused.stderr


def test_several_keys_may_be_in_use() -> None:
    assert load(CHIFFREMENT_CLES=f"{Fernet.generate_key().decode()},{BONNE}").returncode == 0


@pytest.mark.parametrize(("jeton", "starts"), [("", True), ("x" * 31, False), ("x" * 32, True)])
def test_the_measures_are_behind_a_token_that_is_long_enough_or_do_not_exist(jeton: str, starts: bool) -> None:
    started = load(METRIQUES_JETON=jeton)
    assert (started.returncode == 0) is starts
    assert starts or "METRIQUES_JETON is too short" in started.stderr
