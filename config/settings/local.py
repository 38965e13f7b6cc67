"""One person's machine: a laptop, a training room, a demonstration. Never a server."""

import os
from pathlib import Path

import environ

# What the caller chose, as opposed to what is completed below (the launcher needs to know).
ENVIRONNEMENT_DONNE = frozenset(os.environ)

# The servers, keys and business date of the application that runs from this folder, if one does; not for the tests.
if os.environ.get("DJANGO_SETTINGS_MODULE") == __name__:
    _donnees = Path(os.environ.get("CAI_DONNEES") or Path(__file__).resolve().parents[2] / "var")
    for _fichier in ("session.env", "secrets.env"):
        if (_donnees / _fichier).exists():
            environ.Env.read_env(_donnees / _fichier)

# Known to everyone, hence worth nothing: they exist so that one command is enough to try.
os.environ.setdefault("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/cai")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/0")
os.environ.setdefault("CHIFFREMENT_CLES", "bG9jYWwtbG9jYWwtbG9jYWwtbG9jYWwtbG9jYWwtbG8=")
os.environ.setdefault("PE_CLIENT_SECRET", "secret-du-simulateur")

from .base import *  # noqa: E402, F403
from .base import env  # noqa: E402

SECRET_KEY = env.str("SECRET_KEY", default="local-" + "x" * 60)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
DATE_METIER_PERMISE = True
GALERIE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = None  # files are served from where they lie
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
