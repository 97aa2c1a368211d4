"""The people of the pictures, beside those whom `make seed` invents: each shows one task of the handbooks."""

import asyncio
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import translation
from procrastinate.contrib.django import app

from articles import publishing
from articles.models import Article, ChangeKind, Publication
from inquiries.ask import intake
from inquiries.ask.forms import InquiryForm
from inquiries.contents import for_staff
from inquiries.models import Absence, Inquiry
from inquiries.screening import danger, spam
from inquiries.screening.spam import Counts

from .stage import CLOCK

SHARED = {
    "topic": "evidence",
    "asking_for": "self",
    "lives_in": "korea",
    "contact_method": "email",
    "adult": "on",
    "personal": "on",
    "sensitive": "on",
}
TRIALS = "what-the-trials-show"
CORRECTION = (
    "The number of people in one trial was wrong: it said 30, and it was 20. "
    "Nothing else on the page depended on it."
)


def enter() -> None:
    """Let everybody ask, and staff do what the pictures show."""
    nurse, physician, demo = (User.objects.get(username=name) for name in ("nurse", "physician", "demo"))

    with CLOCK.earlier(days=2, hours=3):
        late = ask(
            "ko",
            topic="cost",
            message="치료비가 모두 얼마인지, 검사비도 들어 있는지 알고 싶어요.",
            preferred_name="여름",
            email="yeoreum@example.org",
            time_zone="Asia/Seoul",
        )
    with CLOCK.earlier(days=2, hours=1):
        late.take(by=demo)

    with CLOCK.earlier(hours=22):
        appointment = ask(
            "ko",
            topic="appointment",
            message="우울증으로 3년째 약을 먹고 있어요. 첫 진료는 어떻게 진행되나요?",
            preferred_name="라온",
            email="raon@example.org",
            time_zone="Asia/Seoul",
        )
    with CLOCK.earlier(hours=2):
        appointment.take(by=physician)
        appointment.categorise("T4", by=physician)
        for_staff(appointment).reply(
            "라온 님, 문의해 주셔서 고맙습니다. 첫 진료에서는 정신건강의학과 전문의가 "
            "지금까지의 치료를 함께 살펴봅니다. "
            "드시는 약은 그대로 드시고, 약 이름을 적어 오세요.",
            by=physician,
        )

    with CLOCK.earlier(hours=20):
        waiting = ask(
            "en",
            topic="cost",
            message="What would all of it cost?",
            preferred_name="Casper",
            email="casper@example.org",
        )
    with CLOCK.earlier(hours=18):
        waiting.take(by=nurse)
        waiting.categorise("T3", by=nurse)
        for_staff(waiting).ask("From which city would you come, and do you need an interpreter?", by=nurse)

    with CLOCK.earlier(hours=17):
        ask(
            "en",
            message="Is there a trial that I could join? I have had depression for six years.",
            preferred_name="Imogen",
            email="imogen@example.org",
            lives_in="elsewhere",
            time_zone="Europe/London",
            never=["voicemail"],
            wishes="My family does not know that I ask. Please write only.",
            came_from=TRIALS,
        )
    with CLOCK.earlier(hours=1):
        ask(
            "en",
            message="I forgot to say that I also take lithium. Does that matter for a trial?",
            preferred_name="Imogen",
            email="imogen@example.org",
            lives_in="elsewhere",
            time_zone="Europe/London",
            came_from=TRIALS,
        )

    with CLOCK.earlier(minutes=25):
        ask(
            "ko",
            message="요즘 죽고 싶다는 생각이 자꾸 들어요. 줄기세포 치료가 도움이 될까요?",
            preferred_name="단비",
            contact_method="phone",
            phone="010-0000-0000",
            best_time="오후 2시 이후",
            time_zone="Asia/Seoul",
        )
    with CLOCK.earlier(minutes=50):
        ask(
            "en",
            topic="website",
            message="We offer first page ranking on google and cheap backlinks, see www.example.com and "
            "www.example.org today.",
            preferred_name="Best Rank Team",
            email="team@example.org",
        )

    with CLOCK.earlier(hours=3):
        days = CLOCK.moment + timedelta(days=1), CLOCK.moment + timedelta(days=3)
        Absence.objects.mark(physician, *days, deputy=demo, by=physician)
    correct(TRIALS)
    User.objects.update(email="staff@clinic.example")
    work()


def ask(language: str, *, came_from: str = "", time_zone: str = "", **answers: Any) -> Inquiry:
    """Send the form as the page does, and return what was stored."""
    with translation.override(language):
        token = InquiryForm().initial["form_token"]
        form = InquiryForm(SHARED | {"language": language, "form_token": token} | answers)
        if not form.is_valid():
            raise ValueError(form.errors.as_text())
        words = form.written_freely
        findings = danger.look(*words.values())
        opened_at = CLOCK.moment - timedelta(minutes=4)
        judgement = spam.judge(
            fields=words, token_issued_at=opened_at, counts=Counts(), in_danger=bool(findings)
        )
        page = Publication.objects.filter(article__slug=came_from, article__language=language).last()
        received = intake.receive(
            form,
            language=language,
            findings=findings,
            judgement=judgement,
            time_zone=time_zone,
            came_from=page.pk if page else None,
        )
    return received.inquiry


def correct(slug: str) -> None:
    """Publish a correction of a page, so that some people have asked from the version before."""
    article = Article.objects.get(slug=slug, language="en")
    article.body = article.body.rstrip() + "\n\nWhere a number changes, the list of corrections says so.\n"
    article.save(by=User.objects.get(username="author"))
    publishing.submit(article, by=None)
    for person in publishing.reviewers_waiting(article):
        publishing.sign(article, person=person, by=None)
    publishing.publish(
        article, by=None, shipped=True, change_kind=ChangeKind.CORRECTION, change_note=CORRECTION
    )


def work() -> None:
    """Do once what the worker does: send the mail, and take what came in into the search."""
    asyncio.run(_work())


async def _work() -> None:
    worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with worker.open_async():
        await worker.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="always")
