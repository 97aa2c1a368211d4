"""Measure how fast readers are served, beside what else could serve them, and say which goals are met.

Everything runs on this machine: the servers on free ports, the database in the throw-away PostgreSQL.
What others do on the machine changes every figure but hardly the ratios: the servers take turns.
"""

import argparse
import logging
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import brotli

from clinic_site.passing import fresh_database, set_environment

SLUG = "risks-and-unknowns"
ARTICLE = f"/en/articles/{SLUG}/"
ROUNDS = 12
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- figures: make bench ARGS=--write -->\n", "<!-- end of figures -->\n"
# How often each is asked in a round: about as long each.
COUNTS = {"stored": 1500, "304": 1500, "nginx": 1500, "hello": 500, "uncached": 32, "wagtail": 32}


@dataclass
class Report:
    """The lines of the table: what, goal, figure, whether it is met."""

    lines: list[tuple[str, str, str, str]] = field(default_factory=list)

    def say(self, what: str, goal: str, figure: str, met: bool | None) -> None:
        verdict = {True: "met", False: "MISSED", None: "–"}[met]
        self.lines.append((what, goal, figure, verdict))

    def __str__(self) -> str:
        rows = [("What", "Goal", "Measured", ""), ("---",) * 4, *self.lines]
        return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m clinic_site.bench", description=__doc__)
    parser.add_argument("--wagtail", action="store_true", help="install Wagtail aside and measure it too")
    parser.add_argument("--search", action="store_true", help="make up 10,000 articles and search them too")
    parser.add_argument(
        "--queue",
        type=int,
        nargs="?",
        const=1_000_000,
        metavar="COUNT",
        help="measure staff's queue with so many inquiries instead (a million)",
    )
    parser.add_argument("--write", action="store_true", help="keep the figures in docs/performance.md")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    wanted = parser.parse_args()
    if wanted.queue is not None and wanted.write:
        parser.error("--write keeps the figures of what readers see: not together with --queue")
    begun = time.monotonic()
    with ExitStack() as cleaning:
        home = Path(tempfile.mkdtemp(prefix="clinic-bench-"))
        cleaning.callback(shutil.rmtree, home, ignore_errors=True)
        set_up(home)
        cleaning.enter_context(database(with_articles=not wanted.queue))
        table = measure_queue(wanted) if wanted.queue else measure(wanted, home, cleaning)
    words = f"{machine()}, {datetime.now(UTC):%d %B %Y}, {wanted.rounds} rounds."
    print(f"\n{table}\n{words} It took {time.monotonic() - begun:.0f} s.")
    if wanted.write:
        text = DOCUMENT.read_text("utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        DOCUMENT.write_text(f"{before}{BEGIN}\n{words}\n\n{table}\n{END}{after}", "utf-8")


def machine() -> str:
    cores = len(os.sched_getaffinity(0))
    shared = " shared with other work" if os.getloadavg()[1] > cores / 2 else ""
    return f"{cores} cores{shared}, Python {sys.version.split()[0]}"


def set_up(home: Path) -> None:
    """Start Django with settings for what is measured."""
    import django

    set_environment(
        "clinic_site.bench.site",
        BENCH_STATIC=str(home / "static"),
        PAGE_STORE_MEGABYTES="32",
        LOG_LEVEL="CRITICAL",
    )
    django.setup()


@contextmanager
def database(with_articles: bool) -> Iterator[None]:
    """Make a database, of the shipped articles where readers are measured, and drop it afterwards."""
    from django.core.management import call_command

    say("Preparing a database …")
    with fresh_database():
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        if with_articles:
            call_command("load_articles", verbosity=0)
        yield


def measure(wanted: argparse.Namespace, home: Path, cleaning: ExitStack) -> Report:
    from .load import Measured, ask_once, load, request
    from .servers import Server, granian, nginx

    servers: dict[str, Server] = {
        "stored": granian("clinic_site.wsgi:application", ARTICLE),
        "uncached": granian("clinic_site.wsgi:application", ARTICLE, PAGE_STORE_MEGABYTES="0"),
        "hello": granian("clinic_site.bench.hello:application", "/"),
    }
    for server in servers.values():
        cleaning.callback(server.stop)
    for server in servers.values():
        server.wait()
    page = ask_once(servers["uncached"].port, ARTICLE)[2]
    if found := nginx(home, page):
        cleaning.callback(found.stop)
        found.wait()
        servers["nginx"] = found
    if wanted.wagtail:
        from . import wagtail

        if found := wagtail.serve(home, page.decode()):
            cleaning.callback(found.stop)
            found.wait()
            servers["wagtail"] = found
    time.sleep(2)  # every process has looked at the version
    settle(servers["stored"].port)

    _status, headers, body = ask_once(servers["stored"].port, ARTICLE)
    etag = headers["etag"]
    asked: dict[str, tuple[Server, list[bytes], int]] = {}
    for name, server in servers.items():
        asked[name] = (server, [request(server.port, server.path)], COUNTS[name])
    stored, uncached = servers["stored"], servers["uncached"]
    asked["304"] = (stored, [request(stored.port, ARTICLE, If_None_Match=etag)], COUNTS["304"])
    for name, path in uncached_pages().items():
        asked[name] = (uncached, [request(uncached.port, path)], COUNTS["uncached"])
    figures = {name: Measured() for name in asked}
    say("Measuring …")
    for server, requests, count in asked.values():  # once for warmth
        load(server.process.pid, requests, server.port, max(count // 4, 32), Measured())
    for _round in range(wanted.rounds):
        for name, (server, requests, count) in asked.items():
            load(server.process.pid, requests, server.port, count, figures[name])

    report = Report()
    tell_about_stored_pages(report, figures)
    tell_about_size(report, len(body), page.decode(), stored.port)
    first = first_views(stored, min(wanted.rounds, 5))
    hello = figures["hello"].median
    queries = count_queries()
    report.say(
        "S3 first view after publishing, compressed and stored",
        "≤ 8 × hello",
        f"{first / hello:.1f} × ({first:.0f} µs)",
        first <= 8 * hello,
    )
    report.say("S3 its queries", "≤ 4", str(queries[ARTICLE][0]), queries[ARTICLE][0] <= 4)
    slowest = publish_to_visible(stored)
    report.say("S4 publish to visible in all processes", "≤ 2 s", f"{slowest:.1f} s at most", slowest <= 2)
    served, asked_for = served_while_away(stored)
    report.say("S4 served while PostgreSQL is away", "100 %", f"{served} of {asked_for}", served == asked_for)
    for name in uncached_pages():
        ratio = figures[name].median / hello
        report.say(
            f"S5 {name}, uncached",
            "≤ 12 × hello",
            f"{ratio:.1f} × ({figures[name].median:.0f} µs)",
            ratio <= 12,
        )
    grown = {path: counts for path, counts in queries.items() if counts[0] != counts[1]}
    queries_told = ", ".join(f"{path} {few} → {many}" for path, (few, many) in (grown or queries).items())
    report.say("S5 queries with few and with many articles", "the same", queries_told, not grown)
    tell_about_danger_words(report)
    tell_about_searches(report, wanted.search)
    return report


def measure_queue(wanted: argparse.Namespace) -> Report:
    from . import queue

    report = Report()
    queue.measure(wanted, report)
    return report


def settle(port: int) -> None:
    """Have the article stored in each worker."""
    from .load import ask_once

    for _number in range(40):
        ask_once(port, ARTICLE)


def tell_about_stored_pages(report: Report, figures: dict[str, Any]) -> None:
    hello, article = figures["hello"], figures["stored"]
    report.say("Django hello, the same server", "", f"{hello.median:.0f} µs, 1", None)
    ratio = article.median / hello.median
    report.say(
        "S1 article, stored", "≤ 0.25 × hello", f"{ratio:.2f} × ({article.median:.0f} µs)", ratio <= 0.25
    )
    if "nginx" in figures:
        ratio = article.median / figures["nginx"].median
        report.say("S1 beside nginx with a file", "≤ 5 ×", f"{ratio:.1f} ×", ratio <= 5)
    else:
        report.say("S1 beside nginx with a file", "≤ 5 ×", "not measured: nginx is not installed", None)
    if "wagtail" in figures:
        ratio = figures["wagtail"].median / article.median
        report.say("S1 beside a page of Wagtail", "≥ 400 × less", f"{ratio:.0f} ×", ratio >= 400)
    else:
        report.say("S1 beside a page of Wagtail", "≥ 400 × less", "not measured", None)
    ours, theirs = statistics.median(article.p99s), statistics.median(hello.p99s)
    told = f"{ours:.1f} ms (hello {theirs:.1f} ms)"
    report.say("S1 p99 at 16 connections, median of the rounds", "≤ 3 ms", told, ours <= 3)
    ratio = figures["304"].median / article.median
    report.say("S2 304 beside 200", "≤ 1", f"{ratio:.2f} × ({figures['304'].median:.0f} µs)", ratio <= 1.02)
    ratio = figures["uncached"].median / hello.median
    report.say("Article without the store", "", f"{ratio:.1f} × ({figures['uncached'].median:.0f} µs)", None)


def tell_about_size(report: Report, sent: int, page: str, port: int) -> None:
    """Weigh what a browser asks for on a first visit: the page, its icon, and the style sheets it names."""
    from .load import ask_once

    links = re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"', page)
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', page)
    pictures = re.findall(r'<img[^>]* src="([^"]+)"', page)
    asked = set(links + scripts)
    for sheet in [link for link in asked if link.endswith(".css")]:
        text = brotli.decompress(ask_once(port, sheet)[2]).decode()
        asked |= {urljoin(sheet, name) for name in re.findall(r'@import url\("?([^")]+)"?\)', text)}
    bytes_sent = sent + sum(len(ask_once(port, path)[2]) for path in asked)
    size = f"{bytes_sent / 1000:.1f} kB, of which the page {sent / 1000:.1f}"
    report.say("S11 article on the wire, styles included", "≤ 20 kB", size, bytes_sent <= 20_000)
    count = 1 + len(asked)
    told = f"{count}" + (f", and {len(pictures)} pictures" if pictures else "")
    report.say("S11 requests, cold", "≤ 4", told, count <= 4)


def tell_about_danger_words(report: Report) -> None:
    from . import danger_words

    median = danger_words.measure()
    report.say("words of danger in a thousand characters", "≤ 5 ms", f"{median:.1f} ms", median <= 5)


def tell_about_searches(report: Report, wanted: bool) -> None:
    """At the very end: it fills the database."""
    what, goal = "S5 search of 10,000 articles, database time", "p95 ≤ 30 ms"
    if not wanted:
        report.say(what, goal, "not measured", None)
        return
    from . import searching

    say("Making up 10,000 articles …")
    median, most, counting = searching.measure()
    report.say(what, goal, f"p50 {median:.1f} ms, p95 {most:.1f} ms", most <= 30)
    report.say("Counting their words anew, while nobody waits", "", f"{counting:.1f} s", None)


def uncached_pages() -> dict[str, str]:
    return {
        "list": "/en/articles/",
        "topic": "/en/topics/stem-cell-treatment/",
        "evidence": "/en/evidence/",
        "search": "/en/search/?q=depression",
    }


def first_views(server: Any, rounds: int) -> float:
    """Return the CPU of the first view of each article after a change, in microseconds."""
    from articles.models import Publication

    from .load import Measured, load, request

    paths = [page.get_absolute_url() for page in Publication.objects.public()]
    costs = []
    for _round in range(rounds):
        touch()
        time.sleep(1.5)
        measured = Measured()
        # One after the other, and each by one process alone: so this counts no page twice.
        load(
            server.process.pid,
            [request(server.port, path) for path in paths],
            server.port,
            len(paths),
            measured,
        )
        costs += measured.cpu
    return statistics.median(costs)


def touch() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE articles_stamp SET value = gen_random_uuid() WHERE id = 2")


def publish_to_visible(server: Any) -> float:
    """Publish a few versions, and return the longest time until every process shows one, in seconds."""
    from articles import publishing
    from articles.models import Article, ChangeKind

    from .load import Connection, request

    longest = 0.0
    article = Article.objects.get(slug=SLUG, language="en")
    everywhere = [Connection(server.port, request(server.port, ARTICLE)) for _number in range(16)]
    for number in range(3):
        before = {body_of(connection) for connection in everywhere}
        title = f"Risks, told for the {number}. time"
        article.title = title
        article.save()
        publishing.submit(article, by=None)
        for person in publishing.reviewers_waiting(article):
            publishing.sign(article, person=person, by=None)
        kind, note = ChangeKind.UPDATE, "Said more plainly."
        publishing.publish(article, by=None, shipped=True, change_kind=kind, change_note=note)
        begun = time.monotonic()
        while any(body_of(connection) in before for connection in everywhere):
            if time.monotonic() - begun > 10:
                break
            time.sleep(0.01)
        longest = max(longest, time.monotonic() - begun)
        time.sleep(0.3 * number)  # at another moment of the second
    for connection in everywhere:
        connection.socket.close()
    return longest


def body_of(connection: Any) -> bytes:
    connection.ask()
    while connection.answered() is None:
        pass
    return connection.read.partition(b"\r\n\r\n")[2]


def served_while_away(server: Any) -> tuple[int, int]:
    """Return how many of so many requests were answered in full while PostgreSQL was dead."""
    from django.db import connections

    from clinic_site.embedded_postgres.server import cluster

    from .load import Measured, load, request
    from .servers import postgresql_away

    paths = [ARTICLE, "/en/", "/ko/", "/en/articles/", "/en/evidence/", "/en/feed.atom", "/sitemap.xml"]
    requests = [request(server.port, path) for path in paths]
    load(server.process.pid, requests, server.port, 400, Measured())  # each is stored in each process
    measured = Measured()
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # its server dies on purpose
    connections["default"].close()
    with postgresql_away(cluster("throwaway")):
        for _second in range(4):
            load(server.process.pid, requests, server.port, 500, measured)
            time.sleep(1)
    connection: Any = connections["default"]
    connection.close_pool()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            connection.ensure_connection()
            break
        except Exception:
            time.sleep(0.2)
    return measured.statuses.get(200, 0), sum(measured.statuses.values())


def count_queries() -> dict[str, tuple[int, int]]:
    """Return the queries of each page, with few articles and with twenty more."""
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "localhost"})
    paths = [ARTICLE, *uncached_pages().values()]

    def counts() -> list[int]:
        found = []
        for path in paths:
            client.get(path)  # what is remembered between pages is
            with CaptureQueriesContext(connection) as seen:
                client.get(path)
            found.append(len(seen))
        return found

    few = counts()
    with transaction.atomic():
        call_command("seed_articles", count=20, verbosity=0)
        many = counts()
        transaction.set_rollback(True)
    return dict(zip(paths, zip(few, many, strict=True), strict=True))


def say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    main()
