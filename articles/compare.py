"""Two texts side by side: paragraph against paragraph, and word against word where they differ."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from django.contrib.admin.utils import label_for_field

from .models import WRITTEN
from .models.text import ArticleText

WORD = re.compile(r"\S+\s*")  # with the space behind it, which counts for nothing


@dataclass(frozen=True)
class Piece:
    """A run of words, and whether it stands on this side alone."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Row:
    """A paragraph of the old text beside its counterpart; an empty side has none."""

    old: list[Piece]
    new: list[Piece]


@dataclass(frozen=True)
class Difference:
    """One field that differs, by the name that staff see."""

    name: str
    rows: list[Row]


def differences(old: ArticleText, new: ArticleText) -> list[Difference]:
    """Return what differs between two texts of an article, field by field."""
    found = []
    for name in WRITTEN:
        was, became = str(getattr(old, name)), str(getattr(new, name))
        if was != became:
            label = label_for_field(name, type(old))
            if rows := list(changed_paragraphs(was, became)):
                found.append(Difference(str(label), rows))
    return found


def changed_paragraphs(old: str, new: str) -> Iterator[Row]:
    """Return the paragraphs that differ, in order."""
    before, after = _paragraphs(old), _paragraphs(new)
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            for pair in zip_longest(before[a:b], after[c:d], fillvalue=""):
                yield _by_word(*pair)


def _paragraphs(text: str) -> list[str]:
    return [part for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()) if part]


def _by_word(old: str, new: str) -> Row:
    before, after = WORD.findall(old), WORD.findall(new)
    row = Row([], [])
    match = SequenceMatcher(None, list(map(str.strip, before)), list(map(str.strip, after)), autojunk=False)
    for tag, a, b, c, d in match.get_opcodes():
        for side, words in ((row.old, before[a:b]), (row.new, after[c:d])):
            if words:
                side.append(Piece("".join(words), tag != "equal"))
    return row
