"""The queue in the admin: one list, narrowed by tabs, filters, saved views and a search."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from articles.admin.guarded import NobodyDeletes

from .. import sensitivity, vault
from ..desk import reading
from ..models import Inquiry, SavedView, StepRefused
from ..models.triage import CORRECTS_PAGES, MANAGES, WORKS
from . import arrivals, bulk, place, search, strip
from .filters import FILTERS
from .listing import FOUND, QueueList
from .rows import rows_of

NO_SEARCH_KEY = _(
    "This server does not hold the key that the search needs. Tell whoever runs the site that "
    "SEARCH_KEY is missing."
)
# The name is sealed with the address: of what is masked, the list loads what opens the name, and no more.
OPENS_THE_NAME = {"contact_sealed", "key_for_clinic", "clinic_key_id"}
UNSEEN = sorted(set(sensitivity.masked(Inquiry)) - OPENS_THE_NAME)


class QueueAdmin(NobodyDeletes):
    """The list; what one inquiry shows is the desk's."""

    empty_value_display = "–"
    list_display = ["reference"]  # the rows draw themselves: queue/rows.py
    list_filter = tuple(FILTERS)
    list_select_related = ["owner"]
    list_per_page = 30
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()  # each list has the order that its index has
    actions = ["take_selected", *bulk.FORMS]

    # What patients wrote and what staff did is never edited here.

    def has_add_permission(self, request):
        return False

    def has_view_permission(self, request, obj=None):
        """Editors have a queue too: get_queryset leaves them what is about pages."""
        if obj is not None:
            return reading.may_see(request.user, obj)
        return super().has_view_permission(request) or request.user.has_perm(CORRECTS_PAGES)

    def has_work_permission(self, request):
        return request.user.has_perm(WORKS) or request.user.has_perm(CORRECTS_PAGES)

    def get_queryset(self, request):
        inquiries = super().get_queryset(request).defer(*UNSEEN)
        # Whoever may see none at all is refused as such, not told that there are none.
        return inquiries.visible_to(request.user) if self.has_view_permission(request) else inquiries

    def get_changelist(self, request, **kwargs):
        return QueueList

    def get_urls(self):
        views = {
            "search": self.search_view,
            "next": self.next_view,
            "take": self.take_view,
            "arrivals": self.arrivals_view,
            "save-view": self.save_view,
            "forget-view": self.forget_view,
        }
        return [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"inquiries_inquiry_{name}")
            for name, view in views.items()
        ] + super().get_urls()

    def changelist_view(self, request, extra_context=None):
        if "" in request.GET.values():  # a form sends what was not chosen as well
            chosen = {name: value for name, value in request.GET.items() if value}
            return redirect(reverse(place.LIST, query=chosen))
        context: dict[str, Any] = {"title": self.opts.verbose_name_plural.capitalize()}
        if request.method == "GET":
            context |= self._around_the_list(request)
        response = super().changelist_view(request, context | (extra_context or {}))
        if request.method == "GET" and response.status_code == 200:
            place.remember(request, response)
        return response

    def _around_the_list(self, request) -> dict[str, Any]:
        return {
            "views": list(SavedView.objects.for_person(request.user)),
            "may_share": request.user.has_perm(MANAGES),
            "may_work": self.has_work_permission(request),
            "since": arrivals.stamp(),
            # Of all inquiries: editors, who see a few, are not told of the rest.
            "promises": strip.strip() if request.user.has_perm("inquiries.view_inquiry") else {},
        }

    # The search: what is typed comes in a POST, and stands in the address sealed.

    @method_decorator([require_POST, sensitive_post_parameters()])
    def search_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = request.POST.get("q", "").replace("\0", "").strip()[: search.LONGEST]
        found = {FOUND: search.seal(query, request.session.session_key or "")} if query else None
        return redirect(reverse(place.LIST, query=found))

    def searched_for(self, request) -> str:
        """Return what the address says was searched for."""
        sealed = request.GET.get(FOUND, "")
        query = search.unseal(sealed, request.session.session_key) if sealed else ""
        if query is None:
            messages.warning(request, gettext("This search is no longer known. Please search again."))
            raise IncorrectLookupParameters
        return query

    def get_search_results(self, request, queryset, search_term):
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(search.matching(search_term)), False
        except vault.NoKey:
            messages.error(request, NO_SEARCH_KEY)
            return queryset.none(), False

    # One press

    @method_decorator(require_POST)
    def next_view(self, request: HttpRequest) -> HttpResponse:
        """Give the most pressing inquiry that nobody has to exactly this person, and open it."""
        self._refuse_who_may_not_work(request)
        try:
            inquiry = Inquiry.objects.take_next(request.user)
        except StepRefused as refusal:
            messages.error(request, str(refusal))
            return place.back(request)
        if inquiry is None:
            messages.info(request, gettext("Nothing waits for anybody in your queues."))
            return place.back(request)
        messages.success(request, gettext("%(reference)s is yours.") % {"reference": inquiry})
        reading.show(request, inquiry)
        return redirect("admin:inquiries_inquiry_change", inquiry.pk)

    @method_decorator(require_POST)
    def take_view(self, request: HttpRequest) -> HttpResponse:
        """Take one from the list, and stay there."""
        self._refuse_who_may_not_work(request)
        found, missing = self._chosen(request, "take")
        bulk.do(request, found, missing, lambda inquiry: inquiry.take(by=request.user))
        return place.back(request)

    @method_decorator(require_GET)
    def arrivals_view(self, request: HttpRequest) -> HttpResponse:
        """Say how many have come since; who they are from, only the list says."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return JsonResponse(
            {"says": arrivals.since(self.get_queryset(request), request.GET.get("since", ""))}
        )

    # Views

    @method_decorator(require_POST)
    def save_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        filters = place.filters(request.POST.get("filters", ""))
        shared = "shared" in request.POST
        try:
            view = SavedView.objects.keep(
                request.POST.get("name", "")[:60], filters, by=request.user, shared=shared
            )
        except StepRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, gettext("The view “%(name)s” is saved.") % {"name": view})
        return redirect(reverse(place.LIST, query=filters))

    @method_decorator(require_POST)
    def forget_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = request.POST.get("view", "")
        view = (
            SavedView.objects.for_person(request.user).filter(pk=key if place.is_key(key) else None).first()
        )
        if view and (view.owner_id == request.user.pk or request.user.has_perm(MANAGES)):
            view.delete()
            messages.success(request, gettext("The view “%(name)s” is gone.") % {"name": view})
        else:
            messages.error(request, gettext("This view is not yours to delete."))
        return place.back(request)

    # Several at once

    def response_action(self, request, queryset, **where):
        if request.POST.get("select_across", "0") != "0":
            raise SuspiciousOperation("What nobody has seen cannot be chosen.")
        return super().response_action(request, queryset, **where)

    @admin.action(description=_("Take"), permissions=["work"])
    def take_selected(self, request, queryset):
        bulk.do(request, *self._chosen(request), lambda inquiry: inquiry.take(by=request.user))

    @admin.action(description=_("Assign"), permissions=["work"])
    def assign_selected(self, request, queryset):
        return self._ask_first(request, "assign_selected")

    @admin.action(description=_("Tag"), permissions=["work"])
    def tag_selected(self, request, queryset):
        return self._ask_first(request, "tag_selected")

    @admin.action(description=_("Close as spam"), permissions=["work"])
    def close_as_spam(self, request, queryset):
        return self._ask_first(request, "close_as_spam")

    @admin.action(description=_("Close as duplicates"), permissions=["work"])
    def close_as_duplicate(self, request, queryset):
        return self._ask_first(request, "close_as_duplicate")

    def _ask_first(self, request, action: str) -> HttpResponse | None:
        """Show what is going to be done with which, and do it when that is confirmed."""
        found, missing = self._chosen(request)
        form = bulk.FORMS[action](request.POST if "confirmed" in request.POST else None)
        if form.is_valid():

            def act(inquiry):
                bulk.refuse_if_changed(inquiry, request.POST)
                form.act(inquiry, request.user)

            bulk.do(request, found, missing, act, form.cleaned_data.get("note", ""))
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": form.title,
            "form": form,
            "action": action,
            "rows": rows_of(found, request.user),
            "missing": missing,
            "back": request.get_full_path(),
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/inquiries/inquiry/bulk.html", context, status=status)

    def _chosen(self, request, name=ACTION_CHECKBOX_NAME) -> tuple[list[Inquiry], list[str]]:
        """Return what was chosen, wherever it stands by now, and the keys of what is out of reach.

        Not only from the list as it is now narrowed: who was taken meanwhile would vanish without a word.
        """
        keys = [key for key in request.POST.getlist(name) if place.is_key(key)]
        found = self.get_queryset(request).filter(pk__in=keys).select_related("owner").in_queue_order()
        inquiries = list(found.defer(*UNSEEN))
        reached = {str(inquiry.pk) for inquiry in inquiries}
        return inquiries, [key for key in keys if key not in reached]

    def _refuse_who_may_not_work(self, request) -> None:
        if not (self.has_view_permission(request) and self.has_work_permission(request)):
            raise PermissionDenied
