"""The buttons that move an article on, each with a page of its own that says what it does."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import evidence, publishing
from ..compare import differences
from ..dates import add_months
from ..feedback import clarity
from ..invisible import VISIBLE, VISIBLE_LINES
from ..manuscripts import plan_of
from ..models import Article, ChangeKind, Person, Publication, Role, Status, Step
from ..models.publication import LEAST_CHANGE_NOTE
from ..quality import Problem, Severity
from .inputs import DayInput, MomentInput
from .pages import ArticlePages

# What only people can judge (editorial rules, section 8): ticked by whoever sends and whoever signs.
CHECKPOINTS = [
    _("I opened each cited source, and it says what we say, with its limits."),
    _("Benefit and harm get the space and the tone that their evidence deserves."),
    _("Somebody desperate would not feel pushed; somebody ill would not feel blamed."),
    _("It tells nobody what to do in their own case."),
    _("It would pass if it were judged as an advertisement."),
    _("It reads as if it had been written in this language."),
]

PERMISSIONS = {
    Step.SUBMIT: "articles.change_article",
    Step.PUBLISH: "articles.publish_article",
    Step.WITHDRAW: "articles.publish_article",
}

# What a text lacks before its review and cannot lack after it.
COME_WITH_SIGNING = {"C11", "C13"}

DONE = {
    Step.SUBMIT: _("Sent to review."),
    Step.SEND_BACK: _("Sent back to its author."),
    Step.SIGN: _("Signed."),
    Step.WITHDRAW: _("Withdrawn. Readers no longer see it."),
}


def signers_for(user: Any, article: Article) -> list[Person]:
    """Return whose missing signature this account may enter: its own, or those of people outside."""
    waiting = publishing.reviewers_waiting(article)
    own = [person for person in waiting if person.user == user and user.has_perm("articles.sign_article")]
    outside = [person for person in waiting if person.user is None and not person.works_for_clinic]
    return own or (outside if user.has_perm("articles.publish_article") else [])


def may_take(user: Any, step: Step) -> bool:
    """Whether the account has the right to a step; its state decides the rest."""
    if step in (Step.SEND_BACK, Step.SIGN):  # an editor enters what somebody outside signed on paper
        return user.has_perm("articles.sign_article") or user.has_perm("articles.publish_article")
    return user.has_perm(PERMISSIONS[step])


def may_send_back(user: Any, article: Article) -> bool:
    """Whether the account publishes, or reviews this very article."""
    named = article.credits.filter(role=Role.REVIEWER, person__user=user)
    return user.has_perm("articles.publish_article") or named.exists()


class StepForm(forms.Form):
    """What every step carries: the state of the article that the person had on the screen."""

    edits = forms.IntegerField(widget=forms.HiddenInput)
    status = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, article: Article, user: Any, **kwargs):
        self.article, self.user = article, user
        edits, status = publishing.seen(article)
        kwargs["initial"] = {"edits": edits, "status": status} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    @property
    def had(self) -> publishing.Seen:
        return self.cleaned_data["edits"], self.cleaned_data["status"]

    def take(self) -> None:
        """Take the step, or raise publishing.Refused."""
        raise NotImplementedError


class Checked(StepForm):
    """A step for which somebody vouches with their name."""

    checkpoints = forms.MultipleChoiceField(
        label=_("I have checked"),
        choices=[(str(number), text) for number, text in enumerate(CHECKPOINTS)],
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ["checkpoints"]

    def clean_checkpoints(self):
        ticked = self.cleaned_data["checkpoints"]
        if len(ticked) < len(CHECKPOINTS):
            raise forms.ValidationError(_("Tick each one, or mend the text until you can."))
        return ticked


class SubmitForm(Checked):
    note = forms.CharField(
        label=_("Note to the reviewer"),
        required=False,
        validators=VISIBLE_LINES,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )

    def take(self):
        publishing.submit(self.article, by=self.user, note=self.cleaned_data["note"], had=self.had)


class SendBackForm(StepForm):
    note = forms.CharField(
        label=_("What is to be mended"),
        validators=VISIBLE_LINES,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )

    def take(self):
        publishing.send_back(self.article, by=self.user, note=self.cleaned_data["note"], had=self.had)


class SignForm(Checked):
    person = forms.ModelChoiceField(Person.objects.none(), label=_("Who signs"), empty_label=None)
    paper = forms.CharField(
        label=_("Where the signed paper is kept"),
        required=False,
        max_length=200,
        help_text=_("Only when you enter the signature of somebody without an account."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    next_review_on = forms.DateField(label=_("Next review due"), widget=DayInput)
    field_order = ["checkpoints", "person", "paper", "next_review_on"]

    def __init__(self, *args, article, **kwargs):
        months = plan_of(article)["review_months"]
        latest = add_months(evidence.today(), months)
        super().__init__(*args, article=article, initial={"next_review_on": latest}, **kwargs)
        signers = signers_for(self.user, article)
        self.fields["person"].queryset = Person.objects.filter(pk__in=[person.pk for person in signers])
        self.fields["next_review_on"].help_text = _("By %(day)s at the latest: every %(months)d months.") % {
            "day": date_format(latest, "DATE_FORMAT"),
            "months": months,
        }
        if any(person.user == self.user for person in signers):
            del self.fields["paper"]

    def take(self):
        publishing.sign(
            self.article,
            person=self.cleaned_data["person"],
            by=self.user,
            paper=self.cleaned_data.get("paper", ""),
            next_review_on=self.cleaned_data["next_review_on"],
            had=self.had,
        )


class PublishForm(StepForm):
    change_kind = forms.ChoiceField(
        label=_("What kind of change"),
        choices=[(kind.value, kind.label) for kind in ChangeKind if kind != ChangeKind.FIRST],
        widget=forms.RadioSelect,
    )
    change_note = forms.CharField(
        label=_("What changed"),
        required=False,
        max_length=300,
        validators=VISIBLE,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_(
            "For readers, in the language of the page: what was wrong or is new, and what it says now. "
            "It stands under the page and, unless nothing changed, in the public list of corrections."
        ),
    )
    visible_from = forms.DateTimeField(
        label=_("Readers see it from"),
        required=False,
        widget=MomentInput,
        help_text=_("Seoul time. Empty: at once."),
    )

    def __init__(self, *args, article, **kwargs):
        super().__init__(*args, article=article, **kwargs)
        last = article.latest_publication()
        if last is None:
            del self.fields["change_kind"], self.fields["change_note"]
        elif last.digest == article.digest and article.withdrawn_at is None:
            self.initial.setdefault("change_kind", ChangeKind.REVIEW.value)
        else:
            kind = self.fields["change_kind"]
            kind.choices = [choice for choice in kind.choices if choice[0] != ChangeKind.REVIEW]

    def clean(self):
        cleaned = super().clean()
        kind, note = cleaned.get("change_kind"), cleaned.get("change_note", "")
        if kind and kind != ChangeKind.REVIEW and len("".join(note.split())) < LEAST_CHANGE_NOTE:
            self.add_error("change_note", _("Say in a sentence what changed since the version before."))
        if (start := cleaned.get("visible_from")) and start < timezone.now():
            self.add_error("visible_from", _("That moment has passed. Leave it empty for now."))
        return cleaned

    def take(self):
        publishing.publish(
            self.article,
            by=self.user,
            change_kind=self.cleaned_data.get("change_kind", ""),
            change_note=self.cleaned_data.get("change_note", "").strip(),
            visible_from=self.cleaned_data.get("visible_from"),
            had=self.had,
        )


class WithdrawForm(StepForm):
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        validators=VISIBLE,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("Readers who come back to the address see it, and so does the list of corrections."),
    )

    def take(self):
        publishing.withdraw(self.article, by=self.user, reason=self.cleaned_data["reason"], had=self.had)


FORMS: dict[Step, type[StepForm]] = {
    Step.SUBMIT: SubmitForm,
    Step.SEND_BACK: SendBackForm,
    Step.SIGN: SignForm,
    Step.PUBLISH: PublishForm,
    Step.WITHDRAW: WithdrawForm,
}


class Steps(ArticlePages):
    def get_urls(self):
        view = self.admin_site.admin_view
        address = path("<int:pk>/step/<slug:step>/", view(self.step_view), name="articles_article_step")
        return [address, *super().get_urls()]

    def desk_context(self, request, article):
        last = article.latest_publication()
        public = Publication.objects.public().filter(article=article).first()
        withdrawn = article.status == Status.WITHDRAWN
        scheduled = last if last and last != public and not withdrawn else None
        return super().desk_context(request, article) | {
            "steps": self.steps_for(request.user, article),
            "stages": [status for status in Status if status != Status.WITHDRAWN],
            "public": public,
            "clarity": clarity(article, public.number) if public else {},
            "scheduled": scheduled,
            "at_rest": article.status == Status.PUBLISHED and public and not scheduled,
            "waiting": publishing.reviewers_waiting(article),
            "events": article.events.select_related("by")[:6],
            "behind": article.is_behind_its_original(),
        }

    def steps_for(self, user: Any, article: Article) -> list[Step]:
        """Return the buttons that this person gets."""
        steps = [step for step in publishing.open_steps(article) if may_take(user, step)]
        if Step.SIGN in steps and not signers_for(user, article):
            steps.remove(Step.SIGN)
        if Step.SEND_BACK in steps and not may_send_back(user, article):
            steps.remove(Step.SEND_BACK)
        return steps

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Show what a step does and what it needs; take it when that is sent."""
        article = self.article_or_404(request, pk)
        if step not in FORMS:
            raise Http404
        taken = Step(step)
        if not may_take(request.user, taken):
            raise PermissionDenied
        if taken == Step.SEND_BACK and not may_send_back(request.user, article):
            raise PermissionDenied
        if taken not in self.steps_for(request.user, article) and request.method != "POST":
            messages.error(request, gettext("That step is not open now."))
            return redirect("admin:articles_article_change", pk)
        form = FORMS[taken](request.POST or None, article=article, user=request.user)
        stopping: list[Problem] = []
        if request.method == "POST" and form.is_valid():
            try:
                form.take()
            except publishing.Overtaken as refused:
                messages.error(request, str(refused))
                return redirect("admin:articles_article_change", pk)
            except publishing.Stopped as stopped:
                form.add_error(None, str(stopped))
                stopping = stopped.problems
            except publishing.Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, self._said(article, taken))
                return redirect("admin:articles_article_change", pk)
        last = article.latest_publication()
        if taken == Step.SUBMIT and not form.is_bound:
            # Better said now than after somebody has signed.
            stopping = [p for p in publishing.stopping(article, "") if p.code not in COME_WITH_SIGNING]
        if taken == Step.PUBLISH and not form.is_bound:
            # What changed is asked on this very page.
            stopping = [p for p in publishing.stopping(article, "") if p.place.field != "change_note"]
        return self.page(
            request,
            article,
            "step",
            str(taken.label),
            status=409 if form.non_field_errors() else 200,
            form=form,
            step=taken,
            stopping=stopping,
            stopped=any(problem.severity == Severity.ERROR for problem in stopping),
            last=last,
            differences=differences(last, article) if last else [],
            authors=article.credits.filter(role=Role.AUTHOR),
            waiting=publishing.reviewers_waiting(article),
            latest_event=article.events.first(),
        )

    @staticmethod
    def _said(article: Article, step: Step) -> str:
        if step != Step.PUBLISH:
            if step == Step.SIGN and (waiting := publishing.reviewers_waiting(article)):
                names = ", ".join(str(person) for person in waiting)
                return gettext("Signed. The signature of %(names)s is still missing.") % {"names": names}
            return str(DONE[step])
        publication = article.latest_publication()
        if publication.visible_from > timezone.now():
            day = date_format(timezone.localtime(publication.visible_from), "SHORT_DATETIME_FORMAT")
            return gettext("Version %(number)d is published. Readers see it from %(day)s.") % {
                "number": publication.number,
                "day": day,
            }
        return gettext("Version %(number)d is published. Readers see it now.") % {
            "number": publication.number
        }
