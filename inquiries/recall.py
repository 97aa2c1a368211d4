"""When a page is corrected: whose question came from the version that was wrong."""

import re

from django.conf import settings
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone, translation

from articles.models import ChangeKind, Publication

from .models import WITHDRAWN, Event, Inquiry
from .statistics.first_reply import HEARD
from .wording import wording

# Who withdrew, who never replied to us, what is spam, and whose words are erased.
IN_PEACE = Q(closing_reason__in=[WITHDRAWN, "no_reply", "spam", "data_deleted"])
KEY = re.compile(r"corrected-([1-9][0-9]{0,17})")


def corrections():
    """Return the corrections that readers see by now, the latest first; none that is yet to come."""
    shown = Publication.objects.genuine().filter(
        change_kind=ChangeKind.CORRECTION, visible_from__lte=timezone.now()
    )
    return shown.order_by("-visible_from", "-pk")


def since_they_read(inquiry: Inquiry) -> Publication | None:
    """Return the latest correction of the page that somebody asked from, if it came after what they read."""
    if inquiry.came_from is None or inquiry.closing_reason == WITHDRAWN:
        return None
    read = inquiry.came_from
    later = corrections().filter(article=read.article_id, number__gt=read.number)
    return later.select_related("article", "revision").order_by("-number").first()


def asked_before(corrected: Publication):
    """Return the inquiries whose writers read a version of the page older than its correction.

    What they read is known, not when: a page may stay open for days, and be asked from long after its
    correction. Not those who must be left in peace: who withdrew, who never replied to us, whose words
    are erased, and what is spam. Where two were merged, either may have read it. Raises ValueError for
    what corrects nothing.
    """
    if corrected.change_kind != ChangeKind.CORRECTION:
        raise ValueError(f"{corrected} is no correction.")
    older = Q(came_from__article=corrected.article_id, came_from__number__lt=corrected.number)
    return Inquiry.objects.filter(older, erased_at=None).exclude(IN_PEACE).order_by("-received_at", "pk")


def with_reply_since(readers, corrected: Publication):
    """Add `has_reply_since`: whether staff have written to the person since the correction."""
    return readers.annotate(has_reply_since=Exists(_replies_since(corrected.visible_from)))


def _replies_since(moment):
    """Return what reached the person, no draft; whoever was merged with another is written to there."""
    to_them = Q(inquiry=OuterRef("pk")) | Q(inquiry=OuterRef("merged_into"))
    return Event.objects.filter(to_them, HEARD, at__gt=moment)


def corrections_with_readers():
    """Return the corrections, each with its `readers` from before, and how many of them are still
    `unheard`: not written to since."""
    older = Inquiry.objects.filter(
        came_from__article=OuterRef("article"),
        came_from__number__lt=OuterRef("number"),
        erased_at=None,
    ).exclude(IN_PEACE)
    unheard = older.exclude(Exists(_replies_since(OuterRef(OuterRef("visible_from")))))
    return corrections().annotate(readers=_number_of(older), unheard=_number_of(unheard))


def _number_of(inquiries):
    counted = inquiries.order_by().values("erased_at").annotate(times=Count("pk")).values("times")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def draft(inquiry: Inquiry, corrected: Publication) -> str:
    """Return a neutral text to begin a follow-up with: which page changed, and no word about the person."""
    with translation.override(inquiry.language):
        address = settings.SITE_URL + corrected.get_absolute_url()
        words = wording()["replies"]["corrected"]
        return words.format(title=corrected.title, link=address, note=corrected.change_note)


def draft_by_key(key: str, inquiry: Inquiry) -> str:
    """Return the text that an address asks for by `corrected-<version>`; nothing for whom it is not meant."""
    found = KEY.fullmatch(key)
    if not found:
        return ""
    corrected = corrections().filter(pk=found[1]).first()
    theirs = Q(pk=inquiry.pk) | Q(merged_into=inquiry)
    if corrected is None or not asked_before(corrected).filter(theirs).exists():
        return ""
    return draft(inquiry, corrected)
