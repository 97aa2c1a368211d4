"""Receive what a person sends: once, whole, and with what they agreed to."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from .. import contents, vault, wording
from .. import receipt as receipts
from ..contents import Contact
from ..models import (
    AWAITING_REPLY,
    CHOSEN,
    Consent,
    Inquiry,
    MailKind,
    MessageKind,
    OutgoingMail,
    Status,
    Step,
    pinning,
)
from ..reply_promise import act_by, reply_by
from ..screening.danger import Finding
from ..screening.spam import Judgement
from ..soon import soon
from .forms import InquiryForm

CONTACT = ["preferred_name", "email", "phone", "best_time", "wishes"]
ANSWERS = [*CONTACT, *CHOSEN, "language", "never", "message"]

# Of one form: how often it is taken edited, and to how many addresses we write that it came.
MOST_EDITS, MOST_ACKNOWLEDGEMENTS = 10, 2


class Refused(Exception):
    """The inquiry takes nothing more from this form; `reason` is a key of the wording file."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Agreed(Protocol):
    """A form in which somebody agreed to texts: each as it was shown, by its key."""

    @property
    def consents_given(self) -> dict[str, str]: ...


@dataclass(frozen=True)
class Received:
    """An inquiry that stands in the database, and the token that its receipt follows from."""

    inquiry: Inquiry
    token: str
    is_new: bool = False

    @property
    def receipt(self) -> str:
        return receipts.from_token(self.token)


def receive(
    form: InquiryForm,
    *,
    language: str,
    token_before: str = "",
    findings: Sequence[Finding] = (),
    judgement: Judgement | None = None,
    time_zone: str = "",
    came_from: int | None = None,
) -> Received:
    """Store a valid form with its consents, its first event and its mail, and return the inquiry.

    The same form sent again (double click, back button, a retry after a dropped connection)
    returns the inquiry of the first time. Edited and sent again, the new text joins it as a message.
    `language` is the one in which the consents were read; `token_before` is that of the form which this
    browser sent last, since a page that is built anew after Back has a new one; `came_from` is a
    publication's id. What is about danger is never put aside as doubtful.
    Raises DatabaseError or InterfaceError when the database cannot be reached or refuses, and Refused where
    the inquiry takes no more: nothing is stored.
    """
    token = form.cleaned_data["form_token"]
    answers = {name: form.cleaned_data[name] for name in ANSWERS}
    again = {"language": language, "findings": findings, "judgement": judgement}
    first = {"time_zone": time_zone, "came_from_id": came_from}
    while True:
        try:
            with transaction.atomic():
                if token_before and (before := _same_content(token_before, answers, form)):
                    return Received(before, token_before)
                _one_at_a_time(token)
                stored = Inquiry.objects.filter(token_hash=receipts.token_hash(token)).first()
                if stored is None:
                    return Received(_store(token, answers, form, **again, **first), token, is_new=True)
                if stored.is_withdrawn:
                    raise Refused("withdrawn")
                if stored.content_digest != _digest(token, answers, form):
                    _join(stored, token, answers, form, **again)
                return Received(stored, token)
        except contents.Gone:
            pass  # The person erased it just now: what comes in is a new question.
        except IntegrityError as error:
            if _constraint(error) != "inquiry_reference_once":
                raise
            # The random reference is taken: try another.


def find(token: str) -> Received | None:
    """Return what was received under a token."""
    inquiry = Inquiry.objects.filter(token_hash=receipts.token_hash(token)).first()
    return Received(inquiry, token) if inquiry else None


def _store(token, answers, form, *, language, findings, judgement, **facts) -> Inquiry:
    now = timezone.now()
    doubtful = bool(judgement and judgement.doubtful and not findings)
    pinned, promised = pinning(findings), reply_by(now)
    inquiry = Inquiry(
        **{name: answers[name] for name in [*CHOSEN, "language"]},
        **facts,
        **pinned,
        forbidden_channels=answers["never"],
        content_digest=_digest(token, answers, form),
        received_at=now,
        reply_by=promised,
        next_action_at=min(promised, act_by(pinned.get("category", ""), now)),
        status=Status.DOUBTFUL if doubtful else Status.NEW,
        doubt=judgement.score if judgement else 0,
        doubt_reasons=list(judgement.reasons) if judgement else [],
    )
    contents.seal_new(inquiry, token, _contact(answers), answers["message"])
    inquiry.save(force_insert=True)
    keep_consents(inquiry, form, language)
    inquiry.events.create(step=Step.RECEIVED, became=inquiry.status, at=now)
    OutgoingMail.objects.enqueue(inquiry, MailKind.ACKNOWLEDGEMENT)
    soon("index_inquiry", inquiry=inquiry.pk)
    return inquiry


def _join(inquiry, token, answers, form, *, language, findings, judgement) -> None:
    """Add an edited form to the inquiry of the first one: both texts are kept, the newer contact counts."""
    doubtful = bool(judgement and judgement.doubtful and not findings)
    opened = contents.for_person(inquiry, receipts.from_token(token))
    said = {"text": answers["message"], "choices": {name: answers[name] for name in CHOSEN}}
    digest = _digest(token, answers, form)
    if not opened.hear(MessageKind.SENT_AGAIN, said, digest, findings=findings):
        return
    if inquiry.messages.filter(kind=MessageKind.SENT_AGAIN).count() > MOST_EDITS:
        raise Refused("too_many_edits")
    keep_consents(inquiry, form, language)
    contact, before = _contact(answers), opened.contact
    contact = replace(contact, wishes=contact.wishes or before.wishes)  # those told since stay
    method, forbidden = answers["contact_method"], {*inquiry.forbidden_channels, *answers["never"]}
    forbidden -= {method}  # asked for just now
    reached = (before, inquiry.language, set(inquiry.forbidden_channels))
    if reached != (contact, answers["language"], forbidden):
        opened.change_contact(contact, method, forbidden=sorted(forbidden), language=answers["language"])
    inquiry.refresh_from_db()
    if judgement:
        inquiry.doubt = max(inquiry.doubt, judgement.score)
        inquiry.doubt_reasons += [one for one in judgement.reasons if one not in inquiry.doubt_reasons]
        inquiry.save(update_fields=["doubt", "doubt_reasons"])
    written = inquiry.mails.filter(kind=MailKind.ACKNOWLEDGEMENT).count()
    # Who looks like spam names strangers: what is in the queue already is answered by staff alone.
    if contact.email != before.email and written < MOST_ACKNOWLEDGEMENTS and not doubtful:
        OutgoingMail.objects.enqueue(inquiry, MailKind.ACKNOWLEDGEMENT)


def _same_content(token, answers, form) -> Inquiry | None:
    """Return the inquiry under another token, if it holds these answers already.

    A question that has been dealt with, and is asked again, is a new one.
    """
    waiting = Inquiry.objects.filter(status__in=[Status.DOUBTFUL, *AWAITING_REPLY, Status.MERGED])
    stored = waiting.filter(token_hash=receipts.token_hash(token)).first()
    if stored is None:
        return None
    digest = _digest(token, answers, form)
    known = stored.content_digest == digest or stored.messages.filter(content_digest=digest).exists()
    return stored if known else None


def _contact(answers) -> Contact:
    return Contact(**{name: answers[name] for name in CONTACT})


def _digest(token: str, answers: dict[str, Any], form: InquiryForm) -> bytes:
    """Return a fingerprint of what was answered, which only the holder of the token can compute."""
    text = json.dumps(answers | {"consents": sorted(form.consents_given)}, sort_keys=True)
    return vault.keyed_hash(token.encode(), text, "content")


def _one_at_a_time(token: str) -> None:
    """Let whoever sends the same form at the same moment wait until this transaction ends."""
    lock = int.from_bytes(receipts.token_hash(token)[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])


def keep_consents(inquiry: Inquiry, form: Agreed, language: str) -> None:
    """Record what was agreed to in a form, by the version and the digest of each text."""
    Consent.objects.bulk_create(
        (
            Consent(
                inquiry=inquiry,
                key=key,
                text_version=wording.version(),
                text_digest=hashlib.sha256(text.encode()).hexdigest(),
                language=language,
            )
            for key, text in form.consents_given.items()
        ),
        ignore_conflicts=True,  # a form sent again repeats them
    )


def _constraint(error: IntegrityError) -> str | None:
    """Return the name of the constraint that refused a row."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return diagnosis and diagnosis.constraint_name
