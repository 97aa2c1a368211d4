"""A page is corrected: whose question came from the version that was wrong."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import ChangeKind
from inquiries import recall
from inquiries.models import Status
from tests.factories import make_inquiry, publish, publish_article

pytestmark = pytest.mark.django_db


def test_who_read_the_older_version_is_found_and_who_wants_peace_is_not(nurse):
    first = publish_article().publications.get()
    ago = {"received_at": timezone.now() - timedelta(hours=1)}
    reader = make_inquiry(came_from=first, **ago)
    closed = make_inquiry(came_from=first, status=Status.CLOSED, **ago)
    for reason in ("withdrawn", "no_reply", "spam"):
        make_inquiry(came_from=first, status=Status.CLOSED, closing_reason=reason, **ago)
    make_inquiry(came_from=publish_article().publications.get(), **ago)
    article = first.article
    article.refresh_from_db()
    corrected = publish(article, change_kind=ChangeKind.CORRECTION, change_note="A number was wrong.")
    make_inquiry(came_from=corrected)

    assert set(recall.asked_before(corrected)) == {reader, closed}
    text = recall.draft(reader, corrected)
    assert corrected.title in text
    assert "A number was wrong." in text
    assert text.endswith(corrected.get_absolute_url())


def test_who_had_the_old_page_open_still_and_asks_after_its_correction_is_found_too():
    first = publish_article().publications.get()
    article = first.article
    article.refresh_from_db()
    corrected = publish(article, change_kind=ChangeKind.CORRECTION, change_note="A number was wrong.")
    late = make_inquiry(came_from=first, received_at=timezone.now() + timedelta(minutes=5))

    assert list(recall.asked_before(corrected)) == [late]
    assert recall.corrections_with_readers().get().readers == 1


def test_what_corrects_nothing_calls_nobody_back():
    with pytest.raises(ValueError, match="no correction"):
        recall.asked_before(publish_article().publications.get())
