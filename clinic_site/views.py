"""Pages that belong to no app: home, help, health checks and errors."""

import sys
from datetime import date
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.crypto import constant_time_compare
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from articles import evidence, live, rendering, structured, topics
from articles.models import Language
from articles.models.feedback import WORDS_KEPT_FOR
from articles.pages import RISKS, interest
from inquiries import broken_promises
from inquiries.ask import views as inquiry_views
from inquiries.follow_up import views as follow_up
from inquiries.wording import keyed, version, wording

from .clinic import clinic, last_known, lines
from .models.clinic import COUNTRIES
from .public import public_page

ACCESSIBILITY_TESTED_ON = date(2026, 11, 23)  # renew it with every round of tests
# The parts of the page about the clinic, by their anchors.
CLINIC_PAGE = {
    "open": _("When we are open"),
    "reach": _("How to reach us"),
    "earn": _("What the clinic earns"),
    "clinic-status": _("Is this treatment approved here?"),
    "answers": _("Who answers for it"),
    "on-file": _("What is on file, and what is not"),
}
CLOSED_DAYS_AHEAD = 60  # how many days of closures the page of the clinic names


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """Lead to the reader's language, once; afterwards the address says it."""
    language = translation.get_language_from_request(request)
    response = HttpResponseRedirect(f"/{language}/")
    patch_vary_headers(response, ["Accept-Language"])
    return response


@public_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    language = translation.get_language()
    listed = list(topics.listed_for(language))
    context = {
        "articles": listed,
        "risks": next((page for page in listed if page.slug == RISKS), None),
        "topics": topics.with_pages(),
        "evidence_statement": rendering.evidence_statement(language, evidence.ledger().searched_on),
        "trail": [],
    }
    return render(request, "home.html", context)


@public_page
@require_safe
def about_clinic(request: HttpRequest) -> HttpResponse:
    """Show what the clinic is, what its documents allow it to say, and how to reach it."""
    context = live.clinic_page() | {
        "closures": clinic().closures(evidence.today(), CLOSED_DAYS_AHEAD),
        "contents": [{"id": key, "title": title, "entries": []} for key, title in CLINIC_PAGE.items()],
        "interest": interest(translation.get_language()),
        "structured": structured.clinic_page(evidence.today(), CLOSED_DAYS_AHEAD),
    }
    return render(request, "clinic.html", context)


@public_page
@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """Show each line with the day of its check; ambulances stand there even if no line was checked."""
    shown = lines()
    missing = set(COUNTRIES) - {line.country for line in shown}
    return render(request, "help_now.html", {"lines": shown, "ambulances": bool(missing)})


@public_page
@require_safe
def unwell_after_treatment(request: HttpRequest) -> HttpResponse:
    return render(request, "unwell_after_treatment.html")


@public_page
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what becomes of what somebody tells us, in the words of the consents where there are any."""
    words = wording()
    consents = keyed(words["consents"]["items"])
    context = {
        "consents": {key: clinic().fill(consents[key]["text"]) for key in ("personal", "sensitive")},
        "retention": words["retention"],
        "feedback_days": WORDS_KEPT_FOR.days,
        "version": version(),
    }
    return render(request, "privacy.html", context)


@public_page
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "accessibility.html", {"tested_on": ACCESSIBILITY_TESTED_ON})


# For machines


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process lives, and touch nothing else."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers and has every migration: 200 if so, else 503.

    And whether the queue's promises are kept; if not, how long the oldest inquiry has waited. Which ones are
    broken is for the monitor that sends MONITOR_TOKEN: it would tell of the people who wrote.
    """
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if pending:
            return JsonResponse({"database": "ok", "migrations": "pending"}, status=503)
        standing = broken_promises.standing()
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    queue: dict[str, Any] = {"promises": "not kept" if standing.broken else "kept"}
    if standing.broken:
        queue["oldest_untriaged_hours"] = standing.oldest_untriaged_hours
    if _is_monitor(request):
        queue["oldest_untriaged_seconds"] = standing.oldest_untriaged_seconds
        queue["broken_promises"] = standing.broken
    response = JsonResponse({"database": "ok", "migrations": "ok", **queue})
    response["Cache-Control"] = "no-store"
    return response


def _is_monitor(request: HttpRequest) -> bool:
    kind, _space, sent = request.headers.get("Authorization", "").partition(" ")
    expected = settings.MONITOR_TOKEN
    return kind == "Bearer" and bool(expected) and constant_time_compare(sent, expected)


@public_page
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    text = loader.render_to_string("robots.txt", {"site_url": settings.SITE_URL}, request=request)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


# Errors


def _error(
    request: HttpRequest,
    status: int,
    title: Promise,
    message: Promise,
    template: str = "error.html",
    **more: object,
) -> HttpResponse:
    """Answer in the language of the address, since an error may come before that was chosen."""
    said = translation.get_language_from_path(request.path_info)
    language = said or translation.get_language_from_request(request)
    # Where neither address nor page tells the reader's language, every one is spoken.
    others = [] if said else [_in(other, title, message) for other in Language.values if other != language]
    with translation.override(language):
        context = {"status": status, "title": str(title), "message": str(message), "trail": []}
        context |= {"others": others} | more
        return render(request, template, context, status=status)


def _in(language: str, title: Promise, message: Promise) -> dict[str, str]:
    with translation.override(language):
        return {"language": language, "title": str(title), "message": str(message), "home": reverse("home")}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(
        request,
        400,
        _("We could not read that request"),
        _(
            "Something in it was not in a form that we can read. Nothing was stored. "
            "Go back to the page before: what you typed is usually still there."
        ),
    )


def content_too_large(request: HttpRequest) -> HttpResponse:
    return _error(
        request,
        413,
        _("That is too long to send"),
        _(
            "Nothing was stored. Go back to the page before: what you typed is usually still there. "
            "Shorten it and send it again."
        ),
    )


def unsupported_media_type(request: HttpRequest) -> HttpResponse:
    return _error(
        request,
        415,
        _("We could not read that request"),
        _("This site reads text in the UTF-8 encoding only. Nothing was stored."),
    )


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(
        request,
        403,
        _("You cannot open this page"),
        _("Your account is not allowed to see it. Ask whoever manages the staff accounts."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(
        request,
        404,
        _("We could not find that page"),
        _(
            "The address may have a typing mistake, or the page may have moved. "
            "If you copied the address, check that you copied all of it."
        ),
        template="not_found.html",
        topics=topics.with_pages(),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer without a query, a context or a translation: any of them may be what failed."""
    if isinstance(sys.exception(), InterfaceError | OperationalError):
        return unavailable(request)
    return HttpResponse(_last_resort(request), status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Say that the site works again soon: only the database is away."""
    headers = {"Retry-After": "30"}
    return HttpResponse(_last_resort(request), status=503, headers=headers)


def _last_resort(request: HttpRequest) -> str:
    known = last_known()
    shown = lines(known)
    context: dict[str, Any] = {"clinic": known.clinic, "is_korean": request.path_info.startswith("/ko/")}
    context |= {f"lines_{language}": [line.pieces(language) for line in shown] for language in ("en", "ko")}
    return loader.render_to_string("500.html", context)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Give a person back what they typed; tell anybody else what to do."""
    match = request.resolver_match
    if match and match.view_name == "inquiries:ask":
        return inquiry_views.ask_again(request)
    if match and match.view_name.startswith("inquiries:follow_up"):
        return follow_up.without_cookie(request)
    return _error(
        request,
        403,
        _("Your browser did not confirm who you are"),
        _("Nothing was changed. Allow cookies for this site, reload the page and try again."),
    )
