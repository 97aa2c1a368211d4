"""Plain functions that make a valid object in one line."""

import secrets

from django.forms import ModelMultipleChoiceField
from django.utils import timezone, translation

from articles import publishing
from articles.models import Article, ChangeKind, Credit, InterestStatement, Person, Role
from articles.models import Status as ArticleStatus
from inquiries import contents
from inquiries.ask.forms import InquiryForm
from inquiries.contents import Contact
from inquiries.models import Inquiry, Queue, Status
from inquiries.models.stepping import PATIENCE
from inquiries.models.triage import NEXT
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
    """Return a stored inquiry; what a person writes (name, address, message) is sealed on the way."""
    now = timezone.now()
    written = {
        "preferred_name": "Ada",
        "email": "ada@example.org",
        "phone": "",
        "best_time": "",
        "wishes": "",
    }
    written |= {"message": "Is there a trial that I could join?"}
    written |= {name: fields.pop(name) for name in list(fields) if name in written}
    token = fields.pop("token", None) or secrets.token_urlsafe(16)
    fields = {
        "content_digest": secrets.token_bytes(32),
        "contact_method": "email",
        "language": "en",
        "lives_in": "elsewhere",
        "asking_for": "self",
        "topic": "evidence",
        "category": "T2",
        "reply_by": reply_by(now),
        "answered_at": now if status in (Status.ANSWERED, Status.CLOSED) else None,
        "closed_at": now if status == Status.CLOSED else None,
        "closing_reason": "answered" if status == Status.CLOSED else "",
    } | fields
    settled = status in (Status.CLOSED, Status.MERGED)
    due = now + PATIENCE if status in (Status.WAITING, Status.ANSWERED) else fields["reply_by"]
    fields.setdefault("next_action_at", None if settled else due)
    fields.setdefault("next_action", "" if settled else NEXT[Status(status)])
    if status == Status.MERGED and "merged_into" not in fields:
        fields["merged_into"] = make_inquiry()
    fields.setdefault("queue", "" if settled or owner else Queue.NURSES)
    inquiry = Inquiry(status=status, owner=owner, **fields)
    question = written.pop("message")
    contents.seal_new(inquiry, token, Contact(**written), question)
    inquiry.save(force_insert=True)
    return inquiry


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
