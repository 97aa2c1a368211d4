"""Asking the clinic a question, and the confirmation."""

import logging

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, translate_url
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from articles.models import Publication
from clinic_site.clinic import clinic

from .forms import InquiryForm
from .intake import receive
from .models import Inquiry
from .wording import keyed, wording

logger = logging.getLogger(__name__)

RECEIVED_COOKIE = "received-{}"  # one per language: the page has an address in each
RECEIVED_SECONDS = 3600  # how long a reload of the confirmation still shows the reference

# Where a topic is often answered already: topic → number of the article in the content plan.
TOPIC_PAGES = {"evidence": "A04", "permission": "A08", "cost": "A08", "appointment": "A07", "travel": "A11"}


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        topic = request.GET.get("topic", "")
        return _form_page(request, InquiryForm(initial={"topic": topic} if topic in _topics() else {}))

    form = InquiryForm(request.POST)
    if not form.is_valid():
        form.renew_token()
        return _form_page(request, form, status=422)
    try:
        inquiry = receive(form, language=get_language())
    except (DatabaseError, InterfaceError):
        logger.exception("An inquiry could not be stored")
        failure = clinic().fill(wording()["pages_and_messages"]["sending_failed"])
        return _form_page(request, form, failure=failure, status=503)
    return _confirm(inquiry)


@never_cache
@sensitive_post_parameters()
def ask_again(request: HttpRequest) -> HttpResponse:
    """Give back what was typed to a person whose browser did not send the form's cookie."""
    form = InquiryForm(request.POST)
    form.renew_token()
    failure = _(
        "Your browser did not send the cookie that protects this form. Nothing has been stored. "
        "Everything you typed is still here: send it again. If that fails too, allow cookies for "
        "this site or call %(phone)s."
    ) % {"phone": clinic().phone}
    return _form_page(request, form, failure=failure, status=403)


@never_cache
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """Confirm to the person who sent it, for an hour; tell anybody else what this page was."""
    reference = request.get_signed_cookie(
        RECEIVED_COOKIE.format(get_language()), default=None, max_age=RECEIVED_SECONDS
    )
    inquiry = Inquiry.objects.filter(reference=reference).first() if reference else None
    context: dict[str, object] = {"inquiry": inquiry, "wording": wording()}
    if inquiry:
        context |= _confirmation(inquiry)
    return render(request, "inquiries/received.html", context)


def _topics() -> set[str]:
    return {option["key"] for option in keyed(wording()["fields"])["topic"]["options"]}


def _form_page(
    request: HttpRequest, form: InquiryForm, *, failure: str = "", status: int = 200
) -> HttpResponse:
    # Whoever waits for an error has waited long enough: do not ask a silent database once more.
    topic_pages = [] if failure else _topic_pages()
    context = {"form": form, "wording": wording(), "failure": failure, "topic_pages": topic_pages}
    return render(request, "inquiries/ask.html", context, status=status)


def _topic_pages() -> list[tuple[str, Publication]]:
    """Return the pages that may answer a topic at once; none while the database is away."""
    try:
        listed = Publication.objects.public().listed().for_readers_of(get_language())
        pages = listed.filter(article__plan__in=TOPIC_PAGES.values()).select_related("article")
        by_plan = {page.article.plan: page for page in pages.defer("body", "body_html", "head_html")}
    except (DatabaseError, InterfaceError):
        return []
    return [(topic, by_plan[plan]) for topic, plan in TOPIC_PAGES.items() if plan in by_plan]


def _confirm(inquiry: Inquiry) -> HttpResponse:
    """Redirect, so that a reload does not send again; a cookie for that page alone knows the inquiry."""
    page = reverse("inquiries:received")
    response = redirect(page)
    for language, _name in settings.LANGUAGES:
        response.set_signed_cookie(
            RECEIVED_COOKIE.format(language),
            inquiry.reference,
            max_age=RECEIVED_SECONDS,
            path=translate_url(page, language),
            secure=settings.HTTPS,
            httponly=True,
            samesite="Strict",
        )
    return response


def _confirmation(inquiry: Inquiry) -> dict[str, str]:
    """Return what was promised, in the words of the wording file."""
    texts = wording()["pages_and_messages"]
    phrases, confirmation = texts["reply_phrases"], texts["confirmation"]
    reply_by = date_format(timezone.localtime(inquiry.reply_by), "DATETIME_FORMAT")
    promise = confirmation["promise"].format(
        date=_("%(time)s (Seoul time)") % {"time": reply_by},
        language=keyed(phrases["language"])[inquiry.language]["text"],
        method=keyed(phrases["method"])[inquiry.contact_method]["text"],
    )
    return {"title": confirmation["title"], "promise": promise, "body": clinic().fill(confirmation["body"])}
