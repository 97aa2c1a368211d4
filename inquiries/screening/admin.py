"""The words of danger for clinicians: changed with a reason, switched off with a reason, tried in a box."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from articles.admin.guarded import FixedKey, ReasonedChanges
from articles.admin.locked import LockedForm

from ..models import DangerWord, DangerWordChange
from . import danger

LINES = ["phrases", "unless", "needs"]


class DangerWordForm(LockedForm):
    reason = forms.CharField(
        label=_("Reason for the change"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("Kept with your name. Not needed where you only switch off, which has its own."),
    )

    class Meta:
        model = DangerWord
        fields = ["key", *DangerWord.WRITTEN]
        widgets = {name: AdminTextareaWidget(attrs={"rows": 12}) for name in LINES}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.was = self.instance.written() if self.instance.pk else {}

    def clean(self):
        cleaned = super().clean()
        for name in LINES:
            lines = map(str.strip, cleaned.get(name, "").splitlines())
            cleaned[name] = "\n".join(filter(None, lines))
        changed = {name for name in DangerWord.WRITTEN if cleaned.get(name, "") != self.was.get(name, "")}
        if changed == {"off_because"} and cleaned["off_because"]:
            cleaned["reason"] = cleaned["off_because"]
        elif changed and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why: colleagues will ask."))
        return cleaned


class TryForm(forms.Form):
    """A sentence to look for danger in. It goes nowhere."""

    sentence = forms.CharField(
        label=_("Would this be found?"),
        max_length=1000,
        widget=AdminTextareaWidget(attrs={"rows": 4, "autocomplete": "off"}),
        help_text=_("Nothing of it is stored. Invent a sentence; do not copy one from a person."),
    )


class IsOff(admin.SimpleListFilter):
    title = _("in force")
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("yes", _("Yes")), ("no", _("No: switched off"))]

    def queryset(self, request, queryset):
        match self.value():
            case "yes":
                return queryset.filter(off_because="")
            case "no":
                return queryset.exclude(off_because="")
        return queryset


class DangerWordChanges(ReasonedChanges):
    model = DangerWordChange


@admin.register(DangerWord)
class DangerWordAdmin(FixedKey):
    form = DangerWordForm
    list_display = ["__str__", "category", "language", "in_force"]
    list_filter = ["category", "language", IsOff]
    inlines = [DangerWordChanges]

    def get_fieldsets(self, request, obj=None):
        names = ["key", *DangerWord.WRITTEN]
        if not (self.has_change_permission(request, obj) if obj else True):
            return [(None, {"fields": names})]
        return [(None, {"fields": [*names, "seen"]}), (_("Why"), {"fields": ["reason"]})]

    def get_urls(self):
        view = self.admin_site.admin_view(sensitive_post_parameters()(self.try_view))
        return [path("try/", view, name="inquiries_dangerword_try"), *super().get_urls()]

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Tell which phrases of the list are found in a sentence, and keep nothing of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TryForm(request.POST if request.method == "POST" else None)
        found = None
        if form.is_valid():
            words = {word.key: word for word in DangerWord.objects.all()}
            found = [
                (
                    words.get(match.finding.reason, match.finding.reason),
                    match.finding.category,
                    match.phrase,
                    reverse("admin:inquiries_dangerword_change", args=[words[match.finding.reason].pk])
                    if match.finding.reason in words
                    else "",
                )
                for match in danger.lookout().matches(form.cleaned_data["sentence"])
            ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Try a sentence"),
            "form": form,
            "found": found,
        }
        return TemplateResponse(request, "admin/inquiries/dangerword/try.html", context)

    def save_model(self, request, obj, form, change):
        obj.change(form.was, reason=form.cleaned_data["reason"].strip(), by=request.user)

    @admin.display(description=_("in force"), boolean=True)
    def in_force(self, word):
        return not word.off_because
