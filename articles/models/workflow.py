"""The state table of an article: its statuses, the steps between them, and nothing else."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    """Where the text that staff work on stands. Readers go on seeing what was published last."""

    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    SIGNED = "signed", _("signed")
    PUBLISHED = "published", pgettext_lazy("status", "published")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Step(models.TextChoices):
    """What staff do to an article, in the words of the buttons."""

    SUBMIT = "submit", _("Send to review")
    SEND_BACK = "send_back", _("Send back")
    SIGN = "sign", _("Sign")
    PUBLISH = "publish", _("Publish")
    WITHDRAW = "withdraw", _("Withdraw")
    CHANGE = "change", pgettext_lazy("step", "Change the text")


TRANSITIONS = {
    Status.DRAFT: {
        Step.CHANGE: Status.DRAFT,
        Step.SUBMIT: Status.IN_REVIEW,
        Step.WITHDRAW: Status.WITHDRAWN,
    },
    Status.IN_REVIEW: {
        Step.CHANGE: Status.DRAFT,
        Step.SIGN: Status.SIGNED,
        Step.SEND_BACK: Status.DRAFT,
        Step.WITHDRAW: Status.WITHDRAWN,
    },
    Status.SIGNED: {
        Step.CHANGE: Status.DRAFT,
        Step.SEND_BACK: Status.DRAFT,
        Step.PUBLISH: Status.PUBLISHED,
        Step.WITHDRAW: Status.WITHDRAWN,
    },
    Status.PUBLISHED: {
        Step.CHANGE: Status.DRAFT,
        Step.SUBMIT: Status.IN_REVIEW,
        Step.WITHDRAW: Status.WITHDRAWN,
    },
    Status.WITHDRAWN: {
        Step.CHANGE: Status.DRAFT,
        Step.SUBMIT: Status.IN_REVIEW,
    },
}


def next_steps(status: str) -> list[Step]:
    """Return the steps that lead on from a status, in the order of the buttons."""
    return [step for step in Step if step in TRANSITIONS[Status(status)]]
