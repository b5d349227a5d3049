"""A term of an estimate: a size, how sure it is, and the arithmetic behind it."""

from __future__ import annotations

from dataclasses import dataclass

from lib.units import format_gb, format_gib


@dataclass(frozen=True)
class Term:
    """One part of the memory. Sizes in bytes.

    `below` and `above` are the uncertainty as shares of the size (0.05 = 5%); both zero means exact: the size follows
    from shapes alone. `formula` is LaTeX with symbols, `values` the same with the numbers filled in.
    """

    key: str
    label: str
    size_bytes: float
    formula: str = ""
    values: str = ""
    source: str = ""
    note: str = ""
    below: float = 0.0
    above: float = 0.0

    @property
    def exact(self) -> bool:
        return self.below == 0 and self.above == 0

    @property
    def low_bytes(self) -> float:
        return self.size_bytes * (1 - self.below)

    @property
    def high_bytes(self) -> float:
        return self.size_bytes * (1 + self.above)

    @property
    def working(self) -> str:
        """LaTeX: the formula, its numbers and what they come to, one below the other, so that a phone has room."""
        numbers, *sizes = self.values.rsplit(" = ", 2)  # `values` ends in the same size twice, in GB and in GiB
        lines = [self.formula, numbers, " = ".join(sizes)] if len(sizes) == 2 else [self.formula, self.values]
        return r"\begin{aligned} & " + r" \\ &= ".join(lines) + r" \end{aligned}"


def total(terms: tuple[Term, ...]) -> float:
    return sum(term.size_bytes for term in terms)


def latex_number(value: float) -> str:
    """Digits in groups of three, as LaTeX wants them; whole numbers stay whole."""
    if abs(value - round(value)) < 1e-9:
        return f"{round(value):,}".replace(",", r"{,}")
    return f"{value:,.4g}".replace(",", r"{,}") if abs(value) < 1000 else f"{value:,.1f}".replace(",", r"{,}")


def latex_bytes(size_bytes: float) -> str:
    r"""`16.1\ \text{GB} = 15.0\ \text{GiB}`: both units, so that neither can be mistaken for the other."""
    decimal, binary = (
        r"\ \text{".join(text.rsplit(" ", 1)) + "}" for text in (format_gb(size_bytes), format_gib(size_bytes))
    )
    return f"{decimal} = {binary}"


class MadeOfTerms:
    """An estimate whose whole is the sum of its `terms`."""

    terms: tuple[Term, ...]

    @property
    def total_bytes(self) -> float:
        return total(self.terms)

    @property
    def low_bytes(self) -> float:
        return sum(term.low_bytes for term in self.terms)

    @property
    def high_bytes(self) -> float:
        return sum(term.high_bytes for term in self.terms)

    def term(self, key: str) -> Term:
        return next(term for term in self.terms if term.key == key)
