"""Rotating the clinic's key: nothing is lost, whenever it stops."""

import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from inquiries import vault
from inquiries.contents import for_person, for_staff
from inquiries.erasure import erase
from inquiries.management.commands import rotate_keys
from inquiries.models import ErasedBy, Inquiry
from inquiries.receipt import from_token
from tests.factories import make_inquiry

pytestmark = pytest.mark.django_db


def rotate():
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


@pytest.fixture
def new_key(settings):
    """The clinic has made a new pair, and put it before the old one."""

    def new_key():
        keys = vault.new_keys()
        settings.CLINIC_PUBLIC_KEY = keys["CLINIC_PUBLIC_KEY"]
        settings.CLINIC_PRIVATE_KEYS = [keys["CLINIC_PRIVATE_KEYS"], *settings.CLINIC_PRIVATE_KEYS]

    return new_key


def sealed():
    columns = ["pk", "contact_sealed", "question_sealed", "key_for_patient", "version"]
    return [tuple(map(str, row)) for row in Inquiry.objects.order_by("pk").values_list(*columns)]


def test_afterwards_the_new_key_alone_opens_everything_and_no_content_was_touched(new_key, settings):
    for number in range(5):
        make_inquiry(token=f"{number}", message=f"Question {number}")
    before = sealed()
    new_key()

    said = rotate()

    assert "Rewrapped 5." in said
    settings.CLINIC_PRIVATE_KEYS = settings.CLINIC_PRIVATE_KEYS[:1]
    for number, inquiry in enumerate(Inquiry.objects.order_by("pk")):
        assert for_staff(inquiry).question == f"Question {number}"
        assert for_person(inquiry, from_token(f"{number}")).question == f"Question {number}"
    assert sealed() == before


def test_before_the_rotation_the_old_key_is_needed_and_what_comes_takes_the_new_one(new_key, settings):
    old = make_inquiry()
    new_key()
    new = make_inquiry()
    both = settings.CLINIC_PRIVATE_KEYS
    assert for_staff(old).question == for_staff(new).question

    settings.CLINIC_PRIVATE_KEYS = both[:1]

    assert for_staff(new).question
    with pytest.raises(vault.WrongKey):
        for_staff(old)
    with pytest.raises(CommandError, match=f"lacks {old.clinic_key_id}"):
        rotate()


@pytest.mark.django_db(transaction=True)
def test_stopped_in_the_middle_it_goes_on_where_it_was(new_key, monkeypatch):
    for number in range(7):
        make_inquiry(message=f"Question {number}")
    new_key()
    monkeypatch.setattr(rotate_keys, "BATCH", 2)
    wrap, calls = vault.wrap_for_clinic, []

    def killed_at_the_sixth(*arguments):
        calls.append(arguments)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return wrap(*arguments)

    monkeypatch.setattr(vault, "wrap_for_clinic", killed_at_the_sixth)
    with pytest.raises(KeyboardInterrupt):
        rotate()
    monkeypatch.setattr(vault, "wrap_for_clinic", wrap)

    current = vault.current_key_id()
    assert Inquiry.objects.filter(clinic_key_id=current).count() == 4, "whole batches stay done"
    assert sorted(for_staff(inquiry).question for inquiry in Inquiry.objects.all()) == [
        f"Question {number}" for number in range(7)
    ], "in between, everything opens"
    assert "Rewrapped 3." in rotate()
    assert "Rewrapped 0." in rotate()
    assert set(Inquiry.objects.values_list("clinic_key_id", flat=True)) == {current}


@pytest.mark.django_db(transaction=True)
def test_two_rotations_at_once_do_no_harm(new_key):
    for _number in range(20):
        make_inquiry()
    new_key()
    gate, problems = threading.Barrier(2, timeout=20), []

    def run():
        gate.wait()
        try:
            rotate()
        except Exception as problem:
            problems.append(problem)
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not problems
    assert all(for_staff(inquiry).question for inquiry in Inquiry.objects.all())


def test_what_was_erased_is_passed_over(new_key):
    erase(make_inquiry(), asked_by=ErasedBy.PERSON)
    new_key()

    assert "Rewrapped 0." in rotate()


def test_a_public_key_without_its_private_half_is_refused_before_anything_is_touched(settings):
    inquiry = make_inquiry()
    settings.CLINIC_PUBLIC_KEY = vault.new_keys()["CLINIC_PUBLIC_KEY"]

    with pytest.raises(CommandError, match="does not hold the private half"):
        rotate()

    assert Inquiry.objects.get().clinic_key_id == inquiry.clinic_key_id


def test_a_key_of_the_right_name_that_does_not_open_stops_the_rotation(new_key):
    inquiry = make_inquiry()
    Inquiry.objects.update(key_for_clinic=b"damaged")
    new_key()

    with pytest.raises(vault.WrongKey):
        rotate()

    assert Inquiry.objects.get().clinic_key_id == inquiry.clinic_key_id
