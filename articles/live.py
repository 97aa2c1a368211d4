"""The parts of a page that depend on the day of reading, filled when the page is asked for.

An article is rendered when it is saved; a document may expire and a status may change afterwards.
"""

import re
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clinic_site.clinic import help_lines

from . import drawings, evidence, figures, trials
from .evidence import EvidenceLevel, Ledger, Source, ledger, short_label
from .glossary import NO_GLOSSARY, Glossary
from .kept import kept, stamp
from .marks import LIVE_MARK
from .models import ClinicStatement, Document, DocumentKind, PriceItem, SearchRecord, TreatmentStatus, Treats
from .register import BOX_ORDER, prices, reader_text, status_box

MOST_RENDERED = 40
_rendered: dict[tuple[str, UUID, str | None, date], str] = {}

STATUS_TABLE = '<div class="live live-treatment-status"></div>'


@kept
def statuses() -> list[TreatmentStatus]:
    return list(TreatmentStatus.objects.prefetch_related("fact_links__fact"))


@kept
def _searches() -> list[SearchRecord]:
    return list(SearchRecord.objects.all())


@kept
def _register() -> tuple[list[Document], dict[str, ClinicStatement]]:
    statements = ClinicStatement.objects.prefetch_related("documents")
    return list(Document.objects.all()), {statement.key: statement for statement in statements}


def no_plan_on_record() -> bool:
    """Tell whether the status box is in one of its states 3 to 5 (editorial rules, section 4)."""
    state = status_box(_register()[0])["state"]
    return state not in (DocumentKind.TREATMENT_PLAN, DocumentKind.RESEARCH_PLAN)


@kept
def _prices() -> list[PriceItem]:
    return list(PriceItem.objects.select_related("document"))


def fill(
    *, head: str, body: str, has_status_table: bool, at: UUID | None = None, words: Glossary = NO_GLOSSARY
) -> tuple[str, str]:
    """Return head and body of an article with every live part filled, in the active language.

    A page that names the treatment has the status table after its text, unless its author placed the
    table elsewhere. One query for all of it; none for a page without live parts, or where the caller
    has read the stamp `at` already.
    """
    if has_status_table and STATUS_TABLE not in head + body:
        body += STATUS_TABLE
    head, body = words.explain(head, body)
    if not LIVE_MARK.search(head + body):
        return head, body
    at = at or stamp()

    def part(match: re.Match[str]) -> str:
        return _part(match[1], at)

    return LIVE_MARK.sub(part, head), LIVE_MARK.sub(part, body)


def _part(name: str, at: UUID | None) -> str:
    """Return a part as HTML, made once for the day, the language and what is stored."""
    if at is None:
        return _render(name, at)
    key = (name, at, get_language(), evidence.today())
    html = _rendered.get(key)
    if html is None:
        if len(_rendered) >= MOST_RENDERED:
            _rendered.clear()
        html = _rendered[key] = _render(name, at)
    return html


def _render(name: str, at: UUID | None) -> str:
    if name == "treatment-status":
        return render_to_string("articles/live/treatment_status.html", {"table": status_table(at)})
    if name == "trials":
        return render_to_string("articles/live/trials.html", {"trials": trials.table(at)})
    if name == "help-now":
        return render_to_string("articles/live/help_now.html", {"help_lines": help_lines()})
    kind, _dash, figure = name.partition("-")
    if kind in ("figure", "words"):
        return _figure(figure, kind, at)
    documents, statements = _register(at)
    if name == "status":
        return render_to_string("articles/live/status_box.html", {"box": status_box(documents)})
    if name == "prices" and (shown := prices(_prices(at))):
        return render_to_string("articles/live/prices.html", {"prices": shown})
    statement = statements.get(name.removeprefix("clinic-"))
    if statement is None:  # renamed or taken away since the article was saved
        return ""
    # Without a price to show, that there is a price list would answer nothing.
    text, on_file = (statement.said("fallback"), False) if name == "prices" else reader_text(statement)
    return render_to_string("articles/live/clinic_statement.html", {"text": text, "on_file": on_file})


def clinic_page() -> dict[str, Any]:
    """Return what the clinic's documents allow its page to say: the status box, what is on file, what is not.

    What is not on file is grouped by what readers are told to do about it. Designation and plans are the
    status box's.
    """
    documents, statements = _register(stamp())
    on_file: list[dict[str, str]] = []
    silent: dict[str, list[str]] = {}
    for statement in statements.values():
        if statement.needs_kind in BOX_ORDER:
            continue
        text, is_on_file = reader_text(statement)
        if is_on_file:
            on_file.append({"topic": statement.said("topic"), "text": text})
        else:
            silent.setdefault(text, []).append(statement.said("topic"))
    return {"box": status_box(documents), "on_file": on_file, "silent": list(silent.items())}


def _figure(name: str, kind: str, at: UUID | None) -> str:
    """Return a figure or its words as HTML; nothing for one that is gone or has nothing to show."""
    figure: dict[str, Any] = {}
    match name:
        case "evidence":
            figure = figures.evidence(at)
            figure = figure if figure["count"] else {}
        case "trials":
            figure = drawings.trials_in_people(at)
        case "evidence-ladder":
            figure = drawings.evidence_ladder(at)
        case "where-cells-go":
            figure = drawings.where_cells_go()
        case "clinic-path":
            documents, statements = _register(at)
            plan = statements.get("follow-up")
            figure = drawings.clinic_path(status_box(documents)["state"], reader_text(plan) if plan else None)
    if not figure:
        return ""
    template = "articles/live/figure.html" if kind == "figure" else "articles/live/words.html"
    return render_to_string(template, {"name": name, "figure": figure})


def status_table(at: UUID | None = None) -> dict[str, Any]:
    """Return the treatment status table in the active language, in parts, each by condition."""
    facts = ledger(at)
    rows = [_row(status, facts) for status in statuses(at)]
    parts = [
        {
            "key": treats.value,
            "title": treats.label,
            "conditions": [
                {"name": name, "rows": list(group)}
                for name, group in groupby(
                    (row for row in rows if row["treats"] == treats), key=lambda row: row["condition"]
                )
            ],
        }
        for treats in Treats
    ]
    return {"parts": [part for part in parts if part["conditions"]], "count": len(rows)}


def _row(status: TreatmentStatus, facts: Ledger) -> dict[str, Any]:
    sources: dict[Source, None] = {}
    for link in status.fact_links.all():
        if fact := facts.facts.get(link.fact.key):
            sources |= dict.fromkeys(filter(status.uses, fact.sources))
    statement = status.said("statement")
    if facts.searched_on:
        statement = statement.replace("{search_date}", date_format(facts.searched_on, "DATE_FORMAT"))
    return {
        "anchor": status.anchor,
        "treats": status.treats,
        "treatment": status.said("treatment"),
        "condition": status.said("condition"),
        "status": status.status,
        "status_words": status.get_status_display(),
        "level": status.level,
        # Beside "in trials", the citation's "no studies in people found" would contradict itself.
        "level_words": _("none found") if status.level == EvidenceLevel.NONE else status.get_level_display(),
        "statement": statement,
        "facts": [link.fact.key for link in status.fact_links.all()],
        "sources": [{"id": source.id, "label": short_label(source), "source": source} for source in sources],
        "checked_on": status.checked_on,
        "check_by": status.due_on,
        "is_stale": status.is_stale,
    }


def evidence_page(choice: trials.Choice) -> dict[str, Any]:
    """Return all that the evidence page shows: picture, trials, treatments, sources, search, status box."""
    at = stamp()
    figure = figures.evidence(at)
    table = status_table(at)
    rows = [row for part in table["parts"] for group in part["conditions"] for row in group["rows"]]
    cited = [entry["source"] for row in rows for entry in row["sources"]]
    cited += [trial.source.entry for trial in trials.stored(at)] + figure["sources"]
    sources = {source.id: source for source in cited}
    levels = {row["level"] for row in rows}
    return {
        "table": table,
        "trials": trials.table(at, choice),
        "figure": figure,
        "sources": [sources[id] for id in sorted(sources)],
        "levels": levels,
        "searches": _searches(at),
        "box": status_box(_register(at)[0]),
        "title": _("What the evidence shows"),
    }
