"""Why an inquiry is pinned, or waits in quarantine, in words for staff."""

from .. import wording
from ..models import Category, DangerWord, Inquiry
from ..models.pins import NOT_OF_DANGER
from ..screening import spam


def marks(inquiry: Inquiry) -> list[str]:
    """Return in few words why it stands first, without asking the database."""
    category = [category_names().get(inquiry.category, inquiry.category)] if inquiry.category else []
    others = [NOT_OF_DANGER[reason] for reason in inquiry.danger_reasons if reason in NOT_OF_DANGER]
    return category + [str(step.label) for step in others]


def category_names() -> dict[str, str]:
    """Return what staff call each category, T0 first."""
    names = {key: f"{key}: {name}" for key, name in wording.categories().items()}
    return names | {key: str(name) for key, name in Category.choices}


def reasons_of_pin(inquiry: Inquiry) -> list[str]:
    """Return each reason as staff call it; a word that is no longer listed stands for itself."""
    names = {word.key: str(word) for word in DangerWord.objects.filter(key__in=inquiry.danger_reasons)}
    names |= {key: str(step.label) for key, step in NOT_OF_DANGER.items()}
    return [names.get(reason, reason) for reason in inquiry.danger_reasons]


def signs_of_spam(inquiry: Inquiry) -> list[str]:
    return [spam.reason_words(reason) for reason in inquiry.doubt_reasons]
