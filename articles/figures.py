"""Pictures that are drawn from the evidence itself: the shapes for a template, and the same in words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from . import trials
from .evidence import Fact, Ledger, Source, ledger, short_label
from .models import Results, Trial, TrialCondition
from .models.trial import BROKEN_OFF, HERE

# How many trials stand behind a treatment in use is read off the very words of a fact.
COMPARED = {
    TrialCondition.DEPRESSION: ("F20", gettext_lazy("Exercise")),
    TrialCondition.ANXIETY: ("F15", gettext_lazy("Talking therapy (CBT)")),
}
COUNTED = re.compile(r"\b(\d{1,3}) (trials|studies)\b")

MARKS = {
    "results": gettext_lazy("results are public"),
    "none": gettext_lazy("no results found"),
    "broken_off": gettext_lazy("stopped or suspended, no results found"),
}

# In units of the drawing. On the narrowest phone 288 px are left for it, and its text still has 12 px.
WIDTH, LINE, GAP, RULE, BAR, MARK = 312, 20, 3, 13, 8, 18
RADIUS = 5.5  # of every mark, as each counts one: a larger one would seem to say more
MOST_IN_A_ROW = 7  # marks beside which some words still fit


@dataclass
class Drawing:
    """Shapes one below the other; `y` is where the next one goes."""

    y: int = 0
    texts: list[dict[str, Any]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)
    bars: list[dict[str, int]] = field(default_factory=list)
    rules: list[int] = field(default_factory=list)

    def write(self, text: str, *, x: int = 0, is_heading: bool = False) -> None:
        self.y += LINE
        self.texts.append({"x": x, "y": self.y - 5, "text": text, "is_heading": is_heading})

    def rule(self) -> None:
        self.y += RULE
        self.rules.append(self.y)
        self.y += RULE // 2

    def mark(self, kinds: list[str], beside: str) -> None:
        """Draw a mark for each kind, with words beside the last row."""
        rows = [kinds[start : start + MOST_IN_A_ROW] for start in range(0, len(kinds), MOST_IN_A_ROW)]
        for row in rows:
            y = self.y + LINE // 2
            self.marks += [{"x": n * MARK + MARK // 2, "y": y, "kind": kind} for n, kind in enumerate(row)]
            if row is rows[-1]:
                self.write(beside, x=len(row) * MARK + 6)
            else:
                self.y += LINE

    def bar(self, count: int) -> None:
        """Draw one bar for so many trials that marks would hide everything else."""
        self.y += GAP
        self.bars.append({"y": self.y, "width": min(count, WIDTH), "height": BAR})
        self.y += BAR + GAP


def evidence(at: UUID | None = None) -> dict[str, Any]:
    """Return the picture of the evidence: a mark for each trial, next to treatments in use."""
    found, facts = [trial for trial in trials.stored(at) if trial.is_about_mood], ledger(at)
    drawing = Drawing()
    drawing.write(_how_many(found), is_heading=True)
    drawing.write(_with_results(found))
    words = [_line(f"{_how_many(found)}, {_with_results(found)}. {_people(found)}".strip())]
    for condition in HERE:
        tested = [trial for trial in found if condition in trial.conditions]
        if tested:
            words.append(_condition(drawing, condition, tested, facts))
    if len(words) > 1:
        drawing.rule()
    for kind, meaning in MARKS.items():
        if kind == "results" or kind in {mark["kind"] for mark in drawing.marks}:
            drawing.mark([kind], str(meaning))
    return {
        "drawing": drawing,
        "width": WIDTH,
        "radius": RADIUS,
        "ring": RADIUS - 1,  # a line two wide, its outer edge where that of a full mark is
        "words": words,
        "count": len(found),
        "has_results": any(kind_of(trial) == "results" for trial in found),
        "is_drawn_twice": any(len({*trial.conditions} & {*HERE}) > 1 for trial in found),
        "sources": [link["source"] for line in words for link in line["sources"]],
    }


def _condition(
    drawing: Drawing, condition: TrialCondition, tested: list[Trial], facts: Ledger
) -> dict[str, Any]:
    """Draw the trials for one condition; return the same in words."""
    name = capfirst(str(condition.label))
    drawing.rule()
    drawing.write(name, is_heading=True)
    drawing.write(_how_many(tested))
    drawing.mark([kind_of(trial) for trial in tested], _with_results(tested))
    text = f"{name}: {_how_many(tested)}, {_with_results(tested)}."
    sources = [trial.source.entry for trial in tested]
    if compared := _compared(condition, facts):
        beside, count, fact = compared
        drawing.write(beside)
        drawing.bar(count)
        text += f" {beside} ({fact.evidence.label})."
        sources += fact.sources
    return _line(text, sources)


def _line(text: str, sources: Iterable[Source] = ()) -> dict[str, Any]:
    links = [
        {"id": source.id, "label": short_label(source), "source": source} for source in dict.fromkeys(sources)
    ]
    return {"text": text, "sources": links}


def kind_of(trial: Trial) -> str:
    """Return by which of MARKS a trial is drawn."""
    if trial.results != Results.NONE:
        return "results"
    return "broken_off" if trial.status in BROKEN_OFF else "none"


def _how_many(found: list[Trial]) -> str:
    count = len(found)
    text = ngettext("%(count)d trial of cells or exosomes", "%(count)d trials of cells or exosomes", count)
    return text % {"count": count}


def _with_results(found: list[Trial]) -> str:
    count = sum(kind_of(trial) == "results" for trial in found)
    if not count:
        return _("no results that we found")
    return ngettext("%(count)d with results", "%(count)d with results", count) % {"count": count}


def _people(found: list[Trial]) -> str:
    """Say how many people joined, of how many planned, where both are noted."""
    noted = [trial for trial in found if trial.planned is not None and trial.joined is not None]
    if not noted:
        return ""
    return ngettext(
        "In the one whose numbers we noted, %(joined)d of %(planned)d planned people joined.",
        "In the %(count)d whose numbers we noted, %(joined)d of %(planned)d planned people joined.",
        len(noted),
    ) % {
        "count": len(noted),
        "joined": sum(trial.joined or 0 for trial in noted),
        "planned": sum(trial.planned or 0 for trial in noted),
    }


def _compared(condition: TrialCondition, facts: Ledger) -> tuple[str, int, Fact] | None:
    """Return what is said of a treatment in use and the number in its fact, if that may be cited."""
    key, treatment = COMPARED.get(condition, ("", ""))
    fact = facts.facts.get(key)
    if fact is None or facts.problem(fact) or not (match := COUNTED.search(fact.statement)):
        return None
    count, are_trials = int(match[1]), match[2] == "trials"
    words = _("%(treatment)s: %(count)d trials") if are_trials else _("%(treatment)s: %(count)d studies")
    return words % {"treatment": treatment, "count": count}, count, fact
