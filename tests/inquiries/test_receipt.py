"""The receipt: easy to read aloud and to type, told from a mistyped one, and never the same twice."""

import pytest

from inquiries.receipt import ALPHABET, Mistyped, from_token, read, show

RECEIPT = from_token("a token")


def test_a_receipt_follows_from_its_token_for_ever():
    """Were the derivation changed, receipts on paper would open nothing any more."""
    assert show(from_token("a token")) == "WDTU-MFQ7-VWA6-DBR8-CYP9"
    assert from_token("another token") != RECEIPT


def test_a_receipt_is_five_groups_of_four_marks_that_nobody_confuses():
    groups = show(RECEIPT).split("-")

    assert [len(group) for group in groups] == [4] * 5
    assert not set("01OIL") & set(ALPHABET)
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert 31**19 > 2**94


def test_every_mark_comes_up_at_every_place():
    receipts = [from_token(str(number)) for number in range(2000)]

    assert len(set(receipts)) == 2000
    assert all({receipt[place] for receipt in receipts} == set(ALPHABET) for place in range(20))


@pytest.mark.parametrize(
    "typed",
    [
        RECEIPT,
        show(RECEIPT),
        show(RECEIPT).lower(),
        show(RECEIPT).replace("-", " "),
        show(RECEIPT).replace("-", " – "),
        show(RECEIPT).replace("-", "\u3000"),
        f"  {show(RECEIPT)}.\n",
        f"\u200b{RECEIPT}\ufeff",
        "_".join(RECEIPT),
        "".join(chr(ord(mark) + 0xFEE0) for mark in RECEIPT),
    ],
)
def test_a_receipt_is_read_however_it_is_typed(typed):
    assert read(typed) == RECEIPT


@pytest.mark.parametrize("typed", ["", "abc", RECEIPT[:-1], RECEIPT + "2", "DK-4F7Q-29", "도와주세요"])
def test_too_much_or_too_little_is_said_to_be_that(typed):
    with pytest.raises(Mistyped) as refusal:
        read(typed)

    assert refusal.value.reason == "length"


def test_every_single_wrong_mark_is_noticed():
    for place, mark in enumerate(RECEIPT):
        for wrong in set(ALPHABET + "01OIL가") - {mark}:
            with pytest.raises(Mistyped) as refusal:
                read(RECEIPT[:place] + wrong + RECEIPT[place + 1 :])
            assert refusal.value.reason == "letter"


def test_any_two_marks_that_changed_places_are_noticed():
    for one in range(20):
        for two in range(one + 1, 20):
            marks = list(RECEIPT)
            marks[one], marks[two] = marks[two], marks[one]
            if marks == list(RECEIPT):
                continue
            with pytest.raises(Mistyped):
                read("".join(marks))
