"""What staff keep for the desk: the texts that replies begin with, tags, and who is away."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from articles.admin.guarded import FixedKey, GuardedAdmin, NobodyDeletes

from .. import wording
from ..colleagues import AT_THE_DESK, who_work
from ..models import Absence, ReplyTemplate, StepRefused, Tag
from ..models.triage import MANAGES


class ReplyTemplateForm(forms.ModelForm):
    topic = forms.ChoiceField(label=_("topic"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "topic" in self.fields:
            topics = wording.keyed(wording.wording()["fields"])["topic"]["options"]
            self.fields["topic"].choices = [
                ("", _("Any topic")),
                *((topic["key"], topic["text"]) for topic in topics),
            ]


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(NobodyDeletes):
    form = ReplyTemplateForm
    list_display = ["name", "language", "topic_text", "retired"]
    list_filter = ["language", "retired"]

    @admin.display(description=_("topic"))
    def topic_text(self, template):
        return wording.answer_text("topic", template.topic) if template.topic else _("Any topic")


@admin.register(Tag)
class TagAdmin(FixedKey):
    list_display = ["__str__", "key"]


class AbsenceForm(forms.ModelForm):
    """Somebody says that they are away; a manager may say it of others."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("person", "deputy"):
            if name in self.fields:
                self.fields[name].queryset = who_work()
        if "person" in self.fields:
            self.fields["person"].queryset |= get_user_model().objects.filter(pk=self.by.pk)

    def clean(self):
        """Refuse what the model's own rules refuse, before anything is handed over."""
        words = super().clean()
        if not self.errors and self.instance.pk is None:
            try:
                Absence.objects.refuse_impossible(
                    by=self.by, **{name: words.get(name) for name in self._meta.fields}
                )
            except StepRefused as refusal:
                raise ValidationError(str(refusal)) from refusal
        return words

    class Meta:
        model = Absence
        fields = ["person", "starts_at", "ends_at", "deputy"]


@admin.register(Absence)
class AbsenceAdmin(GuardedAdmin):
    """Whoever works at the desk marks themselves; what they have is handed over at once by rule."""

    form = AbsenceForm
    actions = None
    list_display = ["person", "starts_at", "ends_at", "deputy"]
    list_select_related = ["person", "deputy"]

    def has_module_permission(self, request):
        return any(map(request.user.has_perm, AT_THE_DESK))

    def has_view_permission(self, request, obj=None):
        return self.has_module_permission(request)

    def has_add_permission(self, request):
        return self.has_module_permission(request)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        """Let somebody be back before the time: theirs, or by a manager, while it is not over."""
        if obj is None or obj.ends_at < timezone.now():
            return False
        return obj.person == request.user or request.user.has_perm(MANAGES)

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user
        return form

    def get_changeform_initial_data(self, request):
        return {"person": request.user.pk}

    def save_model(self, request, absence, form, change):
        kept = Absence.objects.mark(
            absence.person, absence.starts_at, absence.ends_at, deputy=absence.deputy, by=request.user
        )
        absence.pk = kept.pk

    # What the stock admin calls deleting is here to end: that somebody was away explains what was moved.

    def log_deletions(self, request, queryset):
        return [self.log_change(request, absence, "ended") for absence in queryset]

    def delete_model(self, request, absence):
        Absence.objects.end(absence, by=request.user)

    def response_delete(self, request, obj_display, obj_id):
        messages.success(request, gettext("The absence has ended. What others have by now stays theirs."))
        return redirect("admin:inquiries_absence_changelist")
