"""What holds everywhere. Everything that changes between machines comes from the environment."""

import math
from datetime import date
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

# --- applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "core",
    "agents",
    "cai",
    "exemptions",
    "bilan",
    "poleemploi",
    "dossiers",
    "widget_tweaks",
    "dsfr",  # before django.forms: its form templates replace Django's
    "django.forms",
    "config.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "config.apps.StatiquesConfig",
    "django.contrib.postgres",
    "axes",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.SessionLimitsMiddleware",
    "core.middleware.ConnexionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.soumissions.SoumissionMiddleware",
    "core.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "core.context_processors.site",
            ],
            "builtins": ["core.templatetags.formulaires"],
        },
    },
]

# --- data -------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"].update(
    {
        "CONN_MAX_AGE": env.int("DB_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        # PostgreSQL's JIT compiles short list queries for longer than they run.
        "OPTIONS": {"options": "-c jit=off -c lock_timeout=10s -c statement_timeout=30s"},
    }
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cai",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},  # seconds: a caller waits behind
    }
}
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# --- people and sessions ------------------------------------------------------------------------

AUTH_USER_MODEL = "agents.Agent"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "agents.backends.AgentBackend"]
LOGIN_URL = "agents:connexion"
LOGIN_REDIRECT_URL = "/"  # the desk
LOGOUT_REDIRECT_URL = "agents:connexion"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("prenom", "nom", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds: one hour
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # a flushed broker must not log everyone out
SESSION_COOKIE_NAME = "cai_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_INACTIVITE_MINUTES = env.int("SESSION_INACTIVITE_MINUTES", default=30)
SESSION_DUREE_MAX_HEURES = env.int("SESSION_DUREE_MAX_HEURES", default=10)
SESSION_COOKIE_AGE = SESSION_DUREE_MAX_HEURES * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "core.views.csrf_failure"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours: fifteen minutes
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "agents.views.account_locked"
AXES_USERNAME_CALLABLE = "agents.backends.lockout_key"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # core.JournalAcces is the one journal of log-ins
AXES_VERBOSE = False  # its log lines carry the typed address
AXES_ENABLE_ADMIN = False
AXES_IPWARE_PROXY_COUNT = env.int("PROXY_COUNT", default=0)
AXES_SENSITIVE_PARAMETERS = ["username", "password"]

# Where the links of letters lead: never what a request calls this server.
ADRESSE_PUBLIQUE = env.str("ADRESSE_PUBLIQUE", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}")
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ne-pas-repondre@ofii.example")

# --- language, time ---------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# The business clock (core.clock): an ISO date or date-time; empty means the real one.
DATE_METIER = env.str("DATE_METIER", default="")
# Real instant at which DATE_METIER held, so that every process of one run agrees.
DATE_METIER_DEPART = env.str("DATE_METIER_DEPART", default="")
DATE_METIER_PERMISE = False
REGIME_CAI_FIN: date | None = (
    env.str("REGIME_CAI_FIN", default="") and date.fromisoformat(env.str("REGIME_CAI_FIN"))
) or None

# --- static files -----------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]

# --- the State's design system ------------------------------------------------------------------

DSFR_CONTENT_IS_SAFE = False  # otherwise its tags print what they are given unescaped
DSFR_USE_INTEGRITY_CHECKSUMS = False  # they do not survive hashed file names
# The State's brand is reserved to the State: an office that is not one empties this.
MARQUE_ETAT = env.bool("MARQUE_ETAT", default=True)
SERVICE_NOM = env.str("SERVICE_NOM", default="Bilans de compétences du CAI")
VERSION = "0.1.0"
GALERIE = False  # the page of components, for those who write pages

# --- browser security -------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes; the longest form is a synthesis
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS = ["core.uploads.MemoryHandler"]  # no temporary file, which would be in clear
FICHIER_TAILLE_MAX = env.int("FICHIER_TAILLE_MAX", default=5_000_000)  # bytes; of one file that agents send

# --- encryption at rest -----------------------------------------------------------------------

# Fernet keys separated by commas; the first encrypts, all decrypt.
CHIFFREMENT_CLES = env.list("CHIFFREMENT_CLES")

# --- rules that an office may move (domain reference, tag [D]) -----------------------------------

BILAN_DELAI_CONVOCATION_JOURS = env.int("BILAN_DELAI_CONVOCATION_JOURS", default=15)
# What the exchange tells the statistics of a bilan, which imports nothing of it (reference D.1).
BILAN_FAITS_ECHANGE = "poleemploi.statistique.exchange_facts"
BILAN_DELAI_JUSTIFICATION_JOURS = env.int("BILAN_DELAI_JUSTIFICATION_JOURS", default=15)
SYNTHESE_CONSERVATION_SANS_DECISION_JOURS = env.int("SYNTHESE_CONSERVATION_SANS_DECISION_JOURS", default=30)

# --- the partner --------------------------------------------------------------------------------

PE_URL = env.str("PE_URL", default="http://127.0.0.1:8001")
PE_CLIENT_ID = env.str("PE_CLIENT_ID", default="ofii-cai")
PE_CLIENT_SECRET = env.str("PE_CLIENT_SECRET")
PE_TIMEOUT_CONNEXION = env.float("PE_TIMEOUT_CONNEXION", default=5.0)  # seconds
PE_TIMEOUT_LECTURE = env.float("PE_TIMEOUT_LECTURE", default=20.0)  # seconds
# Divides every wait of the exchange that is ours to choose (back-off, pauses, sweeps); 1 outside tests.
PE_FACTEUR_TEMPS = env.float("PE_FACTEUR_TEMPS", default=1.0)
# Held off after the restoration of a backup: rows "to send" may have been sent since.
EMETTEUR_ACTIF = env.bool("EMETTEUR_ACTIF", default=True)

# What Prometheus shows as its bearer token on /metriques/; empty, the address does not exist.
METRIQUES_JETON = env.str("METRIQUES_JETON", default="")

# --- queue --------------------------------------------------------------------------------------

PE_BALAYAGE = 50.0  # seconds; a sweep begins no step after so long
# A request at its longest: to connect, twice PE_TIMEOUT_LECTURE for the answer, and one read begun within that time.
_DEMANDE = PE_TIMEOUT_CONNEXION + 3 * PE_TIMEOUT_LECTURE
PE_RANGEMENT = 30.0  # seconds; a lot begins to record or to give back no row alone after so long
# A sweep whose last step fetches a token, or waits for it, then asks and puts its lot away; the rest is the database's,
# three locks of a row, each waited for ten seconds, and the second within which the requests of a lot begin.
CELERY_TASK_TIME_LIMIT = math.ceil(PE_BALAYAGE + 2 * _DEMANDE + PE_RANGEMENT) + 40
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": env.str("CELERY_PREFIX", default="cai:"),
    "visibility_timeout": CELERY_TASK_TIME_LIMIT + 30,  # seconds; a task that runs must not be given to another worker
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False  # a letter written on the console stays a letter
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    # Legal terms fall at midnight; late is harmless, since every run finds all that is due.
    "balayer-transmissions": {
        "task": "poleemploi.balayer",
        "schedule": 15 / PE_FACTEUR_TEMPS,
        "options": {"expires": 15},  # with every worker busy, sweeps must not pile up
    },
    "battre": {"task": "core.battre", "schedule": 30, "options": {"expires": 120}},  # proves the whole chain
    "lire-retours": {
        "task": "poleemploi.lire_retours",
        "schedule": 60 / PE_FACTEUR_TEMPS,
        "options": {"expires": 60},
    },
    "balayer-tirages": {"task": "bilan.balayer_tirages", "schedule": 30, "options": {"expires": 30}},
    # Every hour: what is due is due on its day, and a machine that sleeps at night must not keep it.
    "appliquer-conservation": {"task": "bilan.appliquer_conservation", "schedule": crontab(minute="10")},
    # Ten minutes later: it closes what a destroyed content leaves without an aim.
    "clore-sans-espoir": {"task": "poleemploi.clore_sans_espoir", "schedule": crontab(minute="20")},
    # Every night, after the destructions.
    "ouvrir-suivis": {"task": "bilan.ouvrir_suivis", "schedule": crontab(hour="3", minute="20")},
    "clore-echus": {"task": "bilan.clore_echus", "schedule": crontab(hour="3", minute="30")},
    "compter-finis": {"task": "bilan.compter_finis", "schedule": crontab(hour="3", minute="40")},
    # Once a day; a missed day is made up for by the next.
    "oublier-sessions": {"task": "core.oublier_sessions", "schedule": crontab(hour="4", minute="40")},
    "oublier-acces": {"task": "core.oublier_acces", "schedule": crontab(hour="4", minute="50")},
    # Before the two that follow: what they find then is only what a file still open holds beyond its term.
    "anonymiser": {"task": "dossiers.anonymiser", "schedule": crontab(hour="4", minute="45")},
    "oublier-retours": {"task": "poleemploi.oublier_retours", "schedule": crontab(hour="4", minute="50")},
    "oublier-soumissions": {"task": "core.oublier_soumissions", "schedule": crontab(hour="4", minute="55")},
    "oublier-faits-prives": {"task": "cai.oublier_faits_prives", "schedule": crontab(hour="4", minute="55")},
    "oublier-copies": {"task": "exemptions.oublier_copies", "schedule": crontab(hour="5", minute="0")},
}

# --- API ----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "agents.authentication.JetonAuthentication",
        "agents.authentication.SessionAuthentification",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["agents.authentication.EstAgent"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.parsers.CorpsJson"],
    "DEFAULT_PAGINATION_CLASS": "core.pagination.PaginationParCle",
    "PAGE_SIZE": 50,
    "NUM_PROXIES": AXES_IPWARE_PROXY_COUNT,  # else throttles believe whatever address the caller writes
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.problem_handler",
    "DEFAULT_THROTTLE_CLASSES": ["core.throttling.DebitDesComptes", "core.throttling.DebitDesInconnus"],
    "DEFAULT_THROTTLE_RATES": {"user": env.str("API_DEBIT", default="1200/min"), "anon": "30/min"},
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CAI : bilans de compétences professionnelles",
    "VERSION": "1.0",
    "DESCRIPTION": "Interface de programmation : les mêmes services et les mêmes droits que les pages.",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["agents.authentication.EstAgent"],
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api_schema.tidy",
    ],
    "ENUM_NAME_OVERRIDES": {
        "GenreCourrier": "bilan.models.Courrier.Genre",
        "EtatBilan": "bilan.states.Etat",
        "NiveauFrancais": "cai.models.Prestation.Niveau",
        "ResultatPreArrivee": "cai.models.EvaluationPreArrivee.Resultat",
        "EtatTransmission": "poleemploi.states.EtatTransmission",
        "TypeProposition": "cai.models.PropositionPrefet.Type",
        "TypePiece": "exemptions.models.Justificatif.Type",
        "DecisionPersonne": "bilan.models.Consentement.Decision",
        "DecisionPrefet": "cai.models.PropositionPrefet.Decision",
        "TypePrestation": "cai.models.Prestation.Type",
        "GenreCertificat": "cai.models.Certificat.Genre",
        "StatutRendezVous": "bilan.models.RendezVous.Statut",
    },
}

# --- logs: structured, one line each, never a person's data --------------------------------------

LOG_NIVEAU = env.str("LOG_NIVEAU", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="json")
LOGGING_CONFIG = "core.logs.configure"
LOGGING = {"niveau": LOG_NIVEAU, "format": LOG_FORMAT}
