"""Pages that belong to no app: home, help, health checks and errors."""

import sys

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from articles import topics
from inquiries import views as inquiry_views
from inquiries.wording import wording

from .clinic import clinic
from .public import public_page


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
    articles = topics.listed_for(translation.get_language())
    return render(request, "home.html", {"articles": articles, "topics": topics.with_pages(), "trail": []})


@public_page
@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    return render(request, "help_now.html", {"wording": wording()})


@public_page
@require_safe
def unwell_after_treatment(request: HttpRequest) -> HttpResponse:
    body = clinic().fill(wording()["unwell_after_treatment_page"]["body"])
    return render(request, "unwell_after_treatment.html", {"body": body})


# For machines


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process lives, and touch nothing else."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers and has every migration: 200 if so, else 503."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    state = {"database": "ok", "migrations": "pending" if pending else "ok"}
    return JsonResponse(state, status=503 if pending else 200)


@public_page
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    text = loader.render_to_string("robots.txt", {"site_url": settings.SITE_URL}, request=request)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


# Errors


def _error(request: HttpRequest, status: int, title: Promise, message: Promise) -> HttpResponse:
    """Answer in the language of the address, since an error may come before that was chosen."""
    language = translation.get_language_from_path(request.path_info)
    with translation.override(language or translation.get_language_from_request(request)):
        context = {"status": status, "title": str(title), "message": str(message), "trail": []}
        return render(request, "error.html", context, status=status)


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
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer without a query, a context or a translation: any of them may be what failed."""
    if isinstance(sys.exception(), InterfaceError | OperationalError):
        return unavailable(request)
    return HttpResponse(loader.render_to_string("500.html"), status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Say that the site works again soon: only the database is away."""
    headers = {"Retry-After": "30"}
    return HttpResponse(loader.render_to_string("500.html"), status=503, headers=headers)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Give a person back what they typed; tell anybody else what to do."""
    match = request.resolver_match
    if match and match.view_name == "inquiries:ask":
        return inquiry_views.ask_again(request)
    return _error(
        request,
        403,
        _("Your browser did not confirm who you are"),
        _("Nothing was changed. Allow cookies for this site, reload the page and try again."),
    )
