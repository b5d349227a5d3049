"""Arithmetic that can be shown: numbers with a symbol and a name, and the sums and products made of them.

`2 * heads * head_size` of two `Number`s is a `Product` that knows its value and what it was made of; how it is written
(LaTeX, plain text) is the business of whoever shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


class Expression:
    """Anything with a `value` that can be added, multiplied and divided."""

    value: float

    def __add__(self, other: Expression | float) -> Sum:
        return Sum((*_flat_parts(self, Sum), *_flat_parts(_expression(other), Sum)))

    def __mul__(self, other: Expression | float) -> Product:
        return Product((*_flat_parts(self, Product), *_flat_parts(_expression(other), Product)))

    def __rmul__(self, other: float) -> Product:
        return _expression(other) * self

    def __truediv__(self, other: Expression | float) -> Quotient:
        return Quotient(self, _expression(other))


@dataclass(frozen=True)
class Number(Expression):
    """One number: its value, the symbol that stands for it (none: its digits do), and what it counts."""

    value: float
    symbol: str = ""
    name: str = ""


@dataclass(frozen=True)
class Sum(Expression):
    """Parts added up."""

    parts: tuple[Expression, ...]

    @property
    def value(self) -> float:
        return sum(part.value for part in self.parts)


@dataclass(frozen=True)
class Product(Expression):
    """Factors multiplied."""

    parts: tuple[Expression, ...]

    @property
    def value(self) -> float:
        result = 1
        for part in self.parts:
            result *= part.value
        return result


@dataclass(frozen=True)
class Quotient(Expression):
    """One expression over another."""

    above: Expression
    below: Expression

    @property
    def value(self) -> float:
        return self.above.value / self.below.value

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.above, self.below)


def named_numbers(expression: Expression) -> tuple[Number, ...]:
    """Every number with a name in it, once, in the order of appearance."""
    return tuple(dict.fromkeys(number for number in _numbers_in(expression) if number.name))


def _numbers_in(expression: Expression) -> Iterator[Number]:
    if isinstance(expression, Number):
        yield expression
        return
    for part in expression.parts:
        yield from _numbers_in(part)


def _expression(value: Expression | float) -> Expression:
    return value if isinstance(value, Expression) else Number(value)


def _flat_parts(expression: Expression, kind: type[Sum | Product]) -> tuple[Expression, ...]:
    """Sums of sums and products of products are written without brackets."""
    return expression.parts if isinstance(expression, kind) else (expression,)
