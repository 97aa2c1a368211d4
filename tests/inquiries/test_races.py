"""Two people, or eight, at the same moment: each on a database connection of their own."""

import pytest

from inquiries import contents, merging
from inquiries.contents import for_staff
from inquiries.models import Draft, Event, Inquiry, Message, OutgoingMail, Status, Step, StepRefused
from inquiries.receipt import from_token
from tests.factories import make_inquiry
from tests.inquiries.at_the_desk import at_once, fresh

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(nurse, django_user_model):
    """Six nurses: no more than the pool has connections."""
    people = [nurse]
    for number in range(5):
        person = django_user_model.objects.create_user(f"nurse{number}", is_staff=True)
        person.groups.set(nurse.groups.all())
        people.append(person)
    return people


def won(outcomes):
    """Return who was not refused; whatever else went wrong fails the test."""
    strange = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, StepRefused)]
    assert not strange, strange
    return [number for number, one in enumerate(outcomes) if not isinstance(one, StepRefused)]


def test_of_six_people_who_take_it_exactly_one_has_it(crowd):
    inquiry = make_inquiry()
    loaded = [fresh(inquiry) for _person in crowd]

    winners = won(at_once(*(lambda p=p, i=i: i.take(by=p) for p, i in zip(crowd, loaded, strict=True))))

    assert len(winners) == 1
    assert fresh(inquiry).owner == crowd[winners[0]]
    assert Event.objects.get().by == crowd[winners[0]]


def test_of_six_people_who_take_the_next_each_gets_another(crowd):
    waiting = [make_inquiry() for _number in range(4)]

    outcomes = at_once(*(lambda p=p: Inquiry.objects.take_next(p) for p in crowd))

    won(outcomes)
    given = [inquiry for inquiry in outcomes if inquiry]
    assert len(given) == len({inquiry.pk for inquiry in given})
    owners = {inquiry.pk: person for inquiry, person in zip(outcomes, crowd, strict=True) if inquiry}
    assert {pk: fresh(Inquiry(pk=pk)).owner for pk in owners} == owners
    assert Event.objects.count() == len(given)
    # Who came between may have gone without; asked once more, nothing is left over.
    while Inquiry.objects.take_next(crowd[0]):
        pass
    assert {fresh(inquiry).status for inquiry in waiting} == {Status.TAKEN}


def test_of_two_replies_one_goes_out_and_one_mail(crowd):
    inquiry = make_inquiry(status=Status.TAKEN, owner=crowd[0])
    opened = [for_staff(fresh(inquiry)) for _person in crowd]

    replies = [lambda p=p, o=o: o.reply(f"From {p}.", by=p) for p, o in zip(crowd, opened, strict=True)]
    winners = won(at_once(*replies[:2]))

    assert len(winners) == 1
    assert Message.objects.get().by == crowd[winners[0]]
    assert OutgoingMail.objects.count() == 1
    assert Event.objects.get().step == Step.ANSWER


def test_of_two_who_release_a_draft_one_does(crowd):
    writer, *readers = crowd
    inquiry = make_inquiry(status=Status.TAKEN, owner=writer, category="T7")
    for_staff(inquiry).reply("Our answer.", by=writer)
    opened = [for_staff(fresh(inquiry)) for _reader in readers]

    calls = [lambda p=p, o=o: o.release(by=p) for p, o in zip(readers, opened, strict=True)]
    winners = won(at_once(*calls))

    assert len(winners) == 1
    assert Message.objects.get().second_reader == readers[winners[0]]
    assert not Draft.objects.exists()


def test_of_two_who_close_it_one_gives_the_reason(crowd):
    inquiry = make_inquiry()
    one, other = fresh(inquiry), fresh(inquiry)

    winners = won(
        at_once(lambda: one.close("duplicate", by=crowd[0]), lambda: other.close("not_offered", by=crowd[1]))
    )

    assert len(winners) == 1
    assert fresh(inquiry).closing_reason == ["duplicate", "not_offered"][winners[0]]
    assert Event.objects.count() == 1


def test_a_reply_and_closing_at_once_never_both(crowd):
    inquiry = make_inquiry(status=Status.TAKEN, owner=crowd[0])
    opened, other = for_staff(fresh(inquiry)), fresh(inquiry)

    winners = won(
        at_once(
            lambda: opened.reply("Our answer.", by=crowd[0]),
            lambda: other.close("not_offered", by=crowd[1]),
        )
    )

    assert len(winners) == 1
    replied = winners == [0]
    assert fresh(inquiry).status == (Status.ANSWERED if replied else Status.CLOSED)
    assert (Message.objects.count(), OutgoingMail.objects.count()) == ((1, 1) if replied else (0, 0))


def test_taken_by_hand_and_as_the_next_at_once_it_has_one_owner(crowd):
    inquiry = make_inquiry()
    loaded = fresh(inquiry)

    outcomes = at_once(lambda: loaded.take(by=crowd[0]), lambda: Inquiry.objects.take_next(crowd[1]))

    won(outcomes)
    event = Event.objects.get()
    assert fresh(inquiry).owner == event.by
    by_hand = not isinstance(outcomes[0], StepRefused)
    assert event.by == crowd[0 if by_hand else 1]


def test_merged_into_two_at_once_it_is_part_of_one(crowd):
    inquiry, a, b = make_inquiry(), make_inquiry(), make_inquiry()
    x, y = fresh(inquiry), fresh(inquiry)

    winners = won(at_once(lambda: merging.merge(x, a, by=crowd[0]), lambda: merging.merge(y, b, by=crowd[1])))

    assert len(winners) == 1
    assert fresh(inquiry).merged_into == [a, b][winners[0]]
    assert Event.objects.filter(step=Step.MERGE).count() == 2


def test_written_to_and_withdrawn_while_merged_nobody_waits_for_the_other(crowd):
    one = make_inquiry(token="one")
    into = make_inquiry(token="into")
    merging.merge(one, into, by=crowd[0])

    outcomes = at_once(
        lambda: contents.find(from_token("one")).write("Are you there?"),
        lambda: contents.find(from_token("into")).withdraw(),
    )

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert (fresh(one).status, fresh(into).status) == (Status.NEW, Status.CLOSED)
    assert Message.objects.get().inquiry == one


def test_merged_into_each_other_at_once_only_one_merge_stands(crowd):
    a, b = make_inquiry(), make_inquiry()
    pairs = [(fresh(a), fresh(b)), (fresh(b), fresh(a))]

    calls = [lambda p=p, x=x, y=y: merging.merge(x, y, by=p) for p, (x, y) in zip(crowd, pairs, strict=False)]
    winners = won(at_once(*calls))

    assert len(winners) == 1
    assert sorted([fresh(a).status, fresh(b).status]) == [Status.MERGED, Status.NEW]
    assert Event.objects.filter(step=Step.MERGE).count() == 2


def test_merged_while_somebody_closes_the_other_neither_is_lost(crowd):
    a, b = make_inquiry(), make_inquiry()
    x, y, z = fresh(a), fresh(b), fresh(b)

    winners = won(
        at_once(lambda: merging.merge(x, y, by=crowd[0]), lambda: z.close("not_offered", by=crowd[1]))
    )

    assert len(winners) == 1
    merged = winners == [0]
    assert fresh(a).status == (Status.MERGED if merged else Status.NEW)
    assert fresh(b).status == (Status.NEW if merged else Status.CLOSED)
