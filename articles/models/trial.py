"""The trials in people that we found: what was registered or published, and where each stands."""

import re
from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .. import evidence as ledger
from ..evidence import not_in_the_future
from ..invisible import VISIBLE, VISIBLE_LINES
from ..kept import restamps
from ..registries import NUMBERS
from .fact import Fact
from .shipped import Shipped
from .source import Source
from .treatment_status import TRIAL_DAYS

PARTIAL_DAY = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"


def is_partial_day(text: str) -> None:
    """Refuse what is no year, month or day of the calendar; a validator of fields."""
    try:
        if not re.match(PARTIAL_DAY, text):
            raise ValueError
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        raise ValidationError(_("Write 2026, 2026-04 or 2026-04-30."), "day") from None


class Registry(models.TextChoices):
    CLINICAL_TRIALS = "NCT", "ClinicalTrials.gov"
    CHINESE = "ChiCTR", _("Chinese Clinical Trial Registry")


class TrialCondition(models.TextChoices):
    """For what a trial tests a treatment: what this site is about, or something else."""

    DEPRESSION = "depression", _("depression")
    ANXIETY = "anxiety", _("anxiety disorders")
    BIPOLAR = "bipolar", _("bipolar depression")
    OTHER = "other", _("another illness, as a comparison")


HERE = [TrialCondition.DEPRESSION, TrialCondition.ANXIETY, TrialCondition.BIPOLAR]


class Cells(models.TextChoices):
    """Whose cells are given, or what instead."""

    OWN = "own", _("a person's own cells")
    DONOR = "donor", _("cells from a donor")
    EMBRYONIC = "embryonic", _("cells grown from embryonic stem cells")
    EXOSOMES = "exosomes", _("exosomes, not cells")
    NOT_NOTED = "not_noted", _("cells; whose is not noted")


class Route(models.TextChoices):
    VEIN = "vein", _("into a vein")
    BRAIN_FLUID = "brain_fluid", _("into a fluid space of the brain")
    BRAIN = "brain", _("into the brain")


class Phase(models.TextChoices):
    ONE = "1", _("phase 1")
    ONE_TWO = "1-2", _("phase 1/2")
    TWO = "2", _("phase 2")
    TWO_THREE = "2-3", _("phase 2/3")
    THREE = "3", _("phase 3")


class TrialStatus(models.TextChoices):
    """Where a trial stands, in the order in which trials go, in the words that readers see."""

    REGISTERED = "registered", _("registered")
    RECRUITING = "recruiting", _("taking people in")
    RUNNING = "running", _("under way")
    SUSPENDED = "suspended", _("suspended")
    STOPPED = "stopped", _("stopped early")
    FINISHED = "finished", _("finished")
    UNKNOWN = "unknown", _("not confirmed")


BROKEN_OFF = {TrialStatus.SUSPENDED, TrialStatus.STOPPED}


class Results(models.TextChoices):
    NONE = "none", _("none found")
    REGISTRY = "registry", _("on the registry")
    PUBLISHED = "published", _("published in a paper")


class TrialQuerySet(models.QuerySet):
    def due(self, on: date | None = None):
        """Keep what nobody has looked at for 90 days: the rule of `due_on`, in the database."""
        return self.filter(checked_on__lt=(on or ledger.today()) - timedelta(days=TRIAL_DAYS))


class Trial(Shipped):
    """One trial in people. What our sources do not say stays empty, and readers see “not noted”."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(_("place in the table"), default=0)
    registry = models.CharField(_("registry"), max_length=6, choices=Registry, blank=True)
    registration = models.CharField(
        _("registration number"),
        max_length=20,
        blank=True,
        help_text=_("As the registry writes it: NCT and eight digits, ChiCTR and ten."),
    )
    title_en = models.CharField(_("title (English)"), max_length=120, validators=VISIBLE)
    title_ko = models.CharField(_("title (Korean)"), max_length=120, validators=VISIBLE)
    run_by = models.CharField(_("who runs it"), max_length=100, blank=True, validators=VISIBLE)
    country_en = models.CharField(_("country (English)"), max_length=60, blank=True, validators=VISIBLE)
    country_ko = models.CharField(_("country (Korean)"), max_length=60, blank=True, validators=VISIBLE)
    conditions = ArrayField(
        models.CharField(max_length=10, choices=TrialCondition), verbose_name=_("conditions")
    )
    people_en = models.CharField(_("for whom (English)"), max_length=100, validators=VISIBLE)
    people_ko = models.CharField(_("for whom (Korean)"), max_length=100, validators=VISIBLE)
    cells = models.CharField(_("whose cells"), max_length=9, choices=Cells)
    given_en = models.CharField(_("what is given (English)"), max_length=100, validators=VISIBLE)
    given_ko = models.CharField(_("what is given (Korean)"), max_length=100, validators=VISIBLE)
    route = models.CharField(_("way in"), max_length=11, choices=Route, blank=True)
    phase = models.CharField(_("phase"), max_length=3, choices=Phase, blank=True)
    planned = models.PositiveIntegerField(_("people planned"), null=True, blank=True)
    joined = models.PositiveIntegerField(_("people who joined"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=TrialStatus)
    results = models.CharField(_("results"), max_length=9, choices=Results)
    registered = models.CharField(
        _("registered"),
        max_length=10,
        blank=True,
        validators=[is_partial_day],
        help_text=_("As much as is known: 2026, 2026-04 or 2026-04-30."),
    )
    started = models.CharField(_("started"), max_length=10, blank=True, validators=[is_partial_day])
    ended = models.CharField(_("ended"), max_length=10, blank=True, validators=[is_partial_day])
    note_en = models.TextField(_("note (English)"), blank=True, validators=VISIBLE_LINES)
    note_ko = models.TextField(_("note (Korean)"), blank=True, validators=VISIBLE_LINES)
    # By its key, so that the fingerprint of the row names it as the files do.
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        to_field="key",
        related_name="trials",
        verbose_name=_("source"),
        help_text=_("The record in the registry, or the paper."),
    )
    facts: models.ManyToManyField = models.ManyToManyField(
        Fact, through="TrialFact", related_name="trials", verbose_name=_("facts")
    )
    checked_on = models.DateField(
        _("last looked at"),
        validators=[not_in_the_future],
        help_text=_("The record is due to be looked at again after 90 days."),
    )

    objects = TrialQuerySet.as_manager()

    WRITTEN = ["position", "registry", "registration", "title_en", "title_ko", "run_by"]
    WRITTEN += ["country_en", "country_ko", "conditions", "people_en", "people_ko", "cells"]
    WRITTEN += ["given_en", "given_ko", "route", "phase", "planned", "joined", "status", "results"]
    WRITTEN += ["registered", "started", "ended", "note_en", "note_ko", "source_id", "checked_on"]

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        ordering = ["position", "key"]
        triggers = restamps("trial")
        constraints = [
            models.CheckConstraint(
                name="trial_registration_form",
                condition=Q(registry="", registration="")
                | Q(registry="NCT", registration__regex=f"^{NUMBERS['NCT']}$")
                | Q(registry="ChiCTR", registration__regex=f"^{NUMBERS['ChiCTR']}$"),
                violation_error_message=_("This is no number of that registry."),
            ),
            models.UniqueConstraint(
                fields=["registration"],
                condition=~Q(registration=""),
                name="trial_registration_once",
                violation_error_message=_("This trial is in the table already."),
            ),
            models.CheckConstraint(
                name="trial_conditions_known",
                condition=Q(conditions__contained_by=TrialCondition.values) & Q(conditions__len__gt=0),
            ),
            models.CheckConstraint(name="trial_cells_known", condition=Q(cells__in=Cells.values)),
            models.CheckConstraint(name="trial_route_known", condition=Q(route__in=["", *Route.values])),
            models.CheckConstraint(name="trial_phase_known", condition=Q(phase__in=["", *Phase.values])),
            models.CheckConstraint(name="trial_status_known", condition=Q(status__in=TrialStatus.values)),
            models.CheckConstraint(name="trial_results_known", condition=Q(results__in=Results.values)),
            models.CheckConstraint(
                name="trial_in_both_languages",
                condition=~Q(title_en="") & ~Q(title_ko="") & ~Q(people_en="") & ~Q(people_ko=""),
            ),
            models.CheckConstraint(
                name="trial_note_in_both_languages",
                condition=Q(note_en="", note_ko="") | (~Q(note_en="") & ~Q(note_ko="")),
                violation_error_message=_("Write the note in both languages, or in neither."),
            ),
            *(
                models.CheckConstraint(
                    name=f"trial_{name}_is_a_day",
                    condition=Q(**{name: ""}) | Q(**{f"{name}__regex": PARTIAL_DAY}),
                )
                for name in ("registered", "started", "ended")
            ),
        ]

    def __str__(self):
        return self.registration or self.title_en

    @property
    def anchor(self) -> str:
        """The place of the row on the evidence page."""
        return f"trial-{self.key}"

    @property
    def due_on(self) -> date:
        """The last day on which the record counts as looked at (rule C20)."""
        return self.checked_on + timedelta(days=TRIAL_DAYS)

    @property
    def is_stale(self):
        return self.due_on < ledger.today()

    @property
    def is_about_mood(self):
        return any(condition in HERE for condition in self.conditions)

    def said(self, name: str) -> str:
        """Return one of the texts in the active language."""
        return getattr(self, f"{name}_{'ko' if get_language() == 'ko' else 'en'}")

    def linked_keys(self):
        return [link.fact.key for link in self.fact_links.select_related("fact")]

    def cite(self, facts: list[Fact]):
        """Name the facts behind the row, in this order, and no others."""
        self.fact_links.all().delete()
        TrialFact.objects.bulk_create(
            TrialFact(trial=self, fact=fact, position=position) for position, fact in enumerate(facts)
        )


class TrialFact(models.Model):
    """One fact behind a trial, in its place."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="fact_links")
    fact = models.ForeignKey(Fact, models.PROTECT, related_name="trial_links")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        triggers = restamps("trial_fact")
        constraints = [
            models.UniqueConstraint(fields=["trial", "fact"], name="trial_fact_once"),
            models.UniqueConstraint(fields=["trial", "position"], name="trial_fact_one_a_place"),
        ]

    def __str__(self):
        return f"{self.trial_id} → {self.fact_id}"
