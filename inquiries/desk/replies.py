"""What a reply says by rule: templates filled in, and what every reply about treatment must carry."""

import re

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from articles import evidence
from articles.pages import RISKS
from articles.rendering import evidence_statement
from clinic_site.calendar import moment_in_words
from clinic_site.clinic import clinic

from ..contents import Contents
from ..models import Inquiry, ReplyTemplate
from ..models.reply_template import PLACE
from ..wording import wording

# What is not about treatment; everything else is, unless its category says otherwise.
OTHER_TOPICS = ["complaint", "my_data", "website"]
OTHER_CATEGORIES = ["T7", "T8", "T9"]


def about_treatment(inquiry: Inquiry, category: str = "") -> bool:
    """Tell whether the reply must carry the statement on evidence and the link to the risks.

    `category` is the one that it is about to get, where it has none.
    """
    if category := inquiry.category or category:
        return category not in OTHER_CATEGORIES
    return inquiry.topic not in OTHER_TOPICS


def fill(template: ReplyTemplate, opened: Contents) -> str:
    """Return a template as the beginning of a reply to this person, with what the rules add."""
    inquiry = opened.inquiry
    with translation.override(template.language):
        facts = {
            "preferred_name": opened.contact.greeting_name,
            "reference": inquiry.reference,
            "reply_by": moment_in_words(timezone.localtime(inquiry.reply_by)),
            "clinic_name": clinic().name,
            "clinic_phone": clinic().phone,
            "follow_up_link": f"{settings.SITE_URL}{reverse('inquiries:ask')}follow-up/",
        }
        text = PLACE.sub(lambda place: facts.get(place[1], place[0]), template.body)
    return complete(text, inquiry)


def additions(inquiry: Inquiry, category: str = "") -> list[str]:
    """Return what a reply must hold, in the person's language: statement on evidence, link to the risks."""
    if not about_treatment(inquiry, category):
        return []
    with translation.override(inquiry.language):
        statement = evidence_statement(inquiry.language, evidence.ledger().searched_on)
        address = settings.SITE_URL + reverse("articles:detail", args=[RISKS])
        link = wording()["replies"]["risks"].format(link=address)
    return [said for said in (statement, link) if said]


def complete(text: str, inquiry: Inquiry, category: str = "") -> str:
    """Return the reply with what the rules ask for and it does not say yet. Twice is once."""
    missing = [said for said in additions(inquiry, category) if _flat(said) not in _flat(text)]
    return "\n\n".join([text.rstrip(), *missing]) if missing else text


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
