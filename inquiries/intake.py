"""Receive what a person sends: once, whole, and with what they agreed to."""

import hashlib

from django.db import IntegrityError, transaction
from django.utils import timezone

from . import wording
from .forms import InquiryForm, content_digest
from .models import Consent, Inquiry, Status, Step
from .reply_promise import reply_by

ANSWERS = ["preferred_name", "contact_method", "email", "phone", "best_time", "language"]
ANSWERS += ["lives_in", "asking_for", "topic", "message"]


def receive(form: InquiryForm, *, language: str) -> Inquiry:
    """Store a valid form with its consents and its first event, and return the inquiry.

    The same form sent again (double click, back button, a retry after a dropped connection)
    returns the inquiry of the first time. Edited and sent again, both texts are kept.
    `language` is the one in which the consents were read.
    Raises DatabaseError or InterfaceError when the database cannot be reached or refuses: nothing is stored.
    """
    answers = {name: form.cleaned_data[name] for name in ANSWERS}
    sent = {"form_token": form.cleaned_data["form_token"], "content_digest": content_digest(answers)}
    while True:
        if stored := Inquiry.objects.filter(**sent).first():
            return stored
        now = timezone.now()
        inquiry = Inquiry(**sent, **answers, received_at=now, reply_by=reply_by(now))
        try:
            with transaction.atomic():
                inquiry.save(force_insert=True)
                _keep_consents(inquiry, form, language)
                inquiry.events.create(step=Step.RECEIVED, became=Status.NEW, at=now)
        except IntegrityError as error:
            # Either the same form won the race, or the random reference is taken: look again.
            if _constraint(error) not in ("inquiry_sent_once", "inquiries_inquiry_reference_key"):
                raise
        else:
            return inquiry


def _keep_consents(inquiry: Inquiry, form: InquiryForm, language: str) -> None:
    Consent.objects.bulk_create(
        Consent(
            inquiry=inquiry,
            key=key,
            text_version=wording.version(),
            text_digest=hashlib.sha256(text.encode()).hexdigest(),
            language=language,
            given_at=inquiry.received_at,
        )
        for key, text in form.consents_given.items()
    )


def _constraint(error: IntegrityError) -> str | None:
    """Return the name of the constraint that refused a row."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return diagnosis and diagnosis.constraint_name
