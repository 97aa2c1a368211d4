"""What the desk tells staff before they act: why an inquiry stands first, and which ways are forbidden."""

import pytest
from django.urls import reverse
from django.utils import timezone

from inquiries.contents import for_staff
from inquiries.models import DangerWord, Status, Step
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db

QUEUE = "/admin/inquiries/inquiry/"


def desk_url(inquiry):
    return reverse("admin:inquiries_inquiry_change", args=[inquiry.pk])


def desk(client, inquiry):
    return client.get(desk_url(inquiry)).text


def test_staff_read_why_an_inquiry_is_pinned(client, nurse):
    word = DangerWord.objects.filter(category="T0").first()
    inquiry = make_inquiry(
        category="T0", danger_reasons=[word.key, "no_longer_listed"], pinned_at=timezone.now()
    )
    inquiry.pin("mail_bounced", Step.MAIL_CAME_BACK)
    client.force_login(nurse)

    queue, page = client.get(QUEUE).text, desk(client, inquiry)

    assert '<span class="second">T0: possible danger to life, Mail came back</span>' in queue
    reasons = page.partition("Why it stands first")[2].partition("</section>")[0]
    for reason in ("T0: possible danger to life", word.name_en, "no_longer_listed", "Mail came back"):
        assert reason in reasons


def test_staff_read_why_an_inquiry_waits_in_quarantine(client, nurse):
    inquiry = make_inquiry(status=Status.DOUBTFUL, doubt=8, doubt_reasons=["trap", "links"])
    client.force_login(nurse)

    page = desk(client, inquiry)

    assert "Signs of spam: 8 points" in page
    assert "Filled in a field that people do not see." in page
    assert "Has several links." in page
    assert "Why it stands first" not in page


def test_a_way_that_the_person_forbade_is_not_there_to_be_clicked(client, nurse):
    written = {"email": "", "phone": "+821055556666", "contact_method": "phone"}
    free, no_call = make_inquiry(**written), make_inquiry(**written, forbidden_channels=["phone"])
    none = make_inquiry(**written, forbidden_channels=["phone", "text", "voicemail"])
    client.force_login(nurse)

    assert 'href="tel:+821055556666"' in desk(client, free)
    page = desk(client, no_call)
    assert "tel:" not in page
    assert 'href="sms:+821055556666"' in page
    page = desk(client, none)
    assert "5555" not in page
    assert "No way to reach them is allowed." in page


def test_a_person_who_has_withdrawn_cannot_be_written_to_with_a_click(client, nurse):
    inquiry = make_inquiry()
    for_staff(inquiry).withdraw()
    client.force_login(nurse)

    page = desk(client, inquiry)

    assert "ada@example.org" not in page
    assert "Withdrawn: do not contact this person." in page


def test_what_is_pinned_stays_on_top_whatever_order_an_address_asks_for(client, nurse):
    plain, pinned = make_inquiry(language="en"), make_inquiry(language="ko", pinned_at=timezone.now())
    client.force_login(nurse)

    for order in ("1", "-1", "2", "-2"):
        page = client.get(QUEUE, {"o": order}, follow=True)
        assert list(page.context["cl"].result_list) == [pinned, plain]
