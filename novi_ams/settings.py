"""Settings, all from the environment; `.env.example` lists and explains every variable."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
import structlog
from django.core.exceptions import ImproperlyConfigured

from novi_ams import embedded_broker
from novi_ams.logs import redact_secrets
from novi_ams.secrets_on_disk import local_secret

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
VAR_DIR: Path = Path(env.str("VAR_DIR", default="") or BASE_DIR / "var")
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG: bool = env.bool("DEBUG", default=True)
if DEBUG and (VAR_DIR / "demo.env").exists():
    # What `make demo` chose for its processes: a command in another terminal talks to the same sandbox.
    environ.Env.read_env(VAR_DIR / "demo.env")
SITE_URL: str = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]

IS_THIS_MACHINE = SITE_HOST in {"localhost", "127.0.0.1", "::1"}

if DEBUG and not IS_THIS_MACHINE:
    raise ImproperlyConfigured("SITE_URL is not this machine, so this is no development: set DEBUG=false.")
if not DEBUG:
    # For a site that says it is this machine, as the demo does, the keys under var/ and the local hosts are right.
    needed = ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "ALLOWED_HOSTS")
    for name in ("SITE_URL", *(() if IS_THIS_MACHINE else needed)):
        if not env.str(name, default=""):
            raise ImproperlyConfigured(f"Set {name}: with DEBUG=false nothing starts on a default.")

SECRET_KEY: str = env.str("SECRET_KEY", default="") or local_secret(VAR_DIR / "secret_key")
FIELD_ENCRYPTION_KEYS: list[str] = env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [
    local_secret(VAR_DIR / "field_encryption_key")
]
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[]) or LOCAL_HOSTS
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "django_filters",
    "django_tables2",
    "django_structlog",
    "lucide",
    "csp",
    "axes",
    "novi_ams.audit",
    "novi_ams.association",
    "members",
    "groups",
    "integrations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "novi_ams.association.middleware.OneLoopbackAddressMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "novi_ams.association.interrupted.SignInFirstMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "novi_ams.association.middleware.VaryOnHtmxMiddleware",
    "novi_ams.audit.middleware.ActorMiddleware",
    "novi_ams.association.middleware.TimeZoneMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "novi_ams.urls"
WSGI_APPLICATION = "novi_ams.wsgi.application"
ASGI_APPLICATION = "novi_ams.asgi.application"
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
                "novi_ams.association.shell.shell",
            ],
        },
    },
]

# A request is many small transactions on purpose: none may be open while Constant Contact is called.
ATOMIC_REQUESTS = False
DATABASE_URL: str = env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'novi.sqlite3'}"
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        # Immediate: a transaction that reads first and writes later cannot wait for the lock, it fails.
        timeout=30,
        transaction_mode="IMMEDIATE",
        # Pages of 16 kB, which only a new file takes: a tenth less work in a first sync than with those of 4. A batch
        # writes pages that the next one writes again: copied into the file every 32 MB, not every 4.
        init_command="PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;"
        " PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=2000;",
    )
    # A file, as in production: threads that share a database in memory fail where these wait for each other.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env.str("REDIS_URL", default="")
BROKER_DIR = VAR_DIR / "broker"
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    CELERY_BROKER_URL = REDIS_URL
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CELERY_BROKER_URL = f"{embedded_broker.SCHEME}://"
    for folder in ("queue", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        # kombu's default of one second would make every edit wait for the poll.
        "polling_interval": 0.05,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

EMAIL_CONFIG = env.email_url_config(env.str("EMAIL_URL", default="") or "consolemail://")
vars().update(EMAIL_CONFIG)
# Seconds. Without it a mail server that does not answer would hold a worker for ever.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="") or f"Novi AMS <novi@{SITE_HOST}>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

CONSTANT_CONTACT_CLIENT_ID: str = env.str("CONSTANT_CONTACT_CLIENT_ID", default="")
CONSTANT_CONTACT_CLIENT_SECRET: str = env.str("CONSTANT_CONTACT_CLIENT_SECRET", default="")
CONSTANT_CONTACT_API_URL: str = env.str("CONSTANT_CONTACT_API_URL", default="https://api.cc.email/v3")
CONSTANT_CONTACT_AUTH_URL: str = env.str(
    "CONSTANT_CONTACT_AUTH_URL", default="https://authz.constantcontact.com/oauth2/default/v1"
)
CONSTANT_CONTACT_REQUESTS_PER_SECOND: float = env.float("CONSTANT_CONTACT_REQUESTS_PER_SECOND", default=4)
CONSTANT_CONTACT_REQUESTS_PER_DAY: int = env.int("CONSTANT_CONTACT_REQUESTS_PER_DAY", default=10_000)

AUTH_USER_MODEL = "association.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "novi_ams.association.role_backend.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
# Its default is the user model's field, “email”, but Django's sign-in form calls the field “username”.
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "association/locked_out.html"
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SITE_URL.startswith("https://") else 0
SECURE_REFERRER_POLICY = "same-origin"
# The pop-up has to reach the window that opened it after a journey through Constant Contact's own site.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin-allow-popups"
X_FRAME_OPTIONS = "DENY"

AUTH_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(CONSTANT_CONTACT_AUTH_URL))
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        # Connecting is a form that answers with a redirect to Constant Contact; Chromium checks that too.
        "form-action": ["'self'", AUTH_ORIGIN],
    }
}

LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "uploads"},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

DJANGO_TABLES2_TEMPLATE = "components/table.html"

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        redact_secrets,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"]),
            ],
            "foreign_pre_chain": [
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                redact_secrets,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        # It warns at every start that a broker in files has no host.
        "kombu.connection": {"level": "ERROR"},
    },
}
