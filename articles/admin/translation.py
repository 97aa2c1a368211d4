"""A translation beside its original: begun, read, and marked as saying what the original says."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from .. import translating
from ..compare import differences
from ..models import Language
from .pages import ArticlePages


class Translations(ArticlePages):
    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/translate/",
                view(require_POST(self.translate_view)),
                name="articles_article_translate",
            ),
            path("<int:pk>/translation/", view(self.translation_view), name="articles_article_translation"),
            path(
                "<int:pk>/translation/follows/",
                view(require_POST(self.follows_view)),
                name="articles_article_follows",
            ),
            *super().get_urls(),
        ]

    def desk_context(self, request, article):
        other = article.in_other_language()
        may_begin = other is None and self.has_add_permission(request)
        return super().desk_context(request, article) | {
            "in_other_language": other,
            "language_to_come": translating.language_to_come(article).value if may_begin else "",
        }

    def translate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begin the article in the other language; who comes second is led to what is there."""
        with transaction.atomic():
            original = self.article_or_404(request, pk).hold()
            if not self.has_add_permission(request):
                raise PermissionDenied
            other = original.in_other_language()
            if other is None and translating.address_is_taken(original):
                messages.error(request, gettext("Another article has that address in the other language."))
                return redirect("admin:articles_article_change", pk)
            if other is None:
                other = translating.begin(original, by=request.user)
                messages.success(
                    request,
                    gettext(
                        "A draft with the sections and citations of the original. Write the words where “…” "
                        "stands, and name the translator and whoever checks the translation."
                    ),
                )
        return redirect("admin:articles_article_change", other.pk)

    def translation_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what changed in the original since, and the two side by side."""
        article = self.article_or_404(request, pk)
        if article.translation_of is None:
            other = article.in_other_language()
            page = "translation" if other else "change"
            return redirect(f"admin:articles_article_{page}", (other or article).pk)
        original = article.translation_of
        before, now = article.translated_from, original.text_to_translate()
        behind = article.is_behind_its_original()
        return self.page(
            request,
            article,
            "translation",
            gettext("Beside its original"),
            source=original,
            source_language=Language(original.language).label,
            before=before,
            now=now,
            behind=behind,
            differences=differences(before, now) if before and behind else [],
            side_by_side=translating.side_by_side(now, article),
        )

    def follows_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note that the translation says what the original says, unless that has changed again."""
        with transaction.atomic():
            article = self.article_or_404(request, pk).hold()
            if not self.has_change_permission(request, article):
                raise PermissionDenied
            now = article.original_now()
            if now is None or request.POST.get("revision") != str(now.revision.number):
                messages.error(
                    request, gettext("The original has changed again meanwhile. Look at it once more.")
                )
                return redirect("admin:articles_article_translation", pk)
            article.follow_original()
            article.save(by=request.user)
        messages.success(
            request,
            gettext("Noted. Readers are told that the original changed until this is published again."),
        )
        return redirect("admin:articles_article_change", pk)
