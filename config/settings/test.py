"""The test suite: the local machine, with cheap passwords and no throttling."""

from .local import *  # noqa: F403
from .local import CELERY_BROKER_TRANSPORT_OPTIONS, REST_FRAMEWORK, env

METRIQUES_JETON = ""
DATE_METIER = DATE_METIER_DEPART = ""  # each test chooses its own day
ADRESSE_PUBLIQUE = "http://testserver"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **CELERY_BROKER_TRANSPORT_OPTIONS,
    "global_keyprefix": env.str("CELERY_PREFIX", default="test:"),
}
CELERY_TASK_PUBLISH_RETRY = False
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}
WHITENOISE_AUTOREFRESH = True  # else each new client of a test lists every static file again: 100 ms
