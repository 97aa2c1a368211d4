"""Whatever is sent: a clear page in the reader's language, a clean status, and no trace."""

import logging

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from clinic_site import views
from clinic_site.logs import QuietFormatter
from inquiries.models import Inquiry
from tests.factories import answers

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        ("/en/nothing-here/", "en", "We could not find that page"),
        ("/ko/nothing-here/", "ko", "페이지를 찾을 수 없어요"),
        ("/en/articles/nothing-here/", "en", "We could not find that page"),
    ],
)
def test_a_missing_page_says_so_in_the_language_of_the_address(client, path, language, words):
    page = client.get(path)

    assert page.status_code == 404
    assert f'<html lang="{language}">' in page.text
    assert words in page.text
    assert page.text.count("<h1") == 1


def test_a_missing_page_outside_the_languages_says_so_in_each(client):
    page = client.get("/nothing-here/").text

    assert page.index("We could not find that page") < page.index('<section lang="ko">')
    assert "페이지를 찾을 수 없어요" in page
    assert 'href="/ko/" hreflang="ko">홈</a>' in page


@pytest.mark.parametrize(
    "path", ["/en/?q=%00", "/en/articles/%00/", "/admin/?next=%00", "/en/ask/?topic=%00"]
)
def test_a_nul_in_the_address_is_a_bad_request(client, path):
    assert client.get(path).status_code == 400


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/x-www-form-urlencoded; charset=utf-16", b"a=b", 415),
        ("application/x-www-form-urlencoded", b"message=" + b"x" * 1_000_000, 413),
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(400)), 400),
        ("application/x-www-form-urlencoded", b"message=%ff%fe%00", 422),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken", 422),
        ("multipart/form-data", b"no boundary", 400),
        ("application/json", b'{"message": "hello"}', 422),
        ("text/plain", b"\x00\xff", 422),
        ("", b"", 422),
    ],
)
def test_a_body_of_any_shape_is_refused_cleanly(client, content_type, body, status):
    page = client.post("/en/ask/", body, content_type=content_type)

    assert page.status_code == status
    assert not Inquiry.objects.exists()


def test_a_file_is_ignored_and_never_stored(client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    page = client.post("/en/ask/", answers() | {"scan": SimpleUploadedFile("scan.png", b"\x89PNG")})

    assert page.status_code == 302
    assert not page.wsgi_request.FILES


def test_a_body_that_is_too_long_is_explained_with_a_way_to_keep_the_text(client):
    page = client.post("/ko/ask/", answers(message="가" * 400_000))

    assert page.status_code == 413
    assert '<html lang="ko">' in page.text


def test_an_editor_may_send_more_than_a_visitor(client, editor):
    client.force_login(editor)

    page = client.post("/admin/articles/article/add/", {"body": "x" * 500_000})

    assert page.status_code == 200
    assert "x" * 500_000 in page.text


def test_health_is_told_without_the_database_and_readiness_with_it(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").text == "ok\n"
    ready = {"database": "ok", "migrations": "ok", "promises": "kept"}
    assert client.get("/readyz").json() == ready


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_methods_that_a_page_does_not_have_are_refused(client, method):
    for path in ["/en/", "/en/ask/", "/en/articles/", "/healthz"]:
        assert getattr(client, method)(path).status_code in (403, 405)


def test_the_page_for_a_broken_site_needs_nothing_that_could_be_broken(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = views.unavailable(rf.get("/en/")).text

    assert 'lang="ko"' in page
    assert page.count('href="tel:+82200000000"') == 2
    assert "109" in page
    assert "{{" not in page
    assert page.index("<h1>Something went wrong") < page.index("문제가 생겼어요</h2>")
    korean = views.unavailable(rf.get("/ko/articles/")).text
    assert korean.index("문제가 생겼어요</h1>") < korean.index("<h2>Something went wrong")
    assert korean.count("<h1") == page.count("<h1") == 1


def test_a_log_line_about_an_error_withholds_what_a_person_wrote():
    try:
        try:
            raise ValueError("Failing row contains (I feel very low)")
        except ValueError as cause:
            raise DatabaseError("duplicate: ada@example.org") from cause
    except DatabaseError:
        import sys

        record = logging.LogRecord(
            "django.request", logging.ERROR, __file__, 1, "Internal Server Error", (), sys.exc_info()
        )

    line = QuietFormatter().format(record)

    assert "DatabaseError" in line
    assert "ValueError" in line
    assert "test_errors.py" in line
    assert "very low" not in line
    assert "ada@" not in line


def test_no_log_line_of_an_inquiry_holds_a_word_of_it(client, caplog):
    with caplog.at_level("DEBUG"):
        client.post(
            "/en/ask/",
            answers(message="marker-7f3a", preferred_name="marker-7f3b", email="marker-7f3c@example.org"),
        )
        client.post("/en/ask/", answers(message="marker-7f3d" * 200))
        Client(enforce_csrf_checks=True).post("/en/ask/", answers(message="marker-7f3e"))

    with caplog.at_level("DEBUG"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE inquiries_inquiry ADD CONSTRAINT nothing_more CHECK (false) NOT VALID")
        refused = client.post("/en/ask/", answers(message="marker-7f3f"))
    assert refused.status_code == 503

    lines = [
        QuietFormatter().format(record) for record in caplog.records if record.name != "django.db.backends"
    ]
    assert any("could not be stored" in line for line in lines)
    assert "marker-7f3" not in "\n".join(lines)
