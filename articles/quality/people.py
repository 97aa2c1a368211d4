"""Rules about who signed, when the page is due again, what changed, and the other language."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from articles.dates import add_months

from .manuscript import Manuscript, Place, Severity
from .rules import Finding, rule
from .text import normal

LEAST_CHANGE_NOTE = 10  # characters


@rule("C09")
def named_people_sign(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C09: "At least one author, one clinical reviewer with qualification and licence body, no person
    in both roles"."""
    authors = {_same(signer.name) for signer in manuscript.authors if signer.name.strip()}
    if not authors:
        yield Place("authors"), _("Name at least one author."), "author"
    qualified = [s for s in manuscript.reviewers if s.name.strip() and s.qualification and s.licence_body]
    if not qualified:
        message = _("Name a clinical reviewer, with the qualification and the body that gave the licence.")
        yield Place("reviewers"), message, "reviewer"
    for signer in manuscript.reviewers:
        if _same(signer.name) in authors:
            message = _("%(name)s cannot review what they wrote. Ask somebody else.") % {"name": signer.name}
            yield Place("reviewers"), message, signer.name


def _same(name: str) -> str:
    return "".join(normal(name).split())


@rule("C09")
def somebody_outside_reviews(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C09: "external reviewer on A03, A04, A07" (R12: who does not work for the clinic)."""
    outside = [s for s in manuscript.reviewers if s.name.strip() and not s.works_for_clinic]
    if manuscript.needs_external_reviewer and not outside:
        yield Place("reviewers"), _("Add a reviewer who does not work for the clinic."), "outside"


@rule("C11")
def the_next_review_is_soon_enough(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C11: "next_review_on - reviewed_on does not exceed review_months of the article"; C10 asks for
    both dates, the second after the first."""
    reviewed, due = manuscript.reviewed_on, manuscript.next_review_on
    if reviewed is None or due is None:
        yield Place("dates"), _("It has no review dates yet: it gets them when a reviewer signs."), "missing"
    elif due <= reviewed:
        yield Place("dates"), _("The next review must come after the last one."), "order"
    elif due > add_months(reviewed, manuscript.review_months):
        latest = add_months(reviewed, manuscript.review_months)
        message = _("This page is reviewed every %(months)d months: set the next to %(latest)s or before.")
        yield Place("dates"), message % {"months": manuscript.review_months, "latest": latest}, "late"


@rule("C13")
def a_new_version_says_what_changed(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C13: "From version 2, "what changed" has at least 10 characters."""
    if manuscript.version > 1 and len("".join(normal(manuscript.change_note).split())) < LEAST_CHANGE_NOTE:
        message = _("Say in a sentence what changed since the version before.")
        yield Place("change_note"), message, ""


@rule("C14")
def both_languages_say_the_same(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C14: "Both languages exist, cite the same facts, have the same section kinds".

    A page that readers have already in one language alone is corrected all the same, once somebody has
    answered why the other is still missing: an error must not stay because a translation is not there.
    """
    other = manuscript.translation
    if other is None:
        severity = Severity.WARNING if manuscript.is_published else Severity.ERROR
        yield Place("translation"), _("Write the page in the other language too."), "missing", severity
        return
    for id in sorted(manuscript.cited_ids - other.cited_ids):
        message = _("%(fact)s is cited here and not in the other language. Bring the two into line.")
        yield Place("translation"), message % {"fact": id}, id
    for id in sorted(other.cited_ids - manuscript.cited_ids):
        message = _("%(fact)s is cited in the other language and not here. Bring the two into line.")
        yield Place("translation"), message % {"fact": id}, id
    if manuscript.section_kinds != other.section_kinds:
        kinds = {"here": ", ".join(manuscript.section_kinds), "there": ", ".join(other.section_kinds)}
        message = _(
            "Sections of kind “%(here)s” here, “%(there)s” in the other language. Mark the same kinds."
        )
        yield Place("translation"), message % kinds, "kinds"


@rule("C14")
def a_translation_names_who_made_and_checked_it(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C14: both languages "name a translator and a checker"."""
    if manuscript.language == manuscript.original_language:
        return
    if not manuscript.translated_by.strip():
        yield Place("translation"), _("Name who translated the page."), "translator"
    if not manuscript.translation_checked_by.strip():
        yield Place("translation"), _("Name who checked the translation."), "checker"
    elif _same(manuscript.translated_by) == _same(manuscript.translation_checked_by):
        message = _("Somebody other than the translator must check the translation.")
        yield Place("translation"), message, "same"
