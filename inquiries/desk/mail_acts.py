"""What staff do about a mail on the desk: say that it came back, or have one sent that failed."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..models import Inquiry

ACTS = {"came_back": _("It came back"), "again": _("Send again")}
DONE = {
    "came_back": _("noted. Nobody writes to this address until the person changes it."),
    "again": _("the mail is sent again."),
}


def lines(inquiry: Inquiry, *, may_act: bool) -> list[dict]:
    """Return each mail with what can be done about it: an act, its name and its address, or nothing."""
    found = []
    for mail in inquiry.mails.all():
        mail.inquiry = inquiry
        act = "came_back" if mail.can_come_back else "again" if mail.can_go_again else ""
        url = reverse("admin:inquiries_inquiry_mail", args=[inquiry.pk, mail.pk, act]) if act else ""
        found.append({"mail": mail, "url": url if may_act else "", "label": ACTS.get(act, "")})
    return found


def do(inquiry: Inquiry, pk: int, act: str, *, by) -> None:
    """Raises StepRefused, or OutgoingMail.DoesNotExist for another inquiry's mail."""
    mail = inquiry.mails.get(pk=pk)
    mail.inquiry = inquiry
    (mail.came_back if act == "came_back" else mail.again)(by=by)
