"""Pictures of numbers, reckoned on the server: templates draw them as SVG, a style sheet colours them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import ceil

WIDTH, HEIGHT = 960, 240
LEFT, BOTTOM, TOP = 48, 28, 12  # room for the words at the edges
MOST_WORDS = 16  # below the columns
FLOOR = HEIGHT - BOTTOM


@dataclass(frozen=True)
class Column:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Word:
    x: float
    y: float
    text: str


@dataclass
class Picture:
    """One picture with its scale. Everything is in the units of its view box."""

    scale: list[Word]
    below: list[Word]
    columns: list[Column] = field(default_factory=list)
    lines: dict[str, list[str]] = field(default_factory=dict)  # by name: the points of each piece
    dots: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    width, height, left, floor = WIDTH, HEIGHT, LEFT, FLOOR


def ticks(most: float) -> list[int]:
    """Return round numbers from nothing up to at least `most`, at most six of them."""
    step = next(
        first * 10**power for power in range(12) for first in (1, 2, 5) if first * 10**power * 5 >= most
    )
    return [step * number for number in range(max(ceil(most / step), 1) + 1)]


def columns(counts: Sequence[int], words: Sequence[str]) -> Picture:
    """Return one column for each count."""
    marks = ticks(max(counts, default=0))
    picture, step = _frame(marks, words, [str(mark) for mark in marks])
    gap = min(step * 0.25, 8)
    for number, count in enumerate(counts):
        height = _up(count, marks[-1])
        picture.columns.append(
            Column(
                round(LEFT + number * step + gap / 2, 1), FLOOR - height, round(max(step - gap, 1), 1), height
            )
        )
    return picture


def lines(series: Mapping[str, Sequence[float | None]], words: Sequence[str], unit: str) -> Picture:
    """Return a line for each series; where nothing is known it has a gap. `unit` follows the scale."""
    most = max((value for values in series.values() for value in values if value is not None), default=0)
    marks = ticks(most)
    picture, step = _frame(marks, words, [unit % {"n": mark} for mark in marks])
    for name, values in series.items():
        points = [
            None if value is None else (round(LEFT + (number + 0.5) * step, 1), FLOOR - _up(value, marks[-1]))
            for number, value in enumerate(values)
        ]
        pieces = [[point for point in piece if point] for known, piece in groupby(points, key=bool) if known]
        picture.lines[name] = [" ".join(f"{x},{y}" for x, y in piece) for piece in pieces]
        picture.dots[name] = [point for point in points if point]
    return picture


def _up(value: float, most: float) -> float:
    return round((FLOOR - TOP) * value / most, 1)


def _frame(marks: list[int], words: Sequence[str], scale: list[str]) -> tuple[Picture, float]:
    step = (WIDTH - LEFT) / max(len(words), 1)
    every = -(-len(words) // MOST_WORDS) or 1
    return Picture(
        scale=[
            Word(LEFT - 8, FLOOR - _up(mark, marks[-1]), text)
            for mark, text in zip(marks, scale, strict=True)
        ],
        below=[
            Word(round(LEFT + (number + 0.5) * step, 1), HEIGHT - 8, word)
            for number, word in enumerate(words)
            if number % every == 0
        ],
    ), step
