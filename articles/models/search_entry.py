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
    def pages(self):
        """Keep the entries that stand for a whole page."""
        return self.filter(position=0)

    def public(self):
        """Keep what belongs to the pages in lists: see Publication, which alone decides it."""
        return self.filter(publication__in=Publication.objects.public().listed())


class SearchEntry(models.Model):
    """A page (position 0), its opening (1) or one of its sections. Written by articles.indexing only."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="search_entries")
    language = models.CharField(max_length=2, choices=Language)
    position = models.PositiveSmallIntegerField()
    anchor = models.CharField(max_length=200, blank=True)
    heading = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    words = SearchVectorField()
    # Of a page: its words as they are written, for "did you mean".
    spellings: ArrayField = ArrayField(models.TextField(), default=list)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "search entry"
        verbose_name_plural = "search entries"
        ordering = ["publication", "position"]
        triggers = restamps("search_entry")
        indexes = [
            GinIndex(fields=["words"], condition=Q(position=0), name="search_entry_words", fastupdate=False)
        ]
        constraints = [
            models.UniqueConstraint(fields=["publication", "position"], name="search_entry_once"),
            models.CheckConstraint(
                name="search_entry_language_known", condition=Q(language__in=Language.values)
            ),
        ]

    def __str__(self):
        return self.heading or f"{self.publication_id}/{self.position}"
