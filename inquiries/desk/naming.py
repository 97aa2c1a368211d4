"""Whom a note to colleagues did not reach: its writer is told, the note is kept."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import ngettext

from ..models import Inquiry
from ..models.record import named_in, names_in


def tell_who_was_not_reached(request: HttpRequest, inquiry: Inquiry, note: str) -> None:
    """Say which names of a note are nobody's, or of somebody who may not see this inquiry."""
    missed = names_in(note)
    if missed:
        missed = missed - {person.get_username() for person in named_in(note, inquiry)}
    if missed:
        text = ngettext(
            "The note is kept, but %(names)s was not told: there is nobody of that name who may see this "
            "inquiry.",
            "The note is kept, but %(names)s were not told: there is nobody of those names who may see this "
            "inquiry.",
            len(missed),
        )
        names = ", ".join(f"@{name}" for name in sorted(missed))
        messages.warning(request, f"{inquiry}: {text % {'names': names}}")
