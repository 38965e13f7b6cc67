"""One person's machine: a laptop, a training room, a demonstration. Never a server."""

import os

# Known to everyone, hence worth nothing: they exist so that one command is enough to try.
os.environ.setdefault("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/cai")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/0")
os.environ.setdefault("CHIFFREMENT_CLES", "bG9jYWwtbG9jYWwtbG9jYWwtbG9jYWwtbG9jYWwtbG8=")
os.environ.setdefault("PE_CLIENT_SECRET", "secret-du-simulateur")

from .base import *  # noqa: F403
from .base import env

SECRET_KEY = env.str("SECRET_KEY", default="local-" + "x" * 60)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
DATE_METIER_PERMISE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
