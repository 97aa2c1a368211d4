"""Load the evidence, the register and the articles that ship with the software."""

from pathlib import Path

import yaml
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from articles.dates import add_months
from articles.evidence import CONTENT, UnknownFact, as_of
from articles.models import WRITTEN, Article
from articles.rendering import RenderingError
from articles.shipped import Loader

# What rendering makes of the text: it changes with the fact base, even where the text does not.
RENDERED = ["head_html", "body_html", "contents", "references", "levels", "reading_minutes"]


KEPT_AS_IT_IS = "kept (its evidence changed)"


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
            for path in sorted(CONTENT.glob("??/*.md")):
                try:
                    counts[self._load(path)] += 1
                except IntegrityError as error:
                    raise CommandError(f"{path.relative_to(CONTENT)}: {error}") from error
        if options["verbosity"]:
            for what, numbers in (("Evidence and register", evidence), ("Articles", counts)):
                said = ", ".join(f"{count} {word}" for word, count in numbers.items())
                self.stdout.write(f"{what}: {said}.")

    def _load(self, path: Path) -> str:
        """Bring one file into the database and say what became of it."""
        name = path.relative_to(CONTENT)
        try:
            shipped = read(path)
        except (ValueError, KeyError, yaml.YAMLError) as error:
            raise CommandError(f"{name}: {error}") from error
        same = Q(plan=shipped.plan) | Q(slug=shipped.slug)
        stored = Article.objects.filter(same, language=shipped.language).order_by("-plan").first()
        try:
            shipped.render()
        except (UnknownFact, RenderingError) as error:
            if stored is None:
                raise CommandError(f"{name}: {error}") from error
            # Staff took a fact back that it cites: theirs to mend, and no reason not to start.
            self.stderr.write(f"{name} stays as it is: {error}")
            return KEPT_AS_IT_IS

        if stored is None:
            shipped.save()
            return "new"
        if stored.edited_by_staff:
            return "kept (edited by staff)"
        if all(getattr(stored, name) == getattr(shipped, name) for name in WRITTEN + RENDERED):
            return "unchanged"
        shipped.pk, shipped.published_at = stored.pk, stored.published_at
        shipped.save()
        return "updated"


def read(path: Path) -> Article:
    """Return the article of a Markdown file with front matter, not saved."""
    _, front, body = path.read_text("utf-8").split("---\n", 2)
    matter = yaml.safe_load(front)
    article = Article(
        language=path.parent.name,
        slug=path.stem,
        plan=matter["plan"],
        kind=matter["kind"],
        title=matter["title"],
        summary=matter["summary"],
        in_short="".join(f"{line}\n" for line in matter.get("in_short", [])),
        body=body.strip() + "\n",
        written_by=matter["written_by"],
        reviewed_by=matter["reviewed_by"],
        reviewed_on=matter["reviewed_on"],
        next_review_on=add_months(matter["reviewed_on"], matter["review_months"]),
        published_at=timezone.now(),
    )
    article.shipped_digest = article.digest
    return article
