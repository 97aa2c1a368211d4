"""What the queue may be narrowed to."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Language, Publication

from .. import broken_promises, wording
from ..desk.reasons import category_names
from ..desk.words import tag_names
from ..models import FILTERS as NAMES_OF_FILTERS
from ..models import Inquiry, Mention, Queue, Status, is_late, is_open
from .capped import count_text, counted
from .keyset import IN_QUEUE, NEWEST_FIRST, OLDEST_FIRST, Order
from .strip import NAMES


@dataclass(frozen=True)
class Tab:
    name: Any
    rule: Q
    order: Order = IN_QUEUE  # only what is open: its indexes hold nothing else
    # How an index counts it without reading a row: in no order where a partial index holds nothing else.
    counting: Order | None = None


def names(person) -> Q:
    """Return the condition for inquiries with a note that names somebody, which they have not seen."""
    return Q(pk__in=Mention.objects.unseen(person).inquiries())


class QueueFilter(admin.SimpleListFilter):
    """The tabs of the queue. Without one, what is open: nothing that needs somebody is out of sight.

    Whoever searches means everything.
    """

    title = _("queue")
    parameter_name = "tab"
    template = "admin/inquiries/inquiry/queue_tabs.html"

    def tabs(self) -> dict[str, Tab]:
        return {
            "open": Tab(_("Open"), is_open()),
            "pinned": Tab(_("Pinned"), is_open() & Q(pinned=True)),
            "new": Tab(_("New"), Q(status=Status.NEW), counting=NEWEST_FIRST),
            "mine": Tab(_("Mine"), is_open() & Q(owner=self.user)),
            "named": Tab(_("Named"), names(self.user), NEWEST_FIRST, NEWEST_FIRST),
            "waiting": Tab(_("Waiting for patient"), Q(status=Status.WAITING), counting=NEWEST_FIRST),
            "drafted": Tab(_("Second reader"), Q(status=Status.DRAFTED), counting=NEWEST_FIRST),
            "late": Tab(_("Late"), is_late()),
            "answered": Tab(_("Answered"), Q(status=Status.ANSWERED), counting=NEWEST_FIRST),
            "doubtful": Tab(_("Quarantine"), Q(status=Status.DOUBTFUL), OLDEST_FIRST, OLDEST_FIRST),
            "closed": Tab(_("Closed"), Q(status=Status.CLOSED), NEWEST_FIRST, NEWEST_FIRST),
            "all": Tab(_("All"), Q(), NEWEST_FIRST),
        }

    def __init__(self, request, params, model, model_admin):
        self.user = request.user
        self.searching = "found" in request.GET
        super().__init__(request, params, model, model_admin)
        if self.value() not in self.tabs():
            raise IncorrectLookupParameters

    @property
    def tab(self) -> Tab:
        return self.tabs()[self.value()]

    def value(self):
        return super().value() or ("all" if self.searching else "open")

    def lookups(self, request, model_admin):
        return [(key, tab.name) for key, tab in self.tabs().items()]

    def queryset(self, request, queryset):
        return queryset.filter(self.tab.rule)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many each tab holds, but for the one that holds all; nothing in a search."""
        rows = {
            key: Inquiry.objects.visible_to(self.user)
            .filter(tab.rule)
            .order_by(*(tab.counting.by() if tab.counting else []))
            for key, tab in self.tabs().items()
            if key != "all"
        }
        return {} if self.searching else counted(rows)

    def choices(self, changelist):
        """Offer every tab, with how many it holds."""
        for key, tab in self.tabs().items():
            yield {
                "key": key,
                "selected": key == self.value(),
                "query_string": changelist.get_query_string({self.parameter_name: key}),
                "display": tab.name,
                "none": self.counts.get(key) == 0,
                "count": count_text(self.counts[key]) if key in self.counts else "",
            }


class ChosenFilter(admin.SimpleListFilter):
    """A filter by one column, for a value that is offered and no other."""

    column: str
    is_day = False

    def value(self):
        return super().value() or None

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        if self.chosen is None:
            raise IncorrectLookupParameters
        return queryset.filter(self.rule())

    def rule(self) -> Q:
        return Q(**{self.column: self.value()})

    @property
    def chosen(self):
        """What is chosen, in words."""
        return next((name for key, name in self.lookup_choices if str(key) == self.value()), None)

    @property
    def options(self):
        return [(str(key), name, str(key) == self.value()) for key, name in self.lookup_choices]


class StatusFilter(ChosenFilter):
    title = _("status")
    parameter_name = column = "status"

    def lookups(self, request, model_admin):
        return Status.choices


class InQueueFilter(ChosenFilter):
    title = _("lies in the queue")
    parameter_name = column = "queue"

    def lookups(self, request, model_admin):
        return Queue.choices


class CategoryFilter(ChosenFilter):
    title = _("category")
    parameter_name = column = "category"

    def lookups(self, request, model_admin):
        return list(category_names().items())


class TopicFilter(ChosenFilter):
    title = _("topic")
    parameter_name = column = "topic"

    def lookups(self, request, model_admin):
        return [
            (topic["key"], topic["text"])
            for topic in wording.keyed(wording.wording()["fields"])["topic"]["options"]
        ]


class LanguageFilter(ChosenFilter):
    title = _("language")
    parameter_name = column = "language"

    def lookups(self, request, model_admin):
        return Language.choices


class OwnerFilter(ChosenFilter):
    title = _("who has it")
    parameter_name = column = "owner"

    def lookups(self, request, model_admin):
        staff = get_user_model().objects.filter(is_staff=True, is_active=True).order_by("username")
        return [(user.pk, str(user)) for user in staff]


class TagFilter(ChosenFilter):
    title = _("tag")
    parameter_name = "tag"

    def lookups(self, request, model_admin):
        return list(tag_names().items())

    def rule(self):
        return Q(tags__contains=[self.value()])


class ArticleFilter(ChosenFilter):
    """The article somebody came from, in whatever version."""

    title = _("asked from the page")
    parameter_name = "article"

    def lookups(self, request, model_admin):
        articles = Article.objects.exclude(publications=None).order_by("language", "title")
        return [
            (pk, f"{title} ({language})")
            for pk, title, language in articles.values_list("pk", "title", "language")
        ]

    def rule(self):
        versions = Publication.objects.filter(article=self.value()).values_list("pk", flat=True)
        return Q(came_from__in=list(versions))  # few, and then the planner knows which


class VersionFilter(ChosenFilter):
    """The version of a page somebody came from. Reached by a link; offered only while it is chosen."""

    title = _("version of the page")
    parameter_name = column = "came_from"

    def lookups(self, request, model_admin):
        key = request.GET.get(self.parameter_name, "")
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            return []
        return [(page.pk, str(page)) for page in Publication.objects.filter(pk=key)]


class DayFilter(ChosenFilter):
    """A day that is typed; in the clinic's time."""

    is_day = True

    def lookups(self, request, model_admin):
        day = self._day(request.GET.get(self.parameter_name, ""))
        return [(day.isoformat(), date_format(day))] if day else [("", "")]

    @staticmethod
    def _day(text: str):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return day if 2000 < day.year < 9000 else None

    @property
    def begins(self) -> datetime:
        day = date.fromisoformat(self.value() or "")
        return timezone.make_aware(datetime.combine(day, time.min))


class SinceFilter(DayFilter):
    title = _("received since")
    parameter_name = "received_since"

    def rule(self):
        return Q(received_at__gte=self.begins)


class UntilFilter(DayFilter):
    title = _("received until")
    parameter_name = "received_until"

    def rule(self):
        return Q(received_at__lt=self.begins + timedelta(days=1))


class PromiseFilter(ChosenFilter):
    """What a promise is broken for right now."""

    title = _("broken promise")
    parameter_name = "promise"

    def lookups(self, request, model_admin):
        return [(promise, NAMES[promise]) for promise in broken_promises.broken_for()]

    def rule(self):
        return broken_promises.broken_for()[self.value()]


_OURS: list[type[admin.SimpleListFilter]] = [
    QueueFilter,
    *ChosenFilter.__subclasses__(),
    *DayFilter.__subclasses__(),
]
_BY_NAME = {str(one.parameter_name): one for one in _OURS if one is not DayFilter}
FILTERS: list[type[admin.ListFilter]] = [_BY_NAME[name] for name in NAMES_OF_FILTERS]
