"""Which ways to a person staff may click: those that the person gave and did not forbid."""

from contextlib import suppress
from dataclasses import dataclass

from ..contents import Contents
from ..mail import allowed
from ..models import Channel


@dataclass(frozen=True)
class Way:
    """A way to reach somebody, ready to be clicked."""

    channel: Channel
    address: str
    text: str


def ways_to(opened: Contents) -> list[Way]:
    """Return what may be used; nothing once the person has withdrawn."""
    if opened.inquiry.is_withdrawn:
        return []
    ways = []
    with suppress(allowed.Forbidden):
        email = allowed.email_address(opened)
        ways.append(Way(Channel.EMAIL, f"mailto:{email}", email))
    text = opened.contact.phone_text if opened.contact.phone else ""
    for channel, scheme in ((Channel.PHONE, "tel"), (Channel.TEXT, "sms")):
        with suppress(allowed.Forbidden):
            ways.append(Way(channel, f"{scheme}:{allowed.phone_number(opened, channel)}", text))
    return ways
