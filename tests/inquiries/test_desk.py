"""The triage desk in the admin: who may do what, what is offered, and that nobody overwrites anybody."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from inquiries import vault
from inquiries.contents import find, for_staff
from inquiries.models import Author, Inquiry, MailKind, OutgoingMail, Status, Viewing
from inquiries.receipt import from_token
from inquiries.spans import countdown
from tests.factories import answers, make_inquiry
from tests.inquiries.at_the_desk import desk, send, show, step

pytestmark = pytest.mark.django_db

QUEUE = "/admin/inquiries/inquiry/"


def offered(page):
    return re.findall(r'action="/admin/inquiries/inquiry/\d+/step/(\w+)/"', page.text)


def test_the_queue_shows_open_inquiries_with_the_oldest_promise_first(client, nurse):
    now = timezone.now()
    make_inquiry(preferred_name="Later", reply_by=now + timezone.timedelta(days=1))
    make_inquiry(preferred_name="Sooner", reply_by=now - timezone.timedelta(hours=2))
    make_inquiry(preferred_name="Done", status=Status.CLOSED)
    client.force_login(nurse)

    page = client.get(QUEUE).text

    assert page.index("Sooner") < page.index("Later")
    assert "2 h late" in page
    assert "Done" not in page
    assert "Is there a trial" not in page, "the list shows no question"


@pytest.mark.parametrize(
    ("tab", "names"),
    [
        ("open", {"New", "Taken", "Colleague", "Answered"}),
        ("new", {"New"}),
        ("mine", {"Taken"}),
        ("late", {"Colleague"}),
        ("answered", {"Answered"}),
        ("closed", {"Closed"}),
        ("doubtful", {"Doubtful"}),
    ],
)
def test_each_tab_shows_its_own_and_counts_it(client, nurse, colleague, tab, names):
    make_inquiry(preferred_name="New")
    make_inquiry(preferred_name="Taken", status=Status.TAKEN, owner=nurse)
    past = timezone.now() - timezone.timedelta(hours=1)
    make_inquiry(preferred_name="Colleague", status=Status.TAKEN, owner=colleague, reply_by=past)
    make_inquiry(preferred_name="Answered", status=Status.ANSWERED, owner=colleague)
    make_inquiry(preferred_name="Closed", status=Status.CLOSED)
    make_inquiry(preferred_name="Doubtful", status=Status.DOUBTFUL)
    client.force_login(nurse)

    page = client.get(QUEUE, {"tab": tab})

    shown = {for_staff(inquiry).contact.preferred_name for inquiry in page.context["cl"].result_list}
    assert shown == names
    here = (
        rf'tab={tab}" aria-current="page"><span class="name">[^<]+</span> <span class="count">{len(names)}<'
    )
    assert re.search(here, page.text)


def test_the_queue_takes_as_many_queries_for_many_as_for_few(client, nurse, django_assert_max_num_queries):
    for _number in range(20):
        make_inquiry(status=Status.TAKEN, owner=nurse)
    client.force_login(nurse)

    # Two of them: which promises are broken, and how many notes name whoever looks.
    with django_assert_max_num_queries(14):
        client.get(QUEUE)


def test_the_buttons_are_those_of_the_state_table(client, nurse):
    client.force_login(nurse)

    first_four = {
        "new": ["take", "escalate", "hand_over", "close"],
        "taken": ["answer", "plan", "hand_over", "close"],
    }
    for inquiry in (make_inquiry(), make_inquiry(status=Status.TAKEN, owner=nurse)):
        steps = offered(client.get(desk(inquiry)))
        assert steps[:4] == first_four[inquiry.status]
        assert set(steps) == {
            step for step in inquiry.next_steps if step not in ("ask", "draft", "unpin", "untag")
        }
    closed = offered(client.get(desk(make_inquiry(status=Status.CLOSED))))
    assert set(closed) == {"reopen", "categorise", "tag", "note"}


def test_a_nurse_takes_answers_closes_and_reopens(client, nurse):
    inquiry = make_inquiry()
    client.force_login(nurse)

    for name, words, status in [
        ("take", {}, "Taken"),
        ("answer", {"note": "Sent the page on trials."}, "Answered"),
        ("close", {"reason": "not_offered"}, "Closed"),
        ("reopen", {"note": "Wrote again."}, "New"),
    ]:
        page = step(client, inquiry, name, **words)
        assert page.status_code == 200
        assert f"{inquiry.reference}: {status}" in page.text

    assert "Sent the page on trials." in page.text
    assert [event.by for event in inquiry.events.all()] == [nurse] * 4


def test_closing_without_a_reason_is_refused_and_keeps_the_note(client, nurse):
    inquiry = make_inquiry()
    client.force_login(nurse)

    page = step(client, inquiry, "close", note="Spoke on the phone.")

    assert page.status_code == 422
    assert "Choose a reason for closing." in page.text
    assert "Spoke on the phone." in page.text
    assert Inquiry.objects.get().status == Status.NEW


def test_the_slower_person_is_told_and_loses_nothing_typed(client, nurse, colleague):
    inquiry = make_inquiry()
    client.force_login(nurse)
    seen = Inquiry.objects.get().version
    Inquiry.objects.get().take(by=colleague)

    page = step(client, inquiry, "close", version=seen, reason="spam", note="Looks like an advert.")

    assert page.status_code == 409
    assert "Somebody else changed this inquiry" in page.text
    assert "Looks like an advert." in page.text
    stored = Inquiry.objects.get()
    assert (stored.status, stored.owner) == (Status.TAKEN, colleague)


def test_the_refused_form_can_be_sent_again_from_what_is_shown_now(client, nurse, colleague):
    inquiry = make_inquiry()
    client.force_login(nurse)
    Inquiry.objects.get().take(by=colleague)
    page = step(client, inquiry, "close", version=1, reason="spam", note="An advert.")

    shown = re.search(r'name="close-version" value="(\d+)"', page.text)[1]
    page = step(client, inquiry, "close", version=shown, reason="spam", note="An advert.")

    assert Inquiry.objects.get().status == Status.CLOSED


@pytest.mark.parametrize("name", ["answer", "reopen", "received", "delete", "save"])
def test_a_forged_step_changes_nothing(client, nurse, name):
    inquiry = make_inquiry()
    client.force_login(nurse)

    page = step(client, inquiry, name)

    assert page.status_code in (404, 409, 422)
    assert Inquiry.objects.get().version == 1


def test_what_the_patient_wrote_cannot_be_edited(client, nurse):
    inquiry = make_inquiry()
    client.force_login(nurse)

    page = client.get(desk(inquiry)).text
    client.post(desk(inquiry), {"message": "Something else", "status": "closed", "preferred_name": "Eve"})

    assert not re.search(r'<(input|textarea|select)[^>]*name="(message|email|preferred_name|status)"', page)
    stored = Inquiry.objects.get()
    assert (for_staff(stored).question, stored.status) == (for_staff(inquiry).question, Status.NEW)


def test_every_viewing_is_recorded_and_shown(client, nurse, colleague):
    inquiry = make_inquiry()
    client.force_login(nurse)
    client.get(desk(inquiry))
    client.force_login(colleague)

    page = client.get(desk(inquiry)).text

    assert [viewing.by for viewing in Viewing.objects.all()] == [colleague, nurse]
    client.get(desk(inquiry))
    page = client.get(desk(inquiry)).text
    assert re.search(r"Who looked at it.*colleague,.*\(3 times\).*nurse,", page, re.DOTALL)


def test_taking_several_says_which_could_not_be_taken(client, nurse, colleague):
    mine = make_inquiry()
    taken = make_inquiry(status=Status.TAKEN, owner=colleague)
    client.force_login(nurse)

    form = {"action": "take_selected", "_selected_action": [mine.pk, taken.pk]}
    page = client.post(QUEUE, form, follow=True).text

    assert f"{mine.reference}: Taken" in page
    assert f"{taken.reference}: “Take” is not possible while the inquiry is taken." in page
    assert Inquiry.objects.get(pk=taken.pk).owner == colleague


@pytest.mark.parametrize("key", ["abc", "1\x00", "-1", "9" * 30, "１"])
def test_a_selection_that_the_list_does_not_offer_is_refused(client, nurse, key):
    client.force_login(nurse)

    page = client.post(QUEUE, {"action": "take_selected", "_selected_action": [key]})

    assert page.status_code in (302, 400)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("", 200),  # their own queue
        ("?tab=all", 200),
        ("{pk}/change/", 403),
        ("{pk}/history/", 403),
        ("?q=Ada", 200),
        ("?message__startswith=I", 400),
    ],
)
def test_an_editor_reaches_no_other_inquiry_by_any_address(client, editor, path, status):
    inquiry = make_inquiry(preferred_name="Wilhelmina")
    client.force_login(editor)

    page = client.get(QUEUE + path.format(pk=inquiry.pk))

    assert page.status_code == status
    assert "Wilhelmina" not in page.text
    assert inquiry.reference not in page.text
    assert client.post(QUEUE + f"{inquiry.pk}/step/take/", {"take-version": 1}).status_code == 403


def test_somebody_who_may_only_look_sees_no_buttons_and_cannot_forge_one(client, django_user_model):
    from django.contrib.auth.models import Permission

    viewer = django_user_model.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_inquiry"))
    inquiry = make_inquiry()
    client.force_login(viewer)

    assert offered(client.get(desk(inquiry))) == []
    assert step(client, inquiry, "take").status_code == 403
    assert Inquiry.objects.get().status == Status.NEW


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/"])
def test_nobody_adds_or_deletes_an_inquiry_here(client, nurse, path):
    inquiry = make_inquiry()
    client.force_login(nurse)

    assert client.get(QUEUE + path.format(pk=inquiry.pk)).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "status=%00",
        "tab=%00",
        "tab=nonsense",
        "message__startswith=I",
        "email__regex=[",
        "p=99999",
        "o=7",
        "q=%F0%9F%99%82",
    ],
)
def test_a_strange_address_is_answered_and_opens_no_side_door(client, nurse, query):
    make_inquiry()
    client.force_login(nurse)

    page = client.get(f"{QUEUE}?{query}")

    assert page.status_code in (200, 302, 400)


@pytest.mark.parametrize(
    "path", ["user/?username__regex=[", "group/?name__regex=[", "user/?is_staff__exact=1"]
)
def test_the_lists_of_accounts_have_no_side_door_either(admin_client, path):
    assert admin_client.get(f"/admin/auth/{path}").status_code in (200, 302, 400)


def test_a_selection_of_accounts_that_the_list_does_not_offer_is_refused(admin_client):
    form = {"action": "delete_selected", "_selected_action": ["abc"]}

    assert admin_client.post("/admin/auth/user/", form).status_code == 400


def test_the_stock_history_of_an_inquiry_leads_to_the_desk(client, nurse):
    inquiry = make_inquiry()
    client.force_login(nurse)

    assert client.get(f"{QUEUE}{inquiry.pk}/history/").url == desk(inquiry)


def test_a_nurse_reads_articles_but_does_not_write_them(client, nurse, articles):
    from articles.models import Article

    client.force_login(nurse)
    url = reverse("admin:articles_article_change", args=[Article.objects.first().pk])

    assert client.get(url).status_code == 200
    assert client.post(url, {"title": "x"}).status_code == 403


def test_marks_that_turn_the_text_around_are_not_shown_beside_other_text(client, nurse):
    inquiry = make_inquiry(preferred_name="Ada\u202e drawkcab")
    client.force_login(nurse)

    assert "\u202e" not in client.get(QUEUE).text
    assert "\u202e" not in client.get(desk(inquiry)).text
    kept = for_staff(Inquiry.objects.get()).contact.preferred_name
    assert kept == "Ada\u202e drawkcab", "kept as it was sent"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (30, "30 min left"),
        (90, "1 h left"),
        (60 * 30, "1 day left"),
        (60 * 50, "2 days left"),
        (-5, "5 min late"),
        (-180, "3 h late"),
    ],
)
def test_the_countdown_says_in_words_what_is_left(minutes, words):
    assert countdown(timezone.timedelta(minutes=minutes)) == words


def test_a_reply_is_kept_sealed_shown_on_the_desk_and_announced_by_mail(client, nurse):
    inquiry = make_inquiry(status=Status.TAKEN, owner=nurse, token="mine")
    client.force_login(nurse)

    page = send(client, inquiry, "Here is what the trials show.", note="Sent the page.")

    assert page.status_code == 200
    assert "Sent the page." in page.text
    assert "Here is what the trials show." in show(client, inquiry).text
    (said,) = find(from_token("mine")).conversation()
    assert said.text.startswith("Here is what the trials show.\n\n")  # and what the rules add
    assert (said.message.author, said.message.by) == (Author.CLINIC, nurse)
    assert OutgoingMail.objects.get().kind == MailKind.REPLY
    assert Inquiry.objects.get().status == Status.ANSWERED


def test_without_the_private_key_the_desk_says_so_and_still_works(client, nurse, settings):
    inquiry = make_inquiry(preferred_name="Ada")
    inquiry.close("not_offered", "A note.", by=nurse)
    settings.CLINIC_PRIVATE_KEYS = []
    client.force_login(nurse)

    queue, page = client.get(f"{QUEUE}?tab=closed"), client.get(desk(inquiry))

    assert "(sealed)" in queue.text
    assert "This server does not hold the key that opens this inquiry." in page.text
    assert "Ada" not in queue.text + page.text
    assert "A note." not in page.text
    refused = step(client, inquiry, "reopen", note="A word.")
    assert refused.status_code == 409
    assert "This server does not hold the key" in refused.text
    assert "A word." in refused.text
    assert step(client, inquiry, "reopen").status_code == 200


def test_an_inquiry_that_does_not_open_is_reported_by_its_reference(client, nurse, settings, caplog):
    inquiry = make_inquiry()
    settings.CLINIC_PRIVATE_KEYS = [vault.new_keys()["CLINIC_PRIVATE_KEYS"]]
    client.force_login(nurse)

    page = client.get(desk(inquiry))

    assert page.status_code == 200
    assert f"{inquiry.reference} does not open" in caplog.text


def test_a_doubtful_inquiry_is_put_into_the_queue_with_the_promise_it_had(client, nurse):
    inquiry = make_inquiry(status=Status.DOUBTFUL)
    client.force_login(nurse)
    assert inquiry.reference not in client.get(QUEUE).text
    assert offered(client.get(desk(inquiry)))[:2] == ["restore", "close"]

    step(client, inquiry, "restore")

    stored = Inquiry.objects.get()
    assert (stored.status, stored.reply_by, stored.received_at) == (
        Status.NEW,
        inquiry.reply_by,
        inquiry.received_at,
    )


def test_what_was_chosen_anew_stands_beside_the_text_that_was_sent_again(client, nurse):
    form = answers()
    client.post("/en/ask/", form)
    client.post("/en/ask/", form | {"topic": "cost", "message": "And what does it cost?"})
    client.force_login(nurse)

    page = show(client, Inquiry.objects.get()).text

    assert re.search(
        r"Sent again with changes.*And what does it cost\?.*Cost and what it includes", page, re.S
    )
    assert "Is there a trial that I could join?" in page
