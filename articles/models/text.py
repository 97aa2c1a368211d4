"""What staff write: the words of an article, of each of its revisions, and of what was published."""

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


WITH_SUMMARY = {Kind.TREATMENT, Kind.RELATED}

# What the treatment is called; a page that says one of these shows where it stands.
TREATMENT_NAMES = ("stem cell", "stem-cell", "줄기세포")

# The clinical text: what a reviewer signs. Whatever of it changes has to be signed again.
CLINICAL = ["kind", "title", "summary", "in_short", "body"]
# What staff write, and a revision keeps. An address can change without a new review.
WRITTEN = ["slug", *CLINICAL]


class ArticleText(models.Model):
    """The words of an article in one language, wherever they are kept."""

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

    class Meta:
        abstract = True

    @property
    def digest(self):
        """A fingerprint of what staff write."""
        return self._fingerprint(WRITTEN)

    @property
    def clinical_digest(self):
        """A fingerprint of the clinical text: the SHA-256 of what a reviewer signs."""
        return self._fingerprint(CLINICAL)

    @property
    def has_summary(self):
        """Whether the page opens with the standard summary instead of points of its own."""
        return self.kind in WITH_SUMMARY

    @property
    def names_the_treatment(self):
        """Whether the page is about stem cell treatment, or speaks of it."""
        words = " ".join([self.title, self.summary, self.in_short, self.body]).casefold()
        return self.has_summary or any(name in words for name in TREATMENT_NAMES)

    def tidy(self):
        """Write line breaks in one way: browsers send another than files have."""
        for name in ("body", "in_short"):
            lines = "\n".join(getattr(self, name).splitlines()).strip()
            setattr(self, name, f"{lines}\n" if lines else "")

    def _fingerprint(self, names):
        text = "\0".join(str(getattr(self, name)) for name in names)
        return hashlib.sha256(text.encode()).hexdigest()


def clinical_digest_in_sql(row: str) -> str:
    """Return what the database reckons `clinical_digest` by, for the triggers that compare it."""
    parts = [f"convert_to({row}.{name}, 'UTF8')" for name in CLINICAL]
    return "encode(sha256(" + r" || '\x00'::bytea || ".join(parts) + "), 'hex')"
