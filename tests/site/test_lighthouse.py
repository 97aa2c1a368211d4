"""Lighthouse, as on a phone, finds nothing to mend; and pages weigh what they may.

What it times is not judged here, where other tests run beside it: `make lighthouse` measures that. What a
search found asks search engines to stay away and fails the audit `is-crawlable` by design; every other audit
of that category passes. Lighthouse cannot send a form, and so follow-up is its door.
"""

import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from clinic_site.bench.lighthouse import ADDRESSES
from tests.browser import chromium

from .node import module, program

HIDDEN = [name for name in ADDRESSES if name.startswith("search with results")]
MOST_BYTES = {"Stylesheet": 12_000, "Script": 6_000}  # as they travel, with their headers


def look() -> dict[str, Any]:
    """Return what the command of `make lighthouse` finds on every page."""
    program("node", "nodejs")
    module("lighthouse/package.json")
    command = [sys.executable, "-m", "clinic_site.bench.lighthouse", "--json"]
    environment = os.environ | {"CHROMIUM": chromium()}
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {one["page"]: one for one in json.loads(done.stdout.splitlines()[-1])}


def weight(requests: list[dict[str, Any]]) -> int:
    return sum(request["bytes"] for request in requests)


def test_nothing_is_to_be_mended_and_every_page_weighs_what_it_may():
    found = look()
    assert set(found) == set(ADDRESSES)
    for name, page in found.items():
        _judge(name, page)
        _weigh(name, page["requests"], urlsplit(page["url"]).netloc)


def _judge(name: str, page: dict[str, Any]) -> None:
    failed = [audit for audit in page["failed"] if not audit.startswith("is-crawlable")]
    assert not failed, name
    assert page["scores"]["accessibility"] == page["scores"]["best-practices"] == 100, name
    assert page["shift"] == 0, name
    if name in HIDDEN:
        assert page["failed"], f"{name}: search engines are to stay away"
    else:
        assert page["scores"]["seo"] == 100, name


def _weigh(name: str, requests: list[dict[str, Any]], origin: str) -> None:
    # A form carries a secret, for which its HTML is not compressed.
    assert weight(requests) <= (48_000 if name.startswith("ask") else 40_000), name
    assert len(requests) <= 8, (name, [request["url"] for request in requests])
    for kind, most in MOST_BYTES.items():
        assert weight([request for request in requests if request["kind"] == kind]) <= most, (name, kind)
    assert {urlsplit(request["url"]).netloc for request in requests} == {origin}, name
    assert not [request for request in requests if request["kind"] == "Font"], name
