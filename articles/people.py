"""The pages of those who write, review and translate.

Somebody has a page while they stand on a page that readers see: every name on an article leads somewhere.
"""

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic_site.public import public_page

from . import structured
from .models import Person, Publication, ReviewState, Role
from .trail import Crumb, home


def keys_on(pages: Iterable[Publication]) -> set[str]:
    """Return the keys of all people who stand on some pages."""
    return {printed["key"] for page in pages for printed in page.people}


@public_page
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    keys = keys_on(Publication.objects.public().only("people"))
    everybody = [
        {"path": person.get_absolute_url()} | person.as_printed("", get_language())
        for person in Person.objects.filter(key__in=keys)
    ]
    everybody.sort(key=lambda person: person["name"])
    return render(request, "articles/people_list.html", {"people": everybody})


@public_page
@require_safe
def person(request: HttpRequest, key: str) -> HttpResponse:
    """Show somebody, and what they wrote, reviewed and translated, as far as lists show it."""
    language = get_language()
    shown = get_object_or_404(Person, key=key)
    pages = list(
        Publication.objects.public()
        .filter(people__contains=[{"key": key}])
        .in_list_order()
        .defer("body", "head_html", "body_html")
    )
    if not pages:
        raise Http404
    printed = shown.as_printed("", language)
    context = {
        "person": printed,
        "work": _work(key, pages, language),
        "trail": [home(), Crumb(_("Who writes and reviews"), reverse("people"))],
        "structured": [structured.profile_page(printed, language)],
    }
    return render(request, "articles/person.html", context)


def _work(key: str, pages: list[Publication], language: str) -> list[tuple[str, list[Publication]]]:
    """Return what somebody did, by their part in it; of each article the version in the reader's language."""
    headings = {
        Role.AUTHOR: _("Pages written"),
        Role.REVIEWER: _("Pages reviewed"),
        Role.TRANSLATOR: _("Pages translated"),
        Role.CHECKER: _("Translations checked"),
    }
    listed = [page for page in pages if page.review_state != ReviewState.LAPSED]
    listed.sort(key=lambda page: page.language != language)
    work = []
    for role, heading in headings.items():
        found: dict[int, Publication] = {}
        for page in listed:
            if any(printed["key"] == key and printed["credit"] == role for printed in page.people):
                found.setdefault(page.original, page)  # type: ignore[attr-defined]  # an annotation
        if found:
            work.append((heading, list(found.values())))
    return work
