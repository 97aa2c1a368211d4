"""Bring the evidence and the register that ship with the software into the tables.

A row that staff edited is left as they left it; so is a row that they made. Whatever else differs from
the files is brought up to date, and a fact's change is written down like any other.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import statements
from .models import (
    ClinicStatement,
    Fact,
    FactSource,
    InterestStatement,
    Language,
    Person,
    SearchRecord,
    Source,
    StatusFact,
    Synonym,
    Topic,
    TreatmentStatus,
    Trial,
    TrialFact,
)
from .models.shipped import Shipped

WITH_THE_SOFTWARE = "Came with a new version of the software."


@cache
def _parsed(path: Path, changed: int) -> Any:
    # The safe loader, in C where PyYAML was built with it.
    return yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe


def read(path: Path) -> Any:
    """Return the contents of a YAML file, parsed again only when it has changed."""
    return _parsed(path, path.stat().st_mtime_ns)


class Loader:
    """Loads the files of one folder, in the order in which they need each other."""

    def __init__(self, content: Path):
        self.content = content
        self.counts = dict.fromkeys(["new", "updated", "unchanged", "kept (edited by staff)"], 0)

    @property
    def closed_on(self) -> date:
        """The day on which the shipped facts were last checked."""
        return max(entry["searched_on"] for entry in self._entries("search-record.yaml", "searches"))

    def load(self) -> dict[str, int]:
        """Load everything; return how many rows were new, updated, unchanged or kept."""
        self._bring(SearchRecord, self._entries("search-record.yaml", "searches"), _plain(SearchRecord))
        self._bring(Source, self._entries("sources.yaml", "sources"), _source)
        sources = {source.key: source for source in Source.objects.all()}
        self._bring(
            Fact,
            self._entries("facts.yaml", "facts"),
            self._fact,
            links=lambda fact, keys: [
                FactSource(fact=fact, source=sources[key], position=n) for n, key in enumerate(keys)
            ],
        )
        facts = {fact.key: fact for fact in Fact.objects.all()}
        self._bring(
            TreatmentStatus,
            self._statuses(),
            _plain(TreatmentStatus),
            links=lambda status, keys: [
                StatusFact(status=status, fact=facts[key], position=n) for n, key in enumerate(keys)
            ],
        )
        self._bring(
            Trial,
            self._trials(),
            _plain(Trial),
            links=lambda trial, keys: [
                TrialFact(trial=trial, fact=facts[key], position=n) for n, key in enumerate(keys)
            ],
        )
        self._bring(ClinicStatement, self._entries("register.yaml", "statements"), _plain(ClinicStatement))
        self._bring(Topic, self._entries("topics.yaml", "topics"), _plain(Topic))
        self._bring(Person, self._entries("people.yaml", "people"), _plain(Person))
        self._bring(Synonym, self._synonyms(), _plain(Synonym))
        self._say_who_earns()
        return self.counts

    def _entries(self, name: str, part: str) -> list[dict[str, Any]]:
        return read(self.content / name)[part]

    def _bring[Row: Shipped](
        self,
        model: type[Row],
        entries: Iterable[dict[str, Any]],
        make: Callable[[dict[str, Any]], tuple[Row, list[str]]],
        links: Callable[[Row, list[str]], list[Any]] | None = None,
    ) -> None:
        """Bring the entries of one file into the table of `model`, with the rows that they name."""
        # Ignored below: an abstract model has neither manager nor key, as far as mypy knows.
        stored = {row.key: row for row in model.objects.all()}  # type: ignore[attr-defined]
        new: list[tuple[Row, list[str]]] = []
        for entry in entries:
            row, keys = make(entry)
            row.shipped_digest = row.digest(keys)
            old = stored.get(row.key)  # type: ignore[attr-defined]
            if old is None:
                new.append((row, keys))
                continue
            now = old.digest()
            if old.shipped_digest == row.shipped_digest == now:
                self.counts["unchanged"] += 1
            elif now != old.shipped_digest:
                self.counts["kept (edited by staff)"] += 1
            else:
                self._update(old, row, keys, links)
        rows = model.objects.bulk_create(row for row, _keys in new)  # type: ignore[attr-defined]
        if links:
            linked = [link for row, (_row, keys) in zip(rows, new, strict=True) for link in links(row, keys)]
            if linked:
                type(linked[0]).objects.bulk_create(linked)
        self.counts["new"] += len(new)

    def _update(self, old, row, keys, links) -> None:
        was = old.watched() if isinstance(old, Fact) else {}
        row.pk = old.pk
        row.save()
        if links:
            fresh = links(row, keys)
            (row.citations if isinstance(row, Fact) else row.fact_links).all().delete()
            if fresh:
                type(fresh[0]).objects.bulk_create(fresh)
        if was:
            row.record(was, reason=WITH_THE_SOFTWARE)
        self.counts["updated"] += 1

    def _fact(self, entry: dict[str, Any]) -> tuple[Fact, list[str]]:
        checked = entry["verified"] == "yes"
        fact = Fact(
            key=entry["id"],
            statement=entry["statement"],
            about=entry["about"],
            evidence=entry["evidence"],
            supports=entry.get("supports", ""),
            verified=entry["verified"],
            checked_on=entry.get("checked_on", self.closed_on) if checked else None,
            recheck_months=entry["recheck"],
            use_note=entry.get("use", ""),
        )
        return fact, entry["sources"]

    def _say_who_earns(self) -> None:
        """Enter the conflict-of-interest statement in each language that has none yet."""
        for language in Language.values:
            if InterestStatement.in_force(language) is None:
                text = statements.conflict_of_interest(language)
                InterestStatement.objects.create(language=language, text=text)

    def _synonyms(self) -> Iterable[dict[str, Any]]:
        """Yield the lay words, each list in the one line that staff edit."""
        for entry in self._entries("synonyms.yaml", "synonyms"):
            yield entry | {name: ", ".join(entry[name]) for name in ("words", "terms")}

    def _trials(self) -> Iterable[dict[str, Any]]:
        """Yield the trials, each in its place."""
        for position, entry in enumerate(self._entries("trials.yaml", "trials")):
            yield {"position": position} | entry

    def _statuses(self) -> Iterable[dict[str, Any]]:
        """Yield the rows of the table, each with the names of its treatment and condition."""
        table = read(self.content / "treatment-status.yaml")
        for position, row in enumerate(table["rows"]):
            treatment, condition = (
                table["treatments"][row["treatment"]],
                table["conditions"][row["condition"]],
            )
            yield {
                "key": f"{row['treatment']}-{row['condition']}",
                "position": position,
                "treats": treatment["treats"],
                "treatment_key": row["treatment"],
                "treatment_en": treatment["en"],
                "treatment_ko": treatment["ko"],
                "condition_key": row["condition"],
                "condition_en": condition["en"],
                "condition_ko": condition["ko"],
                "status": row["status"],
                "level": row["level"],
                "statement_en": row["en"],
                "statement_ko": row["ko"],
                "checked_on": row["checked_on"],
                "check_by": row["check_by"],
                "only_sources": ", ".join(row.get("sources", [])),
                "links": row["facts"],
            }


def _plain[Row: Shipped](model: type[Row]) -> Callable[[dict[str, Any]], tuple[Row, list[str]]]:
    """Return what makes a row of an entry that has the fields of the model."""

    def make(entry: dict[str, Any]) -> tuple[Row, list[str]]:
        fields = {name: value for name, value in entry.items() if name != "links"}
        return model(**fields), entry.get("links", [])

    return make


def _source(entry: dict[str, Any]) -> tuple[Source, list[str]]:
    notes = [entry.get("note", "")]
    if entry.get("doi_check"):
        notes.append("The DOI is recalled: open it once before publishing.")
    source = Source(
        key=entry["id"],
        authors=_authors(entry),
        title=entry["title"],
        venue=entry["venue"],
        authors_ko=entry.get("authors_ko", ""),
        title_ko=entry.get("title_ko", ""),
        venue_ko=entry.get("venue_ko", ""),
        year=entry["year"],
        doi=entry.get("doi", ""),
        pmid=entry.get("pmid", ""),
        url=entry.get("url", ""),
        reference=entry.get("case_no", ""),
        retracted="retracted" in entry,
        retraction_note=entry.get("retracted", ""),
        verified=entry["verified"],
        note=" ".join(filter(None, notes)),
    )
    return source, []


def _authors(entry: dict[str, Any]) -> str:
    """Return the authors, or nothing where the file only says that nobody wrote them down."""
    authors = entry.get("authors", "")
    return "" if authors.startswith("not recorded") else authors
