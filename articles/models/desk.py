"""What staff say about an article while they work on it: steps, answers, exemptions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..append_only import append_only
from .article import Article
from .revision import Revision
from .workflow import Status, Step

LEAST_REASON = 10  # characters, of an answer to a warning and of a reason for a word
MOST_REASON = 300
SAYS_SOMETHING = rf"\S.{{{LEAST_REASON - 2},}}\S"


class LeaveRefused(Exception):
    """Leave that cannot be given or taken back now; the message is for whoever tried."""


class ArticleEvent(models.Model):
    """One step that somebody took. Written once."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="events")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    step = models.CharField(_("step"), max_length=9, choices=Step)
    became = models.CharField(_("status"), max_length=9, choices=Status)
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["-at", "-pk"]
        triggers = append_only("article_event")
        constraints = [
            models.CheckConstraint(name="article_event_step_known", condition=Q(step__in=Step.values)),
            models.CheckConstraint(name="article_event_status_known", condition=Q(became__in=Status.values)),
        ]

    def __str__(self):
        return f"{self.get_step_display()}, {self.by or '–'}"


class WarningAnswer(models.Model):
    """What somebody answers to a warning of the rules; it holds for that warning in those words."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="warning_answers")
    key = models.CharField(max_length=16)
    code = models.CharField(_("rule"), max_length=4)
    about = models.TextField(_("warning"))
    text = models.CharField(_("answer"), max_length=MOST_REASON)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("answer to a warning")
        verbose_name_plural = _("answers to warnings")
        ordering = ["-at", "-pk"]
        triggers = append_only("warning_answer")
        constraints = [
            models.CheckConstraint(
                name="warning_answer_says_something", condition=Q(text__regex=SAYS_SOMETHING)
            )
        ]

    def __str__(self):
        return f"{self.code}: {self.text}"


class WordExemption(models.Model):
    """Leave to use a blocked word in a sentence that denies or questions it: one asks, another allows."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="word_exemptions")
    word = models.CharField(_("word"), max_length=60)
    reason = models.CharField(_("reason"), max_length=MOST_REASON)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(default=timezone.now)
    allowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("allowed by"),
    )
    allowed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("leave to use a word")
        verbose_name_plural = _("leave to use words")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "word"], name="word_exemption_once_per_article"),
            models.CheckConstraint(
                name="word_exemption_says_why", condition=Q(reason__regex=SAYS_SOMETHING) & ~Q(word="")
            ),
            models.CheckConstraint(
                name="word_exemption_allowed_by_another",
                condition=Q(allowed_by=None) | ~Q(allowed_by=F("asked_by")),
                violation_error_message=_("Somebody else has to allow it."),
            ),
            models.CheckConstraint(
                name="word_exemption_allowed_at_a_time",
                condition=Q(allowed_by=None, allowed_at=None)
                | Q(allowed_by__isnull=False, allowed_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"“{self.word}”"

    def allow(self, *, by):
        """Let the word stand where its sentence denies or questions it. Raises LeaveRefused."""
        if by.pk == self.asked_by_id:
            raise LeaveRefused(_("You asked for this yourself. Somebody else has to allow it."))
        if self.article.had_a_hand_in_it(by):
            raise LeaveRefused(_("You had a hand in this text yourself. Somebody else has to allow it."))
        waiting = WordExemption.objects.filter(pk=self.pk, allowed_by=None)
        if not waiting.update(allowed_by=by, allowed_at=timezone.now()):
            raise LeaveRefused(_("Somebody was faster: this is decided already, or was taken back."))
        self.refresh_from_db()

    def take_back(self, *, by):
        """Forget what was asked and not yet allowed. Raises LeaveRefused."""
        if by.pk != self.asked_by_id:
            raise LeaveRefused(_("Only the person who asked can take it back."))
        deleted, _rows = WordExemption.objects.filter(pk=self.pk, allowed_by=None).delete()
        if not deleted:
            raise LeaveRefused(_("Somebody was faster: this is decided already, or was taken back."))
