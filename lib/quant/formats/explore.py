"""One value in one format: the code that is stored, what it stands for, and how far apart its neighbours are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from lib.quant.errors import QuantError
from lib.quant.formats.formats import Field, FloatFormat, NumberFormat
from lib.units import without_commas


@dataclass(frozen=True)
class BitField:
    """A field with the bits that are in it: `bits` as a string of 0 and 1."""

    name: str
    bits: str

    @property
    def value(self) -> int:
        return int(self.bits, 2)

    @property
    def powers(self) -> tuple[int, ...]:
        """The first bit first: 2 to the power of this is what a bit is worth, 2⁻¹ the first of a fraction, 2⁰ the last
        of any other field."""
        last = -len(self.bits) if self.name == "fraction" else 0
        return tuple(range(last + len(self.bits) - 1, last - 1, -1))

    @property
    def bit_values(self) -> tuple[float, ...]:
        """What each bit is worth where it is 1, the first bit first: 8, 4, 2, 1, or of a fraction 1/2, 1/4, 1/8."""
        return tuple(2**power for power in self.powers)


@dataclass(frozen=True)
class StoredValue:
    """`asked` put into `format`: it is kept as `code`, which reads back as `stored`."""

    format: NumberFormat
    asked: float
    code: int

    @property
    def stored(self) -> float:
        return float(self.format.decode(self.code))

    @property
    def error(self) -> float:
        """stored - asked."""
        return self.stored - self.asked

    @property
    def relative_error(self) -> float | None:
        """|stored - asked| / |asked|; None where that has no meaning."""
        if self.asked == 0 or not math.isfinite(self.error):
            return None
        return abs(self.error / self.asked)

    @property
    def pattern(self) -> str:
        return format(self.code, f"0{self.format.bits}b")

    @property
    def fields(self) -> tuple[BitField, ...]:
        return split_bits(self.pattern, self.format.fields)

    @property
    def kind(self) -> str:
        """ "normal", "subnormal", "zero", "infinity", "NaN", or "clipped" where a scaled format ran out of range."""
        if math.isnan(self.stored):
            return "NaN"
        if math.isinf(self.stored):
            return "infinity"
        if self.stored == 0:
            return "zero"
        if isinstance(self.format, FloatFormat):
            return "subnormal" if abs(self.stored) < self.format.smallest_normal else "normal"
        half_step = self.format.smallest / 2
        return "clipped" if abs(self.asked) > self.format.largest + half_step else "normal"

    @property
    def neighbours(self) -> tuple[float | None, float | None]:
        """The representable values next below and next above `stored`; None where there is none."""
        if not math.isfinite(self.stored):
            return None, None
        if isinstance(self.format, FloatFormat):
            return _float_neighbours(self.format, self.stored)
        values = np.unique(self.format.decode(np.arange(2**self.format.bits)))
        place = int(np.argmin(np.abs(values - self.stored)))
        below = float(values[place - 1]) if place > 0 else None
        above = float(values[place + 1]) if place + 1 < len(values) else None
        return below, above

    @property
    def gap(self) -> float | None:
        """Distance to the next representable value away from zero (the "ulp"); towards zero at the very end."""
        below, above = self.neighbours
        outward, inward = (above, below) if self.stored >= 0 else (below, above)
        nearest = outward if outward is not None else inward
        return None if nearest is None else abs(nearest - self.stored)

    @property
    def exact_decimal(self) -> str:
        """Every digit of what is stored: `0.1` in fp32 is 0.100000001490116119384765625."""
        if not math.isfinite(self.stored):
            return str(self.stored)
        digits = format(Decimal(self.stored), "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _float_neighbours(fmt: FloatFormat, value: float) -> tuple[float | None, float | None]:
    magnitude_code = int(fmt.encode(abs(value)))
    outward = float(fmt.decode(magnitude_code + 1))
    outward = outward if math.isfinite(outward) else None
    inward = float(fmt.decode(magnitude_code - 1)) if magnitude_code else -fmt.smallest
    if value >= 0:
        return inward, outward
    return (None if outward is None else -outward), -inward


def split_bits(pattern: str, fields: tuple[Field, ...]) -> tuple[BitField, ...]:
    """Cut a string of bits into its fields."""
    parts, start = [], 0
    for field in fields:
        parts.append(BitField(field.name, pattern[start : start + field.bits]))
        start += field.bits
    return tuple(parts)


def store(value: float, fmt: NumberFormat) -> StoredValue:
    """What `fmt` keeps of `value`."""
    return StoredValue(fmt, float(value), int(fmt.encode(value)))


def from_code(code: int, fmt: NumberFormat) -> StoredValue:
    """The value whose bits the student set by hand; QuantError if the code has too many bits."""
    if not 0 <= code < 2**fmt.bits:
        raise QuantError(f"A code of {fmt.name} must lie between 0 and {2**fmt.bits - 1}; {code} does not.")
    return StoredValue(fmt, float(fmt.decode(code)), code)


def parse_value(text: str) -> float:
    """A number as a student types it: 0.1, 1e-5, 1/3, -inf, nan; QuantError for anything else."""
    try:
        cleaned = without_commas(text.strip().replace("−", "-").replace("_", ""))
        if cleaned.count("/") == 1:
            above, below = cleaned.split("/")
            return float(above) / float(below)
        return float(cleaned)
    except (ValueError, ZeroDivisionError):
        shown = text.strip()[:30] or "nothing"
        raise QuantError(f"{shown!r} is not a number; write one like 0.1, -3.5e-4 or 1/3.") from None
