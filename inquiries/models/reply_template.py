"""Texts that replies begin with. inquiries/desk/replies.py fills them."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.invisible import VISIBLE, VISIBLE_LINES
from articles.models import Language

from .. import wording

# What may stand in {braces}; staff see it filled before they send.
VARIABLES = ["preferred_name", "reference", "reply_by", "clinic_name", "clinic_phone", "follow_up_link"]
PLACE = re.compile(r"{([^{}]*)}")


class ReplyTemplateQuerySet(models.QuerySet):
    def for_inquiry(self, inquiry):
        """Keep what may answer it, in its language; what is for its topic first."""
        fits = self.filter(language=inquiry.language, topic__in=["", inquiry.topic], retired=False)
        return fits.order_by("-topic", "name", "pk")


class ReplyTemplate(models.Model):
    """What a reply may begin with, in one language, for one topic or any."""

    name = models.CharField(_("name"), max_length=80, validators=VISIBLE)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    topic = models.CharField(_("topic"), max_length=16, blank=True, help_text=_("Empty: for any topic."))
    body = models.TextField(
        _("text"),
        max_length=4000,
        validators=VISIBLE_LINES,
        help_text=_(
            "{preferred_name}, {reference}, {reply_by}, {clinic_name}, {clinic_phone} and {follow_up_link} "
            "are filled in. Where the inquiry is about treatment, the statement on evidence and the link to "
            "the risks are added by themselves."
        ),
    )
    retired = models.BooleanField(_("no longer offered"), default=False)

    objects = ReplyTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")
        ordering = ["language", "topic", "name"]
        constraints = [
            models.UniqueConstraint(fields=["language", "topic", "name"], name="reply_template_once"),
            models.CheckConstraint(
                name="reply_template_language_known", condition=Q(language__in=Language.values)
            ),
            models.CheckConstraint(name="reply_template_says_something", condition=~Q(body="")),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        """Refuse a topic and variables that there are not: they would reach a patient as braces."""
        topics = wording.keyed(wording.keyed(wording.wording()["fields"])["topic"]["options"])
        if self.topic and self.topic not in topics:
            raise ValidationError({"topic": _("There is no such topic.")})
        if unknown := sorted(set(PLACE.findall(self.body)) - set(VARIABLES)):
            message = _("There is no such variable: %(name)s") % {"name": ", ".join(unknown)}
            raise ValidationError({"body": message})
