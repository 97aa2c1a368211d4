"""Rules about what every article carries: the summary, required sections, standard statements, the search."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from django.utils.translation import gettext as _

from articles import captions, statements
from articles.dates import add_months
from articles.marks import LIVE_PANELS

from .manuscript import Manuscript, Place
from .numbers import FULL_DATE
from .phrases import holds, lists
from .rules import Finding, rule
from .text import CITATION, SEARCH_DATE, Passage, length, normal, passages, sentences

WEAKEST_FIRST = ["none", "preclinical", "case", "limited", "moderate", "strong"]
LEAST_SECTION = {"en": 80, "ko": 200}  # words; Hangul syllables
ALIKE = 0.8  # how much of a standard sentence must agree for a typed copy of it
LEAST_COPY = {"en": 7, "ko": 15}  # a shorter sentence may agree by chance


@rule("C04")
def benefit_is_not_overstated(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C04: "The five-line summary shows for "benefit" a level no higher than the highest level among
    cited facts with `about: treatment` and `supports: benefit`. No fact has `supports: benefit` today, so
    the line reads "Not shown"."
    """
    if not manuscript.has_summary:
        return
    facts = (manuscript.ledger.facts.get(id) for id in manuscript.cited_ids)
    support = [f.evidence.value for f in facts if f and f.about == "treatment" and f.supports == "benefit"]
    allowed = max((WEAKEST_FIRST.index(level) for level in support if level in WEAKEST_FIRST), default=0)
    for passage in (*manuscript.standard_lines, *manuscript.points, *manuscript.passages):
        if _label(passage, manuscript.language) == 0 and _shown_level(passage) > allowed:
            yield passage, _("No fact cited shows this much benefit. Let the line read “not shown”."), ""


def _label(passage: Passage, language: str) -> int | None:
    """Return which of the five summary lines a passage is, if any."""
    for index, label in enumerate(lists()["summary_lines"][language]):
        if passage.plain.startswith(normal(label) + ":"):
            return index
    return None


def _shown_level(passage: Passage) -> int:
    """Return how strong a benefit line says the evidence is. One that does not say counts as strong."""
    if holds(passage.plain, "not_shown"):
        return 0
    levels = [index for index, level in enumerate(WEAKEST_FIRST) if holds(passage.plain, "levels", level)]
    return max(levels, default=len(WEAKEST_FIRST))


@rule("C05")
def the_five_lines_stand_and_cite(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C05: "`treatment` and `related`: all five summary lines present, each citing a fact."""
    if not manuscript.has_summary:
        return
    lines = {_label(passage, manuscript.language): passage for passage in manuscript.standard_lines}
    for index, label in enumerate(lists()["summary_lines"][manuscript.language]):
        name = {"line": label}
        if index not in lines:
            message = _("The summary box has no line “%(line)s”. Restore the standard statement.") % name
            yield Place("standard_summary"), message, label
        elif not lines[index].cited:
            message = _("The line “%(line)s” of the summary box cites no fact. Restore the citation.") % name
            yield lines[index], message, label


@rule("C05")
def required_sections_are_substantial(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C05: "Where `required_section_kinds` is set, a section of each kind has at least 80 words (Korean:
    200 characters). Sections have a `kind` field; a heading alone does not count."""
    least = LEAST_SECTION[manuscript.language]
    for kind in manuscript.required_section_kinds:
        sizes: dict[int, int] = {}
        for passage in manuscript.passages:
            if passage.section_kind == kind:
                counts = 0 if passage.kind in {"heading", "panel"} else length(passage.text, passage.language)
                sizes[passage.section_number] = sizes.get(passage.section_number, 0) + counts
        if not sizes:
            message = _("Write a section of kind “%(kind)s”: end its heading in {kind=%(kind)s}.") % {
                "kind": kind
            }
            yield Place("body"), message, kind
        elif max(sizes.values()) < least:
            amount = {"kind": kind, "size": max(sizes.values()), "least": least}
            if manuscript.language == "ko":
                message = _(
                    "The section of kind “%(kind)s” has %(size)d Korean characters; it needs %(least)d."
                )
            else:
                message = _("The section of kind “%(kind)s” has %(size)d words; it needs %(least)d.")
            yield Place("body"), message % amount, kind


@rule("C06")
def standard_statements_are_panels(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C06: "The standard statements required for the article (section 5) are inserted as components"."""
    panels = {passage.text for passage in manuscript.passages if passage.kind == "panel"}
    for name in manuscript.required_panels:
        if name not in panels:
            message = _("Insert {panel %(name)s} on a line of its own.") % {"name": name}
            yield Place("body"), message, name
    figures = {name.removeprefix("figure ") for name in panels if name.startswith("figure ")}
    for name in sorted(figures - {*captions.names()}):
        yield Place("body"), captions.no_such(name), name
    panels -= {f"figure {name}" for name in figures}
    for name in panels - {*statements.panel_names(), "help-now", *LIVE_PANELS, ""}:
        yield Place("body"), _("There is no panel “%(name)s”. Take it out.") % {"name": name}, name


@rule("C06")
def standard_statements_are_not_typed(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C06: "inserted as components, not typed". Near copies count, such as one with a date typed in."""
    standard = _standard_sentences(manuscript.language)
    for passage in manuscript.written:
        if passage.kind in {"heading", "panel", "code"} or passage.field == "slug":
            continue
        for sentence in passage.sentences:
            grams = _grams(sentence, manuscript.language)
            for name, copied in standard if grams else ():
                if 2 * len(grams & copied) >= ALIKE * (len(grams) + len(copied)):
                    message = _("This is a standard statement. Insert it as {panel %(name)s}, not typed.")
                    if name in {"coi", "summary"}:
                        message = _(
                            "This statement is put on the page by the software. Take it out of the text."
                        )
                    yield passage, message % {"name": name}, name
                    break


@cache
def _standard_sentences(language: str) -> list[tuple[str, frozenset]]:
    texts = {"coi": statements.conflict_of_interest(language)}
    texts |= {name: statements.panel(name, language) for name in statements.panel_names()}
    found = [(name, sentence) for name, text in texts.items() for sentence in sentences(text, language)]
    for line in statements.summary_lines(language):
        found += [("summary", passage.text) for passage in passages(line, language)]
    kept = [(name, text) for name, text in found if not holds(normal(text), "may_have_missed")]
    return [
        (name, _grams(text, language))
        for name, text in kept
        if length(text, language) >= LEAST_COPY[language]
    ]


def _grams(text: str, language: str) -> frozenset:
    """Return a sentence as its pairs of neighbouring words, or of Hangul, dates left out."""
    text = FULL_DATE.sub("", normal(text).replace(SEARCH_DATE, ""))
    parts = (
        [letter for letter in text if letter.isalnum()] if language == "ko" else text.replace(".", "").split()
    )
    return frozenset(pairwise(part.strip(",;:!?*\"'“”()") for part in parts))


@rule("C06")
def the_search_is_recent(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C06: "`{date}` is filled from the latest search record, no older than 6 months (3 for A04)."""
    names_it = any(
        SEARCH_DATE in p.text or (p.kind, p.text) == ("panel", "evidence") for p in manuscript.passages
    )
    if not (manuscript.has_summary or names_it):
        return
    searched = manuscript.last_search_on
    if searched is None:
        yield Place("body"), _("No search is on record. Enter one under Search records."), "search"
    elif manuscript.today > add_months(searched, manuscript.search_months):
        message = _("The last search was on %(day)s. Search again: this page allows %(months)d months.")
        values = {"day": searched, "months": manuscript.search_months}
        yield Place("body"), message % values, "search"


@rule("R06")
def finding_nothing_is_dated_and_doubted(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule R06: ""We found no ..." always comes with the search date, what was searched, and "may have
    missed"."

    Asked of the section in which it stands. What was searched is for people to judge.
    """
    for passage in manuscript.written:
        if passage.kind == "panel" or not holds(passage.plain, "found_none"):
            continue
        near = [
            p
            for p in manuscript.written
            if (p.field, p.section_number) == (passage.field, passage.section_number)
        ]
        if any(p.kind == "panel" and p.text == "evidence" for p in near):
            continue
        if passage.field in {"title", "summary", "slug"}:
            message = _("“We found nothing” needs a date and a doubt beside it: say it in the text instead.")
            yield passage, message, "metadata"
            continue
        if not any(SEARCH_DATE in p.text for p in near):
            message = _("Say when the search was: write {search_date} in this section, not a typed date.")
            yield passage, message, "date"
        if not any(holds(p.plain, "may_have_missed") for p in near):
            yield passage, _("Say in this section that we may have missed something."), "missed"


@rule("C25")
def metadata_is_complete_and_plain(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C25: "Metadata (title, description, social image text, structured data) passes C01-C07".

    The rules above read the title, the summary and the address with the rest, and report under their own
    code. Here: both texts exist, and hold nothing that lists and search results would show as it is typed.
    """
    for name, text in (("title", manuscript.title), ("summary", manuscript.summary)):
        if not text.strip():
            yield Place(name), _("Write it: lists, search results and shared links show it."), "missing"
        elif CITATION.search(text) or any(mark in text for mark in ("{", "**", "](")):
            message = _("No citation, panel or Markdown here: it would be shown as it is typed.")
            yield Place(name, quote=text), message, "markup"
