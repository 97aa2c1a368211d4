"""What looks like spam waits for staff, with reasons; a person in a hurry or in a hospital does not."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone, translation

from inquiries import rates
from inquiries.models import Inquiry, RateCount
from inquiries.rates import Counts
from inquiries.screening import spam
from tests.factories import answers, token

NOW = timezone.now()
A_MINUTE_AGO = NOW - timedelta(minutes=1)
QUESTION = {"preferred_name": "Min-jun", "message": "Does the clinic offer an assessment in English?"}


def judge(fields=None, **told):
    given = {"token_issued_at": A_MINUTE_AGO, "counts": Counts(), "now": NOW} | told
    return spam.judge(fields=QUESTION | (fields or {}), **given)


def test_an_ordinary_question_has_no_sign():
    assert judge() == spam.Judgement(0, [], False)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"message": '<a href="http://x.example">x</a>'}, "markup"),
        ({"message": "[url=http://x.example]x[/url]"}, "markup"),
        ({"message": "<script>alert(1)</script>"}, "markup"),
        ({"preferred_name": "www.cheap-pills.shop"}, "link_in_name"),
    ],
)
def test_one_strong_sign_is_enough(fields, reason):
    judged = judge(fields)

    assert reason in judged.reasons
    assert judged.doubtful


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"message": "I read https://pubmed.ncbi.nlm.nih.gov/123/ - what do you think?"}, "link"),
        ({"message": "http://a.example http://b.example"}, "links"),
        ({"message": "SEO for your site"}, "selling"),
        ({"message": "Buy " * 100}, "repeated_text"),
        ({"message": "сheар pіlls fоr yоu"}, "mixed_scripts"),
    ],
)
def test_one_weak_sign_is_not_enough(fields, reason):
    judged = judge(fields)

    assert judged.reasons == [reason]
    assert not judged.doubtful


def test_weak_signs_add_up():
    judged = judge({"message": "SEO and backlinks: http://a.example http://b.example"})

    assert judged.reasons == ["links", "selling"]
    assert judged.doubtful


@pytest.mark.parametrize(
    "message",
    [
        "Здравствуйте, помогает ли это при депрессии? Мне 40 лет.",
        "สวัสดีค่ะ อยากสอบถามเรื่องการรักษาโรคซึมเศร้า",
        "您好，我想咨询抑郁症的治疗。谢谢。",
        "うつ病の治療について質問があります。",
        "CT를 찍었고 MRI는 아직입니다. SSRI를 먹어요.",
        "美국에서 왔어요. 우울症",
        "Write to me at min-jun@example.com, please.",
        "죽을 것 같아요 ㅠㅠㅠㅠㅠㅠㅠㅠㅠㅠㅠㅠㅠㅠ " + "너무 힘들어요 " * 3,
    ],
)
def test_what_people_write_in_any_language_is_no_sign(message):
    assert judge({"message": message}).reasons == []


@pytest.mark.parametrize(
    ("seconds", "reasons"),
    [(1, ["at_once"]), (4, ["too_fast"]), (6, []), (3600 * 20, []), (3600 * 30, ["too_old"])],
)
def test_the_time_on_the_page_counts(seconds, reasons):
    assert judge(token_issued_at=NOW - timedelta(seconds=seconds)).reasons == reasons


def test_a_page_without_a_stamp_or_from_the_future_is_told_and_not_doubtful():
    for issued_at in (None, NOW + timedelta(days=1)):
        judged = judge(token_issued_at=issued_at)
        assert judged.reasons == ["no_stamp"]
        assert not judged.doubtful


def test_a_field_that_people_do_not_see_is_a_trap():
    assert judge(honeypot="https://x.example").doubtful
    assert not judge(honeypot="  ").reasons


@pytest.mark.parametrize(("network", "everywhere"), [(60, 100), (21, 500)])
def test_a_hospital_that_sends_many_is_not_doubtful_for_that(network, everywhere):
    assert not judge(counts=Counts(network, everywhere)).doubtful


def test_a_flood_from_one_network_is_doubtful_with_any_other_sign():
    flood = judge(counts=Counts(61, 61))

    assert (flood.reasons, flood.doubtful) == (["flood_from_network"], False)
    assert judge({"message": "https://pubmed.ncbi.nlm.nih.gov/123/"}, counts=Counts(61, 61)).doubtful


def test_who_may_be_in_danger_is_never_put_aside():
    judged = judge({"message": "<a href=x>kms</a>"}, in_danger=True)

    assert judged.reasons == ["markup"]
    assert not judged.doubtful


def test_every_reason_has_words_and_an_old_one_stands_for_itself():
    with translation.override("en"):
        assert all(spam.reason_words(reason).endswith(".") for reason in spam.REASONS)
    assert spam.reason_words("of an older version") == "of an older version"


def test_the_stamp_of_a_page_tells_when_it_was_opened_and_cannot_be_made_up():
    stamp = spam.page_stamp()

    assert abs(spam.opened_at(stamp) - timezone.now()) < timedelta(seconds=5)
    for other in ("", "x", ":::", stamp[:-1], "a" + stamp, stamp.replace(":", ""), "가\x00"):
        assert spam.opened_at(other) is None


@pytest.mark.django_db
def test_inquiries_are_counted_by_network_in_one_round_trip(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert rates.count("203.0.113.7") == Counts(1, 1)
    assert rates.count("203.0.113.250") == Counts(2, 2)
    assert rates.count("::ffff:203.0.113.9") == Counts(3, 3)
    assert rates.count("198.51.100.1") == Counts(1, 4)
    assert rates.count("2001:db8::1") == Counts(1, 5)
    assert rates.count("2001:db8::ffff") == Counts(2, 6)
    assert rates.count("no address") == Counts(1, 7)
    assert rates.count("") == Counts(2, 8)


@pytest.mark.django_db
def test_only_a_new_question_counts_against_its_network(client):
    form = answers()
    for sent in (form, form, form | {"message": "One thing more."}, form | {"form_token": token()}):
        assert client.post("/en/ask/", sent).status_code == 302

    assert RateCount.objects.get().count == Inquiry.objects.count()


@pytest.mark.django_db
def test_a_network_is_forgotten_when_its_hour_is_over():
    rates.count("203.0.113.7", NOW - timedelta(hours=1))
    before = RateCount.objects.get().network

    assert rates.count("203.0.113.7", NOW) == Counts(1, 1)
    assert RateCount.objects.get().network != before, "another key each hour"

    assert rates.forget(NOW) == 0
    assert rates.forget(NOW + timedelta(hours=1)) == 1
    assert not RateCount.objects.exists()


@pytest.mark.django_db
def test_nothing_that_is_kept_holds_the_address():
    rates.count("203.0.113.7")

    with connection.cursor() as cursor:
        cursor.execute("SELECT inquiries_ratecount::text FROM inquiries_ratecount")
        assert "203" not in cursor.fetchone()[0].split(",")[1]


@pytest.mark.django_db(transaction=True)
def test_those_who_come_at_the_same_moment_are_all_counted():
    rates.count("192.0.2.1", NOW - timedelta(hours=2))  # whoever comes first also clears this up
    seen, failed = [], []

    def come(number):
        try:
            for _time in range(5):
                seen.append(rates.count(f"203.0.{number % 2}.{number}", NOW).network)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    people = [threading.Thread(target=come, args=[number]) for number in range(8)]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert not failed
    assert sorted(seen) == sorted([*range(1, 21), *range(1, 21)])
    assert sorted(RateCount.objects.values_list("count", flat=True)) == [20, 20]
