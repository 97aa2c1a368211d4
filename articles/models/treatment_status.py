"""Where each treatment stands for each condition: the rows of the table that readers see."""

import re
from datetime import date, timedelta

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .. import evidence as ledger
from ..evidence import EvidenceLevel, not_in_the_future
from ..invisible import VISIBLE, VISIBLE_LINES
from ..kept import restamps
from .fact import Fact
from .shipped import Shipped

SOURCE_KEYS = r"^S\d{2,3}(, ?S\d{2,3})*$"
TRIAL_DAYS = 90  # a trial may report any day: how long its record may go unread


class Treats(models.TextChoices):
    """Which half of the table a treatment stands in."""

    CELLS = "cells", _("stem cell treatment")
    STANDARD = "standard", _("other treatment")


class Standing(models.TextChoices):
    """Where a treatment stands for one condition, in the words that readers see."""

    RECOMMENDED = "recommended", _("recommended or established")
    APPROVED = "approved", _("approved by a regulator")
    TESTED = "tested", _("tested in people, with results")
    IN_TRIALS = "in_trials", _("in trials, no results yet")
    RESEARCH_PLAN = "research_plan", _("in research only")
    NOT_APPROVED = "not_approved", _("not approved")
    NOT_OFFERED = "not_offered", _("not offered")
    NO_STUDIES = "no_studies", _("no studies found")


class TreatmentStatusQuerySet(models.QuerySet):
    def due(self, on: date | None = None):
        """Keep what is due to be looked at again: the rule of `due_on`, in the database."""
        on = on or ledger.today()
        unread = Q(status=Standing.IN_TRIALS, checked_on__lt=on - timedelta(days=TRIAL_DAYS))
        return self.filter(Q(check_by__lt=on) | unread)


class TreatmentStatus(Shipped):
    """Where one treatment stands for one condition."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(_("place in the table"), default=0)
    treats = models.CharField(_("part of the table"), max_length=8, choices=Treats)
    treatment_key = models.SlugField(_("key of the treatment"), max_length=40)
    treatment_en = models.CharField(_("treatment (English)"), max_length=100, validators=VISIBLE)
    treatment_ko = models.CharField(_("treatment (Korean)"), max_length=100, validators=VISIBLE)
    condition_key = models.SlugField(_("key of the condition"), max_length=40)
    condition_en = models.CharField(_("condition (English)"), max_length=60, validators=VISIBLE)
    condition_ko = models.CharField(_("condition (Korean)"), max_length=60, validators=VISIBLE)
    status = models.CharField(_("status"), max_length=13, choices=Standing)
    level = models.CharField(_("evidence that it helps"), max_length=11, choices=EvidenceLevel)
    statement_en = models.TextField(
        _("what is known (English)"),
        help_text=_("{search_date} becomes the day of the last search."),
        validators=VISIBLE_LINES,
    )
    statement_ko = models.TextField(_("what is known (Korean)"), validators=VISIBLE_LINES)
    facts: models.ManyToManyField = models.ManyToManyField(
        Fact, through="StatusFact", related_name="statuses", verbose_name=_("facts")
    )
    only_sources = models.CharField(
        _("only these sources"),
        max_length=100,
        blank=True,
        validators=[RegexValidator(SOURCE_KEYS, _("Numbers of sources, divided by commas: S35, S37."))],
        help_text=_("Where the row uses only some of the sources of its facts: S35, S37. Empty: all."),
    )
    checked_on = models.DateField(_("checked on"), validators=[not_in_the_future])
    check_by = models.DateField(
        _("check by"),
        help_text=_("What is in trials is due after 90 days at the latest, whatever stands here."),
    )

    objects = TreatmentStatusQuerySet.as_manager()

    WRITTEN = ["position", "treats", "treatment_key", "treatment_en", "treatment_ko", "condition_key"]
    WRITTEN += ["condition_en", "condition_ko", "status", "level", "statement_en", "statement_ko"]
    WRITTEN += ["only_sources", "checked_on", "check_by"]

    class Meta:
        verbose_name = _("treatment status")
        verbose_name_plural = _("treatment statuses")
        ordering = ["position", "key"]
        triggers = restamps("treatment_status")
        constraints = [
            models.UniqueConstraint(
                fields=["treatment_key", "condition_key"],
                name="treatment_status_once_per_condition",
                violation_error_message=_("This treatment has a row for this condition already."),
            ),
            models.CheckConstraint(name="treatment_status_known", condition=Q(status__in=Standing.values)),
            models.CheckConstraint(name="treatment_status_part_known", condition=Q(treats__in=Treats.values)),
            models.CheckConstraint(
                name="treatment_status_level_known", condition=Q(level__in=EvidenceLevel.values)
            ),
            models.CheckConstraint(
                name="treatment_status_in_both_languages",
                condition=~Q(statement_en="") & ~Q(statement_ko=""),
            ),
            models.CheckConstraint(
                name="treatment_status_checked_again_later",
                condition=Q(check_by__gt=F("checked_on")),
                violation_error_message=_("The day of the next check must come after the last one."),
            ),
        ]

    def __str__(self):
        return f"{self.treatment_en}: {self.condition_en}"

    @property
    def due_on(self) -> date:
        """The last day on which the row counts as looked at; sooner for what is in trials (rule C20)."""
        if self.status != Standing.IN_TRIALS:
            return self.check_by
        return min(self.check_by, self.checked_on + timedelta(days=TRIAL_DAYS))

    @property
    def is_stale(self):
        return self.due_on < ledger.today()

    def said(self, name: str) -> str:
        """Return one of the texts in the active language."""
        return getattr(self, f"{name}_{'ko' if get_language() == 'ko' else 'en'}")

    @property
    def anchor(self) -> str:
        """The place of the row on the evidence page."""
        return f"status-{self.key}"

    def uses(self, source: ledger.Source) -> bool:
        """Tell whether the row rests on one of the sources of its facts."""
        return not self.only_sources or source.id in re.split(r",\s*", self.only_sources)

    def linked_keys(self):
        return [link.fact.key for link in self.fact_links.select_related("fact")]

    def cite(self, facts: list[Fact]):
        """Name the facts behind the row, in this order, and no others."""
        self.fact_links.all().delete()
        StatusFact.objects.bulk_create(
            StatusFact(status=self, fact=fact, position=position) for position, fact in enumerate(facts)
        )


class StatusFact(models.Model):
    """One fact behind a row of the table, in its place."""

    status = models.ForeignKey(TreatmentStatus, models.CASCADE, related_name="fact_links")
    fact = models.ForeignKey(Fact, models.PROTECT, related_name="status_links")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        triggers = restamps("status_fact")
        constraints = [
            models.UniqueConstraint(fields=["status", "fact"], name="status_fact_once"),
            models.UniqueConstraint(fields=["status", "position"], name="status_fact_one_a_place"),
        ]

    def __str__(self):
        return f"{self.status_id} → {self.fact_id}"
