"""The environment of the tests, set before Django reads it (a pytest plugin, see pyproject.toml).

Every variable of .env.example is given a value, so that nobody's .env decides how a test ends.
"""

import os
import secrets
import signal

from inquiries.vault import new_keys

# A shell that starts the tests in the background has them ignore Ctrl-C, and with them every site they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

os.environ |= {
    "SECRET_KEY": secrets.token_urlsafe(48),
    **new_keys(),
    "SITE_URL": "http://localhost",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "CLINIC_PROFILE": "clinic_site/content/demonstration-clinic.yaml",
    "DEMONSTRATION": "true",
    "TRUSTED_PROXIES": "",
    "MAIL_URL": "",
    "MONITOR_TOKEN": "",
    "MAIL_FROM": "no-reply@messages.example",
    "PAGE_STORE_MEGABYTES": "0",
    "HSTS_PRELOAD": "false",
    "DEBUG": "false",
    "LOG_LEVEL": "INFO",
    "EMBEDDED_POSTGRES": "throwaway",
    # An empty one, unlike none, keeps that of .env away.
    "DATABASE_URL": os.environ.get("DATABASE_URL", ""),
    # Playwright runs an event loop in the thread of the test, which takes Django for async.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}
