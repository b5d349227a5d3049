"""n-grams as chips: equal ones under one number, clipped ones struck through, as they were written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lib.metrics.pair.ngrams import Overlap
from lib.ui.kit.tokens import Chip


def linked(overlap: Overlap) -> tuple[list[list[Chip]], list[Chip]]:
    """Chips for the n-grams of each reference and of the candidate, equal ones under one number."""
    candidate: dict[int, Chip] = {}
    references: list[dict[int, Chip]] = [{} for _ in overlap.references]
    link = 0
    for match in overlap.matches:
        number = link if match.ceiling else None
        link += 1 if match.ceiling else 0
        for count, position in enumerate(match.candidate_positions):
            clipped = bool(match.ceiling) and count >= match.matched
            note = f"clipped: no reference has it more than {match.ceiling}×" if clipped else ""
            candidate[position] = Chip(match.text, number, clipped, note)
        for row, places in zip(references, match.reference_positions, strict=True):
            for count, position in enumerate(places):
                spare = count >= match.matched
                row[position] = Chip(match.text, number, spare, "the candidate has it less often" if spare else "")
    filled = [
        [row.get(at) or Chip(" ".join(tokens[at : at + overlap.n])) for at in range(total)]
        for row, tokens, total in zip(references, overlap.references, overlap.reference_totals, strict=True)
    ]
    return filled, [candidate[at] for at in range(overlap.candidate_total)]


def as_written(row: Sequence[Chip], surfaces: Sequence[str], n: int = 1) -> list[Chip]:
    """The chips of n-grams with the words as they were written, and in small what they are compared as.

    surfaces  the written word of each token of the text; the chip at index i begins with the i-th
    """
    written = [" ".join(surfaces[at : at + n]) for at in range(len(row))]
    return [
        replace(chip, text=text, compared_as="" if text.lower() == chip.text.lower() else chip.text)
        for chip, text in zip(row, written, strict=True)
    ]
