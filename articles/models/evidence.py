"""The evidence ledger as staff keep it: facts, their sources, the search, and where each treatment stands."""

from datetime import date

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .. import evidence as ledger
from ..append_only import append_only
from ..dates import add_months
from ..evidence import LAST_DAY, EvidenceLevel, not_in_the_future
from ..kept import restamps
from .shipped import Shipped

SOURCE_KEY = r"^S\d{2,3}$"
FACT_KEY = r"^F\d{2}$"
LONGEST_RECHECK = 60  # months


class Verified(models.TextChoices):
    YES = "yes", _("checked against the source")
    MEMORY = "memory", _("recalled, not checked yet")


class About(models.TextChoices):
    CONDITION = "condition", _("the conditions")
    STANDARD_CARE = "standard_care", _("standard care")
    BIOLOGY = "biology", _("biology")
    TREATMENT = "treatment", _("stem cell treatment")
    RULES = "rules", _("rules and law")
    COST_TRAVEL = "cost_travel", _("cost and travel")
    MARKETING = "marketing", _("marketing")
    FUTURE = "future", _("future research")
    HELP = "help", _("help now")


class Supports(models.TextChoices):
    BENEFIT = "benefit", _("that the treatment helps")


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


class SourceQuerySet(models.QuerySet):
    def followable(self):
        """Keep what a reader can open or look up: a link, a DOI or the number of a statute or case."""
        return self.exclude(doi="", url="", reference="").filter(retracted=False)


class Source(Shipped):
    """Where a fact comes from."""

    key = models.CharField(_("number"), max_length=4, unique=True, validators=[RegexValidator(SOURCE_KEY)])
    authors = models.CharField(_("authors"), max_length=300, blank=True)
    title = models.CharField(_("title"), max_length=400)
    venue = models.CharField(_("published in"), max_length=200)
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    doi = models.CharField("DOI", max_length=100, blank=True, help_text=_("Without https://doi.org/."))
    pmid = models.CharField("PubMed", max_length=12, blank=True)
    url = models.URLField(_("link"), max_length=400, blank=True)
    reference = models.CharField(
        _("statute or case"), max_length=100, blank=True, help_text=_("Its number, where there is no link.")
    )
    retracted = models.BooleanField(_("retracted or withdrawn"), default=False)
    retraction_note = models.CharField(_("about the retraction"), max_length=300, blank=True)
    verified = models.CharField(_("checked"), max_length=6, choices=Verified)
    note = models.TextField(_("note"), blank=True)

    objects = SourceQuerySet.as_manager()

    WRITTEN = ["authors", "title", "venue", "year", "doi", "pmid", "url", "reference", "retracted"]
    WRITTEN += ["retraction_note", "verified", "note"]

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["key"]
        triggers = restamps("source")
        constraints = [
            models.CheckConstraint(name="source_key_form", condition=Q(key__regex=SOURCE_KEY)),
            models.CheckConstraint(name="source_year_likely", condition=Q(year__range=(1900, 2100))),
            models.CheckConstraint(name="source_verified_known", condition=Q(verified__in=Verified.values)),
            models.CheckConstraint(
                name="source_retraction_explained",
                condition=Q(retracted=False) | ~Q(retraction_note=""),
                violation_error_message=_("Say who retracted it, when, and why."),
            ),
        ]

    def __str__(self):
        return f"{self.key} {self.title}"

    @property
    def entry(self) -> ledger.Source:
        """The source as articles cite it."""
        url = f"https://doi.org/{self.doi}" if self.doi else self.url
        fields = (self.key, self.authors, self.title, self.venue, self.year, url)
        return ledger.Source(*fields, reference=self.reference, retracted=self.retracted)


class FactQuerySet(models.QuerySet):
    def with_due_day(self):
        """Add `due`, the day after which the fact is stale: `Fact.check_by`, computed by the database."""
        months = Func(
            F("recheck_months"), function="make_interval", template="%(function)s(0, %(expressions)s)"
        )
        moment = Func(
            F("checked_on"),
            months,
            template="%(expressions)s",
            arg_joiner=" + ",
            output_field=models.DateTimeField(),
        )
        return self.annotate(due=Cast(moment, models.DateField()))

    def stale(self, on: date | None = None):
        """Keep what was checked once and is due to be checked again."""
        return self.with_due_day().filter(due__lt=on or ledger.today())

    def publishable(self, on: date | None = None):
        """Keep what an article may cite: verified, checked lately, with a source that can be followed."""
        cited = FactSource.objects.filter(fact=OuterRef("pk"))
        good = Source.objects.followable().filter(cited_as__fact=OuterRef("pk"))
        return (
            self.with_due_day()
            .filter(Exists(good), ~Exists(cited.filter(source__retracted=True)), verified=Verified.YES)
            .filter(due__gte=on or ledger.today())
        )


class Fact(Shipped):
    """What an article may state, how sure it is, and when somebody last looked."""

    key = models.CharField(_("number"), max_length=3, unique=True, validators=[RegexValidator(FACT_KEY)])
    statement = models.TextField(_("statement"))
    about = models.CharField(_("about"), max_length=13, choices=About)
    evidence = models.CharField(_("evidence"), max_length=11, choices=EvidenceLevel)
    supports = models.CharField(
        _("supports"),
        max_length=7,
        choices=Supports,
        blank=True,
        help_text=_("Only for a fact which shows that the treatment helps. Nobody can set it alone."),
    )
    verified = models.CharField(_("checked"), max_length=6, choices=Verified)
    checked_on = models.DateField(
        _("checked on"),
        null=True,
        blank=True,
        validators=[not_in_the_future],
        help_text=_("The day on which somebody read the source."),
    )
    recheck_months = models.PositiveSmallIntegerField(
        _("check again after (months)"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST_RECHECK)]
    )
    use_note = models.TextField(_("how to use it"), blank=True)
    sources: models.ManyToManyField = models.ManyToManyField(
        Source, through="FactSource", related_name="facts", verbose_name=_("sources")
    )

    objects = FactQuerySet.as_manager()

    WRITTEN = ["statement", "about", "evidence", "supports", "verified", "checked_on", "recheck_months"]
    WRITTEN += ["use_note"]
    # A change of one of these is written down with its reason.
    WATCHED = ("statement", "evidence", "verified", "sources")

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["key"]
        triggers = restamps("fact")
        constraints = [
            models.CheckConstraint(name="fact_key_form", condition=Q(key__regex=FACT_KEY)),
            models.CheckConstraint(name="fact_about_known", condition=Q(about__in=About.values)),
            models.CheckConstraint(
                name="fact_evidence_known", condition=Q(evidence__in=EvidenceLevel.values)
            ),
            models.CheckConstraint(
                name="fact_supports_known", condition=Q(supports__in=["", *Supports.values])
            ),
            models.CheckConstraint(name="fact_verified_known", condition=Q(verified__in=Verified.values)),
            models.CheckConstraint(
                name="fact_verified_has_its_day",
                condition=~Q(verified=Verified.YES) | Q(checked_on__isnull=False),
                violation_error_message=_("Enter the day on which the fact was checked."),
            ),
            models.CheckConstraint(name="fact_checked_before_2100", condition=Q(checked_on__lt=LAST_DAY)),
            models.CheckConstraint(
                name="fact_recheck_within_years", condition=Q(recheck_months__range=(1, LONGEST_RECHECK))
            ),
        ]

    def __str__(self):
        return f"{self.key} {self.statement}"

    @property
    def check_by(self) -> date | None:
        """The last day on which the fact counts as checked."""
        return add_months(self.checked_on, self.recheck_months) if self.checked_on else None

    @property
    def is_stale(self):
        return self.check_by is not None and self.check_by < ledger.today()

    @property
    def entry(self) -> ledger.Fact:
        """The fact as articles cite it; prefetch `citations__source` before asking for many."""
        return ledger.Fact(
            id=self.key,
            statement=self.statement,
            evidence=EvidenceLevel(self.evidence),
            sources=tuple(citation.source.entry for citation in self.citations.all()),
            verified=self.verified == Verified.YES,
            about=self.about,
            supports=self.supports,
            recheck_months=self.recheck_months,
            checked_on=self.checked_on,
        )

    def linked_keys(self):
        return [citation.source.key for citation in self.citations.select_related("source")]

    def cite(self, sources: list[Source]):
        """Name the sources of the fact, in this order, and no others."""
        self.citations.all().delete()
        FactSource.objects.bulk_create(
            FactSource(fact=self, source=source, position=position) for position, source in enumerate(sources)
        )

    def watched(self) -> dict[str, str]:
        """Return what a change of must be written down, as it is now."""
        sources = ", ".join(self.linked_keys())
        return {name: sources if name == "sources" else str(getattr(self, name)) for name in self.WATCHED}

    def record(self, was: dict[str, str], *, reason: str, by=None):
        """Write down what differs from `was`; by nobody when it came with the software."""
        now = self.watched()
        FactChange.objects.bulk_create(
            FactChange(fact=self, field=name, was=was[name], became=now[name], reason=reason, by=by)
            for name in self.WATCHED
            if was[name] != now[name]
        )


class FactSource(models.Model):
    """One source of a fact, in its place."""

    fact = models.ForeignKey(Fact, models.CASCADE, related_name="citations")
    source = models.ForeignKey(Source, models.PROTECT, related_name="cited_as")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        triggers = restamps("fact_source")
        constraints = [
            models.UniqueConstraint(fields=["fact", "source"], name="fact_source_once"),
            models.UniqueConstraint(fields=["fact", "position"], name="fact_source_one_a_place"),
        ]

    def __str__(self):
        return f"{self.fact_id} → {self.source_id}"


class FactChange(models.Model):
    """Who changed what a fact says, from what to what, and why."""

    class Field(models.TextChoices):
        STATEMENT = "statement", _("statement")
        EVIDENCE = "evidence", _("evidence")
        VERIFIED = "verified", _("checked")
        SOURCES = "sources", _("sources")

    fact = models.ForeignKey(Fact, models.PROTECT, related_name="changes", verbose_name=_("fact"))
    field = models.CharField(_("what changed"), max_length=9, choices=Field)
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
        verbose_name = _("change of a fact")
        verbose_name_plural = _("changes of facts")
        ordering = ["-at", "-pk"]
        triggers = append_only("fact_change")
        constraints = [
            models.CheckConstraint(
                name="fact_change_field_known",
                condition=Q(field__in=["statement", "evidence", "verified", "sources"]),
            ),
            models.CheckConstraint(name="fact_change_says_why", condition=~Q(reason="")),
            models.CheckConstraint(name="fact_change_changes", condition=~Q(was=F("became"))),
        ]

    def __str__(self):
        return self.get_field_display()


class SearchRecord(Shipped):
    """A search of the literature and the registries: every "we found no …" names its day."""

    key = models.SlugField(_("key"), max_length=20, unique=True)
    searched_on = models.DateField(_("searched on"), validators=[not_in_the_future])
    searched_en = models.TextField(_("what was searched (English)"))
    searched_ko = models.TextField(_("what was searched (Korean)"))
    searched_by = models.CharField(_("searched by"), max_length=120)
    note = models.TextField(_("note"), blank=True)

    WRITTEN = ["searched_on", "searched_en", "searched_ko", "searched_by", "note"]

    class Meta:
        verbose_name = _("search record")
        verbose_name_plural = _("search records")
        ordering = ["-searched_on", "-pk"]
        triggers = restamps("search_record")
        constraints = [
            models.CheckConstraint(name="search_record_before_2100", condition=Q(searched_on__lt=LAST_DAY)),
            models.CheckConstraint(
                name="search_record_says_what",
                condition=~Q(searched_en="") & ~Q(searched_ko="") & ~Q(searched_by=""),
            ),
        ]

    def __str__(self):
        return f"{self.searched_on}"

    @property
    def searched(self):
        """What was searched, in the active language."""
        return self.searched_ko if get_language() == "ko" else self.searched_en


class TreatmentStatus(Shipped):
    """Where one treatment stands for one condition."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(_("place in the table"), default=0)
    treats = models.CharField(_("part of the table"), max_length=8, choices=Treats)
    treatment_key = models.SlugField(_("key of the treatment"), max_length=40)
    treatment_en = models.CharField(_("treatment (English)"), max_length=100)
    treatment_ko = models.CharField(_("treatment (Korean)"), max_length=100)
    condition_key = models.SlugField(_("key of the condition"), max_length=40)
    condition_en = models.CharField(_("condition (English)"), max_length=60)
    condition_ko = models.CharField(_("condition (Korean)"), max_length=60)
    status = models.CharField(_("status"), max_length=13, choices=Standing)
    level = models.CharField(_("evidence that it helps"), max_length=11, choices=EvidenceLevel)
    statement_en = models.TextField(
        _("what is known (English)"), help_text=_("{search_date} becomes the day of the last search.")
    )
    statement_ko = models.TextField(_("what is known (Korean)"))
    facts: models.ManyToManyField = models.ManyToManyField(
        Fact, through="StatusFact", related_name="statuses", verbose_name=_("facts")
    )
    checked_on = models.DateField(_("checked on"), validators=[not_in_the_future])
    check_by = models.DateField(_("check by"))

    WRITTEN = ["position", "treats", "treatment_key", "treatment_en", "treatment_ko", "condition_key"]
    WRITTEN += ["condition_en", "condition_ko", "status", "level", "statement_en", "statement_ko"]
    WRITTEN += ["checked_on", "check_by"]

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
    def is_stale(self):
        return self.check_by < ledger.today()

    def said(self, name: str) -> str:
        """Return one of the texts in the active language."""
        return getattr(self, f"{name}_{'ko' if get_language() == 'ko' else 'en'}")

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
