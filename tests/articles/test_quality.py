"""Every rule: texts that break it and texts that keep it, in English and in Korean."""

import re
from datetime import date

import pytest

from articles.evidence import EvidenceLevel, Ledger
from articles.quality import RULES, Answer, Exemption, Severity, Signer, problems

from .manuscripts import AUTHOR, LEDGER, LINES, REVIEWER, fact, found, manuscript


def ids(value):
    return value[:40] if isinstance(value, str) else None


def each(*texts):
    return pytest.mark.parametrize(("language", "text"), texts, ids=ids)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_sound_manuscript_has_no_problem(language):
    body = {"en": "You are welcome here.", "ko": "잘 오셨습니다."}[language]

    assert problems(manuscript(body, language=language)) == []


def test_every_rule_quotes_its_source():
    import articles.quality as quality

    modules = [quality.words, quality.evidence, quality.standard, quality.language, quality.people]
    modules += [quality.prices, quality.records]
    rules = [f for m in modules for f in vars(m).values() if getattr(f, "__module__", "") == m.__name__]
    documented = [f for f in rules if re.match(r"Rule [CR]\d\d|Section \d", f.__doc__ or "")]

    assert len(documented) == len(RULES)


# C01


@each(
    ("en", "Of those asked, 1.24% were ill."),
    ("en", "It helped 100 % of them."),
    ("en", "Full-width digits count: １２ patients."),
    ("en", "About 12 older people joined."),
    ("en", "In 2017-2018, infections were seen."),
    ("en", "Between 35-40% got better."),
    ("en", "Between 35–40 people got better."),
    ("en", "It lasts 3-4 weeks."),
    ("en", "About 1 in 4 get help."),
    ("en", "One in four gets help."),
    ("en", "Two trials were stopped."),
    ("en", "A third of patients got better."),
    ("en", "It costs $6,000."),
    ("en", "It costs USD 6,000."),
    ("en", "A survey in 2021 asked adults."),
    ("en", "Of 112 patients, most were well."),
    ("en", "- 53 out of 100 had recovered"),
    ("en", "| Who | How many |\n|---|---|\n| Adults | 31 people |"),
    ("en", "**12** people joined."),
    ("en", "We checked on 3 March 2026 what 40 people said."),
    ("ko", "환자 １２명이 참여했습니다."),
    ("ko", "약 31%에서 나타났습니다."),
    ("ko", "세 명이 입원했습니다."),
    ("ko", "2021년 조사입니다."),
    ("ko", "35-40%가 좋아졌습니다."),
    ("ko", "2017~2018년에 감염이 있었습니다."),
    ("ko", "비용은 600만 원입니다."),
    ("ko", "네 명 중 한 명입니다."),
    ("ko", "3개월 동안 지켜보았습니다."),
    ("ko", "절반이 좋아집니다."),
)
def test_a_number_without_a_citation_is_found(language, text):
    assert found("C01", manuscript(text, language=language))


@each(
    ("en", "Of those asked, 1.24% were ill [F01]."),
    ("en", "In Korea you can call 109 at any hour, 24 hours a day."),
    ("en", "Call 119 (in Korea). Other lines: 0120-279-338."),
    ("en", "In Korea, 119 (24 hours) brings an ambulance."),
    ("en", "This page was last reviewed on 3 March 2026."),
    ("en", "The date of our last search is {search_date}."),
    ("en", "The first of these is plain. Two things matter."),
    ("en", "See step 3 of the list, part 1 of 3, and COVID-19."),
    ("en", "## What to ask first\n\n1. Who are you?\n2. Where?"),
    ("en", "No one is alone."),
    ("ko", "한국에서는 109번으로 언제든 전화하세요. 24시간 열려 있습니다."),
    ("ko", "응급 상황이면 119에 전화하세요."),
    ("ko", "최종 검토일은 2026년 11월 23일입니다."),
    ("ko", "약 31%에서 나타났습니다 [F01]."),
    ("ko", "세포는 세상을 이루는 단위입니다."),
    ("ko", "일주일쯤 지나면 하루가 다르게 느껴질 수 있습니다."),
    ("ko", "네, 괜찮습니다. 한 사람에게 말해 보세요."),
)
def test_phones_review_dates_and_cited_numbers_are_fine(language, text):
    assert not found("C01", manuscript(text, language=language))


@each(("en", "12 people were asked."), ("ko", "12명에게 물었습니다."))
def test_a_number_in_the_summary_is_sent_to_the_text(language, text):
    (problem,) = found("C01", manuscript(language=language, summary=text))

    assert problem.place.field == "summary"
    assert "in the text instead" in problem.message


# C02


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("cited", "says"),
    [
        ("F99", "not in the evidence ledger"),
        ("F03", "has not been checked"),
        ("F04", "checked again by 22 November 2026"),
        ("F05", "no source that a reader can open"),
        ("F98-F99", "not in the evidence ledger"),
        ("F01, F05", "no source that a reader can open"),
    ],
)
def test_a_fact_that_may_not_stand_is_found(language, cited, says):
    (first, *_more) = found("C02", manuscript(f"Said so [{cited}].", language=language))

    assert says in first.message


@pytest.mark.parametrize("cited", ["F01", "F02", "F07", "F01-F03"])
def test_a_sound_fact_a_ruling_and_one_due_today_may_stand(cited):
    assert not found("C02", manuscript(f"Said so [{cited}]."))


# C03


@each(
    ("en", "Stem cells help many people."),
    ("en", "Mesenchymal cells are safe."),
    ("en", "An infusion of **stem&#x200b; cells** may **improve** mood.".replace("&#x200b;", "")),
    ("en", "The treatment, which uses stem-cell products, works."),
    ("en", "Exosomes reduce symptoms [F06]."),
    ("en", "- MSCs relieve anxiety"),
    ("ko", "줄기세포는 우울증을 개선합니다."),
    ("ko", "세포 치료는 안전합니다."),
    ("ko", "엑소좀으로 증상이 완화됩니다 [F06]."),
    ("ko", "줄기 세포의 효과가 있습니다."),
)
def test_a_claim_about_cells_needs_a_fact_and_its_limits(language, text):
    assert found("C03", manuscript(text, language=language))


@each(
    ("en", "Stem cells help some people with a blood disease [F01]."),
    ("en", "In animals, exosomes reduce symptoms [F06]."),
    ("en", "Nobody knows whether stem cells help [F31]."),
    ("en", "A doctor can help you."),
    ("en", "Your network may be unsafe, and a stem cell is small."),
    ("en", "A stem cell is small. " + "It has no colour and no smell at all. " * 2 + "Help is near."),
    ("ko", "줄기세포의 효과는 입증되지 않았습니다 [F31]."),
    ("ko", "동물에서는 엑소좀으로 증상이 완화되었습니다 [F06]."),
    ("ko", "상담은 효과가 있습니다."),
    ("ko", "줄기세포는 여러 세포로 자라는 세포입니다."),
)
def test_a_limited_claim_and_words_far_apart_are_fine(language, text):
    assert not found("C03", manuscript(text, language=language))


@each(("en", "Stem cells improve mood"), ("ko", "줄기세포의 항우울 효과"))
def test_a_title_may_not_promise_an_effect_of_cells(language, text):
    assert found("C03", manuscript(language=language, title=text))


@each(
    ("en", "How stem cells might work - and what is still a guess"),
    ("en", "Do stem cells work?"),
    ("ko", "줄기세포는 효과가 있을까?"),
    ("ko", "줄기세포의 효과 - 아직 가설인 것들"),
)
def test_a_title_may_ask_whether_cells_work(language, text):
    assert not found("C03", manuscript(language=language, title=text))


# C04


def lines(language, benefit):
    return (benefit, *LINES[language][1:])


@each(
    ("en", "**Benefit:** weak evidence of less depression [F31]."),
    ("en", "**Benefit:** many feel well again [F31]."),
    ("ko", "**효과:** 약한 근거가 있습니다 [F31]."),
    ("ko", "**효과:** 많은 분이 좋아집니다 [F31]."),
)
def test_a_benefit_that_no_fact_supports_is_found(language, text):
    text = manuscript(language=language, kind="treatment", standard_summary=lines(language, text))

    assert found("C04", text)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_benefit_line_that_says_not_shown_is_fine(language):
    assert not found("C04", manuscript(language=language, kind="treatment"))


@pytest.mark.parametrize(("level", "allowed"), [("weak", True), ("moderate", True), ("strong", False)])
def test_a_benefit_line_may_go_as_far_as_the_facts_that_support_it(level, allowed):
    helps = fact("F32", EvidenceLevel.MODERATE, about="treatment", supports="benefit")
    other = fact("F33", EvidenceLevel.STRONG, about="standard_care", supports="benefit")
    ledger = Ledger(LEDGER.facts | {"F32": helps, "F33": other}, LEDGER.searched_on)
    text = manuscript(
        kind="treatment",
        ledger=ledger,
        standard_summary=lines("en", f"**Benefit:** {level} evidence [F32, F33]."),
    )

    assert bool(found("C04", text)) is not allowed


@each(("en", "**Benefit:** strong [F01]."), ("ko", "**효과:** 강함 [F01]."))
def test_a_benefit_line_typed_into_the_text_is_held_to_the_same(language, text):
    assert found("C04", manuscript(text, language=language, kind="related"))
    assert not found("C04", manuscript(text, language=language, kind="condition"))


# C05


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("number", range(5))
def test_each_of_the_five_lines_must_stand_and_cite(language, number):
    complete = LINES[language]
    missing = complete[:number] + complete[number + 1 :]
    uncited = tuple(
        re.sub(r" \[F\d\d\]", "", line) if i == number else line for i, line in enumerate(complete)
    )

    assert len(found("C05", manuscript(language=language, kind="treatment", standard_summary=missing))) == 1
    assert len(found("C05", manuscript(language=language, kind="related", standard_summary=uncited))) == 1
    assert not found("C05", manuscript(language=language, kind="treatment"))
    assert not found("C05", manuscript(language=language, kind="condition", standard_summary=()))


def section(language, size, *, mark="{#unknown kind=uncertainty}", split=False):
    words = {"en": "word ", "ko": "가 "}[language] * size
    half = len(words) // 2
    text = f"{words[:half]}\n\n### Part\n\n{words[half:]}" if split else words
    return f"## What nobody knows {mark}\n\n{{panel not-advice}}\n\n{text}"


@pytest.mark.parametrize(
    ("language", "size", "least"), [("en", 79, 80), ("en", 0, 80), ("ko", 199, 200), ("ko", 80, 200)]
)
def test_a_required_section_that_is_thin_is_found(language, size, least):
    text = manuscript(section(language, size), language=language, required_section_kinds=("uncertainty",))

    (problem,) = found("C05", text)
    assert str(least) in problem.message


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_heading_without_its_kind_is_no_required_section(language):
    body = section(language, 300, mark="{#unknown}")
    text = manuscript(body, language=language, required_section_kinds=("uncertainty",))

    (problem,) = found("C05", text)
    assert "{kind=uncertainty}" in problem.message


@pytest.mark.parametrize(("language", "size"), [("en", 80), ("ko", 200)])
def test_a_section_of_enough_words_counts_its_subsections(language, size):
    body = section(language, size, split=True)

    assert not found("C05", manuscript(body, language=language, required_section_kinds=("uncertainty",)))


# C06


@each(
    ("en", "Do not stop or change a medicine because of anything you read here."),
    ("en", "This page gives general information. It cannot tell you what is right for you."),
    ("en", "We searched on 1 March 2020 and found no published randomised trial showing that stem cell "
     "treatment improves depression or anxiety in people."),
    ("en", "Who wrote and checked this page, and for whom they work, is at the foot of the page."),
    ("ko", "이 글을 읽고 약을 중단하거나 바꾸지 마세요."),
    ("ko", "이 페이지는 일반적인 정보를 제공합니다."),
    ("ko", "2020년 3월 1일에 검색한 결과, 줄기세포 치료가 사람의 "
     "우울증이나 불안을 호전시킨다는 것을 보여 준 무작위 임상시험 논문을 찾지 못했습니다."),
)  # fmt: skip
def test_a_standard_statement_that_is_typed_is_found(language, text):
    assert found("C06", manuscript(text, language=language))


@each(
    ("en", "{panel medicines}"),
    ("en", "Do not stop a medicine suddenly: talk to the person who gave it to you."),
    ("en", "Using your own cells is called autologous."),
    ("ko", "{panel medicines}"),
    ("ko", "약을 갑자기 끊으면 몸이 힘들 수 있습니다."),
)
def test_a_panel_and_other_words_on_the_same_matter_are_fine(language, text):
    assert not found("C06", manuscript(text, language=language))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_required_panel_that_is_missing_is_named(language):
    (problem,) = found("C06", manuscript(language=language, required_panels=("medicines",)))

    assert "{panel medicines}" in problem.message
    body = "{panel medicines}"
    assert not found("C06", manuscript(body, language=language, required_panels=("medicines",)))


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("months", "searched_on", "fresh"),
    [
        (6, date(2026, 5, 23), True),
        (6, date(2026, 5, 22), False),
        (3, date(2026, 8, 23), True),
        (3, date(2026, 8, 22), False),
    ],
)
def test_the_search_must_be_recent_where_the_page_speaks_of_it(language, months, searched_on, fresh):
    search = {"searched_on": searched_on, "search_months": months, "language": language}

    assert bool(found("C06", manuscript(kind="treatment", **search))) is not fresh
    assert bool(found("C06", manuscript("Up to {search_date}.", **search))) is not fresh
    assert not found("C06", manuscript("Nothing of a search.", **search))


# C09, C11, C13, C14


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ({"authors": ()}, "at least one author"),
        ({"authors": (Signer("  "),)}, "at least one author"),
        ({"reviewers": ()}, "clinical reviewer"),
        ({"reviewers": (Signer("Bo Lee", "Psychiatrist", ""),)}, "clinical reviewer"),
        ({"reviewers": (Signer("Bo Lee", "", "A board"),)}, "clinical reviewer"),
        ({"reviewers": (Signer("ada  KIM", "MD", "A board"),)}, "cannot review what they wrote"),
        ({"reviewers": (AUTHOR,), "authors": (AUTHOR,)}, "cannot review what they wrote"),
        (
            {"needs_external_reviewer": True, "reviewers": (Signer("Bo Lee", "MD", "A board"),)},
            "not work for the clinic",
        ),
    ],
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_who_signs_must_be_named_qualified_and_another_person(language, people, says):
    messages = [problem.message for problem in found("C09", manuscript(language=language, **people))]

    assert any(says in message for message in messages)


def test_one_reviewer_from_outside_beside_one_of_the_clinic_is_enough():
    reviewers = (Signer("Eun Han", "MD", "A board"), REVIEWER)

    assert not found("C09", manuscript(reviewers=reviewers, needs_external_reviewer=True))


@pytest.mark.parametrize(
    ("months", "reviewed_on", "next_review_on", "fine"),
    [
        (12, date(2026, 1, 31), date(2027, 1, 31), True),
        (12, date(2026, 1, 31), date(2027, 2, 1), False),
        (3, date(2026, 11, 30), date(2027, 2, 28), True),
        (3, date(2026, 11, 30), date(2027, 3, 1), False),
        (12, date(2026, 1, 31), date(2026, 1, 31), False),
        (12, None, date(2026, 1, 31), False),
        (12, date(2026, 1, 31), None, False),
    ],
)
def test_the_next_review_comes_after_the_last_and_soon_enough(months, reviewed_on, next_review_on, fine):
    dates = {"review_months": months, "reviewed_on": reviewed_on, "next_review_on": next_review_on}

    assert bool(found("C11", manuscript(**dates))) is not fine


@pytest.mark.parametrize(
    ("version", "note", "fine"),
    [
        (1, "", True),
        (2, "", False),
        (2, "typo", False),
        (2, "a  b  c  d  e", False),
        (2, "\u200b" * 12, False),
        (2, "A number was corrected.", True),
        (3, "위험 항목의 숫자를 바로잡았습니다.", True),
        (2, "수정함", False),
    ],
)
def test_from_the_second_version_on_the_change_is_told(version, note, fine):
    assert bool(found("C13", manuscript(version=version, change_note=note))) is not fine


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_page_in_one_language_only_is_found(language):
    (problem,) = found("C14", manuscript(language=language, translation=None))

    assert "other language" in problem.message


@pytest.mark.parametrize(
    ("here", "there", "subjects"),
    [
        ("Said [F01].", "말했습니다 [F01].", []),
        ("Said [F01-F02].", "말했습니다 [F01, F02].", []),
        ("Said [F01].", "말했습니다.", ["F01"]),
        ("Said.", "말했습니다 [F02].", ["F02"]),
        ("## Harm {kind=risk}", "## 위험 {kind=risk}", []),
        ("## Harm {kind=risk}", "## 위험", ["kinds"]),
    ],
)
def test_both_languages_cite_the_same_facts_in_the_same_kinds_of_section(here, there, subjects):
    english = manuscript(here, translation=manuscript(there, language="ko"))
    korean = manuscript(there, language="ko", translation=manuscript(here))

    assert [problem.subject for problem in found("C14", english)] == subjects
    assert [problem.subject for problem in found("C14", korean)] == subjects


@pytest.mark.parametrize(
    ("names", "subject"),
    [
        ({"translated_by": ""}, "translator"),
        ({"translation_checked_by": " "}, "checker"),
        ({"translated_by": "Dan Choi"}, "same"),
    ],
)
def test_a_translation_names_who_made_it_and_who_checked_it(names, subject):
    assert [problem.subject for problem in found("C14", manuscript(language="ko", **names))] == [subject]
    assert not found("C14", manuscript(language="en", **names))


# R06 and C25


@each(
    ("en", "We found no study. We may have missed one."),
    ("en", "Up to {search_date}, we found no study."),
    ("en", "Up to 22 November 2026, we did not find any study. We may have missed one."),
    ("en", "{panel evidence}\n\n## Elsewhere\n\nWe found no study of this."),
    ("ko", "연구를 찾지 못했습니다. 놓친 연구가 있을 수 있습니다."),
    ("ko", "{search_date}까지 연구를 찾지 못했습니다."),
)
def test_finding_nothing_needs_a_date_and_a_doubt(language, text):
    assert found("R06", manuscript(text, language=language))


@each(
    ("en", "Up to {search_date}, we found no study. We may have missed one."),
    (
        "en",
        "## Trials\n\nWe found no study.\n\n### More\n\nIt was {search_date}. We may have missed one.",
    ),
    ("en", "## Trials\n\n{panel evidence}\n\nWe found no study."),
    ("en", "They found that no one was hurt."),
    ("ko", "{search_date}까지 연구를 찾지 못했습니다. 놓친 연구가 있을 수 있습니다."),
    ("ko", "길을 찾지 못해 헤매는 기분일 수 있습니다."),
)
def test_finding_nothing_with_date_and_doubt_in_the_section_is_fine(language, text):
    assert not found("R06", manuscript(text, language=language))


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("field", ["title", "summary"])
@pytest.mark.parametrize("text", ["", "  ", "Facts [F01]", "**Bold**", "[Link](article:x)", "{panel x}"])
def test_title_and_summary_exist_and_hold_no_marks(language, field, text):
    assert found("C25", manuscript(language=language, **{field: text}))


@pytest.mark.parametrize("field", ["title", "summary"])
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("C01", "What 12 patients had"),
        ("C03", "Stem cells are safe"),
        ("C07", "A miracle"),
        ("R06", "We found no trial"),
        ("C24", "On suicide"),
        ("C01", "환자 12명"),
        ("C03", "줄기세포의 안전"),
        ("C07", "기적 같은 하루"),
        ("R06", "연구를 찾지 못했습니다"),
        ("C24", "자살에 대하여"),
    ],
)
def test_title_and_summary_pass_through_the_rules_of_the_text(field, code, text):
    assert found(code, manuscript(**{field: text}))
    assert not found("C25", manuscript(**{field: text}))


# Problems themselves


def test_a_warning_that_was_answered_in_writing_says_so_and_an_error_never_does():
    text = manuscript("A natural thing. A miracle.")
    warning, error = found("C08", text)[0], found("C07", text)[0]
    answers = tuple(
        Answer(problem.key, "It means the course of an illness.", "Ada") for problem in (warning, error)
    )

    answered = manuscript("A natural thing. A miracle.", answers=answers)

    assert not found("C08", answered)[0].is_open
    assert found("C08", answered)[0].answer.by == "Ada"
    assert found("C07", answered)[0].is_open
    assert found("C08", manuscript("A natural thing. A miracle, again.", answers=answers))[0].is_open


def test_an_empty_answer_settles_nothing():
    (warning,) = found("C08", manuscript("A natural thing."))

    for answer in (Answer(warning.key, " ", "Ada"), Answer(warning.key, "Reason.", "")):
        assert found("C08", manuscript("A natural thing.", answers=(answer,)))[0].is_open


def test_a_problem_names_field_section_and_first_words():
    (problem,) = found(
        "C07", manuscript("## How it is given\n\nThis is a miracle that nobody will believe in the end.")
    )

    assert str(problem.place) == "text, “How it is given”, “This is a miracle that nobody will believe …”"
    assert problem.severity == Severity.ERROR


def test_errors_come_first_and_the_same_text_gives_the_same_problems():
    text = manuscript("A natural thing. A miracle. 12 people.")

    assert [p.severity for p in problems(text)] == sorted((p.severity for p in problems(text)), key=str)
    assert problems(text) == problems(manuscript("A natural thing. A miracle. 12 people."))


def test_the_same_problem_keeps_its_key_in_any_language():
    from django.utils import translation

    text = manuscript("A miracle.")
    with translation.override("ko"):
        korean = [problem.key for problem in problems(text)]

    assert korean == [problem.key for problem in problems(text)]


def test_an_exemption_lets_a_word_stand_and_no_other():
    leave = (Exemption("miracle", "We warn of the word.", "Bo Lee", asked_by="Ada Kim"),)

    assert not found("C07", manuscript("Beware of anyone who sells a miracle.", exemptions=leave))
    assert found("C07", manuscript("Beware of anyone who is the best.", exemptions=leave))


def test_a_statement_of_the_clinic_is_read_over():
    text = manuscript("Before.\n\n{clinic prices}\n\nAfter.")

    assert [passage.text for passage in text.passages if passage.text] == ["Before.", "After."]
    assert not [problem for problem in problems(text) if "clinic" in problem.message]


def test_a_page_that_readers_have_in_one_language_is_corrected_once_that_is_answered_for():
    (first,) = found("C14", manuscript(translation=None))
    (later,) = found("C14", manuscript(translation=None, is_published=True))

    assert (first.severity, later.severity) == (Severity.ERROR, Severity.WARNING)
