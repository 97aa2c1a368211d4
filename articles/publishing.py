"""The way of an article to its readers and back: the only code that changes what is public.

Each step locks the article, compares what the person had on the screen with what is stored, follows the
state table, and writes down who did it. Refused says why not, in words for the screen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import evidence, indexing
from .dates import add_months
from .manuscripts import plan_of, problems_of, render_text
from .models import (
    TRANSITIONS,
    WRITTEN,
    Article,
    ArticleEvent,
    ChangeKind,
    InterestStatement,
    Person,
    Publication,
    Role,
    Signature,
    Status,
    Step,
    next_steps,
)
from .models.text import ArticleText
from .quality import Problem, Severity
from .translating import has_gaps


class Refused(Exception):
    """A step that cannot be taken now; the message is for whoever tried."""


class Overtaken(Refused):
    """Somebody else was faster: what the person saw is not what is stored."""


class Stopped(Refused):
    """The rules stop publication; `problems` says where and why."""

    def __init__(self, problems: list[Problem]):
        super().__init__(_("The editorial rules stop this. Mend or answer what is listed."))
        self.problems = problems


# What the person had on the screen: the count of changes, and the status.
type Seen = tuple[int, str]


def seen(article: Article) -> Seen:
    """Return what has to be unchanged when somebody takes a step."""
    return (article.edits, article.status)


def open_steps(article: Article) -> list[Step]:
    """Return the steps that make sense now, buttons in their order."""
    steps: list[Step] = [step for step in next_steps(article.status) if step != Step.CHANGE]
    if not _can_be_withdrawn(article):
        steps = [step for step in steps if step != Step.WITHDRAW]
    return steps


@dataclass
class Taking:
    """A step that is being taken: the article, locked, and the status that it is about to have."""

    article: Article
    becomes: str


@contextmanager
def _step(article: Article, step: Step, by: Any, had: Seen | None, note: str = "") -> Iterator[Taking]:
    """Take a step: lock, compare, check the table; then mark and write down."""
    with transaction.atomic():
        held = article.hold()
        if had is not None and seen(held) != had:
            raise Overtaken(_("Somebody changed this article meanwhile. Look again, then decide."))
        after = TRANSITIONS[Status(held.status)].get(step)
        if after is None:
            raise Refused(
                _("“%(step)s” does not follow “%(status)s”.")
                % {"step": step.label, "status": held.get_status_display()}
            )
        taking = Taking(held, after)
        try:
            with transaction.atomic():
                yield taking
        except IntegrityError as error:
            # The constraints and triggers know what this module should have asked.
            raise Refused(_("The database refuses this: look at who is named on the article.")) from error
        held.mark(status=taking.becomes)
        ArticleEvent.objects.create(
            article=held, revision=held.latest_revision(), step=step, became=taking.becomes, note=note, by=by
        )
    article.refresh_from_db()


def submit(article: Article, *, by: Any, note: str = "", had: Seen | None = None) -> None:
    """Send the text to its reviewers. Signatures from before no longer count."""
    with _step(article, Step.SUBMIT, by, had, note) as taking:
        held = taking.article
        credits = held.credits.all()
        if not any(credit.role == Role.AUTHOR for credit in credits):
            raise Refused(_("Name an author first."))
        if not any(credit.role == Role.REVIEWER for credit in credits):
            raise Refused(_("Name a clinical reviewer first: somebody has to read it."))
        if has_gaps(held):
            raise Refused(_("Some passages are still “…”: write them first."))
        held.mark(submitted_at=timezone.now())


def send_back(article: Article, *, by: Any, note: str, had: Seen | None = None) -> None:
    """Give the text back to its author, saying why."""
    if not note.strip():
        raise Refused(_("Say what is to be mended."))
    with _step(article, Step.SEND_BACK, by, had, note):
        pass


def sign(
    article: Article,
    *,
    person: Person,
    by: Any,
    next_review_on: date | None = None,
    paper: str = "",
    had: Seen | None = None,
) -> None:
    """Vouch for the clinical text as it stands, until `next_review_on` (default: as the plan asks).

    The article is signed when every reviewer named on it has signed these very words.
    """
    with _step(article, Step.SIGN, by, had, str(person)) as taking:
        held = taking.article
        waiting = reviewers_waiting(held)
        if person not in waiting:
            raise Refused(
                _("%(name)s is not among the reviewers whose signature is missing.") % {"name": person}
            )
        if by is not None and held.had_a_hand_in_it(by):
            raise Refused(_("You had a hand in this text yourself. Somebody else has to sign it."))
        if by is not None and person.user != by:
            if person.user is not None:
                raise Refused(_("%(name)s has an account and signs there.") % {"name": person})
            if person.works_for_clinic:
                raise Refused(_("%(name)s works here, and signs with an account.") % {"name": person})
            if not paper.strip():
                raise Refused(_("Say where the signed paper of %(name)s is kept.") % {"name": person})
        today = evidence.today()
        latest = add_months(today, plan_of(held)["review_months"])
        due = next_review_on or latest
        if not today < due <= latest:
            raise Refused(
                _("The next review must be after today and no later than %(day)s.")
                % {"day": date_format(latest, "DATE_FORMAT")}
            )
        Signature.objects.create(
            article=held,
            revision=held.latest_revision(),
            digest=held.clinical_digest,
            person=person,
            by=by,
            paper=paper,
            reviewed_on=today,
            next_review_on=due,
        )
        if len(waiting) > 1:
            taking.becomes = Status.IN_REVIEW


def reviewers_waiting(article: Article) -> list[Person]:
    """Return the reviewers who have not signed the text that stands."""
    signed = {signature.person_id for signature in article.signatures_now()}
    credits = article.credits.filter(role=Role.REVIEWER).select_related("person__user")
    return [credit.person for credit in credits if credit.person_id not in signed]


def publish(
    article: Article,
    *,
    by: Any,
    change_kind: str = "",
    change_note: str = "",
    visible_from: datetime | None = None,
    had: Seen | None = None,
    shipped: bool = False,
) -> Publication:
    """Make a new version that readers see from `visible_from` on (default: now).

    `shipped` is for the articles of the demonstration, which no clinician has read: the site says so on
    every page, search engines are kept out, and nothing of it is public in any other mode.
    """
    if shipped and not settings.DEMONSTRATION:
        raise Refused("Only a demonstration shows what nobody has signed.")
    with _step(article, Step.PUBLISH, by, had, change_note) as taking:
        held = taking.article
        last = held.latest_publication()
        if waiting := reviewers_waiting(held):
            names = ", ".join(str(person) for person in waiting)
            raise Refused(_("Not signed yet by %(names)s.") % {"names": names})
        if last is None:
            change_kind, change_note = ChangeKind.FIRST, ""
        elif change_kind not in ChangeKind.values or change_kind == ChangeKind.FIRST:
            raise Refused(_("Say what kind of change it is."))
        if change_kind == ChangeKind.REVIEW:
            if not _says_the_same(held, visible_from):
                raise Refused(_("Readers see something else now: this is a correction or an update."))
            with translation.override(held.language):
                change_note = change_note or str(ChangeKind.REVIEW.label)
        if not shipped and (found := stopping(held, change_note)):
            raise Stopped(found)
        statement = InterestStatement.in_force(held.language)
        if statement is None:
            raise Refused(_("There is no conflict-of-interest statement in this language yet."))
        publication = edition(held)
        publication.change_kind, publication.change_note = change_kind, change_note
        publication.by, publication.published_at = by, timezone.now()
        publication.visible_from = max(visible_from or publication.published_at, publication.published_at)
        publication.first_visible_from = last.first_visible_from if last else publication.visible_from
        first_day = evidence.today() + (publication.visible_from - publication.published_at)
        if first_day >= publication.next_review_on:
            raise Refused(
                _("Its next review is due by %(day)s, before readers would see it. Have it signed again.")
                % {"day": date_format(publication.next_review_on, "DATE_FORMAT")}
            )
        if publication.is_demonstration and not settings.DEMONSTRATION:
            raise Refused(_("Somebody named on it is invented, for the demonstration. Name real people."))
        publication.interest_statement = statement
        publication.save(force_insert=True)
        indexing.enter(publication)
        held.mark(
            reviewed_on=publication.reviewed_on,
            next_review_on=publication.next_review_on,
            interest_statement=statement,
        )
    return publication


def stopping(article: Article, change_note: str) -> list[Problem]:
    """Return what keeps the text from being published as the next version: errors, unanswered warnings."""
    last = article.latest_publication()
    version = last.number + 1 if last else 1
    return [p for p in problems_of(article, version=version, change_note=change_note) if p.is_open]


def edition(article: Article, words: ArticleText | None = None, *, strict: bool = True) -> Publication:
    """Return a page as readers would see it, not saved: of `words`, or of the text that stands.

    Raises UnknownFact or RenderingError. A preview is not `strict`: what stops publication is shown in it.
    """
    words = words or article
    signatures = [s for s in article.signatures_now() if s.digest == words.clinical_digest]
    signers = {signature.person_id for signature in signatures}
    last = article.latest_publication()
    credits = article.credits.select_related("person") if article.pk else []
    fields: dict[str, Any] = {
        # Of what nobody signed there are none yet.
        "reviewed_on": max((s.reviewed_on for s in signatures), default=None),
        "next_review_on": min((s.next_review_on for s in signatures), default=None),
        **{name: getattr(words, name) for name in WRITTEN},
        **vars(render_text(words, article.language, strict=strict)),
    }
    return Publication(
        article=article,
        revision=article.latest_revision(),
        number=last.number + 1 if last else 1,
        language=article.language,
        signed_digest=signatures[0].digest if signatures else "",
        people=[
            credit.person.as_printed(credit.role, article.language)
            for credit in credits
            if credit.role != Role.REVIEWER or credit.person_id in signers
        ],
        translated_from=article.translated_from,
        is_demonstration=any(credit.person.is_demonstration for credit in credits),
        **fields,
    )


def withdraw(article: Article, *, by: Any, reason: str, had: Seen | None = None) -> None:
    """Take the page from readers at once. Its address says that it was withdrawn, and why."""
    if not reason.strip():
        raise Refused(_("Say why: readers who come back see it."))
    said = [p for p in problems_of(article, change_note=reason) if p.place.field == "change_note"]
    if said := [problem for problem in said if problem.severity == Severity.ERROR]:
        raise Stopped(said)
    with _step(article, Step.WITHDRAW, by, had, reason) as taking:
        held = taking.article
        if not _can_be_withdrawn(held):
            raise Refused(_("Nothing of this article is published."))
        held.mark(withdrawn_at=timezone.now(), withdrawn_because=reason.strip())
        indexing.take_out(held.pk)


def change_people(article: Article, *, by: Any) -> None:
    """Take note that other people are named on the article: those who signed did not know of them."""
    if article.status == Status.DRAFT:
        return
    with _step(article, Step.CHANGE, by, None, _("Other people are named on it.")):
        pass


def _says_the_same(article: Article, at: datetime | None) -> bool:
    """Whether the text that stands is what readers see under the same address when its moment comes."""
    seen = article.publications.not_withdrawn().filter(visible_from__lte=at or timezone.now()).first()
    return seen is not None and seen.digest == article.digest


def _can_be_withdrawn(article: Article) -> bool:
    last = article.latest_publication()
    return last is not None and (article.withdrawn_at is None or last.published_at > article.withdrawn_at)
