"""Walk the map of sensitivity: lists, the copy, mail, logs, retention and erasure keep to it."""

import ast
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from articles import asked_from
from articles.models import Publication
from inquiries import contents, rates, retention, search_hashes, sensitivity
from inquiries.admin import InquiryAdmin
from inquiries.contents import Said
from inquiries.erasure import erase
from inquiries.follow_up import own_copy
from inquiries.mail.letters import write
from inquiries.models import (
    Consent,
    ErasedBy,
    Event,
    Inquiry,
    MailKind,
    Message,
    OutgoingMail,
    Step,
    Viewing,
)
from inquiries.queue.filters import TopicFilter
from tests.factories import answers, publish_article

pytestmark = pytest.mark.django_db

OURS = list(apps.get_app_config("inquiries").get_models())
SAID = {
    "preferred_name": "Markername",
    "email": "marker-address@example.org",
    "phone": "+821099998888",
    "best_time": "Marker time",
    "wishes": "Marker wishes",
    "message": "Marker question",
}


@pytest.fixture
def far_numbers(db):
    """Row numbers that no other table has, and that no text holds by chance."""
    with connection.cursor() as cursor:
        for number, model in enumerate(OURS, 1):
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
            if sequence := cursor.fetchone()[0]:
                cursor.execute(f"ALTER SEQUENCE {sequence} RESTART WITH {number * 10_000_019}")


@pytest.fixture
def lived(client, nurse, far_numbers):
    """An inquiry with everything that can hang on one, each value to be recognised."""
    form = answers(**{name: text for name, text in SAID.items() if name not in ("phone", "best_time")})
    form |= {
        "time_zone": "Asia/Dubai",
        "came_from": asked_from.mark(Publication.objects.get(article=publish_article())),
    }
    client.post("/en/ask/", form)
    client.post("/en/ask/", form | {"message": "Marker again"})
    inquiry = Inquiry.objects.get()
    opened = contents.for_staff(inquiry)
    both = replace(opened.contact, phone=SAID["phone"], best_time=SAID["best_time"])
    opened.change_contact(both, "email", forbidden=["text"])
    inquiry.refresh_from_db()
    inquiry.take(by=nurse)
    inquiry.categorise("T2", by=nurse)
    contents.for_staff(inquiry).reply("Marker reply", "Marker note", by=nurse)
    Inquiry.objects.update(
        category="T1",
        danger_reasons=["marker_word"],
        pinned_at=timezone.now(),
        doubt=31337,
        doubt_reasons=["marker_sign"],
    )
    Viewing.objects.create(inquiry=inquiry, by=nurse)
    inquiry = Inquiry.objects.get()
    contents.for_staff(inquiry).reply("Marker draft", by=nurse)  # T1: a second person reads it first
    inquiry = Inquiry.objects.get()
    search_hashes.index(inquiry)
    return Inquiry.objects.get()


def rows():
    return [(model, row) for model in OURS for row in model.objects.all()]


def telling(value):
    """Return what of a value would be recognised in a page or a log line: nothing short or common."""
    if isinstance(value, list):
        return [text for one in value for text in telling(one)]
    if isinstance(value, bytes | memoryview):
        return [bytes(value).hex(), repr(bytes(value))[2:-1]]
    if isinstance(value, int):
        return [str(value)] if abs(value) > 9999 else []
    return [value] if isinstance(value, str) and len(value) > 4 else []


def opened(inquiry):
    """Return all that is sealed, each text with its place in the map."""
    inside = contents.for_staff(inquiry)
    found = [
        ("Inquiry.contact_sealed", name, value) for name, value in inside._open("contact_sealed").items()
    ]
    found.append(("Inquiry.question_sealed", "message", inside.question))
    found += [("Message.text_sealed", "text", said.text) for said in inside.conversation()]
    notes = [event.note for event in inquiry.events.all() if hasattr(event, "note")]
    found += [("Note.text_sealed", "text", note.text(inside.key)) for note in notes]
    return [*found, ("Draft.text_sealed", "text", inside.draft()[1])]


def values(inquiry, wanted):
    """Return the telling values of the fields whose rule is wanted, each with its name."""
    found = [
        (f"{model.__name__}.{field.name}", text)
        for model, row in rows()
        for field in model._meta.concrete_fields
        if wanted(sensitivity.FIELDS[model.__name__][field.name])
        for text in telling(getattr(row, field.attname))
    ]
    return found + [
        (f"{place}.{name}", text)
        for place, name, value in opened(inquiry)
        if wanted(sensitivity.SEALED[place][name])
        for text in telling(value)
    ]


def masked(privacy):
    return privacy.value.masked


def test_every_masked_field_has_a_value_that_the_walk_would_recognise(lived):
    every = {
        f"{model}.{field}"
        for model, fields in (sensitivity.FIELDS | sensitivity.SEALED).items()
        for field, privacy in fields.items()
        if privacy.value.masked
    }

    assert {name for name, _text in values(lived, masked)} == every


# Masking


def test_no_list_shows_what_is_masked(client, nurse, lived):
    client.force_login(nurse)

    page = client.get("/admin/inquiries/inquiry/").text + client.get("/admin/").text

    assert lived.reference in page
    assert [name for name, text in values(lived, masked) if text in page] == []


def test_the_list_loads_nothing_masked_but_what_opens_the_name(client, nurse, lived):
    client.force_login(nurse)

    (row,) = client.get("/admin/inquiries/inquiry/").context["cl"].result_list

    loaded = set(sensitivity.masked(Inquiry)) - row.get_deferred_fields()
    assert loaded == {"contact_sealed", "key_for_clinic", "clinic_key_id"}


def test_nothing_masked_can_be_sorted_filtered_or_searched_by():
    """What is asked for stands in the address, and a number of hits would tell it."""
    fields = sensitivity.FIELDS["Inquiry"]
    columns = [getattr(InquiryAdmin, name, None) for name in InquiryAdmin.list_display]
    asked = [name for name in InquiryAdmin.list_display if name in fields]
    asked += [getattr(column, "admin_order_field", None) for column in columns]
    asked += [name for name in InquiryAdmin.list_filter if isinstance(name, str)]
    asked += [*InquiryAdmin.search_fields, TopicFilter.parameter_name]

    assert [name for name in asked if name in fields and masked(fields[name])] == []


def test_the_desk_shows_it_to_whoever_is_recorded_as_having_looked(client, nurse, lived):
    before = Viewing.objects.count()
    client.force_login(nurse)

    page = client.post(reverse("admin:inquiries_inquiry_show", args=[lived.pk]), follow=True).text

    assert Viewing.objects.filter(words=True).count() == 1
    assert Viewing.objects.count() == before + 1
    for text in ("marker-address@example.org", "Marker question", "Marker note", "marker_sign"):
        assert text in page
    secrets = values(lived, lambda privacy: privacy is sensitivity.Privacy.SECRET)
    assert secrets
    assert [name for name, text in secrets if text in page] == []


# The person's copy


def changed(field, value):
    """Return another value that may stand in a field."""
    if isinstance(value, datetime):
        return value + timedelta(days=40)
    if isinstance(value, bytes):
        return value + b"x"
    if isinstance(value, list):
        return [*value, "phone"]
    if isinstance(value, int):
        return value + 1
    if field.name == "time_zone":
        return "America/Lima"
    if field.name == "step":
        return Step.EXPIRES_SOON
    if field.name == "key":
        return "sensitive" if value == "personal" else "personal"
    if field.choices:
        return next(key for key, _name in field.choices if key not in (value, ""))
    return f"{value}x"


def changes(row):
    """Change one field of a row after the other, and put each back; nothing is written."""
    for field in row._meta.concrete_fields:
        name, before = field.name, getattr(row, field.attname)
        if name.endswith("_sealed"):
            continue  # another value would not open: what lies inside has a test of its own
        if field.remote_field:
            if field.related_model is not Publication:
                continue  # whose row it is, and who of the staff: their names stand in no copy
            row.came_from = Publication(pk=before + 1, title="Another title")
        elif before is None:
            setattr(row, name, timezone.now() + timedelta(days=40) if "_at" in name else b"x")
        else:
            setattr(row, name, changed(field, before))
        yield f"{row._meta.object_name}.{name}", sensitivity.rule(row, name)
        setattr(row, field.attname, before)


def copied(inquiry):
    """Return what the copy is made of, loaded once, so that a change in memory shows in the text."""
    inquiry.closed_at, inquiry.closing_reason = timezone.now(), "answered"
    prefetch_related_objects([inquiry], "events", "consents", "mails")
    found = contents.for_staff(inquiry)
    return found, found.conversation()


def is_meaningless(name):
    return name in own_copy.MEANINGLESS or name.partition(".")[2] in own_copy.MEANINGLESS


def test_the_copy_changes_with_a_field_exactly_if_the_map_exports_it(lived):
    found, said = copied(lived)

    def text():
        made = own_copy.sections(found, said)
        return [(part.title, part.rows, part.texts) for part in made]

    before, walked = text(), set()
    related = [lived.events.all()[0], lived.consents.all()[0], lived.mails.all()[0], said[-1].message]
    for row in [lived, *related]:
        for name, rule in changes(row):
            walked.add(name)
            assert (text() != before) == (rule.exported and not is_meaningless(name)), name
    assert text() == before
    assert {name.partition(".")[0] for name in walked} == {
        model.__name__ for model in (Inquiry, Event, Consent, OutgoingMail, Message)
    }


def test_there_is_a_copy_whatever_happened(lived):
    """Without words for mail that came back it was an error page."""
    found, said = copied(lived)

    for step in Step:
        lived.events.all()[0].step = step
        assert own_copy.sections(found, said)


def test_no_other_table_holds_anything_that_belongs_in_the_copy():
    """But that an inquiry was erased, which is written when nobody can ask for a copy any more."""
    copied = {"Inquiry", "Event", "Consent", "OutgoingMail", "Message", "Erasure"}
    others = {
        model.__name__
        for model in OURS
        if any(field.related_model in (Inquiry, Event) for field in model._meta.concrete_fields)
    } - copied

    assert others
    left = [
        f"{model}.{name}"
        for model in others
        for name, its in sensitivity.FIELDS[model].items()
        if its.value.exported
    ]
    assert [name for name in left if not is_meaningless(name) and name != "Note.event"] == []


def test_what_is_sealed_is_in_the_copy_exactly_if_the_map_exports_it(lived):
    found = contents.for_staff(lived)
    text = own_copy.as_text(own_copy.sections(found, found.conversation())).replace(
        "10-9999-8888", "1099998888"
    )
    text = text.replace("+82 ", "+82")

    for place, name, value in opened(lived):
        there = all(line in text for line in str(value).splitlines())  # each line is indented
        assert there == sensitivity.SEALED[place][name].value.exported, f"{place}.{name}"
    assert [
        name for name, one in values(lived, lambda privacy: not privacy.value.exported) if one in text
    ] == []


def test_a_field_that_is_not_exported_cannot_be_read_for_the_copy(lived):
    row = sensitivity.Only(lived, "exported")

    assert row.reference == lived.reference
    for name in ("owner", "doubt", "key_for_clinic", "danger_reasons"):
        with pytest.raises(sensitivity.Withheld):
            getattr(row, name)


# Mail


@pytest.mark.parametrize("kind", MailKind)
def test_a_letter_changes_with_no_field_that_may_not_be_mailed(lived, kind):
    mail = OutgoingMail.objects.enqueue(lived, kind)

    def letter():
        message = write(mail)
        return message.subject, message.body, message.extra_headers

    before, used = letter(), set()
    for name, rule in changes(lived):
        if name in (
            "Inquiry.key_for_clinic",
            "Inquiry.clinic_key_id",
            "Inquiry.uid",
        ):
            continue  # what opens the address: another value opens nothing
        if name in ("Inquiry.contact_method", "Inquiry.email_came_back", "Inquiry.erased_at"):
            continue  # then there is no letter
        if letter() != before:
            used.add(name)
            assert rule.mailed, name
    assert "Inquiry.reference" in used


@pytest.mark.parametrize("kind", MailKind)
def test_no_letter_holds_what_may_not_be_mailed(lived, kind):
    message = write(OutgoingMail.objects.enqueue(lived, kind))
    text = f"{message.subject}\n{message.body}\n{message.extra_headers}"

    assert [
        name for name, one in values(lived, lambda privacy: not privacy.value.mailed) if one in text
    ] == []
    with pytest.raises(sensitivity.Withheld):
        _ = sensitivity.Only(lived, "mailed").topic


# Logs


def never_logged(inquiry):
    """Return the values that may not be logged, but for those that may be as a field of another row."""
    logged = {text for _name, text in values(inquiry, lambda privacy: privacy.value.logged)}
    secret = values(inquiry, lambda privacy: not privacy.value.logged)
    return [(name, text) for name, text in secret if text not in logged]


def test_no_line_of_the_code_logs_a_field_that_may_not_be_logged():
    every = sensitivity.FIELDS | sensitivity.SEALED
    never = {name for fields in every.values() for name, its in fields.items() if not its.value.logged}
    never -= {
        name for fields in sensitivity.FIELDS.values() for name, its in fields.items() if its.value.logged
    }
    logged = 0
    for path in settings.BASE_DIR.glob("inquiries/**/*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if not (
                isinstance(call.func.value, ast.Name) and call.func.value.id in ("log", "logger", "logging")
            ):
                continue
            logged += call.func.attr != "getLogger"
            named = {node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute)}
            assert named & never == set(), f"{path}:{call.lineno}"
    assert logged > 5


def test_a_row_that_is_printed_says_nothing_that_may_not_be_logged(lived):
    found = contents.for_staff(lived)
    said = found.conversation()
    printed = " ".join(f"{row} {row!r}" for _model, row in rows())
    printed += f" {found!r} {found.contact!r} {found.contact} {said!r} {Said(said[0].message, 'Marker', {})}"

    assert "Marker" not in printed
    assert [name for name, text in never_logged(lived) if text in printed] == []


def test_the_life_of_an_inquiry_leaves_nothing_in_the_logs_that_may_not_be_logged(caplog, request):
    with caplog.at_level("DEBUG"):
        lived = request.getfixturevalue("lived")
    said = [record for record in caplog.records if record.name != "django.db.backends"]  # off, but for tests
    lines = "\n".join(record.getMessage() for record in said)

    assert [name for name, text in never_logged(lived) if text in lines] == []


# Retention and erasure


def left_of_a_person():
    return [
        f"{model.__name__}.{field.name}"
        for model, row in rows()
        for field in model._meta.concrete_fields
        if sensitivity.rule(model, field.name).erased
        and getattr(row, field.attname) not in (None, "", [], 0, field.get_default())
    ]


@pytest.mark.parametrize("how", ["asked for", "time over"])
def test_what_the_map_says_is_gone_in_every_table_when_it_is_asked_for_or_its_time_is_over(lived, how):
    assert {name.partition(".")[0] for name in left_of_a_person()} == {
        model
        for model, fields in sensitivity.FIELDS.items()
        if any(privacy.value.erased for privacy in fields.values())
    }

    if how == "asked for":
        erase(lived, asked_by=ErasedBy.PERSON)
    else:
        Inquiry.objects.update(
            status="closed", closing_reason="answered", closed_at=timezone.now() - timedelta(days=91)
        )
        assert retention.purge().erased == 1
    rates.forget(timezone.now() + timedelta(hours=1))  # as the worker does, every hour

    assert left_of_a_person() == []


def test_what_the_map_keeps_is_still_there(lived):
    kept = {(model.__name__, row.pk) for model, row in rows() if model in (Event, Viewing, OutgoingMail)}
    before = {
        name: getattr(lived, name)
        for name, its in sensitivity.FIELDS["Inquiry"].items()
        if not its.value.erased
    }

    erase(lived, asked_by=ErasedBy.PERSON)

    assert kept <= {(model.__name__, row.pk) for model, row in rows()}
    now = Inquiry.objects.get()
    moved = {name for name, value in before.items() if getattr(now, name) != value}
    closing = {"status", "closed_at", "closing_reason", "queue", "owner", "next_action", "next_action_at"}
    assert moved <= closing | {"due_at", "erased_at", "version"}
