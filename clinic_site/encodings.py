"""Which encoding a reader gets, and what the headers say of it."""

import gzip
import re
from functools import lru_cache

import brotli

LONGEST_ACCEPTED = 200  # characters of Accept-Encoding: what is longer is no browser's, and is remembered
SMALLEST_TO_COMPRESS = 200
# Brotli's best takes fifty times as long, for a tenth less: both are one packet train.
BROTLI_QUALITY, GZIP_LEVEL = 5, 6
COMPRESSIBLE = re.compile(r"text/|application/(xml|json|rss\+xml|atom\+xml)|image/svg")

type Headers = list[tuple[str, str]]


def negotiated(accepts: str) -> str:
    """Return the best encoding that an Accept-Encoding header allows; empty for none."""
    return _negotiated(accepts) if len(accepts) <= LONGEST_ACCEPTED else ""


@lru_cache(256)
def _negotiated(accepts: str) -> str:
    wanted = {}
    for part in accepts.lower().split(","):
        name, _, parameters = part.partition(";")
        quality = parameters.partition("q=")[2].strip()
        try:
            wanted[name.strip()] = float(quality) if quality else 1.0
        except ValueError:
            wanted[name.strip()] = 0.0
    best = max(("br", "gzip"), key=lambda name: wanted.get(name, 0))  # the first of equals
    return best if wanted.get(best, 0) > 0 and wanted.get(best, 0) >= wanted.get("identity", 0) else ""


def compressed(body: bytes, encoding: str) -> bytes:
    """Return a body in an encoding that was negotiated; as it is for none."""
    if encoding == "br":
        return brotli.compress(body, quality=BROTLI_QUALITY)
    if encoding == "gzip":
        return gzip.compress(body, GZIP_LEVEL, mtime=0)
    return body


def varying_by_encoding(headers: Headers) -> Headers:
    kept = [(name, value) for name, value in headers if name.lower() != "vary"]
    vary = [value for name, value in headers if name.lower() == "vary"]
    return [*kept, ("Vary", ", ".join([*vary, "Accept-Encoding"]))]
