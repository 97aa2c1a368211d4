"""Sources for editors, with what rests on them and whether their links still lead somewhere."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from ..citing import articles_citing
from ..models import (
    FactSource,
    Source,
)
from ..models.source import bare_doi
from .citing import article_links, name_articles
from .guarded import NobodyDeletes
from .locked import LockedForm


class SourceForm(LockedForm):
    class Meta:
        model = Source
        fields = ["authors", "authors_ko", "title", "title_ko", "venue", "venue_ko", "year"]
        fields += ["doi", "pmid", "url", "reference"]
        fields += ["verified", "retracted", "retraction_note", "note"]

    def clean_doi(self):
        return bare_doi(self.cleaned_data["doi"])


@admin.register(Source)
class SourceAdmin(NobodyDeletes):
    form = SourceForm
    list_display = ["key", "title", "year", "verified", "can_be_followed", "link", "retracted"]
    list_select_related = ["link_check"]
    list_filter = ["verified", "retracted", "link_check__answer"]
    search_fields = ["key", "title", "title_ko", "authors", "doi", "url"]
    list_per_page = 100
    readonly_fields = ["fact_list", "cited_by"]

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": ["key", *SourceForm.Meta.fields]})]
        return [
            (None, {"fields": SourceForm.Meta.fields}),
            (_("What rests on it"), {"fields": ["fact_list", "cited_by"]}),
        ]

    @admin.display(description=_("link"), ordering="link_check__answer")
    def link(self, source):
        check = getattr(source, "link_check", None)
        if check is None or check.answer == check.Answer.FOUND:
            return "–" if check is None else check.get_answer_display()
        return format_html("<strong>{}</strong> ({})", check.get_answer_display(), check.detail)

    @admin.display(description=_("can be followed"), boolean=True)
    def can_be_followed(self, source):
        return source.entry.can_be_followed

    @admin.display(description=_("facts"))
    def fact_list(self, source):
        return format_html(
            "<ul>{}</ul>",
            format_html_join(
                "",
                '<li><a href="{}">{}</a></li>',
                (
                    (reverse("admin:articles_fact_change", args=[fact.pk]), Truncator(str(fact)).words(18))
                    for fact in source.facts.all()
                ),
            ),
        )

    @admin.display(description=_("articles"))
    def cited_by(self, source):
        return article_links(articles_citing(self._facts(source)))

    @staticmethod
    def _facts(source) -> list[str]:
        return list(FactSource.objects.filter(source=source).values_list("fact__key", flat=True))

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            name_articles(request, articles_citing(self._facts(obj)))
