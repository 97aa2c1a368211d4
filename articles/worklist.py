"""What waits for whom, and what burns: every list is computed when it is asked for, none is stored.

Each function takes the same number of queries whatever the number of rows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import NegatedExpression
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import evidence, statements
from .citing import citing_articles
from .marks import CITATION, cited_facts
from .models import (
    CLINICAL,
    NOTICE,
    WITH_SUMMARY,
    Article,
    ArticleEvent,
    Credit,
    Fact,
    Publication,
    ReviewState,
    Revision,
    Role,
    Signature,
    Status,
    Step,
    TreatmentStatus,
    Trial,
    WordExemption,
)

# What waits for one person


@dataclass(frozen=True)
class Task:
    """One thing that somebody can do now, and the article to which it belongs."""

    article: Article
    what: str
    since: datetime
    step: str = ""  # the button that does it, where there is one
    note: str = ""


def tasks(user: Any) -> list[Task]:
    """Return what waits for this account, the longest wait first."""
    found = [
        Task(credit.article, _("Read and sign"), credit.article.submitted_at, Step.SIGN)
        for credit in own_signatures(user).select_related("article")
    ]
    found += [
        Task(
            credit.article,
            _("Enter the signature of %(name)s") % {"name": credit.person},
            credit.article.submitted_at,
            Step.SIGN,
        )
        for credit in signatures_of_others(user).select_related("article", "person")
    ]
    found += [
        Task(article, _("Publish"), article.signed_at or article.submitted_at, Step.PUBLISH)
        for article in ready_to_publish(user)
    ]
    found += [
        Task(
            wish.article,
            _("Allow the word “%(word)s”, or not") % {"word": wish.word},
            wish.asked_at,
            note=wish.reason,
        )
        for wish in words_to_allow(user).select_related("article")
    ]
    found += [
        Task(article, _("Mend what was sent back"), article.sent_back_at, note=article.sent_back_because)
        for article in sent_back(user)
    ]
    return sorted(found, key=lambda task: task.since)


def count_of_tasks(user: Any) -> int:
    """Return how many tasks wait for this account: one query, none for who has nothing to do here."""
    lists: list[QuerySet] = []
    if user.has_perm("articles.sign_article"):
        lists.append(own_signatures(user))
    if user.has_perm("articles.publish_article"):
        lists += [signatures_of_others(user), ready_to_publish(user), words_to_allow(user)]
    if user.has_perm("articles.change_article"):
        lists.append(sent_back(user))
    if not lists:
        return 0
    first, *others = [rows.order_by().values_list("pk") for rows in lists]
    return first.union(*others, all=True).count()


def missing_signatures() -> QuerySet[Any]:
    """Return each reviewer whose signature an article in review still needs.

    For many articles what publishing.reviewers_waiting() says of one.
    """
    signed = Signature.objects.filter(
        article=OuterRef("article"),
        person=OuterRef("person"),
        signed_at__gte=OuterRef("article__submitted_at"),
        **{f"revision__{name}": OuterRef(f"article__{name}") for name in CLINICAL},
    )
    return Credit.objects.filter(~Exists(signed), role=Role.REVIEWER, article__status=Status.IN_REVIEW)


def _not_saved_by(user: Any, article: str = "pk") -> NegatedExpression:
    """Leave out articles whose text the person saved last: somebody else has to sign it."""
    newer = Revision.objects.filter(article=OuterRef("article"), number__gt=OuterRef("number"))
    return ~Exists(Revision.objects.filter(~Exists(newer), article=OuterRef(article), by=user))


def own_signatures(user: Any) -> QuerySet[Any]:
    if not user.has_perm("articles.sign_article"):
        return Credit.objects.none()
    return missing_signatures().filter(_not_saved_by(user, "article"), person__user=user)


def signatures_of_others(user: Any) -> QuerySet[Any]:
    """Return the signatures that people without an account gave, or will give, on paper."""
    if not user.has_perm("articles.publish_article"):
        return Credit.objects.none()
    return missing_signatures().filter(_not_saved_by(user, "article"), person__user=None)


def ready_to_publish(user: Any) -> QuerySet[Any]:
    if not user.has_perm("articles.publish_article"):
        return Article.objects.none()
    signed = Signature.objects.filter(article=OuterRef("pk"), signed_at__gte=OuterRef("submitted_at"))
    return Article.objects.filter(status=Status.SIGNED).annotate(
        signed_at=Subquery(signed.order_by("-signed_at").values("signed_at")[:1])
    )


def words_to_allow(user: Any) -> QuerySet[WordExemption]:
    if not user.has_perm("articles.publish_article"):
        return WordExemption.objects.none()
    return WordExemption.objects.filter(allowed_by=None).exclude(asked_by=user)


def sent_back(user: Any) -> QuerySet[Any]:
    """Return the drafts that came back to this person: who saved the text last, or is named as writing it."""
    if not user.has_perm("articles.change_article"):
        return Article.objects.none()
    latest = ArticleEvent.objects.filter(article=OuterRef("pk")).order_by("-at", "-pk")
    writes = Credit.objects.filter(
        article=OuterRef("pk"), person__user=user, role__in=[Role.AUTHOR, Role.TRANSLATOR]
    )
    return (
        Article.objects.filter(status=Status.DRAFT)
        .annotate(
            latest_step=Subquery(latest.values("step")[:1]),
            sent_back_at=Subquery(latest.values("at")[:1]),
            sent_back_because=Subquery(latest.values("note")[:1]),
        )
        .filter(Q(~_not_saved_by(user)) | Exists(writes), latest_step=Step.SEND_BACK)
    )


# What is due


@dataclass(frozen=True)
class Due:
    """A public page whose review has a day: how far that day is, and whether lists have dropped the page."""

    page: Publication
    days: int  # until the review is due, or since
    has_left_lists: bool


def overdue_pages() -> list[Due]:
    return _due(Publication.objects.public().overdue())


def pages_due_soon() -> list[Due]:
    return _due(Publication.objects.public().due_soon())


def _due(pages: QuerySet[Publication]) -> list[Due]:
    today = evidence.today()
    return [
        Due(page, abs((page.next_review_on - today).days), page.review_state == ReviewState.LAPSED)
        for page in _light(pages).order_by("next_review_on", "slug", "language")
    ]


def scheduled_pages() -> list[Publication]:
    return list(_light(Publication.objects.scheduled()).order_by("visible_from"))


def _light(pages: QuerySet[Publication]) -> QuerySet[Publication]:
    """Leave the long texts where they are."""
    return pages.select_related("article").defer(
        "body", "head_html", "body_html", "contents", "references", "article__body"
    )


def translations_behind() -> list[Article]:
    """Return the translations that say something else than their original, or whose original is withdrawn."""
    found = Article.objects.behind_their_original().exclude(status=Status.WITHDRAWN)
    withdrawn = Article.objects.published().filter(
        translation_of__withdrawn_at__isnull=False, translation_of__status=Status.WITHDRAWN
    )
    orphans = withdrawn.annotate(original_changed_at=F("translation_of__withdrawn_at"))
    return [
        *orphans.select_related("translation_of"),
        *found.select_related("translation_of").order_by("original_changed_at"),
    ]


# What the evidence asks for


@dataclass(frozen=True)
class FactDue:
    """A fact that somebody has to read the sources of again, and the articles that would feel it."""

    fact: Fact
    due: date
    is_overdue: bool
    articles: list[Article]


def facts_due() -> list[FactDue]:
    """Return the facts that are due to be checked again, or will be soon; those that articles cite first."""
    today = evidence.today()
    citing = citing_articles()
    rows = Fact.objects.with_due_day().filter(due__lte=today + NOTICE)
    found = [FactDue(row, row.due, row.due < today, citing.get(row.key, [])) for row in rows]
    return sorted(found, key=lambda row: (not row.is_overdue, not row.articles, row.due, row.fact.key))


@dataclass(frozen=True)
class Flaw:
    """A fact that may no longer be cited, and why not."""

    key: str
    why: str
    fact_pk: int | None  # None where there is no such fact


@dataclass(frozen=True)
class Unsupported:
    """A page that readers see and that could not be published today, because of what it cites."""

    page: Publication
    flaws: list[Flaw]


def pages_with_uncitable_facts() -> list[Unsupported]:
    """Return the public pages whose facts went stale, back to unchecked, or lost their source."""
    ledger = evidence.ledger()
    numbers = dict(Fact.objects.values_list("key", "pk"))
    citable = set(Fact.objects.publishable().values_list("key", flat=True))
    pages = Publication.objects.public().select_related("article").defer("head_html", "body_html")
    found = []
    for page in pages.order_by("slug", "language"):
        flaws = [
            Flaw(key, _why_not(key, ledger), numbers.get(key))
            for key in _cited(page, ledger)
            if key not in citable
        ]
        if flaws:
            found.append(Unsupported(page, flaws))
    return found


def _why_not(key: str, ledger: evidence.Ledger) -> str:
    try:
        ledger.fact(key)
    except evidence.UnknownFact as problem:
        return str(problem)
    return _("%(fact)s has no source that can be followed.") % {"fact": key}


def _cited(page: Publication, ledger: evidence.Ledger) -> list[str]:
    """Return the facts that a page stands on. A range leaves out what nobody has checked yet."""
    summary = statements.summary_lines(page.language) if page.kind in WITH_SUMMARY else []
    text = "\n".join([*summary, page.in_short, page.body])
    singly = {part for mark in CITATION.finditer(text) for part in re.split(r",\s*", mark[1])}
    return [
        key
        for key in cited_facts(text)
        if key in singly or ((fact := ledger.facts.get(key)) and fact.verified)
    ]


def statuses_to_look_at() -> list[TreatmentStatus]:
    """Return the rows of the treatment table that are due: trials after 90 days, the others by their day."""
    return list(TreatmentStatus.objects.due().order_by("checked_on", "position"))


def trials_to_look_at() -> list[Trial]:
    """Return the trials whose records nobody has looked at for 90 days (rule C20)."""
    return list(Trial.objects.due().order_by("checked_on", "position"))


# All of it

NAMES = {
    "mine": gettext_lazy("Waiting for me"),
    "overdue": gettext_lazy("Overdue for review"),
    "unsupported": gettext_lazy("Unsupported"),
    "due-soon": gettext_lazy("Review due in 30 days"),
    "behind": gettext_lazy("Translations behind their original"),
    "facts": gettext_lazy("Facts to check again"),
    "statuses": gettext_lazy("Treatments to look at again"),
    "trials": gettext_lazy("Trials to look at again"),
    "scheduled": gettext_lazy("Scheduled"),
}
ABOUT = {
    "unsupported": gettext_lazy("Published pages that cite what may no longer be cited"),
    "facts": gettext_lazy("Facts to check again, by 30 days from now"),
    "statuses": gettext_lazy("Rows of the treatment table to look at again"),
    "trials": gettext_lazy("Trial records that nobody has looked at for 90 days"),
}
BURNS = {"overdue", "unsupported"}
FIELDS = {"mine": "tasks", "due-soon": "due_soon"}  # of Everything, where the name differs


@dataclass(frozen=True)
class Part:
    """One list of the worklist, under the name that it has wherever it is named."""

    key: str
    rows: Sequence[Any]

    @property
    def name(self) -> Any:
        return NAMES[self.key]

    @property
    def about(self) -> Any:
        return ABOUT.get(self.key, "")

    @property
    def burns(self) -> bool:
        return self.key in BURNS


def reviews_and_translations() -> list[Part]:
    """Return what the first page of the admin says of the articles; nothing while nothing is due."""
    parts = [
        Part("overdue", overdue_pages()),
        Part("due-soon", pages_due_soon()),
        Part("behind", translations_behind()),
    ]
    return [part for part in parts if part.rows]


@dataclass(frozen=True)
class Everything:
    """The whole worklist, as it is at this moment."""

    tasks: list[Task]
    overdue: list[Due]
    due_soon: list[Due]
    behind: list[Article]
    unsupported: list[Unsupported]
    facts: list[FactDue]
    statuses: list[TreatmentStatus]
    trials: list[Trial]
    scheduled: list[Publication]
    at: datetime = field(default_factory=timezone.now)

    @property
    def parts(self) -> list[Part]:
        """Return the lists that have something in them, in the order of the page."""
        parts = [Part(key, getattr(self, FIELDS.get(key, key))) for key in NAMES]
        return [part for part in parts if part.rows]


def everything(user: Any) -> Everything:
    return Everything(
        tasks=tasks(user),
        overdue=overdue_pages(),
        due_soon=pages_due_soon(),
        behind=translations_behind(),
        unsupported=pages_with_uncitable_facts(),
        facts=facts_due(),
        statuses=statuses_to_look_at(),
        trials=trials_to_look_at(),
        scheduled=scheduled_pages(),
    )
