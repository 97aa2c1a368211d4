"""The screens that staff work on, and how they come to them. Lists and forms of Django's own are left out."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, ChangeKind, Fact
from clinic_site import roles
from inquiries.contents import for_staff
from inquiries.models import DangerWord, Status
from tests.factories import make_article, make_inquiry, publish

from .walks import TEXT, Walk, member

QUEUE = "/admin/inquiries/inquiry/"


def enter(walk: Walk) -> User:
    """Have a password refused, then be somebody who may do everything at the desk and with articles."""
    walk.at("sign in", "/admin/login/")
    walk.type("username", "nobody")
    walk.type("password", "nothing")
    walk.press("sign in refused", "#login-form [type=submit]")
    user = member("manager", roles.MANAGER, roles.PHYSICIAN, roles.EDITOR)
    client = Client()
    client.force_login(user)
    session: Any = {
        "name": "session",
        "value": client.cookies["session"].value,
        "url": walk.page.evaluate("origin"),
    }
    walk.page.context.add_cookies([session])
    walk.at("first page", "/admin/")
    return user


def work_at_the_desk(walk: Walk) -> None:
    """Work in the queue, on an inquiry, and on the pages around them."""
    user = enter(walk)
    colleague = member("colleague", roles.TRIAGE_NURSE)
    walk.at("empty queue", QUEUE)
    now = timezone.now()
    corrected = publish(make_article(title="What it costs", body=TEXT))
    make_inquiry(came_from=corrected, received_at=now - timedelta(hours=1))
    corrected.article.refresh_from_db()
    correction = publish(
        corrected.article, change_kind=ChangeKind.CORRECTION, change_note="A number was wrong."
    )
    make_inquiry(preferred_name="김하늘", language="ko", category="T1", pinned_at=now, reply_by=now)
    make_inquiry(status=Status.TAKEN, owner=colleague, category="T8", tags=["press"])
    mine = make_inquiry(status=Status.TAKEN, owner=user, phone="+821012345678", best_time="2 pm")
    for_staff(mine).ask("From which city would you come?", by=user)
    mine.refresh_from_db()
    walk.at("queue", QUEUE)
    walk.at("queue, everything", f"{QUEUE}?tab=all&status=new")
    walk.page.locator("[name=_selected_action]").first.check()
    walk.press("several at once", "[value=assign_selected]")
    walk.at("queue", QUEUE)
    walk.type("q", "zzzz")
    walk.press("search of the queue", ".queue-search button")
    walk.at("inquiry", reverse("admin:inquiries_inquiry_change", args=[mine.pk]))
    walk.press("inquiry, what was written", ".show-words button")
    walk.press("reply, with a mistake", "button[name=preview]")
    walk.page.locator("[name=reply-text]").fill("You are welcome.")
    walk.press("reply, as it will be read", "button[name=preview]")
    for name in ("numbers", "corrections", "digest"):
        walk.at(name, reverse(f"desk:{name}"))
    walk.at("who read the older version", reverse("desk:recall", args=[correction.pk]))
    walk.at("words of danger", reverse("admin:inquiries_dangerword_changelist"))
    assert DangerWord.objects.exists()
    walk.at("mailbox", reverse("mailbox"))


def work_on_articles(walk: Walk) -> None:
    """Write, translate, compare and look after articles."""
    enter(walk)
    article = Article.objects.filter(language="en").order_by("pk").first()
    assert article
    publish(article, change_note="Said more plainly.")
    walk.at("worklist", reverse("admin:articles_article_worklist"))
    walk.at("new article", reverse("admin:articles_article_add"))
    for name in ("change", "history", "rules", "translation", "preview_link"):
        walk.at(f"article, {name}", reverse(f"admin:articles_article_{name}", args=[article.pk]))
    walk.at("article, compare", reverse("admin:articles_article_compare", args=[article.pk]))
    draft = make_article(body="This cures everybody. [F99]\n")
    walk.at("article with problems", reverse("admin:articles_article_change", args=[draft.pk]))
    fact = Fact.objects.order_by("pk").first()
    assert fact
    walk.at("fact", reverse("admin:articles_fact_change", args=[fact.pk]))


STAFF = {"the desk": work_at_the_desk, "articles": work_on_articles}
