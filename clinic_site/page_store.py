"""Complete answers, kept in memory in front of Django: a published page costs one look into a dictionary.

Kept are the answers of views that say that they are public (public.py), by path. To make one, the
page is asked for with a request of our own: nothing that a reader sent but the path and the query
parameters that the page reads can leave a mark in bytes that others get.

An answer is good for the version of the site that the database names (freshness.py) and until the
moment at which some date changes the site by itself. After that the next reader has it made anew,
once for all who wait. While the database is away, every answer is good, however old.
"""

import io
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation

from .encodings import COMPRESSIBLE, Headers
from .freshness import Freshness, Watch, watch
from .hosts import is_allowed
from .middleware import DATABASE_IS_AWAY
from .stored_answers import KEPT, Answer, Shelf

MAKERS = 4  # answers made at the same time, in one process
WAIT_SECONDS = 10  # for an answer that was never made
WAIT_WITH_OLD_SECONDS = 1  # and for a newer one
AT_ODDS_SECONDS = 1  # how long an answer holds whose date has come before the watch has seen it
IN_VAIN = 4  # requests of a process that may wait at once for a database that is away
# Requests that Django answers at once in a process: run.py gives it sixteen threads. A database that has
# just gone silent, or slow senders, may hold that many; the other threads stay with the stored pages.
AT_ONCE = 12
PATIENCE_SECONDS = 0.2  # for one of them to end
LOOK_AGAIN_SECONDS = 0.25  # whether the database went away, while a page is made
LONGEST_PATH = LONGEST_QUERY = 500
KEPT_QUERY = 200
HOSTS = 100
# Readers have as many addresses as there are pages; who makes addresses up has any number.
FOR_OTHERS = 0.25
MOST_OTHERS = 500

type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

log = logging.getLogger(__name__)


def stored(application: Application) -> Application:
    """Return the application with the store in front, unless the settings do without it."""
    if settings.DEBUG or not settings.PAGE_STORE_MEGABYTES:
        return application
    if not is_allowed(urlsplit(settings.SITE_URL).netloc):
        log.warning("ALLOWED_HOSTS lacks the host of SITE_URL: pages are not stored.")
        return application
    return PageStore(application, watch(), settings.PAGE_STORE_MEGABYTES * 1_000_000)


class PageStore:
    def __init__(
        self, application: Application, watch: Watch, most_bytes: int, makers: Executor | None = None
    ) -> None:
        self.application, self.watch = application, watch
        self.pages = Shelf(most_bytes * (1 - FOR_OTHERS))
        self.others = Shelf(most_bytes * FOR_OTHERS, MOST_OTHERS)
        self._makers = makers or ThreadPoolExecutor(MAKERS, thread_name_prefix="page")
        self._making: dict[tuple[str, Freshness], Future[Answer]] = {}
        self._lock = threading.RLock()
        self._hosts: set[str] = set()
        self._in_vain = threading.Semaphore(IN_VAIN)
        self._at_once = threading.Semaphore(AT_ONCE)
        self._without_database = (settings.STATIC_URL, "/healthz")
        self._leads_to_https = settings.SECURE_SSL_REDIRECT  # read once: settings are slow to ask

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = self._find(environ)
        if answer is None:
            return self._pass_on(environ, start_response)
        return answer.send(environ, start_response)

    def _find(self, environ: dict[str, Any]) -> Answer | None:
        """Return what is good for this request, made anew if need be; None if Django has to answer."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not self._is_welcome(environ):
            return None
        fresh, path, query = self.watch.seen, environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        if fresh is None:
            return None
        if query:
            read = self._read_query(path, query)
            if read is None:
                return None
            query = read
        key = f"{path}?{query}" if query else path
        answer = self.pages.get(key) or self.others.get(key)
        if answer and answer.fresh.version == fresh.version and time.time() < answer.fresh.until:
            return answer
        if self.watch.database_is_away():
            return answer
        if environ.get("SCRIPT_NAME") or (answer is None and public_query(path) is None):
            return None
        return self._made(key, path, query, fresh, answer, environ)

    def _is_welcome(self, environ: dict[str, Any]) -> bool:
        """Tell whether Django would neither refuse the host nor lead to https; if not, it shall say so."""
        host = environ.get("HTTP_HOST", "")
        if host not in self._hosts:
            if not is_allowed(host):
                return False
            if len(self._hosts) < HOSTS:
                self._hosts.add(host)
        return not self._leads_to_https or _is_secure(environ)

    def _read_query(self, path: str, query: str) -> str | None:
        """Return the part of a query that the page reads, always written alike; None: ask Django."""
        if len(query) > LONGEST_QUERY or "%00" in query or "\0" in query:
            return None
        answer = self.pages.get(path)
        names = answer.query if answer else public_query(path)
        if names is None:
            return None
        read = urlencode(sorted((name, value) for name, value in parse_qsl(query) if name in names))
        return read if len(read) <= KEPT_QUERY else None

    def _made(
        self, key: str, path: str, query: str, fresh: Freshness, old: Answer | None, environ: dict[str, Any]
    ) -> Answer | None:
        with self._lock:
            # By version too: whoever knows a newer one must not be given what was begun before it.
            making = self._making.get((key, fresh))
            if making is None:
                making = self._makers.submit(self._make, key, path, query, fresh)
                if not making.done():
                    self._making[key, fresh] = making
                    making.add_done_callback(lambda _done: self._making.pop((key, fresh), None))
        try:
            answer = self._awaited(making, WAIT_WITH_OLD_SECONDS if old else WAIT_SECONDS)
        except TimeoutError:
            environ[DATABASE_IS_AWAY] = True
            return old
        except Exception:
            log.exception("A page could not be made.")
            return old
        if answer.code >= 500:
            return old or answer
        if answer.code in KEPT and not answer.may_be_kept:
            return None  # it is for one reader alone, in spite of its promise
        return answer

    def _make(self, key: str, path: str, query: str, fresh: Freshness) -> Answer:
        now = time.time()
        if now >= fresh.until:
            fresh = Freshness(fresh.version, now + AT_ODDS_SECONDS)
        status, headers, body = self._ask(path, query)
        answer = Answer(status, headers, body, public_query(path) or frozenset(), fresh)
        seen = self.watch.seen
        if answer.may_be_kept and seen and seen.version == fresh.version:
            is_page = answer.code != 404 and not query and COMPRESSIBLE.match(answer.header("content-type"))
            shelf, other = (self.pages, self.others) if is_page else (self.others, self.pages)
            with self._lock:
                other.drop(key)
                shelf.put(key, answer)
        return answer

    def _ask(self, path: str, query: str) -> tuple[str, Headers, bytes]:
        """Ask Django for a page, as nobody in particular."""
        site = urlsplit(settings.SITE_URL)
        secure = site.scheme == "https"
        environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": site.hostname,
            "SERVER_PORT": str(site.port or (443 if secure else 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": site.netloc,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        begun: list[tuple[str, Headers]] = []
        parts = self.application(environ, lambda status, headers, *_error: begun.append((status, headers)))
        try:
            body = b"".join(parts)
        finally:
            if close := getattr(parts, "close", None):
                close()
        return (*begun[-1], body)

    def _awaited(self, making: Future[Answer], seconds: float) -> Answer:
        """Wait for a page, but no longer than the database is there."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return making.result(min(LOOK_AGAIN_SECONDS, max(0, deadline - time.monotonic())))
            except TimeoutError:
                if making.done() or time.monotonic() >= deadline or self.watch.database_is_away():
                    raise

    def _pass_on(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Let Django answer. Few may wait for a database that is away: readers need the threads."""
        if environ["PATH_INFO"].startswith(self._without_database):
            return self.application(environ, start_response)
        if self.watch.database_is_away():
            places, patience = self._in_vain, 0.0
        else:
            places, patience = self._at_once, PATIENCE_SECONDS
        if environ.get(DATABASE_IS_AWAY) or not places.acquire(timeout=patience):
            environ[DATABASE_IS_AWAY] = True
            return self.application(environ, start_response)
        try:
            return self.application(environ, start_response)
        finally:
            places.release()


def public_query(path: str) -> frozenset[str] | None:
    """Return the query parameters that the public page at a path reads; None if there is no such page."""
    if len(path) > LONGEST_PATH or not path.isascii():
        return None
    try:
        with translation.override(translation.get_language_from_path(path)):
            view = resolve(path).func
    except Resolver404:
        return None
    return getattr(view, "public_query", None)


def _is_secure(environ: dict[str, Any]) -> bool:
    """Tell what Django's request.is_secure() would, after our middleware has dropped what strangers claim."""
    name, secure = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    if name in environ and environ.get("REMOTE_ADDR") in settings.TRUSTED_PROXIES:
        return environ[name].partition(",")[0].strip() == secure
    return environ.get("wsgi.url_scheme") == "https"
