"""A text that is not published yet, shown to somebody without an account by a link that expires."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.urls import reverse
from django.utils import timezone, translation

from .models import Publication, Revision
from .publishing import edition

HOLDS_FOR = timedelta(days=14)
_SALT = "articles.preview"


@dataclass(frozen=True)
class Preview:
    """One revision of an article, as a link names it."""

    revision: Revision
    expires_at: datetime

    @property
    def is_latest(self) -> bool:
        """Whether nobody has saved a newer text since the link was made."""
        return self.revision.article.latest_revision() == self.revision

    def page(self) -> Publication:
        """Return the page as readers would see it, not saved. Raises UnknownFact or RenderingError."""
        return edition(self.revision.article, self.revision)


def link_to(revision: Revision) -> str:
    """Return the path of a page that shows this revision to whoever has the link, for HOLDS_FOR."""
    token = signing.dumps(revision.pk, salt=_SALT)
    with translation.override(revision.article.language):
        return reverse("articles:preview", args=[token])


def opened(token: str) -> Preview:
    """Return what a link shows. Raises signing.SignatureExpired or signing.BadSignature."""
    pk = signing.loads(token, salt=_SALT, max_age=HOLDS_FOR)
    revision = Revision.objects.select_related("article").filter(pk=pk).first()
    if revision is None:
        raise signing.BadSignature("No such revision.")
    return Preview(revision, _made_at(token) + HOLDS_FOR)


def _made_at(token: str) -> datetime:
    stamp = signing.b62_decode(token.split(":")[-2])
    return datetime.fromtimestamp(stamp, tz=timezone.get_current_timezone())
