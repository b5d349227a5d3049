"""n-grams of a candidate found again in its references, with the place of each and what clipping took away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Ngram = tuple[str, ...]


def ngrams(tokens: Sequence[str], n: int) -> Iterator[Ngram]:
    """Every run of `n` neighbouring tokens, in order."""
    return zip(*(tokens[start:] for start in range(n)), strict=False)


def positions(tokens: Sequence[str], n: int) -> dict[Ngram, tuple[int, ...]]:
    """For each different n-gram the indices at which it begins, n-grams in order of first appearance."""
    found: dict[Ngram, list[int]] = {}
    for index, ngram in enumerate(ngrams(tokens, n)):
        found.setdefault(ngram, []).append(index)
    return {ngram: tuple(indices) for ngram, indices in found.items()}


@dataclass(frozen=True)
class NgramMatch:
    """One different n-gram of the candidate and where it stands in each reference.

    Clipping (Papineni et al. 2002, section 2.1): it earns at most as many matches as the one reference that
    has most of it.
    """

    ngram: Ngram
    candidate_positions: tuple[int, ...]
    reference_positions: tuple[tuple[int, ...], ...]

    @property
    def count(self) -> int:
        return len(self.candidate_positions)

    @property
    def ceiling(self) -> int:
        """Count_max_ref: the most often that any one reference has it."""
        return max(len(each) for each in self.reference_positions)

    @property
    def matched(self) -> int:
        return min(self.count, self.ceiling)

    @property
    def clipped(self) -> int:
        """How many occurrences earn nothing though the n-gram is in a reference."""
        return self.count - self.matched if self.ceiling else 0

    @property
    def text(self) -> str:
        return " ".join(self.ngram)


@dataclass(frozen=True)
class Overlap:
    """All n-grams of a candidate against its references, and the counts made of them."""

    n: int
    references: tuple[tuple[str, ...], ...]
    candidate: tuple[str, ...]
    matches: tuple[NgramMatch, ...]
    """Every different n-gram of the candidate, in order of first appearance."""

    @property
    def candidate_total(self) -> int:
        return max(len(self.candidate) - self.n + 1, 0)

    @property
    def reference_totals(self) -> tuple[int, ...]:
        return tuple(max(len(reference) - self.n + 1, 0) for reference in self.references)

    @property
    def matched(self) -> int:
        return sum(match.matched for match in self.matches)

    @property
    def unclipped(self) -> int:
        """Occurrences that are in some reference, were there no clipping."""
        return sum(match.count for match in self.matches if match.ceiling)


def overlap(references: Sequence[Sequence[str]], candidate: Sequence[str], n: int) -> Overlap:
    """The candidate's n-grams found in one or several references."""
    in_references = [positions(reference, n) for reference in references]
    matches = tuple(
        NgramMatch(ngram, places, tuple(found.get(ngram, ()) for found in in_references))
        for ngram, places in positions(candidate, n).items()
    )
    return Overlap(n, tuple(map(tuple, references)), tuple(candidate), matches)
