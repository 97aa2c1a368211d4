"""“Is this page clear?”: a form at the end of each article, for anybody, without a cookie.

The page with the form is stored once for all readers, so that it can hold no token. What a token is for
does not arise here: no session stands behind the form, and whoever could make somebody else's browser send
it could as well send it from anywhere. So that other sites do not use their visitors' browsers for it all
the same, an answer has to come from a page of ours, as the browser says: `came_from_here`.
"""

import re
import unicodedata
from collections import Counter
from datetime import timedelta
from functools import cache, wraps
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clinic_site.public import public_page

from .distress import speaks_of_distress
from .models import Article, Clear, PageFeedback, Publication
from .models.feedback import LONGEST
from .trail import Crumb, to_articles

MOST_IN_AN_HOUR = 60  # answers about one page; nobody's address is kept, so the limit is for all together
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class FeedbackForm(forms.Form):
    answer = forms.ChoiceField(widget=forms.RadioSelect)
    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}))
    # Hidden from people: programs fill in what they find.
    website = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="clear-%s", **kwargs)
        self.use_required_attribute = False
        self.fields["answer"].choices = Clear.choices
        self.fields["answer"].label = _("Is this page clear?")
        said = _("Choose yes, partly or no.")
        self.fields["answer"].error_messages |= {"required": said, "invalid_choice": said}
        self.fields["text"].label = _("What could be clearer? You may leave this empty.")
        self.fields["text"].help_text = _("Please write nothing about yourself.")
        self.fields["website"].label = _("Leave this empty")

    def clean_text(self) -> str:
        text = CONTROL.sub("", self.cleaned_data["text"].replace("\r\n", "\n").replace("\r", "\n"))
        text = unicodedata.normalize("NFC", text).strip()
        if over := max(0, len(text) - LONGEST):
            raise ValidationError(
                _("Please shorten it: it is %(over)d characters over the limit of 1,000."),
                params={"over": over},
                code="too_long",
            )
        return text

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("Please empty this box: it is there to catch programs."), code="filled")
        return ""


@cache
def form_html(language: str) -> str:
    """Return the form as it stands at the end of every article: its address is relative to that."""
    with translation.override(language):
        return render_to_string("articles/feedback_form.html", {"form": FeedbackForm(), "action": "clear/"})


class TooMany(Exception):
    """More answers about one page than people would send."""


def receive(page: Publication, answer: str, text: str) -> PageFeedback:
    """Store an answer about the version that readers see. Raises TooMany."""
    forget()
    now = timezone.now()
    lately = PageFeedback.objects.filter(article=page.article_id, created_at__gt=now - timedelta(hours=1))
    if lately.count() >= MOST_IN_AN_HOUR:
        raise TooMany
    return PageFeedback.objects.create(
        article_id=page.article_id, version=page.number, language=page.language, answer=answer, text=text
    )


def forget() -> int:
    """Delete the words that were kept long enough; return how many answers lost theirs."""
    return PageFeedback.objects.with_words_past_their_time().update(text="")


def counts(article: Article, version: int) -> Counter[str]:
    """Return how many readers of one version gave each answer."""
    answers = PageFeedback.objects.filter(article=article, version=version)
    return Counter(answers.order_by().values_list("answer", flat=True))


def clarity(article: Article, version: int) -> dict[str, int]:
    """Return how many readers of one version answered, and how many of them found it unclear; or nothing."""
    said = counts(article, version)
    return {"all": said.total(), "unclear": said[Clear.NO] + said[Clear.PARTLY]} if said else {}


# What readers see


def came_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this site sent the form. Old browsers say less, or nothing."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    said = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts = urlsplit(said)
    return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())


def _about_a_page(view):
    """Give a view the page that readers see at an address, in the language of the address."""

    @wraps(view)
    def wrapped(request: HttpRequest, slug: str) -> HttpResponse:
        page = Publication.objects.public().filter(slug=slug, language=get_language()).first()
        if page is None:
            raise Http404
        return view(request, page)

    return wrapped


@csrf_exempt
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an answer; whoever only opens the address, as by changing the language, gets the article."""
    if request.method != "POST":
        return redirect("articles:detail", slug)
    return _take(request, slug)


@_about_a_page
def _take(request: HttpRequest, page: Publication) -> HttpResponse:
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _again(request, page, form, 422)
    if not came_from_here(request):
        failure = _(
            "Your browser did not say that this came from our page. Nothing was stored. Send it again."
        )
        return _again(request, page, form, 403, failure)
    try:
        receive(page, form.cleaned_data["answer"], form.cleaned_data["text"])
    except TooMany:
        failure = _(
            "We cannot take answers about this page right now, and yours was not stored. Try again later."
        )
        response = _again(request, page, form, 429, failure)
        response.headers["Retry-After"] = "3600"
        return response
    return redirect("articles:feedback_thanks", page.slug)


def _trail_to(page: Publication) -> list[Crumb]:
    return [*to_articles(), Crumb(page.title, page.get_absolute_url())]


def _again(
    request: HttpRequest, page: Publication, form: FeedbackForm, status: int, failure: str = ""
) -> HttpResponse:
    """Show the form with what was typed, and why it was not taken."""
    context = {
        "page": page,
        "trail": _trail_to(page),
        "form": form,
        "failure": failure,
        "action": request.path,
        "distress": speaks_of_distress(form.data.get("text", "")[:LONGEST]),
    }
    return render(request, "articles/feedback.html", context, status=status)


@public_page
@require_safe
@_about_a_page
def thanks(request: HttpRequest, page: Publication) -> HttpResponse:
    """Thank; with the help lines for everybody, so that no address says what somebody wrote."""
    return render(request, "articles/feedback_thanks.html", {"page": page, "trail": _trail_to(page)})
