"""How long a text is and how hard to read: what its editor sees while writing."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from .manuscripts import manuscript_of
from .models import Article
from .quality.language import HARD_GRADE, LONGEST_AVERAGE, LONGEST_SENTENCE, readability, size
from .quality.text import length
from .rendering import reading_minutes

# The content plan asks for 700 to 1,500 words. Rule C05 counts 200 Hangul syllables for 80 words, which is
# also how much longer they take to read (rendering.py).
PLANNED_LENGTH = {"en": (700, 1_500), "ko": (1_750, 3_750)}


@dataclass(frozen=True)
class Measures:
    """What is counted in a text, each with the limit of rule C08 where it has one."""

    language: str
    length: int  # words; of Korean, Hangul syllables
    minutes: int
    average: float  # words in a sentence; of Korean, characters with spaces
    longest: int
    grade: float | None  # English only, and only of enough text

    @property
    def least_length(self) -> int:
        return PLANNED_LENGTH[self.language][0]

    @property
    def most_length(self) -> int:
        return PLANNED_LENGTH[self.language][1]

    @property
    def misses_length(self) -> str:
        """Say on which side the text misses the length that was planned; nothing where it does not."""
        if self.length > self.most_length:
            return _("too long")
        return _("too short") if self.length < self.least_length else ""

    @property
    def most_average(self) -> int:
        return LONGEST_AVERAGE[self.language]

    @property
    def most_longest(self) -> int:
        return LONGEST_SENTENCE[self.language]

    @property
    def most_grade(self) -> int:
        return HARD_GRADE


def measures_of(article: Article) -> Measures:
    """Measure the text of an article, saved or not. Panels and the standard summary are not counted."""
    manuscript = manuscript_of(article)
    language = manuscript.language
    written = [passage for passage in (*manuscript.points, *manuscript.passages) if passage.kind != "panel"]
    prose = [p for p in (*manuscript.metadata, *written) if p.is_prose and p.field not in {"title", "slug"}]
    found = readability(manuscript)
    return Measures(
        language=language,
        length=sum(length(passage.text, language) for passage in written),
        minutes=reading_minutes(manuscript.body, language),
        average=found.average,
        longest=max((size(text, language) for passage in prose for text in passage.sentences), default=0),
        grade=found.grade,
    )
