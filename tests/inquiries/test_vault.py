"""Sealing: what opens, what does not, and that a wrong key is never taken for a right one."""

import uuid

import pytest
from django.db import connection

from inquiries import vault
from inquiries.contents import find, for_person, for_staff
from inquiries.models import Inquiry
from inquiries.receipt import from_token
from tests.factories import make_inquiry

ROW = uuid.uuid4()
PLACE = {"table": "message", "row": ROW, "field": "text"}


def test_what_is_sealed_opens_with_its_key_in_its_place():
    key = vault.new_data_key()

    for value in ["", "도와주세요 🙂", {"a": ["b", None]}]:
        assert vault.unseal(key, vault.seal(key, value, **PLACE), **PLACE) == value


@pytest.mark.parametrize(
    "elsewhere",
    [{"table": "note"}, {"row": uuid.uuid4()}, {"field": "other"}, {"table": "messag", "field": "etext"}],
)
def test_what_is_sealed_opens_nowhere_else(elsewhere):
    key = vault.new_data_key()
    sealed = vault.seal(key, "words", **PLACE)

    with pytest.raises(vault.WrongKey):
        vault.unseal(key, sealed, **PLACE | elsewhere)


def test_one_changed_bit_anywhere_is_noticed():
    key = vault.new_data_key()
    sealed = vault.seal(key, "words", **PLACE)

    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(vault.WrongKey):
            vault.unseal(key, bytes(changed), **PLACE)


@pytest.mark.parametrize("sealed", [b"", None, b"x", b"x" * 500])
def test_what_was_never_sealed_is_no_content(sealed):
    with pytest.raises(vault.WrongKey):
        vault.unseal(vault.new_data_key(), sealed, **PLACE)


def test_a_short_text_and_a_longer_one_are_of_the_same_length():
    key = vault.new_data_key()

    assert len(vault.seal(key, "", **PLACE)) == len(vault.seal(key, "x" * 200, **PLACE))


def test_the_same_text_is_never_sealed_into_the_same_bytes():
    key = vault.new_data_key()

    assert vault.seal(key, "words", **PLACE) != vault.seal(key, "words", **PLACE)


def test_a_data_key_is_wrapped_for_one_row_alone():
    key = vault.new_data_key()
    for_clinic, key_id = vault.wrap_for_clinic(key, ROW)
    for_patient = vault.wrap_for_patient(key, from_token("t"), ROW)

    assert vault.unwrap_for_clinic(for_clinic, key_id, ROW) == key
    assert vault.unwrap_for_patient(for_patient, from_token("t"), ROW) == key
    with pytest.raises(vault.WrongKey, match="another row"):
        vault.unwrap_for_clinic(for_clinic, key_id, uuid.uuid4())
    with pytest.raises(vault.WrongKey):
        vault.unwrap_for_patient(for_patient, from_token("t"), uuid.uuid4())
    with pytest.raises(vault.WrongKey):
        vault.unwrap_for_patient(for_patient, from_token("u"), ROW)


def test_without_the_private_key_nothing_opens_and_everything_is_still_sealed(settings):
    settings.CLINIC_PRIVATE_KEYS = []
    wrapped, key_id = vault.wrap_for_clinic(vault.new_data_key(), ROW)

    with pytest.raises(vault.NoKey, match="CLINIC_PRIVATE_KEYS is empty"):
        vault.unwrap_for_clinic(wrapped, key_id, ROW)


def test_the_private_key_of_somebody_else_is_refused_by_name(settings):
    wrapped, key_id = vault.wrap_for_clinic(vault.new_data_key(), ROW)
    settings.CLINIC_PRIVATE_KEYS = [vault.new_keys()["CLINIC_PRIVATE_KEYS"]]

    with pytest.raises(vault.WrongKey, match=key_id):
        vault.unwrap_for_clinic(wrapped, key_id, ROW)
    with pytest.raises(vault.WrongKey, match="does not open"):
        vault.unwrap_for_clinic(wrapped, vault.held_key_ids()[0], ROW)


@pytest.mark.parametrize("key", ["", "change-me", "ab" * 31, "zz" * 32])
def test_a_setting_that_is_no_key_is_named(settings, key):
    settings.CLINIC_PUBLIC_KEY = key

    with pytest.raises(vault.NoKey, match="CLINIC_PUBLIC_KEY is no key"):
        vault.wrap_for_clinic(vault.new_data_key(), ROW)


def test_what_a_browser_keeps_for_us_is_ours_for_its_purpose_and_its_time():
    kept = vault.seal_for_browser("secret", "one")

    assert "secret" not in kept
    assert vault.unseal_from_browser(kept, "one", seconds=60) == "secret"
    assert vault.unseal_from_browser(kept, "two", seconds=60) is None
    assert vault.unseal_from_browser(kept, "one", seconds=-1) is None
    for forged in ["", "x", kept[:-4] + "AAAA", "é" * 80, "=" * 80]:
        assert vault.unseal_from_browser(forged, "one", seconds=60) is None


# In the database


@pytest.mark.django_db
def test_contents_that_were_moved_to_another_row_do_not_open():
    """Whoever can write the database, but has no key, cannot show one person's words as another's."""
    one, two = make_inquiry(message="one"), make_inquiry(message="two")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE inquiries_inquiry a SET question_sealed = b.question_sealed FROM inquiries_inquiry b "
            "WHERE a.id = %s AND b.id = %s",
            [one.pk, two.pk],
        )
        cursor.execute(
            "UPDATE inquiries_inquiry a SET (key_for_clinic, contact_sealed, question_sealed) = "
            "(b.key_for_clinic, b.contact_sealed, b.question_sealed) FROM inquiries_inquiry b "
            "WHERE a.id = %s AND b.id = %s",
            [two.pk, one.pk],
        )
        cursor.execute("SET session_replication_role = origin")

    with pytest.raises(vault.WrongKey):
        _ = for_staff(Inquiry.objects.get(pk=one.pk)).question
    with pytest.raises(vault.WrongKey, match="another row"):
        for_staff(Inquiry.objects.get(pk=two.pk))


@pytest.mark.django_db
def test_the_receipt_opens_what_staff_can_open_and_another_receipt_does_not():
    inquiry = make_inquiry(token="mine", message="Is it safe?")
    other = make_inquiry(token="other")

    assert find(from_token("mine")).question == for_staff(inquiry).question == "Is it safe?"
    assert find(from_token("nobody's")) is None
    with pytest.raises(vault.WrongKey):
        for_person(other, from_token("mine"))


@pytest.mark.django_db
def test_the_key_of_an_inquiry_shows_in_no_representation():
    opened = for_staff(make_inquiry())

    assert repr(opened.key) not in repr(opened)
    assert opened.key.hex() not in repr(opened)
