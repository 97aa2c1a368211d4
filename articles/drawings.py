"""The figures that stand in articles: what is drawn, and the same in words.

Each says no more than facts, the trials table and the clinic's own documents do.
"""

from typing import Any
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from . import trials
from .canvas import LINE, WIDTH, Canvas, box, circle
from .evidence import LEVEL_MEANINGS, EvidenceLevel, ledger
from .figures import MARKS, kind_of
from .models import DocumentKind, Trial, TrialStatus

# The rungs, the highest first; the last is the ground. Each treatment stands where its fact puts it.
RUNGS = [
    EvidenceLevel.STRONG,
    EvidenceLevel.MODERATE,
    EvidenceLevel.LIMITED,
    EvidenceLevel.PRECLINICAL,
    EvidenceLevel.NONE,
]
CELLS = {
    "F29": gettext_lazy("Stem cells for depression and anxiety: results in mice and rats"),
    "F38": gettext_lazy("A person's own stem cells for depression or anxiety: no trial found"),
}
IN_USE = {
    "F10": gettext_lazy("Antidepressants for depression"),
    "F15": gettext_lazy("Talking therapy (CBT) for anxiety disorders"),
    "F17": gettext_lazy("Magnetic stimulation (rTMS) for depression"),
    "F20": gettext_lazy("Exercise for depression"),
}
REVIEWED = {DocumentKind.TREATMENT_PLAN.value, DocumentKind.RESEARCH_PLAN.value}
LONGEST_BAR, INDENT = 220, 24


def _figure(canvas: Canvas, title: str, words: list[str], **more: Any) -> dict[str, Any]:
    figure = {"canvas": canvas, "width": WIDTH, "height": round(canvas.y + 6), "title": title, "words": words}
    return figure | {"rat": None, "person": None, "is_numbered": False} | more


def evidence_ladder(at: UUID | None = None) -> dict[str, Any]:
    """Return the levels of evidence as a ladder, and where treatments stand on it."""
    canvas, words, facts = Canvas(), [], ledger(at)
    left, right, text_x = 8, 38, 58
    grounds, rails, rung = [], "", 0.0
    for level in RUNGS:
        placed = [
            (str(name), key in CELLS)
            for key, name in (CELLS | IN_USE).items()
            if (fact := facts.facts.get(key)) and fact.evidence == level and not facts.problem(fact)
        ]
        is_here = any(is_cells for _name, is_cells in placed)
        top, rung = canvas.y, canvas.y + 4 + LINE / 2
        heading = capfirst(str(level.label))
        # “Not yet studied in people” is said of a fact; of a treatment on this rung it may be untrue.
        meaning = "" if level == EvidenceLevel.PRECLINICAL else str(LEVEL_MEANINGS[level])
        canvas.y += 4
        canvas.write(heading, x=text_x, is_bold=True)
        canvas.write(meaning, x=text_x, kind="soft")
        for name, is_cells in placed:
            canvas.y += 3
            mark = circle(text_x + 6, canvas.y + LINE / 2, 6 if is_cells else 4)
            canvas.draw(mark, "accent" if is_cells else "brand")
            canvas.write(name, x=text_x + 20, is_bold=is_cells)
        canvas.y += 6
        rails += f"M{left} {rung:g}H{right}"
        if is_here:
            canvas.draw(circle((left + right) / 2, rung, 8), "accent")
            grounds.append(box(text_x - 10, top + 1, WIDTH - text_x + 10, canvas.y - top - 2))
        stand = "; ".join(name for name, _is_cells in placed)
        words.append(" ".join(filter(None, [f"{heading}.", meaning, stand and f"{stand}."])))
    rails += f"M0 {rung:g}H{left + right}M{left} 2V{rung:g}M{right} 2V{rung:g}"
    canvas.draw_below("".join(grounds), "tint")
    canvas.draw_below(rails, "rail")
    canvas.y += 8
    for note in (
        _("A higher rung means that we can be surer, not that a treatment helps more."),
        _("Single cases stand beside the ladder: they show that something can happen, not how often."),
    ):
        canvas.write(note, kind="soft")
        canvas.y += 4
        words.append(note)
    return _figure(canvas, _("A ladder of evidence, from the laboratory to several good trials"), words)


def trials_in_people(at: UUID | None = None) -> dict[str, Any]:
    """Return each trial for what this site is about: its size, its phase and where it stands."""
    canvas, words = Canvas(), []
    found = [trial for trial in trials.stored(at) if trial.is_about_mood]
    if not found:
        return {}
    most = max(trial.planned or trial.joined or 0 for trial in found)
    for trial in found:
        name, people = trial.registration or trial.said("title"), trial.said("people")
        standing = [str(trial.get_status_display()), str(trial.get_phase_display())]
        if trial.status == TrialStatus.UNKNOWN:
            standing[0] = _("status not confirmed")
        stands = " · ".join(filter(None, standing))
        canvas.y += 4
        _mark(canvas, kind_of(trial), canvas.y + LINE / 2)
        canvas.write(name, x=INDENT, is_bold=True)
        canvas.write(people, x=INDENT)
        canvas.write(stands, x=INDENT, kind="soft")
        _bar(canvas, trial, most)
        size = _size(trial)
        canvas.write(size, x=INDENT)
        canvas.y += 10
        words.append(f"{name}: {people}. {stands}. {size}.")
    for kind in MARKS:
        if kind in {kind_of(trial) for trial in found}:
            _mark(canvas, kind, canvas.y + LINE / 2)
            canvas.write(str(MARKS[kind]), x=INDENT, kind="soft")
    if without := sum(not trial.phase for trial in found):
        note = ngettext(
            "The phase of %(count)d trial is not noted.",
            "The phase of %(count)d trials is not noted.",
            without,
        ) % {"count": without}
        canvas.y += 4
        canvas.write(note, kind="soft")
        words.append(note)
    return _figure(canvas, _("The size and the status of each trial"), words)


def _mark(canvas: Canvas, kind: str, y: float) -> None:
    """Draw a disc for a trial with results, a ring for one without, and a crossed ring if it broke off."""
    canvas.draw(circle(8, y, 6), "brand" if kind == "results" else "line")
    if kind == "broken_off":
        canvas.draw(f"M4 {y + 4:g}l8 -8", "line")


def _bar(canvas: Canvas, trial: Trial, most: int) -> None:
    """Draw how many joined of how many planned; an empty, dashed bar where neither is noted."""
    planned, joined = trial.planned or trial.joined or 0, trial.joined or 0
    top = canvas.y + 4
    if planned:
        scale = LONGEST_BAR / most
        canvas.draw(box(INDENT + 1, top, joined * scale, 12), "brand")
        canvas.draw(box(INDENT + 1, top, max(planned, joined) * scale, 12), "line")
    else:
        canvas.draw(box(INDENT + 1, top, LONGEST_BAR, 12), "line dashed")
    canvas.y += 18


def _size(trial: Trial) -> str:
    numbers = {"planned": trial.planned, "joined": trial.joined}
    if trial.planned is None:
        if trial.joined is None:
            return _("number of people not noted")
        return _("%(joined)d people joined") % numbers
    if trial.joined is None:
        return _("%(planned)d people planned") % numbers
    return _("%(joined)d of %(planned)d planned people joined") % numbers


def where_cells_go() -> dict[str, Any]:
    """Return what is known of rats, and what is not known of people; the outlines are in the template."""
    canvas, words = Canvas(), []
    places = []
    vein = _("The cells are given into a vein.")
    for heading, height, keys in (
        (
            _("In rats: seen"),
            118,
            [("1", vein), ("2", _("Most mesenchymal cells were caught in the lungs first."))],
        ),
        (
            _("In people: not known"),
            200,
            [
                ("1", vein),
                ("?", _("Where the cells go from there, we cannot tell you.")),
                ("?", _("How many reach the brain, if any, we cannot tell you.")),
            ],
        ),
    ):
        canvas.write(heading, is_bold=True, kind="heading")
        places.append(round(canvas.y + 6))
        canvas.y += height
        for mark, text in keys:
            canvas.y += 4
            _numbered(canvas, mark, canvas.y + LINE / 2, x=11, is_sure=mark != "?")
            canvas.write(text, x=30)
        canvas.y += 18
        words.append(f"{heading}. {' '.join(dict.fromkeys(text for _mark, text in keys))}")
    canvas.y -= 18
    rat, person = places
    return _figure(
        canvas, _("Where cells go: seen in rats, not known in people"), words, rat=rat, person=person
    )


def clinic_path(box_state: str, follow_up: tuple[str, bool] | None) -> dict[str, Any]:
    """Return the way from a question to follow-up, as far as the clinic's documents go today.

    `follow_up` is what readers see of the clinic's plan, and whether a document stands behind it.
    """
    is_reviewed = box_state in REVIEWED
    gate = _(
        "None is on record here. So you can have an assessment, but not the procedure. What follows "
        "comes only after a reviewed plan."
    )
    if is_reviewed:
        gate = _("One is on record here. The status box says for whom, and until when.")
    after, is_on_file = follow_up or (_("Ask for the plan in writing."), False)
    if is_on_file:
        after = _("The clinic has its follow-up plan on record.")
    steps = [
        (
            _("You ask"),
            _("By the form or by phone. You need not tell us about your health. In an emergency, call 119."),
        ),
        (
            _("We answer"),
            _("A person reads your question and answers on working days. It is no diagnosis."),
        ),
        (
            _("You meet a doctor"),
            _("Only if you want to. An assessment happens face to face, not through a website."),
        ),
        (_("Yes or no"), _("The doctor may say no, and so may you. Take all the time you need.")),
        (_("Is there a reviewed plan for this use?"), gate),
        (
            _("You get it in writing"),
            _("How and why it is done, what to expect, unwanted effects, the cost. Then you sign, or not."),
        ),
        (_("The procedure"), _("The cells are taken, handled and given back. Each step carries risk.")),
        (_("Follow-up"), after),
    ]
    canvas, words = Canvas(y=2), []
    previous = 0.0
    for number, (title, text) in enumerate(steps, 1):
        is_open = is_reviewed or number < 6
        y = canvas.y + LINE / 2 + 1
        if number > 1:
            kind = "path" if is_open else "path dashed"
            canvas.draw(f"M17 {previous + 14:g}V{y - 14:g}", kind)
        _numbered(canvas, str(number), y, x=17, is_sure=is_open, is_gate=number == 5)
        canvas.write(title, x=42, is_bold=True)
        canvas.write(text, x=42)
        canvas.y += 12
        previous = y
        words.append(f"{title}{'' if title.endswith('?') else '.'} {text}")
    canvas.y -= 12
    return _figure(canvas, _("Eight steps from your question to follow-up"), words, is_numbered=True)


def _numbered(
    canvas: Canvas, mark: str, y: float, *, x: float, is_sure: bool = True, is_gate: bool = False
) -> None:
    """Draw a number in a disc, or in an empty ring where it is not certain that anybody gets there."""
    r = 13 if x > 11 else 10
    if is_gate:
        canvas.draw(f"M{x:g} {y - 15:g}l15 15l-15 15l-15-15z", "gate")
    else:
        canvas.draw(circle(x, y, r), "brand" if is_sure else "ring")
    kind = "middle strong" if is_gate or not is_sure else "middle strong on-brand"
    canvas.label(mark, x=x, y=y + 5, kind=kind)
