"""Text as it was meant: English without slips and disguises, Korean as it sounds.

Whoever is in need types in a hurry, in slang, around a filter. Two people who mean the same write
"suicide" and "su1cde", 죽고 싶다 and 주꼬시퍼. Here both come out as one text, in which phrases can be
looked for as they stand. Nothing of it is kept.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import chain, zip_longest

from articles.spelling import distance

STOP = "|"  # the end of a sentence, over which no phrase goes
GAP = "…"

_APOSTROPHES = re.compile(r"['’‘`´ʼ＇]")
_ELLIPSIS = re.compile(r"\.{2,}|…+")
# NFKC takes ㅈ for the beginning of a syllable, which makes 자 of ㅈㅏ; one that stays alone is ㅈ again.
_SINGLE = dict(
    zip(
        [*range(0x1100, 0x1113), *range(0x1161, 0x1176)],
        "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ",
        strict=True,
    )
)
_SENTENCE_END = re.compile(r"[.!?](?=\s|$|[\"”’)])|[\n;。]")

# English

# Cyrillic and Greek letters that look like Latin ones.
_LOOK_ALIKE = str.maketrans("аеорсухіјѕԁνοα", "aeopcyxijsdvoa")
_LEET = str.maketrans("013457@$!", "oieastasi")
_LATIN = re.compile(r"[a-z0-9@$!*|…]+")
_SPELLED_OUT = re.compile(r"(?<![a-z0-9])(?:[a-z0-9] ){3,}[a-z0-9](?![a-z0-9])")
_REPEATED = re.compile(r"(.)\1{2,}")
_STARS = re.compile(r"\*+")
BEGINNING = 3  # letters
_SHORTEST_FOR_SLIPS = 6
# Words that come between any two others and change nothing.
_FILLERS = frozenset(
    [
        "really",
        "just",
        "so",
        "fucking",
        "fuckin",
        "freaking",
        "literally",
        "honestly",
        "truly",
        "actually",
        "simply",
        "even",
        "ever",
        "kinda",
        "very",
        "seriously",
        "maybe",
        "probably",
        "always",
        "often",
        "sometimes",
        "still",
        "also",
        "now",
        "like",
        "lol",
        "pls",
        "please",
        "totally",
        "completely",
        "tbh",
        "ngl",
        "bloody",
        "basically",
        "sort",
        "constantly",
        "already",
    ]
)
# What is said in several ways, and written in one; each in its turn.
_SAME = [
    (re.compile(pattern), said)
    for pattern, said in [
        (r" (do|does|did|could|would|should|is|was|are|have|has|had) not (?=\S)", r" \1nt "),
        (r" (?:can not|cannot) ", " cant "),
        (r" will not ", " wont "),
        (r" wanna ", " want to "),
        (r" gonna ", " going to "),
        (r" gotta ", " have to "),
        (r" finna ", " going to "),
        (r" (want|going|need|have|ready|how|way|tried|plan|wish) 2 ", r" \1 to "),
        (r" (?:i am|i m) ", " im "),
        (r" i have ", " ive "),
        (r" i would ", " id "),
        (r" it is ", " its "),
        (r" any more ", " anymore "),
        (r" no more ", " anymore "),
        (r" no longer want ", " dont want "),
        (r" my self ", " myself "),
        (r" me self ", " myself "),
        (r" any reason ", " reason "),
    ]
]


class Vocabulary:
    """The English words that phrases are made of; other words are read as one of them where they may be."""

    def __init__(self, words: Iterable[str] = ()):
        self.words = frozenset(words)
        self._shortened: dict[str, list[str]] = {}
        self._by_ends: dict[str, list[str]] = {}
        for word in self.words:
            self._by_ends.setdefault(word[0] + word[-1], []).append(word)
            if len(word) >= _SHORTEST_FOR_SLIPS:
                for short in {word, *_one_letter_less(word)}:
                    self._shortened.setdefault(short, []).append(word)

    def meant(self, typed: str) -> str:
        """Return the word that was meant, or what was typed."""
        if typed in self.words or typed == STOP:
            return typed
        word = typed.rstrip("!").strip("*")
        if "*" in word:
            return self._starred(word)
        if not word.isalpha() and any(letter.isalpha() for letter in word):
            word = word.translate(_LEET)
        for shorter in (_REPEATED.sub(r"\1\1", word), _REPEATED.sub(r"\1", word)):
            if shorter in self.words:
                return shorter
        if len(word) < _SHORTEST_FOR_SLIPS - 1:
            return word
        for short in (word, *_one_letter_less(word)):
            for known in self._shortened.get(short, ()):
                if known[0] == word[0] and distance(known, word, 1) <= 1:
                    return known
        return word

    def _starred(self, word: str) -> str:
        """Read k*ll: each star is two letters at most. The first and the last sign are none."""
        near = self._by_ends.get(word[0] + word[-1], ())
        letters = (re.escape(part) for part in _STARS.split(word))
        gaps = (f"[a-z]{{0,{2 * len(stars)}}}" for stars in _STARS.findall(word))
        shape = re.compile("".join(chain.from_iterable(zip_longest(letters, gaps, fillvalue=""))))
        return min((known for known in near if shape.fullmatch(known)), default=word)


def _one_letter_less(word: str) -> list[str]:
    return [word[:place] + word[place + 1 :] for place in range(len(word))]


def beginning(literal: str) -> str:
    """Return the first letters of a literal, by which it is looked for."""
    return literal.rstrip("*")[:BEGINNING]


class Heard:
    """A text as it was meant, and where its words begin (in Korean: its syllables)."""

    def __init__(self, pieces: list[str], gap: int):
        self.text = "".join(pieces)
        self.gap = gap  # how many pieces may stand between two parts of a phrase
        self.numbers: list[int] = []  # of which piece a letter is; the end of a sentence counts as many
        self.begins_word: set[int] = set()
        self._places: dict[str, list[int]] = {}
        self._by_beginning: dict[str, list[int]] = {}
        number = 0
        for piece in pieces:
            place = len(self.numbers)
            for letters in range(1, BEGINNING + 1) if piece else ():
                self._by_beginning.setdefault(self.text[place : place + letters], []).append(place)
            self.numbers += [number] * len(piece)
            number += 1 if piece[:1] != STOP else 1 + gap
        self.beginnings = frozenset(self._by_beginning)

    def places(self, literal: str) -> list[int]:
        """Return where a literal begins together with a piece; the list asks for many again and again."""
        found = self._places.get(literal)
        if found is None:
            wanted, text = literal.rstrip("*"), self.text
            near = self._by_beginning.get(beginning(literal), ())
            found = self._places[literal] = [place for place in near if text.startswith(wanted, place)]
        return found

    def end(self, literal: str, place: int) -> int:
        """Return where a literal that begins at a place ends; -1 if it does not stand there."""
        wanted = literal.rstrip("*")
        if not self.text.startswith(wanted, place):
            return -1
        return place + len(wanted) if wanted == literal else self.text.index(" ", place) + 1


def in_one_form(text: str) -> str:
    """Return a text in small letters of one width, without invisible marks; sentences end with STOP."""
    text = unicodedata.normalize("NFKC", text.replace("…", "...")).casefold()
    text = unicodedata.normalize("NFC", text.replace(STOP, " ")).translate(_SINGLE)
    if not text.isascii():
        text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return _SENTENCE_END.sub(f" {STOP} ", _ELLIPSIS.sub(" ", _APOSTROPHES.sub("", text)))


def english(text: str, vocabulary: Vocabulary) -> Heard:
    """Return the English of a text in one form, its words between single spaces."""
    line = _english(_LATIN.findall(_without_accents(text)), vocabulary)
    return Heard([f"{word} " for word in line.split()], gap=4)


def english_phrase(phrase: str) -> str:
    """Return a phrase of the list in the same form; … is a gap, * at the end of a word any ending."""
    return _english(re.findall(r"[a-z0-9]+\*?|…", _APOSTROPHES.sub("", phrase.casefold())), None).strip()


def _english(typed: list[str], vocabulary: Vocabulary | None) -> str:
    line = " ".join(typed)
    if vocabulary:
        line = _SPELLED_OUT.sub(lambda letters: letters[0].replace(" ", ""), line)
        words = line.split()
        meant = {word: vocabulary.meant(word) for word in set(words)}
        line = " ".join(meant[word] for word in words)
    # Twice the spaces: two patterns that meet would otherwise want the same one.
    line = f" {line} "
    for pattern, said in _SAME:
        line = pattern.sub(said, line)
    return f" {' '.join(word for word in line.split() if word not in _FILLERS)} "


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    text = text.translate(_LOOK_ALIKE)
    return "".join(s for s in unicodedata.normalize("NFD", text) if not unicodedata.combining(s))


# Korean

_FIRST = ["g", "gg", "n", "d", "dd", "l", "m", "b", "bb", "s", "ss", "", "j", "jj", "c", "k", "t", "p", "h"]
# One letter each; ㅐ and ㅔ, ㅚ ㅙ and ㅞ sound the same.
_MIDDLE = ["a", "e", "A", "E", "v", "e", "V", "E", "o", "q", "x", "x", "O", "u", "Q", "x", "X", "U", "w"]
_MIDDLE += ["W", "i"]
# ㅎ is not heard at the end, ㅍ is heard as ㅂ, ㅆ as ㅅ.
_LAST = ["", "g", "g", "gs", "n", "nj", "n", "d", "l", "lg", "lm", "lb", "ls", "lt", "lb", "l", "m", "b"]
_LAST += ["bs", "s", "s", "", "j", "c", "g", "t", "b", ""]
_SOUNDS = {
    chr(0xAC00 + (first * 21 + middle) * 28 + last): _FIRST[first] + _MIDDLE[middle] + _LAST[last]
    for first in range(19)
    for middle in range(21)
    for last in range(28)
}
_LAUGHTER = re.compile("[ㅋㅎㅠㅜㅡ~^]+")
_LETTERS = re.compile("[ㄱ-ㅎㅏ-ㅣ]")


def korean(text: str) -> Heard:
    """Return the Hangul of a text as it sounds, without spaces.

    Single letters (ㅈㅅ) stay what they are; anything else that is not Hangul is a dash.
    """
    sounds: list[str] = []
    words, place, last, begins = set(), 0, "", True
    for sign in _LAUGHTER.sub(" ", text):
        sound = _SOUNDS.get(sign)
        if sound is None:
            if sign == STOP or _LETTERS.match(sign):
                sound = sign
            elif sign.isalnum():
                sound = "" if last == "-" else "-"
            else:
                begins = begins or sign.isspace()
                continue
        elif sound[:1] == sound[1:2] == last:
            sound = sound[1:]  # 죽꼬 sounds as 죽고
        if begins:
            words.add(place)
            begins = False
        sounds.append(sound)
        place += len(sound)
        last = sound[-1:] or last
    heard = Heard(sounds, gap=7)
    heard.begins_word = words
    return heard
