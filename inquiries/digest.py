"""The morning mail to staff: how much is late, pinned, due today and in quarantine. Only counts."""

import logging
from contextlib import suppress
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, mailers
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from articles.models import Language
from clinic_site.clinic import clinic

from .models import Absence, Digest, Inquiry, MailState, Status, is_late, is_open
from .models.triage import SERVES

logger = logging.getLogger(__name__)


def send_all() -> int:
    """Send each person the mail of today, once, while the clinic is open; return how many went out.

    What did not go out is tried again the next time. Somebody for whom nothing waits gets no mail that day.
    """
    now = timezone.localtime()
    if not is_time(now):
        return 0
    sent = 0
    for person in recipients():
        digest = Digest.objects.lease(person, now.date())
        if digest is None:
            continue
        counts = waiting_for(person)
        if not any(counts.values()):
            digest.settle(MailState.DROPPED)
            continue
        server = mailers.default
        try:
            message = write(digest, counts)
            server.open()
            server.send_messages([message])
        except Exception as error:  # whatever it is, its text may hold the address
            logger.warning("The morning mail %s did not go out: %s", digest.pk, type(error).__name__)
        else:
            digest.settle(MailState.SENT)
            sent += 1
        finally:
            with suppress(Exception):
                server.close()
    return sent


def is_time(now: datetime) -> bool:
    """Whether it is a working day, and between opening and closing."""
    if not clinic().is_open_on(now.date()):
        return False
    opens, closes = clinic().opening[now.weekday()]
    return opens <= now.time() < closes


def may_get(person) -> bool:
    return any(person.has_perm(right) for right in SERVES.values())


def recipients() -> list:
    """Return who works at the desk, has an address, wants the mail and is not away."""
    people = get_user_model().objects.filter(is_staff=True, is_active=True).exclude(email="")
    people = people.exclude(digest_wish__wanted=False).exclude(pk__in=Absence.objects.now().values("person"))
    return [person for person in people.select_related("digest_wish").order_by("pk") if may_get(person)]


def waiting_for(person) -> dict[str, int]:
    """Return how much is late, pinned and due today, of what somebody has or what their queues hold.

    And how much lies in quarantine: a person's question may, until somebody has looked at it.
    """
    queues = [queue for queue, right in SERVES.items() if person.has_perm(right)]
    seen = Inquiry.objects.visible_to(person)
    doubtful = seen.filter(status=Status.DOUBTFUL, queue__in=queues)
    mine = seen.filter(Q(owner=person) | Q(owner=None, queue__in=queues), is_open())
    midnight = timezone.localtime().replace(hour=23, minute=59, second=59, microsecond=0)
    counts = mine.aggregate(
        late=Count("pk", filter=is_late()),
        pinned=Count("pk", filter=Q(pinned=True)),
        due=Count("pk", filter=Q(due_at__gte=timezone.now(), due_at__lte=midnight)),
    )
    return counts | {"doubtful": doubtful.count()}


def languages_of(person) -> list[str]:
    """Return the language that somebody chose; both, as long as they have not."""
    wish = getattr(person, "digest_wish", None)
    return [wish.language] if wish else list(Language.values)


def write(digest: Digest, counts: dict[str, int]) -> EmailMessage:
    """Return the mail, in the language of who gets it."""
    languages = languages_of(digest.person)
    parts = []
    for language in languages:
        with translation.override(language):
            parts.append(_in_words(digest, counts))
    return EmailMessage(
        subject=" / ".join(subject for subject, _body in parts),
        body="\n\n\n".join(body for _subject, body in parts) + "\n",
        from_email=settings.MAIL_FROM,
        to=[digest.person.email],
        headers={
            # The same each time it is tried: a mail server that got it twice may show it once.
            "Message-ID": f"<desk-{digest.day}-{digest.pk}@{_domain()}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834
            "X-Auto-Response-Suppress": "All",
            "Content-Language": ", ".join(languages),
        },
    )


def _in_words(digest: Digest, counts: dict[str, int]) -> tuple[str, str]:
    """Return subject and text in the active language."""
    lines = [
        ngettext("%(n)d is late.", "%(n)d are late.", counts["late"]) % {"n": counts["late"]},
        ngettext("%(n)d is pinned.", "%(n)d are pinned.", counts["pinned"]) % {"n": counts["pinned"]},
        ngettext("%(n)d is due today.", "%(n)d are due today.", counts["due"]) % {"n": counts["due"]},
        ngettext(
            "%(n)d in quarantine is still to be looked at.",
            "%(n)d in quarantine are still to be looked at.",
            counts["doubtful"],
        )
        % {"n": counts["doubtful"]},
    ]
    queue = settings.SITE_URL + reverse("admin:inquiries_inquiry_changelist")
    wish = settings.SITE_URL + reverse("desk:digest")
    paragraphs = [
        gettext("With you, and in the queues that you serve:"),
        "\n".join(f"- {line}" for line in lines),
        queue,
        gettext("For another language, or no such mail: %(link)s") % {"link": wish},
    ]
    subject = gettext("Your desk on %(day)s") % {"day": date_format(digest.day, "DATE_FORMAT")}
    return subject, "\n\n".join(paragraphs)


def _domain() -> str:
    return parseaddr(settings.MAIL_FROM)[1].rpartition("@")[2]
