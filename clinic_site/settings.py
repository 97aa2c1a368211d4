"""Settings for the clinic site.

One file for every environment: what differs between a laptop and production is read
from the environment, and .env.example lists all of it.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from environs import Env

from clinic_site.deadline import Connection

from .mail_url import mailer

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)

# Who and where

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
DEMONSTRATION = env.bool("DEMONSTRATION", default=False)
SITE_URL = env.str("SITE_URL").rstrip("/")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS")
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", default=[])
CLINIC_PROFILE = BASE_DIR / env.path(
    "CLINIC_PROFILE", default=BASE_DIR / "clinic_site/content/demonstration-clinic.yaml"
)

# Sent as "Authorization: Bearer …", it opens the details of /readyz. Empty: nobody gets them.
MONITOR_TOKEN = env.str("MONITOR_TOKEN", default="")

# Sealed intake (docs/sealed-intake.md): 64 hexadecimal digits each, from `python -m inquiries.vault`

# The public side seals with this one and cannot open again.
CLINIC_PUBLIC_KEY = env.str("CLINIC_PUBLIC_KEY", default="")
# Staff's side and the worker alone hold these, the newest first.
CLINIC_PRIVATE_KEYS: list[str] = env.list("CLINIC_PRIVATE_KEYS", default=[])
SEARCH_KEY = env.str("SEARCH_KEY", default="")

# Application

INSTALLED_APPS = [
    "clinic_site",
    "articles",
    "inquiries",
    "crispy_forms",
    "pgtrigger",
    "procrastinate.contrib.django",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",  # text search; it needs no extension
    # Before staticfiles, so that runserver serves static files the way production does.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "clinic_site.middleware.trusted_proxies",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "clinic_site.middleware.browser_isolation",
    "clinic_site.middleware.request_guard",
    "clinic_site.middleware.database_away",
    "clinic_site.middleware.one_look_at_what_is_kept",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "clinic_site.middleware.Uploads",  # before the form is read, which the next one does
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "clinic_site.urls"
WSGI_APPLICATION = "clinic_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "clinic_site.context.site",
            ],
            "builtins": ["clinic_site.templatetags.moments"],
        },
    },
]

# One set of field templates for every form: templates/clinic/.
CRISPY_ALLOWED_TEMPLATE_PACKS = "clinic"
CRISPY_TEMPLATE_PACK = "clinic"
CRISPY_FAIL_SILENTLY = False

# Database

if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.dj_db_url("DATABASE_URL") | {"ENGINE": "clinic_site.postgres"}}
else:
    DATABASES = {
        "default": {
            "ENGINE": "clinic_site.embedded_postgres",
            "NAME": "clinic",
            "USER": "clinic",
        }
    }
EMBEDDED_POSTGRES = env.str("EMBEDDED_POSTGRES", default="durable")

# A connection that died with its server is noticed before it is used.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 3,
    # What is asked for lies in memory: any row costs about as much as the next one. PostgreSQL's 4 is
    # for turning disks, and has the search read whole tables of ten thousand pages. And starting a helper
    # takes longer than any of our questions.
    "options": "-c random_page_cost=1.1 -c max_parallel_workers_per_gather=0",
    # Opening a connection costs PostgreSQL more than most of our queries.
    "pool": {"min_size": 1, "max_size": 8, "timeout": 5, "connection_class": Connection},
    # What DATABASE_URL itself asks for, such as ?sslmode=verify-full.
    **DATABASES["default"].get("OPTIONS", {}),
    # Values travel apart from the statement, so that PostgreSQL can never log what a
    # patient wrote together with the SQL text.
    "server_side_binding": True,
}

# What a process keeps of the pages that readers see, in front of Django; 0 switches the store off.
PAGE_STORE_MEGABYTES = env.int("PAGE_STORE_MEGABYTES", default=32)

# Mail and the worker (docs/mail.md)

# What the worker does stands in a module `jobs` of each app.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
# A demonstration's mail stays on this machine, whatever MAIL_URL says: /mailbox/ shows it.
MAILBOX = BASE_DIR / "var" / "mail"
MAIL_URL = "" if DEMONSTRATION else env.str("MAIL_URL", default="")
MAILERS: dict[str, dict[str, Any]] = {"default": mailer(MAIL_URL, MAILBOX)}
MAIL_FROM = env.str("MAIL_FROM", default=f"no-reply@{urlsplit(SITE_URL).hostname}")

# Languages and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ko", _("Korean"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["clinic_site.formats"]
TIME_ZONE = "Asia/Seoul"

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "clinic_site.stylesheets.Compressed"
    },
}

WHITENOISE_ALLOW_ALL_ORIGINS = False

# Staff

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"

# Browser security

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
# "no-referrer" would make browsers send "Origin: null", which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS
# /healthz is asked by the machine next door, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Hard to undo once the domain stands in the browsers' lists: the owner decides.
SECURE_HSTS_PRELOAD = HTTPS and env.bool("HSTS_PRELOAD", default=False)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_AGE = 8 * 3600
# Gone with the browser: it would tell the next person at this phone that somebody opened the form.
CSRF_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "clinic_site.views.csrf_failure"

# The longest form in bytes: of a person with a question (a full message takes under 10 kB), of an
# editor with an article, and of an editor with a picture. The last is well above what a picture may
# have, so that one straight from a camera is refused beside its field, and not with the whole form.
PUBLIC_BODY_LIMIT = 100_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
PICTURE_BODY_LIMIT = 40_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300  # a group of staff may have every permission
FILE_UPLOAD_HANDLERS: list[str] = []  # no form takes a file but one of staff: see middleware.Uploads

# Logs

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"quiet": {"()": "clinic_site.logs.QuietFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "quiet"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    # Django's own handlers would print exceptions in full, or mail them.
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "procrastinate": {"level": "WARNING"},  # it tells of each job that it starts, several a minute
    },
}
