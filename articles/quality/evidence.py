"""Rules about evidence: what needs a citation, and what a citation allows."""

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles.evidence import EvidenceLevel, Fact

from .manuscript import Manuscript, expand
from .numbers import stated_number
from .phrases import holds, lists, phrases, word_distance
from .rules import Finding, rule
from .text import Passage

NOT_IN_PEOPLE = {EvidenceLevel.NONE, EvidenceLevel.PRECLINICAL}
CITING_FIELDS = {"body", "in_short", "standard_summary"}


def can_cite(passage: Passage) -> bool:
    return passage.kind in {"paragraph", "item", "row"} and passage.field in CITING_FIELDS


@rule("C01")
def numbers_are_cited(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C01: "Every paragraph with a number and a unit, `%`, a currency or a year of study has a citation
    marker `[F..]`. Exempt: phone numbers, dates of review, generated components."

    A title, a summary or a heading cannot cite, so a number does not belong there.
    """
    for passage in manuscript.written:
        if passage.kind == "panel" or passage.cited or passage.field in {"slug", "change_note"}:
            continue
        if number := stated_number(passage):
            if can_cite(passage):
                message = _("Cite the fact behind “%(number)s” in this paragraph, such as [F31].")
            else:
                message = _("Say “%(number)s” in the text instead, where a citation can stand beside it.")
            yield passage, message % {"number": number}, number


@rule("C02")
def cited_facts_may_be_published(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C02: "Each cited fact exists, is `verified: yes`, is within its `recheck` months, and has at least
    one source with a link, DOI or statute reference." C20: "a DOI marked retracted or withdrawn blocks the
    article", whatever else the fact rests on.

    A range such as F09-F20 leaves out what nobody has checked yet, on the page as here.
    """
    seen: set[str] = set()
    for cited, passage in manuscript.citations:
        is_range = "-" in cited
        for id in expand(cited):
            fact = manuscript.ledger.facts.get(id)
            if id in seen or (is_range and (fact is None or not fact.verified) and id not in cited):
                continue
            seen.add(id)
            gone = next((source.id for source in fact.sources if source.retracted), "") if fact else ""
            message = ""
            if fact is None:
                message = _("%(fact)s is not in the evidence ledger. Correct the number, or enter the fact.")
            elif not fact.verified and not is_range:
                message = _("%(fact)s has not been checked against its source. Check it, or leave it out.")
            elif fact.check_by and fact.check_by < manuscript.today:
                message = _(
                    "%(fact)s was to be checked again by %(day)s. Open its sources and renew the date."
                )
            elif gone:
                message = _("%(fact)s rests on %(source)s, which was retracted. Take the citation out.")
            elif not fact.can_be_followed:
                message = _("%(fact)s has no source that a reader can open. Add a link, a DOI or a statute.")
            if message:
                yield passage, message % {"fact": id, "day": _day(fact), "source": gone}, id


def _day(fact: Fact | None) -> str:
    return date_format(fact.check_by, "DATE_FORMAT") if fact and fact.check_by else ""


@rule("C03")
def claims_about_cells_are_cited(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C03: "A paragraph with an effect word … within 12 words of a cell word … cites a fact. If all its
    facts are `none` or `preclinical`, it also contains a limiting phrase from a fixed list."

    A title, a summary or a heading cannot cite: there the limiting phrase, or a question, is asked for.
    """
    for passage in manuscript.written:
        if passage.kind == "panel" or passage.field in {"slug", "change_note"}:
            continue
        effect = _effect_near_cells(passage)
        if not effect:
            continue
        limited = holds(passage.plain, "limiting")
        if not can_cite(passage):
            if not limited and not passage.text.rstrip().endswith(("?", "?")):
                message = _("“%(word)s” beside cells promises an effect. Say that it is not known, or ask.")
                yield passage, message % {"word": effect}, effect
            continue
        facts = manuscript.facts(passage.cited)
        if not facts:
            message = _("“%(word)s” beside cells is a claim. Cite the fact it rests on.") % {"word": effect}
            yield passage, message, effect
        elif not limited and all(fact.evidence in NOT_IN_PEOPLE for fact in facts):
            message = _("The facts cited know of no study in people. Say so here: “not shown in people”.")
            yield passage, message, effect


def _effect_near_cells(passage: Passage) -> str:
    cells = phrases("cells").find(passage.plain)
    if not cells:
        return ""
    for effect in phrases("effects").find(passage.plain):
        if any(word_distance(passage.plain, effect, cell) <= lists()["within_words"] for cell in cells):
            return effect.word
    return ""
