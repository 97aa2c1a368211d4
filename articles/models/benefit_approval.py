"""Who says that a fact shows benefit. It takes two people, and the database counts them.

What is approved is the wording of a fact: its statement, its evidence, what it is about and its sources in
their order. The triggers of this file reckon the digest of that wording anew, so that no program can
approve, or call approved, other words than those that stand there.
"""

from typing import TYPE_CHECKING

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..append_only import append_only

if TYPE_CHECKING:
    from .fact import Fact

APPROVERS = 2

# Fact.wording_digest in SQL, of the row of articles_fact that {fact} names.
_DIGEST = """
    encode(sha256(convert_to(concat_ws(chr(31), {fact}.statement, {fact}.evidence, {fact}.about, (
        SELECT string_agg(source.key, chr(31) ORDER BY citation.position)
        FROM articles_factsource citation JOIN articles_source source ON source.id = citation.source_id
        WHERE citation.fact_id = {fact}.id
    )), 'UTF8')), 'hex')
"""

# For Fact: no row says "benefit" unless two people approved this very wording.
NEEDS_TWO = pgtrigger.Trigger(
    name="fact_benefit_needs_two_people",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__supports="benefit"),
    func=f"""
        IF (
            SELECT count(DISTINCT approval.by_id) FROM articles_benefitapproval approval
            WHERE approval.fact_id = NEW.id AND approval.digest = {_DIGEST.format(fact="NEW")}
        ) < {APPROVERS} THEN
            RAISE EXCEPTION 'fact_benefit_needs_two_people: % as it stands', NEW.key
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,  # noqa: S608 - made of constants
)

# For FactSource: the sources of such a fact stay. The row is held, so that nobody approves meanwhile.
KEEPS_ITS_SOURCES = pgtrigger.Trigger(
    name="fact_benefit_keeps_its_sources",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    declare=[("which", "BIGINT[]")],
    func="""
        which := CASE TG_OP
            WHEN 'INSERT' THEN ARRAY[NEW.fact_id]
            WHEN 'DELETE' THEN ARRAY[OLD.fact_id]
            ELSE ARRAY[OLD.fact_id, NEW.fact_id]
        END;
        PERFORM FROM articles_fact WHERE id = ANY(which) ORDER BY id FOR NO KEY UPDATE;
        IF EXISTS (SELECT FROM articles_fact WHERE id = ANY(which) AND supports = 'benefit') THEN
            RAISE EXCEPTION 'fact_benefit_keeps_its_sources' USING ERRCODE = 'check_violation';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    """,
)

_OF_THESE_WORDS = pgtrigger.Trigger(
    name="benefit_approval_of_these_words",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func=f"""
        PERFORM FROM articles_fact WHERE id = NEW.fact_id FOR NO KEY UPDATE;
        IF NOT EXISTS (
            SELECT FROM articles_fact fact
            WHERE fact.id = NEW.fact_id AND NEW.digest = {_DIGEST.format(fact="fact")}
        ) THEN
            RAISE EXCEPTION 'benefit_approval_of_these_words' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


class BenefitApprovalQuerySet(models.QuerySet):
    def of(self, fact: "Fact"):
        """Keep the approvals of a fact as it is worded now."""
        return self.filter(fact=fact, digest=fact.wording_digest())


class BenefitApproval(models.Model):
    """One person's word that a fact, as it stands, shows that the treatment helps."""

    fact = models.ForeignKey(
        "articles.Fact", models.PROTECT, related_name="benefit_approvals", verbose_name=_("fact")
    )
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=300)

    objects = BenefitApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval of a benefit")
        verbose_name_plural = _("approvals of benefits")
        ordering = ["at", "pk"]
        triggers = [_OF_THESE_WORDS, *append_only("benefit_approval")]
        constraints = [
            models.UniqueConstraint(fields=["fact", "by", "digest"], name="benefit_approval_once_a_person"),
            models.CheckConstraint(name="benefit_approval_says_why", condition=~Q(reason="")),
        ]

    def __str__(self):
        return f"{self.fact_id}: {self.by_id}"
