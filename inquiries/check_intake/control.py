"""A control: harm the database in each way that must be noticed, and see that it is."""

import secrets
from collections.abc import Callable

from django.db import connection, transaction

from inquiries import contents
from inquiries.models import CHOSEN, Inquiry, MessageKind

from .people import Person
from .verdict import rows, violations


def unnoticed(people: list[Person]) -> list[str]:
    """Return the harms that the check did not name; each is taken back at once."""
    confirmed = {text for person in people for text in person.confirmed}
    whole = [row.name for row in rows() if set(row.texts) <= confirmed]
    answered = Inquiry.objects.filter(reference__in=whole)
    inquiry = answered.filter(contact_method="email").first()
    edited = answered.filter(messages__kind=MessageKind.SENT_AGAIN).first()
    if inquiry is None or edited is None:
        return ["too few people: nothing to harm"]
    harms: dict[str, tuple[Callable[[], object], str]] = {
        "a row is deleted": (lambda: _delete("inquiry", "id", inquiry.pk), "has a receipt of 0 rows"),
        "an event is deleted": (lambda: _delete("event", "inquiry_id", inquiry.pk), inquiry.reference),
        "a consent is deleted": (lambda: _delete("consent", "inquiry_id", inquiry.pk), inquiry.reference),
        "a mail is deleted": (lambda: _delete("outgoingmail", "inquiry_id", inquiry.pk), inquiry.reference),
        "a text is deleted": (lambda: _delete("message", "inquiry_id", edited.pk), edited.reference),
        "a row is doubled": (lambda: _double(inquiry), "has 2 rows"),
        "a text is doubled": (lambda: _add(inquiry, slice(None)), "keeps a text twice"),
        "a text is cut short": (lambda: _add(inquiry, slice(-3)), "holds a text that nobody sent"),
    }
    missed = []
    for harm, (do, named) in harms.items():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
            do()
            found = violations(people, rows())
            transaction.set_rollback(True)
        right = [line for line in found if named in line]
        print(f"  {harm}: {right[0] if right else 'NOT NOTICED'}", flush=True)
        missed += [] if right else [harm]
    return missed


def _delete(table: str, column: str, key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM inquiries_{table} WHERE {column} = %s", [key])  # noqa: S608 - named below


def _double(inquiry: Inquiry) -> None:
    opened = contents.for_staff(inquiry)
    same = {name: getattr(inquiry, name) for name in [*CHOSEN, "language", "reply_by"]}
    twin = Inquiry(**same, content_digest=secrets.token_bytes(32))
    contents.seal_new(twin, secrets.token_urlsafe(16), opened.contact, opened.question)
    twin.save(force_insert=True)


def _add(inquiry: Inquiry, part: slice) -> None:
    opened = contents.for_staff(inquiry)
    opened.hear(MessageKind.TEXT, {"text": opened.question[part]}, None)
