"""How text is read: passages, sentences, words, syllables; and the limits that rule C08 sets."""

import pytest

from articles.quality import Severity, readability
from articles.quality.language import syllables
from articles.quality.text import passages, sentences

from .manuscripts import found, manuscript


@pytest.mark.parametrize(
    ("language", "text", "parts"),
    [
        ("en", "One. Two! Three? Four.", 4),
        ("en", "It fell by 1.24% in 2021. Then it rose.", 2),
        ("en", "Dr. Kim spoke. Prof. Lee listened.", 2),
        ("en", "Some, e.g. ECT, help. Others (i.e. Rest) do too.", 2),
        ("en", "The U.S. regulator spoke. J. Smith and A. B. Lee heard it.", 2),
        ("en", "See No. 5 in the list. Say no. That is fine.", 3),
        ("en", "Take vitamin C. It is cheap.", 2),
        ("en", "“Is it so?” she asked. “Yes.” He left.", 3),
        ("en", "It is known as F31. The next is F32.", 2),
        ("en", "Wait... and see. Kim et al. 2020 said so.", 2),
        ("en", "Call at 9 a.m. We open then.", 2),
        ("en", "(It is late.) We close.", 2),
        ("en", "No end", 1),
        ("en", "", 0),
        ("ko", "안녕하세요. 잘 오셨습니다! 괜찮으신가요?", 3),
        ("ko", "1.24% 줄었습니다. 다시 늘었습니다.", 2),
        ("ko", "2026. 11. 22. 기준입니다. 다음입니다.", 2),
        ("ko", "1. 첫째입니다. 2. 둘째입니다.", 2),
        ("ko", "괜찮습니다.그렇습니다.", 2),
        ("ko", "F31. 다음은 F32입니다.", 2),
        ("ko", "“정말요?” 하고 물었습니다. Dr. Kim이 답했습니다.", 3),
        ("ko", "전각입니다。다음입니다。", 2),
    ],
)
def test_sentences_end_where_a_reader_pauses(language, text, parts):
    assert len(list(sentences(text, language))) == parts


def test_markdown_becomes_passages_with_their_section_and_citations():
    body = """Before [F01, F02].

## Harm {#harm kind=risk}

**Bold** and [a link](article:x) [F09-F20].
Same paragraph.

- one [F03]
- two

### Part

| a | b |
|---|---|
| c [F04] | d |

{panel medicines}

::: urgent
### Call if:
- it swells
:::

> said
"""
    found_passages = passages(body, "en")

    assert [(p.kind, p.text, p.cited, p.section) for p in found_passages] == [
        ("paragraph", "Before.", ("F01", "F02"), ""),
        ("heading", "Harm", (), "Harm"),
        ("paragraph", "Bold and a link. Same paragraph.", ("F09-F20",), "Harm"),
        ("item", "one", ("F03",), "Harm"),
        ("item", "two", (), "Harm"),
        ("heading", "Part", (), "Harm"),
        ("row", "a; b", (), "Harm"),
        ("row", "c; d", ("F04",), "Harm"),
        ("panel", "medicines", (), "Harm"),
        ("heading", "Call if:", (), "Harm"),
        ("item", "it swells", (), "Harm"),
        ("quotation", "said", (), "Harm"),
    ]
    assert {p.section_kind for p in found_passages[1:]} == {"risk"}


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "made makes helped cured tired shared breathes whole one F cells brain stopped"),
        (2, "table people treated trial needed likely careful severe published places changes going clinic"),
        (3, "depression medicine diseases infections disorder autism randomised exosomes injected evidence"),
        (4, "anxiety bacteria hippocampus estimated regulator society mesenchymal diagnosis"),
        (5, "university antidepressants"),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(count, words):
    assert {word: syllables(word) for word in words.split()} == dict.fromkeys(words.split(), count)


@pytest.mark.parametrize(("word", "count"), [("ECT", 3), ("2,696", 1), ("doctor's", 2), ("doctor’s", 2)])
def test_abbreviations_are_spelled_and_numbers_are_short(word, count):
    assert syllables(word) == count


@pytest.mark.parametrize(
    ("language", "size", "warned"), [("en", 30, False), ("en", 31, True), ("ko", 90, False), ("ko", 91, True)]
)
def test_a_long_sentence_is_a_warning(language, size, warned):
    text = {"en": " ".join(["so"] * size), "ko": "가" * (size - 1) + "."}[language]

    problems = [p for p in found("C08", manuscript(text, language=language)) if p.subject == "long"]
    assert bool(problems) is warned
    assert all(problem.severity == Severity.WARNING for problem in problems)


@pytest.mark.parametrize(
    ("language", "size", "warned"), [("en", 20, False), ("en", 22, True), ("ko", 50, False), ("ko", 54, True)]
)
def test_long_sentences_on_average_are_a_warning(language, size, warned):
    sentence = {"en": " ".join(["so"] * size) + ".", "ko": "가" * (size - 1) + "."}[language]
    body = "\n\n".join(sentence.capitalize() for _ in range(40))

    problems = [p.subject for p in found("C08", manuscript(body, language=language))]
    assert ("average" in problems) is warned


@pytest.mark.parametrize(("language", "sentence"), [("en", "It is so."), ("ko", "그렇습니다.")])
def test_a_paragraph_of_six_sentences_is_a_warning(language, sentence):
    five, six = " ".join([sentence] * 5), " ".join([sentence] * 6)

    assert not found("C08", manuscript(five, language=language))
    assert [p.subject for p in found("C08", manuscript(six, language=language))] == ["paragraph"]


@pytest.mark.parametrize(
    ("sentence", "severity"),
    [
        ("The cat sat on the mat and then it went to sleep.", None),
        (
            "The doctor will consider every medicine you take before deciding what comes next.",
            "warning",
        ),
        ("Individual institutional considerations necessitate comprehensive evaluation.", "error"),
    ],
)
def test_hard_english_is_a_warning_and_very_hard_english_an_error(sentence, severity):
    body = "\n\n".join([sentence] * 20)
    grades = [p for p in found("C08", manuscript(body)) if p.subject == "grade"]

    assert [problem.severity.value for problem in grades] == ([severity] if severity else [])


def test_korean_has_no_school_grade():
    assert readability(manuscript("그렇습니다. " * 100, language="ko")).grade is None


def test_tables_and_headings_do_not_count_as_sentences():
    table = "| a | b |\n|---|---|\n| " + "so " * 40 + "| b |"

    assert readability(manuscript("## " + "so " * 40 + "\n\n" + table)).sentences == 1
    assert not found("C08", manuscript(table))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Ask about XYZ."),
        ("en", "Ask about rTMS."),
        ("en", "Some take SSRIs."),
        ("ko", "XYZ를 물어보세요."),
        ("ko", "rTMS는 치료법입니다."),
    ],
)
def test_an_abbreviation_that_nobody_explains_is_one_warning(language, text):
    (problem,) = found("C08", manuscript(f"{text}\n\n{text}", language=language))

    assert problem.severity == Severity.WARNING


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Electroconvulsive therapy (ECT) is given asleep. ECT is safe."),
        ("en", "ECT (a treatment given asleep) is safe."),
        ("en", "In the US and the UK."),
        ("en", "See NCT02675556 at ClinicalTrials.gov."),
        ("en", "A CRP test."),
        ("en", "SHOUTED WORDS"),
        ("ko", "전기경련치료(ECT)는 안전합니다. ECT는 그렇습니다."),
        ("ko", "CRP를 봅니다."),
    ],
)
def test_an_abbreviation_that_is_spelled_out_known_or_in_the_glossary_is_fine(language, text):
    assert not found("C08", manuscript(text, language=language, glossary=("CRP", "initial CRP")))
