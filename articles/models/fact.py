"""What articles may state: facts, their sources in order, and what changed in them."""

import hashlib
from datetime import date

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import evidence as ledger
from ..append_only import append_only
from ..dates import add_months
from ..evidence import LAST_DAY, EvidenceLevel, not_in_the_future
from ..invisible import VISIBLE_LINES
from ..kept import restamps
from .benefit_approval import APPROVERS, KEEPS_ITS_SOURCES, NEEDS_TWO, BenefitApproval
from .shipped import Shipped
from .source import Source, Verified

FACT_KEY = r"^F\d{2}$"
LONGEST_RECHECK = 60  # months


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


class OtherWording(Exception):
    """The fact is worded otherwise than the person saw who approves it."""


class ApprovedAlready(Exception):
    """The same person approved the same wording before."""


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
    statement = models.TextField(_("statement"), validators=VISIBLE_LINES)
    about = models.CharField(_("about"), max_length=13, choices=About)
    evidence = models.CharField(_("evidence"), max_length=11, choices=EvidenceLevel)
    supports = models.CharField(
        _("supports"),
        max_length=7,
        choices=Supports,
        blank=True,
        help_text=_("Only for a fact which shows that the treatment helps. Two people say so, below."),
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
    WATCHED = ("statement", "evidence", "supports", "verified", "sources")

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["key"]
        triggers = [NEEDS_TWO, *restamps("fact")]
        constraints = [
            models.CheckConstraint(name="fact_key_form", condition=Q(key__regex=FACT_KEY)),
            models.CheckConstraint(name="fact_about_known", condition=Q(about__in=About.values)),
            models.CheckConstraint(
                name="fact_evidence_known", condition=Q(evidence__in=EvidenceLevel.values)
            ),
            models.CheckConstraint(
                name="fact_supports_known", condition=Q(supports__in=["", *Supports.values])
            ),
            models.CheckConstraint(
                name="fact_benefit_is_of_the_treatment",
                condition=~Q(supports=Supports.BENEFIT) | Q(about=About.TREATMENT),
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
        if self.linked_keys() == [source.key for source in sources]:
            return
        self.citations.all().delete()
        FactSource.objects.bulk_create(
            FactSource(fact=self, source=source, position=position) for position, source in enumerate(sources)
        )

    # Benefit: rule C04 asks two people

    def wording_digest(self, keys: list[str] | None = None) -> str:
        """Return a fingerprint of what people approve, with these sources or those stored.

        The triggers of benefit_approval.py reckon the same.
        """
        keys = self.linked_keys() if keys is None else keys
        text = "\x1f".join([self.statement, self.evidence, self.about, *keys])
        return hashlib.sha256(text.encode()).hexdigest()

    @transaction.atomic
    def approve_benefit(self, *, seen: str, by, reason: str) -> bool:
        """Record that somebody says this fact shows benefit; return whether it now counts as shown.

        Words that two people approved before, and that stand here again, count on anybody's word.
        Raises OtherWording if the fact no longer says what they saw, ApprovedAlready for a second
        approval by the same person.
        """
        fact = Fact.objects.select_for_update().get(pk=self.pk)
        if fact.wording_digest() != seen or fact.about != About.TREATMENT:
            raise OtherWording
        approvals = BenefitApproval.objects.of(fact)
        if not approvals.filter(by=by).exists():
            BenefitApproval.objects.create(fact=fact, digest=seen, by=by, reason=reason)
        elif approvals.count() < APPROVERS or fact.supports:
            raise ApprovedAlready
        if approvals.count() < APPROVERS:
            return False
        was = fact.watched()
        fact.supports = Supports.BENEFIT
        fact.save(update_fields=["supports"])
        fact.record(was, reason=reason, by=by)
        return True

    def withdraw_benefit_if_reworded(self, was: str, keys: list[str]) -> None:
        """Take back what two people said of another wording than this one will be; does not save."""
        if self.supports and self.wording_digest(keys) != was:
            self.supports = ""

    # Changes

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
        triggers = [KEEPS_ITS_SOURCES, *restamps("fact_source")]
        constraints = [
            models.UniqueConstraint(fields=["fact", "source"], name="fact_source_once"),
            models.UniqueConstraint(fields=["fact", "position"], name="fact_source_one_a_place"),
        ]

    def __str__(self):
        return f"{self.fact_id} → {self.source_id}"


class FactChangeQuerySet(models.QuerySet):
    def latest_on(self, facts) -> date | None:
        """Return the day in Seoul on which one of these facts was last changed; None if none was."""
        latest = self.filter(fact__in=facts).aggregate(latest=models.Max("at"))["latest"]
        return latest and timezone.localdate(latest)


class FactChange(models.Model):
    """Who changed what a fact says, from what to what, and why."""

    class Field(models.TextChoices):
        STATEMENT = "statement", _("statement")
        EVIDENCE = "evidence", _("evidence")
        SUPPORTS = "supports", _("supports")
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

    objects = FactChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a fact")
        verbose_name_plural = _("changes of facts")
        ordering = ["-at", "-pk"]
        triggers = append_only("fact_change")
        constraints = [
            models.CheckConstraint(
                name="fact_change_field_known",
                condition=Q(field__in=["statement", "evidence", "supports", "verified", "sources"]),
            ),
            models.CheckConstraint(name="fact_change_says_why", condition=~Q(reason="")),
            models.CheckConstraint(name="fact_change_changes", condition=~Q(was=F("became"))),
        ]

    def __str__(self):
        return self.get_field_display()
