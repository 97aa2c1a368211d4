"""Who comes in: a receipt opens an inquiry, for one answer and not longer.

A wrong letter is told apart without asking the database. What is known to nobody is answered in one way and
with the same queries, whether it never was or has been erased: nothing is kept by which an erased inquiry
could be recognised (docs/decisions.md).

Only receipts that nobody knows are counted and refused. A hospital behind one address may come back as often
as its people like, and somebody there who tries many in vain keeps nobody out who has a right one.
"""

import logging
from collections.abc import Callable
from functools import wraps

from django.core import signing
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clinic_site.clinic import clinic
from clinic_site.deadline import may_be_stored, patient_for

from .. import contents, rates
from .. import receipt as receipts
from ..contents import Contents
from ..models import Counted
from ..wording import keyed, wording
from .forms import ReceiptForm, texts

log = logging.getLogger(__name__)

# Unknown receipts in ten minutes: from one network; and while all together try many, from each.
MOST, MOST_OF_ALL, FEW = 30, 300, 5
SURE_SECONDS = 3600
DATABASE_SECONDS = 6  # how long somebody waits who has typed something

# What a person may have typed on any of these pages, and gets back.
TYPED = ["text", "wishes"]


class Unknown(Exception):
    """No inquiry has this receipt, or has it any more."""


class TooMany(Exception):
    """This network has tried too many receipts that nobody knows."""


def opened(request: HttpRequest, receipt: str) -> Contents:
    """Return what a receipt opens. Raises Unknown or TooMany."""
    if found := contents.find(receipt):
        return found
    address = rates.address_of(request)
    tried = rates.so_far(address, what=Counted.UNKNOWN)
    if tried.network >= (FEW if tried.everywhere >= MOST_OF_ALL else MOST):
        raise TooMany
    rates.count(address, what=Counted.UNKNOWN)
    raise Unknown


type Page = Callable[[HttpRequest], HttpResponse]


def page(view: Page) -> Page:
    """Make a page that is kept nowhere, and that answers kindly whatever becomes of the receipt."""

    @patient_for(DATABASE_SECONDS)
    @never_cache
    @sensitive_post_parameters()
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except receipts.Mistyped as mistake:
            typed = request.POST.get("receipt", "").strip()
            return refused(request, mistake.reason if typed else "required")
        except (Unknown, contents.Gone):
            return refused(request, "unknown")
        except TooMany:
            return refused(request, "too_many", status=429)
        except (DatabaseError, InterfaceError) as error:
            log.warning("A question could not be opened: %s", type(error).__name__)
            return again(request, "not_heard" if may_be_stored(error) else "away", status=503)

    return answer


def with_receipt(view: Callable[[HttpRequest, str], HttpResponse]) -> Page:
    """Make a page that a POST with a receipt opens. Any other way leads to the door."""

    @page
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return redirect("inquiries:follow_up")
        return view(request, receipts.read(request.POST.get("receipt", "")))

    return answer


def refused(request: HttpRequest, reason: str, *, status: int = 422) -> HttpResponse:
    """Show the door again, with what was typed and why it does not open."""
    words = texts()["door"]
    failure = clinic().fill(words["errors"][reason])
    if any(request.POST.get(name) for name in TYPED):
        return give_back(request, words["title"], failure, status=status)
    form = ReceiptForm({"receipt": request.POST.get("receipt", "")})
    form.is_valid()
    form.errors.clear()
    form.add_error("receipt", failure)
    return show(request, "inquiries/follow_up/open.html", {"form": form}, status=status)


def again(request: HttpRequest, reason: str, *, status: int, without_receipt: bool = False) -> HttpResponse:
    """Say what went wrong on our side, and give back what was typed."""
    words = texts()["again"]
    title, failure = words[f"{reason}_title"], clinic().fill(words[reason])
    return give_back(request, title, failure, status=status, without_receipt=without_receipt)


def give_back(
    request: HttpRequest, title: str, failure: str, *, status: int, without_receipt: bool = False
) -> HttpResponse:
    """Show everything that was typed, so that one press sends it again. Asks no database."""
    sent = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    if without_receipt:
        sent["receipt"] = [""]
    visible = [*TYPED, "receipt"] if without_receipt or not set(sent) - {"receipt"} else TYPED
    context = {
        "title": title,
        "failure": failure,
        "form": ReceiptForm({"receipt": sent.get("receipt", [""])[-1]}),
        "typed": [(name, sent[name][-1], _label(name)) for name in TYPED if sent.get(name)],
        "hidden": [(name, value) for name, values in sent.items() if name not in visible for value in values],
        "at_the_door": "receipt" in visible,
    }
    return show(request, "inquiries/follow_up/again.html", context, status=status)


def _label(name: str) -> str:
    return texts()["add"]["label"] if name == "text" else keyed(wording()["fields"])[name]["label"]


def show(request: HttpRequest, template: str, context: dict, *, status: int = 200) -> HttpResponse:
    words = {"words": texts(), "trail": []}
    return render(request, template, words | context, status=status)


# Erasing twice must not look like a stranger's receipt: the page that asks "are you sure?" gives a signed
# word along, which says that this receipt opened something within the hour.


def sure(receipt: str, what: str) -> str:
    return _signer(what).sign(receipts.receipt_hash(receipt).hex())


def is_sure(request: HttpRequest, receipt: str, what: str) -> bool:
    try:
        signed = _signer(what).unsign(request.POST.get("sure", ""), max_age=SURE_SECONDS)
    except signing.BadSignature:
        return False
    return signed == receipts.receipt_hash(receipt).hex()


def _signer(what: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"inquiries.follow_up.{what}")
