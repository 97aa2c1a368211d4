"""The screen of one inquiry: every verb, who may, and that nobody loses what they typed."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inquiries import merging
from inquiries.contents import for_staff
from inquiries.models import (
    Absence,
    Author,
    Draft,
    Event,
    Inquiry,
    Mention,
    Presence,
    Queue,
    ReplyTemplate,
    Status,
    Step,
    Tag,
    Viewing,
)
from inquiries.search_hashes import index
from tests.factories import make_inquiry
from tests.inquiries.at_the_desk import desk, fresh, ready, reply, seen_now, send, show, step

pytestmark = pytest.mark.django_db

BASE = "/admin/inquiries/inquiry/"
LATER = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")


def words_for(step, other):
    return {
        Step.PUT_BACK: {"queue": "managers"},
        Step.HAND_OVER: {"to": f"person-{other.pk}"},
        Step.ANSWER: {"note": "Told them on the phone."},
        Step.SEND_BACK: {"note": "Shorter, please."},
        Step.PLAN: {"action": "call", "at": LATER},
        Step.CATEGORISE: {"category": "T5"},
        Step.TAG: {"key": "press"},
        Step.UNTAG: {"key": "press"},
        Step.NOTE: {"note": "See the page."},
        Step.ESCALATE: {"note": "Sounds serious."},
        Step.CLOSE: {"reason": "not_offered"},
    }.get(step, {})


BY_FORM = [
    (Status.DOUBTFUL, Step.RESTORE, Status.NEW),
    (Status.NEW, Step.TAKE, Status.TAKEN),
    (Status.TAKEN, Step.PUT_BACK, Status.NEW),
    (Status.TAKEN, Step.HAND_OVER, Status.TAKEN),
    (Status.TAKEN, Step.ANSWER, Status.ANSWERED),
    (Status.DRAFTED, Step.RELEASE, Status.ANSWERED),
    (Status.DRAFTED, Step.SEND_BACK, Status.TAKEN),
    (Status.TAKEN, Step.PLAN, Status.TAKEN),
    (Status.TAKEN, Step.CATEGORISE, Status.TAKEN),
    (Status.TAKEN, Step.TAG, Status.TAKEN),
    (Status.TAKEN, Step.UNTAG, Status.TAKEN),
    (Status.TAKEN, Step.NOTE, Status.TAKEN),
    (Status.TAKEN, Step.ESCALATE, Status.NEW),
    (Status.TAKEN, Step.UNPIN, Status.TAKEN),
    (Status.NEW, Step.QUARANTINE, Status.DOUBTFUL),
    (Status.MERGED, Step.UNMERGE, Status.NEW),
    (Status.ANSWERED, Step.CLOSE, Status.CLOSED),
    (Status.CLOSED, Step.REOPEN, Status.NEW),
]


@pytest.mark.parametrize(("status", "verb", "became"), BY_FORM)
def test_every_verb_is_taken_with_a_form_of_the_screen(client, nurse, colleague, status, verb, became):
    Tag.objects.create(key="press", name_en="Press", name_ko="언론")
    inquiry = ready(status, verb, colleague if status == Status.DRAFTED else nurse)
    client.force_login(nurse)
    assert f"{inquiry.pk}/step/{verb}/" in show(client, inquiry).text

    page = step(client, inquiry, verb, **words_for(verb, colleague))

    assert page.status_code == 200, page.context["sent"].errors
    assert fresh(inquiry).status == became
    assert Event.objects.filter(inquiry=inquiry, step=verb, by=nurse).exists()


def test_the_forms_and_the_composer_cover_the_state_table():
    from inquiries.desk.steps import FORMS
    from inquiries.models import STAFF_STEPS

    assert set(FORMS) | {Step.ASK, Step.DRAFT} == STAFF_STEPS
    assert {verb for _status, verb, _became in BY_FORM} | {Step.MERGE} == set(FORMS)


@pytest.mark.parametrize("verb", [Step.CLOSE, Step.CATEGORISE, Step.UNPIN])
def test_a_nurse_is_offered_no_step_about_danger_and_cannot_forge_it(client, nurse, physician, verb):
    inquiry = ready(Status.TAKEN, verb, nurse, category="T0")
    client.force_login(nurse)
    assert f"/step/{verb}/" not in client.get(desk(inquiry)).text

    words = {"category": "T2", "reason": "not_offered", "note": "Spoke with them."}
    assert step(client, inquiry, verb, **words).status_code == 403
    assert fresh(inquiry).version == inquiry.version

    client.force_login(physician)
    assert step(client, inquiry, verb, **words).status_code == 200
    assert fresh(inquiry).version == inquiry.version + 1


def test_what_they_wrote_stands_behind_a_button_and_reading_it_is_on_record(client, nurse):
    inquiry = make_inquiry(message="I am so tired.", preferred_name="Ada")
    client.force_login(nurse)

    closed = client.get(desk(inquiry))
    opened = show(client, inquiry)
    hidden = show(client, inquiry, hide="1")

    assert "Ada asks" in closed.text
    assert "I am so tired." not in closed.text + hidden.text
    assert "I am so tired." in opened.text
    assert list(Viewing.objects.order_by("pk").values_list("words", flat=True)) == [False, True, False]
    assert "read what they wrote" in hidden.text


def test_the_words_close_by_themselves(client, nurse):
    inquiry = make_inquiry(message="I am so tired.")
    client.force_login(nurse)
    show(client, inquiry)
    session = client.session
    session["shown"] = {str(inquiry.pk): 1}
    session.save()

    assert "I am so tired." not in client.get(desk(inquiry)).text


def test_whoever_takes_it_reads_it(client, nurse):
    inquiry = make_inquiry(message="I am so tired.")
    client.force_login(nurse)

    assert "I am so tired." in step(client, inquiry, "take").text


def test_a_reply_goes_out_as_it_was_previewed_and_not_otherwise(client, nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    client.force_login(nurse)

    page = reply(client, inquiry, "preview", text="The trials are small.")
    assert "This is what Ada will read" in page.text
    assert "What can go wrong, and what nobody knows" in page.text, "what the rules add"
    digest = re.search(r'name="reply-previewed" value="(\w+)"', page.text)[1]

    page = reply(client, inquiry, "send", text="The trials are large.", previewed=digest)
    assert fresh(inquiry).status == Status.TAKEN
    assert "The trials are large." in page.text

    reply(client, inquiry, "send", text="The trials are small.", previewed=digest)
    assert fresh(inquiry).status == Status.ANSWERED
    (said,) = for_staff(inquiry).conversation()
    assert said.text.startswith("The trials are small.")
    assert said.message.author == Author.CLINIC


def test_asking_the_person_makes_it_their_turn(client, nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    client.force_login(nurse)

    page = send(client, inquiry, "From which city would you come?", kind="ask")

    assert page.status_code == 200
    assert fresh(inquiry).status == Status.WAITING


@pytest.mark.parametrize("category", ["T0", "T1", "T4", "T7"])
def test_a_second_reader_sends_back_and_releases(client, nurse, colleague, category):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse, category=category)
    client.force_login(nurse)
    assert "Put before a second reader" in reply(client, inquiry, "preview", text="You are welcome.").text

    send(client, inquiry, "You are welcome.")
    page = show(client, inquiry)
    assert fresh(inquiry).status == Status.DRAFTED
    assert "step/release/" not in page.text, "not by its writer"
    assert step(client, inquiry, "release").status_code == 409

    client.force_login(colleague)
    assert "You are welcome." in show(client, inquiry).text
    step(client, inquiry, "send_back", note="Shorter.")
    assert fresh(inquiry).owner == nurse

    client.force_login(nurse)
    assert "You are welcome." in show(client, inquiry).context["reply"]["text"].value()
    send(client, inquiry, "Welcome.")
    client.force_login(colleague)
    assert "Read the draft first." in step(client, inquiry, "release").text
    assert fresh(inquiry).status == Status.DRAFTED
    show(client, inquiry)
    step(client, inquiry, "release")
    assert fresh(inquiry).status == Status.ANSWERED
    assert for_staff(inquiry).conversation()[0].message.second_reader == colleague


def test_a_template_is_filled_in_below_what_was_typed(client, nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    template = ReplyTemplate.objects.create(
        name="Trials", language="en", topic="evidence", body="Dear {preferred_name}, about {reference}:"
    )
    korean = ReplyTemplate.objects.create(name="임상시험", language="ko", body="{preferred_name} 님")
    client.force_login(nurse)

    page = reply(client, inquiry, "begin", template=template.pk, text="First of all.")

    text = page.context["reply"]["text"].value()
    assert text.startswith(f"First of all.\n\nDear Ada, about {inquiry.reference}:")
    assert korean.name not in page.text
    assert fresh(inquiry).status == Status.TAKEN


def test_the_slower_person_is_told_what_changed_and_loses_nothing_typed(client, nurse, colleague):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    client.force_login(nurse)
    before = seen_now(inquiry)
    fresh(inquiry).plan("call", timezone.now() + timedelta(days=1), by=colleague)

    page = step(client, inquiry, "close", reason="not_offered", note="Long words.", **before)
    assert page.status_code == 409
    assert "Somebody else changed this inquiry" in page.text
    assert [(entry.what, entry.by) for entry in page.context["meanwhile"]] == [
        ("Next action set", "colleague")
    ]
    assert "Long words." in page.text

    page = reply(client, inquiry, "send", text="A long reply.", **before)
    assert page.status_code == 409
    assert page.context["reply"]["text"].value() == "A long reply."
    assert fresh(inquiry).status == Status.TAKEN


def test_what_was_typed_stands_there_even_when_its_step_has_gone(client, nurse, colleague):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    client.force_login(nurse)
    before = seen_now(inquiry)
    fresh(inquiry).close("not_offered", by=colleague)

    page = reply(client, inquiry, "send", text="A long reply.", **before)
    assert page.status_code == 409
    assert page.context["kept"] == ["A long reply."]
    page = step(client, inquiry, "escalate", note="Sounds serious.", **before)
    assert page.context["kept"] == ["Sounds serious."]
    assert fresh(inquiry).status == Status.CLOSED


def test_a_note_is_refused_to_nobody_who_is_slower_and_tells_whom_it_names(client, nurse, colleague):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    client.force_login(nurse)
    before = seen_now(inquiry)
    fresh(inquiry).categorise("T5", by=colleague)

    page = step(client, inquiry, "note", note="@colleague please call.", **before)
    assert page.status_code == 200
    assert Mention.objects.unseen(colleague).count() == 1

    client.force_login(colleague)
    page = client.get(desk(inquiry))
    assert [entry.names_me for entry in page.context["timeline"] if entry.note] == [True]
    assert not Mention.objects.unseen(colleague).exists()


def test_two_of_one_person_are_found_merged_and_parted(client, nurse):
    first = make_inquiry(email="ada@example.org")
    second = make_inquiry(email="Ada@example.org ".strip())
    stranger = make_inquiry(email="bob@example.org")
    for one in (first, second, stranger):
        index(one)
    client.force_login(nurse)

    page = client.get(desk(second))
    found = page.context["others"].latest
    assert [(other.inquiry, other.looks_the_same) for other in found] == [(first, True)]
    assert f'value="{first.reference}"' in page.text

    page = step(client, second, "merge", into=first.reference.lower())
    assert page.redirect_chain[-1][0] == desk(first)
    assert fresh(second).merged_into == first
    assert second.reference in page.text

    url = reverse("admin:inquiries_inquiry_step", args=[second.pk, "unmerge"])
    client.post(url, {"unmerge-version": fresh(second).version})
    assert fresh(second).status == Status.NEW


def test_strangers_are_merged_only_with_somebody_s_word(client, nurse):
    first, second = make_inquiry(email="ada@example.org"), make_inquiry(email="bob@example.org")
    client.force_login(nurse)

    page = step(client, second, "merge", into=first.reference)
    assert page.status_code == 409
    assert "Make sure that it is one person" in page.text

    step(client, second, "merge", into=first.reference, confirmed="on")
    assert fresh(second).merged_into == first


def test_the_next_in_the_queue_is_taken_and_opened(client, nurse):
    inquiry = make_inquiry(message="I am so tired.")
    client.force_login(nurse)

    page = client.post(f"{BASE}next/", follow=True)
    assert page.redirect_chain[-1][0] == desk(inquiry)
    assert "I am so tired." in page.text
    assert fresh(inquiry).owner == nurse

    page = client.post(f"{BASE}next/", follow=True)
    assert "Nothing waits for anybody in your queues." in page.text


def test_who_else_looks_is_said_and_polled(client, nurse, colleague):
    inquiry = make_inquiry()
    client.force_login(colleague)
    client.get(desk(inquiry))
    client.force_login(nurse)

    assert "colleague is looking at this too." in client.get(desk(inquiry)).text
    url = f"{BASE}{inquiry.pk}/presence/"
    said = client.post(url, {"version": inquiry.version}).json()
    assert said["others"] == "colleague is looking at this too."
    assert not said["changed"]
    inquiry.take(by=colleague)
    assert client.post(url, {"version": 1}).json()["changed"]
    client.post(url, {"leave": said["at"]})
    assert Presence.objects.filter(person=nurse).exists(), "opened anew since"
    client.post(url, {"leave": timezone.now().isoformat()})
    assert not Presence.objects.filter(person=nurse).exists()


def test_who_is_away_is_not_offered(client, nurse, colleague, physician):
    now = timezone.now()
    Absence.objects.create(person=colleague, starts_at=now, ends_at=now + timedelta(days=2), by=colleague)
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    client.force_login(nurse)

    page = client.get(desk(inquiry)).text

    assert f"person-{physician.pk}" in page
    assert f"person-{colleague.pk}" not in page
    assert f"person-{nurse.pk}" not in page, "it is theirs already"


def test_safe_contact_wishes_stand_above_everything(client, nurse):
    inquiry = make_inquiry(wishes="My husband reads my mail.", forbidden_channels=["phone"])
    client.force_login(nurse)

    page = client.get(desk(inquiry)).text

    assert page.index("My husband reads my mail.") < page.index("Ada asks")
    assert "Never by:" in page


@pytest.mark.parametrize("place", ["reply", "show", "presence", "step/take", "step/note"])
def test_an_editor_reaches_what_is_about_pages_and_nothing_else(client, editor, place):
    about_page, other = make_inquiry(category="T8"), make_inquiry(category="T2")
    client.force_login(editor)

    assert client.get(desk(about_page)).status_code == 200
    assert client.get(desk(other)).status_code == 403
    assert client.post(f"{BASE}{other.pk}/{place}/").status_code == 403
    assert "Is there a trial" in step(client, about_page, "take").text


def test_the_screen_takes_a_bounded_number_of_queries(client, nurse, django_assert_max_num_queries):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    for number in range(5):
        inquiry.add_note(f"Note {number} @nurse", by=nurse)
        for_staff(inquiry).write(f"And {number}?")
        index(make_inquiry())
    index(fresh(inquiry))
    merging.merge(make_inquiry(), fresh(inquiry), by=nurse)
    client.force_login(nurse)
    show(client, inquiry)

    with django_assert_max_num_queries(40) as queries:
        page = client.get(desk(inquiry))

    assert page.status_code == 200
    assert len(page.context["others"].latest) == 5
    print(len(queries))


@pytest.mark.parametrize("queue", Queue.values[1:3])
def test_it_is_handed_over_to_a_queue(client, nurse, queue):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse)
    client.force_login(nurse)

    step(client, inquiry, "hand_over", to=queue)

    stored = Inquiry.objects.get()
    assert (stored.status, stored.queue, stored.owner) == (Status.NEW, queue, None)
    assert not Draft.objects.exists()
