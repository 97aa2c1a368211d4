"""Taking the list along that one sees, as a file. Who did it, when and what stands in a record."""

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from ..models import FILTERS, Export, Inquiry
from . import taking_along

NEEDED = ["inquiries.view_inquiry", "inquiries.export_inquiry"]
LONGEST = 40


@require_POST
def export_view(request):
    """Send the rows that the list of this address shows, in its order, and note that it was done."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    desk = admin.site.get_model_admin(Inquiry)
    try:
        shown = desk.get_changelist_instance(request)
    except IncorrectLookupParameters:
        raise BadRequest("No such list.") from None
    pks = list(shown.queryset.values_list("pk", flat=True)[: taking_along.MOST + 1])
    if len(pks) > taking_along.MOST:
        most = {"most": taking_along.MOST}
        messages.error(request, gettext("More than %(most)d rows: narrow the list first.") % most)
        return redirect(f"{reverse('admin:inquiries_inquiry_changelist')}?{request.GET.urlencode()}")
    with_choices = request.POST.get("with_choices") == "on"
    Export.objects.create(
        by=request.user,
        filters={
            name: value[:LONGEST]
            for name, value in request.GET.items()
            if name.partition("__")[0] in FILTERS and len(name) <= LONGEST
        },
        searched=bool(shown.query),
        with_choices=with_choices,
        rows=len(pks),
    )
    name = f"inquiries-{timezone.localtime():%Y-%m-%d-%H%M}.csv"
    return StreamingHttpResponse(
        taking_along.lines(pks, with_choices=with_choices, language=get_language()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
