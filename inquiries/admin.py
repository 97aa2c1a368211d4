"""The triage desk: patients write inquiries, staff only move them along."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from articles.admin.guarded import NobodyDeletes

from . import wording
from .models import Inquiry, Status, Step, StepRefused, Viewing, is_open, is_overdue, reason_text


def countdown(left: timedelta) -> str:
    """Return a time left, or a delay, in the fewest words that still say what to do."""
    hours, days = abs(left) // timedelta(hours=1), abs(left) // timedelta(days=1)
    if days:
        span = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    elif hours:
        span = gettext("%(n)d h") % {"n": hours}
    else:
        span = gettext("%(n)d min") % {"n": abs(left) // timedelta(minutes=1)}
    return (
        gettext("%(span)s late") % {"span": span}
        if left < timedelta()
        else gettext("%(span)s left") % {"span": span}
    )


class QueueFilter(admin.SimpleListFilter):
    """The tabs of the queue. Without one, what is open: nothing that needs somebody is out of sight."""

    title = _("queue")
    parameter_name = "queue"
    template = "admin/inquiries/inquiry/queue_tabs.html"

    def tabs(self) -> dict[str, tuple[Any, Q]]:
        return {
            "open": (_("Open"), is_open()),
            "new": (_("New"), Q(status=Status.NEW)),
            "mine": (_("Mine"), is_open() & Q(owner=self.user)),
            "late": (_("Late"), is_overdue()),
            "answered": (_("Answered"), Q(status=Status.ANSWERED)),
            "closed": (_("Closed"), Q(status=Status.CLOSED)),
        }

    def __init__(self, request, params, model, model_admin):
        self.user = request.user
        super().__init__(request, params, model, model_admin)
        if self.value() not in self.tabs():
            raise IncorrectLookupParameters

    def value(self):
        return super().value() or "open"

    def lookups(self, request, model_admin):
        return [(key, name) for key, (name, _condition) in self.tabs().items()]

    def queryset(self, request, queryset):
        return queryset.filter(self.tabs()[self.value()][1])

    def choices(self, changelist):
        tabs = self.tabs()
        counts = Inquiry.objects.aggregate(
            **{key: Count("pk", filter=rule) for key, (_name, rule) in tabs.items()}
        )
        for key, (name, _rule) in tabs.items():
            yield {
                "selected": key == self.value(),
                "query_string": changelist.get_query_string({self.parameter_name: key}, remove=["p"]),
                "display": name,
                "count": counts[key],
            }


class TopicFilter(admin.SimpleListFilter):
    title = _("topic")
    parameter_name = "topic"

    def lookups(self, request, model_admin):
        return [
            (topic["key"], topic["text"])
            for topic in wording.keyed(wording.wording()["fields"])["topic"]["options"]
        ]

    def queryset(self, request, queryset):
        return queryset.filter(topic=self.value()) if self.value() else queryset


class StepForm(forms.Form):
    """A step that staff take, bound to the version of the inquiry that they saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note for colleagues (optional)"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def see(self, inquiry: Inquiry) -> None:
        """Bind the form to the inquiry as it is shown now; what was typed stays."""
        self.use_required_attribute = False
        self.initial["version"] = inquiry.version
        if self.is_bound:
            self.data = dict(self.data.items()) | {self.add_prefix("version"): inquiry.version}


class CloseForm(StepForm):
    reason = forms.ChoiceField(
        label=_("Reason"), error_messages={"required": _("Choose a reason for closing.")}
    )

    field_order = ["version", "reason", "note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [("", _("Choose a reason")), *wording.closing_reasons().items()]


# Steps that carry words of their own; the others are one press.
STEP_FORMS = {Step.ANSWER: StepForm, Step.CLOSE: CloseForm, Step.REOPEN: StepForm}


@admin.register(Inquiry)
class InquiryAdmin(NobodyDeletes):
    empty_value_display = "–"
    list_display = ["reference", "due", "greeting", "topic_text", "language", "state", "owner", "received"]
    list_filter = [QueueFilter, "language", TopicFilter]
    list_select_related = ["owner"]
    list_per_page = 50
    # Nothing personal: what is searched for stands in the address.
    search_fields = ["reference"]
    search_help_text = _("Reference")
    show_full_result_count = False
    actions = ["take_selected"]
    actions_selection_counter = True

    # What patients wrote and what staff did is never edited here.

    def has_add_permission(self, request):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).defer("message").in_queue_order()

    def get_ordering(self, request):
        return []  # the queue's own order, from the query set

    @admin.display(description=_("reply by"))
    def due(self, inquiry):
        if not inquiry.awaits_reply:
            return "–"
        local = timezone.localtime(inquiry.reply_by)
        return format_html(
            '<time datetime="{}" class="{}">{}</time>',
            local.isoformat(),
            "due due-late" if inquiry.is_overdue else "due",
            countdown(inquiry.time_left),
        )

    @admin.display(description=_("status"))
    def state(self, inquiry):
        return format_html(
            '<span class="status status-{}">{}</span>', inquiry.status, inquiry.get_status_display()
        )

    @admin.display(description=_("received"))
    def received(self, inquiry):
        return date_format(timezone.localtime(inquiry.received_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("name"))
    def greeting(self, inquiry):
        return inquiry.greeting_name

    @admin.display(description=_("topic"))
    def topic_text(self, inquiry):
        return wording.answer_text("topic", inquiry.topic)

    @admin.action(description=_("Take the selected inquiries"), permissions=["change"])
    def take_selected(self, request, queryset):
        for inquiry in queryset:
            self._take_step(request, inquiry, Step.TAKE, {})

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, {"title": self.opts.verbose_name_plural.capitalize()} | (extra_context or {})
        )

    # One inquiry on one screen

    def get_urls(self):
        step = path(
            "<int:pk>/step/<str:step>/",
            self.admin_site.admin_view(require_POST(self.step_view)),
            name="inquiries_inquiry_step",
        )
        return [step, *super().get_urls()]

    def history_view(self, request, object_id, extra_context=None):
        """Lead to the desk: it shows the whole history, Django's own page knows nothing of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect("admin:inquiries_inquiry_change", object_id)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        inquiry = self.get_object(request, object_id)
        if inquiry is None:
            raise Http404
        if not self.has_view_permission(request, inquiry):
            raise PermissionDenied
        return self._desk(request, inquiry)

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Take a step, and show the inquiry as it is now; a refused step loses nothing that was typed."""
        inquiry = self.get_object(request, str(pk))
        if inquiry is None or step not in Step.values or step == Step.RECEIVED:
            raise Http404
        if not self.has_change_permission(request, inquiry):
            raise PermissionDenied
        step = Step(step)
        form = STEP_FORMS.get(step, StepForm)(request.POST, prefix=step)
        if not form.is_valid():
            return self._desk(request, inquiry, {step: form}, status=422)
        if form.cleaned_data["version"] != inquiry.version:
            messages.error(
                request,
                gettext(
                    "Somebody else changed this inquiry while you had it open. "
                    "Look at it as it is now; nothing was done."
                ),
            )
            return self._desk(request, inquiry, {step: form}, status=409)
        if not self._take_step(request, inquiry, step, form.cleaned_data):
            inquiry.refresh_from_db()
            return self._desk(request, inquiry, {step: form}, status=409)
        return redirect("admin:inquiries_inquiry_change", pk)

    def _take_step(self, request, inquiry, step, words) -> bool:
        verb = getattr(inquiry, step.value)
        words = {name: words[name] for name in ("reason", "note") if name in words and step in STEP_FORMS}
        try:
            verb(**words, by=request.user)
        except StepRefused as refusal:
            messages.error(request, f"{inquiry}: {refusal}")
            return False
        messages.success(request, f"{inquiry}: {inquiry.get_status_display()}")
        return True

    def _desk(self, request, inquiry, forms_sent=None, status=200) -> HttpResponse:
        Viewing.objects.create(inquiry=inquiry, by=request.user)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": inquiry.reference,
            "inquiry": inquiry,
            "due": countdown(inquiry.time_left) if inquiry.awaits_reply else "",
            "answers": self._answers(inquiry),
            "reason": reason_text(inquiry.closing_reason),
            "steps": self._steps(request, inquiry, forms_sent or {}),
            "events": [
                (event, reason_text(event.reason)) for event in inquiry.events.select_related("by", "note")
            ],
            "consents": inquiry.consents.all(),
            "viewings": inquiry.viewings.by_person(),
            "sent_again_as": inquiry.sent_again_as().only("reference"),
        }
        return TemplateResponse(request, "admin/inquiries/inquiry/desk.html", context, status=status)

    def _steps(self, request, inquiry, forms_sent) -> list[dict]:
        """Return the steps that the state table offers, each with its address and its form."""
        if not self.has_change_permission(request, inquiry):
            return []
        steps = []
        for step in inquiry.next_steps:
            form = forms_sent.get(step) or STEP_FORMS.get(step, StepForm)(prefix=step)
            form.see(inquiry)
            steps.append(
                {
                    "key": step.value,
                    "label": step.label,
                    "url": reverse("admin:inquiries_inquiry_step", args=[inquiry.pk, step.value]),
                    "form": form,
                    "has_words": step in STEP_FORMS,
                    "open": step in forms_sent,
                }
            )
        return steps

    @staticmethod
    def _answers(inquiry) -> list[tuple[str, str]]:
        """Return what the person chose, question by question."""
        fields = wording.keyed(wording.wording()["fields"])
        return [
            (fields[name]["label"], wording.answer_text(name, getattr(inquiry, name)))
            for name in ("topic", "asking_for", "lives_in", "language")
        ]
