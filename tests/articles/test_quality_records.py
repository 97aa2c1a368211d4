"""Rules C17, C19 and C20: prices in one place, a lawyer's reading, and the numbers of the registries."""

from dataclasses import replace
from datetime import date

import pytest

from articles.evidence import Ledger
from articles.quality import Severity

from .manuscripts import LEDGER, PAPER, TODAY, fact, found, manuscript


def each(*texts):
    return pytest.mark.parametrize(("language", "text"), texts)


# C17


@each(
    ("en", "It costs ₩6,000,000."),
    ("en", "It costs ￦ 500."),
    ("en", "It costs KRW 6,000,000."),
    ("en", "It costs 6,000,000 KRW."),
    ("en", "It costs 6,000,000 won."),
    ("en", "It costs 6.5 million won."),
    ("en", "It costs 2m Korean won."),
    ("en", "It costs six million won."),
    ("en", "A 50,000-won deposit."),
    ("en", "It rises in 500,000 won steps."),
    ("en", "Hundreds of thousands of won."),
    ("en", "It costs 600만 원."),
    ("en", "- ₩900,000 for a first visit"),
    ("ko", "비용은 600만 원입니다."),
    ("ko", "비용은 600만원입니다."),
    ("ko", "비용은 ６００만 원입니다."),
    ("ko", "비용은 6,000,000원입니다."),
    ("ko", "비용은 3만5천 원부터입니다."),
    ("ko", "비용은 1억 2천만 원 정도입니다."),
    ("ko", "오백만 원이 듭니다."),
    ("ko", "일억 오천만 원이 듭니다."),
    ("ko", "수백만 원대의 시술입니다."),
    ("ko", "수억 원을 냅니다."),
    ("ko", "만 원짜리 진료입니다."),
    ("ko", "100만 원인 치료입니다."),
    ("ko", "30만 원가량입니다."),
    ("ko", "50여만 원입니다."),
    ("ko", "₩500,000입니다."),
    ("ko", "| 항목 | 비용 |\n|---|---|\n| 상담 | 50,000원 |"),
)
def test_a_typed_price_is_sent_to_the_price_list(language, text):
    problem = found("C17", manuscript(text, language=language))[0]

    assert problem.severity == Severity.ERROR
    assert "{panel prices}" in problem.message


@each(
    ("en", "What others charge: ₩6,000,000 [F01]."),
    ("en", "{panel prices}"),
    ("en", "In 2021 won over by hope, she tried. No one won. Two won. She won 3 prizes."),
    ("en", "The group that since 2019 won most prizes."),
    ("en", "Ask for the whole price in won, in writing."),
    ("en", "It costs $6,000."),
    ("en", "The wonder of 3 wonders. 500 wontons."),
    ("ko", "다른 곳의 비용은 600만 원입니다 [F01]."),
    ("ko", "{panel prices}"),
    ("ko", "2병원과 3개 병원, 제1의원, 500회원, 10인원을 봅니다."),
    ("ko", "의원은 회원과 병원의 원인을 묻습니다."),
    ("ko", "제1원칙과 제3 원칙입니다. 3원색과 2원론."),
    ("ko", "코로나19 원인을 찾습니다."),
    ("ko", "두 사람만 원합니다. 도움만 원하면 전화하세요."),
    ("ko", "의사 2명이 원장입니다. 조원 3명과 함께합니다."),
    ("ko", "만원 버스를 탑니다. 수원과 강원에서 옵니다."),
    ("ko", "비용을 원으로 적은 견적을 요청하세요."),
    ("ko", "백 원장의 말입니다."),
)
def test_cited_amounts_and_words_that_only_look_like_won_are_fine(language, text):
    assert not found("C17", manuscript(text, language=language))


@each(("en", "From 6,000,000 won"), ("ko", "600만 원부터"))
def test_a_price_in_a_title_is_sent_to_the_text(language, text):
    (problem,) = found("C17", manuscript(language=language, title=text))

    assert problem.place.field == "title"
    assert "only in the text" in problem.message


@pytest.mark.parametrize("panel", ["{panel prices}", "{panel status}", "{clinic prices}"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_panels_that_are_filled_later_are_panels_too(language, panel):
    assert not found("C06", manuscript(panel, language=language))


# C19


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("read", "changed", "says"),
    [
        (None, None, "A lawyer must read this page first"),
        (date(2025, 11, 22), None, "more than twelve months ago"),
        (date(2026, 5, 1), date(2026, 5, 2), "was changed on 2 May 2026"),
        (date(2026, 5, 1), date(2026, 5, 1), "A legal review after that day is needed"),
    ],
    ids=["never", "too old", "before the law changed", "on the day of the change"],
)
def test_a_page_about_the_law_waits_for_a_lawyer(language, read, changed, says):
    text = manuscript(
        language=language, needs_legal_review=True, legal_review_on=read, rules_changed_on=changed
    )

    (problem,) = found("C19", text)
    assert problem.severity == Severity.ERROR
    assert says in problem.message
    assert str(problem.place) == "legal review"


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("read", "changed"),
    [(date(2025, 11, 23), None), (date(2026, 5, 2), date(2026, 5, 1)), (TODAY, None)],
    ids=["on its last day", "after the change", "today"],
)
def test_a_page_that_a_lawyer_read_lately_is_fine(language, read, changed):
    text = manuscript(
        language=language, needs_legal_review=True, legal_review_on=read, rules_changed_on=changed
    )

    assert not found("C19", text)


def test_other_pages_need_no_lawyer():
    assert not found("C19", manuscript(legal_review_on=None))


# C20


@each(
    ("en", "The trial NCT 0412345 was stopped."),
    ("en", "The trial NCT 04123456 was stopped."),
    ("en", "The trial NCT-04123456 was stopped."),
    ("en", "The trial NCT0412345 was stopped."),
    ("en", "The trial NCT041234567 was stopped."),
    ("en", "The trial nct04123456 was stopped."),
    ("en", "The trial NCTO4123456 was stopped."),
    ("en", "The trial NCT0412 3456 was stopped."),
    ("en", "The trial NCT04123456b was stopped."),
    ("en", "The trial ChiCTR260012269 runs."),
    ("en", "The trial ChiCTR 2600122690 runs."),
    ("en", "The trial CHICTR2600122690 runs."),
    ("en", "| Trial | Where |\n|---|---|\n| [NCT0412345](https://clinicaltrials.gov/) | Here |"),
    ("ko", "임상시험 NCT 0412345는 중단되었습니다."),
    ("ko", "임상시험(NCT0412345)은 중단되었습니다."),
    ("ko", "임상시험 ChiCTR260012269는 진행 중입니다."),
)
def test_a_number_that_no_registry_knows_is_named(language, text):
    (problem,) = found("C20", manuscript(text, language=language))

    assert problem.severity == Severity.ERROR
    assert "no registry number" in problem.message


@each(
    ("en", "The trial NCT04123456 was stopped in 2019."),
    ("en", "The trials NCT04123456, NCT02675556 (and ChiCTR2600122690)."),
    ("en", "An older one is ChiCTR-TRC-08000123."),
    ("en", "An NCT number has eight digits; the NCT illness is none."),
    ("en", "Ask for the number in the registry (NCT or ChiCTR)."),
    ("ko", "임상시험 NCT04123456은 2019년에 중단되었습니다."),
    ("ko", "등록 번호(ChiCTR2600122690)를 확인하세요."),
    ("ko", "NCT 번호를 물어보세요."),
)
def test_the_numbers_of_the_registries_are_fine(language, text):
    assert not found("C20", manuscript(text, language=language))


# C20 by way of C02


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("others", [(), (PAPER,)], ids=["the only source", "beside a sound one"])
def test_a_retracted_source_blocks_the_page_that_rests_on_it(language, others):
    gone = replace(fact("F08"), sources=(*others, replace(PAPER, id="S9", retracted=True)))
    ledger = Ledger(LEDGER.facts | {"F08": gone}, LEDGER.searched_on)

    (problem,) = found("C02", manuscript("Said so [F08].", language=language, ledger=ledger))
    assert "F08 rests on S9, which was retracted" in problem.message
    assert problem.severity == Severity.ERROR
