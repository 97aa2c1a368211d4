"""The rules read what a picture says as they read the text that shows it."""

from dataclasses import replace

import pytest

from articles.evidence import Picture

from .manuscripts import LEDGER, errors, found, manuscript

ROOM = Picture(
    "room", "place", "0" * 32, (800, 1600), 900, "A room.", "방입니다.", "Where you wait.", "기다리는 곳."
)


def showing(*, language="en", body="You are welcome here.\n\n{picture room}\n", **words):
    picture = replace(ROOM, **words)
    return manuscript(body, language=language, ledger=replace(LEDGER, pictures={"room": picture}))


def test_a_plain_picture_breaks_no_rule():
    assert errors(showing()) == errors(manuscript())
    assert errors(showing(language="ko")) == errors(manuscript(language="ko"))


def test_the_line_that_shows_a_picture_is_no_sentence_of_the_text():
    text = showing(body="{picture room}\n{picture room}\n\n- One\n- {picture room}")

    assert [passage.text for passage in text.passages if passage.text] == ["One"]


@pytest.mark.parametrize("name", ["alt_en", "caption_en", "credit"])
@pytest.mark.parametrize(
    ("code", "words"), [("C07", "A miracle."), ("C16", "I feel better."), ("C16", "★★★★★")]
)
def test_words_that_no_page_may_use_are_found_in_a_picture(name, code, words):
    problems = found(code, showing(**{name: words}))

    assert problems
    assert str(problems[0].place).startswith("pictures, “room”, ")


@pytest.mark.parametrize("name", ["alt_ko", "caption_ko"])
def test_a_picture_is_read_in_the_language_of_the_article(name):
    words = {name: "완치된 모습입니다."}

    assert found("C07", showing(language="ko", **words))
    assert not found("C07", showing(language="en", **words))


def test_a_picture_that_the_text_does_not_show_is_not_read():
    assert not found("C07", showing(body="You are welcome here.", alt_en="A miracle."))
