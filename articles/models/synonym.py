"""Lay words for what the pages call otherwise."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..invisible import VISIBLE_LINES
from ..kept import restamps
from .shipped import Shipped
from .text import Language


class Synonym(Shipped):
    """Whoever searches for one of `words` also finds the pages that have one of `terms`."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    words = models.TextField(
        _("what readers type"),
        validators=VISIBLE_LINES,
        help_text=_("Words or groups of words, with commas between them: jab, shot, needle."),
    )
    terms = models.TextField(
        _("what the pages say"),
        validators=VISIBLE_LINES,
        help_text=_("The same way, in either language: infusion, injection, 주사."),
    )

    WRITTEN = ["language", "words", "terms"]

    class Meta:
        verbose_name = _("words for the search")
        verbose_name_plural = _("words for the search")
        ordering = ["language", "key"]
        triggers = restamps("synonym")
        constraints = [
            models.CheckConstraint(name="synonym_has_both_sides", condition=~Q(words="") & ~Q(terms="")),
            models.CheckConstraint(name="synonym_language_known", condition=Q(language__in=Language.values)),
        ]

    def __str__(self):
        return self.words
