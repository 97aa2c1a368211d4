"""How long PostgreSQL takes to search ten thousand articles in both languages."""

import statistics
import time
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.utils import translation

PAGES = 10_000
ROUNDS = 4
# Common and rare words, compounds and particles, a clinician's words, misspelt ones, and nothing to find.
QUERIES = {
    "en": [
        *("depression", "stem cell depression", "side effects", "is it dangerous", "how much does it cost"),
        *("ketamine", "stop taking antidepressants", "feeling blue and panic attacks", "treat"),
        *("randomised controlled trials mesenchymal depression", "liposucton", "travling to seoul", "zyxwvu"),
    ],
    "ko": [
        *(
            "우울증치료",
            "줄기세포부작용",
            "줄기세포 부작용이 궁금해요",
            "비용이 얼마예요",
            "지방흡입",
            "공황",
        ),
        *("항우울제 끊기", "CRISPR 우울증", "치료", "우울중", "줄기새포 임상시험"),
    ],
}


class Timed:
    """Adds up how long the statements of one search take, their way to PostgreSQL and back included."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, execute: Any, *arguments: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            self.seconds += time.perf_counter() - begun


def measure() -> tuple[float, float, float]:
    """Return the median and the 95th percentile of a search's database time, in milliseconds.

    And the seconds that counting the words anew takes, which no reader waits for.
    """
    from articles.search import search
    from articles.vocabulary import vocabulary

    call_command("seed_articles", count=PAGES, verbosity=0)
    begun = time.perf_counter()
    vocabulary()
    counting = time.perf_counter() - begun
    taken = []
    for number in range(ROUNDS + 1):
        for language, queries in QUERIES.items():
            for query in queries:
                timed = Timed()
                with translation.override(language), connection.execute_wrapper(timed):
                    search(query, language)
                if number:  # the first round is for warmth
                    taken.append(timed.seconds * 1000)
    return statistics.median(taken), sorted(taken)[int(len(taken) * 0.95)], counting
