"""The settings of the site that is checked: those of `make run`, with a database and a mailbox of its own."""

import os
from pathlib import Path

from clinic_site.mail_url import mailer
from clinic_site.settings import *  # noqa: F403 - all but what follows

DATABASES["default"]["NAME"] = os.environ["CHECKED_DATABASE"]  # noqa: F405 - from there
MAILBOX = Path(os.environ["CHECKED_HOME"]) / "mail"
MAILERS = {"default": mailer("", MAILBOX)}
