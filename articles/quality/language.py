"""Rule C08: how hard a text is to read. R14: "English for a reader of 11 to 14; Korean at the same ease"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .manuscript import Manuscript, Place, Severity
from .phrases import lists
from .rules import Finding, rule
from .text import A_DATE, HANGUL, SEARCH_DATE, Passage, words

LONGEST_SENTENCE = {"en": 30, "ko": 90}  # words; characters, spaces included
LONGEST_AVERAGE = {"en": 20, "ko": 50}
MOST_SENTENCES = 5  # in a paragraph
HARD_GRADE, TOO_HARD_GRADE = 9, 11
ENOUGH_WORDS = 100  # below, a grade says little
ENOUGH_SENTENCES = 3


@dataclass(frozen=True)
class Readability:
    """Measures of the running text; tables and headings are left out."""

    sentences: int
    words: int  # in Korean, characters with spaces
    grade: float | None  # Flesch-Kincaid; English only, and only of enough text

    @property
    def average(self) -> float:
        return self.words / self.sentences if self.sentences else 0.0


def readability(manuscript: Manuscript) -> Readability:
    """Measure an article. The grade is that of Kincaid et al. 1975 (US Navy, Research Branch Report 8-75)."""
    found = [sentence for passage in _prose(manuscript) for sentence in passage.sentences]
    lengths = [size(sentence, manuscript.language) for sentence in found]
    total = sum(lengths)
    grade = None
    if manuscript.language == "en" and total >= ENOUGH_WORDS:
        beats = sum(syllables(word) for sentence in found for word in words(sentence))
        grade = 0.39 * total / len(found) + 11.8 * beats / total - 15.59
    return Readability(len(found), total, grade)


def size(sentence: str, language: str) -> int:
    """Return how long a sentence is: in words, or in Korean in characters, spaces included."""
    return len(sentence.replace(SEARCH_DATE, A_DATE)) if language == "ko" else len(words(sentence))


def _prose(manuscript: Manuscript) -> Iterator[Passage]:
    for passage in (*manuscript.metadata, *manuscript.points, *manuscript.passages):
        if passage.is_prose and passage.field not in {"title", "slug"}:
            yield passage


@rule("C08", Severity.WARNING)
def sentences_are_short(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C08: "sentence over 30 words (Korean: over 90 characters)"."""
    limit = LONGEST_SENTENCE[manuscript.language]
    for passage in _prose(manuscript):
        for sentence in passage.sentences:
            long = size(sentence, manuscript.language)
            if long > limit:
                message = _("Split this sentence: it has %(size)d words, and %(limit)d are enough.")
                if manuscript.language == "ko":
                    message = _("Split this sentence: it has %(size)d characters, and %(limit)d are enough.")
                place = Place(passage.field, passage.section, sentence)
                yield place, message % {"size": long, "limit": limit}, "long"


@rule("C08", Severity.WARNING)
def sentences_are_short_on_average(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C08: "average over 20 words (50)"."""
    measured, limit = readability(manuscript), LONGEST_AVERAGE[manuscript.language]
    if measured.sentences >= ENOUGH_SENTENCES and measured.average > limit:
        message = _("Sentences have %(average).0f words on average; keep to %(limit)d.")
        if manuscript.language == "ko":
            message = _("Sentences have %(average).0f characters on average; keep to %(limit)d.")
        yield Place("body"), message % {"average": measured.average, "limit": limit}, "average"


@rule("C08", Severity.WARNING)
def paragraphs_are_short(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C08: "paragraph over 5 sentences"."""
    for passage in _prose(manuscript):
        if len(passage.sentences) > MOST_SENTENCES:
            message = _("Split this paragraph: it has %(count)d sentences, and %(limit)d are enough.")
            yield passage, message % {"count": len(passage.sentences), "limit": MOST_SENTENCES}, "paragraph"


@rule("C08", Severity.WARNING)
def the_text_is_easy(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C08: "English Flesch-Kincaid grade over 9 (E over 11)"."""
    grade = readability(manuscript).grade
    if grade is not None and grade > HARD_GRADE:
        message = _(
            "The text reads at school grade %(grade).1f. Shorter words and sentences bring it to %(limit)d."
        )
        severity = Severity.ERROR if grade > TOO_HARD_GRADE else Severity.WARNING
        yield Place("body"), message % {"grade": grade, "limit": HARD_GRADE}, "grade", severity


# Two capitals or more, with a small letter before (rTMS) or a plural after (SSRIs).
ABBREVIATION = re.compile(r"(?<![A-Za-z0-9-])[a-z]?[A-Z]{2,6}(?:-[A-Z0-9]{1,3})?(?=s?(?![A-Za-z0-9]))")


@rule("C08", Severity.WARNING)
def abbreviations_are_explained(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C08: "abbreviation without glossary entry". One that the page itself spells out is well too."""
    text = " ".join(passage.text for passage in manuscript.written)
    known = {*lists()["known_abbreviations"], *manuscript.glossary}
    for passage in manuscript.written:
        if passage.kind == "panel" or (passage.text.isupper() and not HANGUL.search(passage.text)):
            continue
        for short in dict.fromkeys(ABBREVIATION.findall(passage.text)):
            if short not in known and not _spelled_out(short, text):
                known.add(short)
                message = _("Spell out “%(short)s” where it first stands, or enter it in the glossary.")
                yield passage, message % {"short": short}, short


def _spelled_out(short: str, text: str) -> bool:
    """Whether a text holds "long form (ABC)" or "ABC (long form)"."""
    name = re.escape(short)
    return bool(
        re.search(rf"[\w가-힣] ?\({name}s?\)|(?<![A-Za-z]){name}s? ?\((?=[^)]*[a-z가-힣]{{3}})", text)
    )


# Syllables: by spelling, with the common exceptions listed.

EXCEPTIONS = {
    word: count
    for count, spelled in {
        1: "one once our hour hours real come came gone",
        2: "people every evening different interest being doing seeing science quiet diet trial trials"
        " several family business something someone sometimes lion create patient patients really maybe",
        3: "everyone everything interested medicine medicines area areas idea ideas clinical somebody created"
        " reaction reactions media psychiatric safety serious period",
        4: "anxiety society variety mesenchymal material usually actually experience autologous reliable"
        " diagnosis diagnoses psychiatrist immediate",
    }.items()
    for word in spelled.split()
}
VOWELS = re.compile(r"[aeiouy]+")
TWO_SOUNDS = re.compile(
    r"i[ao](?!l\b|ns?\b|ge)|eo(?!n|us)|iu|ua(?!r)|uo|[eouy]i(?=ng)|(?<=[^qg])ui(?=ty)|ism\b"
)
SILENT_E = re.compile(
    r"(?:[^aeiouy]|[aeiouy]l)e$|(?:[^aeiouycsxzgh]|[ct]h)es$|(?:[^aeiouytdr]|[aeiouy]r)ed$"
    r"|[^aeiouyl]e(?:ly|ful|less|ment|ness)$"
)
SPOKEN_LE = re.compile(r"[^aeiouyl]le[sd]?$")


def syllables(word: str) -> int:
    """Return how many syllables an English word has; an abbreviation is spelled, a number counts as one."""
    letters = re.sub(r"[^a-z]", "", word.lower().replace("’", "'").removesuffix("'s"))
    if not letters:
        return 1
    if len(word) > 1 and word.isupper():
        return len(letters)
    if letters in EXCEPTIONS:
        return EXCEPTIONS[letters]
    count = len(VOWELS.findall(letters)) + len(TWO_SOUNDS.findall(letters))
    if SILENT_E.search(letters) and not SPOKEN_LE.search(letters):
        count -= 1  # made, makes, helped; but table
    return max(1, count)
