"""The word lists of words.yaml, and how a word of each language is found in a text."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from articles.evidence import CONTENT

from .text import HANGUL, normal

GAP = r"[\s\-‐-―_/]*"  # between the words of an English phrase
STEM_ENDING = r"\w*"


@cache
def lists() -> dict[str, Any]:
    return yaml.safe_load((CONTENT / "words.yaml").read_text("utf-8"))


@dataclass(frozen=True)
class Match:
    word: str  # as the list has it
    start: int  # in the normalised text
    end: int


class Phrases:
    """One list of words and phrases, in both languages, less the innocent compounds that hold them."""

    def __init__(self, english: Iterable[str], korean: Iterable[str]) -> None:
        longest_first = sorted(map(str, english), key=len, reverse=True)
        self.english = {_key(word): word for word in longest_first}
        self.korean = {_squeezed(word): word for word in map(str, korean)}
        self.pattern = _alternatives(self.english.values())

    def find(self, text: str) -> list[Match]:
        """Return where the words stand in a normalised text, each place once."""
        found = sorted([*self._find_english(text), *self._find_korean(text)], key=lambda match: match.start)
        return list({(match.start, match.end): match for match in found}.values())

    def _find_english(self, text: str) -> Iterator[Match]:
        for match in self.pattern.finditer(text):
            if not any(
                innocent.start() <= match.start() and match.end() <= innocent.end()
                for innocent in _innocent()[0].finditer(text)
            ):
                yield Match(self._listed(match[0]), match.start(), match.end())

    def _listed(self, found: str) -> str:
        key = _key(found)
        return self.english.get(key) or next(
            word for start, word in self.english.items() if start.endswith("*") and key.startswith(start[:-1])
        )

    def _find_korean(self, text: str) -> Iterator[Match]:
        if not self.korean or not (HANGUL.search(text) or any(w.isascii() for w in self.korean)):
            return
        places = [index for index, letter in enumerate(text) if not letter.isspace()]
        squeezed = "".join(text[index] for index in places)
        safe = [
            (start, start + len(word))
            for word in _innocent()[1]
            for start in _starts(word, squeezed)
            if _spaced_on_purpose(text, places[start], places[start + len(word) - 1])
        ]
        for key, word in self.korean.items():
            for start in _starts(key, squeezed):
                first, last = places[start], places[start + len(key) - 1]
                if any(a <= start and start + len(key) <= b for a, b in safe):
                    continue
                if " " not in word and not _spaced_on_purpose(text, first, last):
                    continue
                if key[0].isdigit() and first and (text[first - 1].isdigit() or text[first - 1] in ".,"):
                    continue
                yield Match(word, first, last + 1)


def _spaced_on_purpose(text: str, first: int, last: int) -> bool:
    """Whether a word that runs over a space is that word spaced out, and not the meeting of two others.

    `완 치` starts where a word starts; `이후 기간` holds 후기 only by chance.
    """
    if not any(letter.isspace() for letter in text[first : last + 1]):
        return True
    return first == 0 or not HANGUL.match(text[first - 1])


def _starts(word: str, text: str) -> Iterator[int]:
    start = text.find(word)
    while start >= 0:
        yield start
        start = text.find(word, start + 1)


def _squeezed(word: str) -> str:
    return re.sub(r"\s", "", normal(word))


def _key(word: str) -> str:
    return re.sub(r"[\s\-‐-―_/]", "", normal(word))


def _body(word: str) -> str:
    parts = [re.escape(part) for part in re.split(r"[\s\-]+", normal(word))]
    body = GAP.join(parts).replace(r"\*", STEM_ENDING)
    return re.sub(r"(?<=\d)%", r"\\s*%", body)


@cache
def _innocent() -> tuple[re.Pattern[str], list[str]]:
    listed = lists()["innocent"]
    return _alternatives(listed["en"]), [_squeezed(word) for word in listed["ko"]]


def _alternatives(found: Iterable[str]) -> re.Pattern[str]:
    """Match whole words, in either script: Korean particles may follow directly. None matches nothing."""
    bodies = "|".join(_body(word) for word in found) or "(?!)"
    return re.compile(rf"(?<![a-z0-9_])(?<!\d[.,])(?:{bodies})(?![a-z0-9_])")


@cache
def phrase(english: str, korean: str) -> Phrases:
    """Return a list of one thing, as each language calls it."""
    return Phrases([english], [korean])


@cache
def phrases(*path: str | int) -> Phrases:
    """Return the list under a path of words.yaml, such as ("suicide", "mentions")."""
    entry: Any = lists()
    for step in path:
        entry = entry[step]
    return Phrases(entry.get("en", ()), entry.get("ko", ()))


def holds(text: str, *path: str | int) -> bool:
    """Whether a normalised text holds a word of a list."""
    return bool(phrases(*path).find(text))


def word_distance(text: str, one: Match, other: Match) -> int:
    """Return how many words apart two places are; neighbours are one apart."""
    first, second = sorted([one, other], key=lambda match: match.start)
    starts = [match.start() for match in re.finditer(r"\S+", text)]
    return max(0, bisect_right(starts, second.start) - bisect_right(starts, first.end - 1))
