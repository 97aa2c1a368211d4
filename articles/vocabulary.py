"""The words of all pages in lists and how many pages have each: for rarity, compounds and "did you mean".

PostgreSQL counts them. That takes a second over ten thousand pages, so that among many pages nobody waits
for it: while it counts, searches go on with the words of a moment ago.
"""

import logging
import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Func, TextField

from . import spelling
from .kept import stamp
from .models import SearchEntry

COMMON = 0.1  # how rare a word is that all pages have; one that no page has is ten times as rare
MANY = 500  # pages: of fewer, the words are counted at once

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Vocabulary:
    pages: dict[str, int]  # by language
    counts: dict[str, int]
    roots: dict[str, int]  # of the form of a word that most pages have

    def has(self, words: Iterable[str]) -> bool:
        return all(spelling.root(word) in self.roots for word in words)

    def rarity(self, words: Iterable[str]) -> float:
        """Return more for words that few pages have together: “ketamine” says more than “treatment”."""
        words = list(words)
        have = min(self.roots.get(spelling.root(word), 0) for word in words)
        pages = max(have, self.pages.get("ko" if spelling.is_hangul(words[0]) else "en", 0))
        return max(COMMON, math.log(1 + (pages - have + 0.5) / (have + 0.5)))


_last: tuple[UUID | None, Vocabulary] | None = None
_counting = threading.Lock()


def vocabulary(at: UUID | None = None) -> Vocabulary:
    """Return the words of the pages in lists, of many pages perhaps as they were before the last change."""
    have = _last  # read once: another thread may replace it
    now = at or stamp()
    if have and now and have[0] == now:
        return have[1]
    if have and sum(have[1].pages.values()) >= MANY:
        if _counting.acquire(blocking=False):
            threading.Thread(target=_count_aside, name="vocabulary", daemon=True).start()
        return have[1]
    return _remember(now)


def _count_aside() -> None:
    try:
        _remember(stamp())
    except Exception as error:  # the database went away: the next search asks again
        log.warning("The words of the pages could not be counted (%s).", type(error).__name__)
    finally:
        connection.close()
        _counting.release()


def _remember(now: UUID | None) -> Vocabulary:
    """Count, and keep the result under a stamp that was read before."""
    global _last
    found = _counted()
    _last = (now, found)
    return found


def _counted() -> Vocabulary:
    word = Func(F("spellings"), function="unnest", output_field=TextField(), set_returning=True)
    entries = SearchEntry.objects.public().order_by()
    counts = dict(entries.values(word=word).annotate(pages=Count("*")).values_list("word", "pages"))
    pages = dict(entries.values(of=F("language")).annotate(pages=Count("*")).values_list("of", "pages"))
    roots: dict[str, int] = {}
    for spelt, have in counts.items():
        roots[spelling.root(spelt)] = max(have, roots.get(spelling.root(spelt), 0))
    return Vocabulary(pages, counts, roots)
