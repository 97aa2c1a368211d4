"""Every saved text of an article. Rows of this file are written once."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..append_only import append_only
from .article import Article
from .text import ArticleText


class Revision(ArticleText):
    """What an article said from one save to the next: who saved it, and when."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    restored_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["-number"]
        triggers = append_only("revision")
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once_per_article"),
            models.CheckConstraint(name="revision_numbers_from_one", condition=models.Q(number__gte=1)),
        ]

    def __str__(self):
        return f"{self.article_id} ({self.number})"
