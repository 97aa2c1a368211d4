"""Texts of the clinic as a page shows them."""

import pytest

from clinic_site.templatetags.links import linked, points
from inquiries.wording import keyed, wording

pytestmark = pytest.mark.django_db

PHONE = '<a href="tel:+82200000000">+82 2 0000 0000</a>'
MAIL = '<a href="mailto:privacy@clinic.example">privacy@clinic.example</a>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Or call +82 2 0000 0000.", f"Or call {PHONE}."),
        ("+82 2 0000 0000번으로 전화", f"{PHONE}번으로 전화"),
        ("Ask privacy@clinic.example. Or not.", f"Ask {MAIL}. Or not."),
        ("privacy@clinic.example로 문의", f"{MAIL}로 문의"),
        ("<b>1 & 2</b> @", "&lt;b&gt;1 &amp; 2&lt;/b&gt; @"),
    ],
)
def test_a_number_and_an_address_can_be_pressed_and_nothing_else_becomes_markup(text, shown):
    assert linked(text) == shown


@pytest.mark.parametrize("key", ["personal", "sensitive"])
@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", ["What:", "How long:", "You may refuse."]),
        ("ko", ["항목:", "보유 기간:", "동의를 거부할 권리가 있습니다."]),
    ],
)
def test_a_consent_is_told_in_points_and_loses_no_word(language, labels, key):
    text = keyed(wording(language)["consents"]["items"])[key]["text"].strip()

    told = points(text)

    assert [label for label, _ in told["points"]][-3:] == labels
    assert (
        " ".join([told["before"], *(f"{label} {words.strip()}" for label, words in told["points"])]).strip()
        == text
    )


def test_a_text_without_points_stays_as_it_is():
    assert points("Nothing is said.") == {"before": "Nothing is said.", "points": []}
