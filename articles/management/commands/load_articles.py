"""Load the evidence, the register and the articles that ship with the software."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction
from django.db.models import Q

from articles import publishing
from articles.evidence import CONTENT, UnknownFact, as_of
from articles.manuscripts import plan_of, plans, render_text
from articles.marks import RenderingError
from articles.models import (
    WRITTEN,
    Article,
    ChangeKind,
    Credit,
    LegalReview,
    Person,
    Role,
    Scope,
    Status,
    Topic,
)
from articles.shipped import WITH_THE_SOFTWARE, Loader

KEPT_AS_IT_IS = "kept (its evidence changed)"
# What stands under a file's `reviewers:` and so on.
CREDITS = {"authors": Role.AUTHOR, "reviewers": Role.REVIEWER}
CREDITS |= {"translators": Role.TRANSLATOR, "checkers": Role.CHECKER}


@dataclass(frozen=True)
class Shipped:
    """What one file holds: an article, not saved, and who is named on it."""

    article: Article
    credits: dict[Role, list[str]]
    path: Path

    @property
    def name(self) -> str:
        return f"{self.article.language}/{self.path.name}"


class Command(BaseCommand):
    help = "Load the shipped evidence and articles. What staff edited stays as they left it."

    @transaction.atomic
    def handle(self, **options):
        loader = Loader(CONTENT)
        try:
            evidence = loader.load()
        except IntegrityError as error:
            raise CommandError(f"The evidence cannot be loaded: {error}") from error
        counts = dict.fromkeys(["new", "updated", "unchanged", "kept (edited by staff)", KEPT_AS_IT_IS], 0)
        # The articles were written when their facts were checked. Installing the software goes on
        # working after those checks have lapsed; that stops people who publish, not this.
        with as_of(loader.closed_on):
            # The English ones first: the Korean ones are translations of them.
            for path in sorted(CONTENT.glob("??/*.md")):
                try:
                    counts[self._load(path)] += 1
                except (IntegrityError, publishing.Refused) as error:
                    raise CommandError(f"{path.relative_to(CONTENT)}: {error}") from error
            relate()
            if settings.DEMONSTRATION:
                have_the_law_read(loader.closed_on)
        if options["verbosity"]:
            for what, numbers in (("Evidence and register", evidence), ("Articles", counts)):
                said = ", ".join(f"{count} {word}" for word, count in numbers.items())
                self.stdout.write(f"{what}: {said}.")

    def _load(self, path: Path) -> str:
        """Bring one file into the database and say what became of it."""
        try:
            shipped = read(path)
        except (ValueError, KeyError, yaml.YAMLError) as error:
            raise CommandError(f"{path.relative_to(CONTENT)}: {error}") from error
        article = shipped.article
        same = Q(plan=article.plan) | Q(slug=article.slug)
        stored = Article.objects.filter(same, language=article.language).order_by("-plan").first()
        try:
            rendered = render_text(article, article.language)
        except (UnknownFact, RenderingError) as error:
            if stored is None:
                raise CommandError(f"{shipped.name}: {error}") from error
            # Staff took a fact back that it cites: theirs to mend, and no reason not to start.
            self.stderr.write(f"{shipped.name} stays as it is: {error}")
            return KEPT_AS_IT_IS

        if stored is None:
            self._bring_in(shipped)
            return "new"
        if stored.edited_by_staff or stored.status not in (Status.PUBLISHED, Status.DRAFT):
            return "kept (edited by staff)"
        last = stored.latest_publication()
        same_text = all(getattr(stored, name) == getattr(article, name) for name in WRITTEN)
        same_page = last is None or all(
            getattr(last, name) == value for name, value in vars(rendered).items()
        )
        if same_text and same_page:
            return "unchanged"
        for name in WRITTEN:
            setattr(stored, name, getattr(article, name))
        stored.shipped_digest = article.shipped_digest
        stored.save()
        if last is not None:
            show(stored)
        return "updated"

    def _bring_in(self, shipped: Shipped) -> None:
        article = shipped.article
        original = Article.objects.filter(plan=article.plan, translation_of=None).first()
        if original and original.language != article.language:
            article.translation_of = original
            article.translated_from = original.latest_revision()
        article.topic = Topic.objects.filter(key=plan_of(article).get("topic")).first()
        article.save()
        people = {person.key: person for person in Person.objects.all()}
        for role, keys in shipped.credits.items():
            for key in keys:
                Credit.objects.create(article=article, person=people[key], role=role)
        if settings.DEMONSTRATION:
            show(article)


def show(article: Article) -> None:
    """Sign and publish an article by the invented people of the demonstration."""
    publishing.submit(article, by=None)
    for person in publishing.reviewers_waiting(article):
        publishing.sign(article, person=person, by=None)
    publishing.publish(
        article, by=None, change_kind=ChangeKind.UPDATE, change_note=WITH_THE_SOFTWARE, shipped=True
    )


def have_the_law_read(day: date) -> None:
    """Record a reading by the invented lawyer of the demonstration wherever none is on record."""
    for scope in Scope.values:
        if LegalReview.objects.latest_on(scope) is None:
            LegalReview.objects.create(
                scope=scope,
                reviewer="Demonstration lawyer (invented)",
                reviewed_on=day,
                looked_at="Nothing: no lawyer has read this. The demonstration goes on as if one had.",
                is_demonstration=True,
            )


def relate() -> None:
    """Name the related pages of each article that has none yet, in its own language."""
    by_plan = {(row.plan, row.language): row for row in Article.objects.prefetch_related("related")}
    for (plan, language), article in by_plan.items():
        if not article.shipped_digest or article.related.all():
            continue
        wanted = plans()["plans"].get(plan, {}).get("related", [])
        article.related.set(by_plan[name, language] for name in wanted if (name, language) in by_plan)


def read(path: Path) -> Shipped:
    """Return the article of a Markdown file with front matter, not saved."""
    _, front, body = path.read_text("utf-8").split("---\n", 2)
    matter: dict[str, Any] = yaml.safe_load(front)
    article = Article(
        language=path.parent.name,
        slug=path.stem,
        plan=matter["plan"],
        kind=matter["kind"],
        title=matter["title"],
        summary=matter["summary"],
        in_short="".join(f"{line}\n" for line in matter.get("in_short", [])),
        body=body.strip() + "\n",
    )
    article.shipped_digest = article.digest
    credits = {role: matter.get(name, []) for name, role in CREDITS.items()}
    return Shipped(article, credits, path)
