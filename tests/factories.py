"""Plain functions that make a valid object in one line."""

import secrets

from django.utils import timezone, translation

from inquiries.forms import InquiryForm
from inquiries.models import AWAITING_REPLY, Inquiry, Status
from inquiries.reply_promise import reply_by

ANSWERS = {
    "topic": "evidence",
    "message": "Is there a trial that I could join?",
    "asking_for": "self",
    "lives_in": "elsewhere",
    "preferred_name": "Ada",
    "language": "en",
    "contact_method": "email",
    "email": "ada@example.org",
    "phone": "",
    "best_time": "",
    "adult": "on",
    "personal": "on",
    "sensitive": "on",
}


def token(language="en"):
    """Return a token as it stands in a form that was opened in this language."""
    with translation.override(language):
        return InquiryForm().initial["form_token"]


def answers(**changed):
    """Return what a browser posts for a complete form; None leaves an answer out."""
    fields = ANSWERS | {"form_token": token()} | changed
    return {name: value for name, value in fields.items() if value is not None}


def make_inquiry(*, status=Status.NEW, owner=None, **fields):
    now = timezone.now()
    fields = {
        "form_token": secrets.token_urlsafe(16),
        "content_digest": secrets.token_hex(32),
        "preferred_name": "Ada",
        "contact_method": "email",
        "email": "ada@example.org",
        "language": "en",
        "lives_in": "elsewhere",
        "asking_for": "self",
        "topic": "evidence",
        "message": "Is there a trial that I could join?",
        "reply_by": reply_by(now),
        "answered_at": None if status in AWAITING_REPLY else now,
        "closed_at": now if status == Status.CLOSED else None,
        "closing_reason": "answered" if status == Status.CLOSED else "",
    } | fields
    return Inquiry.objects.create(status=status, owner=owner, **fields)
