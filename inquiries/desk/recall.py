"""After a correction: the inquiries of people who read the page as it was before."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from .. import recall

LATEST = 50
PAGE = 100


@require_safe
def corrections_view(request: HttpRequest) -> HttpResponse:
    """List the corrections, and to how many readers of each nobody has written since."""
    if not request.user.has_perm("inquiries.view_inquiry"):
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": gettext("Corrected pages"),
        "corrections": recall.corrections_with_readers()[:LATEST],
    }
    return TemplateResponse(request, "admin/inquiries/desk/corrections.html", context)


@require_safe
def recall_view(request: HttpRequest, pk: int) -> HttpResponse:
    """List whose question came from the version that was wrong, those first who have not heard from us."""
    if not request.user.has_perm("inquiries.view_inquiry"):
        raise PermissionDenied
    corrected = get_object_or_404(recall.corrections(), pk=pk)
    readers = recall.with_reply_since(recall.asked_before(corrected), corrected)
    readers = readers.select_related("owner", "came_from").order_by("has_reply_since", "-received_at", "pk")
    context = {
        **admin.site.each_context(request),
        "title": gettext("Who read it before the correction"),
        "corrected": corrected,
        "page": Paginator(readers, PAGE).get_page(request.GET.get("page")),
        "key": f"corrected-{corrected.pk}",
    }
    return TemplateResponse(request, "admin/inquiries/desk/recall.html", context)
