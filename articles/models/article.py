"""What the site publishes: one row per article and language."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from .. import rendering
from ..evidence import UnknownFact, ledger
from .text import WRITTEN, ArticleText, Kind, Language

WITH_SUMMARY = {Kind.TREATMENT, Kind.RELATED}


class ArticleQuerySet(models.QuerySet):
    def published(self):
        """Keep what the public may see. Nothing else decides that."""
        return self.filter(published_at__lte=timezone.now())

    def for_readers_of(self, language):
        """Keep one row per article: the one in `language`, or else the original in English."""
        translated = Article.objects.published().filter(slug=OuterRef("slug"), language=language)
        return self.filter(Q(language=language) | Q(language=Language.ENGLISH) & ~Exists(translated))


class Article(ArticleText):
    """A page of health information in one language."""

    language = models.CharField(_("language"), max_length=2, choices=Language)
    plan = models.CharField(
        _("plan"), max_length=3, blank=True, help_text=_("Its number in the content plan, such as A04.")
    )
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, help_text=_("Empty: a draft. In the future: scheduled.")
    )

    # Rendered from the above whenever it is saved.
    head_html = models.TextField(editable=False)
    body_html = models.TextField(editable=False)
    contents = models.JSONField(default=list, editable=False)
    references = models.JSONField(default=list, editable=False)
    levels = models.JSONField(default=list, editable=False)
    reading_minutes = models.PositiveSmallIntegerField(default=1, editable=False)

    shipped_digest = models.CharField(
        max_length=64,
        editable=False,
        blank=True,
        help_text="What load_articles last wrote. Another digest now means that staff edited.",
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["plan", "slug", "language"]
        constraints = [
            models.UniqueConstraint(fields=["language", "slug"], name="article_slug_once_per_language"),
            models.UniqueConstraint(
                fields=["language", "plan"], condition=~Q(plan=""), name="article_plan_once_per_language"
            ),
            models.CheckConstraint(name="article_language_known", condition=Q(language__in=Language.values)),
            models.CheckConstraint(name="article_kind_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(
                name="article_reviewer_is_not_author", condition=~Q(written_by=F("reviewed_by"))
            ),
            models.CheckConstraint(
                name="article_next_review_after_last", condition=Q(next_review_on__gt=F("reviewed_on"))
            ),
        ]

    def __str__(self):
        return f"{self.title} ({self.language})"

    @transaction.atomic
    def save(self, *, by=None, restored_from=None, **kwargs):
        """Render, save, and keep a revision of what is new; `by` is None for what came with the software."""
        self.body, self.in_short = _tidy(self.body), _tidy(self.in_short)
        self.render()
        super().save(**kwargs)
        latest = self.revisions.first()
        if latest is None or latest.digest != self.digest:
            self.revisions.create(
                number=latest.number + 1 if latest else 1,
                by=by,
                restored_from=restored_from,
                **{name: getattr(self, name) for name in WRITTEN},
            )

    def get_absolute_url(self):
        """Return the address in the article's own language, whatever the active one is."""
        with translation.override(self.language):
            return reverse("articles:detail", args=[self.slug])

    def clean(self):
        try:
            self.render()
        except (UnknownFact, rendering.RenderingError) as error:
            raise ValidationError({"body": str(error)}) from error

    def render(self):
        """Fill in all that is rendered. Raises UnknownFact or RenderingError for what must be mended."""
        page = rendering.render(
            body=self.body,
            in_short=self.in_short,
            has_summary=self.kind in WITH_SUMMARY,
            language=self.language,
            ledger=ledger(),
        )
        for name, value in vars(page).items():
            setattr(self, name, value)

    @property
    def evidence_levels(self):
        """What each evidence label on this page means, in the active language."""
        return rendering.level_legend(self.levels)

    @property
    def edited_by_staff(self):
        return self.digest != self.shipped_digest


def _tidy(text: str) -> str:
    """Write line breaks in one way: browsers send another than files have."""
    lines = "\n".join(text.splitlines()).strip()
    return f"{lines}\n" if lines else ""
