"""Send one mail: at least once whatever happens, and twice only where SMTP leaves no choice.

The mail is leased first, sent, and marked. Whoever is killed in between leaves a lease that runs out.
Only a worker that dies between the mail server's yes and our mark sends again.
"""

import logging
import smtplib
from contextlib import suppress

from django.core.mail import mailers

from ..models import OutgoingMail
from .allowed import Forbidden
from .letters import write

logger = logging.getLogger(__name__)


def send(pk: int) -> None:
    """Send a mail that is due; do nothing if it is not, or somebody else has it."""
    mail = OutgoingMail.objects.lease(pk)
    if mail is None:
        return
    if mail.is_moot:
        mail.drop()
        return
    server = mailers.default
    try:
        message = write(mail)
        server.open()
        server.send_messages([message])
    except Forbidden:
        mail.drop()
    except Exception as error:  # whatever it is, its text may hold the address
        came_back, what = _understand(error)
        mail.did_not_go(what, came_back=came_back)
        logger.warning("Mail %s did not go out: %s", mail.pk, what)
    else:
        mail.mark_sent()  # before the goodbye, which may fail as well
    finally:
        with suppress(Exception):
            server.close()


def _understand(error: Exception) -> tuple[bool, str]:
    """Tell whether this address is refused for good, and name the error by class and code only.

    A server that refuses us (at the greeting, our sign-in, our sender) is mended, and then asked again.
    """
    code = 0
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max(code for code, _text in error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
    of_this_mail = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    return of_this_mail and code >= 500, f"{type(error).__name__} {code or ''}".strip()
