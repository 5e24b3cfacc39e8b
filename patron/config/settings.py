"""Django's settings, made from the environment and from what the rooms declare."""

import importlib
import importlib.util
import socket
import sys
from typing import Any

from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from patron.config import environment
from patron.console import look
from patron.kernel import dynamic, languages

ENVIRONMENT = environment.read()

SANDBOX = ENVIRONMENT.sandbox
DEBUG = False
SECRET_KEY = ENVIRONMENT.secret_key
SECRET_KEY_FALLBACKS = list(ENVIRONMENT.secret_key_fallbacks)
DATA_DIR = ENVIRONMENT.data_dir
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
# A page of another site that points its name at this machine must not be answered, so only names of ours are; a sandbox
# that is opened to a network on purpose is called by names it cannot know.
_LOCAL_HOSTS = ["localhost", ".localhost", "127.0.0.1", "[::1]", "host.docker.internal", socket.gethostname()]
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts) or (
    ["*"] if SANDBOX and ENVIRONMENT.host in ("0.0.0.0", "::") else [*_LOCAL_HOSTS, ENVIRONMENT.host]  # noqa: S104
)
USE_X_FORWARDED_HOST = bool(TRUSTED_PROXIES)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

ROOMS = [
    "kernel", "gateways", "reference", "channels", "accounts", "customers", "orders", "segments", "loyalty", "support",
    "sandbox", "operations", "console",
]  # fmt: skip
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "patron.console.apps.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "constance",
    "procrastinate.contrib.django",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    *(f"patron.{room}" for room in ROOMS if room != "sandbox" or SANDBOX),
]
AUTH_USER_MODEL = "channels.Staff"
AUTHENTICATION_BACKENDS = ["patron.channels.permissions.StaffBackend"]
STAFF_AUTHENTICATION = "patron.channels.authentication.StaffTokenAuthentication"
ROOT_URLCONF = "patron.config.urls"
WSGI_APPLICATION = "patron.config.wsgi.application"
MIDDLEWARE = [
    "patron.kernel.middleware.RequestMiddleware",
    "patron.kernel.idempotency.IdempotencyMiddleware",
    "patron.console.middleware.ConsoleMiddleware",
]
# The console's middleware holds these for its own addresses only, since each layer costs every read.
SILENCED_SYSTEM_CHECKS = ["admin.E408", "admin.E409", "admin.E410"]
APPEND_SLASH = False  # a redirect would lose a POST; the addresses that are called without a slash are named

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def _database() -> dict[str, Any]:
    parts = conninfo_to_dict(ENVIRONMENT.database_url or "postgresql:///patron")
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{setting: str(parts.pop(key, "") or "") for key, setting in known.items()},
        "CONN_MAX_AGE": None,  # a new connection a request costs 4.5 ms of PostgreSQL
        "OPTIONS": {
            "connect_timeout": 5,
            "application_name": "patron",
            "options": "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000",
            **parts,
            "server_side_binding": True,
            "prepare_threshold": 2,
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENVIRONMENT.redis_url}
    if ENVIRONMENT.redis_url
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# The storefront's session is Patron's own table; the console has a cookie and a table of its own, so that a shopper's
# session can never open it.
SESSION_COOKIE = ENVIRONMENT.session_cookie
SESSION_COOKIE_NAME = "patron_console"
SESSION_COOKIE_PATH = "/console/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not SANDBOX
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CSRF_COOKIE_NAME = "patron_console_csrf"
CSRF_COOKIE_PATH = "/console/"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
LOGIN_URL = "/console/login/"
LOGIN_REDIRECT_URL = "/console/"

PASSWORD_HASHERS = [
    "patron.kernel.passwords.Argon2",
    "patron.kernel.passwords.Argon2OverMd5",
    "patron.kernel.passwords.Argon2OverSha1",
    "patron.kernel.passwords.Argon2OverSha256",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = languages.DEFAULT_LANGUAGE
LANGUAGES = [
    ("tr", _("Turkish")),
    ("en", _("English")),
    ("ar", _("Arabic")),
    ("ru", _("Russian")),
    ("de", _("German")),
    ("fr", _("French")),
]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LOCALE_PATHS = [str(importlib.import_module("patron").__path__[0]) + "/locale"]

STATIC_URL = "/static/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000  # the console's page of rights has a field a permission
FILE_UPLOAD_MAX_MEMORY_SIZE = 12_000_000

if ENVIRONMENT.smtp:
    EMAIL_HOST, EMAIL_PORT = ENVIRONMENT.smtp.host, ENVIRONMENT.smtp.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENVIRONMENT.smtp.username, ENVIRONMENT.smtp.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = ENVIRONMENT.smtp.use_ssl, ENVIRONMENT.smtp.use_starttls
EMAIL_TIMEOUT = 10
CLAMD_URL = ENVIRONMENT.clamd_url
MAIL_GATEWAY = "smtp" if ENVIRONMENT.smtp else "inbox"

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["patron.kernel.encoding.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["patron.kernel.parsing.JsonParser", "patron.kernel.parsing.BoundedFormParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "patron.kernel.encoding.JsonAlways",
    "EXCEPTION_HANDLER": "patron.kernel.rendering.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "patron.operations.openapi.channels.Schema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Patron",
    "VERSION": importlib.import_module("patron").__version__,
    "OAS_VERSION": "3.1.0",
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,  # they are for those who read the code
    "COMPONENT_SPLIT_REQUEST": True,  # so that a file that comes in is bytes, and an empty text is told from none
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "GenderEnum": "patron.kernel.fields.GENDERS",
        "CustomerGenderEnum": "patron.customers.models.Customer.Gender",
    },
    "PREPROCESSING_HOOKS": ["patron.operations.openapi.shaping.drop_twins"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "patron.operations.openapi.shaping.complete",
    ],
}

for _room in ROOMS:  # each room that has dynamic settings declares them in its `settings.py`
    if importlib.util.find_spec(f"patron.{_room}.settings"):
        importlib.import_module(f"patron.{_room}.settings")
UNFOLD = look.UNFOLD
CONSTANCE_BACKEND = "constance.backends.database.DatabaseBackend"
CONSTANCE_ADDITIONAL_FIELDS: dict[str, Any] = {}
CONSTANCE_CONFIG = {
    name: (setting.default, setting.help, type(setting.default)) for name, setting in dynamic.REGISTRY.items()
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
LOGGING_CONFIG = None
if "pytest" not in sys.modules:
    from patron.kernel import logs

    logs.configure(ENVIRONMENT.log_level)
