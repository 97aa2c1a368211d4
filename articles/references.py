"""The sources that a text cites, numbered as they appear."""

import re
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .evidence import EvidenceLevel, Fact, Ledger, Source
from .marks import RenderingError

LONGEST_LEVEL_LIST = 2  # past this many levels in one citation a list of them says nothing


@dataclass
class Citations:
    """The sources that a text cites, numbered as they appear, and the places that cite them."""

    ledger: Ledger
    places: dict[Source, list[str]] = field(default_factory=dict)
    levels: set[EvidenceLevel] = field(default_factory=set)
    count: int = 0

    def cite(self, marker: str) -> SafeString:
        """Return the HTML of one citation, such as [1, 4-7 strong evidence].

        Raises UnknownFact for a fact that is missing or unchecked.
        """
        facts = self._facts(marker)
        self.levels.update(fact.evidence for fact in facts)
        self.count += 1
        place = f"cite-{self.count}"
        numbers = set()
        for source in dict.fromkeys(source for fact in facts for source in fact.sources):
            self.places.setdefault(source, []).append(place)
            numbers.add(list(self.places).index(source) + 1)
        links = format_html_join(", ", "{}", ((link,) for link in self._links(sorted(numbers))))
        return format_html(
            '<span class="cite" id="{}">[{} <span class="cite-level">{}</span>]</span>',
            place,
            links,
            self._level(facts),
        )

    def _facts(self, marker: str) -> list[Fact]:
        facts: list[Fact] = []
        for part in re.split(r",\s*", marker):
            first, _dash, last = part.partition("-")
            facts += self.ledger.between(first, last) if last else [self.ledger.fact(first)]
        if not facts:
            raise RenderingError(_("[%(marker)s] cites nothing that may be published.") % {"marker": marker})
        return facts

    @staticmethod
    def _links(numbers: list[int]) -> list[SafeString]:
        """Link each number; four or more in a row become a span from the first to the last."""
        links = []
        for _offset, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
            row = [_reference_link(number) for _index, number in run]
            links += [format_html("{}–{}", row[0], row[-1])] if len(row) > 3 else row
        return links

    @staticmethod
    def _level(facts: list[Fact]) -> str:
        levels = {fact.evidence for fact in facts}
        if len(levels) > LONGEST_LEVEL_LIST:
            return _("evidence of different strength")
        return ", ".join(str(level.label) for level in EvidenceLevel if level in levels)

    def references(self) -> list[dict]:
        """Return the numbered list of sources, each with the places that cite it."""
        return [
            {
                "number": number,
                "authors": source.authors,
                "title": source.title,
                "venue": source.venue,
                "year": source.year,
                "url": source.url,
                "backlinks": [
                    {"id": place, "label": str(turn)} for turn, place in enumerate(dict.fromkeys(places), 1)
                ],
            }
            for number, (source, places) in enumerate(
                ((source.shown, places) for source, places in self.places.items()), 1
            )
        ]


def _reference_link(number: int) -> SafeString:
    label = _("Reference %(number)d") % {"number": number}
    return format_html('<a href="#ref-{}" aria-label="{}">{}</a>', number, label, number)
