"""Write a mail: from the wording file, the reference and the promise, and nothing that the person wrote.

Not even their name. A name may tell a secret to whoever shares the mailbox, and a stranger could have
the clinic send any words to any address by typing them there.
"""

from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from clinic_site.calendar import moment_in_words

from .. import contents
from ..models import MailKind, OutgoingMail
from ..sensitivity import Only
from ..wording import wording
from .allowed import email_address


def write(mail: OutgoingMail) -> EmailMessage:
    """Return the mail, ready to send; the address is opened here and kept nowhere.

    Raises Forbidden where the person may not be written to, vault.NoKey or vault.WrongKey.
    """
    address = email_address(contents.for_staff(mail.inquiry))
    inquiry = Only(mail.inquiry, "mailed")
    with translation.override(mail.language):
        texts = wording()["pages_and_messages"]
        late = mail.kind == MailKind.ACKNOWLEDGEMENT and inquiry.reply_by < timezone.now()
        letter = texts["emails"]["received_late" if late else mail.kind]
        facts = {
            "ref": inquiry.reference,
            "date": _in_seoul(inquiry.reply_by),
            "received": _in_seoul(inquiry.received_at),
            "link": f"{settings.SITE_URL}{reverse('inquiries:ask')}follow-up/",
        }
        paragraphs = [text.format(**facts) for text in [*letter["body"], *texts["emails"]["foot"]]]
        return EmailMessage(
            subject=letter["subject"].format(**facts),
            body="\n\n".join(paragraphs) + "\n",
            from_email=settings.MAIL_FROM,
            to=[address],
            headers={
                # The same each time it is tried: a mail server that got it twice may show it once.
                "Message-ID": f"<{mail.uid}@{parseaddr(settings.MAIL_FROM)[1].rpartition('@')[2]}>",
                "Auto-Submitted": "auto-generated",  # RFC 3834
                "X-Auto-Response-Suppress": "All",
                "Content-Language": mail.language,
            },
        )


def _in_seoul(moment: datetime) -> str:
    return _("%(time)s (Seoul time)") % {"time": moment_in_words(timezone.localtime(moment))}
