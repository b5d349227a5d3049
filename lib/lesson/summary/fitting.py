"""How many lines each part of a chapter's page takes, so that as much goes on it as leaves it one page long.

A line is one of the page's own text, 8.5 points in a box of 1.3 times that. Letters are counted as wide as those of a
wide typeface, for the page is printed with whatever the reader's computer has. A test prints every chapter with all
that it may tell, and counts the pages.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
PAGE = 75.0
"""Lines to be filled; the rest is left to roundings."""
LETTERS = 102
"""On a line as wide as the page."""
HEADING, GAP = 2.0, 0.25
"""A heading with the space around it; the space after a paragraph or an item."""


def lines(text: str, letters: int = LETTERS) -> float:
    """Lines of one paragraph; line breaks within it count."""
    return sum(max(1, math.ceil(len(part) / letters)) for part in text.split("\n")) + GAP


def row_lines(row: Sequence[str]) -> float:
    """Lines of a row of a table, whose text is a little smaller: its fullest cell decides."""
    letters = max(1, LETTERS // max(1, len(row)))
    return 0.95 * max((math.ceil(len(cell) / letters) for cell in row), default=1) + 0.4


def beside(left: str, right: str) -> float:
    """Lines of two paragraphs beside each other."""
    return max(lines(left, LETTERS // 2 - 4), lines(right, LETTERS // 2 - 4))


def within(parts: Sequence[T], most: float, length: Callable[[T], float]) -> tuple[T, ...]:
    """The parts that fit, in their order: one that is too long is passed over, a shorter one after it may do."""
    taken, left = [], most
    for each in parts:
        if length(each) <= left:
            taken.append(each)
            left -= length(each)
    return tuple(taken)
