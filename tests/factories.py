"""Plain functions that make a valid object in one line."""

import secrets

from django.forms import ModelMultipleChoiceField
from django.utils import timezone, translation

from articles import publishing
from articles.models import Article, ChangeKind, Credit, InterestStatement, Person, Role
from articles.models import Status as ArticleStatus
from inquiries.forms import InquiryForm
from inquiries.models import AWAITING_REPLY, Inquiry, Status
from inquiries.reply_promise import reply_by

ANSWERS = {
    "topic": "evidence",
    "message": "Is there a trial that I could join?",
    "asking_for": "self",
    "lives_in": "elsewhere",
    "preferred_name": "Ada",
    "language": "en",
    "contact_method": "email",
    "email": "ada@example.org",
    "phone": "",
    "best_time": "",
    "adult": "on",
    "personal": "on",
    "sensitive": "on",
}


def token(language="en"):
    """Return a token as it stands in a form that was opened in this language."""
    with translation.override(language):
        return InquiryForm().initial["form_token"]


def answers(**changed):
    """Return what a browser posts for a complete form; None leaves an answer out."""
    fields = ANSWERS | {"form_token": token()} | changed
    return {name: value for name, value in fields.items() if value is not None}


def make_inquiry(*, status=Status.NEW, owner=None, **fields):
    now = timezone.now()
    fields = {
        "form_token": secrets.token_urlsafe(16),
        "content_digest": secrets.token_hex(32),
        "preferred_name": "Ada",
        "contact_method": "email",
        "email": "ada@example.org",
        "language": "en",
        "lives_in": "elsewhere",
        "asking_for": "self",
        "topic": "evidence",
        "message": "Is there a trial that I could join?",
        "reply_by": reply_by(now),
        "answered_at": None if status in AWAITING_REPLY else now,
        "closed_at": now if status == Status.CLOSED else None,
        "closing_reason": "answered" if status == Status.CLOSED else "",
    } | fields
    return Inquiry.objects.create(status=status, owner=owner, **fields)


def posted(response, **changed):
    """Return what a browser would send for a form of the admin, inlines included, as it was opened."""
    admin_form = response.context["adminform"]
    forms = [admin_form.form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    fields = [field for form in forms for field in form]
    values = {field.html_name: field.value() for field in fields}
    many = {field.html_name for field in fields if isinstance(field.field, ModelMultipleChoiceField)}
    # A box that is not ticked is not sent, nor is a list of which nothing was chosen.
    data = {
        name: "" if value is None else value
        for name, value in values.items()
        if value is not False and not (name in many and not value)
    }
    return data | changed


def make_person(key=None, *, name="Kim", **fields):
    """Return somebody who may write or review; nobody on paper unless told so."""
    said = {"name": name, "role": "Physician", "qualification": "Psychiatrist"}
    said |= {"licence_body": "Ministry of Health and Welfare", "interests": "None"}
    both = {f"{field}_{language}": text for field, text in said.items() for language in ("en", "ko")}
    return Person.objects.create(key=key or secrets.token_hex(8), **(both | fields))


def make_article(*, authors=None, reviewers=None, by=None, **fields):
    """Return a draft that somebody has written and somebody else is to review."""
    fields = {
        "language": "en",
        "slug": f"page-{secrets.token_hex(4)}",
        "kind": "condition",
        "title": "A plain page",
        "summary": "What this page is about.",
        "body": "You are welcome here.\n\n{panel not-advice}\n",
    } | fields
    article = Article(**fields)
    article.save(by=by)
    invented = {"is_demonstration": True}
    for person in authors if authors is not None else [make_person(**invented)]:
        Credit.objects.create(article=article, person=person, role=Role.AUTHOR)
    for person in reviewers if reviewers is not None else [make_person(**invented)]:
        Credit.objects.create(article=article, person=person, role=Role.REVIEWER)
    return article


def publish(article, **options):
    """Send an article to review, sign and publish it as the demonstration does, and return the version."""
    for language in ("en", "ko"):
        if InterestStatement.in_force(language) is None:
            InterestStatement.objects.create(language=language, text="We earn money by this.")
    if article.status != ArticleStatus.SIGNED:
        publishing.submit(article, by=None)
        for person in publishing.reviewers_waiting(article):
            publishing.sign(article, person=person, by=None)
    options = {"change_kind": ChangeKind.UPDATE, "change_note": "Said more plainly."} | options
    return publishing.publish(article, by=None, shipped=True, **options)


def publish_article(*, visible_from=None, **fields):
    """Return an article that readers see, or will see from a moment on."""
    article = make_article(**fields)
    publish(article, visible_from=visible_from)
    return article
