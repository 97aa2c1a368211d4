"""Asking the clinic a question, and the confirmation."""

import logging

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from articles import asked_from, live
from articles.models import Publication
from clinic_site.clinic import clinic
from clinic_site.deadline import may_be_stored, patient_for

from .. import contents, rates, vault
from .. import receipt as receipts
from ..follow_up.standing import times
from ..models import Inquiry, Status
from ..screening import danger, spam
from ..wording import answer_text, keyed, wording
from . import intake, last_sent, opening
from .forms import InquiryForm

logger = logging.getLogger(__name__)

# How long PostgreSQL may keep somebody waiting who has typed a question: an answer is due within ten.
DATABASE_SECONDS = 6

# Where a topic is often answered already: topic → number of the article in the content plan.
TOPIC_PAGES = {"evidence": "A04", "permission": "A08", "cost": "A08", "appointment": "A07", "travel": "A11"}
# Where "Leave this page" leads (as in includes/leave.html): pages that tell nothing.
ELSEWHERE = {"en": "https://www.bbc.com/weather", "ko": "https://www.weather.go.kr/"}
AWAY = (DatabaseError, InterfaceError)
# What the confirmation says when it knows of no question.
NOTHING_KNOWN: dict[str, object] = {
    "inquiry": None,
    "receipt": "",
    "away": "",
    "in_danger": False,
    "body": "",
    "others": [],
}


@patient_for(DATABASE_SECONDS)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    if opening.missing_facts() or not clinic().takes_questions:
        return _closed(request)
    if request.method != "POST":
        return _form_page(request, InquiryForm(initial=_in_address(request)))
    if "switch" in request.POST:
        return _form_page(request, InquiryForm.in_another_language(request.POST))

    form = InquiryForm(request.POST)
    if not form.is_valid():
        form.renew_token()
        return _form_page(request, form, status=422)
    try:
        sent = _receive(request, form)
    except (*AWAY, vault.NoKey) as error:
        logger.exception("An inquiry could not be stored")
        unknown = may_be_stored(error)
        said = wording()["pages_and_messages"]["not_heard" if unknown else "sending_failed"]
        return _form_page(request, form, failure=clinic().fill(said), unknown=unknown, status=503)
    except intake.Refused as refused:
        if refused.reason == "withdrawn":
            form.start_anew()
        failure = clinic().fill(wording()["pages_and_messages"]["refused"][refused.reason])
        return _form_page(request, form, failure=failure, status=409)
    # Redirect, so that a reload does not send again; a cookie for these pages alone knows the inquiry.
    response = redirect("inquiries:received")
    last_sent.remember(request, response, sent.token)
    return response


@patient_for(DATABASE_SECONDS)
@never_cache
@sensitive_post_parameters()
def ask_again(request: HttpRequest) -> HttpResponse:
    """Give back what was typed to a person whose browser did not send the form's cookie."""
    if opening.missing_facts() or not clinic().takes_questions:
        return _closed(request)
    form = InquiryForm(request.POST)
    form.renew_token()
    failure = _(
        "Your browser did not send the cookie that protects this form. Nothing has been stored. "
        "Everything you typed is still here: send it again. If that fails too, allow cookies for "
        "this site or call %(phone)s."
    ) % {"phone": clinic().phone}
    return _form_page(request, form, failure=failure, status=403)


@patient_for(DATABASE_SECONDS)
@never_cache
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """Confirm to the person who sent it, for an hour; tell anybody else what this page was."""
    token = last_sent.token(request)
    try:
        return _received(request, intake.find(token) if token else None)
    except AWAY:
        if not token:
            raise
        logger.exception("A confirmation could not be looked up")
        texts = wording()["pages_and_messages"]["confirmation"]["away"]
        context = {"title": texts["title"], "away": clinic().fill(texts["text"])}
        context["receipt"] = receipts.show(receipts.from_token(token))
        return render(request, "inquiries/received.html", NOTHING_KNOWN | context, status=503)


@never_cache
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Lead away at once, and take from the browser what it could show again.

    Without the cookie of the forms nothing that was sent opens once more when the browser sends it again.
    A script leads away by itself, so that nothing stands between.
    """
    response = HttpResponse(status=204) if "stay" in request.GET else redirect(ELSEWHERE[get_language()])
    response["Clear-Site-Data"] = '"cache", "storage"'
    response.delete_cookie(settings.CSRF_COOKIE_NAME, samesite="Strict")
    last_sent.forget(response)
    return response


def _received(request: HttpRequest, sent: intake.Received | None) -> HttpResponse:
    context = NOTHING_KNOWN | {"wording": wording()}
    if sent:
        opened = contents.for_person(sent.inquiry, sent.receipt)
        context |= {"inquiry": sent.inquiry, "in_danger": sent.inquiry.tells_of_danger}
        context |= {"receipt": receipts.show(sent.receipt), "answers": _answers(opened)}
        context |= _confirmation(sent.inquiry)
        context["others"] = _others(request)
    return render(request, "inquiries/received.html", context)


def _closed(request: HttpRequest) -> HttpResponse:
    """Say that the form is closed; whoever had it open when staff closed it gets back what was typed."""
    if request.method != "POST" or opening.missing_facts():
        return render(request, "inquiries/closed.html", status=503)
    form = InquiryForm(request.POST)
    form.renew_token()
    closed = _("This form has been closed, so your question was not stored.")
    later = _("You can call us, or keep a copy of your text and come back later.")
    failure = " ".join(filter(None, [closed, clinic().why_no_questions, later]))
    return _form_page(request, form, failure=failure, status=503)


def _receive(request: HttpRequest, form: InquiryForm) -> intake.Received:
    written, unseen = form.written_freely, form.cleaned_data
    findings = danger.look(*written.values())
    address = rates.address_of(request)
    judgement = spam.judge(
        fields=written,
        honeypot=unseen["homepage"],
        token_issued_at=spam.opened_at(unseen["opened"]),
        counts=rates.so_far(address).with_one_more(),
        in_danger=bool(findings),
    )
    page = asked_from.page_of(unseen["came_from"])
    sent = intake.receive(
        form,
        language=get_language(),
        token_before=last_sent.token(request),
        findings=findings,
        judgement=judgement,
        time_zone=unseen["time_zone"],
        came_from=page.pk if page else None,
    )
    if sent.is_new:
        _count(address)
    return sent


def _count(address: str) -> None:
    """Count a question that is stored: whatever becomes of the count, it has been received."""
    try:
        rates.count(address)
    except AWAY as error:
        logger.warning("A question could not be counted: %s", type(error).__name__)


def _in_address(request: HttpRequest) -> dict[str, str]:
    """Return what a link to the form may say: a topic, and which page it stands on."""
    topic = request.GET.get("topic", "")
    said = {"topic": topic} if topic in _topics() else {}
    mark = request.GET.get("from", "")
    return said | ({"came_from": mark} if asked_from.is_ours(mark) else {})


def _topics() -> set[str]:
    return {option["key"] for option in keyed(wording()["fields"])["topic"]["options"]}


def _form_page(
    request: HttpRequest, form: InquiryForm, *, failure: str = "", unknown: bool = False, status: int = 200
) -> HttpResponse:
    # Whoever waits for an error has waited long enough: do not ask a silent database once more.
    context = {
        "form": form,
        "wording": wording(),
        "failure": failure,
        "unknown": unknown,
        "beside": _beside(),
    }
    context["not_heard"] = clinic().fill(wording()["pages_and_messages"]["not_heard"])
    context |= _known() if failure else _looked_up(request, form)
    return render(request, "inquiries/ask.html", context, status=status)


def _beside() -> dict[str, dict[str, object]]:
    """Return what stands folded up beside a question, filled in."""
    texts = {name: wording()[name] for name in ("someone_else", "under_19")}
    return {
        name: {
            "title": text["title"],
            "paragraphs": [clinic().fill(one["text"]) for one in text["paragraphs"]],
        }
        for name, text in texts.items()
    }


def _known() -> dict[str, object]:
    """Return what a page says that must not wait for the database."""
    return {"topic_pages": [], "came_from": None, "no_plan_on_record": True, "for_staff": ""}


def _looked_up(request: HttpRequest, form: InquiryForm) -> dict[str, object]:
    try:
        return {
            "topic_pages": _topic_pages(),
            "came_from": asked_from.page_of(form["came_from"].value() or ""),
            "no_plan_on_record": live.no_plan_on_record(),
            "for_staff": opening.legal_review_problem() if _is_staff(request) else "",
        }
    except AWAY:
        return _known()


def _is_staff(request: HttpRequest) -> bool:
    """Tell whether staff looks at the page; who is not signed in costs no query."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_staff


def _topic_pages() -> list[tuple[str, Publication]]:
    """Return the pages that may answer a topic at once."""
    listed = Publication.objects.public().listed().for_readers_of(get_language())
    pages = listed.filter(article__plan__in=TOPIC_PAGES.values()).select_related("article")
    by_plan = {page.article.plan: page for page in pages.defer("body", "body_html", "head_html")}
    return [(topic, by_plan[plan]) for topic, plan in TOPIC_PAGES.items() if plan in by_plan]


def _answers(opened: contents.Contents) -> list[tuple[str, str]]:
    """Return what was sent, question by question, as the form calls them."""
    inquiry, contact = opened.inquiry, opened.contact
    given = {
        "topic": answer_text("topic", inquiry.topic),
        "message": opened.question,
        "asking_for": answer_text("asking_for", inquiry.asking_for),
        "lives_in": answer_text("lives_in", inquiry.lives_in),
        "preferred_name": contact.preferred_name,
        "language": answer_text("language", inquiry.language),
        "email": contact.email,
        "phone": contact.phone and contact.phone_text,
        "best_time": contact.best_time,
        "never": ". ".join(answer_text("never", channel) for channel in inquiry.forbidden_channels),
        "wishes": contact.wishes,
    }
    fields = keyed(wording()["fields"])
    return [(fields[name]["label"].partition(" (")[0], answer) for name, answer in given.items() if answer]


def _confirmation(inquiry: Inquiry) -> dict[str, str]:
    """Return what was promised, in the words of the wording file."""
    texts = wording()["pages_and_messages"]
    phrases, confirmation = texts["reply_phrases"], texts["confirmation"]
    if settled := _settled(inquiry):
        return confirmation["settled"][settled]
    promise = confirmation["promise"].format(
        date=" / ".join(times(inquiry.reply_by, inquiry)),
        language=keyed(phrases["language"])[inquiry.language]["text"],
        method=keyed(phrases["method"])[inquiry.contact_method]["text"],
    )
    return {"title": confirmation["title"], "promise": promise, "body": clinic().fill(confirmation["body"])}


def _others(request: HttpRequest) -> list[str]:
    """Say of each question that this browser sent just before, and that still waits, that it counts too.

    Its receipt is not shown: somebody else may have sent it from a shared computer.
    """
    text = wording()["pages_and_messages"]["confirmation"]["another"]
    found = [intake.find(token) for token in last_sent.earlier(request)]
    waiting = [one.inquiry for one in found if one and not _settled(one.inquiry)]
    return [text.format(ref=inquiry.reference) for inquiry in waiting]


def _settled(inquiry: Inquiry) -> str:
    """Return how it ended, if nobody is to wait for a reply any more."""
    if inquiry.is_withdrawn:
        return "withdrawn"
    return inquiry.status if inquiry.status in (Status.ANSWERED, Status.CLOSED) else ""
