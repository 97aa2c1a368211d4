"""What a reader has without a connection: the worker that keeps pages, and the page that it shows."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .public import public_page

WORKER = Path(settings.BASE_DIR) / "static/js/worker.js"


@public_page
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Send the worker from the root of the site, where it may serve the pages of each language."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")


@public_page
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "offline.html")
