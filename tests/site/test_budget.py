"""What a page costs whoever reads it on a small phone with little data."""

import gzip
import re

import pytest
from django.conf import settings

pytestmark = pytest.mark.usefixtures("articles")

PAGES = [
    "/en/",
    "/en/articles/risks-and-unknowns/",
    "/en/articles/what-the-trials-show/",
    "/ko/search/?q=우울",
    "/en/evidence/",
    "/en/help-now/",
    "/ko/ask/",
    "/en/ask/follow-up/",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_and_all_that_it_asks_for_stay_within_the_budget(client, path):
    page = client.get(path).text

    sizes = {name: len(gzip.compress(sent(name))) for name in asked_for(page)}
    sheets = sum(size for name, size in sizes.items() if name.endswith(".css"))
    scripts = sum(size for name, size in sizes.items() if name.endswith(".js"))

    assert len(sizes) <= (5 if "/ask/" in path or "help" in path else 3), "and the page itself"
    assert sheets <= 10_000
    assert scripts <= 3_000
    assert len(gzip.compress(page.encode())) + sum(sizes.values()) <= 40_000


def test_the_style_sheet_arrives_in_one_piece_and_without_what_is_for_us(client):
    (sheet,) = (name for name in asked_for(client.get("/en/").text) if name.endswith(".css"))

    text = sent(sheet).decode()

    assert "@import" not in text
    assert "/*" not in text
    for part in re.findall(r'@import url\("([\w-]+\.css)"\)', written("site.css")):
        first = re.search(r"^[.\w:-]+ \{", written(part), re.MULTILINE)
        assert first is not None, part
        assert first[0] in text, part


def asked_for(page: str) -> set[str]:
    """The files that a browser loads with a page, pictures aside."""
    tags = re.findall(r'<link rel="(?:stylesheet|icon|preload)"[^>]*>|<script[^>]* src=[^>]*>', page)
    return {found[1] for tag in tags if (found := re.search(r'(?:href|src)="([^"]+)"', tag))}


def written(name: str) -> str:
    return (settings.BASE_DIR / "static/css" / name).read_text("utf-8")


def sent(name: str) -> bytes:
    return (settings.STATIC_ROOT / name.removeprefix(settings.STATIC_URL)).read_bytes()
