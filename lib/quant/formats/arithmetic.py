"""Quantization by hand: every step for a few numbers, as it would be written on a board."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from lib.quant.errors import QuantError
from lib.quant.formats.codebook import codebook
from lib.quant.quantizers.absmax import check_width

SCHEMES = ("absmax", "zero point", "nf4")
COUNT = 8


@dataclass(frozen=True)
class Step:
    """One number's way: value → scaled → code → restored. For nf4, `level` is the table's entry at the code."""

    value: float
    scaled: float
    code: int
    restored: float
    level: float | None = None

    @property
    def error(self) -> float:
        return self.restored - self.value


@dataclass(frozen=True)
class WorkedExample:
    """`scale` turns codes into values; `zero` is the code of 0 (0 unless the scheme has a zero point)."""

    scheme: str
    bits: int
    low: float
    high: float
    scale: float
    zero: int
    steps: tuple[Step, ...]

    @property
    def absmax(self) -> float:
        return max(abs(self.low), abs(self.high))

    @property
    def largest_code(self) -> int:
        return largest_code(self.scheme, self.bits)

    def pattern(self, step: Step) -> str:
        """The bits of a step's code, a negative one in two's complement."""
        return format(step.code & (2**self.bits - 1), f"0{self.bits}b")

    @property
    def largest_error(self) -> float:
        return max(abs(step.error) for step in self.steps)

    @property
    def mse(self) -> float:
        return sum(step.error**2 for step in self.steps) / len(self.steps)


def largest_code(scheme: str, bits: int) -> int:
    """2^(bits-1) - 1 where one bit is the sign's, as with absmax; 2^bits - 1 where codes count from 0."""
    return 2 ** (bits - 1) - 1 if scheme == "absmax" else 2**bits - 1


def parse_numbers(text: str) -> tuple[float, ...]:
    """COUNT numbers separated by spaces, commas or semicolons; QuantError otherwise."""
    parts = [part for part in re.split(r"[\s,;]+", text.replace("−", "-").strip()) if part]
    if len(parts) != COUNT:
        raise QuantError(f"Give exactly {COUNT} numbers separated by spaces; there are {len(parts)} here.")
    numbers = []
    for part in parts:
        try:
            number = float(part)
        except ValueError:
            raise QuantError(f"{part[:20]!r} is not a number; write one like 0.42 or -1.3.") from None
        if math.isnan(number):
            raise QuantError(f"{part[:20]!r} is not a number; write one like 0.42 or -1.3.")
        if abs(number) >= 1e30:
            raise QuantError(f"{part[:20]} is too large to work with here; keep numbers below 1e30.")
        numbers.append(number)
    return tuple(numbers)


def work(values: tuple[float, ...], scheme: str, bits: int) -> WorkedExample:
    """Quantize a handful of numbers with one scale; QuantError for an unknown scheme or width."""
    if scheme not in SCHEMES:
        raise QuantError(f"The arithmetic is shown for {', '.join(SCHEMES)}, not for {scheme!r}.")
    if not any(values):
        raise QuantError("Eight zeros have no scale; change at least one of them.")
    if scheme == "nf4":
        return _work_nf4(values)
    check_width(bits)
    return _work_absmax(values, bits) if scheme == "absmax" else _work_zero_point(values, bits)


def _work_absmax(values: tuple[float, ...], bits: int) -> WorkedExample:
    top = largest_code("absmax", bits)
    scale = max(abs(value) for value in values) / top
    steps = []
    for value in values:
        scaled = value / scale
        code = int(np.clip(np.rint(scaled), -top, top))
        steps.append(Step(value, scaled, code, code * scale))
    return WorkedExample("absmax", bits, min(values), max(values), scale, 0, tuple(steps))


def _work_zero_point(values: tuple[float, ...], bits: int) -> WorkedExample:
    low, high = min(*values, 0.0), max(*values, 0.0)
    top = largest_code("zero point", bits)
    scale = (high - low) / top
    zero = int(np.clip(np.rint(-low / scale), 0, top))
    steps = []
    for value in values:
        scaled = value / scale
        code = int(np.clip(np.rint(scaled) + zero, 0, top))
        steps.append(Step(value, scaled, code, (code - zero) * scale))
    return WorkedExample("zero point", bits, low, high, scale, zero, tuple(steps))


def _work_nf4(values: tuple[float, ...]) -> WorkedExample:
    table = codebook("nf4")
    absmax = max(abs(value) for value in values)
    steps = []
    for value in values:
        scaled = value / absmax
        code = int(table.encode(np.float32(scaled)))
        level = float(table.levels[code])
        steps.append(Step(value, scaled, code, level * absmax, level))
    return WorkedExample("nf4", 4, min(values), max(values), absmax, 0, tuple(steps))
