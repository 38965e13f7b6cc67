"""An office's server. Start-up fails on a missing secret and on anything that belongs to a trial."""

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403
from .base import CHIFFREMENT_CLES, DATE_METIER, DATE_METIER_DEPART, METRIQUES_JETON, PE_FACTEUR_TEMPS, env

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
PE_URL = env.str("PE_URL")  # the simulator's address must never be a default here
ADRESSE_PUBLIQUE = env.str("ADRESSE_PUBLIQUE", default="") or f"https://{next(iter(ALLOWED_HOSTS), '')}"
# A training server talks to the simulator beside it, and holds nobody's real file.
FORMATION = env.bool("FORMATION", default=False)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

if DATE_METIER or DATE_METIER_DEPART:
    raise ImproperlyConfigured(
        "DATE_METIER moves the legal date: it is refused in production. Unset it and start again."
    )

if PE_FACTEUR_TEMPS != 1:
    raise ImproperlyConfigured("PE_FACTEUR_TEMPS shortens the waits of tests: in production it is 1. Unset it.")

_CLES_PUBLIQUES = {
    "bG9jYWwtbG9jYWwtbG9jYWwtbG9jYWwtbG9jYWwtbG8=": "that of the local settings",
    "Y29uc3RydWN0aW9uLWNvbnN0cnVjdGlvbi1jb25zdHI=": "one that the Dockerfile once published",
}
if not CHIFFREMENT_CLES:
    raise ImproperlyConfigured("CHIFFREMENT_CLES holds no key: nothing could be kept secret.")
for _rang, _cle in enumerate(CHIFFREMENT_CLES, start=1):
    try:
        Fernet(_cle)
    except ValueError as _erreur:
        raise ImproperlyConfigured(
            f"CHIFFREMENT_CLES: key {_rang} is not 32 bytes in url-safe base64. Make one as docs/exploitation.md says."
        ) from _erreur
    if _origine := _CLES_PUBLIQUES.get(_cle):
        raise ImproperlyConfigured(f"CHIFFREMENT_CLES: key {_rang} is {_origine}, known to everyone.")
if SECRET_KEY.startswith("local-"):
    raise ImproperlyConfigured("SECRET_KEY is that of the local settings, known to everyone.")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY is too short to be secret. Make one as docs/exploitation.md says.")

if METRIQUES_JETON and len(METRIQUES_JETON) < 32:
    raise ImproperlyConfigured("METRIQUES_JETON is too short to be secret. Make one as docs/exploitation.md says.")

if not PE_URL.startswith("https://") and not FORMATION:
    raise ImproperlyConfigured(
        "PE_URL must be https: syntheses would travel in clear text. On a training server, which holds no real file, "
        "FORMATION=true lets it be the simulator's."
    )

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^sante/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10  # seconds
