"""Receive what a person sends: once, whole, and with what they agreed to."""

import hashlib
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from . import wording
from .forms import InquiryForm, content_digest
from .models import AWAITING_REPLY, Consent, Inquiry, Status, Step
from .reply_promise import reply_by

# A page that the browser builds anew after Back brings a new token: within this time the same answers
# are still the same question.
REPEAT = timedelta(hours=24)

ANSWERS = ["preferred_name", "contact_method", "email", "phone", "best_time", "language"]
ANSWERS += ["lives_in", "asking_for", "topic", "message"]


def receive(form: InquiryForm, *, language: str) -> Inquiry:
    """Store a valid form with its consents and its first event, and return the inquiry.

    The same answers sent again (double click, back button, a retry after a dropped connection)
    return the inquiry of the first time. Edited and sent again, both texts are kept.
    `language` is the one in which the consents were read.
    Raises DatabaseError or InterfaceError when the database cannot be reached or refuses: nothing is stored.
    """
    answers = {name: form.cleaned_data[name] for name in ANSWERS}
    digest = content_digest(answers | {"consents": sorted(form.consents_given)})
    sent = {"form_token": form.cleaned_data["form_token"], "content_digest": digest}
    while True:
        try:
            with transaction.atomic():
                return _find_or_store(sent, answers, form, language)
        except IntegrityError as error:
            if _constraint(error) != "inquiry_reference_once":
                raise
            # The random reference is taken: try another.


def _find_or_store(sent: dict, answers: dict, form: InquiryForm, language: str) -> Inquiry:
    _one_at_a_time(sent["content_digest"])
    now = timezone.now()
    same_form = Q(form_token=sent["form_token"])
    # A question that has been dealt with, and is asked again, is a new one.
    just_now = Q(received_at__gt=now - REPEAT, status__in=AWAITING_REPLY)
    repeats = Inquiry.objects.filter(same_form | just_now, content_digest=sent["content_digest"])
    if stored := repeats.first():
        return stored
    inquiry = Inquiry(**sent, **answers, received_at=now, reply_by=reply_by(now))
    inquiry.save(force_insert=True)
    _keep_consents(inquiry, form, language)
    inquiry.events.create(step=Step.RECEIVED, became=Status.NEW, at=now)
    return inquiry


def _one_at_a_time(digest: str) -> None:
    """Let whoever sends the same answers at the same moment wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(digest[:15], 16)])


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
