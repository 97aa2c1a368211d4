"""The state table of the triage: which step leads where. Nothing else changes an inquiry's status."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    DOUBTFUL = "doubtful", _("In quarantine")
    NEW = "new", _("New")
    TAKEN = "taken", _("Taken")
    DRAFTED = "drafted", _("Waits for a second reader")
    WAITING = "waiting", _("Waits for the person")
    ANSWERED = "answered", _("Answered")
    MERGED = "merged", _("Merged with another")
    CLOSED = "closed", _("Closed")


class Step(models.TextChoices):
    """What can be done with an inquiry."""

    # by staff
    RESTORE = "restore", _("Put into the queue")
    TAKE = "take", _("Take")
    PUT_BACK = "put_back", _("Put back")
    HAND_OVER = "hand_over", _("Hand over")
    ANSWER = "answer", _("Mark as answered")
    ASK = "ask", _("Ask the person")
    DRAFT = "draft", _("Put before a second reader")
    RELEASE = "release", _("Release the reply")
    SEND_BACK = "send_back", _("Send back to the writer")
    PLAN = "plan", _("Set the next action")
    CATEGORISE = "categorise", _("Set the category")
    TAG = "tag", _("Tag")
    UNTAG = "untag", _("Take a tag away")
    NOTE = "note", _("Note for colleagues")
    ESCALATE = "escalate", _("Call the physician in")
    UNPIN = "unpin", _("Take the pin away")
    QUARANTINE = "quarantine", _("Move into quarantine")
    MERGE = "merge", _("Merge with another")
    UNMERGE = "unmerge", _("Undo the merge")
    CLOSE = "close", pgettext_lazy("step", "Close")
    REOPEN = "reopen", _("Reopen")
    # by the person who asked
    RECEIVED = "received", _("Received")
    SENT_AGAIN = "sent_again", _("Sent again with changes")
    WROTE = "wrote", _("Wrote again")
    CHANGED_CONTACT = "changed_contact", _("Changed how to reply")
    WITHDREW = "withdrew", _("Withdrawn by the person")
    # by either, or by the clock
    ERASED = "erased", _("Erased")
    # by the worker
    MAIL_CAME_BACK = "mail_came_back", _("Mail came back")
    MAIL_FAILED = "mail_failed", _("Mail could not be sent")
    MAIL_AGAIN = "mail_again", _("Mail sent again")  # by staff, with the mail and not the inquiry
    EXPIRES_SOON = "expires_soon", _("Will be erased within 30 days")
    OWNER_AWAY = "owner_away", _("Handed over: its owner is away")
    OTHER_GONE = "other_gone", _("What was merged with it has gone")


# What changes nothing about where it stands.
_ANY_TIME = [Step.NOTE, Step.TAG, Step.UNTAG, Step.CATEGORISE]
_WHILE_OPEN = [*_ANY_TIME, Step.PLAN, Step.UNPIN]


def _stays(status: Status, steps: list[Step]) -> dict[Step, Status]:
    return dict.fromkeys(steps, status)


# What staff may do from where. ANSWER and ASK lead to DRAFTED instead where a second person must read
# the reply first (SECOND_READER); RELEASE leads to where the draft was meant to lead.
TRANSITIONS = {
    Status.DOUBTFUL: {
        Step.RESTORE: Status.NEW,
        Step.CLOSE: Status.CLOSED,
        **_stays(Status.DOUBTFUL, [*_ANY_TIME, Step.PLAN]),
    },
    Status.NEW: {
        Step.TAKE: Status.TAKEN,
        Step.HAND_OVER: Status.TAKEN,
        Step.PUT_BACK: Status.NEW,  # into another queue
        Step.ESCALATE: Status.NEW,
        Step.QUARANTINE: Status.DOUBTFUL,
        Step.MERGE: Status.MERGED,
        Step.CLOSE: Status.CLOSED,
        **_stays(Status.NEW, _WHILE_OPEN),
    },
    Status.TAKEN: {
        Step.ANSWER: Status.ANSWERED,
        Step.ASK: Status.WAITING,
        Step.DRAFT: Status.DRAFTED,
        Step.CLOSE: Status.CLOSED,
        Step.PUT_BACK: Status.NEW,
        Step.HAND_OVER: Status.TAKEN,
        Step.ESCALATE: Status.NEW,
        Step.QUARANTINE: Status.DOUBTFUL,
        Step.MERGE: Status.MERGED,
        **_stays(Status.TAKEN, _WHILE_OPEN),
    },
    Status.DRAFTED: {
        Step.RELEASE: Status.ANSWERED,
        Step.SEND_BACK: Status.TAKEN,
        Step.ESCALATE: Status.NEW,
        Step.CLOSE: Status.CLOSED,
        **_stays(Status.DRAFTED, _WHILE_OPEN),
    },
    Status.WAITING: {
        Step.TAKE: Status.WAITING,
        Step.ANSWER: Status.ANSWERED,
        Step.ASK: Status.WAITING,
        Step.DRAFT: Status.DRAFTED,
        Step.CLOSE: Status.CLOSED,
        Step.HAND_OVER: Status.WAITING,
        Step.PUT_BACK: Status.WAITING,
        Step.ESCALATE: Status.NEW,
        Step.MERGE: Status.MERGED,
        **_stays(Status.WAITING, _WHILE_OPEN),
    },
    Status.ANSWERED: {
        Step.TAKE: Status.ANSWERED,
        Step.ANSWER: Status.ANSWERED,
        Step.ASK: Status.WAITING,
        Step.DRAFT: Status.DRAFTED,
        Step.CLOSE: Status.CLOSED,
        Step.REOPEN: Status.NEW,
        Step.HAND_OVER: Status.ANSWERED,
        Step.PUT_BACK: Status.ANSWERED,
        Step.ESCALATE: Status.NEW,
        Step.MERGE: Status.MERGED,
        **_stays(Status.ANSWERED, _WHILE_OPEN),
    },
    # Where it comes back to is where it was: NEW stands for that here.
    Status.MERGED: {Step.UNMERGE: Status.NEW, Step.NOTE: Status.MERGED},
    Status.CLOSED: {Step.REOPEN: Status.NEW, **_stays(Status.CLOSED, _ANY_TIME)},
}
STAFF_STEPS = {step for steps in TRANSITIONS.values() for step in steps}

# Where an inquiry goes when the person writes: whoever had it has it again.
WRITTEN_TO = {
    Status.DOUBTFUL: Status.DOUBTFUL,  # with their receipt: into the queue
    Status.NEW: Status.NEW,
    Status.TAKEN: Status.TAKEN,
    Status.DRAFTED: Status.TAKEN,  # the draft did not know of it
    Status.WAITING: Status.TAKEN,
    Status.ANSWERED: Status.TAKEN,
    Status.MERGED: Status.MERGED,  # and the one it was merged with hears of it
    Status.CLOSED: Status.NEW,
}

AWAITING_REPLY = [Status.NEW, Status.TAKEN, Status.DRAFTED]
OPEN = [*AWAITING_REPLY, Status.WAITING, Status.ANSWERED]
SETTLED = [Status.CLOSED, Status.MERGED]  # nothing is left to do
IN_A_QUEUE = [Status.DOUBTFUL, Status.NEW]  # nobody's yet


class Queue(models.TextChoices):
    """Who takes what nobody has."""

    NURSES = "nurses", _("Nurses")
    PHYSICIANS = "physicians", _("Physicians")
    MANAGERS = "managers", _("Managers")
    EDITORS = "editors", _("Editors")


class NextAction(models.TextChoices):
    """What is to be done next. A choice: words might tell of the person."""

    READ = "read", _("Read it and decide")
    REPLY = "reply", pgettext_lazy("next action", "Reply")
    CALL = "call", _("Call the person")
    SECOND_READING = "second_reading", _("Read the draft")
    REMIND = "remind", _("Write once more")
    CLOSE = "close", pgettext_lazy("next action", "Close")
    SEE_NOTE = "see_note", _("See the note")


# What is due next wherever it has come to.
NEXT = {
    Status.DOUBTFUL: NextAction.READ,
    Status.NEW: NextAction.READ,
    Status.TAKEN: NextAction.REPLY,
    Status.DRAFTED: NextAction.SECOND_READING,
    Status.WAITING: NextAction.REMIND,
    Status.ANSWERED: NextAction.CLOSE,
}

# Categories T0 to T9 are named in content/inquiry-form.yaml.
CATEGORIES = [f"T{number}" for number in range(10)]
DANGER = ["T0", "T1"]  # closed by the responsible physician alone, with a note
SECOND_READER = ["T0", "T1", "T4", "T7"]
FOR_EDITORS = "T8"
SPAM = "T9"

# Who may do what. A category may ask for more: Inquiry.may().
WORKS = "inquiries.change_inquiry"
RELEASES = "inquiries.release_reply"
DECIDES_ON_DANGER = "inquiries.decide_on_danger"
CORRECTS_PAGES = "inquiries.answer_page_questions"
MANAGES = "inquiries.manage_desk"
PERMISSIONS = dict.fromkeys(STAFF_STEPS, WORKS) | dict.fromkeys([Step.RELEASE, Step.SEND_BACK], RELEASES)
# With inquiries about pages (T8), editors do this too.
EDITORS_STEPS = [Step.TAKE, Step.HAND_OVER, Step.PUT_BACK, Step.ANSWER, Step.ASK, Step.PLAN, Step.NOTE]
EDITORS_STEPS += [Step.TAG, Step.UNTAG, Step.ESCALATE, Step.CLOSE, Step.REOPEN]
ABOUT_DANGER = [Step.CLOSE, Step.CATEGORISE, Step.UNPIN]  # for the physician to decide
SERVES = {
    Queue.NURSES: WORKS,
    Queue.PHYSICIANS: DECIDES_ON_DANGER,
    Queue.MANAGERS: MANAGES,
    Queue.EDITORS: CORRECTS_PAGES,
}


def allows(person, step: Step, category: str) -> bool:
    """Tell whether somebody's role lets them take a step with inquiries of a category."""
    if category in DANGER and step in ABOUT_DANGER:
        return person.has_perm(DECIDES_ON_DANGER)
    if person.has_perm(PERMISSIONS[step]):
        return True
    return category == FOR_EDITORS and step in EDITORS_STEPS and person.has_perm(CORRECTS_PAGES)


class StepRefused(Exception):
    """The step cannot be taken from where the inquiry is now; the message says why, for staff."""
