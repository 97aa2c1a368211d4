"""One inquiry on one screen: what is shown, and where its forms go."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from .. import merging, recall, retention
from ..models import DANGER, Inquiry, Mention, Status, Step, StepRefused, reason_text
from ..models.triage import SERVES
from ..spans import countdown
from . import NO_KEY, mail_acts, presence, reading, reasons, same_person, steps, words
from .composer import ReplyForm, compose
from .forms import MergeForm, StepForm
from .time_there import time_there
from .timeline import since, timeline
from .ways import ways_to

# What no screen of staff needs.
UNSEEN = ["key_for_patient", "search_hashes"]
RELATED = ["owner", "merged_into", "came_from", "came_from__article"]


class InquiryScreen:
    """What an admin of inquiries shows of one of them, and the steps taken there."""

    admin_site: Any
    opts: Any

    def get_urls(self):
        views = {
            "step/<str:step>": self.step_view,
            "reply": self.reply_view,
            "show": self.show_view,
            "presence": self.presence_view,
            "mail/<int:mail>/<str:act>": self.mail_view,
        }
        one = [
            path(
                f"<int:pk>/{place}/",
                self.admin_site.admin_view(sensitive_post_parameters()(require_POST(view))),
                name=f"inquiries_inquiry_{place.partition('/')[0]}",
            )
            for place, view in views.items()
        ]
        return [*one, *super().get_urls()]

    def history_view(self, request, object_id, extra_context=None):
        """Lead to the desk: it shows the whole history, Django's own page knows nothing of it."""
        return redirect("admin:inquiries_inquiry_change", self._inquiry(request, object_id).pk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return self._screen(request, self._inquiry(request, object_id))

    def show_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Open what the person wrote, or close it again. What is opened is on record."""
        inquiry = self._inquiry(request, pk)
        if not reading.may_read(request.user, inquiry):
            raise PermissionDenied
        (reading.hide if "hide" in request.POST else reading.show)(request, inquiry)
        return redirect(reverse("admin:inquiries_inquiry_change", args=[pk]) + _carried(request))

    def presence_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return presence.answer(request, self._inquiry(request, pk))

    def step_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Take a step, and show the inquiry as it is now; a refused step loses nothing that was typed."""
        if step not in steps.FORMS:
            raise Http404
        inquiry = self._still_seen(request, pk, step)
        if isinstance(inquiry, HttpResponse):
            return inquiry
        form = steps.FORMS[Step(step)](inquiry, request.user, request.POST)
        if not inquiry.may(request.user, Step(step)):
            return self._no_longer(request, form)
        if not form.is_valid():
            return self._screen(request, inquiry, form, status=422)
        if form.step != Step.NOTE and self._is_stale(form):
            return self._screen(request, inquiry, form, status=409)
        if form.step == Step.RELEASE and not reading.is_shown(request, inquiry):
            messages.error(request, f"{inquiry}: {gettext('Read the draft first.')}")
            return self._screen(request, inquiry, form, status=409)
        shown = steps.take_step(request, form)
        if shown is None:
            inquiry.refresh_from_db()
            return self._screen(request, inquiry, form, status=409)
        if form.step == Step.TAKE:
            reading.show(request, inquiry)
        return redirect(reverse("admin:inquiries_inquiry_change", args=[shown.pk]) + _carried(request))

    def reply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Fill in a template, show the reply as the person will read it, or send what was shown."""
        inquiry = self._still_seen(request, pk, "reply")
        if isinstance(inquiry, HttpResponse):
            return inquiry
        opened = reading.opened(inquiry)
        if opened is None:
            messages.error(request, f"{inquiry}: {NO_KEY}")
            return self._screen(request, inquiry, status=409)
        form = ReplyForm(opened, request.user, request.POST, corrected=recall.since_they_read(inquiry))
        if not inquiry.may(request.user, Step.ASK) or not reading.may_read(request.user, inquiry):
            return self._no_longer(request, form)
        if "begin" in request.POST:
            form.begin()
            return self._screen(request, inquiry, form)
        if not form.is_valid():
            return self._screen(request, inquiry, form, status=422)
        if self._is_stale(form):
            return self._screen(request, inquiry, form, status=409)
        if "send" not in request.POST or not form.was_previewed:
            form.preview()
            return self._screen(request, inquiry, form)
        if steps.take_step(request, form) is None:
            inquiry.refresh_from_db()
            return self._screen(request, inquiry, form, status=409)
        return redirect("admin:inquiries_inquiry_change", pk)

    def mail_view(self, request: HttpRequest, pk: int, mail: int, act: str) -> HttpResponse:
        """Do something about a mail, unless somebody has changed the inquiry since it was shown."""
        inquiry = self._inquiry(request, pk)
        if act not in mail_acts.ACTS or not inquiry.mails.filter(pk=mail).exists():
            raise Http404
        if not inquiry.may(request.user, Step.ANSWER):
            raise PermissionDenied
        if request.POST.get("version") != str(inquiry.version):
            return self._screen(request, inquiry, status=409, is_stale=True)
        try:
            mail_acts.do(inquiry, mail, act, by=request.user)
        except StepRefused as refusal:
            messages.error(request, f"{inquiry}: {refusal}")
            return self._screen(request, inquiry, status=409)
        messages.success(request, f"{inquiry}: {mail_acts.DONE[act]}")
        return redirect("admin:inquiries_inquiry_change", pk)

    def _still_seen(self, request: HttpRequest, pk: int, prefix: str) -> Inquiry | HttpResponse:
        """Return the inquiry; to whom it was taken out of sight meanwhile, give back what they typed."""
        try:
            return self._inquiry(request, pk)
        except PermissionDenied:
            typed = [request.POST.get(f"{prefix}-{name}", "") for name in ("text", "note")]
            if not any(typed):
                raise
            context = {**self.admin_site.each_context(request), "typed": list(filter(None, typed))}
            place = "admin/inquiries/inquiry/out_of_sight.html"
            return TemplateResponse(request, place, context, status=403)

    def _no_longer(self, request: HttpRequest, form: StepForm) -> HttpResponse:
        """Refuse a step that somebody's role does not allow; if it did when they began, lose nothing."""
        if form["version"].value() == str(form.inquiry.version):
            raise PermissionDenied
        return self._screen(request, form.inquiry, form, status=409, is_stale=True)

    @staticmethod
    def _is_stale(form: StepForm) -> bool:
        return form.cleaned_data["version"] != form.inquiry.version

    @staticmethod
    def _inquiry(request: HttpRequest, pk) -> Inquiry:
        """Return what somebody may see, or refuse."""
        found = Inquiry.objects.select_related(*RELATED).defer(
            *UNSEEN, *(f"merged_into__{name}" for name in UNSEEN)
        )
        known = str(pk).isascii() and str(pk).isdecimal() and len(str(pk)) < 19
        inquiry = found.filter(pk=int(pk)).first() if known else None
        person: Any = request.user
        if inquiry is None and person.has_perm("inquiries.view_inquiry"):
            raise Http404
        if inquiry is None or not reading.may_see(person, inquiry):
            raise PermissionDenied
        return inquiry

    def _screen(
        self, request, inquiry: Inquiry, sent: StepForm | None = None, *, status=200, is_stale=False
    ) -> HttpResponse:
        opened = reading.opened(inquiry)
        shown = opened is not None and reading.is_shown(request, inquiry)
        reading.record(request, inquiry, words=shown)
        events = list(merging.history(inquiry))
        seen = max((event.pk for event in events), default=0)
        draft = opened.draft() if opened else None
        corrected = recall.since_they_read(inquiry)
        reply = None
        if opened and (shown or isinstance(sent, ReplyForm)):
            asked_for = recall.draft_by_key(request.GET.get("draft", ""), inquiry)
            reply = compose(opened, request.user, corrected=corrected, draft=draft, begun=asked_for)
        if reply and isinstance(sent, ReplyForm):
            reply = sent
        is_stale = is_stale or sent is not None and sent["version"].value() != str(inquiry.version)
        meanwhile = self._meanwhile(inquiry, sent) if sent and is_stale else []
        offers = steps.offers(inquiry, request.user, seen, draft[0] if draft and shown else None, sent)
        if reply:
            reply.see(seen)
        others = same_person.others(opened, request.user) if opened else same_person.Others()
        for offer in offers:
            if isinstance(offer.form, MergeForm):
                offer.form.suggest(others.latest)
        mails = mail_acts.lines(inquiry, may_act=inquiry.may(request.user, Step.ANSWER))
        tags = words.tag_names()
        Mention.objects.unseen(request.user).filter(note__event__inquiry=inquiry).update(
            seen_at=timezone.now()
        )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": inquiry.reference,
            "inquiry": inquiry,
            "no_key": NO_KEY,
            "others_here": presence.look(request, inquiry),
            "here_at": presence.now(),
            "due": countdown(inquiry.time_left) if inquiry.awaits_reply else "",
            "reason": reason_text(inquiry.closing_reason),
            "is_mine": inquiry.owner_id == request.user.pk and inquiry.status == Status.TAKEN,
            "category": reasons.category_names().get(inquiry.category, ""),
            "is_danger": inquiry.category in DANGER,
            "pins": reasons.reasons_of_pin(inquiry) if inquiry.danger_reasons else [],
            "signs_of_spam": reasons.signs_of_spam(inquiry),
            "meanwhile": meanwhile,
            "is_stale": is_stale,
            "contact": opened and opened.contact,
            "ways": ways_to(opened) if opened else [],
            "time_there": time_there(inquiry.time_zone),
            "may_read": reading.may_read(request.user, inquiry),
            "shown": shown,
            "conversation": self._conversation(inquiry) if shown else [],
            "draft": draft and draft[0],
            "draft_text": draft[1] if draft and shown else "",
            "reply": reply,
            "carried": _carried(request),
            "kept": self._kept(sent, reply, offers),
            "offers": offers,
            "sent": sent,
            "timeline": timeline(
                inquiry, events, [line["mail"] for line in mails], reader=request.user, tags=tags
            ),
            "answers": words.answers(inquiry),
            "corrected": corrected,
            "tags": [tags.get(key, key) for key in inquiry.tags],
            "others": others,
            "merged": [
                (one, steps.url_of(one, Step.UNMERGE) if one.may(request.user, Step.UNMERGE) else "")
                for one in inquiry.merged.only("reference", "version", "category", "merged_into")
            ],
            "serves_queue": any(map(request.user.has_perm, SERVES.values())),
            "consents": inquiry.consents.all(),
            "mails": mails,
            "over_on": retention.over_on(inquiry),
            "viewings": inquiry.viewings.by_person(),
        }
        return TemplateResponse(request, "admin/inquiries/inquiry/desk.html", context, status=status)

    @staticmethod
    def _meanwhile(inquiry: Inquiry, sent: StepForm):
        """Return what others did since the form was shown."""
        seen = sent["seen"].value()
        return since(inquiry, int(seen)) if str(seen or "").isdecimal() else []

    @staticmethod
    def _kept(sent: StepForm | None, reply, offers) -> list[str]:
        """Return what was typed into a form that is not offered any more."""
        if sent is None or sent is reply or any(sent is offer.form for offer in offers):
            return []
        return sent.typed

    @staticmethod
    def _conversation(inquiry: Inquiry):
        lines = merging.conversation(inquiry)
        return [(line, words.chosen_anew(line.inquiry, line.choices)) for line in lines]


def _carried(request: HttpRequest) -> str:
    """Return what an address says of the reply to begin with, so that showing or taking does not lose it."""
    key = request.GET.get("draft", "")
    return f"?draft={key}" if recall.KEY.fullmatch(key) else ""
