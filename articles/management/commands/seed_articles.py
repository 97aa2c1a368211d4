"""Fill a throw-away database with made-up articles, to measure how the site does with many of them."""

import random
import re
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from itertools import accumulate, batched

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.html import format_html

from articles import evidence, indexing
from articles.evidence import CONTENT, EvidenceLevel
from articles.models import (
    WRITTEN,
    Article,
    ChangeKind,
    Credit,
    InterestStatement,
    Kind,
    Language,
    Person,
    Publication,
    Revision,
    Role,
    SearchEntry,
    Signature,
    Status,
    Topic,
)
from articles.spelling import is_hangul, words_of

SECTIONS, WORDS, TITLE = 7, 90, 5  # sections of an article, words of a section and of a title
BATCH = 250
INVENTED = 3000  # words of each language that no shipped text has


class Command(BaseCommand):
    help = "Fill a throw-away database with made-up articles in both languages. In the demonstration only."

    def add_arguments(self, parser):
        parser.add_argument("--count", type=int, default=10_000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, **options):
        if not settings.DEMONSTRATION:
            raise CommandError("Articles can be made up in the demonstration only.")
        chance = random.Random(options["seed"])  # noqa: S311 - no secret
        writers = {language: Writer(language, chance) for language in Language.values}
        topics = list(Topic.objects.all()) or [None]
        statements = {
            language: InterestStatement.in_force(language)
            or InterestStatement.objects.create(language=language, text="Made up.")
            for language in Language.values
        }
        before = Article.objects.count()
        alone = not connection.in_atomic_block
        with without_indexes(SearchEntry) if alone else nullcontext():
            for numbers in batched(range(before, before + options["count"]), BATCH, strict=False):
                with transaction.atomic():
                    write(numbers, writers, topics, statements, chance)
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM (ANALYZE)")
        if options["verbosity"]:
            self.stdout.write(f"{options['count']} articles are made up.")


@contextmanager
def without_indexes(model):
    """Build the indexes of a table once, after it was filled: that takes a tenth of the time."""
    with connection.schema_editor() as editor:
        for index in model._meta.indexes:
            editor.remove_index(model, index)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            for index in model._meta.indexes:
                editor.add_index(model, index)


class Writer:
    """Writes texts in which few words are frequent and many are rare, as in any language."""

    def __init__(self, language: str, chance: random.Random):
        self.chance = chance
        text = "".join(path.read_text("utf-8") for path in sorted(CONTENT.glob("en/*.md")))
        text += (CONTENT / "synonyms.yaml").read_text("utf-8")
        text += (CONTENT / "topics.yaml").read_text("utf-8") * 3
        text += (CONTENT / "treatment-status.yaml").read_text("utf-8")
        korean = language == Language.KOREAN
        known = [word for word in words_of(re.sub(r"\[F.*?\]", "", text)) if is_hangul(word) == korean]
        ranked = sorted(set(known), key=known.count, reverse=True)
        ranked += [self._invented(korean) for _number in range(INVENTED)]
        self.words = ranked
        self.weights = list(accumulate(1 / (place + 3) for place in range(len(ranked))))

    def _invented(self, korean: bool) -> str:
        if korean:
            return "".join(chr(self.chance.randrange(0xAC00, 0xD7A4, 4)) for _n in range(3))
        return "".join(self.chance.choices("bdfgklmnprst", k=3) + self.chance.choices("aeiou", k=3))

    def say(self, count: int) -> str:
        return " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=count)).capitalize()


def made_up_reviewer() -> Person:
    said = {f"{name}_{language}": "Made up" for name in Person.SAID for language in ("en", "ko")}
    return Person.objects.get_or_create(key="made-up", defaults={"is_demonstration": True, **said})[0]


def write(numbers, writers, topics, statements, chance) -> None:
    """Write one batch of articles with all that belongs to them, without asking for each."""
    today, now = evidence.today(), timezone.now()
    dates = {"reviewed_on": today, "next_review_on": today + timedelta(days=180)}
    pages: list[tuple] = []
    articles: list[Article] = []
    for number in numbers:
        language = Language.values[number % 2]
        say = writers[language].say
        sections = [(f"part-{n}", say(4), say(WORDS)) for n in range(1, SECTIONS + 1)]
        html = "".join(format_html('<h2 id="{}">{}</h2>\n<p>{}.</p>\n', *section) for section in sections)
        levels = chance.sample(EvidenceLevel.values, 2)
        pages.append(
            (html, [{"id": anchor, "title": title, "kind": ""} for anchor, title, _text in sections], levels)
        )
        # Every second original has a translation, which follows it.
        original = articles[-1] if number % 4 == 1 and articles else None
        articles.append(
            Article(
                language=language,
                slug=f"made-up-{number - 1 if original else number}",
                kind=Kind.CONDITION,
                title=say(TITLE)[:120],
                summary=say(14)[:200],
                body="\n\n".join(f"## {title}\n\n{text}." for _anchor, title, text in sections),
                topic=chance.choice(topics),
                translation_of=original,
                status=Status.PUBLISHED,
                interest_statement=statements[language],
                **dates,
            )
        )
    originals = [article for article in articles if article.translation_of is None]
    Article.objects.bulk_create(originals)
    Article.objects.bulk_create(article for article in articles if article.translation_of)
    texts = [{name: getattr(article, name) for name in WRITTEN} for article in articles]
    revisions = Revision.objects.bulk_create(
        Revision(article=article, number=1, **text) for article, text in zip(articles, texts, strict=True)
    )
    reviewer = made_up_reviewer()
    Credit.objects.bulk_create(
        Credit(article=article, person=reviewer, role=Role.REVIEWER) for article in articles
    )
    # No version is stored without a signature of its words.
    Signature.objects.bulk_create(
        Signature(
            article=article, revision=revision, digest=article.clinical_digest, person=reviewer, **dates
        )
        for article, revision in zip(articles, revisions, strict=True)
    )
    publications = Publication.objects.bulk_create(
        Publication(
            article=article,
            revision=revision,
            number=1,
            language=article.language,
            visible_from=now,
            published_at=now,
            change_kind=ChangeKind.FIRST,
            signed_digest=article.clinical_digest,
            interest_statement=statements[article.language],
            is_demonstration=True,
            body_html=html,
            contents=contents,
            levels=levels,
            reading_minutes=3,
            **dates,
            **text,
        )
        for article, revision, text, (html, contents, levels) in zip(
            articles, revisions, texts, pages, strict=True
        )
    )
    indexing.write(publications)
