"""The list as a file: what may leave, in what form, and that it is written down."""

import csv
import io

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inquiries import sensitivity
from inquiries.exports import taking_along
from inquiries.models import Export, Inquiry, Status
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db

PATH = "/admin/desk/export/"
TOLD = {"preferred_name": "Markername", "message": "Markerword", "wishes": "Markerwish", "best_time": "Noon"}


def table(response):
    """Return the rows of a file as a spreadsheet reads them."""
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_the_list_that_is_shown_is_taken_along_in_its_order(client, manager, nurse):
    client.force_login(manager)
    late = make_inquiry(reply_by=timezone.now() - timezone.timedelta(days=1))
    new = make_inquiry()
    make_inquiry(status=Status.CLOSED)

    response = client.post(PATH)

    assert [row["Reference"] for row in table(response)] == [late.reference, new.reference]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]


def test_a_filter_of_the_list_is_a_filter_of_the_file(client, manager, nurse):
    client.force_login(manager)
    make_inquiry()
    taken = make_inquiry(status=Status.TAKEN, owner=nurse, topic="cost")
    closed = make_inquiry(status=Status.CLOSED)

    assert [row["Reference"] for row in table(client.post(f"{PATH}?topic=cost"))] == [taken.reference]
    assert [row["Reference"] for row in table(client.post(f"{PATH}?tab=closed"))] == [closed.reference]
    assert client.post(f"{PATH}?tab=nonsense").status_code == 400


def test_no_word_that_is_sealed_leaves(client, manager):
    client.force_login(manager)
    make_inquiry(danger_reasons=["self_harm"], category="T0", pinned_at=timezone.now(), **TOLD)

    text = b"".join(client.post(PATH, {"with_choices": "on"}).streaming_content).decode("utf-8")

    assert not [word for word in [*TOLD.values(), "ada@example.org", "self_harm", "T0"] if word in text]


def test_what_people_chose_leaves_only_when_it_is_wanted(client, manager):
    client.force_login(manager)
    make_inquiry(topic="cost")

    (without,) = table(client.post(PATH))
    (row,) = table(client.post(PATH, {"with_choices": "on"}))

    assert "Topic" not in without
    assert row["Language"] == "English"
    assert row["Topic"]


@pytest.mark.parametrize("with_choices", [True, False])
def test_only_columns_of_a_class_that_may_leave_are_in_the_file(with_choices):
    every = [field.name for field in Inquiry._meta.fields]

    found = taking_along.columns(with_choices=with_choices, of=every)

    assert found
    for name in found:
        rule = sensitivity.rule(Inquiry, name)
        assert rule.in_files
        assert not rule.masked
    for name in ("contact_sealed", "question_sealed", "search_hashes", "category", "danger_reasons"):
        assert name not in found
    assert ("topic" in found) == with_choices
    wanted = taking_along.COLUMNS
    assert set(wanted) - set(taking_along.columns(with_choices=True)) == set()


@pytest.mark.parametrize("sign", ["=1+1", "+82", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "  =1", "＝1"])
def test_no_cell_is_a_formula(sign):
    assert taking_along.harmless(sign) == f"'{sign}"


def test_a_name_that_is_a_formula_is_harmless_in_the_file(client, manager, django_user_model):
    client.force_login(manager)
    owner = django_user_model.objects.create_user('=HYPERLINK("x")', is_staff=True)
    make_inquiry(status=Status.TAKEN, owner=owner)

    (row,) = table(client.post(PATH))

    assert row["Who has it"] == '\'=HYPERLINK("x")'


def test_it_is_recorded_who_took_what_along(client, manager):
    client.force_login(manager)
    wanted = make_inquiry()
    make_inquiry()
    search = client.post("/admin/inquiries/inquiry/search/", {"q": wanted.reference})
    found = search.url.partition("?")[2]

    client.post(f"{PATH}?tab=new&topic=evidence&{found}", {"with_choices": "on"})

    record = Export.objects.get()
    assert (record.by, record.rows, record.with_choices, record.searched) == (manager, 1, True, True)
    assert record.filters == {"tab": "new", "topic": "evidence"}
    with pytest.raises(DatabaseError), transaction.atomic():
        Export.objects.update(rows=0)
    with pytest.raises(DatabaseError), transaction.atomic():
        Export.objects.all().delete()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("manager", 200),
        ("nurse", 403),
        ("physician", 403),
        ("auditor", 403),
        ("editor", 403),
        ("author", 403),
    ],
)
def test_managers_take_lists_along_and_nobody_else(client, request, role, status):
    client.force_login(request.getfixturevalue(role))
    make_inquiry()

    assert client.post(PATH).status_code == status
    assert Export.objects.count() == (status == 200)


@pytest.mark.parametrize(("role", "offered"), [("manager", True), ("nurse", False)])
def test_the_list_offers_it_to_whoever_may(client, request, role, offered):
    client.force_login(request.getfixturevalue(role))
    make_inquiry()

    page = client.get("/admin/inquiries/inquiry/?tab=new")

    assert (f'action="{PATH}?tab=new"' in page.text) == offered


def test_looking_takes_nothing_along(client, manager):
    client.force_login(manager)

    assert client.get(PATH).status_code == 405
    assert not Export.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("auditor", 200), ("manager", 200), ("nurse", 403)])
def test_the_record_is_read_by_whoever_answers_for_it(client, request, role, status):
    who = request.getfixturevalue(role)
    Export.objects.create(by=who, rows=3, filters={"queue": "new"})
    client.force_login(who)

    assert client.get("/admin/inquiries/export/").status_code == status


def test_a_long_list_is_sent_in_pieces(client, manager, monkeypatch):
    client.force_login(manager)
    for _number in range(5):
        make_inquiry()
    monkeypatch.setattr(taking_along, "BATCH", 2)

    response = client.post(PATH)
    with CaptureQueriesContext(connection) as asked:
        pieces = list(response.streaming_content)

    assert len(pieces) == 4
    assert len(asked) == 3


def test_more_than_a_file_holds_is_refused_with_a_word(client, manager, monkeypatch):
    client.force_login(manager)
    make_inquiry()
    make_inquiry()
    monkeypatch.setattr(taking_along, "MOST", 1)

    page = client.post(f"{PATH}?tab=new", follow=True)

    assert "More than 1 rows: narrow the list first." in page.text
    assert not Export.objects.exists()
