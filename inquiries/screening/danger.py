"""Words that may mean danger: they put the help lines on top, and an inquiry before the others.

Nobody is refused, scored or answered because of them, and nothing that a person wrote is kept: what
comes out is which entries of the list were found. The list misses people, and staff are told so.

An entry has phrases, one in a line:

- `a/b` stands for either word, `…` (or `...`) for up to four other words of the same sentence, in Korean
  for some syllables;
- English `suicid*` is a word with any ending; slips of the finger and disguises are read as meant;
- Korean is compared as it sounds and without spaces, so that 죽고싶 also finds 죽고 싶은 and 주꼬싶따;
  `|` in front means that a word begins there.

A phrase does not count where one of the entry's innocent phrases touches it, nor without one of the
phrases that the entry needs somewhere in the text, if it names any.
"""

import logging
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import DatabaseError, InterfaceError

from articles.kept import kept
from articles.shipped import read

from .hearing import GAP, Heard, Vocabulary, beginning, english, english_phrase, in_one_form, korean

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parents[1] / "content/danger-words.yaml"
MOST_PARTS = 4
FEWEST_LETTERS = 3
LONGEST_TEXT = 1000  # of one field: longer ones are refused, and not worth the time of others


@dataclass(frozen=True, order=True)
class Finding:
    """What staff are told: the key of the entry, and the category that it suggests (T0 before T1)."""

    category: str
    reason: str


@dataclass(frozen=True, order=True)
class Match:
    """A finding with the phrase of the list behind it, for the test box of the admin."""

    finding: Finding
    phrase: str


class PhraseRefused(ValueError):
    """A phrase that would be found everywhere, or nowhere."""


Choice = list[str]  # what may stand for one word of a phrase
Span = tuple[int, int]


@dataclass(frozen=True)
class Phrase:
    """One line of an entry, ready to be looked for: parts with gaps between, each of words in a row."""

    written: str
    parts: list[list[Choice]] = field(repr=False)
    begins_word: bool = False

    @cached_property
    def rarest_first(self) -> list[Choice]:
        """All words of the phrase, those that are soon looked through first."""
        return sorted(chain.from_iterable(self.parts), key=len)

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """How its longest word may begin: what begins nowhere so need not be looked for."""
        longest = max(self.rarest_first, key=lambda choice: min(map(len, choice)))
        return frozenset(map(beginning, longest))

    def spans(self, heard: Heard) -> list[Span]:
        """Return where the phrase stands."""
        if self.beginnings.isdisjoint(heard.beginnings) or not all(
            any(map(heard.places, choice)) for choice in self.rarest_first
        ):
            return []
        spans = self._part(self.parts[0], heard)
        if self.begins_word:
            spans = {span for span in spans if span[0] in heard.begins_word}
        for part in self.parts[1:]:
            after: dict[int, list[Span]] = {}
            for span in self._part(part, heard) if spans else ():
                after.setdefault(heard.numbers[span[0]], []).append(span)
            spans = {
                (start, following[1])
                for start, end in spans
                for number in range(heard.numbers[end - 1] + 1, heard.numbers[end - 1] + heard.gap + 2)
                for following in after.get(number, ())
            }
        return sorted(spans)

    @staticmethod
    def _part(part: list[Choice], heard: Heard) -> set[Span]:
        spans = {(place, heard.end(literal, place)) for literal in part[0] for place in heard.places(literal)}
        for choice in part[1:]:
            spans = {(start, heard.end(literal, end)) for start, end in spans for literal in choice}
            spans = {span for span in spans if span[1] > 0}
        return spans


def phrase_of(line: str, language: str) -> Phrase:
    """Return a line of the list as a phrase. Raises PhraseRefused with the line."""
    written = " ".join(line.split())
    begins_word, rest = written.startswith("|"), written.removeprefix("|").replace("...", GAP)
    if "/" not in rest and language == "en":
        rest = english_phrase(rest)
    literals = _korean_literals if language == "ko" else _english_literals
    parts = [
        [choice for unit in part.split() if (choice := literals(unit.split("/")))] for part in rest.split(GAP)
    ]
    shortest = [min(len(literal.strip()) for literal in choice) for part in parts for choice in part]
    if not all(parts) or len(parts) > MOST_PARTS or sum(shortest) + begins_word < FEWEST_LETTERS:
        raise PhraseRefused(written)
    return Phrase(written, parts, begins_word)


def _english_literals(words: list[str]) -> Choice:
    """Return words in one form; none for a word such as "just", which is not looked at anywhere."""
    forms = filter(None, map(english_phrase, words))
    return [form if form.endswith("*") else f"{form} " for form in forms]


def _korean_literals(words: list[str]) -> Choice:
    return [sound for word in words if (sound := korean(in_one_form(word)).text) and "-" not in sound]


@dataclass(frozen=True)
class Entry:
    """One entry of the list, ready to be looked for."""

    finding: Finding
    language: str
    phrases: list[Phrase]
    unless: list[Phrase]
    needs: list[Phrase]

    def matches(self, heard: Heard) -> Iterator[Match]:
        """Yield the phrases found in a text of the entry's language."""
        found = [(phrase, span) for phrase in self.phrases for span in phrase.spans(heard)]
        if not found or (self.needs and not any(need.spans(heard) for need in self.needs)):
            return
        innocent = [span for phrase in self.unless for span in phrase.spans(heard)]
        for phrase, (start, end) in found:
            if not any(start < other_end and other_start < end for other_start, other_end in innocent):
                yield Match(self.finding, phrase.written)


def entry_of(row: Mapping[str, Any]) -> Entry:
    """Return a row of the list (key, category, language and three texts of lines) as an entry."""
    phrases: dict[str, list[Phrase]] = {"phrases": [], "unless": [], "needs": []}
    for name, found in phrases.items():
        for line in filter(str.strip, row[name].splitlines()):
            try:
                found.append(phrase_of(line, row["language"]))
            except PhraseRefused as refused:  # past the form: the others must go on
                log.error("The danger word %s has a phrase that cannot be used: %s", row["key"], refused)
    return Entry(Finding(row["category"], row["key"]), row["language"], **phrases)


class Lookout:
    """The whole list, ready to be looked for."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]):
        self.entries = [entry_of(row) for row in rows]
        self.vocabulary = Vocabulary(_words(self.entries))

    def matches(self, *texts: str) -> list[Match]:
        """Return each phrase that was found, once, the gravest first."""
        form = in_one_form("\n".join(texts))
        heard = {"en": english(form, self.vocabulary), "ko": korean(form)}
        return sorted({match for entry in self.entries for match in entry.matches(heard[entry.language])})


def _words(entries: list[Entry]) -> Iterator[str]:
    for entry in entries:
        if entry.language == "en":
            for phrase in (*entry.phrases, *entry.unless, *entry.needs):
                for literal in chain.from_iterable(chain.from_iterable(phrase.parts)):
                    yield from literal.removesuffix("*").split()


def shipped_rows() -> list[dict[str, Any]]:
    """Return the list that ships with the software, as rows."""
    return [
        {
            "key": entry["key"],
            "category": entry["category"],
            "language": entry["language"],
            "name_en": entry["en"],
            "name_ko": entry["ko"],
            **{name: "\n".join(entry.get(name, [])) for name in ("phrases", "unless", "needs")},
        }
        for entry in read(SHIPPED)["entries"]
    ]


@kept
def _stored() -> Lookout | None:
    """Return the list as staff keep it; None before the first row."""
    rows = list(apps.get_model("inquiries", "DangerWord").objects.values())
    return Lookout([dict(row) for row in rows if not row["off_because"]]) if rows else None


_last: list[Lookout] = []  # the newest list that the database gave


def lookout() -> Lookout:
    """Return the list in force; while the database does not answer, the last one, or the shipped one."""
    try:
        found = _stored()
    except (DatabaseError, InterfaceError) as error:
        log.warning("The danger words cannot be read (%s): the last ones serve.", type(error).__name__)
        found = None
    if found:
        _last[:] = [found]
    elif not _last:
        _last[:] = [Lookout(shipped_rows())]
    return _last[0]


def look(*texts: str) -> list[Finding]:
    """Return what the texts of one person may mean, the gravest first. Never raises, never refuses."""
    beginnings = (unicodedata.normalize("NFC", text)[:LONGEST_TEXT] for text in texts)
    return sorted({match.finding for match in lookout().matches(*beginnings)})
