"""What the site publishes: one row per article and language."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .. import rendering
from ..evidence import UnknownFact, ledger


class Language(models.TextChoices):
    ENGLISH = "en", _("English")
    KOREAN = "ko", _("Korean")


class Kind(models.TextChoices):
    """What an article is about; it decides which rules and panels it carries."""

    CONDITION = "condition", _("condition")
    STANDARD_CARE = "standard_care", _("standard care")
    TREATMENT = "treatment", _("stem cell treatment")
    RELATED = "related", _("related to the treatment")
    REFERENCE = "reference", pgettext_lazy("kind of article", "reference")


WITH_SUMMARY = {Kind.TREATMENT, Kind.RELATED}

# What staff write. The loader compares these, and only these, to see whether staff edited.
WRITTEN = ["kind", "slug", "title", "summary", "in_short", "body", "written_by", "reviewed_by"]
WRITTEN += ["reviewed_on", "next_review_on", "version", "change_note"]


class ArticleQuerySet(models.QuerySet):
    def published(self):
        """Keep what the public may see. Nothing else decides that."""
        return self.filter(published_at__lte=timezone.now())

    def for_readers_of(self, language):
        """Keep one row per article: the one in `language`, or else the original in English."""
        translated = Article.objects.published().filter(slug=OuterRef("slug"), language=language)
        return self.filter(Q(language=language) | Q(language=Language.ENGLISH) & ~Exists(translated))


class Article(models.Model):
    """A page of health information in one language."""

    language = models.CharField(_("language"), max_length=2, choices=Language)
    slug = models.SlugField(_("address"), max_length=100, help_text=_("The same in every language."))
    plan = models.CharField(
        _("plan"), max_length=3, blank=True, help_text=_("Its number in the content plan, such as A04.")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(
        _("summary"), max_length=200, help_text=_("One or two sentences that answer the page's question.")
    )
    in_short = models.TextField(
        _("in short"),
        blank=True,
        help_text=_(
            "Up to three points, one a line. Pages about the treatment get the standard summary instead."
        ),
    )
    body = models.TextField(
        _("text"),
        help_text=_("Markdown. [F31] cites a fact; {panel medicines} on its own line inserts a statement."),
    )
    written_by = models.CharField(_("written by"), max_length=120)
    reviewed_by = models.CharField(_("medically reviewed by"), max_length=120)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    change_note = models.CharField(_("what changed"), max_length=200, blank=True)
    reviewed_on = models.DateField(_("last reviewed"))
    next_review_on = models.DateField(_("next review due"))
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

    def save(self, **kwargs):
        self.render()
        super().save(**kwargs)

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
    def digest(self):
        """A fingerprint of what staff write."""
        text = "\0".join(str(getattr(self, name)) for name in WRITTEN)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def edited_by_staff(self):
        return self.digest != self.shipped_digest
