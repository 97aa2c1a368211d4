"""What every answer tells the browser, on public pages and in the admin."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from clinic_site.clinic import EMERGENCY, lines, whole

pytestmark = pytest.mark.usefixtures("articles")

PUBLIC = [
    "/en/",
    "/ko/",
    "/en/articles/",
    "/en/articles/risks-and-unknowns/",
    "/ko/articles/risks-and-unknowns/",
    "/en/ask/",
    "/en/ask/received/",
    "/en/help-now/",
    "/en/offline/",
    "/ko/unwell-after-treatment/",
    "/en/nothing-here/",
]
STAFF = ["/admin/", "/admin/inquiries/inquiry/", "/admin/password_change/"]


@pytest.fixture
def get(client, nurse):
    def get(path):
        if path.startswith("/admin"):
            client.force_login(nurse)
        return client.get(path)

    return get


@pytest.mark.parametrize("path", PUBLIC + STAFF)
def test_the_content_security_policy_has_no_exception(get, path):
    policy = get(path).headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self'" in policy
    assert not re.search(r"unsafe|nonce|https?:|\*|data:", policy)


@pytest.mark.parametrize("path", PUBLIC + STAFF)
def test_pages_hold_nothing_inline_and_nothing_from_elsewhere(get, path):
    page = get(path).text

    assert not re.search(r"<style|\sstyle=|\son\w+=\"|javascript:", page)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/(ld\+)?json)", page)
    assert not re.search(r'<(script|link|img|iframe)[^>]*(src|href)="(https?:)?//(?!localhost/)', page)


@pytest.mark.parametrize("path", PUBLIC + STAFF)
def test_other_sites_can_neither_frame_nor_read_nor_follow(get, path):
    headers = get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize(
    "refused",
    [
        lambda client: client.get("/en/?q=%00"),
        lambda client: client.generic("POST", "/en/ask/", b"x" * 200_000),
        lambda client: client.post("/en/ask/", b"", content_type="text/plain; charset=utf-16"),
    ],
    ids=["NUL", "too long", "another charset"],
)
def test_a_request_that_is_refused_at_the_door_is_answered_as_safely(client, refused):
    answer = refused(client)

    assert answer.status_code in (400, 413, 415)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_only_our_own_proxies_are_believed(client, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.TRUSTED_PROXIES = ["10.0.0.1"]

    theirs = client.get("/en/", headers={"x-forwarded-proto": "https"}, REMOTE_ADDR="203.0.113.9")
    ours = client.get("/en/", headers={"x-forwarded-proto": "https"}, REMOTE_ADDR="10.0.0.1")

    assert not theirs.wsgi_request.is_secure()
    assert ours.wsgi_request.is_secure()


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_page_has_one_heading_a_title_help_lines_and_the_strip(get, path):
    page = get(path).text

    assert len(re.findall(r"<h1\b", page)) == 1
    assert re.search(r"<title>\s*\S", page)
    assert "findahelpline.com" in page
    assert 'href="tel:109"' in page
    assert 'class="strip strip-demonstration"' in page
    assert 'name="robots" content="noindex"' in page


@pytest.mark.parametrize("path", PUBLIC[:-1])  # the last is no page
def test_every_public_page_leads_to_itself_in_the_other_language(get, path):
    here, other = path[1:3], "ko" if path[1:3] == "en" else "en"

    link = re.search(rf'<a href="([^"]+)" lang="{other}" hreflang="{other}"', get(path).text)[1]

    assert link == path.replace(f"/{here}/", f"/{other}/", 1)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_crisis_numbers_can_be_tapped(client, language):
    page = client.get(f"/{language}/help-now/").text

    for number in ["109", "119", "988", "116123", "0120279338"]:
        assert f'href="tel:{number}"' in page
    assert 'href="https://findahelpline.com/"' in page


def test_no_crisis_number_is_written_by_hand():
    """A line that nobody checked must vanish everywhere, and staff must be able to change one."""
    listed = {number for line in lines() for number in line.call} - EMERGENCY
    assert "109" in listed
    root = Path(settings.BASE_DIR)

    for path in [*root.glob("templates/**/*.html"), root / "locale/ko/LC_MESSAGES/django.po"]:
        text = path.read_text("utf-8").replace("116 123, 999", "")  # how to write numbers, for staff
        assert not {number for number in listed if re.search(whole(number), text)}, path
