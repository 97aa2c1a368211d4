"""Words and shapes one below the other, for a drawing that is as legible on a phone as on paper."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unicodedata import east_asian_width

# In units of the drawing. On the narrowest phone 288 px are left for it, and its text still has 12 px.
WIDTH, SIZE, LINE = 312, 14, 19
# How wide letters are, in parts of their size: rather too wide than too narrow, for fonts differ.
FULL, CAPITAL, SMALL, THIN = 0.97, 0.75, 0.63, 0.36
BOLDER = 1.12


def width_of(text: str, *, is_bold: bool = False) -> float:
    """Return about how wide a text is drawn."""
    ems = sum(map(_ems, text))
    return ems * SIZE * (BOLDER if is_bold else 1)


def _ems(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return FULL
    if letter in " .,:;'’“”!()[]|iIjlt·":
        return THIN
    return CAPITAL if letter.isupper() or letter in "mwMW%–…" else SMALL


def lines(text: str, width: float, *, is_bold: bool = False) -> Iterator[str]:
    """Break a text into lines no wider than that, between words."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and width_of(longer, is_bold=is_bold) > width:
            yield line
            longer = word
        line = longer
    if line:
        yield line


def circle(x: float, y: float, r: float) -> str:
    """Return a circle as a path."""
    return f"M{x - r:g} {y:g}a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 {-2 * r:g} 0z"


def box(x: float, y: float, width: float, height: float) -> str:
    """Return a rectangle as a path."""
    return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z"


@dataclass
class Canvas:
    """Shapes and texts by the class that colours them; `y` is where the next thing goes."""

    y: float = 0
    shapes: list[dict[str, Any]] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)

    def draw(self, path: str, kind: str) -> None:
        self.shapes.append({"d": path, "kind": kind})

    def draw_below(self, path: str, kind: str) -> None:
        """Draw under everything that is there."""
        self.shapes.insert(0, {"d": path, "kind": kind})

    def write(self, text: str, *, x: float = 0, is_bold: bool = False, kind: str = "") -> None:
        """Write a text from here downwards, in as many lines as it takes."""
        kind = f"{kind} strong".strip() if is_bold else kind
        for line in lines(text, WIDTH - x, is_bold=is_bold):
            self.y += LINE
            self.label(line, x=x, y=self.y - 5, kind=kind)

    def label(self, text: str, *, x: float, y: float, kind: str = "") -> None:
        """Write one line at a place of its own."""
        self.texts.append({"text": text, "x": f"{x:g}", "y": f"{y:g}", "kind": kind})
