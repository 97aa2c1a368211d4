"""Answers that may be given to many readers, and the shelf on which they are kept."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from .encodings import (
    COMPRESSIBLE,
    SMALLEST_TO_COMPRESS,
    Headers,
    compressed,
    negotiated,
    varying_by_encoding,
)
from .freshness import Freshness

KEPT = (200, 301, 302, 404, 410)
HEADERS_BYTES = 2_000  # about what an answer takes beside its body
IN_304 = {"cache-control", "content-location", "date", "expires", "vary"}


class Answer:
    """One answer, in each encoding that somebody has asked for."""

    __slots__ = ("_variants", "body", "code", "fresh", "headers", "query", "status", "tag")

    def __init__(self, status: str, headers: Headers, body: bytes, query: frozenset[str], fresh: Freshness):
        self.status, self.body, self.query, self.fresh = status, body, query, fresh
        self.code = int(status[:3])
        self.headers = [
            (name, value) for name, value in headers if name.lower() not in ("content-length", "etag")
        ]
        own = next((value for name, value in headers if name.lower() == "etag"), "")
        self.tag = own.strip('"') or hashlib.sha256(status.encode() + body).hexdigest()[:32]
        self._variants: dict[str, tuple[Headers, bytes, Headers]] = {}

    @property
    def size(self) -> int:
        """Count as if every encoding had been asked for: they come later, and together take less."""
        return 2 * len(self.body) + HEADERS_BYTES

    @property
    def may_be_kept(self) -> bool:
        names = {name.lower() for name, _value in self.headers}
        return (
            self.code in KEPT
            and "set-cookie" not in names
            and not {"cookie", "authorization", "*"} & set(re.split(r"[\s,]+", self.header("vary").lower()))
            and not re.search("private|no-store|no-cache", self.header("cache-control"))
            and ("public" in self.header("cache-control") or self.code == 404)
        )

    def header(self, wanted: str) -> str:
        return ", ".join(value for name, value in self.headers if name.lower() == wanted)

    def send(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers, body, unchanged = self._variant(negotiated(environ.get("HTTP_ACCEPT_ENCODING", "")))
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and self.code == 200 and (tag := self._matching(known)):
            if tag != unchanged[-1][1]:
                unchanged = [*unchanged[:-1], ("ETag", tag)]
            start_response("304 Not Modified", unchanged)
            return []
        start_response(self.status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _matching(self, known: str) -> str:
        """Return the tag of ours that a reader named, of whichever encoding: all say the same."""
        for tag in known.split(","):
            tag = tag.strip().removeprefix("W/")
            if tag == "*" or tag.strip('"').partition(".")[0] == self.tag:
                return f'"{self.tag}"' if tag == "*" else tag
        return ""

    def _variant(self, encoding: str) -> tuple[Headers, bytes, Headers]:
        """Return headers and body in an encoding, and the headers for who has it already, ETag last."""
        if found := self._variants.get(encoding):
            return found
        body, headers, tag = self.body, list(self.headers), self.tag
        if self._is_compressible:
            headers = varying_by_encoding(headers)
            body = compressed(body, encoding)
            if encoding:
                headers.append(("Content-Encoding", encoding))
                tag = f"{tag}.{encoding}"
        headers += [("Content-Length", str(len(body))), ("ETag", f'"{tag}"')]
        unchanged = [(name, value) for name, value in headers if name.lower() in IN_304]
        found = headers, body, [*unchanged, headers[-1]]
        self._variants[encoding] = found
        return found

    @property
    def _is_compressible(self) -> bool:
        return (
            len(self.body) >= SMALLEST_TO_COMPRESS
            and bool(COMPRESSIBLE.match(self.header("content-type")))
            and not self.header("content-encoding")
        )


class Shelf:
    """Answers by key, those least asked for dropped first."""

    def __init__(self, most_bytes: float, most: float = float("inf")):
        self.most_bytes, self.most = most_bytes, most
        self.bytes = 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: str) -> Answer | None:
        answer = self._answers.get(key)
        if answer is not None:
            try:  # noqa: SIM105 - suppress() costs more than all the rest
                self._answers.move_to_end(key)
            except KeyError:  # dropped by another thread since
                pass
        return answer

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer; the caller holds the lock of the store."""
        self.drop(key)
        if answer.size > self.most_bytes / 2:
            return
        self._answers[key] = answer
        self.bytes += answer.size
        while self.bytes > self.most_bytes or len(self._answers) > self.most:
            _key, dropped = self._answers.popitem(last=False)
            self.bytes -= dropped.size

    def drop(self, key: str) -> None:
        if dropped := self._answers.pop(key, None):
            self.bytes -= dropped.size
