"""A person who comes back: their receipt, and what their browser posts."""

import re
import secrets

from inquiries import receipt
from inquiries.models import Consent
from tests.factories import make_inquiry

DOOR = "/en/ask/follow-up/"
PAGES = ["", "add/", "contact/", "copy/", "copy/text/", "withdraw/", "erase/"]


def make_asked(**fields):
    """Return a stored inquiry with consents, and the receipt of the person who asked."""
    token = secrets.token_urlsafe(16)
    inquiry = make_inquiry(token=token, **fields)
    for key in ["personal", "sensitive"]:
        Consent.objects.create(inquiry=inquiry, key=key, text_version="1.0", text_digest="0", language="en")
    return inquiry, receipt.show(receipt.from_token(token))


def send(client, code, page="", *, pages="en", **fields):
    return client.post(f"/{pages}/ask/follow-up/{page}", {"receipt": code} | fields)


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


def contact(**changed):
    fields = {"preferred_name": "Ada", "language": "en", "contact_method": "email"}
    return fields | {"email": "ada@example.org", "save": "1"} | changed
