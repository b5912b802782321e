"""Every setting of the project, from this file and the environment (`deploy/env.example` lists the variables)."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from lapor import logs
from lapor.environment import bucket, flag, number, paired, required, text

django_stubs_ext.monkeypatch()  # lets ModelAdmin[...] and its kin be written as they are typed

BASE_DIR = Path(__file__).resolve().parent.parent


KEYGEN = "Make it once with `./run keys` and keep it safe; `./run` with LAPOR_DEBUG=1 makes its own."

DEBUG = flag("LAPOR_DEBUG")
TICKETS = not DEBUG  # sensitive commands ask for the number under which they were asked for (officers/management/tickets.py)
LAPOR_HOME = Path(text("LAPOR_HOME", str(BASE_DIR / "var"))).resolve()
LAPOR_ROLE = text("LAPOR_ROLE", "all")
if LAPOR_ROLE not in {"public", "staff", "worker", "all"}:
    raise ImproperlyConfigured(f"LAPOR_ROLE must be public, staff, worker or all, not {LAPOR_ROLE!r}.")

# Secrets. The vault's keys are base64 of 32 bytes (an X25519 pair); the opener's half is asked only where cases are worked on.
SECRET_KEY = required("SECRET_KEY", KEYGEN)
VAULT_PUBLIC_KEY = required("VAULT_PUBLIC_KEY", KEYGEN)
VAULT_KEY = "" if LAPOR_ROLE == "public" else required("VAULT_KEY", KEYGEN)
if VAULT_KEY and not paired(VAULT_KEY, VAULT_PUBLIC_KEY):  # what is sealed now must be openable later
    raise ImproperlyConfigured("VAULT_KEY and VAULT_PUBLIC_KEY are not a pair. " + KEYGEN)
CASE_CODE_PEPPER = required("CASE_CODE_PEPPER", KEYGEN)

ALLOWED_HOSTS = [host.strip() for host in text("ALLOWED_HOSTS", "127.0.0.1,localhost").split(",") if host.strip()]
SITE_URL = text("SITE_URL", f"http://127.0.0.1:{text('LAPOR_PORT', '8000')}").rstrip("/")
ROOT_URLCONF = "lapor.urls"
WSGI_APPLICATION = "lapor.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_structlog",
    "pgtrigger",
    "lapor",
    "institutions",
    "officers",
    "complaints",
    "monitoring",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "lapor.headers.HeaderMiddleware",
    "lapor.middleware.ProxyMiddleware",
    "lapor.middleware.OutageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads each answer by chance, so that its length tells nothing (docs/decisions/0011)
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lapor.middleware.LogMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "lapor.middleware.SizeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lapor.middleware.ActorMiddleware",
    "lapor.staff.StaffMiddleware",
    "lapor.errors.RefusalMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "lapor.site.ReadOnlyMiddleware",  # last: what the log-in and the session write lies outside it
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["lapor.ground.looks"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lapor.site.announcements",
            ],
        },
    },
]


# Database: PostgreSQL 15 or newer, by a libpq URL or connection string. Connections live for a minute and are checked
# before use, so that a restart of the server costs nobody an error.
def database(dsn: str) -> dict[str, Any]:
    """Django's settings for one libpq URL or connection string."""
    parts: dict[str, Any] = {key: value for key, value in conninfo_to_dict(dsn).items() if value is not None}
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    known = {name: str(parts.pop(key, "")) for name, key in names.items()}
    options = {"connect_timeout": 5, **parts}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **known,
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database(required("DATABASE_URL", "Start through `./run`, or give a libpq URL of PostgreSQL 15+."))}


# Redis or Valkey: one server, one database for the broker and the next one for the cache.
def redis_url(base: str, *, shift: int = 0, celery: bool = False) -> str:
    """REDIS_URL (redis://, rediss:// or unix://) moved `shift` databases further, in Django's or Celery's spelling."""
    parts = urlsplit(base)
    if parts.scheme != "unix":
        number = int(parts.path.strip("/") or 0) + shift
        return urlunsplit(parts._replace(path=f"/{number}"))
    number = int(parse_qs(parts.query).get("db", ["0"])[0]) + shift
    scheme, query = ("redis+socket", "virtual_host") if celery else ("unix", "db")
    return f"{scheme}://{parts.path}?{query}={number}"


REDIS_URL = required("REDIS_URL", "Start through `./run`, or give the URL of a Redis-compatible server.")
if worker := text("PYTEST_XDIST_WORKER"):  # tests side by side empty their cache, and must not empty their neighbour's
    REDIS_URL = redis_url(REDIS_URL, shift=2 * int(worker.removeprefix("gw")))
SITE_SECONDS = 3
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_url(REDIS_URL, shift=1),
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    },
    # How the site stands (banners, read-only): in each process's own memory, so that no page needs a query or the server above.
    "site": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "site", "TIMEOUT": SITE_SECONDS},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# Background work. The rows in PostgreSQL are the queue: a task lost with a worker is rung again by the next beat.
CELERY_BROKER_URL = redis_url(REDIS_URL, celery=True)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3 * CELERY_TASK_TIME_LIMIT,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
}
READY_NOTICE_MINUTES = number("READY_NOTICE_MINUTES", 60)  # an unsent notice older than this makes /readyz say 503
CELERY_TIMEZONE = "Asia/Jakarta"
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "lapor.tick", "schedule": 10.0, "options": {"expires": 10}},
    "deliver": {"task": "officers.deliver", "schedule": 10.0, "options": {"expires": 10}},
    "clean": {"task": "complaints.clean", "schedule": 10.0, "options": {"expires": 10}},
    "expire complaints": {"task": "complaints.expire", "schedule": 300.0, "options": {"expires": 300}},
    "recompute": {"task": "complaints.recompute", "schedule": 60.0, "options": {"expires": 60}},
    "remind": {"task": "complaints.remind", "schedule": 300.0, "options": {"expires": 300}},
    "propose tags": {"task": "complaints.propose_tags", "schedule": 300.0, "options": {"expires": 300}},
    "letters": {"task": "complaints.letters", "schedule": 10.0, "options": {"expires": 10}},
    "follow": {"task": "monitoring.follow", "schedule": 60.0, "options": {"expires": 60}},
    "watch": {"task": "monitoring.watch", "schedule": 60.0, "options": {"expires": 60}},
    "silence": {"task": "monitoring.silence", "schedule": 3600.0, "options": {"expires": 3600}},
    "summarise": {"task": "monitoring.summarise", "schedule": 300.0, "options": {"expires": 300}},
    "publish": {"task": "reports.publish", "schedule": 60.0, "options": {"expires": 60}},
    "measure": {"task": "monitoring.measure", "schedule": 60.0, "options": {"expires": 60}},
    "release": {"task": "reports.release", "schedule": 3600.0, "options": {"expires": 3600}},
    "expire officers": {"task": "officers.expire", "schedule": 3600.0, "options": {"expires": 3600}},
}


# E-mail: by SMTP where EMAIL_URL says so (smtp://, smtp+tls://, smtps://), else one file a mail under LAPOR_HOME/mail.
def mailer(url: str) -> dict[str, Any]:
    """Django's mailer for an EMAIL_URL."""
    if not url:
        return {"BACKEND": "lapor.ground.mail.FolderBackend", "OPTIONS": {"folder": str(MAIL_ROOT)}}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtp+tls", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp+tls://user:password@host:587 (smtp, smtp+tls or smtps).")
    options = {
        "host": parts.hostname,
        "port": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": 20,
    }
    return {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}


MAIL_ROOT = LAPOR_HOME / "mail"
MAILERS = {"default": mailer(text("EMAIL_URL"))}
SMS_URL = text("SMS_URL", (LAPOR_HOME / "sms").as_uri())  # file:///folder: one file a message
MAIL_DOMAIN = text("MAIL_DOMAIN", "lapor.invalid")  # the right-hand side of every Message-ID
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", "Lapor <lapor@localhost>")

# People.
# The demo's second factor, so that it can be tried without a telephone: with LAPOR_DEBUG and invented bodies alone (officers/forms.py).
TRIAL_CODE = "000000"
AUTH_USER_MODEL = "officers.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "officers.actors.PowerBackend",
]
ANONYMOUS_USER_NAME = None  # guardian's own: nobody acts without being named
GUARDIAN_MONKEY_PATCH_USER = False
SILENCED_SYSTEM_CHECKS = ["security.W002", "guardian.W001"]  # our own backend reads guardian's rows, by date
LOGIN_URL = "/masuk/"
LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "/meja/", "/"
# Officers log in with name, password and a second factor. Nobody signs up; who managed officers made the account.
ACCOUNT_ADAPTER = "officers.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False  # the cookie ends with the browser, the session by idle time and age
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # sensitive acts want a proof that is younger (seconds)
ACCOUNT_RATE_LIMITS = {"login_failed": "20/15m/key", "reset_password": "5/15m/key"}
MFA_ADAPTER = "officers.adapters.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up: an account is opened by the house, and asking for its password proves nothing against it
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "LAPOR!"
MFA_TOTP_TOLERANCE = 1  # clocks of telephones differ
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # loopback without TLS
MFA_FORMS = {
    "authenticate": "officers.forms.Authenticate",
    "reauthenticate": "officers.forms.Reauthenticate",
    "activate_totp": "officers.forms.ActivateApp",
    "add_webauthn": "officers.forms.AddKey",
}
MFA_TOTP_INSECURE_BYPASS_CODE = TRIAL_CODE if DEBUG else None
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"  # counts live in the cache for a while; no table of addresses
AXES_CLIENT_IP_CALLABLE = "officers.adapters.client"
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_FAILURE_LIMIT = "officers.adapters.tries"
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_CALLABLE = "officers.adapters.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# API.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "lapor.errors.api_exception_handler",
    "NUM_PROXIES": 0,  # the address has been found already: `lapor.middleware.ProxyMiddleware`
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {"TOKEN_TTL": timedelta(hours=12), "AUTH_HEADER_PREFIX": "Token"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Lapor API",
    "DESCRIPTION": "File a complaint, follow it, and work on it as an officer.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "lapor.openapi.tell_problems"],
    "ENUM_NAME_OVERRIDES": {
        "StateEnum": "complaints.workflow.State",
        "ClockStateEnum": ["running", "paused", "stopped", "void"],
        "FileKindEnum": "complaints.models.Upload.Kind",
        "FileStateEnum": ["pending", "ready", "refused"],
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# Language and time.
LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Jakarta"
USE_I18N = USE_TZ = True
QUICK_EXIT_URL = text("QUICK_EXIT_URL", "https://www.bmkg.go.id/")  # what anybody may have been reading

# Files. In debug they are served from where they are written; in production from what `collectstatic` gathered.
STATIC_URL = "/static/"
STATIC_ROOT = LAPOR_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = LAPOR_HOME / "media"
FILES_URL = text("FILES_URL")  # an S3 bucket for what people send and for letters; not set: folders under LAPOR_HOME
STATICFILES = "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "whitenoise.storage.CompressedManifestStaticFilesStorage"


def storage(folder: str, *, overwrite: bool) -> dict[str, Any]:
    """One folder of the bucket, or of LAPOR_HOME."""
    if FILES_URL:
        return {"BACKEND": "lapor.ground.bucket.Bucket", "OPTIONS": {**bucket(FILES_URL), "location": folder, "file_overwrite": overwrite}}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": LAPOR_HOME / folder, "allow_overwrite": overwrite}}


STORAGES: dict[str, dict[str, Any]] = {
    "default": storage("media", overwrite=True),
    "vault": storage("vault", overwrite=False),
    "letters": storage("letters", overwrite=True),
    "releases": storage("releases", overwrite=True),
    "staticfiles": {"BACKEND": STATICFILES},
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG
CLAMD_SOCKET = text("CLAMD_SOCKET", "")
# Compressed already, or (source maps, half of all bytes) read by nobody but a developer.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("br", "gz", "jpeg", "jpg", "map", "png", "webp", "woff", "woff2")

# Security. The same policy in debug, so that a page that breaks it breaks on the developer's screen. The other headers of an
# answer stand in `lapor/headers.py`.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],  # data: the API page and the admin draw their arrows so
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
# Whether browsers come by HTTPS. Off, plain HTTP works (a developer's machine, a trial on loopback).
TLS = flag("LAPOR_TLS", not DEBUG)
HOST_PREFIX = "__Host-" if TLS else ""  # such a cookie comes from this very host, over TLS, or not at all
SESSION_COOKIE_NAME = f"{HOST_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{HOST_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{HOST_PREFIX}bahasa"
MESSAGE_STORAGE = "lapor.flash.FlashStorage"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = TLS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 31_536_000
CSRF_FAILURE_VIEW = "lapor.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.') if host[0] != '.' else '*' + host}" for host in ALLOWED_HOSTS if host != "*"]
SECURE_SSL_REDIRECT = TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# How many proxies of our own stand in front; not set: none is believed. DRF and every other counter read the address that
# `ProxyMiddleware` found, so that none of them looks at X-Forwarded-For.
NUM_PROXIES = number("NUM_PROXIES", 0) if text("NUM_PROXIES") else None
# What one request may bring: typed text, and with files all of them together.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
REQUEST_MAX_BYTES = number("REQUEST_MAX_MB", 60) * 1_000_000

# Logs, on stderr. No line has a client's address; `lapor/logs.py` says what else none has.
LOG_LEVEL = text("LOG_LEVEL", "WARNING" if DEBUG else "INFO").upper()
if LOG_LEVEL not in logging.getLevelNamesMapping():
    raise ImproperlyConfigured(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {LOG_LEVEL!r}.")
LOGGING = logs.configuration(readable=DEBUG, level=LOG_LEVEL)
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO
