"""What the editorial rules say of an article, beside its form; what staff answer to it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..manuscripts import problems_of
from ..models import Article, WarningAnswer, WordExemption
from ..models.desk import LEAST_REASON, MOST_REASON, LeaveRefused
from ..quality import Problem, Severity
from ..quality.phrases import lists
from .pages import ArticlePages

# Errors that whoever writes cannot mend: later steps bring what they ask for. By code and subject.
COMES_LATER = {
    ("C09", "reviewer"),
    ("C09", "outside"),
    ("C11", "missing"),  # the dates come with the signatures
    ("C14", "missing"),
    ("C19", "missing"),
    ("C19", "old"),
    ("C19", "changed"),
    ("C14", "translator"),
    ("C14", "checker"),
}


def comes_later(problem: Problem) -> bool:
    return (problem.code, problem.subject) in COMES_LATER


@cache
def words_to_ask_for() -> frozenset[str]:
    """Return the blocked words that may stand in a sentence that denies or questions them.

    Not among them: hope in a title, and the wordings about suicide, which are rule C24.
    """
    listed = [
        lists()[name].get(language, ())
        for name in ("blocked", "blocked_near_cells")
        for language in ("en", "ko")
    ]
    return frozenset(str(word) for words in listed for word in words)


def can_be_asked_for(problem: Problem) -> bool:
    return problem.code == "C07" and problem.subject in words_to_ask_for()


class Reason(forms.CharField):
    """A sentence or two, in one line; the field belongs to the form of the panel, wherever it stands."""

    def __init__(self, label: Any, about: str):
        widget = forms.Textarea(attrs={"rows": 2, "form": "rules-form", "aria-describedby": about})
        super().__init__(
            label=label, required=False, min_length=LEAST_REASON, max_length=MOST_REASON, widget=widget
        )

    def to_python(self, value):
        return " ".join(super().to_python(value).split())


class RulesForm(forms.Form):
    """All that can be typed in the panel. It is sent together, so that no button loses another's text."""

    prefix = "rules"

    def __init__(self, *args, article: Article, found: list[Problem], **kwargs):
        super().__init__(*args, **kwargs)
        self.article, self.by_name = article, {}
        asked = {exemption.word for exemption in article.word_exemptions.all()}
        for problem in found:
            about = f"problem-{problem.key}"
            if problem.severity == Severity.WARNING:
                name, label = f"answer-{problem.key}", _("Your answer")
            elif can_be_asked_for(problem) and problem.subject not in asked:
                name, label = f"leave-{problem.key}", _("Why it is needed")
                asked.add(problem.subject)  # one for the article, however often it holds the word
            else:
                continue
            self.fields[name] = Reason(label, about)
            self.by_name[name] = problem

    def full_clean(self):
        """Check, and let each field that is wrong name its error beside its problem."""
        super().full_clean()
        for name in self._errors or ():
            attrs = self.fields[name].widget.attrs
            attrs["aria-describedby"] += f" {self[name].auto_id}_error"

    def wrong(self) -> list[tuple[forms.BoundField, Problem]]:
        return [(self[name], self.by_name[name]) for name in self.errors]

    def field_of(self, problem: Problem) -> forms.BoundField | None:
        """Return what can be typed about a problem, if anything."""
        names = (f"answer-{problem.key}", f"leave-{problem.key}")
        return next((self[name] for name in names if name in self.fields), None)

    def left_over(self) -> list[str]:
        """Return what was typed about passages that somebody has changed meanwhile."""
        fields = {self.add_prefix(name) for name in self.fields}
        typed = {
            name: value.strip()
            for name, value in self.data.items()
            if name.startswith((self.add_prefix("answer-"), self.add_prefix("leave-"))) and name not in fields
        }
        return [value for value in typed.values() if value]

    def save(self, *, by: Any) -> tuple[int, int]:
        """Store what was typed; return how many answers and how many words asked for."""
        answers = words = 0
        for name, problem in self.by_name.items():
            if not (text := self.cleaned_data[name]):
                continue
            if problem.severity == Severity.WARNING:
                WarningAnswer.objects.create(
                    article=self.article,
                    key=problem.key,
                    code=problem.code,
                    about=problem.message,
                    text=text,
                    by=by,
                )
                answers += 1
            else:
                WordExemption.objects.create(
                    article=self.article, word=problem.subject, reason=text, asked_by=by
                )
                words += 1
        return answers, words


@dataclass(frozen=True)
class Line:
    """A problem in the list, with what can be done about it there."""

    problem: Problem
    field: forms.BoundField | None = None
    answer: WarningAnswer | None = None
    leave: WordExemption | None = None


class Rules(ArticlePages):
    class Media:
        css = {"all": ["css/staff/rules.css"]}

    def get_urls(self):
        address = path(
            "<int:pk>/rules/", self.admin_site.admin_view(self.rules_view), name="articles_article_rules"
        )
        return [address, *super().get_urls()]

    def desk_context(self, request, article):
        found = problems_of(article)
        form = RulesForm(article=article, found=found)
        return super().desk_context(request, article) | self.panel(request, article, found, form)

    def panel(
        self, request: HttpRequest, article: Article, found: list[Problem], form: RulesForm
    ) -> dict[str, Any]:
        """Return the problems in the groups in which staff take them up."""
        may_answer = self.has_change_permission(request, article)
        answers: dict[str, WarningAnswer] = {}
        for row in article.warning_answers.select_related("by"):
            answers.setdefault(row.key, row)  # the newest counts, and comes first
        leaves = list(article.word_exemptions.select_related("asked_by", "allowed_by"))
        by_word = {leave.word: leave for leave in leaves}

        def lines(problems: list[Problem]) -> list[Line]:
            return [
                Line(
                    problem,
                    form.field_of(problem) if may_answer else None,
                    None if problem.is_open else answers.get(problem.key),
                    by_word.get(problem.subject) if can_be_asked_for(problem) else None,
                )
                for problem in problems
            ]

        errors = [problem for problem in found if problem.severity == Severity.ERROR]
        warnings = [problem for problem in found if problem.severity == Severity.WARNING]
        return {
            "errors_found": lines([p for p in errors if not comes_later(p)]),
            "later_found": lines([p for p in errors if comes_later(p)]),
            "warnings_found": lines([problem for problem in warnings if problem.is_open]),
            "answered_found": lines([problem for problem in warnings if not problem.is_open]),
            "leaves_waiting": [leave for leave in leaves if leave.allowed_by is None],
            "leaves_allowed": [leave for leave in leaves if leave.allowed_by is not None],
            "may_allow": self.may_allow(request, article),
            "rules_form": form,
        }

    def may_allow(self, request: HttpRequest, article: Article) -> bool:
        """Whether this person may be the second one; each leave has its own first."""
        return self.has_change_permission(request, article) or request.user.has_perm(
            "articles.publish_article"
        )

    def rules_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the panel by itself; take what was typed in it, or the button of a word."""
        with transaction.atomic():
            article = self.article_or_404(request, pk)
            sent = request.method == "POST"
            if sent:
                if not self.may_allow(request, article):
                    raise PermissionDenied
                article = article.hold()  # what is answered is the text that stands
            found = problems_of(article)
            form = RulesForm(request.POST if sent else None, article=article, found=found)
            if sent and form.is_valid():
                self._take(request, article, form)
                return redirect(reverse("admin:articles_article_change", args=[pk]) + "#rules")
            return self.page(
                request,
                article,
                "rules",
                gettext("What the editorial rules say"),
                **self.panel(request, article, found, form),
            )

    def _take(self, request: HttpRequest, article: Article, form: RulesForm) -> None:
        def say(level: int, text: str) -> None:
            messages.add_message(request, level, text, extra_tags="rules")

        if self.has_change_permission(request, article):
            answers, words = form.save(by=request.user)
            if answers:
                said = ngettext("%(count)d answer is saved.", "%(count)d answers are saved.", answers)
                say(messages.SUCCESS, said % {"count": answers})
            if words:
                said = gettext("Asked. It counts as soon as a second person allows it.")
                say(messages.SUCCESS, said)
        for text in form.left_over():
            said = gettext("The passage has changed meanwhile, so this was not saved: “%(text)s”")
            say(messages.WARNING, said % {"text": text})
        try:
            if leave := self._leave(article, request.POST.get("allow", "")):
                leave.allow(by=request.user)
                said = gettext("“%(word)s” may stand where its sentence denies or questions it.")
                say(messages.SUCCESS, said % {"word": leave.word})
            if leave := self._leave(article, request.POST.get("take_back", "")):
                leave.take_back(by=request.user)
                say(messages.SUCCESS, gettext("Taken back."))
        except LeaveRefused as refused:
            say(messages.ERROR, str(refused))

    @staticmethod
    def _leave(article: Article, number: str) -> WordExemption | None:
        """Return the leave that a button names; none if no such button was pressed."""
        if not number:
            return None
        small = number.isascii() and number.isdecimal() and len(number) < 19
        leave = article.word_exemptions.filter(pk=number).first() if small else None
        if leave is None:
            raise LeaveRefused(gettext("Somebody was faster: this is decided already, or was taken back."))
        return leave
