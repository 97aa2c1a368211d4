"""Who writes and reviews: the people whose names stand under an article, and what they did for it."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..kept import restamps_pages
from .shipped import Shipped


class Person(Shipped):
    """Somebody who signs for what the site says."""

    key = models.SlugField(
        _("address"),
        max_length=60,
        unique=True,
        help_text=_("Small letters and hyphens, such as jin-park. It cannot be changed later."),
    )
    name_en = models.CharField(_("name (English)"), max_length=100)
    name_ko = models.CharField(_("name (Korean)"), max_length=100)
    role_en = models.CharField(_("position (English)"), max_length=120)
    role_ko = models.CharField(_("position (Korean)"), max_length=120)
    qualification_en = models.CharField(
        _("qualification (English)"),
        max_length=200,
        blank=True,
        help_text=_("As on the licence: “Specialist in psychiatry”, not “leading expert”."),
    )
    qualification_ko = models.CharField(_("qualification (Korean)"), max_length=200, blank=True)
    licence_body_en = models.CharField(
        _("licensed by (English)"),
        max_length=200,
        blank=True,
        help_text=_("The body that gave the licence. Who reviews needs it and a qualification."),
    )
    licence_body_ko = models.CharField(_("licensed by (Korean)"), max_length=200, blank=True)
    works_for_clinic = models.BooleanField(
        _("works for the clinic"),
        default=True,
        help_text=_("Readers are told. Some articles need a reviewer who does not."),
    )
    interests_en = models.TextField(
        _("interests (English)"),
        help_text=_("What readers should know: who pays, shares, fees, patents. “None” is an answer."),
    )
    interests_ko = models.TextField(_("interests (Korean)"))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="person",
        verbose_name=_("staff account"),
        help_text=_(
            "Who signs in with it signs as this person. Empty for somebody outside: they read by a preview "
            "link, and an editor enters the signature that they gave on paper."
        ),
        error_messages={"unique": _("That account belongs to somebody else already.")},
    )
    is_demonstration = models.BooleanField(_("invented for the demonstration"), default=False, editable=False)

    SAID = ["name", "role", "qualification", "licence_body", "interests"]
    WRITTEN = [f"{name}_{language}" for name in SAID for language in ("en", "ko")]
    WRITTEN += ["works_for_clinic", "is_demonstration"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["key"]
        triggers = [
            *restamps_pages("person", pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete),
            # Otherwise somebody could be parted from their account, and signed for on paper.
            pgtrigger.Trigger(
                name="person_keeps_the_account",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__user__isnull=False)
                & pgtrigger.Q(old__user__df=pgtrigger.F("new__user")),
                func="RAISE EXCEPTION 'person_keeps_the_account' USING ERRCODE = 'check_violation';",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="person_named_in_both_languages", condition=~Q(name_en="") & ~Q(name_ko="")
            ),
            models.CheckConstraint(
                name="person_says_their_interests",
                condition=~Q(interests_en="") & ~Q(interests_ko=""),
            ),
        ]

    def __str__(self):
        return self.said("name")

    def get_absolute_url(self):
        """Return the address in the active language. There is a page while readers see this person's work."""
        return reverse("person", args=[self.key])

    def said(self, name: str, language: str | None = None) -> str:
        """Return one of the texts in a language (default: the active one)."""
        return getattr(self, f"{name}_{'ko' if (language or get_language()) == 'ko' else 'en'}")

    def as_printed(self, role: str, language: str) -> dict[str, Any]:
        """Return what a published page says of the person, as plain data."""
        said = {name: self.said(name, language) for name in self.SAID}
        return {
            "credit": role,
            "key": self.key,
            "works_for_clinic": self.works_for_clinic,
            "is_demonstration": self.is_demonstration,
            **said,
        }


class Role(models.TextChoices):
    """What a person does for an article."""

    AUTHOR = "author", _("author")
    REVIEWER = "reviewer", _("clinical reviewer")
    TRANSLATOR = "translator", _("translator")
    CHECKER = "checker", _("checker of the translation")


class Credit(models.Model):
    """What one person did for one article."""

    article = models.ForeignKey("Article", models.CASCADE, related_name="credits")
    person = models.ForeignKey(Person, models.PROTECT, related_name="credits", verbose_name=_("person"))
    role = models.CharField(_("as"), max_length=10, choices=Role)

    class Meta:
        verbose_name = _("author or reviewer")
        verbose_name_plural = _("authors and reviewers")
        ordering = ["role", "pk"]
        constraints = [
            models.CheckConstraint(name="credit_role_known", condition=Q(role__in=Role.values)),
            models.UniqueConstraint(
                fields=["article", "person"],
                condition=Q(role__in=[Role.AUTHOR, Role.REVIEWER]),
                name="credit_author_is_not_reviewer",
                violation_error_message=_("Nobody reviews what they wrote. Name somebody else."),
            ),
            models.UniqueConstraint(
                fields=["article", "person"],
                condition=Q(role__in=[Role.TRANSLATOR, Role.CHECKER]),
                name="credit_translator_is_not_checker",
                violation_error_message=_("Nobody checks their own translation. Name somebody else."),
            ),
            models.UniqueConstraint(fields=["article", "person", "role"], name="credit_once"),
        ]
        triggers = [
            # Whoever signed the text that stands cannot be made its author afterwards.
            pgtrigger.Trigger(
                name="credit_signer_is_not_author",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__role__in=[Role.AUTHOR, Role.TRANSLATOR]),
                func="""
                    -- Whoever signs or names somebody at the same moment waits here.
                    PERFORM FROM articles_article WHERE id = NEW.article_id FOR NO KEY UPDATE;
                    IF EXISTS (
                        SELECT FROM articles_signature AS signature
                        JOIN articles_article AS article ON article.id = signature.article_id
                        WHERE signature.article_id = NEW.article_id AND signature.person_id = NEW.person_id
                        AND signature.signed_at >= article.submitted_at
                        AND article.status <> 'draft'
                    ) THEN
                        RAISE EXCEPTION 'credit_signer_is_not_author' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()}: {self.person}"
