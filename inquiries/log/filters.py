"""By what the record may be narrowed: a day that is typed, who it was, and which step."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..models import Step
from ..queue.filters import ChosenFilter, DayFilter


class OnDay(DayFilter):
    title = _("day")
    parameter_name = "day"
    template = "admin/inquiries/log/day.html"

    def rule(self):
        return Q(at__gte=self.begins, at__lt=self.begins + timedelta(days=1))

    def choices(self, changelist):
        """Give what else the address says, so that a day narrows further."""
        for name, value in changelist.params.items():
            if name != self.parameter_name:
                yield {"name": name, "value": value}


class ByPerson(ChosenFilter):
    """Everybody who ever worked here: whoever has gone stands in the record as well."""

    title = _("person")
    parameter_name = column = "by"

    def lookups(self, request, model_admin):
        staff = get_user_model().objects.filter(is_staff=True).order_by("username")
        return [(user.pk, str(user)) for user in staff]


class ByStep(ChosenFilter):
    title = _("step")
    parameter_name = column = "step"

    def lookups(self, request, model_admin):
        return Step.choices
