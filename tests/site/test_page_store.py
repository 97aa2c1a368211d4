"""Stored pages: right in every process, the same bytes for everybody, and there when the database is not."""

import gzip
import hashlib
import http.client
import io
import os
import re
import signal
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import Client

from clinic_site import encodings, page_store, run
from clinic_site.encodings import negotiated
from clinic_site.freshness import Freshness
from clinic_site.page_store import PageStore

from .checkouts import eventually
from .running import Running

HELP = "/en/help-now/"
CHROME = "gzip, deflate, br, zstd"


class Seen:
    """What the watch has seen, as a test wants it."""

    def __init__(self):
        self.seen, self.away = Freshness(b"1", time.time() + 1000), False

    def database_is_away(self):
        return self.away

    def changed(self, version, seconds=1000):
        self.seen = Freshness(version, time.time() + seconds)


class AtOnce:
    """Makes a page in the thread that asks, where the test's transaction is."""

    def submit(self, make, *arguments):
        done = Future()
        try:
            done.set_result(make(*arguments))
        except Exception as error:
            done.set_exception(error)
        return done


class Site:
    """The store with Django behind it, and how often Django was asked."""

    def __init__(self, django=None, most_bytes=4_000_000, makers=None):
        self.django, self.asked, self.watch = django or WSGIHandler(), [], Seen()
        self.store = PageStore(self.count, self.watch, most_bytes, makers or AtOnce())

    def count(self, environ, start_response):
        self.asked.append(environ)
        return self.django(environ, start_response)

    def get(self, path, method="GET", **changed):
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "REMOTE_ADDR": "203.0.113.9",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
        } | changed
        # The connection of the test stays open, as under Django's test client, which connects them again.
        for signal_ in (request_started, request_finished):
            signal_.disconnect(close_old_connections)
        begun = []
        parts = self.store(environ, lambda status, headers, *_: begun.append((status, headers)))
        body = b"".join(parts)
        if close := getattr(parts, "close", None):
            close()
        status, headers = begun[-1]
        return int(status[:3]), {name.lower(): value for name, value in headers}, body


def says(text, status="200 OK", headers=()):
    """Return an application that answers with a text, as a public page would."""

    def application(environ, start_response):
        kinds = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "public, max-age=0")]
        start_response(status, [*kinds, *headers])
        return [(text() if callable(text) else text).encode()]

    return application


@pytest.fixture(autouse=True)
def _signals_come_back():
    yield
    for signal_ in (request_started, request_finished):
        signal_.connect(close_old_connections)


@pytest.fixture
def site(db):
    return Site()


# The same bytes for everybody


@pytest.mark.parametrize(
    "path", ["/en/", "/ko/articles/", "/en/articles/risks-and-unknowns/", "/en/evidence/"]
)
def test_a_stored_page_has_the_headers_and_the_words_that_django_gives(site, articles, path):
    plain = Client(headers={"host": "localhost"}).get(path)
    site.get(path)
    status, headers, body = site.get(path)

    assert len(site.asked) == 1
    assert status == plain.status_code
    assert body == plain.content
    expected = {name.lower(): value for name, value in plain.headers.items()}
    added = {"etag": headers.pop("etag"), "vary": headers.pop("vary")}
    assert added["vary"].split(", ")[-1] == "Accept-Encoding"
    assert headers == {name: value for name, value in expected.items() if name != "vary"}
    assert "s-maxage=1" in headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        *("/en/feed.rss", "/ko/feed.atom", "/sitemap.xml", "/robots.txt", "/en/corrections/"),
        *("/ko/help-now/", "/ko/unwell-after-treatment/", "/ko/articles/risks-and-unknowns/"),
        *("/en/topics/stem-cell-treatment/", "/ko/articles/a-to-z/", "/en/editorial-policy/"),
        *("/en/people/", "/ko/people/demonstration-author/"),
    ],
)
def test_whatever_readers_get_is_stored_without_a_cookie(site, articles, path):
    first, second = site.get(path), site.get(path)

    assert len(site.asked) == 1
    assert first == second
    assert first[0] == 200
    assert "set-cookie" not in first[1]
    assert "Cookie" not in first[1].get("vary", "")


@pytest.mark.parametrize(
    "path", ["/en/ask/", "/admin/", "/admin/login/", "/readyz", "/healthz", "/", "/en/articles/preview/x/"]
)
def test_what_is_for_one_person_is_never_stored(site, db, path):
    site.get(path)
    site.get(path)

    assert len(site.asked) == 2
    assert not len(site.store.pages) + len(site.store.others)


def test_nothing_that_a_reader_sends_reaches_the_page_that_others_get(site):
    forged = {
        "HTTP_ACCEPT_LANGUAGE": "ko",
        "HTTP_COOKIE": "django_language=ko; session=x",
        "HTTP_AUTHORIZATION": "Basic x",
        "HTTP_X_FORWARDED_HOST": "evil.example",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_ORIGINAL_URL": "/admin/",
        "HTTP_HOST": "testserver:81",
        "wsgi.url_scheme": "https",
    }
    poisoned = site.get(HELP + "?utm_source=%22evil%22", **forged)
    clean = site.get(HELP)

    assert poisoned == clean
    (asked,) = site.asked
    assert {name for name in asked if name.startswith("HTTP_")} == {"HTTP_HOST"}
    assert asked["HTTP_HOST"] == "localhost"
    assert asked["QUERY_STRING"] == ""
    assert b"evil" not in clean[2]


def test_a_page_prints_the_address_of_the_site_and_not_that_of_the_request(articles):
    page = Client(headers={"host": "127.0.0.1"}).get("/en/articles/risks-and-unknowns/").text

    assert "http://localhost/en/articles/risks-and-unknowns/" in page
    assert "127.0.0.1" not in page


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:x", "", "localhost@evil"]
)
def test_a_host_that_is_not_ours_is_refused_although_the_page_is_stored(site, host):
    site.get(HELP)

    assert site.get(HELP, HTTP_HOST=host)[0] == 400
    assert site.get(HELP, HTTP_HOST="LOCALHOST:8000")[0] == 200


def test_hosts_with_made_up_ports_are_not_remembered_without_bound(site):
    for port in range(1000):
        site.get(HELP, HTTP_HOST=f"localhost:{port}")

    assert len(site.store._hosts) == page_store.HOSTS
    assert len(site.asked) == 1


@pytest.mark.django_db
def test_a_stored_page_is_not_given_over_plain_http_where_https_is_asked_for(settings):
    settings.SITE_URL, settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = (
        "https://localhost",
        True,
        99,
    )
    settings.TRUSTED_PROXIES, settings.SECURE_PROXY_SSL_HEADER = (
        ["10.0.0.1"],
        ("HTTP_X_FORWARDED_PROTO", "https"),
    )
    site = Site()
    claimed = {"HTTP_X_FORWARDED_PROTO": "https"}

    status, headers, _body = site.get(HELP, REMOTE_ADDR="10.0.0.1", **claimed)
    assert (status, headers["strict-transport-security"]) == (200, "max-age=99")
    assert site.get(HELP, REMOTE_ADDR="203.0.113.9", **claimed)[0] == 301
    assert site.get(HELP, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_PROTO="http")[0] == 301
    assert site.get(HELP)[0] == 301


def test_methods_and_addresses_out_of_the_ordinary_are_djangos_business(site, db):
    site.get(HELP)
    before = len(site.asked)

    for method in ["POST", "PUT", "DELETE", "TRACE", "OPTIONS"]:
        assert site.get(HELP, method=method)[0] in (403, 405)
    assert site.get(HELP + "?a=%00")[0] == 400
    assert site.get(HELP + "?" + "a" * 600)[0] == 200
    assert site.get("/" + "a" * 9000)[0] == 404
    assert site.get("/en/\xed\x95\x9c/")[0] == 404
    assert site.get("//en/help-now/")[0] == 404
    assert len(site.asked) == before + 10
    assert len(site.store.pages) == 1


def test_a_page_that_reads_a_parameter_is_kept_once_for_each_value(monkeypatch):
    monkeypatch.setattr(page_store, "public_query", lambda path: frozenset({"sort"}))
    site = Site(lambda environ, start: says(f"sorted by {environ['QUERY_STRING']}")(environ, start))

    assert site.get("/en/?sort=year&x=1")[2] == site.get("/en/?y=2&sort=year")[2] == b"sorted by sort=year"
    assert site.get("/en/?sort=title")[2] == b"sorted by sort=title"
    assert site.get("/en/?z=1")[2] == site.get("/en/")[2] == b"sorted by "
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    "header",
    [("Set-Cookie", "a=b"), ("Vary", "Cookie"), ("Cache-Control", "private"), ("Cache-Control", "no-store")],
)
def test_an_answer_for_one_reader_is_not_kept_whatever_its_view_has_promised(header):
    site = Site(says("for you", headers=[header]))

    assert site.get(HELP)[2] == b"for you"
    assert site.get(HELP)[2] == b"for you"
    assert len(site.asked) == 4  # once as nobody in particular, once as who asks
    assert not len(site.store.pages)


# Encodings, tags and HEAD


def test_each_encoding_is_the_same_page_under_a_tag_of_its_own(site):
    plain = site.get(HELP)
    packed = site.get(HELP, HTTP_ACCEPT_ENCODING=CHROME)
    zipped = site.get(HELP, HTTP_ACCEPT_ENCODING="gzip")

    assert brotli.decompress(packed[2]) == gzip.decompress(zipped[2]) == plain[2]
    assert packed[1]["content-encoding"] == "br"
    assert zipped[1]["content-encoding"] == "gzip"
    assert "content-encoding" not in plain[1]
    assert len({answer[1]["etag"] for answer in (plain, packed, zipped)}) == 3
    for answer in (plain, packed, zipped):
        assert re.fullmatch(r'"[^"]+"', answer[1]["etag"])
        assert answer[1]["content-length"] == str(len(answer[2]))
        assert answer[1]["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        *(("", ""), ("identity", ""), (CHROME, "br"), ("gzip", "gzip"), ("GZIP;q=1.0, br;q=0", "gzip")),
        *(("br;q=0.1, gzip;q=0.9", "gzip"), ("gzip;q=0", ""), ("br;q=nonsense", ""), ("zstd", "")),
        ("identity, gzip;q=0.5", ""),
    ],
)
def test_the_encoding_is_one_that_the_reader_takes(accepts, encoding):
    assert negotiated(accepts) == encoding


@pytest.mark.parametrize("named", ["{}", "W/{}", '"other", {}', '"other",W/{}', "*"])
def test_who_has_the_page_already_hears_so(site, named):
    tag = site.get(HELP, HTTP_ACCEPT_ENCODING="br")[1]["etag"]

    status, headers, body = site.get(HELP, HTTP_IF_NONE_MATCH=named.format(tag), HTTP_ACCEPT_ENCODING="br")

    assert (status, body) == (304, b"")
    assert {"etag", "vary", "cache-control"} == set(headers)
    assert "content-length" not in headers
    assert named == "*" or headers["etag"] == tag


@pytest.mark.parametrize("named", ['"other"', "W/", '""', "nonsense", ",,,"])
def test_who_has_another_page_gets_this_one(site, named):
    assert site.get(HELP, HTTP_IF_NONE_MATCH=named)[0] == 200


def test_head_says_what_get_would(site):
    asked = site.get(HELP, method="HEAD", HTTP_ACCEPT_ENCODING="gzip")
    got = site.get(HELP, HTTP_ACCEPT_ENCODING="gzip")

    assert asked[:2] == got[:2]
    assert asked[2] == b""


# Fresh, or kept


def test_a_page_is_made_again_after_a_change_and_at_the_moment_when_its_date_comes():
    words = ["first"]
    site = Site(says(lambda: words[0]))
    assert site.get(HELP)[2] == b"first"

    words[0] = "second"
    assert site.get(HELP)[2] == b"first"
    site.watch.changed(b"2", seconds=0.2)
    assert site.get(HELP)[2] == b"second"

    words[0] = "third"
    assert site.get(HELP)[2] == b"second"
    time.sleep(0.25)
    assert site.get(HELP)[2] == b"third"
    assert len(site.asked) == 3


def test_a_page_is_kept_no_longer_than_until_midnight_in_seoul(monkeypatch):
    from datetime import UTC, datetime

    from clinic_site import freshness

    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 12, 31, 14, 59, 30, tzinfo=UTC))

    assert freshness._next_midnight() == datetime(2026, 12, 31, 15, tzinfo=UTC)


def test_what_was_begun_before_a_change_is_not_kept_as_what_came_after():
    site = Site(lambda environ, start: (site.watch.changed(b"2"), says("old")(environ, start))[1])
    site.get(HELP)

    site.django = says("new")

    assert site.get(HELP)[2] == b"new"


def test_a_hundred_readers_at_once_cost_one_page():
    def slowly():
        time.sleep(0.3)
        return "a page"

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as makers:
        site = Site(says(slowly), makers=makers)
        bodies = []
        readers = [
            threading.Thread(target=lambda: bodies.append(site.get(HELP)[2])) for _number in range(100)
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()

    assert bodies == [b"a page"] * 100
    assert len(site.asked) == 1
    assert not site.store._making


def test_an_old_page_is_better_than_an_error_or_a_long_wait():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as makers:
        site = Site(says("a page"), makers=makers)
        site.get(HELP)
        site.watch.changed(b"2")

        site.django = says("broken", status="503 Service Unavailable")
        assert site.get(HELP)[2] == b"a page"

        site.django = says(lambda: time.sleep(2) or "late")
        begun = time.monotonic()
        assert site.get(HELP)[2] == b"a page"
        assert time.monotonic() - begun < 1.9

        site.watch.away = True
        begun = time.monotonic()
        assert site.get(HELP)[2] == b"a page"
        assert time.monotonic() - begun < 0.5


def test_few_wait_for_a_database_that_is_away(db):
    from django.views.debug import technical_500_response  # noqa: F401 - imported before threads ask for it

    waiting, go_on = [], threading.Event()

    def hanging(environ, start_response):
        if environ.get("clinic_site.database_is_away"):
            return WSGIHandler()(environ, start_response)
        waiting.append(environ)
        go_on.wait(10)
        return says("late", status="503 Service Unavailable")(environ, start_response)

    site = Site(hanging)
    site.watch.away = True
    readers = [threading.Thread(target=site.get, args=("/en/articles/new/",)) for _number in range(4)]
    for reader in readers:
        reader.start()
    eventually(lambda: len(waiting) == page_store.IN_VAIN)

    status, headers, body = site.get("/en/articles/new/")

    assert status == 503
    assert "retry-after" in headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert b"109" in body
    go_on.set()
    for reader in readers:
        reader.join()


def test_those_who_wait_for_a_database_that_has_just_gone_silent_leave_threads_to_readers(db):
    waiting, go_on = [], threading.Event()

    def hanging(environ, start_response):
        if environ["PATH_INFO"].startswith("/en/search/") and not environ.get("clinic_site.database_is_away"):
            waiting.append(environ)
            go_on.wait(10)
            return says("late")(environ, start_response)  # its thread shall hold no connection
        return WSGIHandler()(environ, start_response)

    site = Site(hanging)
    site.get(HELP)
    readers = [
        threading.Thread(target=site.get, args=("/en/search/",)) for _number in range(page_store.AT_ONCE)
    ]
    for reader in readers:
        reader.start()
    eventually(lambda: len(waiting) == page_store.AT_ONCE)

    assert site.get("/en/search/")[0] == 503
    assert site.get(HELP)[0] == 200
    assert site.get("/healthz")[0] == 200
    assert page_store.AT_ONCE < run.THREADS
    go_on.set()
    for reader in readers:
        reader.join()
    assert site.get("/en/search/")[0] == 200


def test_style_sheets_and_the_health_check_are_there_while_the_database_is_away(settings):
    site = Site(says("made without a database"))
    site.watch.away = True
    for _number in range(page_store.IN_VAIN):
        site.store._in_vain.acquire()

    for path in (settings.STATIC_URL + "css/site.css", "/healthz"):
        site.get(path)
        assert "clinic_site.database_is_away" not in site.asked[-1]


def test_who_waits_for_a_page_waits_no_longer_than_the_database_is_there():
    from concurrent.futures import ThreadPoolExecutor

    go_on = threading.Event()
    with ThreadPoolExecutor(1) as makers:

        def slowly(environ, start):
            if environ.get("clinic_site.database_is_away"):
                return says("later", status="503 Service Unavailable")(environ, start)
            return says(lambda: go_on.wait(20) and "late")(environ, start)

        site = Site(slowly, makers=makers)
        threading.Timer(0.3, setattr, (site.watch, "away", True)).start()
        begun = time.monotonic()

        assert site.get(HELP)[0] == 503
        assert time.monotonic() - begun < page_store.WAIT_SECONDS / 2
        go_on.set()


def test_long_headers_are_not_remembered(site):
    before = encodings._negotiated.cache_info().currsize

    assert negotiated("gzip, " + "x" * 1000) == ""
    assert encodings._negotiated.cache_info().currsize == before


def test_addresses_that_somebody_makes_up_fill_neither_memory_nor_push_out_pages():
    site = Site(says("page " * 100))
    for number in range(50):
        site.get(f"/en/articles/page-{number}/")

    site.django = says("not found " * 100, status="404 Not Found")
    for number in range(3000):
        assert site.get(f"/en/articles/made-up-{number}/")[0] == 404

    assert len(site.store.pages) == 50
    assert 0 < len(site.store.others) <= page_store.MOST_OTHERS
    assert site.store.others.bytes <= 1_000_000
    before = len(site.asked)
    assert site.get("/en/articles/page-7/")[0] == 200
    assert len(site.asked) == before


def test_memory_has_a_bound_and_what_is_read_most_stays():
    site = Site(says("x" * 10_000), most_bytes=400_000)
    for number in range(200):
        site.get("/en/articles/favourite/")
        site.get(f"/en/articles/page-{number}/")

    assert site.store.pages.bytes <= 300_000
    assert site.store.pages.bytes == sum(answer.size for answer in site.store.pages._answers.values())
    assert sum(environ["PATH_INFO"] == "/en/articles/favourite/" for environ in site.asked) == 1


def test_a_page_that_became_another_kind_stands_on_one_shelf_only():
    site = Site(says("here"))
    site.get("/en/articles/x/")
    site.watch.changed(b"2")
    site.django = says("gone", status="404 Not Found")
    site.get("/en/articles/x/")

    assert (len(site.store.pages), len(site.store.others)) == (0, 1)
    assert site.get("/en/articles/x/")[0] == 404


# What readers' pages read

# Append-only, and written only together with a row that has the trigger.
WRITTEN_WITH_OTHERS = {"articles_stamp", "articles_revision", "articles_articleevent"}


@pytest.mark.parametrize(
    "path",
    [
        *("/en/", "/en/articles/", "/en/articles/risks-and-unknowns/", "/ko/articles/risks-and-unknowns/"),
        *("/en/evidence/", "/en/corrections/", "/en/feed.rss", "/sitemap.xml", "/en/articles/nothing/"),
        *("/en/topics/stem-cell-treatment/", "/ko/articles/a-to-z/", "/en/editorial-policy/"),
        *("/en/people/", "/ko/people/demonstration-author/"),
    ],
)
def test_every_table_that_a_stored_page_reads_writes_a_stamp(
    client, articles, django_assert_max_num_queries, path
):
    from articles import kept

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE prosrc LIKE %s",
            ["%articles_stamp%"],
        )
        stamped = {name for (name,) in cursor.fetchall()}
        cursor.execute("UPDATE articles_stamp SET value = gen_random_uuid()")  # so that nothing is remembered

    with django_assert_max_num_queries(40) as seen:
        client.get(path)

    read = {
        name for query in seen.captured_queries for name in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])
    }
    assert read <= stamped | WRITTEN_WITH_OTHERS, read - stamped
    assert kept.OF_FACTS != kept.OF_PAGES


# Real processes

WITHIN = 2.0  # seconds, from the commit to the last process


@pytest.fixture(scope="module")
def started():
    running = Running()
    try:
        yield running
    finally:
        for connection_ in running.connections:
            connection_.close()
        running.checkout.close()


@pytest.fixture
def running(started):
    started.connect()  # anew: the server closes what is silent for long
    return started


EVERYWHERE = ["/en/", "/en/articles/", "/en/feed.rss", "/en/feed.atom", "/sitemap.xml"]


def shown(running, slug, words):
    """Tell whether page, lists, feeds and sitemap show a page, in every process."""
    return running.agree(
        f"/en/articles/{slug}/", lambda status, body: status == 200 and words in body
    ) and all(running.agree(path, lambda status, body: f"/articles/{slug}/" in body) for path in EVERYWHERE)


def gone(running, slug, status):
    return running.agree(f"/en/articles/{slug}/", lambda found, body: found == status) and all(
        running.agree(path, lambda status, body: f"/articles/{slug}/" not in body) for path in EVERYWHERE
    )


@pytest.mark.alone
def test_what_editors_do_is_right_in_every_process_within_two_seconds(running):
    running.edit("people = [make_person(is_demonstration=True)], [make_person(is_demonstration=True)]")
    running.edit("made = dict(authors=people[0], reviewers=people[1])")
    assert gone(running, "seen", 404)

    running.edit("seen = publish_article(slug='seen', title='As it was', **made)")
    assert eventually(lambda: shown(running, "seen", "As it was")) < WITHIN

    running.edit("seen.title = 'As it is'; seen.save(); publish(seen, change_kind='correction')")
    assert eventually(lambda: shown(running, "seen", "As it is")) < WITHIN
    assert running.agree("/en/corrections/", lambda status, body: "As it is" in body)

    running.edit("seen.slug = 'moved'; seen.save(); publish(seen, change_kind='update')")
    assert eventually(lambda: shown(running, "moved", "As it is")) < WITHIN
    assert {status for status, _body in running.all("/en/articles/seen/")} == {301}

    running.edit("soon = timezone.now() + timedelta(seconds=4)")
    running.edit("later = publish_article(slug='later', title='On its day', visible_from=soon, **made)")
    assert gone(running, "later", 404)
    time.sleep(3)
    assert eventually(lambda: shown(running, "later", "On its day")) < 1 + WITHIN

    running.edit("publishing.withdraw(seen, by=None, reason='It was wrong.')")
    assert eventually(lambda: gone(running, "moved", 410)) < WITHIN
    assert running.agree("/en/articles/moved/", lambda status, body: "It was wrong." in body)


def test_a_page_goes_at_midnight_in_every_process(running):
    """Thirty days overdue today, and so listed until the day is over."""
    lapse = "timezone.localdate() - timedelta(days=30)"
    running.edit("people = [make_person(is_demonstration=True)], [make_person(is_demonstration=True)]")
    running.edit("made = dict(authors=people[0], reviewers=people[1])")
    running.edit(f"old = make_article(slug='old', title='Long ago', **made); due = {lapse}")
    running.edit("before = evidence.as_of(due - timedelta(days=50)); before.__enter__()")
    running.edit("publishing.submit(old, by=None)")
    running.edit("publishing.sign(old, person=people[1][0], by=None, next_review_on=due)")
    running.edit("publish(old); before.__exit__(None, None, None)")
    eventually(lambda: shown(running, "old", "overdue for its medical review"))
    left = running.midnight - time.time()
    assert left > 0, "the machine was too slow for this night"
    time.sleep(left)
    running.connect()  # the server closes what is silent for long
    eventually(lambda: gone(running, "old", 200), WITHIN + 1)


@pytest.mark.alone
def test_what_is_said_of_people_and_topics_is_right_in_every_process(running):
    def shows(words, *paths):
        return all(running.agree(path, lambda status, body: words in body) for path in paths)

    running.edit("topic = Topic.objects.create(key='sleep', name_en='Sleep', name_ko='수면')")
    running.edit("sleeper = make_person('sleeper', name_en='Ada Byron', is_demonstration=True)")
    assert running.agree("/en/people/sleeper/", lambda status, body: status == 404)
    assert running.agree("/en/articles/", lambda status, body: "/en/topics/sleep/" not in body)

    running.edit("night = publish_article(slug='night', title='Nights', topic=topic, authors=[sleeper])")
    pages = ["/en/topics/sleep/", "/en/articles/a-to-z/", "/en/people/sleeper/"]
    assert eventually(lambda: shows("Nights", *pages)) < WITHIN
    assert shows("Ada Byron", "/en/people/", "/en/people/sleeper/", "/en/articles/night/")
    assert shows("/en/topics/sleep/", "/en/", "/en/articles/", "/en/articles/night/", "/sitemap.xml")

    running.edit("topic.name_en = 'Sleep and rest'; topic.save()")
    named = ["/en/topics/sleep/", "/en/articles/", "/en/articles/night/"]
    assert eventually(lambda: shows("Sleep and rest", *named)) < WITHIN

    running.edit("Person.objects.filter(key='sleeper').update(interests_en='Sells beds.')")
    assert eventually(lambda: shows("Sells beds.", "/en/people/sleeper/")) < WITHIN

    running.edit("publishing.withdraw(night, by=None, reason='It was wrong.')")
    assert eventually(lambda: shows("There are no pages here yet.", "/en/topics/sleep/")) < WITHIN
    assert running.agree("/en/people/sleeper/", lambda status, body: status == 404)


def test_readers_are_served_while_postgresql_hangs(running):
    """A server that was stopped answers nobody and refuses nobody: who asks it waits."""
    for path in [*EVERYWHERE, "/ko/articles/"]:
        running.all(path)
    postgres = [
        number
        for number in running.checkout.processes()
        if Path(f"/proc/{number}/comm").read_text().strip() == "postgres"
    ]
    assert postgres
    in_vain = [http.client.HTTPConnection("127.0.0.1", running.port, timeout=60) for _number in range(60)]
    for number in postgres:
        os.kill(number, signal.SIGSTOP)
    try:
        for connection_ in in_vain:  # more than both processes have threads
            connection_.request("GET", "/en/search/?q=cells", headers={"Host": f"localhost:{running.port}"})
        for path in [*EVERYWHERE, "/ko/articles/"]:
            begun = time.monotonic()
            assert {status for status, _body in running.all(path)} == {200}
            assert time.monotonic() - begun < 5
    finally:
        for number in postgres:
            os.kill(number, signal.SIGCONT)
        for connection_ in in_vain:
            connection_.close()
    eventually(lambda: running.agree("/en/search/?q=cells", lambda status, body: status == 200), seconds=30)


def test_readers_are_served_while_postgresql_is_away(running):
    running.edit("left = publish_article(slug='left', title='Taken down')")
    running.edit("publishing.withdraw(left, by=None, reason='It was wrong.')")
    assert eventually(lambda: gone(running, "left", 410)) < WITHIN
    for path in [*EVERYWHERE, "/ko/articles/", "/en/evidence/"]:
        running.all(path)
    digest = hashlib.sha256(os.fsencode(running.checkout.path)).hexdigest()[:10]
    places = (running.checkout.path / "var", Path(f"/var/tmp/clinic-{digest}"))
    pid = next(
        path for place in places if (path := place / "postgres-throwaway/data/postmaster.pid").exists()
    )
    keeper = [
        number
        for number in running.checkout.processes()
        if b"embedded_postgres.keeper" in Path(f"/proc/{number}/cmdline").read_bytes()
    ]
    for number in keeper:
        os.kill(number, signal.SIGSTOP)  # or it would start the server again
    try:
        os.kill(int(pid.read_text().split()[0]), signal.SIGKILL)
        time.sleep(1.5)

        for path in [*EVERYWHERE, "/ko/articles/", "/en/evidence/"]:
            begun = time.monotonic()
            assert {status for status, _body in running.all(path)} == {200}
            assert time.monotonic() - begun < 2
        assert {status for status, _body in running.all("/en/help-now/")} == {200}
        status, body = running.ask(running.connections[0], "/en/articles/left/?x=1")
        assert status == 410
        status, body = running.ask(running.connections[0], "/en/articles/never-asked-for/")
        assert status == 503
        assert "109" in body
    finally:
        for number in keeper:
            os.kill(number, signal.SIGCONT)
    running.connect()
    eventually(
        lambda: running.agree("/en/articles/never-asked-for/", lambda status, body: status == 404), seconds=30
    )


def test_the_server_speaks_of_tags_encodings_and_heads_as_the_store_does(running):
    connection_ = running.connections[0]
    host = {"Host": f"localhost:{running.port}", "Accept-Encoding": CHROME}

    connection_.request("HEAD", HELP, headers=host)
    head = connection_.getresponse()
    head.read()
    connection_.request("GET", HELP, headers=host)
    got = connection_.getresponse()
    body = got.read()
    connection_.request("GET", HELP, headers=host | {"If-None-Match": got.headers["ETag"]})
    again = connection_.getresponse()

    assert brotli.decompress(body).startswith(b"<!doctype html>")
    assert head.status == got.status == 200
    assert head.headers["Content-Length"] == got.headers["Content-Length"] == str(len(body))
    assert (again.status, again.read()) == (304, b"")
    assert running.ask(connection_, HELP, Host="evil.example")[0] == 400
    for path in ("/en%2Fhelp-now/", "http://evil.example/en/help-now/"):
        status, page = running.ask(connection_, path)
        assert status in (200, 400, 404)
        assert "evil" not in page
