"""Where mail goes, as MAIL_URL says it."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

# How the connection is encrypted, and the usual port.
SCHEMES: dict[str, tuple[dict[str, bool], int]] = {
    "submission": ({"use_tls": True}, 587),  # STARTTLS, demanded
    "smtps": ({"use_ssl": True}, 465),
    "smtp": ({}, 25),  # unencrypted: for a server on this machine
}
# A server that says nothing for so long is given up for this time. RFC 5321 would wait minutes; the
# mail's lease (inquiries/mail/sending.py) must outlast it.
TIMEOUT_SECONDS = 30


def mailer(url: str, mailbox: Path) -> dict[str, Any]:
    """Return an entry of MAILERS for MAIL_URL; without one, mail is put into a folder here.

    Raises ValueError for an address that cannot be read; the message does not hold its password.
    """
    if not url:
        return {"BACKEND": "inquiries.mail.mailbox.Mailbox", "OPTIONS": {"folder": mailbox}}
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError(f"MAIL_URL cannot be read: expected {'://, '.join(SCHEMES)}:// and a host.")
    encryption, port = SCHEMES[parts.scheme]
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port or port,
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "timeout": TIMEOUT_SECONDS,
            **encryption,
        },
    }
