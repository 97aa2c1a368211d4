"""Who writes and reviews, what articles are sorted by, and the statement that opens each of them."""

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Article, InterestStatement, Person, Topic
from .guarded import FixedKey, NobodyDeletes


@admin.register(Person)
class PersonAdmin(FixedKey):
    list_display = ["name_en", "name_ko", "role_en", "works_for_clinic", "user", "invented"]
    list_filter = ["works_for_clinic", "is_demonstration"]
    list_select_related = ["user"]
    search_fields = ["name_en", "name_ko"]
    search_help_text = _("Name")
    readonly_fields = ["origin", "credit_list", "signature_list"]

    def get_readonly_fields(self, request, obj=None):
        """Keep whoever has an account with it: nobody else enters their signature on paper."""
        # As it is stored: a form that is refused has set its own on `obj` by now.
        has_one = obj is not None and Person.objects.filter(pk=obj.pk, user__isnull=False).exists()
        return [*super().get_readonly_fields(request, obj), *(["user"] if has_one else [])]

    def get_fieldsets(self, request, obj=None):
        said = ["qualification_en", "qualification_ko", "licence_body_en", "licence_body_ko"]
        said += ["works_for_clinic", "interests_en", "interests_ko"]
        who = ["key", "name_en", "name_ko", "role_en", "role_ko", "user"]
        form = [
            (None, {"fields": [*(["origin"] if obj and obj.is_demonstration else []), *who]}),
            (_("What readers learn"), {"fields": said}),
        ]
        if obj is None:
            return form
        return [
            *form,
            (_("What they wrote and reviewed"), {"fields": ["credit_list"]}),
            (_("What they signed"), {"fields": ["signature_list"]}),
        ]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        # Nobody signs with an account that cannot sign in here; whoever has one stays.
        if db_field.name == "user":
            able = Q(is_staff=True) | Q(person__isnull=False)
            kwargs["queryset"] = get_user_model().objects.filter(able).order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name.startswith("interests"):
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("who is it"), ordering="is_demonstration")
    def invented(self, person):
        return format_html("<strong>{}</strong>", _("invented")) if person.is_demonstration else ""

    @admin.display(description=_("who is it"))
    def origin(self, person):
        return format_html(
            "<strong>{}</strong>", _("Invented for the demonstration: their signature counts nowhere else.")
        )

    @admin.display(description=_("articles"))
    def credit_list(self, person):
        credits = person.credits.select_related("article").order_by("role", "article__title")
        rows = [(address_of(credit.article), credit.article, credit.get_role_display()) for credit in credits]
        return _listed('<li><a href="{}">{}</a> – {}</li>', rows)

    @admin.display(description=_("signatures"))
    def signature_list(self, person):
        """List the signatures, each with its revision: the article may say something else by now."""
        rows = [
            (
                reverse("admin:articles_article_history", args=[signature.article_id]),
                signature.article,
                gettext("revision %(number)d, on %(day)s, good until %(end)s")
                % {
                    "number": signature.revision.number,
                    "day": date_format(signature.reviewed_on, "DATE_FORMAT"),
                    "end": date_format(signature.next_review_on, "DATE_FORMAT"),
                },
                f" ({signature.paper})" if signature.paper else "",
            )
            for signature in person.signatures.select_related("article", "revision").defer("revision__body")
        ]
        return _listed('<li><a href="{}">{}</a> – {}{}</li>', rows)


def address_of(article: Article) -> str:
    return reverse("admin:articles_article_change", args=[article.pk])


def _listed(item: str, rows: list[tuple]) -> str:
    return format_html("<ul>{}</ul>", format_html_join("", item, rows)) if rows else gettext("None yet")


@admin.register(Topic)
class TopicAdmin(FixedKey):
    list_display = ["name_en", "name_ko", "position"]
    fields = ["key", "name_en", "name_ko", "summary_en", "summary_ko", "position"]


@admin.register(InterestStatement)
class InterestStatementAdmin(NobodyDeletes):
    """A new statement takes the place of the one before; none is changed."""

    list_display = ["language", "since", "text"]
    fields = ["language", "text"]

    def has_change_permission(self, request, obj=None):
        return False
