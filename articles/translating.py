"""From an original to its translation: the frame that both share, and the two side by side."""

import re
from collections.abc import Callable
from itertools import zip_longest
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.utils.text import slugify

from .captions import FIGURE
from .marks import CITATION, HEADING_MARK, PANEL
from .models import WRITTEN, Article, Credit, Language, Role
from .models.text import ArticleText

GAP = "…"  # where the translator's words go
UNFILLED = re.compile(r"(?m)(?:^|\|)[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?…[ \t]*(?=$|\||\[)")
HEADING = re.compile(r"^(#{1,6})\s+(.*)$")
ITEM = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+)(.*)$")
FENCE = re.compile(r"(?m)^:::(.*)$")
TABLE_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SECTION = re.compile(r"(?m)^(?=## )")


def language_to_come(article: Article) -> Language:
    """Return the language that a translation of the article would be in."""
    return Language.KOREAN if article.language == Language.ENGLISH else Language.ENGLISH


def address_is_taken(original: Article) -> bool:
    """Whether another article has the address that a translation would have."""
    return Article.objects.filter(language=language_to_come(original), slug=original.slug).exists()


def begin(original: Article, *, by: Any) -> Article:
    """Save the draft of a translation: the frame of what readers see of the original, without its words."""
    published = original.text_to_translate()
    translation = Article(
        language=language_to_come(original),
        translation_of=original,
        translated_from=published,
        slug=original.slug,
        plan=original.plan,
        topic=original.topic,
        kind=published.kind,
        title=published.title,
        in_short=frame(published.in_short, line_by_line=True),
        body=frame(published.body),
    )
    translation.save(by=by)
    for person in original.credited(Role.AUTHOR):
        Credit.objects.create(article=translation, person=person, role=Role.AUTHOR)
    translation.related.set(filter(None, (row.in_other_language() for row in original.related.all())))
    return translation


def frame(text: str, *, line_by_line: bool = False) -> str:
    """Return what a translation keeps of a text, with gaps for the words.

    That is headings with their anchors and kinds, care cards, panels, tables, and in each paragraph and
    item its citations and links; so both languages cite the same facts and have the same sections.
    """
    blocks = text.split("\n") if line_by_line else re.split(r"\n\s*\n", text.strip())
    framed: list[str] = []
    in_card = False
    for block in blocks:
        if block.strip():
            framed.append(_frame_of(block, in_card))
            if fences := FENCE.findall(block):
                in_card = bool(fences[-1].strip())
    return ("\n" if line_by_line else "\n\n").join(framed) + ("\n" if framed else "")


def _frame_of(block: str, in_card: bool) -> str:
    lines: list[str] = []
    words: list[str] = []  # lines of one paragraph or item, which become one gap
    opening = ""

    def close() -> None:
        nonlocal opening
        if words or opening:
            lines.append(f"{opening}{_gap(' '.join(words))}")
        words.clear()
        opening = ""

    for line in block.split("\n"):
        if fence := FENCE.match(line):
            close()
            lines.append(line)
            in_card = bool(fence[1].strip())
        elif PANEL.match(line) or FIGURE.match(line):
            close()
            lines.append(line)
        elif heading := HEADING.match(line):
            close()
            lines.append(line if in_card else _heading(heading[1], heading[2]))
        elif line.lstrip().startswith("|"):
            close()
            lines.append(line if TABLE_RULE.match(line) else _table_row(line))
        elif item := ITEM.match(line):
            close()
            opening = item[1]
            words.append(item[2])
        else:
            words.append(line)
    close()
    return "\n".join(lines)


def _heading(marks: str, text: str) -> str:
    """Keep the words, which name the section, and write its anchor out, which else follows from them.

    A heading in a card has none.
    """
    mark = HEADING_MARK.search(text)
    title = text[: mark.start()] if mark else text
    anchor = (mark and mark[1]) or slugify(title, allow_unicode=True)
    kind = f" kind={mark[2]}" if mark and mark[2] else ""
    return f"{marks} {title.strip()} {{#{anchor}{kind}}}"


def _table_row(line: str) -> str:
    cells = line.strip().strip("|").split("|")
    return f"| {' | '.join(_gap(cell) for cell in cells)} |"


def _gap(text: str) -> str:
    kept = [(match.start(), match[0]) for match in CITATION.finditer(text)]
    kept += [(match.start(), f"[{GAP}]({match[1]})") for match in LINK.finditer(text)]
    if "{search_date}" in text:
        kept.append((text.index("{search_date}"), "{search_date}"))
    return " ".join([GAP, *(mark for _place, mark in sorted(kept))])


def has_gaps(words: ArticleText) -> bool:
    """Whether something of the frame still waits for its words."""
    return bool(UNFILLED.search(words.body) or UNFILLED.search(words.in_short))


# The two side by side


def side_by_side(original: ArticleText, translation: ArticleText) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the passages of the two texts in pairs, by the names of their fields.

    Sections are paired by their order, and passages within sections: one that is missing shifts no other
    section.
    """
    found = []
    for name in WRITTEN:
        if name in ("slug", "kind"):
            continue
        pairs = _pairs(name, getattr(original, name), getattr(translation, name))
        if pairs:
            found.append((str(label_for_field(name, type(original))), pairs))
    return found


def _pairs(name: str, old: str, new: str) -> list[tuple[str, str]]:
    if name != "body":
        return _zipped(str.splitlines, old, new)
    sections = zip_longest(SECTION.split(old), SECTION.split(new), fillvalue="")
    return [pair for before, after in sections for pair in _zipped(_passages, before, after)]


def _zipped(split: Callable[[str], list[str]], old: str, new: str) -> list[tuple[str, str]]:
    return list(zip_longest(split(old.strip()), split(new.strip()), fillvalue=""))


def _passages(text: str) -> list[str]:
    return [part for part in re.split(r"\n\s*\n", text) if part.strip()]
