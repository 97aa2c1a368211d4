"""Whether readers found a page clear, and what they said of it. Nothing tells who they are."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .article import Article
from .text import Language

LONGEST = 1000  # characters
WORDS_KEPT_FOR = timedelta(days=180)


class Clear(models.TextChoices):
    YES = "yes", _("Yes")
    PARTLY = "partly", _("Partly")
    NO = "no", _("No")


class PageFeedbackQuerySet(models.QuerySet):
    def with_words_past_their_time(self, now: datetime | None = None):
        """Keep the answers whose words are to be deleted. The answer itself says nothing of anybody."""
        return self.filter(created_at__lt=(now or timezone.now()) - WORDS_KEPT_FOR).exclude(text="")


class PageFeedback(models.Model):
    """One reader's answer to “Is this page clear?” about one version of an article."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="feedback", verbose_name=_("article"))
    version = models.PositiveIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=2, choices=Language)
    answer = models.CharField(_("clear?"), max_length=6, choices=Clear)
    text = models.TextField(_("what the reader wrote"), blank=True)
    created_at = models.DateTimeField(_("received"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("read by")
    )

    objects = PageFeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to “Is this page clear?”")
        verbose_name_plural = _("Is this page clear? What readers say")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["article", "created_at"], name="feedback_by_page"),
            models.Index("created_at", name="feedback_words_by_age", condition=~Q(text="")),
        ]
        constraints = [
            models.CheckConstraint(name="feedback_answer_known", condition=Q(answer__in=Clear.values)),
            models.CheckConstraint(name="feedback_language_known", condition=Q(language__in=Language.values)),
            models.CheckConstraint(
                name="feedback_text_not_longer", condition=LessThanOrEqual(Length("text"), LONGEST)
            ),
        ]

    def __str__(self):
        return f"{self.article}, {self.version}: {self.get_answer_display()}"
