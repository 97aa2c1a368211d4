"""The form: what it asks for, what it refuses, and that nothing typed is lost."""

import re
from base64 import urlsafe_b64decode

import pytest
from django.test import Client
from django.urls import reverse

from clinic_site.clinic import clinic
from inquiries.ask.forms import HEALTH_TOPICS, InquiryForm
from inquiries.contents import find
from inquiries.erasure import erase
from inquiries.follow_up.standing import times
from inquiries.models import ErasedBy, Inquiry, Step
from inquiries.receipt import read
from inquiries.wording import keyed, wording
from tests.factories import answers, token

pytestmark = pytest.mark.django_db

ASK = {"en": "/en/ask/", "ko": "/ko/ask/"}
LONG = "가" * 1001


def errors(**changed):
    form = InquiryForm(answers(**changed))
    return {name: list(messages) for name, messages in form.errors.items()}


def test_a_complete_form_has_no_errors():
    assert errors() == {}


def test_nothing_is_ticked_before_the_person_ticks_it(client):
    page = client.get(ASK["en"]).text

    assert 'type="checkbox"' in page
    assert not re.search(r'<input type="checkbox"[^>]* checked', page)


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"preferred_name": None}, "preferred_name", "Tell us what to call you. A nickname is fine."),
        ({"preferred_name": "n" * 61}, "preferred_name", "Keep this to 60 characters or fewer."),
        ({"contact_method": None}, "contact_method", "Choose email or phone."),
        ({"contact_method": "pigeon"}, "contact_method", "Choose email or phone."),
        ({"email": ""}, "email", "Enter your email address so we can reply."),
        ({"email": "ada"}, "email", "Enter an email address like name@example.com."),
        ({"email": f"{'a' * 250}@example.com"}, "email", "Enter an email address like name@example.com."),
        ({"contact_method": "phone"}, "phone", "Enter your phone number so we can call you."),
        (
            {"contact_method": "phone", "phone": "twelve"},
            "phone",
            "Enter a phone number with its country code, like +82 10 0000 0000.",
        ),
        ({"topic": None}, "topic", "Choose the closest topic."),
        ({"lives_in": None}, "lives_in", "Choose where you live."),
        ({"asking_for": None}, "asking_for", "Choose who you are asking for."),
        ({"language": None}, "language", "Choose a language."),
        ({"message": LONG}, "message", "Your question is too long by 1. Shorten it to 1,000 characters."),
        ({"message": "My number is 900101-1234567."}, "message", "This looks like an ID or card number."),
        ({"adult": None}, "adult", "This form is for people aged 19 or older."),
        ({"personal": None}, "personal", "We need this consent to be able to reply to you."),
        ({"sensitive": None}, "sensitive", "To send a message or this topic"),
        (
            {"sensitive": None, "message": "", "topic": "appointment"},
            "sensitive",
            "To send a message or this topic",
        ),
        ({"preferred_name": "900101-1234567"}, "preferred_name", "This looks like an ID or card number."),
        (
            {"contact_method": "phone", "phone": "900101-1234567", "lives_in": "korea"},
            "phone",
            "This looks like an ID or card number.",
        ),
        ({"preferred_name": "\u200b\u200f"}, "preferred_name", "Tell us what to call you."),
        ({"preferred_name": "A\u0085da"}, "preferred_name", "Remove the characters that cannot be shown"),
        ({"preferred_name": "A\x00da"}, "preferred_name", "Remove the characters that cannot be shown"),
        ({"preferred_name": "Ada\nBcc: x"}, "preferred_name", "Remove the characters that cannot be shown"),
        ({"message": "a\x00b"}, "message", "Remove the characters that cannot be shown"),
    ],
)
def test_each_mistake_is_named_at_its_field_and_nowhere_else(changed, field, message):
    found = errors(**changed)

    assert list(found) == [field]
    assert len(found[field]) == 1
    assert found[field][0].startswith(message)


@pytest.mark.parametrize(
    "number", ["119", "119119", "+82 119", "+82 2 1234 5678 ext 99", "+1", "+82 2 1234 5678 9012 3456"]
)
def test_a_number_that_does_not_reach_one_person_is_refused(number):
    found = errors(contact_method="phone", phone=number, lives_in="korea")

    assert list(found) == ["phone"]
    assert found["phone"][0].startswith("Enter a phone number with its country code")


def test_lengths_and_conditions_are_those_of_the_wording_file():
    form, fields = InquiryForm(), keyed(wording("en")["fields"])

    for key, texts in fields.items():
        if "max_length" in texts:
            assert form.fields[key].limit == texts["max_length"], key
    sensitive = keyed(wording("en")["consents"]["items"])["sensitive"]
    assert all(topic in sensitive["required_if"] for topic in HEALTH_TOPICS)
    assert sensitive["required_if"].count(",") == len(HEALTH_TOPICS) - 1


def test_an_optional_answer_of_invisible_marks_is_none():
    form = InquiryForm(answers(message="\u200b\u200f", wishes="\u200b", topic="website"))

    assert form.is_valid(), form.errors
    assert (form.cleaned_data["message"], form.cleaned_data["wishes"]) == ("", "")


def test_a_general_topic_without_a_message_needs_no_health_consent():
    assert errors(sensitive=None, message="  ", topic="website") == {}


def test_only_the_way_to_reply_that_was_chosen_is_kept():
    by_phone = InquiryForm(answers(contact_method="phone", phone="+44 20 7946 0958", best_time="evenings"))
    by_email = InquiryForm(answers(phone="not a number", best_time="x" * 200))

    assert by_phone.is_valid()
    assert by_email.is_valid()
    assert (by_phone.cleaned_data["email"], by_phone.cleaned_data["best_time"]) == ("", "evenings")
    assert (by_email.cleaned_data["phone"], by_email.cleaned_data["best_time"]) == ("", "")


@pytest.mark.parametrize(
    ("typed", "lives_in", "stored"),
    [
        ("+82 10 1234 5678", "elsewhere", "+821012345678"),
        ("010-1234-5678", "korea", "+821012345678"),
        ("０１０ １２３４ ５６７８", "korea", "+821012345678"),
        ("+44 (0)20 7946 0958", "elsewhere", "+442079460958"),
        ("0044 20 7946 0958", "elsewhere", "+442079460958"),
        ("００４４ ２０ ７９４６ ０９５８", "elsewhere", "+442079460958"),
        ("＋８２ １０ １２３４ ５６７８", "elsewhere", "+821012345678"),
        ("+82 10 0000 0000", "korea", "+821000000000"),
    ],
)
def test_a_phone_number_is_understood_however_it_is_written(typed, lives_in, stored):
    form = InquiryForm(answers(contact_method="phone", phone=typed, lives_in=lives_in))

    assert form.is_valid(), form.errors
    assert form.cleaned_data["phone"] == stored


@pytest.mark.parametrize(
    "text",
    [
        "emoji 🙂 and 👩🏽‍⚕️",
        "right\u202eto left\u200f",
        "Ünïcödé e\u0301",
        "' OR 1=1 --",
        "{{ 7*7 }} {% now %}",
        "<b>&amp;",
    ],
)
def test_any_script_and_any_sign_a_person_can_type_is_accepted(text):
    assert errors(message=text, preferred_name=text[:60]) == {}


def test_a_thousand_characters_count_as_the_person_counts_them():
    assert errors(message="a\r\n" * 500) == {}


# In the browser's terms


@pytest.mark.parametrize("language", ["en", "ko"])
def test_an_empty_form_comes_back_with_a_summary_that_leads_to_the_fields(client, language):
    page = client.post(ASK[language], {"form_token": token(language)})

    assert page.status_code == 422
    assert not Inquiry.objects.exists()
    links = re.findall(r'<li><a href="#(\w+)">', page.text)
    assert len(links) == 8
    assert all(f'id="{link}"' in page.text for link in links)
    title = {"en": "<title>Error: ", "ko": "<title>오류: "}[language]
    assert title in page.text
    assert ("Choose the closest topic." in page.text) == (language == "en")


def test_what_was_typed_is_still_there_after_a_mistake(client):
    page = client.post(ASK["en"], answers(preferred_name="Ada <3 & co", message=LONG, personal=None)).text

    assert 'value="Ada &lt;3 &amp; co"' in page
    assert LONG in page
    assert re.search(r'value="evidence"[^>]* checked', page)
    assert re.search(r'name="sensitive"[^>]* checked', page)


def test_each_error_is_tied_to_its_field_for_a_screen_reader(client):
    page = client.post(ASK["en"], answers(preferred_name="", topic=None)).text

    name = re.search(r'<input[^>]*name="preferred_name"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in name
    described = re.search(r'aria-describedby="([^"]+)"', name)[1].split()
    assert described == ["id_preferred_name_helptext", "id_preferred_name_error"]
    assert all(f'id="{identifier}"' in page for identifier in described)
    topic = re.search(r'<fieldset class="field field-topic field-error"[^>]*>', page)[0]
    assert 'aria-describedby="id_topic_helptext id_topic_error"' in topic


@pytest.mark.parametrize("token", ["", "forged", "forged:signature", None])
def test_a_wrong_token_is_said_in_words_and_the_next_try_succeeds(client, token):
    page = client.post(ASK["en"], answers(form_token=token))

    assert page.status_code == 422
    assert "Nothing was stored. Please send it again." in page.text
    assert "Is there a trial that I could join?" in page.text
    assert not Inquiry.objects.exists()

    fresh = re.search(r'name="form_token" value="([^"]+)"', page.text)[1]
    assert client.post(ASK["en"], answers(form_token=fresh)).status_code == 302


def test_a_lost_cookie_gives_everything_back_and_the_next_try_succeeds(db):
    client = Client(enforce_csrf_checks=True)
    page = client.post(ASK["en"], answers())

    assert page.status_code == 403
    assert "Nothing has been stored." in page.text
    assert "Is there a trial that I could join?" in page.text
    assert not Inquiry.objects.exists()

    hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|form_token)" value="([^"]+)"', page.text))
    assert client.post(ASK["en"], answers(**hidden)).status_code == 302


def test_fields_that_the_form_does_not_have_are_ignored(client):
    client.post(ASK["en"], answers(status="closed", owner="1", reference="DK-HACK-ED", version="9"))

    inquiry = Inquiry.objects.get()
    assert (inquiry.status, inquiry.owner, inquiry.version) == ("new", None, 1)
    assert inquiry.reference != "DK-HACK-ED"


def test_the_address_may_choose_a_topic_but_no_other_answer(client):
    page = client.get("/en/ask/?topic=website&message=hello&preferred_name=Evelyn&from=forged:mark").text

    assert re.search(r'value="website"[^>]* checked', page)
    assert "hello" not in page
    assert "Evelyn" not in page
    assert "forged" not in page
    assert client.get("/en/ask/?topic=<script>").status_code == 200


def test_consent_texts_name_the_clinic_and_hold_no_placeholder(client):
    for language in ASK:
        page = client.get(ASK[language]).text
        assert "{{" not in page
        assert clinic().facts["phone"] in page


def test_the_confirmation_belongs_to_the_browser_that_sent_it(client):
    sent = client.post(ASK["en"], answers(), follow=True)
    reference = Inquiry.objects.get().reference

    assert sent.redirect_chain == [(reverse("inquiries:received"), 302)]
    assert f"data-reference>{reference}<" in sent.text
    assert reference in client.get("/en/ask/received/").text, "a reload keeps it"
    assert reference in client.get("/ko/ask/received/").text, "so does the other language"
    assert reference not in Client().get("/en/ask/received/").text
    assert "Ada" not in Client().get("/en/ask/received/").text


def test_the_confirmation_shows_the_same_receipt_for_an_hour_and_then_nothing(client, monkeypatch):
    sent = client.post(ASK["en"], answers(), follow=True)
    receipt = re.search(r"data-receipt>([^<]+)<", sent.text)[1]
    inquiry = Inquiry.objects.get()

    assert find(read(receipt)).inquiry == inquiry
    for page in ["/en/ask/received/", "/ko/ask/received/"]:
        assert receipt in client.get(page).text
    monkeypatch.setattr("inquiries.ask.last_sent.SECONDS", -1)
    assert receipt not in client.get("/en/ask/received/").text
    assert inquiry.reference not in client.get("/en/ask/received/").text


def test_the_cookie_of_the_confirmation_tells_nothing_and_goes_with_the_browser(client):
    form = answers()
    client.post(ASK["en"], form)

    cookie = client.cookies["sent-en"]
    token = form["form_token"].partition(".")[0]
    assert token not in cookie.value
    assert token.encode() not in urlsafe_b64decode(cookie.value)
    assert (cookie["path"], cookie["max-age"], cookie["expires"]) == ("/en/ask/", "", "")
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")


@pytest.mark.parametrize("cookie", ["DK-2222-22:forged", "AAAA", "", "=", "x" * 5000])
def test_a_forged_confirmation_cookie_shows_nothing(client, cookie):
    client.cookies["sent-en"] = cookie

    page = client.get("/en/ask/received/")

    assert page.status_code == 200
    assert "data-reference" not in page.text
    assert client.post(ASK["en"], answers()).status_code == 302


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "open “Read our reply” with your receipt"), ("ko", "‘답변 확인하기’에서 조회 코드로 삭제")],
)
def test_the_confirmation_says_that_the_receipt_deletes_the_question(client, language, said):
    page = client.post(ASK[language], answers(form_token=token(language)), follow=True).text

    link = {"en": "Read our reply", "ko": "답변 확인하기"}[language]
    assert said in page
    assert f'<a href="/{language}/ask/follow-up/">{link}</a>' in page


def test_the_confirmation_promises_in_the_time_of_the_person_and_of_seoul(client):
    page = client.post(ASK["en"], answers(time_zone="America/New_York"), follow=True).text

    here, there = times(Inquiry.objects.get().reply_by, Inquiry.objects.get())
    assert "(New York time)" in here
    assert f"We will reply by {here} / {there}, in English" in page


def test_the_confirmation_says_that_an_earlier_question_counts_too(client):
    first = client.post(ASK["en"], answers(), follow=True)
    before = Inquiry.objects.get().reference
    assert "with us, too" not in first.text
    edited = client.post(ASK["en"], answers(message="Edited after Back"), follow=True)

    assert f"is with us, too ({before})" in edited.text
    assert re.search(r"data-receipt>([^<]+)<", first.text)[1] not in edited.text
    erase(Inquiry.objects.get(reference=before), asked_by=ErasedBy.PERSON)
    assert before not in client.get("/en/ask/received/").text


def test_what_was_erased_is_confirmed_no_more(client):
    client.post(ASK["en"], answers())
    erase(Inquiry.objects.get(), asked_by=ErasedBy.PERSON)

    assert "data-receipt" not in client.get("/en/ask/received/").text


def test_form_and_confirmation_are_never_kept_by_a_cache(client):
    without_cookie = Client(enforce_csrf_checks=True).post("/en/ask/", answers())

    for page in [client.get("/en/ask/"), client.get("/en/ask/received/"), without_cookie]:
        assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.django_db
def test_mail_that_came_back_is_no_danger(client):
    calm, in_danger = answers(), answers(message="I want to kill myself.")

    client.post("/en/ask/", calm)
    Inquiry.objects.get().pin("mail_bounced", Step.MAIL_CAME_BACK)
    came_back = client.get("/en/ask/received/")
    client.post("/en/ask/", in_danger)

    assert not came_back.context["in_danger"]
    assert client.get("/en/ask/received/").context["in_danger"]


@pytest.mark.parametrize("language", ASK)
def test_the_way_out_takes_the_confirmation_back_also_without_a_script(client, language):
    client.post(ASK[language], answers(form_token=token(language)))
    way_out = re.search(r'href="([^"]+)"[^>]* data-leave="([^"]+)"', client.get(ASK[language]).text)

    left = client.get(way_out[1])

    assert (left.status_code, left.headers["Location"]) == (302, way_out[2])
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "no-store" in left.headers["Cache-Control"]
    assert "data-receipt" not in client.get(f"/{language}/ask/received/").text
