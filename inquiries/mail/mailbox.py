"""A mailbox on this machine: where a demonstration's mail lands, and a page that shows it."""

import email
import email.policy
import time
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.core.mail.backends.base import BaseEmailBackend
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

MOST = 200  # the oldest go


class Mailbox(BaseEmailBackend):
    """Put each mail into a file of its own, which only its owner can read, instead of sending it."""

    def __init__(self, folder: Path, **kwargs):
        super().__init__(**kwargs)
        self.folder = Path(folder)

    def send_messages(self, email_messages):
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{time.time_ns()}.eml"
            fresh = self.folder / f".{name}"
            fresh.touch(mode=0o600)
            fresh.write_bytes(message.message().as_bytes())
            fresh.rename(self.folder / name)
        for old in sorted(self.folder.glob("*.eml"))[:-MOST]:
            old.unlink(missing_ok=True)
        return len(email_messages)


def mails() -> list[EmailMessage]:
    """Return what lies in the mailbox, the newest first."""
    files = sorted(settings.MAILBOX.glob("*.eml"), reverse=True)
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show a demonstration's mail to its staff. Who tries the form may well type a real address."""
    if not settings.DEMONSTRATION:
        raise Http404
    return admin.site.admin_view(_shown)(request)


def _shown(request: HttpRequest) -> HttpResponse:
    found = [
        {
            "subject": mail["Subject"],
            "to": mail["To"],
            "from": mail["From"],
            "sent_at": mail["Date"].datetime,
            "language": mail["Content-Language"],
            "text": mail.get_content(),
        }
        for mail in mails()
    ]
    context = {**admin.site.each_context(request), "title": _("Mailbox"), "mails": found}
    return render(request, "admin/inquiries/mailbox.html", context)
