"""The evidence ledger: what may be stated, how sure it is, and where it comes from.

Facts and sources ship as YAML beside the articles and are cited from Markdown by id, as [F31].
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from .dates import add_months

CONTENT = Path(__file__).with_name("content")


class EvidenceLevel(TextChoices):
    """How strong the support for a fact is, in the words that readers see beside a citation."""

    STRONG = "strong", _("strong evidence")
    MODERATE = "moderate", _("moderate evidence")
    LIMITED = "limited", _("weak evidence")
    PRECLINICAL = "preclinical", _("animals or laboratory only")
    CASE = "case", _("single cases")
    NONE = "none", _("no studies in people found")
    OFFICIAL = "official", _("official record")
    CONSENSUS = "consensus", _("expert agreement")


LEVEL_MEANINGS = {
    EvidenceLevel.STRONG: _("Several good trials agree."),
    EvidenceLevel.MODERATE: _("One good trial, or large consistent studies."),
    EvidenceLevel.LIMITED: _("Small or early studies in people."),
    EvidenceLevel.PRECLINICAL: _("Not yet studied in people."),
    EvidenceLevel.CASE: _("Shows it can happen, not how often."),
    EvidenceLevel.NONE: _("We looked and found no study in people. We may have missed one."),
    EvidenceLevel.OFFICIAL: _("Law, regulator, statistics, guideline or registry."),
    EvidenceLevel.CONSENSUS: _("What experts in the field agree on."),
}


@dataclass(frozen=True)
class Source:
    id: str
    authors: str
    title: str
    venue: str
    year: int
    url: str
    case_no: str = ""  # of a court's ruling, where no link is on file

    @property
    def can_be_looked_up(self) -> bool:
        """Whether a reader can find it: by a link, a DOI, or the number of a statute or ruling."""
        return bool(self.url or self.case_no)


@dataclass(frozen=True)
class Fact:
    id: str
    statement: str
    evidence: EvidenceLevel
    sources: tuple[Source, ...]
    verified: bool
    about: str = ""
    supports: str = ""  # "benefit" on a fact that shows that the treatment helps; none does today
    recheck_months: int | None = None
    checked_on: date | None = None

    @property
    def check_by(self) -> date | None:
        """The last day on which the fact may stand without another look at its sources."""
        if self.checked_on is None or self.recheck_months is None:
            return None
        return add_months(self.checked_on, self.recheck_months)


class UnknownFact(ValueError):
    """An article cites a fact that the ledger does not hold, or that nobody has checked yet."""


@dataclass(frozen=True)
class Ledger:
    facts: dict[str, Fact]
    searched_on: date

    def fact(self, id: str) -> Fact:
        """Return a fact that may be published, or raise UnknownFact."""
        fact = self.facts.get(id)
        if fact is None:
            raise UnknownFact(_("%(fact)s is not in the evidence ledger.") % {"fact": id})
        if not fact.verified:
            raise UnknownFact(_("%(fact)s has not been checked against its source yet.") % {"fact": id})
        return fact

    def between(self, first: str, last: str) -> list[Fact]:
        """Return the publishable facts of a range such as F09-F20, both ends included."""
        numbers = range(int(first[1:]), int(last[1:]) + 1)
        found = [self.facts.get(f"F{number:02}") for number in numbers]
        return [fact for fact in found if fact and fact.verified]


def _source(entry: dict[str, Any]) -> Source:
    url = f"https://doi.org/{entry['doi']}" if "doi" in entry else entry.get("url", "")
    return Source(
        entry["id"],
        entry.get("authors", ""),
        entry["title"],
        entry["venue"],
        entry["year"],
        url,
        entry.get("case_no", ""),
    )


@cache
def ledger() -> Ledger:
    def read(name: str) -> Any:
        return yaml.safe_load((CONTENT / name).read_text("utf-8"))

    searched_on = read("search-record.yaml")["searched_on"]
    sources = {entry["id"]: _source(entry) for entry in read("sources.yaml")["sources"]}
    facts = {
        entry["id"]: Fact(
            id=entry["id"],
            statement=entry["statement"],
            evidence=EvidenceLevel(entry["evidence"]),
            sources=tuple(sources[id] for id in entry["sources"]),
            verified=entry["verified"] == "yes",
            about=entry["about"],
            supports=entry.get("supports", ""),
            recheck_months=entry["recheck"],
            checked_on=searched_on,
        )
        for entry in read("facts.yaml")["facts"]
    }
    return Ledger(facts, searched_on)
