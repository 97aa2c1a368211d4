"""What articles are sorted by."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..kept import restamps_pages
from .shipped import Shipped


class Topic(Shipped):
    """A subject that readers look under."""

    key = models.SlugField(_("address"), max_length=60, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_ko = models.CharField(_("name (Korean)"), max_length=80)
    summary_en = models.CharField(_("in a sentence (English)"), max_length=200)
    summary_ko = models.CharField(_("in a sentence (Korean)"), max_length=200)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)

    WRITTEN = ["name_en", "name_ko", "summary_en", "summary_ko", "position"]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["position", "key"]
        triggers = restamps_pages("topic", pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete)
        constraints = [
            models.CheckConstraint(
                name="topic_named_in_both_languages", condition=~Q(name_en="") & ~Q(name_ko="")
            )
        ]

    def __str__(self):
        return self.said("name")

    def get_absolute_url(self):
        """Return the address in the active language."""
        return reverse("topic", args=[self.key])

    @property
    def summary(self) -> str:
        return self.said("summary")

    def said(self, name: str) -> str:
        """Return one of the texts in the active language."""
        return getattr(self, f"{name}_{'ko' if get_language() == 'ko' else 'en'}")
