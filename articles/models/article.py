"""An article as staff work on it: one row per language. What readers see is a Publication of it."""

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from ..kept import restamps_pages
from .person import Role
from .text import CLINICAL, WRITTEN, ArticleText, Kind, Language
from .workflow import TRANSITIONS, Status, Step

# What publishing.py writes, and nothing else does.
WRITTEN_BY_STEPS = ["status", "submitted_at", "reviewed_on", "next_review_on", "interest_statement"]
WRITTEN_BY_STEPS += ["withdrawn_at", "withdrawn_because"]


# What staff work on. The rest of the row decides what readers see: whether it was withdrawn, where it
# stands in lists, and whatever is added to it one day.
NOT_SHOWN = [*WRITTEN, "status", "submitted_at", "reviewed_on", "next_review_on", "interest_statement"]
NOT_SHOWN += ["edits", "translated_from", "shipped_digest"]


# Addresses beside the articles': see urls.py.
RESERVED = {"a-to-z"}


class ArticleQuerySet(models.QuerySet):
    def published(self):
        """Keep what the public may see now: see Publication.objects.public(), which decides it."""
        from .publication import Publication

        return self.filter(pk__in=Publication.objects.public().values("article"))

    def behind_their_original(self):
        """Keep the translations of which `is_behind_its_original` is true; all in one query.

        Adds `original_changed_at`, the moment from which readers see what the original says now.
        """
        from .publication import Publication

        now = Publication.objects.public().filter(article=OuterRef("translation_of"))
        same = now.filter(**{name: OuterRef(f"translated_from__{name}") for name in CLINICAL})
        return self.filter(Exists(now), ~Exists(same)).annotate(
            original_changed_at=Subquery(now.values("visible_from")[:1])
        )


class Article(ArticleText):
    """A page of health information in one language, with the text that staff work on."""

    language = models.CharField(_("language"), max_length=2, choices=Language)
    plan = models.CharField(
        _("plan"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"^A\d\d$")],
        help_text=_(
            "Its number in the content plan, such as A04. It decides how often the page is reviewed, and "
            "whether somebody outside and a lawyer read it."
        ),
    )
    topic = models.ForeignKey(
        "Topic", models.PROTECT, null=True, blank=True, related_name="articles", verbose_name=_("topic")
    )
    people: models.ManyToManyField = models.ManyToManyField(
        "Person", through="Credit", related_name="articles", verbose_name=_("authors and reviewers")
    )
    related: models.ManyToManyField = models.ManyToManyField(
        "self", symmetrical=False, blank=True, verbose_name=_("related pages")
    )

    translation_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="translations",
        verbose_name=_("translation of"),
        help_text=_("Empty for what was written first."),
    )
    translated_from = models.ForeignKey(
        "Revision",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("says what this revision of the original says"),
    )

    edits = models.PositiveIntegerField(default=0, editable=False)  # counts what forms and steps change
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.DRAFT, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    # Of the last publication. The database refuses the status "published" without them.
    reviewed_on = models.DateField(_("last reviewed"), null=True, editable=False)
    next_review_on = models.DateField(_("next review due"), null=True, editable=False)
    interest_statement = models.ForeignKey(
        "InterestStatement", models.PROTECT, null=True, editable=False, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_because = models.CharField(
        _("why it was withdrawn"), max_length=300, blank=True, editable=False
    )

    shipped_digest = models.CharField(
        max_length=64,
        editable=False,
        blank=True,
        help_text="What load_articles last wrote. Another digest now means that staff edited.",
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["plan", "slug", "language"]
        triggers = [
            *restamps_pages("article", pgtrigger.Update, pgtrigger.AnyChange(exclude=NOT_SHOWN)),
            pgtrigger.Trigger(
                name="article_translates_an_original",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__translation_of__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM articles_article WHERE id = NEW.translation_of_id AND id <> NEW.id
                        AND translation_of_id IS NULL AND language <> NEW.language
                    ) THEN
                        RAISE EXCEPTION 'article_translates_an_original' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
        permissions = [
            ("sign_article", "Can sign an article as its clinical reviewer"),
            ("publish_article", "Can publish and withdraw an article"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["language", "slug"], name="article_slug_once_per_language"),
            models.UniqueConstraint(
                fields=["language", "plan"],
                condition=~Q(plan=""),
                name="article_plan_once_per_language",
                violation_error_message=_("Another article in this language has that number."),
            ),
            models.UniqueConstraint(
                fields=["translation_of", "language"],
                name="article_translated_once_per_language",
                violation_error_message=_("This article has a translation into that language already."),
            ),
            models.CheckConstraint(name="article_language_known", condition=Q(language__in=Language.values)),
            models.CheckConstraint(name="article_kind_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="article_status_known", condition=Q(status__in=Status.values)),
            # Editorial rule C10.
            models.CheckConstraint(
                name="article_published_has_dates_and_statement",
                condition=~Q(status=Status.PUBLISHED)
                | Q(
                    reviewed_on__isnull=False,
                    next_review_on__isnull=False,
                    next_review_on__gt=F("reviewed_on"),
                    interest_statement__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="article_withdrawn_says_when_and_why",
                condition=~Q(status=Status.WITHDRAWN)
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because=""),
            ),
            models.CheckConstraint(
                name="article_in_review_since_some_time",
                condition=~Q(status__in=[Status.IN_REVIEW, Status.SIGNED]) | Q(submitted_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.title} ({self.language})"

    @transaction.atomic
    def save(self, *, by=None, restored_from=None, **kwargs):
        """Save, and keep a revision of what is new; `by` is None for what came with the software.

        A changed clinical text is a draft again: whoever signed it signed other words. The address is the
        same in every language: a translation takes its original's, and changes with it.
        """
        self.tidy()
        if self.translation_of:
            self.slug = self.translation_of.slug
        held = self._as_the_steps_left_it()
        latest = self.latest_revision()
        changed = latest is None or latest.digest != self.digest
        if latest and latest.clinical_digest != self.clinical_digest:
            self.status = TRANSITIONS[Status(self.status)][Step.CHANGE]
        elif self.status == Status.PUBLISHED and (
            changed or held and held.translated_from_id != self.translated_from_id
        ):
            # A new address, or the word that a translation follows, is published like a new text, and
            # needs no new signature.
            self.status = Status.SIGNED
        super().save(**kwargs)
        if changed:
            self.revisions.create(
                number=latest.number + 1 if latest else 1,
                by=by,
                restored_from=restored_from,
                **{name: getattr(self, name) for name in WRITTEN},
            )
        if latest and latest.slug != self.slug:
            for translation in self.translations.select_for_update(of=("self",), no_key=True):
                translation.save(by=by)

    def _as_the_steps_left_it(self):
        """Take over what only publishing.py writes: this instance may have been read before a step.

        Returns the stored row, locked; None for a new one.
        """
        held = Article.objects.select_for_update(of=("self",), no_key=True).filter(pk=self.pk).first()
        for name in WRITTEN_BY_STEPS if held else ():
            setattr(self, name, getattr(held, name))
        self.edits = held.edits + 1 if held else 0
        return held

    def clean(self):
        if self.slug in RESERVED:
            raise ValidationError({"slug": _("Another page of the site has that address.")})
        original = self.translation_of
        if original is None:
            self._check_the_address_of_translations()
            return
        if original.translation_of_id:
            raise ValidationError({"translation_of": _("That is a translation itself. Choose its original.")})
        if original.language == self.language:
            raise ValidationError({"translation_of": _("The original is in the same language.")})
        if self.slug != original.slug:
            message = _(
                "The address is the same in every language: here “%(slug)s”. Change it on the original."
            )
            raise ValidationError({"slug": message % {"slug": original.slug}})

    def _check_the_address_of_translations(self):
        languages = self.translations.values("language") if self.pk else []
        family = Q(pk=self.pk) | Q(translation_of=self.pk)
        if Article.objects.filter(language__in=languages, slug=self.slug).exclude(family).exists():
            raise ValidationError(
                {"slug": _("Another article has that address in the language of the translation.")}
            )

    @property
    def original_id(self) -> int:
        """What all the languages of one article have in common."""
        return self.translation_of_id or self.pk

    @property
    def edited_by_staff(self):
        return self.digest != self.shipped_digest

    def problems(self):
        """Return what the editorial rules say of the text that stands: see articles.quality."""
        from ..manuscripts import problems_of  # which reads articles

        return problems_of(self)

    def latest_revision(self):
        return self.revisions.first() if self.pk else None

    def latest_publication(self):
        """Return what was published last, whether readers see it already or not."""
        return self.publications.first() if self.pk else None

    def in_other_language(self):
        """Return the same article in the other language, or None."""
        same = Q(pk=self.original_id) | Q(translation_of=self.original_id)
        return Article.objects.filter(same).exclude(pk=self.pk).first() if self.pk else None

    def credited(self, role: Role):
        """Return the people with one role in this article."""
        return [credit.person for credit in self.credits.all() if credit.role == role]

    def signatures_now(self):
        """Return the signatures that hold: of these very words, since they were last sent to review."""
        if self.submitted_at is None or not self.pk:
            return []
        since = self.signatures.filter(signed_at__gte=self.submitted_at, digest=self.clinical_digest)
        named = self.credits.filter(role=Role.REVIEWER).values("person")
        return list(since.filter(person__in=named).select_related("person"))

    def had_a_hand_in_it(self, user) -> bool:
        """Whether the account is an author's or translator's, or saved any text since the last version.

        Such a person vouches for nothing here: neither for the text nor for a word that is blocked.
        """
        roles = (Role.AUTHOR, Role.TRANSLATOR)
        if self.credits.filter(role__in=roles, person__user=user).exists():
            return True
        published = self.publications.aggregate(latest=models.Max("revision"))["latest"] or 0
        return self.revisions.filter(pk__gt=published, by=user).exists()

    def original_now(self):
        """Return the latest published text of the original, if this is a translation of it."""
        original = self.translation_of
        return original and original.publications.visible().select_related("revision").first()

    def text_to_translate(self):
        """Return the revision that a translation of this article starts from: the published one, if any."""
        published = self.publications.visible().select_related("revision").first()
        return published.revision if published else self.latest_revision()

    def is_behind_its_original(self) -> bool:
        """Whether the original says something else now than when this was translated."""
        now = self.original_now()
        if now is None:
            return False
        return self.translated_from is None or self.translated_from.clinical_digest != now.clinical_digest

    def follow_original(self):
        """Say that this translation says what readers see of the original now; save() keeps it.

        Its words may be the signed ones, so it needs no new signature, and readers learn of it with the
        next version.
        """
        now = self.original_now()
        if now is None:
            return
        self.translated_from = now.revision

    def has_something_public(self) -> bool:
        return type(self).objects.published().filter(pk=self.pk).exists()

    def hold(self):
        """Read the row again and keep others from changing it until the transaction ends."""
        return Article.objects.select_for_update(of=("self",), no_key=True).get(pk=self.pk)

    def mark(self, **changes):
        """Write fields that are not part of the text, for the steps of publishing.py."""
        for name, value in changes.items():
            setattr(self, name, value)
        Article.objects.filter(pk=self.pk).update(edits=F("edits") + 1, **changes)


class RelatedPage(Article.related.through):  # type: ignore[name-defined]  # made by Django
    """A row that leads from one article to the next; stands here for its trigger."""

    class Meta:
        proxy = True
        triggers = restamps_pages("related_page", pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete)

    def __str__(self):
        return f"{self.from_article_id} → {self.to_article_id}"
