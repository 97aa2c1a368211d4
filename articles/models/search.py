"""When the literature was last searched, and where."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..evidence import LAST_DAY, not_in_the_future
from ..invisible import VISIBLE_LINES
from ..kept import restamps
from .shipped import Shipped


class SearchRecord(Shipped):
    """A search of the literature and the registries: every "we found no …" names its day."""

    key = models.SlugField(_("key"), max_length=20, unique=True)
    searched_on = models.DateField(_("searched on"), validators=[not_in_the_future])
    searched_en = models.TextField(_("what was searched (English)"), validators=VISIBLE_LINES)
    searched_ko = models.TextField(_("what was searched (Korean)"), validators=VISIBLE_LINES)
    searched_by = models.CharField(_("searched by"), max_length=120)
    note = models.TextField(_("note"), blank=True)

    WRITTEN = ["searched_on", "searched_en", "searched_ko", "searched_by", "note"]

    class Meta:
        verbose_name = _("search record")
        verbose_name_plural = _("search records")
        ordering = ["-searched_on", "-pk"]
        triggers = restamps("search_record")
        constraints = [
            models.CheckConstraint(name="search_record_before_2100", condition=Q(searched_on__lt=LAST_DAY)),
            models.CheckConstraint(
                name="search_record_says_what",
                condition=~Q(searched_en="") & ~Q(searched_ko="") & ~Q(searched_by=""),
            ),
        ]

    def __str__(self):
        return f"{self.searched_on}"

    @property
    def searched(self):
        """What was searched, in the active language."""
        return self.searched_ko if get_language() == "ko" else self.searched_en
