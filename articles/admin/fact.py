"""Facts for editors: corrected with a reason, approved by two as a benefit; what cites them is named."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from .. import evidence
from ..citing import articles_citing, citing_articles
from ..models import (
    About,
    ApprovedAlready,
    BenefitApproval,
    Fact,
    FactChange,
    OtherWording,
    Source,
)
from ..models.benefit_approval import APPROVERS
from .citing import article_links, name_articles
from .due import due_day
from .guarded import NobodyDeletes, ReasonedChanges
from .locked import KeysField, LockedForm


class Freshness(admin.SimpleListFilter):
    title = _("may be cited")
    parameter_name = "citable"

    def lookups(self, request, model_admin):
        return [("yes", _("Yes")), ("stale", _("No: due to be checked again")), ("no", _("No: any reason"))]

    def queryset(self, request, queryset):
        publishable = Fact.objects.publishable().values("pk")
        match self.value():
            case "yes":
                return queryset.filter(pk__in=publishable)
            case "stale":
                return queryset.filter(pk__in=Fact.objects.stale().values("pk"))
            case "no":
                return queryset.exclude(pk__in=publishable)
        return queryset


class FactForm(LockedForm):
    source_keys = KeysField(
        Source, label=_("Sources"), help_text=_("Their numbers, the most important first: S28, S30.")
    )
    reason = forms.CharField(
        label=_("Reason for the change"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_(
            "Needed when the statement, the evidence, the sources or “checked” changes, and when a fact that "
            "shows benefit is about something else. A new day of the check, other months or a note need none."
        ),
    )

    class Meta:
        model = Fact
        fields = ["about", "statement", "evidence", "verified", "checked_on", "recheck_months", "use_note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.was: dict[str, str] = {}
        self.wording_was = ""
        if self.instance.pk:
            self.wording_was = self.instance.wording_digest()
            self.was = self.instance.watched()
            self.initial["source_keys"] = self.was["sources"]

    def clean(self):
        cleaned = super().clean()
        if self.was and self.changes(cleaned) and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why: readers and colleagues will ask."))
        return cleaned

    def changes(self, cleaned: dict[str, Any]) -> list[str]:
        """Return which of the watched fields the form changes."""
        sources = ", ".join(source.key for source in cleaned.get("source_keys", []))
        now = {name: str(cleaned.get(name, "")) for name in Fact.WATCHED} | {"sources": sources}
        asked = [name for name in Fact.WATCHED if name in cleaned or name == "sources"]
        changed = [name for name in asked if now[name] != self.was[name]]
        if self.was["supports"] and "about" in self.changed_data:
            changed.append("supports")  # two people approved what it is about, too
        return changed


class FactChanges(ReasonedChanges):
    model = FactChange


class ApprovalForm(forms.Form):
    """One person's word that a fact shows benefit, for the wording that they saw."""

    wording = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(
        label=_("Why it shows benefit"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=_("What you read in the sources, and what speaks against it."),
    )


class FactList(ChangeList):
    def get_results(self, request):
        super().get_results(request)
        citing = citing_articles()
        self.result_list = list(self.result_list)
        for fact in self.result_list:
            fact.citing = citing.get(fact.key, [])


@admin.register(Fact)
class FactAdmin(NobodyDeletes):
    form = FactForm
    list_display = ["key", "short_statement", "evidence", "verified", "due", "cited"]
    list_filter = [Freshness, "evidence", "about", "verified"]
    search_fields = ["key", "statement", "sources__key", "sources__title"]
    search_help_text = _("Number, words of the statement, or a source")
    list_per_page = 100
    readonly_fields = ["supports", "check_by_day", "may_be_cited", "source_list", "cited_by"]
    inlines = [FactChanges]

    def get_fieldsets(self, request, obj=None):
        check = ["verified", "checked_on", "recheck_months", "check_by_day", "may_be_cited"]
        if obj is None:
            first = ["key", "about", "statement", "evidence", "source_keys", "use_note"]
            return [(None, {"fields": first}), (_("Check"), {"fields": check[:3]})]
        if not self.has_change_permission(request, obj):
            return [
                (None, {"fields": ["about", "statement", "evidence", "supports", "source_list", "use_note"]}),
                (_("Check"), {"fields": check}),
                (_("Articles that cite it"), {"fields": ["cited_by"]}),
            ]
        first = ["about", "statement", "evidence", "supports", "source_keys", "source_list", "use_note"]
        return [
            (None, {"fields": first}),
            (_("Check"), {"fields": check}),
            (_("Why"), {"fields": ["reason"]}),
            (_("Articles that cite it"), {"fields": ["cited_by"]}),
        ]

    def get_changelist(self, request, **kwargs):
        return FactList

    # Benefit: rule C04 asks two people

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.approve_view))
        return [path("<int:pk>/approve-benefit/", view, name="articles_fact_approve"), *super().get_urls()]

    def approve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record that the person who asks says: this fact shows benefit."""
        fact = Fact.objects.filter(pk=pk).first()
        if fact is None:
            raise Http404
        if not self.has_change_permission(request, fact):
            raise PermissionDenied
        form = ApprovalForm(request.POST)
        if not form.is_valid():
            messages.error(request, gettext("Say why the fact shows benefit. Nothing was recorded."))
            return redirect("admin:articles_fact_change", pk)
        try:
            shown = fact.approve_benefit(
                seen=form.cleaned_data["wording"], by=request.user, reason=form.cleaned_data["reason"]
            )
        except OtherWording:
            messages.error(
                request,
                gettext("Somebody changed the fact while you had it open. Read it again before you approve."),
            )
        except ApprovedAlready:
            messages.error(request, gettext("You approved this already. It takes another person."))
        else:
            if shown:
                messages.success(request, gettext("Two people approved: the fact now shows benefit."))
                name_articles(request, articles_citing([fact.key]))
            else:
                messages.success(request, gettext("Your approval is recorded. It takes one more person."))
        return redirect("admin:articles_fact_change", pk)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Show below a fact about the treatment who says that it shows benefit."""
        # As stored, not as typed into a form with an error.
        stored = Fact.objects.filter(pk=obj.pk, about=About.TREATMENT).first() if obj else None
        if stored:
            approvals = list(BenefitApproval.objects.of(stored).select_related("by"))
            may = self.has_change_permission(request, obj) and not stored.supports
            others = all(approval.by != request.user for approval in approvals)
            if may and (others or len(approvals) >= APPROVERS):
                context["approval_form"] = ApprovalForm(
                    initial={"wording": stored.wording_digest()}, auto_id="id_approval_%s"
                )
            context |= {"benefit": True, "benefit_shown": bool(stored.supports), "approvals": approvals}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_search_results(self, request, queryset, search_term):
        found, _duplicates = super().get_search_results(request, queryset, search_term)
        return found, True

    @admin.display(description=_("statement"))
    def short_statement(self, fact):
        return Truncator(fact.statement).words(18)

    @admin.display(description=_("check by"))
    def due(self, fact):
        return due_day(fact.check_by)

    @admin.display(description=_("check by"))
    def check_by_day(self, fact):
        return due_day(fact.check_by)

    @admin.display(description=_("cited by"))
    def cited(self, fact):
        count = len(fact.citing)
        return ngettext("%(n)d article", "%(n)d articles", count) % {"n": count}

    @admin.display(description=_("may be cited"))
    def may_be_cited(self, fact):
        problem = evidence.ledger().problem(fact.entry)
        if not problem and not fact.entry.can_be_followed:
            problem = gettext("No source can be followed: give one of them a link, a DOI or a number.")
        return problem or gettext("Yes")

    @admin.display(description=_("its sources"))
    def source_list(self, fact):
        sources = [citation.source for citation in fact.citations.select_related("source")]
        return format_html(
            "<ol>{}</ol>",
            format_html_join(
                "",
                '<li><a href="{}">{}</a></li>',
                ((reverse("admin:articles_source_change", args=[source.pk]), source) for source in sources),
            ),
        )

    @admin.display(description=_("articles"))
    def cited_by(self, fact):
        return article_links(citing_articles().get(fact.key, []))

    def save_model(self, request, obj, form, change):
        sources = form.cleaned_data["source_keys"]
        obj.withdraw_benefit_if_reworded(form.wording_was, [source.key for source in sources])
        super().save_model(request, obj, form, change)
        obj.cite(sources)
        if change and form.was["supports"] and not obj.supports:
            messages.warning(
                request, gettext("The fact no longer counts as showing benefit: two people approve it anew.")
            )
        if change:
            obj.record(form.was, reason=form.cleaned_data["reason"].strip(), by=request.user)
            if form.changes(form.cleaned_data):
                name_articles(request, articles_citing([obj.key]))


@admin.register(FactChange)
class FactChangeAdmin(NobodyDeletes):
    list_display = ["at", "fact_key", "field", "was", "became", "reason", "by"]
    list_filter = ["field"]
    list_select_related = ["fact", "by"]
    search_fields = ["fact__key", "reason"]

    @admin.display(description=_("fact"))
    def fact_key(self, change):
        return change.fact.key

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
