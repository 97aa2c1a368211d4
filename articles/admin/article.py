"""Articles for editors: the form with what the rules say, and where the text stands."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import publishing
from ..compare import Difference, differences
from ..models import WRITTEN, Article, Credit, Revision, Role, Status
from ..models.text import CLINICAL
from .guarded import FewRows, NobodyDeletes
from .preview import Previews
from .revisions import Revisions
from .rules import Rules
from .steps import Steps
from .translation import Translations
from .worklist import Worklist

ROWS = {"summary": 3, "in_short": 4, "body": 28}


class ArticleForm(forms.ModelForm):
    """The form of an article, refused when somebody else saved the article while it was open."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    follows_original = forms.BooleanField(
        label=_("This translation says what the original says now"), required=False
    )

    original_seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.latest = self.instance.latest_revision()
        self.overtaken_by: Revision | None = None
        self.initial["seen"] = self.instance.edits
        for name in CLINICAL:
            if name in self.fields and name != "kind" and self.instance.language:
                self.fields[name].widget.attrs["lang"] = self.instance.language
        if self.instance.pk and self.instance.is_behind_its_original():
            self.initial["original_seen"] = self.instance.original_now().revision_id
        else:
            self.fields.pop("follows_original", None)
            self.fields.pop("original_seen", None)

    def clean(self):
        cleaned = super().clean()
        if self.latest and cleaned.get("seen") != self.instance.edits:
            self.overtaken_by = self.latest
            # Whoever saves once more has seen both texts.
            self.data = dict(self.data.items()) | {self.add_prefix("seen"): self.instance.edits}
            raise ValidationError(
                _(
                    "Somebody else saved this article while you had it open. Nothing of yours was saved or "
                    "lost: both texts stand below. Bring them together, then save again."
                ),
                "overtaken",
            )
        if cleaned.get("follows_original"):
            now = self.instance.original_now()
            if now is None or cleaned.get("original_seen") != now.revision_id:
                self.add_error(
                    "follows_original",
                    _("The original has changed again since you opened this page. Look at it first."),
                )
        return cleaned

    def save(self, commit=True):
        if self.cleaned_data.get("follows_original"):
            self.instance.follow_original()
        return super().save(commit)

    def both_texts(self) -> list[Difference]:
        """Return where what was typed differs from what somebody else saved meanwhile."""
        if self.overtaken_by is None:
            return []
        typed = Article(**{name: self.cleaned_data.get(name, self.data.get(name, "")) for name in WRITTEN})
        return differences(self.overtaken_by, typed)


class CreditRows(forms.BaseInlineFormSet):
    def clean(self):
        """Let nobody vouch for what they wrote or translated, nor become its author once they have signed."""
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        named = [(row["person"], row["role"]) for row in rows if not row.get("DELETE")]
        makers = {person for person, role in named if role in (Role.AUTHOR, Role.TRANSLATOR)}
        stored = Article.objects.filter(pk=self.instance.pk).first()
        signed = {signature.person for signature in stored.signatures_now()} if stored else set()
        for person in makers & {person for person, role in named if role == Role.REVIEWER}:
            raise ValidationError(
                _("%(name)s cannot review what they wrote or translated."), "own", {"name": person}
            )
        for person in makers & signed:
            raise ValidationError(
                _("%(name)s has signed this text, and cannot have written it."), "signed", {"name": person}
            )

    def get_deletion_widget(self):
        return forms.CheckboxInput(attrs={"aria-label": _("Delete")})


class Credits(FewRows):
    model = Credit
    formset = CreditRows
    extra = 1

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Name each field: a table has its labels in the head alone, which no screen reader reads out."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            field.widget.attrs["aria-label"] = str(field.label).capitalize()
        return field


class ByTopic(admin.RelatedFieldListFilter):
    """Says in words what has no topic."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.empty_value_display = gettext("No topic")


@admin.register(Article)
class ArticleAdmin(Steps, Rules, Previews, Translations, Worklist, Revisions, NobodyDeletes):
    form = ArticleForm
    list_display = ["title", "status", "language", "plan", "topic", "next_review_on"]
    list_filter = ["status", "language", ("topic", ByTopic), "kind"]
    search_fields = ["title", "summary", "body"]
    filter_horizontal = ["related"]
    inlines = [Credits]

    def get_fieldsets(self, request, obj=None):
        text = ["title", "summary", "in_short", "body"]
        where = ["kind", "language", "slug", "plan", "topic", "related"]
        if obj is None or obj.translation_of_id:
            where.append("translation_of")
        if not self.has_change_permission(request, obj):
            # The text stands beside it as readers see it.
            return [(_("Where it belongs"), {"fields": where})]
        if obj is None:
            text, where = ["language", "kind", *text], where[2:]
        elif obj.is_behind_its_original():
            text.append("follows_original")
        return [(None, {"fields": text}), (_("Where it belongs"), {"fields": where})]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if rows := ROWS.get(db_field.name):
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": rows})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        """Fix what ties an article to its file and its translations, once it exists."""
        if obj is None:
            return []
        known = obj.latest_publication() is not None
        return ["language", "translation_of", *(["plan"] if known else [])]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Offer as related what is in the same language and is not the page itself."""
        if db_field.name == "related" and (pk := request.resolver_match.kwargs.get("object_id")):
            article = Article.objects.filter(pk=pk).first() if str(pk).isdecimal() else None
            if article:
                others = Article.objects.filter(language=article.language).exclude(pk=article.pk)
                kwargs["queryset"] = others
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Answer whoever pressed the button twice: the first press has stored the article."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            if object_id is not None:
                raise
            there = Article.objects.filter(
                language=request.POST.get("language"), slug=request.POST.get("slug")
            ).first()
            if there is None:
                raise
            messages.warning(request, gettext("It was saved a moment ago, under this address."))
            return redirect("admin:articles_article_change", there.pk)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Show beside a saved article where it stands, and what the editorial rules say of it."""
        if obj:
            stored = Article.objects.get(pk=obj.pk)
            context |= {"stored": stored, **self.desk_context(request, stored)}
            context |= {"title": stored.title, "subtitle": stored.get_language_display()}
        else:
            context |= self.new_context()
        context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_post_save_change(self, request, obj):
        """Stay with the article: what the rules say of it and what comes next stand on its page."""
        return redirect("admin:articles_article_change", obj.pk)

    response_post_save_add = response_post_save_change

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        named = change and formset.model is Credit and formset.has_changed()
        if named and form.instance.status != Status.DRAFT:
            publishing.change_people(form.instance, by=request.user)
            messages.warning(
                request, gettext("Other people are named on it: it has to be sent to review again.")
            )

    def save_model(self, request, obj, form, change):
        obj.save(by=request.user)
