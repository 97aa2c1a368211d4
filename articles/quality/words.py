"""Rules about words that no page may use: advertising, claims, stories, and how suicide is written about."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from .manuscript import Manuscript, Place, Severity
from .phrases import Match, holds, lists, phrase, phrases, word_distance
from .rules import Finding, rule
from .text import Passage, normal


@rule("C07")
def no_blocked_words(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C07: "Blocked words absent from every text field (section 2), in NFKC form with spaces and
    zero-width characters removed; exceptions need a reason and a second person."

    Section 2: "Allowed only inside a sentence that denies or questions them; the editor marks the exception
    and gives a reason." So the sentence and the exception are both asked for.
    """
    for passage in manuscript.written:
        for match in phrases("blocked").find(passage.plain):
            yield from _unless_exempt(manuscript, passage, match)


def _unless_exempt(manuscript: Manuscript, passage: Passage, match: Match) -> Iterator[Finding]:
    exemption = next((e for e in manuscript.exemptions if normal(e.word) == normal(match.word)), None)
    word = {"word": match.word}
    if exemption is None:
        message = _("“%(word)s” is a blocked word. Say it without, or ask a second person for an exception.")
    elif not exemption.reason.strip():
        message = _("The exception for “%(word)s” has no reason. Write down why it is needed.")
    elif not _second_person(manuscript, exemption.allowed_by, exemption.asked_by):
        message = _("The exception for “%(word)s” needs a second person: not an author, and not who asked.")
    elif not _is_denied(passage, match):
        message = _("“%(word)s” is allowed only in a sentence that denies or questions it. Reword it.")
    else:
        return
    yield passage, message % word, match.word


def _second_person(manuscript: Manuscript, allowed_by: str, asked_by: str) -> bool:
    involved = {normal(signer.name) for signer in manuscript.authors} | {normal(asked_by)}
    return bool(allowed_by.strip()) and normal(allowed_by) not in involved


def _is_denied(passage: Passage, match: Match) -> bool:
    """Whether every sentence that holds the word denies or questions it, by words other than its own."""
    blocked = phrase(match.word, match.word)
    for sentence in map(normal, passage.sentences):
        found = blocked.find(sentence)
        if not found:
            continue
        rest = sentence[: found[0].start] + " … " + sentence[found[0].end :]
        if not (rest.rstrip("\"'”’)」』").endswith(("?", "?")) or holds(rest, "denial")):
            return False
    return True


@rule("C07")
def cells_are_not_called_proven(manuscript: Manuscript) -> Iterator[Finding]:
    """Section 2 blocks "proven (next to stem cell)"; C03's own wording "not proven" stays allowed."""
    near = lists()["blocked_near_cells"]
    for passage in manuscript.written:
        for match in phrases("blocked_near_cells").find(passage.plain):
            before = passage.plain[: match.start].split()[-3:]
            cells = phrases("cells").find(passage.plain)
            close = any(word_distance(passage.plain, match, cell) <= near["within_words"] for cell in cells)
            if close and not {"not", "never", "nor"} & set(before):
                yield from _unless_exempt(manuscript, passage, match)


@rule("C07")
def titles_hold_out_no_hope(manuscript: Manuscript) -> Iterator[Finding]:
    """Section 2 blocks "hope (as a noun in titles)". After a subject or a helping verb it is a verb."""
    verb_after = set(lists()["hope_is_a_verb_after"])
    for passage in manuscript.written:
        if passage.field == "title" or passage.kind == "heading":
            for match in re.finditer(r"\bhopes?\b", passage.plain):
                before = re.findall(r"[\w']+", passage.plain[: match.start()])
                if not before or before[-1] not in verb_after:
                    message = _("A title does not hold out hope. Say what the reader will learn.")
                    yield passage, message, match[0]


@rule("C08", Severity.WARNING)
def caution_words_are_answered(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C08 with section 2: "Caution (a warning the editor must answer)"."""
    for passage in manuscript.written:
        for match in phrases("caution").find(passage.plain):
            message = _("“%(word)s” can promise too much. Use a plainer word, or write down why it is right.")
            yield passage, message % {"word": match.word}, match.word


@rule("C08", Severity.WARNING)
def broad_words_are_explained(manuscript: Manuscript) -> Iterator[Finding]:
    """Section 2: "treatment-resistant (say what it means), stem cells (say which kind)"; once per article."""
    text = " ".join(passage.plain for passage in manuscript.written)
    for index, entry in enumerate(lists()["explain"]):
        word = phrase(entry["word"]["en"], entry["word"]["ko"])
        first = next((passage for passage in manuscript.written if word.find(passage.plain)), None)
        if first and not holds(text, "explain", index, "by"):
            found = word.find(first.plain)[0].word
            message = _("Say what “%(word)s” means here: which kind, or in which sense.") % {"word": found}
            yield first, message, found


@rule("C15")
def outside_institutions_are_not_named(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C15: "Names of outside institutions on a watch list in free text are an error."

    Section 13: no "partnership with named university hospitals or institutes" until documents say so.
    """
    for passage in manuscript.written:
        for match in phrases("watch_list").find(passage.plain):
            message = _("“%(word)s” is named. A link with it is a clinic claim, which needs its document.")
            yield passage, message % {"word": match.word}, match.word


@rule("C15")
def the_clinic_is_not_praised_in_free_text(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C15: "Clinic claims exist only as ClinicClaim components tied to a document with dates"."""
    for passage in manuscript.written:
        for match in phrases("clinic_claims").find(passage.plain):
            message = _("“%(word)s” tells of the clinic. Enter it in the clinic evidence register instead.")
            yield passage, message % {"word": match.word}, match.word


@rule("C16")
def nobody_is_quoted(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C16: "Quotation blocks are refused"."""
    for passage in manuscript.written:
        if passage.kind == "quotation":
            yield passage, _("Take out the quotation block. Say it in your own words, with a citation."), ""


@rule("C16")
def nobody_tells_of_feeling_better(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C16: "first-person improvement phrases ("I feel better", 좋아졌어요) are an error"."""
    for passage in manuscript.written:
        for match in phrases("improvement").find(passage.plain):
            message = _("“%(word)s” tells a patient's story. Take it out; a story cannot show what works.")
            yield passage, message % {"word": match.word}, match.word


@rule("C16")
def nothing_is_rated(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C16: "No model, template or block exists for testimonials, ratings …"; nor are they typed."""
    for passage in manuscript.written:
        for mark in lists()["ratings"]:
            if re.search(rf"(?<!\d){re.escape(mark)}(?!\d)", passage.plain):
                yield passage, _("Take out the rating “%(mark)s”.") % {"mark": mark}, mark


@rule("C24")
def suicide_is_named_with_care(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C24: ""committed suicide" and similar wording absent" (section 11; section 2 for failed and
    successful). There is no exception."""
    for passage in manuscript.written:
        for match in phrases("suicide", "wording").find(passage.plain):
            message = _("Do not write “%(word)s”. Write “died by suicide” or “suicidal thoughts”.")
            yield passage, message % {"word": match.word}, match.word


@rule("C24")
def no_method_is_named(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C24: "Method or place of suicide … absent". Asked of passages that mention suicide."""
    for passage in manuscript.written:
        if holds(passage.plain, "suicide", "mentions"):
            for match in phrases("suicide", "methods").find(passage.plain):
                message = _("Take out “%(word)s”: no method and no place beside suicide.")
                yield passage, message % {"word": match.word}, match.word


@rule("C24")
def help_stands_above_suicide(manuscript: Manuscript) -> Iterator[Finding]:
    """Rule C24: "a page that mentions suicide also has the help-now box above the first mention".

    The strip at the top of every page does not count; so a title or a summary cannot mention it.
    """
    for passage in manuscript.written:
        if passage.kind == "panel" and passage.text == "help-now":
            return
        if holds(passage.plain, "suicide", "mentions"):
            if passage.field == "body":
                message = _("Put {panel help-now} on a line of its own above this first mention of suicide.")
            else:
                message = _("Speak of suicide only in the text, below {panel help-now}.")
            yield Place.of(passage), message, ""
            return
