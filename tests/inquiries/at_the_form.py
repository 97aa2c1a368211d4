"""What somebody does at the form, in a browser: as helpers for tests."""

import time

from django.core import signing

from inquiries.screening.spam import STAMP_SALT

WORDS = {
    "en": {
        "topic": "What the research shows",
        "self": "Myself",
        "lives_in": "Outside Korea",
        "email": "Email",
        "phone": "Phone",
        "voicemail": "Do not leave a voicemail",
        "call": "Do not call me",
        "send": "Send my question",
        "sent": "We have your question",
        "title": "Ask us a question",
        "error": "Choose the closest topic.",
        "adult": "This form is for people aged 19 or older.",
    },
    "ko": {
        "topic": "연구 결과와 근거",
        "self": "본인",
        "lives_in": "한국 외 국가",
        "email": "이메일",
        "phone": "전화",
        "voicemail": "음성 메시지를 남기지 마세요",
        "call": "전화하지 마세요",
        "send": "문의 보내기",
        "sent": "문의가 접수되었어요",
        "title": "문의하기",
        "error": "가장 가까운 주제를 선택해 주세요.",
        "adult": "이 양식은 만 19세 이상만 이용할 수 있어요.",
    },
}


class AMinuteAgo(signing.TimestampSigner):
    def timestamp(self):
        return signing.b62_encode(int(time.time()) - 60)


def read_for_a_minute(page):
    """Let the page say that it was opened a minute ago: no test can wait as long as a person reads."""
    stamp = AMinuteAgo(salt=STAMP_SALT).sign("")
    page.locator("[name=opened]").evaluate("(field, stamp) => { field.value = stamp }", stamp)


def fill_in(page, language="en", **written):
    """Answer every question by its label; `written` replaces what is typed."""
    says = WORDS[language]
    read_for_a_minute(page)
    page.get_by_label(says["topic"]).check()
    page.locator("[name=message]").fill(written.get("message", "Is there a trial that I could join?"))
    page.get_by_label(says["self"], exact=True).check()
    page.get_by_label(says["lives_in"]).check()
    page.locator("[name=preferred_name]").fill(written.get("preferred_name", "Ada"))
    page.locator("[name=contact_method][value=email]").check()
    page.locator("[name=email]").fill(written.get("email", "ada@example.org"))
    page.get_by_label(says["call"]).check()
    page.locator("[name=wishes]").fill("Somebody else reads my telephone.")
    for box in ("adult", "personal", "sensitive"):
        page.locator(f"[name={box}]").check()


def send(page, language="en"):
    page.get_by_role("button", name=WORDS[language]["send"]).click()
