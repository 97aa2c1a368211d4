"""From what somebody typed to what they look for, each thing in their words and in those of the pages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from . import spelling
from .indexing import hangul_pairs
from .kept import kept
from .models import Synonym
from .vocabulary import Vocabulary, vocabulary

MOST_CONCEPTS = 10  # of one query; what comes after them is left out


# What the index knows


@dataclass(frozen=True)
class Thesaurus:
    """What each group of words that readers type is called on the pages."""

    terms: dict[str, tuple[str, ...]]
    longest: int  # words in a group
    single: frozenset[str]


def _key(words: Iterable[str]) -> str:
    """Return what is the same for all ways of writing a group of words: no plural, no particle, no space."""
    return "".join(
        spelling.without_ending(word) if spelling.is_hangul(word) else word.removesuffix("s")
        for word in words
    )


@kept
def _thesaurus() -> Thesaurus:
    terms: dict[str, dict[str, None]] = {}
    longest, single = 1, set()
    for synonym in Synonym.objects.all():
        said = [" ".join(spelling.words_of(term)) for term in re.split(r"[,\n]", synonym.terms)]
        for group in re.split(r"[,\n]", synonym.words):
            if words := spelling.words_of(group):
                longest = max(longest, len(words))
                single.update(words)
                terms.setdefault(_key(words), {}).update(dict.fromkeys(filter(None, said)))
    return Thesaurus({key: tuple(found) for key, found in terms.items()}, longest, frozenset(single))


# From what was typed to what is asked


@dataclass(frozen=True)
class Concept:
    """One thing somebody looks for: the words typed for it, and what the pages call it."""

    typed: tuple[str, ...]
    also: tuple[str, ...] = ()
    unfinished: bool = False  # the last word: perhaps only the beginning of it

    @property
    def as_typed(self) -> str:
        return _all(self.typed, unfinished=self.unfinished)

    @property
    def otherwise(self) -> str:
        return any_of(map(_phrase, self.also))

    @property
    def either(self) -> str:
        return any_of([self.as_typed, self.otherwise])

    def rarity(self, have: Vocabulary) -> float:
        """Return how rare the typed words are; if no page has them, the most common of the others."""
        full = [word for word in self.typed if word not in spelling.empty_words()]
        if not self.also or (full and have.has(full)):
            return have.rarity(full or self.typed)
        return min(have.rarity(term.split()) for term in self.also)


def _all(words: Iterable[str], unfinished: bool = False) -> str:
    """Return words as to_tsquery() reads them. They hold nothing but letters and digits."""
    words = list(words)
    lexemes = [lexeme for word in words for lexeme in _lexemes(word)]
    if unfinished and lexemes and not spelling.is_hangul(words[-1]):
        lexemes[-1] = f"({lexemes[-1]} | {lexemes[-1]}:*)"
    return f"({' & '.join(dict.fromkeys(lexemes))})" if lexemes else ""


def _phrase(term: str) -> str:
    """Return a term of the pages: its words one after the other, in Hangul with spaces or without."""
    words = term.split()
    if all(map(spelling.is_hangul, words)):
        return _all(["".join(words)])
    if any(map(spelling.is_hangul, words)):
        return _all(words)
    return f"({' <-> '.join(words)})"


def _lexemes(word: str) -> list[str]:
    if not spelling.is_hangul(word):
        return [word]
    if len(word) == 1:
        return [f"{word}:*"]
    return list(hangul_pairs([word]))[:-1]  # the last syllable may stand inside a longer word


def any_of(queries: Iterable[str]) -> str:
    queries = list(dict.fromkeys(filter(None, queries)))
    return f"({' | '.join(queries)})" if queries else ""


def concepts_of(typed: str, at: UUID | None = None, *, loosely: bool = False) -> list[Concept]:
    """Return what somebody looks for, in the order of their words.

    Loosely, of a Korean word that no page has, the parts that pages have.
    """
    thesaurus, known = _thesaurus(at), vocabulary(at)
    words = []
    for word in spelling.words_of(typed):
        parts = _parts(word, known, thesaurus)
        words += _some_parts(word, known, thesaurus) if loosely and parts == [word] else parts
    longest = thesaurus.longest
    found: list[Concept] = []
    full: list[Concept] = []
    while words and len(found) < MOST_CONCEPTS:
        size = next(
            (n for n in range(longest, 0, -1) if n <= len(words) and _key(words[:n]) in thesaurus.terms),
            1,
        )
        group = tuple(words[:size])
        words = words[size:]
        also = thesaurus.terms.get(_key(group), ())
        bare = tuple(spelling.without_ending(word) for word in group)
        concept = Concept(bare, also, unfinished=not words and len(group[-1]) > 2 and not also)
        found.append(concept)
        if also or not set(group) <= spelling.empty_words():
            full.append(concept)
    # "How much", all of whose words are empty, is looked for if nothing else was typed.
    return _once(full or found)


def _once(concepts: list[Concept]) -> list[Concept]:
    kept_: dict[tuple[str, ...], Concept] = {}
    for concept in concepts:
        kept_.setdefault(concept.typed, concept)
    return list(kept_.values())


def _parts(word: str, have: Vocabulary, thesaurus: Thesaurus) -> list[str]:
    """Divide what was typed in Hangul without spaces, where all of its parts are words of the pages."""
    if not spelling.is_hangul(word) or len(word) < 4 or _key([word]) in thesaurus.terms:
        return [word]
    parts, left = _divided(spelling.without_ending(word), have, thesaurus)
    return [word] if left else parts


def _some_parts(word: str, have: Vocabulary, thesaurus: Thesaurus) -> list[str]:
    """Return the words of the pages in a Korean word, if they are most of it."""
    if (
        not spelling.is_hangul(word)
        or len(word) < 3
        or word in have.counts
        or _key([word]) in thesaurus.terms
    ):
        return [word]
    bare = spelling.without_ending(word)
    parts, left = _divided(bare, have, thesaurus)
    return parts if left * 2 <= len(bare) else [word]


def _divided(bare: str, have: Vocabulary, thesaurus: Thesaurus) -> tuple[list[str], int]:
    """Divide a Korean word into as few known words as leave out the fewest syllables; say how many.

    A single syllable is a word at the end only, as in 우울증약.
    """
    best: list[tuple[int, int, list[str]]] = [(0, 0, [])]  # left out, parts, and these
    for end in range(1, len(bare) + 1):
        left, count, parts = best[end - 1]
        ways = [(left + 1, count, parts)]
        for start in range(end):
            part = bare[start:end]
            is_known = part in thesaurus.terms or (len(part) > 1 and part in have.counts)
            if is_known and (len(part) > 1 or (end == len(bare) and end > 1)):
                left, count, parts = best[start]
                ways.append((left, count + 1, [*parts, part]))
        best.append(min(ways, key=lambda way: way[:2]))
    left, _count, parts = best[-1]
    return parts, left


# What somebody may have meant to type


@dataclass(frozen=True)
class Meant:
    """What was typed, put right: where it is surely a slip, and where it may be one."""

    surely: str
    perhaps: str  # empty if every word is known


def meant_by(typed: str, at: UUID | None = None) -> Meant:
    """Return what somebody may have meant to type. One letter is a slip; more may be another word."""
    have, thesaurus = vocabulary(at), _thesaurus(at)
    known = {**dict.fromkeys(thesaurus.single, 1), **have.counts}
    # STAR*D is a name: nobody meant "start".
    names = {word for part in typed.split() if "*" in part for word in spelling.words_of(part)}
    surely, perhaps = [], []
    words = spelling.words_of(typed)
    for word in words:
        bare = spelling.without_ending(word) if spelling.is_hangul(word) else word
        meant = None
        if word not in names and not _is_known(word, known, have, thesaurus):
            meant = spelling.nearest(bare, known)
        surely.append(meant if meant and spelling.is_slip(bare, meant) else word)
        perhaps.append(meant or word)
    return Meant(
        typed if surely == words else " ".join(surely), "" if perhaps == words else " ".join(perhaps)
    )


def _is_known(word: str, known: dict[str, int], have: Vocabulary, thesaurus: Thesaurus) -> bool:
    listed = spelling.real_words()
    if word in known or word in listed or any(letter.isdecimal() for letter in word):
        return True
    if not spelling.is_hangul(word):
        return spelling.root(word) in have.roots or spelling.root(word) in spelling.real_roots()
    bare = spelling.without_ending(word)
    if bare in known or bare in listed or any(bare in one for one in known):
        return True
    return len(_parts(word, have, thesaurus)) > 1 or _is_compound(bare, have, thesaurus)


def _is_compound(bare: str, have: Vocabulary, thesaurus: Thesaurus) -> bool:
    """Whether a Korean word is ours with a syllable more, as 우울증치료제, or begins with a real word."""
    parts, left = _divided(bare, have, thesaurus)
    if len(parts) > 1 and left <= 1:
        return True
    return any(len(one) > 1 and bare.startswith(one) and len(bare) > 3 for one in spelling.real_words())
