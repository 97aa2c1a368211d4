"""What readers search: the words of each published version, as a whole and section by section."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from ..kept import restamps
from .publication import Publication
from .text import Language


class SearchEntryQuerySet(models.QuerySet):
    def public(self):
        """Keep what belongs to the pages in lists: see Publication, which alone decides it."""
        return self.filter(publication__in=Publication.objects.public().listed().values("pk"))


class SearchEntry(models.Model):
    """The words of a page. Written by articles.indexing only."""

    publication = models.OneToOneField(
        Publication, models.PROTECT, primary_key=True, related_name="search_entry"
    )
    language = models.CharField(max_length=2, choices=Language)
    # Title, summary and headings: a small part of `words`, for a first order among many pages.
    head = SearchVectorField()
    words = SearchVectorField()
    # The words as they are written, for "did you mean".
    spellings: ArrayField = ArrayField(models.TextField(), default=list)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "search entry"
        verbose_name_plural = "search entries"
        triggers = restamps("search_entry")
        indexes = [
            GinIndex(fields=["head"], name="search_entry_head", fastupdate=False),
            GinIndex(fields=["words"], name="search_entry_words", fastupdate=False),
        ]
        constraints = [
            models.CheckConstraint(
                name="search_entry_language_known", condition=Q(language__in=Language.values)
            ),
        ]

    def __str__(self):
        return f"{self.publication_id}"


class SearchSection(models.Model):
    """The opening of a page (position 0) or one of its sections: its words, and its text but for tables."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="search_sections")
    position = models.PositiveSmallIntegerField()
    anchor = models.CharField(max_length=200, blank=True)
    heading = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    words = SearchVectorField()

    class Meta:
        verbose_name = "search section"
        verbose_name_plural = "search sections"
        ordering = ["publication", "position"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "position"], name="search_section_once"),
        ]

    def __str__(self):
        return self.heading or f"{self.publication_id}/{self.position}"
