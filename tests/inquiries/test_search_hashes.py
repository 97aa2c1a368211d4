"""Searching: staff find what was written, in both languages, and the database knows no word of it."""

import pytest

from inquiries import contents, search_hashes, vault
from inquiries.models import Inquiry
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db


@pytest.fixture
def indexed():
    def indexed(**fields):
        inquiry = make_inquiry(**fields)
        search_hashes.index(inquiry)
        return inquiry

    indexed(preferred_name="Nobody", email="nobody@example.org", message="Something else 01099998888")
    return indexed


def found(query):
    return list(Inquiry.objects.filter(search_hashes.matching(query)))


WRITTEN_IN_MANY_WAYS = [
    "Lidocaine",
    "lidocaine trial",
    "trial,lidocaine",
    "ｌｉｄｏｃａｉｎｅ",
    "Zoë",
    "zoe\u0308",
]
KOREAN = ["줄기세포", "줄기세포치료를", "치료", "민수", "김민수", "줄기세포 민수"]


@pytest.mark.parametrize("query", WRITTEN_IN_MANY_WAYS)
def test_a_word_is_found_however_it_is_written(indexed, query):
    inquiry = indexed(preferred_name="Zoë", message="Is there a trial of lidocaine?")

    assert found(query) == [inquiry]


@pytest.mark.parametrize("query", KOREAN)
def test_a_korean_word_is_found_with_and_without_what_hangs_on_it(indexed, query):
    inquiry = indexed(preferred_name="김민수", message="줄기세포치료를 받고 싶어요.", language="ko")

    assert found(query) == [inquiry]


def test_korean_that_was_typed_in_single_letters_is_the_same_word(indexed):
    import unicodedata

    inquiry = indexed(message="우울증")

    assert found(unicodedata.normalize("NFD", "우울증")) == [inquiry]


@pytest.mark.parametrize(
    "query",
    ["+82 10 1234 5678", "010-1234-5678", "01012345678", "(010) 1234 5678", "5678", "1012345678", "５６７８"],
)
def test_a_phone_number_is_found_however_it_is_typed(indexed, query):
    inquiry = indexed(contact_method="phone", email="", phone="+821012345678")

    assert found(query) == [inquiry]


def test_an_address_is_found_whole(indexed):
    inquiry = indexed(email="Ada.Lovelace+x@Example.org")

    assert found("ada.lovelace+x@example.org") == [inquiry]
    assert found("lovelace@example.org") == []


@pytest.mark.parametrize("query", ["?!", "absent", "trial absent", "tri"])
def test_what_is_not_there_is_not_found(indexed, query):
    indexed(message="Is there a trial?")

    assert found(query) == []


def test_what_the_person_adds_is_found_and_what_the_clinic_writes_is_not(indexed, nurse):
    inquiry = indexed(token="mine")
    contents.for_staff(inquiry).write("A word about ketamine.")
    assert list(Inquiry.objects.waiting_for_index()) == [inquiry], "what was added is not known yet"
    inquiry.refresh_from_db()
    inquiry.take(by=nurse)
    contents.for_staff(inquiry).reply("Not about psilocybin.", by=nurse)

    search_hashes.index(inquiry)

    assert found("ketamine") == [inquiry]
    assert found("psilocybin") == []


def test_what_was_added_while_it_was_read_is_not_lost(indexed):
    inquiry = indexed()
    contents.for_staff(inquiry).write("A word about ketamine.")

    search_hashes.index(inquiry)  # as it was loaded, before

    assert list(Inquiry.objects.waiting_for_index()) == [inquiry]


def test_another_key_finds_nothing(indexed, settings):
    indexed(message="Is there a trial?")
    settings.SEARCH_KEY = vault.new_keys()["SEARCH_KEY"]

    assert found("trial") == []


def test_without_its_key_the_search_says_so(settings):
    settings.SEARCH_KEY = ""

    with pytest.raises(vault.NoKey, match="SEARCH_KEY"):
        search_hashes.matching("trial")


def test_the_search_uses_its_index(indexed):
    from django.db import connection

    indexed(message="trial")
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        plan = Inquiry.objects.filter(search_hashes.matching("trial")).explain()

    assert "inquiry_search" in plan
