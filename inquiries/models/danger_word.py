"""The list of words that may mean danger, as clinicians keep it, and who changed what in it."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from articles.append_only import append_only
from articles.invisible import VISIBLE, VISIBLE_LINES
from articles.kept import restamps
from articles.models import Language
from articles.models.shipped import Shipped

from ..screening.danger import PhraseRefused, phrase_of

LONGEST_LINE = 400


class Category(models.TextChoices):
    LIFE = "T0", _("T0: possible danger to life")
    UNWELL = "T1", _("T1: unwell after a treatment")


class DangerWord(Shipped):
    """Phrases that mean the same danger. How they are written: inquiries/screening/danger.py."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    category = models.CharField(_("category"), max_length=2, choices=Category)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    name_en = models.CharField(_("what staff are told (English)"), max_length=80, validators=VISIBLE)
    name_ko = models.CharField(_("what staff are told (Korean)"), max_length=80, validators=VISIBLE)
    phrases = models.TextField(
        _("phrases"),
        validators=VISIBLE_LINES,
        help_text=_(
            "One in a line. “want/wish to die” stands for either word, “…” for up to four other words, "
            "“overdos*” for any ending. Slips, capitals, Korean spacing and Korean endings take care of "
            "themselves. “|” in front of a Korean phrase: a word begins there."
        ),
    )
    unless = models.TextField(
        _("innocent phrases"),
        blank=True,
        validators=VISIBLE_LINES,
        help_text=_("A phrase does not count where one of these touches it: “dying to know”."),
    )
    needs = models.TextField(
        _("only together with"),
        blank=True,
        validators=VISIBLE_LINES,
        help_text=_("If there are any, one of these must stand somewhere in the same message."),
    )
    off_because = models.CharField(
        _("switched off because"),
        max_length=300,
        blank=True,
        validators=VISIBLE,
        help_text=_("Empty: in force. With a reason, none of these phrases is looked for."),
    )

    WRITTEN = ["category", "language", "name_en", "name_ko", "phrases", "unless", "needs", "off_because"]

    class Meta:
        verbose_name = _("words of danger")
        verbose_name_plural = _("words of danger")
        ordering = ["category", "language", "key"]
        triggers = restamps("danger_word")
        constraints = [
            models.CheckConstraint(
                name="danger_word_category_known", condition=Q(category__in=Category.values)
            ),
            models.CheckConstraint(
                name="danger_word_language_known", condition=Q(language__in=Language.values)
            ),
            models.CheckConstraint(name="danger_word_has_phrases", condition=~Q(phrases="")),
        ]

    def __str__(self):
        return self.name_ko if get_language() == "ko" else self.name_en

    def clean(self):
        """Refuse what would be found everywhere or nowhere, with the line."""
        wrong = {}
        for name in ("phrases", "unless", "needs"):
            for line in filter(str.strip, getattr(self, name).splitlines()):
                try:
                    if len(line) > LONGEST_LINE:
                        raise PhraseRefused(line[:40])
                    phrase_of(line, self.language)
                except PhraseRefused as refused:
                    message = _(
                        "This phrase cannot be looked for, it is too short, too long or empty: %(line)s"
                    )
                    wrong[name] = ValidationError(message, "phrase", {"line": str(refused)})
        if wrong:
            raise ValidationError(wrong)

    # Changes

    def written(self) -> dict[str, str]:
        """Return what a change of must be written down, as it is now."""
        return {name: getattr(self, name) for name in self.WRITTEN}

    def record(self, was: dict[str, str], *, reason: str, by=None):
        """Write down what differs from `was`; by nobody when it came with the software."""
        DangerWordChange.objects.bulk_create(
            DangerWordChange(word=self, field=name, was=was.get(name, ""), became=now, reason=reason, by=by)
            for name, now in self.written().items()
            if was.get(name, "") != now
        )

    @transaction.atomic
    def change(self, was: dict[str, str], *, reason: str, by):
        """Save what a clinician wrote, together with who did it and why."""
        self.save()
        self.record(was, reason=reason, by=by)


class DangerWordChange(models.Model):
    """Who changed which words of danger, from what to what, and why."""

    word = models.ForeignKey(
        DangerWord, models.PROTECT, related_name="changes", verbose_name=_("words of danger")
    )
    field = models.CharField(_("what changed"), max_length=11)
    was = models.TextField(_("was"), blank=True)
    became = models.TextField(_("became"), blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Nobody: it came with the software."),
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("change of the words of danger")
        verbose_name_plural = _("changes of the words of danger")
        ordering = ["-at", "-pk"]
        triggers = append_only("danger_word_change")
        constraints = [
            models.CheckConstraint(
                name="danger_word_change_field_known", condition=Q(field__in=DangerWord.WRITTEN)
            ),
            models.CheckConstraint(name="danger_word_change_says_why", condition=~Q(reason="")),
            models.CheckConstraint(name="danger_word_change_changes", condition=~Q(was=F("became"))),
        ]

    def __str__(self):
        return str(DangerWord._meta.get_field(self.field).verbose_name)
