"""What a screen reader is told of the form: role, name, description and error of every field."""

import pytest
from playwright.sync_api import expect

from .at_the_form import send

pytestmark = pytest.mark.usefixtures("articles")

CONTROLS = {"textbox", "radio", "checkbox", "button", "DisclosureTriangle"}
# Questions: role, the end of the hint, the error.
ASKED = {
    "en": {
        "What is your question about?": ("group", "straight away.", "Choose the closest topic."),
        "Who are you asking for?": ("group", "write to us.", "Choose who you are asking for."),
        "Where do you live?": ("group", "", "Choose where you live."),
        "What should we call you?": ("textbox", "nickname is fine.", "Tell us what to call you."),
        "How should we reply?": ("group", "voicemail.", "Choose email or phone."),
        "I am 19 or older": ("checkbox", "any age.", "This form is for people aged 19 or older."),
        "I agree": ("checkbox", "", "We need this consent"),
    },
    "ko": {
        "무엇에 대한 문의인가요?": ("group", "안내해 드려요.", "가장 가까운 주제를 선택해 주세요."),
        "누구에 대한 문의인가요?": ("group", "안내해 드려요.", "문의 대상을 선택해 주세요."),
        "어디에 거주하고 계신가요?": ("group", "", "거주하는 곳을 선택해 주세요."),
        "어떻게 불러 드리면 될까요?": ("textbox", "별명만", "부를 이름을 적어 주세요."),
        "어떤 방법으로 답변드릴까요?": (
            "group",
            "남기지 않아요.",
            "이메일과 전화 중 하나를",
        ),
        "만 19세 이상이에요": ("checkbox", "있어요.", "이 양식은 만 19세 이상만 이용할 수 있어요."),
        "동의합니다": ("checkbox", "", "이 동의가 필요해요."),
    },
}


def tree(page):
    """Return what Chromium tells assistive technology of everything inside the form."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    told = [node for node in nodes if not node["ignored"]]
    return [node for node in told if said(node, "role") not in ("StaticText", "InlineTextBox")]


def said(node, name):
    return node.get(name, {}).get("value", "")


def is_invalid(node):
    found = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
    return found.get("invalid") == "true"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_question_has_role_name_hint_and_error(open_page, language, script):
    page = open_page(f"/{language}/ask/", java_script_enabled=script)
    before = {said(node, "name"): node for node in tree(page)}
    send(page, language)
    expect(page.locator(".error-summary")).to_be_focused()
    after = tree(page)

    for name, (role, hint, error) in ASKED[language].items():
        assert said(before[name], "role") == role
        assert hint in said(before[name], "description")
        found = next(node for node in after if said(node, "name") == name and said(node, "role") == role)
        assert hint in said(found, "description")
        assert error in said(found, "description")
        if role != "group":
            assert is_invalid(found)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_control_is_without_a_name_and_the_trap_is_not_told(open_page, language):
    page = open_page(f"/{language}/ask/")
    for method in ("email", "phone"):
        page.locator(f"[name=contact_method][value={method}]").check()
        nodes = tree(page)
        controls = [node for node in nodes if said(node, "role") in CONTROLS]
        assert len(controls) > 30
        assert all(said(node, "name") for node in controls)
        assert not [node for node in nodes if said(node, "name") == "Leave this empty"]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_consent_is_told_with_its_title(open_page, language):
    page = open_page(f"/{language}/ask/")
    groups = [said(node, "name") for node in tree(page) if said(node, "role") == "group"]

    assert any(name.startswith("1. ") for name in groups)
    assert any(name.startswith("2. ") for name in groups)
