"""What readers see: each published version of an article, as it was. Rows are written once."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from .. import evidence
from ..append_only import append_only
from ..kept import restamps_pages
from .article import Article
from .interest import InterestStatement
from .person import Role
from .revision import Revision
from .text import ArticleText, Language, clinical_digest_in_sql
from .workflow import Step

GRACE = timedelta(days=30)  # editorial rule C12: how long an overdue page stays in lists
NOTICE = timedelta(days=30)  # how long before a review is due staff are told
DATES_OF_A_CARD = ("reading_minutes", "reviewed_on", "next_review_on")
LEAST_CHANGE_NOTE = 10  # characters, editorial rule C13


class ChangeKind(models.TextChoices):
    """Why there is a new version, in the words that readers see."""

    FIRST = "first", _("First version")
    CORRECTION = "correction", _("Correction")
    UPDATE = "update", _("Update")
    REVIEW = "review", _("Reviewed again, nothing changed")


LATER_KINDS = [kind.value for kind in ChangeKind if kind != ChangeKind.FIRST]


class ReviewState(StrEnum):
    CURRENT = "current"
    OVERDUE = "overdue"  # readers are told
    LAPSED = "lapsed"  # and it leaves lists and search engines


class PublicationQuerySet(models.QuerySet):
    def genuine(self):
        """Leave out what the invented people of the demonstration signed: it shows in no other mode."""
        return self if settings.DEMONSTRATION else self.filter(is_demonstration=False)

    def not_withdrawn(self):
        """Keep the versions whose article was not withdrawn since."""
        return self.filter(Q(article__withdrawn_at=None) | Q(published_at__gt=F("article__withdrawn_at")))

    def reaching_readers(self):
        """Leave out what was replaced or withdrawn before its day came."""
        newer = Publication.objects.genuine().filter(
            article=OuterRef("article"),
            number__gt=OuterRef("number"),
            visible_from__lte=OuterRef("visible_from"),
        )
        withdrawn = apps.get_model("articles", "ArticleEvent").objects.filter(
            article=OuterRef("article"),
            step=Step.WITHDRAW,
            at__gt=OuterRef("published_at"),
            at__lte=OuterRef("visible_from"),
        )
        return self.genuine().filter(~Exists(newer), ~Exists(withdrawn))

    def seen(self):
        """Keep every version that readers ever saw, withdrawn ones too."""
        return self.reaching_readers().filter(visible_from__lte=timezone.now())

    def visible(self):
        """Keep the versions whose day has come and whose article was not withdrawn since."""
        return self.genuine().not_withdrawn().filter(visible_from__lte=timezone.now())

    def scheduled(self):
        """Keep the versions whose day has not come and, as things stand, will come."""
        return self.reaching_readers().not_withdrawn().filter(visible_from__gt=timezone.now())

    def public(self):
        """Keep what readers see: of each article the latest version that is visible.

        Nothing else decides what is public, and nothing has to run for a date to come true.
        """
        newer = Publication.objects.visible().filter(
            article=OuterRef("article"), number__gt=OuterRef("number")
        )
        return self.visible().filter(~Exists(newer)).with_original()

    def with_original(self):
        """Add `original`, which all the languages of an article have in common."""
        return self.annotate(original=Coalesce("article__translation_of_id", "article_id"))

    def listed(self, on: date | None = None):
        """Keep what lists, feeds and search engines may show: not what waits for its review too long."""
        return self.filter(next_review_on__gte=(on or evidence.today()) - GRACE)

    def overdue(self, on: date | None = None):
        """Keep what should have been reviewed again by now."""
        return self.filter(next_review_on__lt=on or evidence.today())

    def due_soon(self, on: date | None = None):
        """Keep what is to be reviewed within the time of notice, and is not overdue."""
        on = on or evidence.today()
        return self.filter(next_review_on__range=(on, on + NOTICE))

    def for_readers_of(self, language: str):
        """Keep one version per article: the one in `language`, or else the one that there is.

        For lists: what may not be listed in one language hides nothing in the other.
        """
        there = Publication.objects.public().listed().filter(language=language)
        return self.filter(Q(language=language) | ~Q(original__in=there.values("original")))

    def few_for_readers_of(self, language: str):
        """Do the same for few versions among many: an index answers for each of them."""
        there = Publication.objects.public().listed().filter(language=language).order_by().values("pk")
        original = there.filter(article=OuterRef("original"))[:1]
        translation = there.filter(article__translation_of=OuterRef("original"))[:1]
        return self.alias(original_there=Subquery(original), translation_there=Subquery(translation)).filter(
            Q(language=language) | Q(original_there=None, translation_there=None)
        )

    def with_counterpart(self):
        """Add `counterpart_slug`: where search engines find the article in the other language, if they do."""
        listed = Publication.objects.public().listed().exclude(language=OuterRef("language")).values("slug")
        original = listed.filter(article=OuterRef("original"))[:1]
        translation = listed.filter(article__translation_of=OuterRef("original"))[:1]
        return self.annotate(counterpart_slug=Coalesce(Subquery(original), Subquery(translation)))

    def for_cards(self):
        """Leave out what a card in a list does not show: the texts are long."""
        return self.only("slug", "language", "title", "summary", *DATES_OF_A_CARD)

    def in_list_order(self):
        return self.order_by("article__plan", "slug")


class Publication(ArticleText):
    """One version of an article, as readers see it from `visible_from` on."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="publications")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=2, choices=Language)
    visible_from = models.DateTimeField(_("readers see it from"), default=timezone.now)
    first_visible_from = models.DateTimeField(_("first published"), default=timezone.now)
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    change_kind = models.CharField(_("kind of change"), max_length=10, choices=ChangeKind)
    change_note = models.CharField(_("what changed"), max_length=300, blank=True)

    reviewed_on = models.DateField(_("last reviewed"))
    next_review_on = models.DateField(_("next review due"))
    signed_digest = models.CharField(max_length=64)
    people = models.JSONField(default=list)
    interest_statement = models.ForeignKey(InterestStatement, models.PROTECT, related_name="+")
    translated_from = models.ForeignKey(Revision, models.PROTECT, null=True, related_name="+")
    is_demonstration = models.BooleanField(default=False)

    # Rendered from the text with the evidence of that day.
    head_html = models.TextField()
    body_html = models.TextField()
    contents_html = models.TextField(blank=True)
    foot_html = models.TextField(blank=True)
    contents = models.JSONField(default=list)
    references = models.JSONField(default=list)
    levels = models.JSONField(default=list)
    reading_minutes = models.PositiveSmallIntegerField(default=1)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-number"]
        triggers = [
            *append_only("publication"),
            *restamps_pages("publication", pgtrigger.Insert),
            pgtrigger.Trigger(
                name="publication_of_signed_words",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=f"""
                    IF NEW.signed_digest <> {clinical_digest_in_sql("NEW")} OR NOT EXISTS (
                        SELECT FROM articles_signature
                        WHERE article_id = NEW.article_id AND digest = NEW.signed_digest
                    ) THEN
                        RAISE EXCEPTION 'publication_of_signed_words' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
        indexes = [models.Index(fields=["slug", "language"], name="publication_by_address")]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="publication_number_once_per_article"),
            models.CheckConstraint(
                name="publication_language_known", condition=Q(language__in=Language.values)
            ),
            models.CheckConstraint(
                name="publication_change_kind_known",
                condition=Q(number=1, change_kind=ChangeKind.FIRST)
                | Q(number__gt=1, change_kind__in=LATER_KINDS),
            ),
            models.CheckConstraint(
                name="publication_next_review_comes_after",
                condition=Q(next_review_on__gt=F("reviewed_on")),
            ),
            models.CheckConstraint(
                name="publication_says_what_changed",
                condition=Q(number=1) | Q(change_note__regex=rf"\S.{{{LEAST_CHANGE_NOTE - 2},}}\S"),
            ),
        ]

    def __str__(self):
        return f"{self.title} ({self.language}, {self.number})"

    def get_absolute_url(self):
        """Return the address in the article's own language, whatever the active one is."""
        with translation.override(self.language):
            return reverse("articles:detail", args=[self.slug])

    @property
    def review_state(self) -> ReviewState:
        today = evidence.today()
        # A preview of what nobody signed has no day yet.
        if self.next_review_on is None or self.next_review_on >= today:
            return ReviewState.CURRENT
        return ReviewState.OVERDUE if self.next_review_on >= today - GRACE else ReviewState.LAPSED

    @property
    def is_medically_reviewed(self) -> bool:
        """Whether a reviewer signed these very words. Computed from them, not remembered."""
        return self.clinical_digest == self.signed_digest

    @property
    def authors(self) -> list[dict[str, Any]]:
        return self._credited(Role.AUTHOR)

    @property
    def reviewers(self) -> list[dict[str, Any]]:
        """Who signed the text; nobody if it is not the text that they signed."""
        return self._credited(Role.REVIEWER) if self.is_medically_reviewed else []

    @property
    def translators(self) -> list[dict[str, Any]]:
        return self._credited(Role.TRANSLATOR)

    @property
    def checkers(self) -> list[dict[str, Any]]:
        return self._credited(Role.CHECKER)

    @property
    def author_names(self) -> str:
        return ", ".join(person["name"] for person in self.authors)

    @property
    def reviewer_names(self) -> str:
        return ", ".join(person["name"] for person in self.reviewers)

    def _credited(self, role: Role) -> list[dict[str, Any]]:
        return [person for person in self.people if person["credit"] == role]
