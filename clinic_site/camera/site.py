"""The settings of the site that is photographed: the demonstration's, with a database of its own."""

import os
from pathlib import Path

from clinic_site.mail_url import mailer
from clinic_site.settings import *  # noqa: F403 - all but what follows

HOME = Path(os.environ["CAMERA_HOME"])
DATABASES["default"]["NAME"] = os.environ["CAMERA_DATABASE"]  # noqa: F405 - from there
MAILBOX = HOME / "mail"
MAILERS = {"default": mailer("", MAILBOX)}
STATIC_ROOT = HOME / "static"
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody's password
