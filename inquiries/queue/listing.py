"""The list of the queue, at any size: no page, count or search reads the whole table."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList

from .capped import count_text, counted
from .filters import ChosenFilter, QueueFilter
from .keyset import Order
from .rows import Row, rows_of

PLACES = ["after", "before"]
FOUND = "found"  # what was searched for, sealed


class QueueList(ChangeList):
    """Django's list with pages that begin behind a row (keyset.py) and counts that stop early."""

    previous = following = ""
    rows: list[Row]
    found = ""

    @property
    def tabs(self) -> QueueFilter:
        return next(spec for spec in self.filter_specs if isinstance(spec, QueueFilter))

    @property
    def order(self) -> Order:
        return self.tabs.tab.order

    @property
    def filters(self) -> list[ChosenFilter]:
        return [spec for spec in self.filter_specs if isinstance(spec, ChosenFilter)]

    @property
    def narrowed(self) -> list[tuple[Any, Any, str]]:
        """What the list is narrowed to, in words, each with the address without it."""
        return [
            (spec.title, spec.chosen, self.get_query_string(remove=[spec.parameter_name]))
            for spec in self.filters
            if spec.value()
        ]

    @property
    def not_narrowed(self) -> str:
        return self.get_query_string(remove=[spec.parameter_name for spec in self.filters])

    @property
    def kept(self) -> dict[str, str]:
        """The filters as a view keeps them; never what was searched for."""
        chosen = {str(spec.parameter_name): str(spec.value()) for spec in self.filters if spec.value()}
        return {"tab": self.tabs.value()} | chosen

    @property
    def kept_query(self) -> str:
        return urlencode(self.kept)

    @property
    def tab_choices(self) -> list[dict]:
        return list(self.tabs.choices(self))

    def get_filters_params(self, params=None):
        params = super().get_filters_params(params)
        return {name: value for name, value in params.items() if name not in [*PLACES, FOUND]}

    def get_query_string(self, new_params=None, remove=None):
        """Keep filters and search, and begin at the first page."""
        return super().get_query_string(new_params, [*(remove or []), *PLACES])

    def get_queryset(self, request, exclude_parameters=None):
        self.query = self.model_admin.searched_for(request)
        self.found = request.GET.get(FOUND, "")
        return super().get_queryset(request, exclude_parameters)

    def get_ordering(self, request, queryset):
        return self.order.by()

    def get_results(self, request):
        rows, order = self.queryset, self.order
        after, before = (request.GET.get(name, "") for name in PLACES)
        try:
            if place := after or before:
                backwards = not after
                rows = rows.order_by(*order.by(backwards=backwards))
                rows = rows.filter(order.beyond(place, backwards=backwards))
        except ValueError:
            raise IncorrectLookupParameters from None
        found = list(rows[: self.list_per_page + 1])
        more = len(found) > self.list_per_page
        del found[self.list_per_page :]
        if before and not after:
            found.reverse()
        if found and (after or before and more):
            self.previous = self._page("before", found[0])
        if found and (more or before and not after):
            self.following = self._page("after", found[-1])
        self.total = self._counted() if place or more else len(found)
        self.total_text = count_text(self.total)
        self.has_left_the_first_page = bool(place)
        self.result_list = found
        self.rows = rows_of(found, request.user)
        # Django offers to select what is on other pages wherever these two differ: nobody has read those.
        self.result_count = len(found)
        self.show_admin_actions = bool(found)
        self.full_result_count, self.show_full_result_count = None, False
        self.can_show_all = self.multi_page = False

    def _counted(self) -> int:
        tabs = self.tabs
        whole_tab = set(self.get_filters_params()) <= {tabs.parameter_name}
        if whole_tab and tabs.value() in tabs.counts:
            return tabs.counts[tabs.value()]
        return counted({"these": self.queryset})["these"]

    @property
    def first_page(self) -> str:
        return self.get_query_string()

    def _page(self, which: str, row) -> str:
        return self.get_query_string({which: self.order.place(row)})
