"""Where facts come from."""

import re

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .. import evidence as ledger
from ..invisible import VISIBLE
from ..kept import restamps
from .shipped import Shipped

SOURCE_KEY = r"^S\d{2,3}$"
KOREAN = ["authors", "title", "venue"]  # what a source may have in Korean too
DOI = r"^10\.\d{4,9}/[!-~]+$"


def bare_doi(pasted: str) -> str:
    """Return a DOI without the address or the label with which people copy it."""
    return re.sub(
        r"^\s*(?:https?://)?(?:(?:dx\.)?doi\.org/|doi:\s*)", "", pasted, flags=re.IGNORECASE
    ).strip()


class Verified(models.TextChoices):
    YES = "yes", _("checked against the source")
    MEMORY = "memory", _("recalled, not checked yet")


class SourceQuerySet(models.QuerySet):
    def followable(self):
        """Keep what a reader can open or look up: a link, a DOI or the number of a statute or case."""
        return self.exclude(doi="", url="", reference="").filter(retracted=False)


class Source(Shipped):
    """Where a fact comes from."""

    key = models.CharField(_("number"), max_length=4, unique=True, validators=[RegexValidator(SOURCE_KEY)])
    authors = models.CharField(_("authors"), max_length=300, blank=True, validators=VISIBLE)
    authors_ko = models.CharField(_("authors (Korean)"), max_length=300, blank=True, validators=VISIBLE)
    title = models.CharField(_("title"), max_length=400, validators=VISIBLE)
    title_ko = models.CharField(
        _("title (Korean)"),
        max_length=400,
        blank=True,
        validators=VISIBLE,
        help_text=_("Of a Korean law, authority or page: its own name. Korean readers see it."),
    )
    venue = models.CharField(_("published in"), max_length=200, validators=VISIBLE)
    venue_ko = models.CharField(_("published in (Korean)"), max_length=200, blank=True, validators=VISIBLE)
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    doi = models.CharField(
        "DOI",
        max_length=100,
        blank=True,
        validators=[
            RegexValidator(DOI, _("A DOI reads 10.1000/182: 10, a dot, digits, a slash, and the rest."))
        ],
        help_text=_("Such as 10.1000/182. The address that leads to it may be pasted."),
    )
    pmid = models.CharField("PubMed", max_length=12, blank=True)
    url = models.URLField(_("link"), max_length=400, blank=True)
    reference = models.CharField(
        _("statute or case"),
        max_length=100,
        blank=True,
        validators=VISIBLE,
        help_text=_("Its number, where there is no link."),
    )
    retracted = models.BooleanField(_("retracted or withdrawn"), default=False)
    retraction_note = models.CharField(_("about the retraction"), max_length=300, blank=True)
    verified = models.CharField(_("checked"), max_length=6, choices=Verified)
    note = models.TextField(_("note"), blank=True)

    objects = SourceQuerySet.as_manager()

    WRITTEN = ["authors", "authors_ko", "title", "title_ko", "venue", "venue_ko", "year", "doi", "pmid"]
    WRITTEN += ["url", "reference", "retracted", "retraction_note", "verified", "note"]

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["key"]
        triggers = restamps("source")
        constraints = [
            models.CheckConstraint(name="source_key_form", condition=Q(key__regex=SOURCE_KEY)),
            models.CheckConstraint(name="source_doi_form", condition=Q(doi="") | Q(doi__regex=DOI)),
            models.CheckConstraint(name="source_year_likely", condition=Q(year__range=(1900, 2100))),
            models.CheckConstraint(name="source_verified_known", condition=Q(verified__in=Verified.values)),
            models.CheckConstraint(
                name="source_retraction_explained",
                condition=Q(retracted=False) | ~Q(retraction_note=""),
                violation_error_message=_("Say who retracted it, when, and why."),
            ),
        ]

    def __str__(self):
        return f"{self.key} {self.title}"

    @property
    def entry(self) -> ledger.Source:
        """The source as articles cite it."""
        url = f"https://doi.org/{self.doi}" if self.doi else self.url
        fields = (self.key, self.authors, self.title, self.venue, self.year, url)
        korean = {name: text for name in KOREAN if (text := getattr(self, f"{name}_ko"))}
        return ledger.Source(
            *fields,
            reference=self.reference,
            retracted=self.retracted,
            in_korean=tuple(korean.items()),
        )
