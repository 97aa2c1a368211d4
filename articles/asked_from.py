"""Which version of which page a link was followed from, said by the link itself.

Signed, so that nobody can make one up; without a time and the same for every reader, so that the page with
the link may be stored.
"""

from django.core import signing

from .models import Publication


def mark(page: Publication) -> str:
    """Return what a link on this version of a page carries."""
    return _signer().sign(str(page.pk))


def page_of(mark: str) -> Publication | None:
    """Return the version behind a mark; None for a mark that is not ours, or leads to nothing (any more)."""
    pages = Publication.objects.defer("body", "body_html", "head_html")
    return pages.filter(pk=_signer().unsign(mark)).first() if is_ours(mark) else None


def is_ours(mark: str) -> bool:
    try:
        _signer().unsign(mark)
    except signing.BadSignature:
        return False
    return True


def _signer() -> signing.Signer:
    return signing.Signer(salt="articles.asked_from")
