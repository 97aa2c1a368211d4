"""Rule C17: a price stands in one place, with its paper, and no longer than twelve months."""

from datetime import date

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import translation

from articles.evidence import ledger
from articles.live import fill
from articles.models import ClinicStatement, Document, PriceItem
from articles.rendering import render

pytestmark = pytest.mark.usefixtures("articles")

TODAY = date(2026, 11, 23)
FALLBACK = "The clinic has not published its prices. Ask for a written quote"


@pytest.fixture
def price_list(editor):
    return Document.objects.create(
        kind="prices",
        title="Price list",
        reference="2026-11",
        issued_on=date(2026, 1, 5),
        checked_on=date(2026, 11, 20),
        checked_by=editor,
    )


@pytest.fixture
def price(price_list):
    """A price that readers see."""
    return PriceItem.objects.create(
        name_en="First appointment",
        name_ko="첫 진료",
        amount=150_000,
        included_en="An hour with a doctor\nA written report",
        included_ko="의사와 한 시간",
        excluded_en="Blood tests",
        excluded_ko="혈액 검사",
        refund_en="In full until the day before",
        refund_ko="전날까지 전액",
        valid_from=date(2026, 1, 10),
        document=price_list,
    )


def panel(language="en"):
    with translation.override(language):
        page = render(
            body="{panel prices}", in_short="", has_summary=False, language=language, ledger=ledger()
        )
        return fill(head="", body=page.body_html, has_status_table=False)[1]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["First appointment", "150,000 won", "A written report", "Blood tests", "In full until the day"]
            + ["From 10 January 2026.", "no. 2026-11; checked on 20 November 2026"],
        ),
        ("ko", ["첫 진료", "150,000", "의사와 한 시간", "혈액 검사", "전날까지 전액"]),
    ],
)
def test_readers_see_a_price_with_all_that_belongs_to_it(price, language, words):
    html = panel(language)

    for word in words:
        assert word in html
    assert FALLBACK not in html


@pytest.mark.parametrize(("language", "says"), [("en", FALLBACK), ("ko", "의원은 가격을 공개하지 않았어요")])
def test_without_a_price_readers_are_told_to_ask(language, says):
    assert says in panel(language)


@pytest.mark.parametrize(
    ("of_price", "of_list", "says"),
    [
        ({"valid_from": date(2026, 11, 24)}, {}, "not valid yet"),
        ({"valid_from": date(2025, 11, 22)}, {}, "older than twelve months"),
        ({"valid_until": date(2026, 11, 22)}, {}, "has ended"),
        ({}, {"checked_on": None, "checked_by": None}, "has not been checked"),
        ({}, {"valid_until": date(2026, 11, 22)}, "not in force"),
        ({}, {"kind": "insurance"}, "is no price list"),
    ],
    ids=["not yet", "too old", "ended", "paper not checked", "paper expired", "another paper"],
)
def test_a_price_that_does_not_count_is_hidden_and_says_why(price, of_price, of_list, says):
    PriceItem.objects.update(**of_price)
    Document.objects.update(**of_list)

    price = PriceItem.objects.get()
    assert says in price.why_hidden()
    assert not price.is_shown()
    assert FALLBACK in panel()


@pytest.mark.parametrize(
    "fields",
    [{"valid_from": TODAY}, {"valid_from": date(2025, 11, 23)}, {"valid_until": TODAY}],
    ids=["from today", "for twelve months", "until today"],
)
def test_a_price_is_shown_on_its_first_and_on_its_last_day(price, fields):
    PriceItem.objects.update(**fields)

    assert PriceItem.objects.get().is_shown()
    assert "150,000 won" in panel()


def test_the_new_price_takes_the_place_of_the_old_on_its_day(price):
    PriceItem.objects.update(valid_until=date(2026, 11, 30))
    price.pk, price.amount, price.valid_from = None, 180_000, date(2026, 12, 1)
    price.save()

    for day, shown in ((date(2026, 11, 30), 150_000), (date(2026, 12, 1), 180_000)):
        assert [item.amount for item in PriceItem.objects.all() if item.is_shown(day)] == [shown]


def test_without_the_statement_of_the_register_the_panel_stands_empty():
    ClinicStatement.objects.filter(key="prices").delete()

    assert "clinic-says" not in panel()


def test_a_page_with_prices_takes_one_query_while_nothing_changes(price, django_assert_num_queries):
    panel()
    page = render(body="{panel prices}", in_short="", has_summary=False, language="en", ledger=ledger())

    with django_assert_num_queries(1):
        fill(head="", body=page.body_html, has_status_table=False)


def test_what_staff_type_is_text_and_no_html(price):
    PriceItem.objects.update(included_en="<script>1</script>")

    assert "&lt;script&gt;" in panel()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"amount": 0}, "price_item_amount_likely"),
        ({"amount": 2_000_000_000}, "price_item_amount_likely"),
        ({"refund_ko": ""}, "price_item_says_all_in_both_languages"),
        ({"valid_from": date(2100, 1, 1)}, "price_item_before_2100"),
        ({"valid_until": date(2026, 1, 9)}, "price_item_ends_after_it_begins"),
    ],
)
def test_the_database_refuses_nonsense(price, change, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        PriceItem.objects.update(**change)


# Editors


def form_of(client, url):
    form = client.get(url).context["adminform"].form
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields}


def address(price):
    return reverse("admin:articles_priceitem_change", args=[price.pk])


def test_an_editor_enters_a_price_and_readers_see_it(client, editor, price, price_list):
    client.force_login(editor)
    data = form_of(client, address(price)) | {"name_en": "Second appointment", "amount": "90000"}

    client.post(reverse("admin:articles_priceitem_add"), data)

    assert PriceItem.objects.count() == 2
    assert "Second appointment" in panel()
    assert "90,000 won" in panel()


def test_the_list_says_whether_readers_see_a_price_and_why_not(client, editor, price):
    client.force_login(editor)
    assert 'alt="True"' in client.get(reverse("admin:articles_priceitem_changelist")).text

    PriceItem.objects.update(valid_from=date(2025, 1, 1))

    listed = client.get(reverse("admin:articles_priceitem_changelist")).text
    assert "It is older than twelve months." in listed
    assert 'alt="False"' in listed
    assert "It is older than twelve months." in client.get(address(price)).text


def test_only_a_price_list_is_offered_as_the_paper(client, editor, price):
    other = Document.objects.create(
        kind="insurance", title="Policy", reference="7", issued_on=date(2026, 1, 1)
    )
    client.force_login(editor)

    page = client.post(address(price), form_of(client, address(price)) | {"document": other.pk})

    assert "Select a valid choice" in page.text


def test_the_slower_of_two_editors_is_refused(client, editor, price):
    client.force_login(editor)
    mine = form_of(client, address(price)) | {"amount": "1"}
    PriceItem.objects.update(amount=170_000)

    assert "Somebody else changed this while you had it open" in client.post(address(price), mine).text
    assert PriceItem.objects.get().amount == 170_000


def test_nobody_deletes_a_price_and_a_nurse_changes_none(client, editor, nurse, price):
    client.force_login(editor)
    assert client.get(reverse("admin:articles_priceitem_delete", args=[price.pk])).status_code == 403

    client.force_login(nurse)
    assert client.get(address(price)).status_code == 403
