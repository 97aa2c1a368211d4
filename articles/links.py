"""Ask whether the links of the sources still lead somewhere (editorial rule C20)."""

from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from django.utils import timezone

from .models import LinkCheck, Source

WAIT_SECONDS = 15
AT_ONCE = 4
# A publisher who lets no program in says nothing about the paper.
GONE = {404, 410}


def ask(address: str) -> tuple[str, str]:
    """Ask one address, without reading what it holds; return the answer and its detail.

    Only what is certainly gone is called gone: an address that does not exist, or a server that has no
    such page. A refusal, a silence and a broken server are unknown.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):
        return LinkCheck.Answer.UNKNOWN, "not a web address"
    safe = quote(address, safe="%/:=&?~#+!$,;'@()*[]")
    request = Request(safe, headers={"User-Agent": "link check of a clinic website"})  # noqa: S310 - checked above
    try:
        with urlopen(request, timeout=WAIT_SECONDS) as answer:  # noqa: S310
            return LinkCheck.Answer.FOUND, str(answer.status)
    except HTTPError as error:
        found = LinkCheck.Answer.GONE if error.code in GONE else LinkCheck.Answer.UNKNOWN
        return found, str(error.code)
    except (URLError, OSError, ValueError) as error:
        return LinkCheck.Answer.UNKNOWN, type(getattr(error, "reason", error)).__name__


def check_links() -> list[LinkCheck]:
    """Ask the address of every source that has one, and keep the answers."""
    sources = [(source, source.entry.url) for source in Source.objects.all() if source.entry.url]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda pair: ask(pair[1]), sources))
    now = timezone.now()
    checks = [
        LinkCheck(source=source, asked_at=now, answer=answer, detail=detail)
        for (source, _address), (answer, detail) in zip(sources, answers, strict=True)
    ]
    return LinkCheck.objects.bulk_create(
        checks,
        update_conflicts=True,
        unique_fields=["source"],
        update_fields=["asked_at", "answer", "detail"],
    )
