"""Words that stop or slow a publication, and the innocent words that look like them."""

import pytest

from articles.quality import Exemption, Severity, Signer
from articles.quality.phrases import lists

from .manuscripts import found, manuscript

REASON = "The page warns readers of this word."


def texts(*pairs):
    return pytest.mark.parametrize(("language", "text"), pairs)


# C07


@pytest.mark.parametrize("word", lists()["blocked"]["en"])
def test_each_blocked_english_word_is_found(word):
    assert word in [
        problem.subject for problem in found("C07", manuscript(f"They call it {word.upper()} here."))
    ]


@pytest.mark.parametrize("word", lists()["blocked"]["ko"])
def test_each_blocked_korean_word_is_found(word):
    text = manuscript(f"그들은 {word}이라고 합니다.", language="ko")

    assert word in [problem.subject for problem in found("C07", text)]


@texts(
    ("en", "A cutting edge clinic."),
    ("en", "A cutting-edge clinic."),
    ("en", "A cuttingedge clinic."),
    ("en", "A cutting‑edge clinic."),  # a hyphen that does not break
    ("en", "A cutting\nedge clinic."),
    ("en", "A mir\u200bacle."),
    ("en", "A mir\u00adacle."),
    ("en", "A \u202emiracle\u202c."),
    ("en", "A m i r a c l e."),
    ("en", "A **mir**acle."),
    ("en", "A ｍｉｒａｃｌｅ."),
    ("en", "It is １００％ sure."),
    ("en", "It is 100 % sure."),
    ("en", "It is 100\u00a0% sure."),
    ("en", "It is 100 per cent sure."),
    ("en", "[A miracle](article:x)"),
    ("en", "![a miracle](x.png)"),
    ("en", '[x](article:x "a miracle")'),
    ("en", "## A miracle"),
    ("en", "| a |\n|---|\n| miracle |"),
    ("en", "`miracle`"),
    ("en", "> A miracle."),
    ("en", "    A miracle in code."),
    ("en", "A ‘miracle’, they say."),
    ("en", "한국어로도 miracle입니다."),
    ("en", "완치"),
    ("ko", "이것은 best입니다."),
    ("ko", "완 치됩니다."),
    ("ko", "완\u200b치됩니다."),
    ("ko", "완\u2060치됩니다."),
    ("ko", "**완**치됩니다."),
    ("ko", "\u110b\u116a\u11ab\u110e\u1175"),  # 완치 as single letters (jamo)
    ("ko", "부작용없는 시술"),
    ("ko", "부작용  없는 시술"),
    ("ko", "１위 병원"),
    ("ko", "성공률 １００％"),
    ("ko", "효과를 보장합니다."),
    ("ko", "획기적인 방법"),
    ("ko", "국내 최초 시술"),
    ("ko", "치료 후기"),
)
def test_a_blocked_word_is_found_however_it_is_hidden(language, text):
    assert found("C07", manuscript(text, language=language))


@texts(
    ("en", "The bestiary of an asbestos bestseller."),
    ("en", "A miraculously odd guess, guaranteeing nought."),
    ("en", "She was cured of a cold. Depression is common."),
    ("en", "Is it safe? No. Side effects are common."),
    ("en", "Take 1,100% or 2100% as a number."),
    ("en", "The root of the tree. Because of rain."),
    ("en", "Transform data; your life goes on."),
    ("en", "We hope to hear from you."),
    ("en", "A proven way to sleep."),
    ("ko", "최고혈압을 재세요. 최고 혈압입니다."),
    ("ko", "건강보장 제도와 사회 보장, 국민건강보험의 보장"),
    ("ko", "단기적, 장기적, 정기적, 주기적으로 봅니다."),
    ("ko", "유기적인 관계와 전기적 자극"),
    ("ko", "보완치료와 이완 치료"),
    ("ko", "이후 기간에는 쉽니다. 오후 기온이 낮습니다."),
    ("ko", "도움을 줄 역할인지 살핍니다."),
    ("ko", "치료할 인력이 적습니다. 일을 할 인력입니다."),
    ("ko", "근무 통계를 봅니다."),
    ("ko", "임신 후기에는 조심하세요."),
    ("ko", "11위와 21위입니다."),
    ("ko", "자유 일정입니다. 치유 일지를 씁니다."),
)
def test_innocent_words_are_left_alone(language, text):
    assert not found("C07", manuscript(text, language=language))


@pytest.mark.parametrize("field", ["title", "summary", "change_note", "slug", "in_short"])
@pytest.mark.parametrize(("language", "word"), [("en", "miracle"), ("ko", "기적")])
def test_blocked_words_are_found_in_every_field(field, language, word):
    value = (f"A {word}",) if field == "in_short" else f"a-{word}"

    (problem,) = found("C07", manuscript(language=language, **{field: value}))
    assert problem.place.field == field


@texts(
    ("en", "Stem cells are a proven way."),
    ("en", "The proven stem cell treatment."),
    ("en", "Proven: exosomes."),
)
def test_proven_beside_cells_is_found(language, text):
    assert found("C07", manuscript(text, language=language))


@texts(
    ("en", "Stem cell treatment is not proven."),
    ("en", "Unproven stem cell treatment is sold."),
    ("en", "Exercise is a proven way to sleep. Cells are small, and a stem cell smaller."),
)
def test_proven_may_be_denied_and_stand_far_from_cells(language, text):
    assert not found("C07", manuscript(text, language=language))


@pytest.mark.parametrize("title", ["Hope for depression", "New hope", "A message of hope", "Cells: hopes"])
def test_hope_as_a_noun_in_a_title_is_found(title):
    assert found("C07", manuscript(title=title))
    assert found("C07", manuscript(f"## {title}"))


@pytest.mark.parametrize(
    "title", ["What researchers hope to learn", "What we hope to find", "Hopeful and unsure", "Hopeless days"]
)
def test_hope_as_a_verb_in_a_title_and_hope_in_the_text_are_fine(title):
    assert not found("C07", manuscript("There is hope.", title=title))


@texts(
    ("en", "Be careful of anyone who promises a miracle."),
    ("en", "Is it a miracle?"),
    ("en", "There is no miracle."),
    ("ko", "기적이라고 하는 광고는 의심해 보세요."),
    ("ko", "기적은 없습니다."),
    ("ko", "정말 기적일까요?"),
)
def test_a_denied_word_may_stand_with_a_reason_and_a_second_person(language, text):
    word = {"en": "miracle", "ko": "기적"}[language]
    leave = (Exemption(word, REASON, "Bo Lee", asked_by="Ada Kim"),)

    assert found("C07", manuscript(text, language=language))
    assert not found("C07", manuscript(text, language=language, exemptions=leave))


@pytest.mark.parametrize(
    ("exemption", "says"),
    [
        (Exemption("miracle", "", "Bo Lee"), "has no reason"),
        (Exemption("miracle", "  ", "Bo Lee"), "has no reason"),
        (Exemption("miracle", REASON, ""), "second person"),
        (Exemption("miracle", REASON, "Ada Kim"), "second person"),
        (Exemption("miracle", REASON, "ADA kim"), "second person"),
        (Exemption("miracle", REASON, "Eun Han", asked_by="Eun Han"), "second person"),
        (Exemption("best", REASON, "Bo Lee"), "is a blocked word"),
    ],
)
def test_an_exemption_without_reason_or_second_person_changes_nothing(exemption, says):
    (problem,) = found("C07", manuscript("There is no miracle.", exemptions=(exemption,)))

    assert says in problem.message


@texts(
    ("en", "This is a miracle. There is no doubt."),
    ("en", "It has no side effects."),
    ("ko", "이것은 기적입니다. 의심하지 마세요."),
    ("ko", "부작용 없는 방법입니다."),
)
def test_an_exempt_word_that_is_not_denied_in_its_own_sentence_is_found(language, text):
    words = ("miracle", "no side effects", "기적", "부작용 없는")
    leave = tuple(Exemption(word, REASON, "Bo Lee") for word in words)

    (problem,) = found("C07", manuscript(text, language=language, exemptions=leave))
    assert "denies or questions" in problem.message


# C08: caution words


@pytest.mark.parametrize(
    ("language", "word"), [(lang, word) for lang in ("en", "ko") for word in lists()["caution"][lang]]
)
def test_each_caution_word_is_a_warning(language, word):
    text = {"en": f"They call it {word}.", "ko": f"그들은 {word}이라고 합니다."}[language]

    (problem,) = found("C08", manuscript(text, language=language))
    assert problem.severity == Severity.WARNING
    assert problem.subject == word


@texts(
    ("en", "The healthy heels of supernatural healers."),
    ("en", "Its natural history. Regenerative medicine."),
    ("ko", "첨단재생의료법을 봅니다."),
    ("ko", "상담을 희망하시는 분"),
    ("ko", "부재 생활"),
)
def test_words_that_hold_a_caution_word_are_fine(language, text):
    assert not found("C08", manuscript(text, language=language))


@texts(
    ("en", "Treatment-resistant depression is hard."),
    ("en", "Stem cells are small."),
    ("ko", "치료 저항성 우울증은 힘듭니다."),
    ("ko", "줄기세포는 작습니다."),
)
def test_a_broad_word_without_its_meaning_is_a_warning(language, text):
    (problem,) = found("C08", manuscript(text, language=language))

    assert problem.severity == Severity.WARNING


@texts(
    ("en", "Treatment-resistant depression is hard. It means that two medicines did not work."),
    ("en", "Stem cells are small. Here we speak of donor cells."),
    ("ko", "치료 저항성 우울증이란 두 가지 약이 듣지 않는 경우를 말합니다."),
    ("ko", "줄기세포는 작습니다. 여기서는 자가 세포를 다룹니다."),
)
def test_a_broad_word_with_its_meaning_is_fine(language, text):
    assert not found("C08", manuscript(text, language=language))


# C15


@texts(
    ("en", "We work near Seoul National University Hospital."),
    ("en", "A study at HARVARD."),
    ("en", "Our pilot study went well."),
    ("en", "We act in partnership with a group."),
    ("ko", "서울대학교병원에서"),
    ("ko", "세브란스 병원과 함께"),
    ("ko", "서울 대학교 병원에서"),
    ("ko", "업무협약을 맺었습니다."),
)
def test_an_outside_institution_or_a_claim_of_the_clinic_is_found(language, text):
    assert found("C15", manuscript(text, language=language))


@texts(
    ("en", "A national university in Seoul."),
    ("en", "Perseverance and a severe ance."),
    ("en", "They act in partnership."),
    ("ko", "가까운 대학병원에 가세요."),
    ("ko", "서울에 있는 큰 병원"),
)
def test_places_without_a_name_are_fine(language, text):
    assert not found("C15", manuscript(text, language=language))


# C16


@texts(
    ("en", "> It worked."),
    ("en", "- a\n\n  > It worked."),
    ("en", "“After a week I feel better,” she said."),
    ("en", "My depression is gone."),
    ("en", "I’m cured."),
    ("en", "It gave me my life back."),
    ("en", "★★★★★"),
    ("en", "They gave it 5/5."),
    ("ko", "> 정말입니다."),
    ("ko", "일주일 만에 좋아졌어요."),
    ("ko", "좋아 졌어요."),
    ("ko", "저는 다 나았습니다."),
    ("ko", "별점 ★★★★"),
)
def test_stories_quotation_blocks_and_ratings_are_found(language, text):
    assert found("C16", manuscript(text, language=language))


@texts(
    ("en", "If you feel better after a treatment, that is real."),
    ("en", "I have not been myself, and I would like some help."),
    ("en", "On 15/5 and at 5/52 weeks; 5 > 3."),
    ("ko", "나아졌다고 느낄 수 있습니다."),
    ("ko", "많은 분이 좋아집니다."),
)
def test_plain_speech_about_feeling_better_is_fine(language, text):
    assert not found("C16", manuscript(text, language=language))


# C24


HELP = "{panel help-now}\n\n"


@texts(
    ("en", "He committed suicide."),
    ("en", "Committing   suicide."),
    ("en", "A failed suicide."),
    ("en", "A suicide note."),
    ("en", "Some think of suicide by overdose."),
    ("en", "Suicidal thoughts near a bridge."),
    ("ko", "극단적 선택을 했습니다."),
    ("ko", "극단적선택"),
    ("ko", "자살에 성공한"),
    ("ko", "동반자살"),
    ("ko", "번개탄으로 자살"),
    ("ko", "자살 장소인 한강"),
)
def test_careless_words_and_methods_are_found_even_below_the_help_box(language, text):
    assert found("C24", manuscript(HELP + text, language=language))


@texts(
    ("en", "He died by suicide."),
    ("en", "Suicidal thoughts pass, and help works."),
    ("en", "An overdose of a medicine is an emergency."),
    ("en", "Changing a bridge. Hangovers."),
    ("ko", "자살 생각은 지나갑니다."),
    ("ko", "자살로 세상을 떠났습니다."),
    ("ko", "과다 복용은 위험합니다."),
)
def test_careful_words_below_the_help_box_are_fine(language, text):
    assert not found("C24", manuscript(HELP + text, language=language))


@texts(("en", "If you think of suicide, call."), ("ko", "자살을 생각한다면 전화하세요."))
def test_the_help_box_stands_above_the_first_mention(language, text):
    (missing,) = found("C24", manuscript(text, language=language))
    (below,) = found("C24", manuscript(f"{text}\n\n{HELP}{text}", language=language))
    (inline,) = found("C24", manuscript(f"See {{panel help-now}}. {text}", language=language))
    (above,) = found("C24", manuscript(HELP + text, language=language, in_short=(text,)))

    for problem in (missing, below, inline):
        assert "{panel help-now}" in problem.message
    assert above.place.field == "in_short"
    assert not found("C24", manuscript(HELP + text, language=language))


def test_an_exemption_does_not_reach_the_words_about_suicide():
    leave = (Exemption("committed suicide", REASON, "Bo Lee"),)
    text = manuscript(HELP + "Never say committed suicide.", exemptions=leave, authors=(Signer("Ada Kim"),))

    assert found("C24", text)
