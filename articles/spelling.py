"""Words as the search sees them, in Latin letters and in Hangul; and which word somebody meant."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from .evidence import CONTENT
from .invisible import BLANK_LETTERS, UNSEEN
from .shipped import read

LATIN = r"[a-z0-9]+"
HANGUL = r"[가-힣]+"
WORD = re.compile(f"{LATIN}|{HANGUL}")
# Farther apart than this many letters, two words are not the same word misspelt. By length.
FEW, MANY = 5, 9


@cache
def language_words() -> dict[str, Any]:
    """Return what search-words.yaml knows of the two languages."""
    return read(CONTENT / "search-words.yaml")


@cache
def general_words() -> frozenset[str]:
    listed = language_words()["general"]
    return empty_words() | {*listed["en"], *listed["ko"]}


@cache
def empty_words() -> frozenset[str]:
    listed = language_words()["empty"]
    return frozenset([*listed["en"], *listed["ko"]])


@cache
def real_words() -> frozenset[str]:
    """Return words that are no misspellings of others, whether or not a page has them."""
    listed = read(CONTENT / "real-words.yaml")
    typed = [word for words in listed.values() for word in words]
    spoken = language_words()["distress"]
    return empty_words() | {part for word in [*typed, *spoken["en"]] for part in words_of(str(word))}


@cache
def real_roots() -> frozenset[str]:
    return frozenset(root(word) for word in real_words() if not is_hangul(word))


def visible(text: str) -> str:
    """Return a text in one line, without what nobody sees."""
    seen = (
        " " if unicodedata.category(letter) in UNSEEN or letter in BLANK_LETTERS else letter
        for letter in text
    )
    return " ".join("".join(seen).split())


def plain(text: str) -> str:
    """Return a text in small letters of one width, without accents and apostrophes."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"(?<=[a-z0-9])\*(?=[a-z0-9])", "", text)  # STAR*D is one word
    text = re.sub(r"(?<=[a-z])['’](s\b|(?=[a-z]))", "", text)
    if text.isascii():
        return text
    # Hangul is put together again: NFKD takes it apart as it does an accent.
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def words_of(text: str) -> list[str]:
    """Return the words of a text in order; Latin and Hangul letters never stand in the same word."""
    return WORD.findall(plain(text))


def is_hangul(word: str) -> bool:
    return word[:1] >= "가"


@cache
def _endings() -> tuple[str, ...]:
    return tuple(sorted(language_words()["endings"], key=len, reverse=True))


def without_ending(word: str) -> str:
    """Return a Korean word without its particle, where two syllables are left."""
    for ending in _endings():
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            return word[: -len(ending)]
    return word


def root(word: str) -> str:
    """Return what the forms of a word have in common, roughly: only to tell forms from misspellings."""
    if is_hangul(word):
        return without_ending(word)
    for ending in ("ings", "ing", "ied", "ies", "edly", "ed", "es", "ly", "s", "d", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def letters(word: str) -> str:
    """Return the letters in which a word is typed: a syllable of Hangul is two or three of them."""
    return unicodedata.normalize("NFD", word) if is_hangul(word) else word


def distance(a: str, b: str, most: int) -> int:
    """Return how many letters were left out, added, changed or swapped (Damerau-Levenshtein).

    Anything above `most` is the same: too far.
    """
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, one in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (one != other))
            if i > 1 and j > 1 and one == b[j - 2] and a[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def nearest(word: str, known: Mapping[str, int]) -> str | None:
    """Return the known word that somebody meant by a misspelt one, if any. Of two, the more frequent."""
    typed = letters(word)
    if len(word) < (2 if is_hangul(word) else 3):
        return None
    most = 1 if len(typed) <= FEW else 2 if len(typed) <= MANY else 3
    best: tuple[Any, ...] | None = None
    for other, count in known.items():
        if is_hangul(other) != is_hangul(word) or len(other) < 2:
            continue
        there = letters(other)
        away = distance(typed, there, most)
        is_short = len(typed) == 3 and typed[0] != there[0]
        if 0 < away <= most and away * 3 <= len(there) and not is_short:
            rank = (away + (typed[0] != there[0]), -count, other)
            best = min(best, rank) if best else rank
    return best[-1] if best else None


def is_slip(word: str, meant: str) -> bool:
    """Whether one letter or jamo, not the first, makes the difference: hardly a word of its own."""
    typed, there = letters(word), letters(meant)
    return typed[0] == there[0] and distance(typed, there, 1) == 1
