"""The clinic evidence register: what the clinic says of itself, and the documents that allow it."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .. import evidence
from ..invisible import VISIBLE, VISIBLE_LINES
from ..kept import restamps
from .shipped import Shipped, Written


class DocumentKind(models.TextChoices):
    DESIGNATION = "designation", _("designation for regenerative medicine")
    TREATMENT_PLAN = "treatment_plan", _("reviewed treatment plan")
    RESEARCH_PLAN = "research_plan", _("reviewed research plan")
    OUTSIDE_ACT = "outside_act", _("legal opinion: outside the regenerative medicine act")
    PROCESSING_LICENCE = "processing_licence", _("cell processing licence")
    DOCTORS = "doctors", _("licences and specialties of the doctors")
    COUNTS = "counts", _("numbers treated and adverse events")
    PILOT_STUDY = "pilot_study", _("registered or published pilot study")
    PARTNER = "partner", _("confirmation by a partner")
    INSURANCE = "insurance", _("insurance")
    INTERNATIONAL = "international", _("registration for international patients")
    PRICES = "prices", _("price list")
    FOLLOW_UP = "follow_up", _("follow-up plan")
    COUNSELLING = "counselling", _("counselling staff")
    APPROACH = "approach", _("description of the clinic's approach")


class Condition(models.TextChoices):
    """What a reviewed plan is for."""

    DEPRESSION = "depression", _("depression")
    ANXIETY = "anxiety", _("an anxiety disorder")
    BIPOLAR = "bipolar", _("bipolar depression")
    OTHER = "other", _("another illness")


PLANS = (DocumentKind.TREATMENT_PLAN, DocumentKind.RESEARCH_PLAN)


class DocumentQuerySet(models.QuerySet):
    def valid(self, on: date | None = None):
        """Keep what somebody has looked at, and what is in force."""
        on = on or evidence.today()
        return self.filter(checked_on__lte=on, issued_on__lte=on).filter(
            Q(valid_until=None) | Q(valid_until__gte=on)
        )


class Document(Written, models.Model):
    """A paper in the clinic's files. The paper itself stays there: no copy is kept here."""

    title = models.CharField(_("title"), max_length=200, validators=VISIBLE)
    kind = models.CharField(_("kind"), max_length=18, choices=DocumentKind)
    condition = models.CharField(
        _("for which condition"),
        max_length=10,
        choices=Condition,
        blank=True,
        help_text=_("Only for a reviewed plan."),
    )
    reference = models.CharField(_("reference number"), max_length=80, validators=VISIBLE)
    issued_on = models.DateField(_("issued on"), validators=[evidence.not_in_the_future])
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    checked_on = models.DateField(
        _("checked on"),
        null=True,
        blank=True,
        validators=[evidence.not_in_the_future],
        help_text=_("The day on which you read the document itself. Empty: readers see nothing of it."),
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("checked by"),
    )
    note = models.TextField(_("note"), blank=True, help_text=_("For staff. Where the paper is kept."))

    objects = DocumentQuerySet.as_manager()

    WRITTEN = ["title", "kind", "condition", "reference", "issued_on", "valid_until", "checked_on", "note"]

    class Meta:
        verbose_name = _("document of the clinic")
        verbose_name_plural = _("documents of the clinic")
        ordering = ["kind", "-issued_on"]
        triggers = restamps("document")
        constraints = [
            models.CheckConstraint(name="document_kind_known", condition=Q(kind__in=DocumentKind.values)),
            models.CheckConstraint(
                name="document_plan_names_its_condition",
                condition=Q(kind__in=PLANS, condition__in=Condition.values)
                | ~Q(kind__in=PLANS) & Q(condition=""),
                violation_error_message=_("A reviewed plan, and only that, names its condition."),
            ),
            models.CheckConstraint(
                name="document_treatment_plan_has_an_end",
                condition=~Q(kind=DocumentKind.TREATMENT_PLAN) | Q(valid_until__isnull=False),
                violation_error_message=_("Enter the day on which the treatment plan ends."),
            ),
            models.CheckConstraint(
                name="document_ends_after_it_begins",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("issued_on")),
                violation_error_message=_("The document ends before it was issued."),
            ),
            models.CheckConstraint(
                name="document_checked_by_somebody",
                condition=Q(checked_on=None, checked_by=None)
                | Q(checked_on__isnull=False, checked_by__isnull=False),
            ),
            models.CheckConstraint(name="document_has_a_number", condition=~Q(reference="")),
        ]

    def __str__(self):
        return f"{self.title} ({self.reference})"

    def is_valid(self, on: date | None = None) -> bool:
        """The rule of `valid()`, for a document in hand."""
        on = on or evidence.today()
        return (
            self.checked_on is not None
            and self.checked_on <= on
            and self.issued_on <= on
            and (self.valid_until is None or self.valid_until >= on)
        )


class ClinicStatement(Shipped):
    """What the clinic says of itself. Readers see it while its document is on file, else the fallback."""

    key = models.SlugField(_("key"), max_length=40, unique=True, help_text=_("{clinic key} inserts it."))
    topic_en = models.CharField(_("topic (English)"), max_length=100, validators=VISIBLE)
    topic_ko = models.CharField(_("topic (Korean)"), max_length=100, validators=VISIBLE)
    statement_en = models.TextField(
        _("statement (English)"),
        help_text=_(
            "Goes on after “The clinic reports that”. {title}, {reference}, {issued_on}, {valid_until} and "
            "{checked_on} are filled from the document."
        ),
        validators=VISIBLE_LINES,
    )
    statement_ko = models.TextField(
        _("statement (Korean)"), help_text=_("Goes on after “의원에 따르면”."), validators=VISIBLE_LINES
    )
    fallback_en = models.TextField(_("until then (English)"), validators=VISIBLE_LINES)
    fallback_ko = models.TextField(_("until then (Korean)"), validators=VISIBLE_LINES)
    needs = models.TextField(_("waits for"), help_text=_("Which document, in words."))
    needs_kind = models.CharField(_("kind of document"), max_length=18, choices=DocumentKind)
    documents: models.ManyToManyField = models.ManyToManyField(
        Document, through="StatementDocument", related_name="statements", verbose_name=_("documents")
    )

    WRITTEN = ["topic_en", "topic_ko", "statement_en", "statement_ko", "fallback_en", "fallback_ko"]
    WRITTEN += ["needs", "needs_kind"]

    class Meta:
        verbose_name = _("statement of the clinic")
        verbose_name_plural = _("statements of the clinic")
        ordering = ["key"]
        triggers = restamps("clinic_statement")
        constraints = [
            models.CheckConstraint(
                name="clinic_statement_needs_known", condition=Q(needs_kind__in=DocumentKind.values)
            ),
            models.CheckConstraint(
                name="clinic_statement_in_both_languages",
                condition=~Q(statement_en="")
                & ~Q(statement_ko="")
                & ~Q(fallback_en="")
                & ~Q(fallback_ko="")
                & ~Q(needs=""),
            ),
        ]

    def __str__(self):
        return self.said("topic")

    def said(self, name: str) -> str:
        """Return one of the texts in the active language."""
        return getattr(self, f"{name}_{'ko' if get_language() == 'ko' else 'en'}")

    def document(self, on: date | None = None) -> Document | None:
        """Return the document that lets readers see the statement: of its kind, checked and in force."""
        fitting = [paper for paper in self.documents.all() if paper.kind == self.needs_kind]
        return next((paper for paper in fitting if paper.is_valid(on)), None)


class StatementDocument(models.Model):
    """A document that stands behind a statement."""

    statement = models.ForeignKey(ClinicStatement, models.CASCADE, related_name="papers")
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="allows", verbose_name=_("document of the clinic")
    )

    class Meta:
        verbose_name = _("document behind it")
        verbose_name_plural = _("documents behind it")
        triggers = restamps("statement_document")
        constraints = [
            models.UniqueConstraint(fields=["statement", "document"], name="statement_document_once")
        ]

    def __str__(self):
        return f"{self.statement_id} → {self.document_id}"
