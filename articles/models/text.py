"""What staff write: the words of an article, and of each of its revisions."""

import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


# What staff write. The loader compares these, and only these, to see whether staff edited.
WRITTEN = ["kind", "slug", "title", "summary", "in_short", "body", "written_by", "reviewed_by"]
WRITTEN += ["reviewed_on", "next_review_on", "version", "change_note"]


class ArticleText(models.Model):
    """The part of an article that people write, and that a revision keeps."""

    slug = models.SlugField(_("address"), max_length=100, help_text=_("The same in every language."))
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

    class Meta:
        abstract = True

    @property
    def digest(self):
        """A fingerprint of what staff write."""
        text = "\0".join(str(getattr(self, name)) for name in WRITTEN)
        return hashlib.sha256(text.encode()).hexdigest()
