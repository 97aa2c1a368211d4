"""Numbers that the clinic must not hold are recognised, and no other numbers are."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inquiries.models.inquiry import new_reference
from inquiries.screening.identifiers import _PHONE_IN_ONE, identifiers_in, passes_luhn

DAYS = st.dates(min_value=date(1930, 1, 1), max_value=date(2026, 11, 23))
AROUND = st.sampled_from(["{}", "it is {}, ok?", "제 번호는 {}입니다", "({})", "a\n{}\nb", "“{}”."])


def digits(count):
    return st.text("0123456789", min_size=count, max_size=count)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("900101-1234567", "resident"),
        ("900101 2234567", "resident"),
        ("9001011234567", "resident"),
        ("주민번호900101-1234567", "resident"),
        ("900101 - 1234567", "resident"),
        ("900101–1234567", "resident"),
        ("900101.1234567", "resident"),
        ("９００１０１－１２３４５６７", "resident"),
        ("900101-\u200b1234567", "resident"),
        ("000229-3234567", "resident"),
        ("900101-5234567", "foreigner"),
        ("9001018234567", "foreigner"),
        ("9 0 0 1 0 1 - 1 2 3 4 5 6 7", "resident"),
        ("여권 M12345678 입니다", "passport"),
        ("m123a4567", "passport"),
        ("my passport is 512345678", "passport"),
        ("passport no. AB1234567", "passport"),
        ("여권번호: E12345678", "passport"),
        ("Passport number C01XX0047", "passport"),
        ("4111 1111 1111 1111", "card"),
        ("４１１１-1111-1111-1111", "card"),
        ("4111111111111111", "card"),
        ("4111-1111 1111-1111", "card"),
        ("5555.5555.5555.4444", "card"),
        ("3782 822463 10005", "card"),
        ("378282246310005", "card"),
        ("3056 930902 5904", "card"),
        ("3530111333300000", "card"),
        ("6200000000000005", "card"),
        ("11-24-123456-78", "licence"),
        ("서울 98-123456-78", "licence"),
        ("운전면허 112412345678", "licence"),
    ],
)
def test_numbers_that_must_not_be_held_are_recognised(text, kind):
    assert identifiers_in(f"it is {text}, ok?") == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "+82 10 1234 5678",
        "8201012345678",
        "010-1234-5678, 010-2345-6789, 02-123-4567",
        "010 1234 5678 010 2345 6789",
        "NCT03265808",
        "ChiCTR2600122690",
        "KCT0001234 and 2012-003456-78",
        "10.1016/j.stem.2024.01.001234567",
        "1234 5678 9012 3456",
        "2023 2024 2025 2026",
        "F31, 2,696 people",
        "2026-11-23 14:30",
        "20261123-1430",
        "900101",
        "991332-1234567",
        "900230-1234567",
        "ORCID 0000-0002-1825-0097",
        "1,200,000 KRW / 12000000원",
        "DK-4F7Q-29",
        "Do I need my passport on 2026-11-23? Call 010-1234-5678.",
        "여권은 20261123까지 유효합니다",
        "0000000000000000",
        "7AQK-M2PX-9RTW-HC4D-E6FN",
    ],
)
def test_other_numbers_are_left_alone(text):
    assert identifiers_in(f"it is {text}, ok?") == []


@given(DAYS, st.integers(1, 4), digits(6), st.sampled_from(["", "-", " ", " - ", "–", "."]), AROUND)
def test_any_resident_number_is_recognised(born, century, rest, dash, around):
    century += 2 if born.year >= 2000 and century < 3 else -2 if born.year < 2000 and century > 2 else 0
    number = f"{born:%y%m%d}{dash}{century}{rest}"

    assert "resident" in identifiers_in(around.format(number)) or _PHONE_IN_ONE.fullmatch(number)


@given(
    st.sampled_from(["4", "51", "2221", "62", "3528", "9410"]), digits(15), st.sampled_from(["", " ", "-"])
)
def test_any_card_number_is_recognised(issuer, rest, dash):
    number = (issuer + rest)[:15]
    number += next(last for last in "0123456789" if passes_luhn(number + last))
    groups = dash.join(number[place : place + 4] for place in range(0, 16, 4))

    assert "card" in identifiers_in(f"카드 {groups} 입니다") or len(set(number)) == 1


@given(st.sampled_from(["010", "011", "016", "019", "070"]), digits(4), digits(4), st.data())
def test_no_phone_number_is_taken_for_another_number(first, middle, last, data):
    dash = data.draw(st.sampled_from(["", "-", " ", "."]))
    abroad = data.draw(st.sampled_from(["", "+82", "+82 ", "82", "+82(0)", "+82-", "0082 "]))
    local = first if not abroad or abroad.endswith("82") and data.draw(st.booleans()) else first[1:]
    number = abroad + dash.join([local, middle, last])

    assert identifiers_in(data.draw(AROUND).format(number)) == []


@given(
    st.datetimes(),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y %H:%M", "%Y%m%d", "%y%m%d", "%Y년 %m월 %d일"]),
    AROUND,
)
def test_no_date_is_taken_for_another_number(moment, form, around):
    assert identifiers_in(around.format(moment.strftime(form))) == []


@given(
    st.sampled_from(["NCT{:08}", "KCT{:07}", "ISRCTN{:08}", "jRCT{:010}", "ChiCTR{:010}"]),
    st.integers(0, 10**7 - 1),
    AROUND,
)
def test_no_trial_number_is_taken_for_another_number(form, number, around):
    assert identifiers_in(around.format(form.format(number))) == []


@given(st.integers(0, 10**12), st.sampled_from(["{:,}원", "{:,} KRW", "${:,}.00", "₩{:,}"]), AROUND)
def test_no_price_is_taken_for_another_number(amount, form, around):
    assert identifiers_in(around.format(form.format(amount))) == []


@given(st.builds(new_reference), AROUND)
def test_no_reference_of_ours_is_taken_for_another_number(reference, around):
    assert identifiers_in(around.format(reference)) == []


@given(st.text(max_size=1000))
def test_whatever_is_written_is_answered(text):
    assert set(identifiers_in(text)) <= {"resident", "foreigner", "card", "passport", "licence"}
