"""Words of danger are found as people write them; innocent ones do not alarm; clinicians keep the list."""

import time

import pytest
import yaml
from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from inquiries.models import DangerWord, DangerWordChange
from inquiries.screening.danger import Finding, Lookout, PhraseRefused, look, phrase_of, shipped_rows
from inquiries.screening.shipped import DangerWordLoader, ensure_danger_words
from tests.factories import posted

DATA = settings.BASE_DIR / "tests/data"
SHIPPED = Lookout(shipped_rows())


def sentences(name, kind):
    of_language = yaml.safe_load((DATA / f"{name}.yaml").read_text("utf-8"))[kind]
    return [sentence for language in ("en", "ko") for sentence in of_language[language]]


def categories(sentence):
    return {match.finding.category for match in SHIPPED.matches(sentence)}


def judged(name):
    """Return the sentences that were missed, those that alarmed for nothing, and how many there are."""
    danger = [(kind, sentence) for kind in ("T0", "T1") for sentence in sentences(name, kind)]
    innocent = sentences(name, "innocent")
    missed = [sentence for kind, sentence in danger if kind not in categories(sentence)]
    alarmed = [sentence for sentence in innocent if categories(sentence)]
    recall, false = 1 - len(missed) / len(danger), len(alarmed) / len(innocent)
    print(f"{name}: recall {recall:.1%} of {len(danger)}, false alarms {false:.1%} of {len(innocent)}")
    print(*(f"missed: {sentence}" for sentence in missed), sep="\n")
    print(*(f"alarmed: {sentence}" for sentence in alarmed), sep="\n")
    return recall, false, len(danger), len(innocent)


def test_sentences_that_the_list_was_not_made_from_are_told_apart():
    recall, false, danger, innocent = judged("danger-held-out")

    assert danger >= 60
    assert innocent >= 60
    assert recall >= 0.95
    assert false <= 0.20


def test_the_list_still_knows_what_it_was_made_from():
    recall, false, *_numbers = judged("danger-training")

    assert recall >= 0.98
    assert false <= 0.05


def test_no_sentence_is_both_for_tuning_and_for_judging():
    kinds = ("T0", "T1", "innocent")
    judging, tuning = (
        {sentence for kind in kinds for sentence in sentences(name, kind)}
        for name in ("danger-held-out", "danger-training")
    )

    assert not judging & tuning


@pytest.mark.parametrize(
    "text",
    [
        "죽고싶다",
        "죽 고 싶 어",
        "주꼬싶다",
        "죽고시퍼",
        "죽고...싶어요",
        "죽고ㅠㅠ싶어",
        "자.살 생각",
        "ㅈㅅ하고 싶어",
        "I want to DIE",
        "i want to d1e",
        "k*ll myself",
        "su!cide",
        "suiсide",  # with a Cyrillic с
        "s-u-i-c-i-d-e",
        "ｓｕｉｃｉｄｅ",
        "sui\u200bcide",
        "kill\nmyself".replace("\n", " "),
        "I don’t want to live anymore",
        "i do not wanna live any more",
    ],
)
def test_it_is_found_however_it_is_written(text):
    assert categories(text) == {"T0"}, text


def test_a_phrase_does_not_go_over_the_end_of_a_sentence():
    assert not categories("How do you kill bacteria? Myself I use soap.")


def test_an_illness_is_only_unwell_after_a_treatment():
    assert not categories("I have had chest pain and panic for years.")
    assert categories("Chest pain since the infusion on Monday.") == {"T1"}


def seconds(*texts):
    """Return the least CPU time of several rounds."""
    times = []
    for _round in range(20):
        start = time.thread_time()
        SHIPPED.matches(*texts)
        times.append(time.thread_time() - start)
    return min(times)


def test_a_text_twice_as_long_takes_not_much_more_than_twice_as_long():
    ordinary = " ".join(sentences("danger-held-out", "innocent")[::2])[:700]
    text = ordinary + " " + " ".join(sentences("danger-held-out", "T0")[::3])[:300]

    assert len(text) >= 990
    assert seconds(text, text) <= 3 * seconds(text)


@pytest.mark.parametrize(
    "text", ["", "\x00", "\ud800", "|" * 1000, "…" * 500, "ㅋ" * 1000, "kill " * 200, "죽" * 1000]
)
def test_whatever_is_written_takes_no_longer_than_ten_ordinary_texts(text):
    ordinary = " ".join(sentences("danger-held-out", "innocent"))[:1000]

    assert seconds(text, text) <= 10 * seconds(ordinary)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words", ["w*nt t* d*e ", "".join(f"d*{n}e " for n in range(9000)), f"d{'*' * 900}xe "]
)
def test_a_text_that_is_much_too_long_costs_no_more_than_one_that_is_not(words):
    def cost(text):
        start = time.thread_time()
        look(text)
        return time.thread_time() - start

    cost("")

    long_one, right_one = cost((words * 5000)[:62_000]), cost("I feel low. " * 80)
    assert long_one < 20 * right_one, f"{long_one * 1000:.0f} ms, {right_one * 1000:.0f} ms"


@pytest.mark.parametrize(
    ("line", "language"), [("", "en"), ("…", "en"), ("a", "en"), ("죽 …", "ko"), ("die", "ko")]
)
def test_a_phrase_that_would_be_found_everywhere_or_nowhere_is_refused(line, language):
    with pytest.raises(PhraseRefused):
        phrase_of(line, language)


@pytest.mark.django_db
def test_what_is_found_is_a_reason_and_a_category_and_the_gravest_comes_first():
    assert look("Fever since the infusion.", "자살하고 싶어요") == [
        Finding("T0", "ko-suicide"),
        Finding("T1", "en-unwell"),
    ]
    assert look("", "Is there parking?") == []


# The list in the database


def word(key="en-suicide"):
    return DangerWord.objects.get(key=key)


@pytest.mark.django_db
def test_every_site_has_the_shipped_list_and_every_phrase_of_it_can_be_used():
    assert set(DangerWord.objects.values_list("key", flat=True)) == {row["key"] for row in shipped_rows()}
    for row in DangerWord.objects.all():
        row.full_clean()


@pytest.mark.django_db
def test_a_word_that_is_switched_off_is_not_looked_for_and_comes_back(nurse):
    assert look("kms") == [Finding("T0", "en-suicide")]

    was, off = word().written(), word()
    off.off_because = "Too many alarms"
    off.change(was, reason="Too many alarms", by=nurse)
    assert look("kms") == []

    was, on = word().written(), word()
    on.off_because = ""
    on.change(was, reason="It was missed", by=nurse)
    assert look("kms") == [Finding("T0", "en-suicide")]
    assert [change.reason for change in on.changes.all()] == ["It was missed", "Too many alarms"]


@pytest.mark.django_db
def test_without_a_row_in_the_table_the_shipped_list_serves():
    with transaction.atomic():
        DangerWord.objects.all().delete()
        assert look("I want to kill myself") == [Finding("T0", "en-kill-self")]
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_new_version_of_the_software_leaves_what_staff_edited(nurse):
    edited, was = word(), word().written()
    edited.phrases = "only this"
    edited.change(was, reason="Shorter", by=nurse)
    DangerWord.objects.filter(key="en-gone").update(phrases="of an older version")
    older = word("en-gone")
    DangerWord.objects.filter(key="en-gone").update(shipped_digest=older.digest())

    ensure_danger_words()

    assert word().phrases == "only this"
    assert "this is goodbye" in word("en-gone").phrases
    (change,) = word("en-gone").changes.all()
    assert (change.field, change.by) == ("phrases", None)


@pytest.mark.django_db
def test_loading_again_changes_nothing():
    counts = DangerWordLoader(DATA).load()

    assert counts == {"new": 0, "updated": 0, "unchanged": len(shipped_rows()), "kept (edited by staff)": 0}
    assert not DangerWordChange.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"category": "T2"}, "danger_word_category_known"),
        ({"language": "fr"}, "danger_word_language_known"),
        ({"phrases": ""}, "danger_word_has_phrases"),
    ],
)
def test_the_database_refuses_a_row_that_cannot_be_looked_for(changed, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        DangerWord.objects.filter(key="en-suicide").update(**changed)


@pytest.mark.django_db
def test_the_database_keeps_every_change_as_it_is(nurse):
    was, changed = word().written(), word()
    changed.name_en = "Named"
    changed.change(was, reason="Shorter", by=nurse)

    for attempt in (
        DangerWordChange.objects.all().delete,
        lambda: DangerWordChange.objects.update(reason="x"),
    ):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            attempt()


# The admin


@pytest.fixture
def page(client, reviewer):
    client.force_login(reviewer)
    return reverse("admin:inquiries_dangerword_change", args=[word().pk])


@pytest.mark.django_db
def test_a_clinician_adds_a_phrase_with_a_reason(client, page, reviewer):
    form = posted(client.get(page)) | {"phrases": word().phrases + "\r\n  off to the stars ", "reason": ""}

    refused = client.post(page, form)
    assert "Say why" in refused.text
    assert client.post(page, form | {"reason": "Heard on the phone"}).status_code == 302

    (change,) = word().changes.all()
    assert (change.field, change.by, change.reason) == ("phrases", reviewer, "Heard on the phone")
    assert word().phrases.endswith("\noff to the stars")
    assert look("I am off to the stars") == [Finding("T0", "en-suicide")]
    assert "Heard on the phone" in client.get(page).text


@pytest.mark.django_db
def test_saving_a_word_as_it_opened_changes_nothing(client, page):
    assert client.post(page, posted(client.get(page))).status_code == 302

    assert not DangerWordChange.objects.exists()
    assert word().digest() == word().shipped_digest


@pytest.mark.django_db
def test_switching_off_needs_its_own_reason_alone(client, page):
    form = posted(client.get(page)) | {"off_because": "Names a charity of ours"}

    assert client.post(page, form).status_code == 302
    assert word().changes.get().reason == "Names a charity of ours"


@pytest.mark.django_db
def test_a_phrase_that_cannot_be_looked_for_is_named(client, page):
    form = posted(client.get(page)) | {"phrases": "…", "reason": "A try"}

    assert "This phrase cannot be looked for" in client.post(page, form).text


@pytest.mark.django_db
def test_a_sentence_is_tried_and_nothing_of_it_is_stored(client, page, django_assert_max_num_queries):
    address = reverse("admin:inquiries_dangerword_try")
    assert address in client.get(reverse("admin:inquiries_dangerword_changelist")).text

    found = client.post(address, {"sentence": "오늘 유서를 썼어요 kms"})
    assert "Suicide, named" in found.text
    assert "no-store" in found["Cache-Control"]
    assert "Not found" in client.post(address, {"sentence": "Is there parking?"}).text
    assert client.get(address, {"sentence": "kms"}).text.count("Suicide, named") == 0
    assert not DangerWordChange.objects.exists()


@pytest.mark.django_db
def test_a_nurse_reads_and_tries_the_list_and_changes_nothing(client, nurse):
    client.force_login(nurse)
    page = reverse("admin:inquiries_dangerword_change", args=[word().pk])

    assert client.get(page).status_code == 200
    assert client.post(page, {"phrases": "x"}).status_code == 403
    assert client.get(reverse("admin:inquiries_dangerword_try")).status_code == 200


@pytest.mark.django_db
def test_an_author_of_articles_does_not_see_the_list(client, author):
    client.force_login(author)

    for name in ("changelist", "try"):
        assert client.get(reverse(f"admin:inquiries_dangerword_{name}")).status_code == 403


@pytest.mark.django_db
def test_staff_read_a_reason_in_their_language():
    assert str(word()) == "Suicide, named"
    with translation.override("ko"):
        assert str(word()) == word().name_ko
