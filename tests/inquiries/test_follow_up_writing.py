"""What a person adds and changes who has come back."""

import pytest

from clinic_site.clinic import clinic
from inquiries import receipt
from inquiries.contents import for_staff
from inquiries.follow_up.views import MOST_MESSAGES
from inquiries.models import (
    Message,
    Status,
    Step,
)
from tests.factories import make_inquiry
from tests.inquiries.coming_back import contact, hidden, make_asked, send

pytestmark = pytest.mark.django_db


def test_what_is_added_is_kept_sealed_and_puts_the_question_back_into_the_queue(client, nurse):
    inquiry, code = make_asked(status=Status.ANSWERED, owner=nurse)

    page = send(client, code, "add/", text="And in Busan?", once="x")

    assert "We have added it to your question" in page.text
    assert "And in Busan?" in page.text
    inquiry.refresh_from_db()
    assert inquiry.status == Status.TAKEN
    assert [said.text for said in for_staff(inquiry).conversation()] == ["And in Busan?"]
    assert b"Busan" not in bytes(Message.objects.get().text_sealed)


def test_the_same_page_sent_twice_adds_once_and_an_edited_one_twice(client):
    inquiry, code = make_asked()

    for text in ["And in Busan?", "And in Busan?", "And in Daegu?"]:
        page = send(client, code, "add/", text=text, once="x")
        assert "We have added it to your question" in page.text

    assert inquiry.events.filter(step=Step.WROTE).count() == 2
    send(client, code, "add/", text="And in Busan?", once="y")
    assert Message.objects.count() == 3


def test_words_of_danger_put_the_help_lines_on_top_and_pin_it(client):
    inquiry, code = make_asked()

    page = send(client, code, "add/", text="I want to kill myself", once="x")

    assert page.status_code == 200
    assert page.text.index("Please do not wait for our reply if you are in danger") < page.text.index("<h1")
    inquiry.refresh_from_db()
    assert inquiry.pinned_at
    assert inquiry.category == "T0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write what you want to add."),
        ("x" * 1001, "Your message is too long by 1."),
        ("900101-1234568", "This looks like an ID or card number."),
    ],
)
def test_a_mistake_keeps_what_was_typed(client, text, said):
    _, code = make_asked()

    page = send(client, code, "add/", text=text, once="x")

    assert page.status_code == 422
    assert said in page.text
    assert 'href="#id_text"' in page.text
    assert text in page.text
    assert hidden(page, "once") == "x"
    assert not Message.objects.exists()


def test_whoever_agreed_to_no_use_of_health_information_is_asked_first(client):
    inquiry, code = make_asked()
    bare, its_code = make_inquiry(token="bare", message=""), receipt.from_token("bare")
    page = send(client, its_code)
    assert "I agree to the use of this health information" in page.text
    assert "I agree to the use of this health information" not in send(client, code).text
    given = {"text": "A question", "once": "x", "agreed_to": hidden(page, "agreed_to")}

    assert send(client, its_code, "add/", **given).status_code == 422
    assert send(client, its_code, "add/", **given, sensitive="on").status_code == 200

    assert [consent.key for consent in bare.consents.all()] == ["sensitive"]
    other = given | {"agreed_to": "another text", "sensitive": "on"}
    make_inquiry(token="third", message="")
    refused = send(client, receipt.from_token("third"), "add/", **other)
    assert refused.status_code == 422
    assert "The text that you agree to has changed." in refused.text
    assert Message.objects.count() == 1


def test_too_many_messages_in_a_day_are_refused_kindly(client):
    _, code = make_asked()
    for number in range(MOST_MESSAGES):
        assert send(client, code, "add/", text=f"Number {number}", once="x").status_code == 200

    page = send(client, code, "add/", text="One more", once="x")

    assert page.status_code == 429
    assert clinic().phone in page.text
    assert "One more</textarea>" in page.text
    assert send(client, code, "add/", text="Number 19", once="x").status_code == 200, "sent again"
    assert Message.objects.count() == MOST_MESSAGES


# How to be reached


def test_contact_details_and_wishes_are_replaced(client):
    inquiry, code = make_asked()
    form = send(client, code, "contact/")
    assert 'value="ada@example.org"' in form.text

    page = send(
        client,
        code,
        "contact/",
        **contact(
            contact_method="phone",
            phone="+82 10 1234 5678",
            never=["voicemail", "text"],
            wishes="My husband reads my mail",
        ),
    )

    assert "We have saved how to reach you" in page.text
    inquiry.refresh_from_db()
    found = for_staff(inquiry).contact
    assert (found.email, found.phone, found.wishes) == ("", "+821012345678", "My husband reads my mail")
    assert inquiry.forbidden_channels == ["text", "voicemail"]
    assert inquiry.contact_method == "phone"
    assert inquiry.events.get().step == Step.CHANGED_CONTACT


def test_saving_what_stands_there_already_changes_nothing(client):
    inquiry, code = make_asked()

    for _ in range(2):
        send(client, code, "contact/", **contact(preferred_name="Bo", never=["voicemail", "text"]))

    assert inquiry.events.count() == 1


def test_a_phone_number_that_is_left_as_it_stands_is_no_change(client):
    inquiry, code = make_asked(contact_method="phone", email="", phone="+821012345678")
    form = send(client, code, "contact/")
    assert 'value="+82 10-1234-5678"' in form.text

    page = send(client, code, "contact/", **contact(contact_method="phone", phone="+82 10-1234-5678"))

    assert page.status_code == 200
    assert not inquiry.events.exists()


def test_a_mistake_in_the_contact_form_keeps_what_was_typed(client):
    inquiry, code = make_asked()

    page = send(client, code, "contact/", **contact(email="ada", wishes="Never at home"))

    assert page.status_code == 422
    assert "Enter an email address like name@example.com." in page.text
    assert 'value="Never at home"' in page.text
    assert not inquiry.events.exists()


def test_danger_in_the_wishes_pins_it(client):
    inquiry, code = make_asked()

    page = send(client, code, "contact/", **contact(wishes="I want to kill myself"))

    assert "Please do not wait for our reply if you are in danger" in page.text
    inquiry.refresh_from_db()
    assert inquiry.pinned_at


@pytest.mark.parametrize("field", ["preferred_name", "best_time", "wishes"])
def test_danger_in_any_word_about_contact_is_heard(client, field):
    inquiry, code = make_asked(contact_method="phone", email="", phone="+821012345678")
    told = contact(contact_method="phone", email="", phone="+82 10 1234 5678")

    page = send(client, code, "contact/", **(told | {field: "I want to kill myself"}))

    inquiry.refresh_from_db()
    assert page.status_code == 200
    assert inquiry.category == "T0"
