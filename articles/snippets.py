"""The passage that shows why a page was found, in pieces: what was looked for, and what stands around it."""

import re
from dataclasses import dataclass

from .spelling import HANGUL

# What PostgreSQL puts around a word that it found. No text of ours holds them: visible() takes them out.
HIT, END = "\ue000", "\ue001"
LENGTH = {False: 220, True: 130}  # characters, in Latin letters and in Hangul


@dataclass(frozen=True)
class Piece:
    text: str
    is_hit: bool = False


def snippet(marked: str, hangul: list[str]) -> list[Piece]:
    """Return the best passage of a marked text, words of `hangul` found in it as well."""
    text, hits = _unmarked(marked)
    hits = _merged([*hits, *_found(text, hangul)])
    start, end = _window(text, hits)
    pieces: list[Piece] = [Piece("… ")] if start else []
    at = start
    for first, last in hits:
        if first >= start and last <= end:
            pieces += [Piece(text[at:first]), Piece(text[first:last], True)]
            at = last
    pieces.append(Piece(text[at:end]))
    if end < len(text):
        pieces.append(Piece(" …"))
    return [piece for piece in pieces if piece.text]


def _unmarked(marked: str) -> tuple[str, list[tuple[int, int]]]:
    text, hits, start = "", [], 0
    for part in re.split(f"([{HIT}{END}])", marked):
        if part == HIT:
            start = len(text)
        elif part == END:
            hits.append((start, len(text)))
        else:
            text += part
    return text, hits


def _found(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Find Korean words wherever they stand, with spaces inside them or without."""
    found = []
    for word in set(words):
        spaced = r"\s?".join(word) if len(word) > 1 else rf"(?<![가-힣]){word}"
        found += [match.span() for match in re.finditer(spaced, text)]
    return found


def _merged(hits: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(hits):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _window(text: str, hits: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the stretch with the most different hits, from the beginning of a sentence if one is near."""
    length = LENGTH[len(re.findall(HANGUL, text)) * 8 > len(text)]
    best, most = 0, 0
    for index, (start, _end) in enumerate(hits):
        inside = {text[a:b].casefold() for a, b in hits[index:] if b <= start + length * 3 // 4}
        if len(inside) > most:
            best, most = start, len(inside)
    start = _beginning(text, best, length // 2)
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start + length // 2, end + 1), 0) or end
    return start, end


def _beginning(text: str, hit: int, back: int) -> int:
    """Return where to begin: at a sentence, else at a word, not more than `back` before the hit."""
    earliest = max(0, hit - back)
    if earliest == 0:
        return 0
    sentence = [match.end() for match in re.finditer(r"[.!?·] ", text[earliest:hit])]
    if sentence:
        return earliest + sentence[0]
    space = text.find(" ", earliest, hit)
    return space + 1 if space >= 0 else hit
