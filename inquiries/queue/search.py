"""What staff type into the search of the queue: a reference, a name, words, an address, a number.

It is sent in a POST and comes back in the address sealed under the session's key: whoever reads an
address, a log or a history learns nothing, and nobody can once the session is over.
"""

import re

from django.conf import settings
from django.db.models import Q

from .. import search_hashes, vault
from ..models import Inquiry
from ..receipt import ALPHABET

LONGEST = 200
FEW = 2000
REFERENCE = re.compile(rf"DK[\s-]*([{ALPHABET}]{{4}})[\s-]*([{ALPHABET}]{{2}})", re.I)


def matching(query: str) -> Q:
    """Return the condition for inquiries that hold all that was asked for. Raises vault.NoKey.

    What few hold is looked up here, by its index alone: PostgreSQL takes rare words for less rare than they
    are, and would look for them along the whole list.
    """
    if found := REFERENCE.fullmatch(search_hashes.normal(query).strip()):
        return Q(reference=f"DK-{found[1]}-{found[2]}".upper())
    wanted = search_hashes.matching(query)
    holding = Inquiry.objects.filter(wanted).order_by().values_list("pk", flat=True)
    few = list(holding[: FEW + 1])
    return wanted if len(few) > FEW else Q(pk__in=few or [0])  # without any, Django would not even ask


def seal(query: str, session_key: str) -> str:
    return vault.seal_for_browser(query, "search", session=session_key)


def unseal(sealed: str, session_key: str) -> str | None:
    """Return what was searched for; None once its session is over, or for what we did not seal."""
    seconds = settings.SESSION_COOKIE_AGE
    return vault.unseal_from_browser(sealed, "search", seconds=seconds, session=session_key)
