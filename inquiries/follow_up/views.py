"""What a person sees and does who comes back with a receipt."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse, translate_url
from django.utils import timezone
from django.utils.translation import get_language

from clinic_site.clinic import clinic

from .. import contents as inquiries
from .. import receipt as receipts
from ..ask import intake, last_sent
from ..contents import Contents
from ..erasure import erase as erase_inquiry
from ..models import Author, ErasedBy, Status, StepRefused
from ..screening import danger
from ..wording import answer_text, wording
from . import own_copy
from .door import again, is_sure, opened, page, show, sure, with_receipt
from .forms import HEALTH, AddForm, ContactForm, ReceiptForm, texts
from .standing import in_their_time, standing, times

MOST_MESSAGES = 20  # in 24 hours, from one person

OTHER = {"en": "ko", "ko": "en"}


class TooMuch(Exception):
    """One person has written more in a day than anybody could mean to."""


@page
def door(request: HttpRequest) -> HttpResponse:
    """Ask for the receipt; a POST with the right one opens the question."""
    if request.method != "POST":
        return show(request, "inquiries/follow_up/open.html", {"form": ReceiptForm()})
    return _status(request, opened(request, receipts.read(request.POST.get("receipt", ""))))


@with_receipt
def add(request: HttpRequest, receipt: str) -> HttpResponse:
    """Keep another message; the same one sent twice is one, and is confirmed both times."""
    found = opened(request, receipt)
    form = AddForm(request.POST, needs_consent=_needs_consent(found))
    findings = danger.look(request.POST.get("text", ""))
    kept: dict[str, Any] = {"form": form, "in_danger": bool(findings)}
    if not form.is_valid():
        return _status(request, found, status=422, **kept)
    errors = texts()["add"]["errors"]
    try:
        _add(found, form, findings)
    except TooMuch:
        failure = clinic().fill(errors["too_many"])
        return _status(request, found, failure=failure, status=429, **kept)
    except StepRefused:
        return _status(request, found, failure=errors["withdrawn"], status=409, **kept)
    return _status(request, opened(request, receipt), done="add", in_danger=bool(findings))


@with_receipt
def contact(request: HttpRequest, receipt: str) -> HttpResponse:
    """Show how the person is reached, and replace it."""
    found = opened(request, receipt)
    if "save" not in request.POST:
        return _page(request, "inquiries/follow_up/contact.html", receipt, form=ContactForm(found))
    form = ContactForm(found, request.POST)
    if not form.is_valid():
        return _page(request, "inquiries/follow_up/contact.html", receipt, form=form, status=422)
    findings = danger.look(*form.written_freely.values())
    if form.says_something_new:
        found.change_contact(
            form.contact,
            form.cleaned_data["contact_method"],
            forbidden=form.cleaned_data["never"],
            language=form.cleaned_data["language"],
            findings=findings,
        )
    return _status(request, opened(request, receipt), done="contact", in_danger=bool(findings))


@with_receipt
def copy(request: HttpRequest, receipt: str) -> HttpResponse:
    found = opened(request, receipt)
    return _page(
        request, "inquiries/follow_up/copy.html", receipt, sections=own_copy.sections(found, found.read())
    )


@with_receipt
def copy_as_text(request: HttpRequest, receipt: str) -> HttpResponse:
    """Send the copy as a file whose name says nothing."""
    found = opened(request, receipt)
    text = own_copy.as_text(own_copy.sections(found, found.read()))
    disposition = {"Content-Disposition": 'attachment; filename="copy.txt"'}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=disposition)


@with_receipt
def withdraw(request: HttpRequest, receipt: str) -> HttpResponse:
    """Stop the work on a question, once the person has said yes to what that means."""
    found = opened(request, receipt)
    if not is_sure(request, receipt, "withdraw"):
        return _ask_whether_sure(request, receipt, "withdraw")
    found.withdraw()
    response = _status(request, opened(request, receipt), done="withdraw")
    last_sent.forget(response)
    return response


@with_receipt
def erase(request: HttpRequest, receipt: str) -> HttpResponse:
    """Erase everything, once the person has said yes; the same yes sent twice is answered as once."""
    if not is_sure(request, receipt, "erase"):
        opened(request, receipt)
        return _ask_whether_sure(request, receipt, "erase")
    if found := inquiries.find(receipt):
        erase_inquiry(found.inquiry, asked_by=ErasedBy.PERSON)
    deleted = wording()["pages_and_messages"]["deleted"]
    response = show(request, "inquiries/follow_up/deleted.html", {"deleted": deleted})
    last_sent.forget(response)
    return response


def without_cookie(request: HttpRequest) -> HttpResponse:
    """Give back what was typed to a person whose browser did not send the form's cookie.

    The receipt must be typed once more: "Leave this page" takes the cookie away, and whoever comes after
    can have the browser send its last page again.
    """
    return _without_cookie(request)


@page
def _without_cookie(request: HttpRequest) -> HttpResponse:
    return again(request, "cookie", status=403, without_receipt=True)


def _status(
    request: HttpRequest,
    found: Contents,
    *,
    form: AddForm | None = None,
    done: str = "",
    in_danger: bool = False,
    failure: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show where it stands and what was said; this is where replies are read."""
    inquiry, said, words = found.inquiry, found.read(), texts()
    context = {
        "inquiry": inquiry,
        "standing": standing(inquiry, said),
        "promised": times((inquiry.merged_into or inquiry).reply_by, inquiry)
        if (inquiry.merged_into or inquiry).awaits_reply or inquiry.status == Status.DOUBTFUL
        else [],
        "sent": times(inquiry.received_at, inquiry),
        "question": found.question,
        "no_words": words["conversation"]["no_words"].format(topic=answer_text("topic", inquiry.topic)),
        "said": [(own_copy.who(one), one, in_their_time(one.message.at, inquiry)) for one in said],
        "has_reply": any(one.message.author != Author.PERSON for one in said),
        "contact_rows": own_copy.contact_rows(found),
        "consents": own_copy.consents(inquiry),
        "since_changed": clinic().fill(words["consents"]["since_changed"]),
        "form": form or AddForm(needs_consent=_needs_consent(found)),
        "failure": failure,
        "in_danger": in_danger,
        "done": _what_was_done(found, done) if done else None,
        "elsewhere": translate_url(reverse("inquiries:follow_up"), OTHER[get_language()]),
        "other": OTHER[get_language()],
    }
    return _page(
        request,
        "inquiries/follow_up/status.html",
        receipts.read(request.POST["receipt"]),
        status=status,
        **context,
    )


def _what_was_done(found: Contents, done: str) -> dict[str, str]:
    words, inquiry = texts(), found.inquiry
    if done != "add":
        return {"title": words[done]["done"], "text": ""}
    text = words["add"]["done"].format(date=in_their_time(inquiry.reply_by, inquiry))
    return {"title": words["add"]["done_title"], "text": text}


def _ask_whether_sure(request: HttpRequest, receipt: str, what: str) -> HttpResponse:
    keeping = wording()["retention"]
    facts = {"days": keeping["closed_days"], "backups": keeping["backups_max_days"]}
    points = [point.format(**facts) for point in texts()[what]["points"]]
    context = {"what": texts()[what], "points": points, "sure": sure(receipt, what), "key": what}
    return _page(
        request,
        "inquiries/follow_up/sure.html",
        receipt,
        action=reverse(f"inquiries:follow_up_{what}"),
        **context,
    )


def _page(request: HttpRequest, template: str, receipt: str, *, status: int = 200, **context) -> HttpResponse:
    return show(request, template, context | {"receipt": receipt}, status=status)


def _needs_consent(found: Contents) -> bool:
    return not found.inquiry.consents.filter(key=HEALTH).exists()


@transaction.atomic
def _add(found: Contents, form: AddForm, findings: list[danger.Finding]) -> None:
    """Raises TooMuch or StepRefused, and then nothing was stored."""
    if not found.write(form.cleaned_data["text"], once=form.cleaned_data["once"], findings=findings):
        return
    intake.keep_consents(found.inquiry, form, get_language())
    day = timezone.now() - timedelta(days=1)
    if found.inquiry.messages.filter(author=Author.PERSON, at__gt=day).count() > MOST_MESSAGES:
        raise TooMuch
