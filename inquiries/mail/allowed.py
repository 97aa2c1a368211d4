"""Which ways to a person may be used. Whatever sends or shows an address gets it here."""

from ..contents import Contents
from ..models import Channel, Inquiry


class Forbidden(Exception):
    """The person did not give us this way to reach them, or asked us never to use it."""


def insist(inquiry: Inquiry, channel: Channel) -> None:
    """Raise Forbidden unless the person may be reached like this."""
    if not inquiry.may_use(channel):
        raise Forbidden(f"{inquiry.reference}: not by {channel.label}")


def email_address(opened: Contents) -> str:
    """Return the address to write to, or raise Forbidden."""
    insist(opened.inquiry, Channel.EMAIL)
    if not opened.contact.email:
        raise Forbidden(f"{opened.inquiry.reference}: no email address")
    return opened.contact.email


def phone_number(opened: Contents, channel: Channel = Channel.PHONE) -> str:
    """Return the number to call, to leave a message on or to text, or raise Forbidden."""
    insist(opened.inquiry, channel)
    if not opened.contact.phone:
        raise Forbidden(f"{opened.inquiry.reference}: no phone number")
    return opened.contact.phone
