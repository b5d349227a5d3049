"""Number formats, bit by bit: what is stored when a value is put into fp32, bf16, fp16, fp8, int8, int4 or nf4.

Every format turns values into codes (bit patterns) and back. Rounding is to the nearest representable value,
ties to the even code, computed in float64 where scaling by powers of two is exact.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

import numpy as np

from lib.places import ASSETS
from lib.quant.errors import QuantError
from lib.quant.formats.codebook import Codebook, codebook


@dataclass(frozen=True)
class Field:
    """A stretch of bits with one meaning, most significant first."""

    name: str
    bits: int


@dataclass(frozen=True)
class FloatFormat:
    """Sign, exponent, fraction: (-1)^s · 2^(e - bias) · 1.f, or 2^(1 - bias) · 0.f where e is 0.

    With `infinity` the largest exponent means infinity and NaN, as in IEEE 754. Without it (fp8 E4M3, called
    `e4m3fn` in PyTorch) only the pattern with all bits set is NaN, the others are ordinary numbers, and what is
    too large is kept as the largest: the saturating conversion of Micikevicius et al. 2022, section 2, which is
    also PyTorch's.
    """

    name: str
    exponent_bits: int
    fraction_bits: int
    bias: int
    infinity: bool

    @property
    def bits(self) -> int:
        return 1 + self.exponent_bits + self.fraction_bits

    @property
    def fields(self) -> tuple[Field, ...]:
        return (Field("sign", 1), Field("exponent", self.exponent_bits), Field("fraction", self.fraction_bits))

    @property
    def largest(self) -> float:
        top_exponent = 2**self.exponent_bits - (2 if self.infinity else 1) - self.bias
        top_fraction = 2**self.fraction_bits - (1 if self.infinity else 2)
        return float(np.ldexp(1 + top_fraction / 2**self.fraction_bits, top_exponent))

    @property
    def smallest_normal(self) -> float:
        return float(np.ldexp(1.0, 1 - self.bias))

    @property
    def smallest(self) -> float:
        """The smallest positive (subnormal) value."""
        return float(np.ldexp(1.0, 1 - self.bias - self.fraction_bits))

    def round(self, values: np.ndarray) -> np.ndarray:
        """The nearest representable values; float64. Too large becomes infinity, or the largest where there is none."""
        values = np.asarray(values, np.float64)
        with np.errstate(invalid="ignore"):
            _, exponent = np.frexp(values)  # value = m · 2^exponent with m in [0.5, 1)
            quantum = np.ldexp(1.0, np.maximum(exponent - 1, 1 - self.bias) - self.fraction_bits)
            rounded = np.rint(values / quantum) * quantum
        overflow = np.inf if self.infinity else self.largest
        rounded = np.where(np.abs(rounded) > self.largest, np.copysign(overflow, values), rounded)
        return np.where(np.isnan(values), np.nan, rounded)

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Bit patterns of the nearest representable values; int64, same shape."""
        rounded = self.round(values)
        sign = np.signbit(rounded).astype(np.int64)
        magnitude = np.abs(np.nan_to_num(rounded, nan=0.0, posinf=0.0, neginf=0.0))
        _, exponent = np.frexp(magnitude)
        exponent = np.where(magnitude == 0, 1 - self.bias, np.maximum(exponent - 1, 1 - self.bias))
        units = np.ldexp(magnitude, self.fraction_bits - exponent).astype(np.int64)  # 1.f in units of the last bit
        # A normal number's leading 1 (2^fraction_bits) adds the missing one to the exponent field.
        pattern = ((exponent + self.bias - 1).astype(np.int64) << self.fraction_bits) + units
        all_ones = (1 << (self.exponent_bits + self.fraction_bits)) - 1
        infinity = all_ones ^ ((1 << self.fraction_bits) - 1)
        nan = infinity | (1 << (self.fraction_bits - 1)) if self.infinity else all_ones
        pattern = np.where(np.isinf(rounded), infinity, pattern)
        pattern = np.where(np.isnan(rounded), nan, pattern)
        return (sign << (self.bits - 1)) | pattern

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Values of bit patterns; float64."""
        codes = np.asarray(codes, np.int64)
        fraction, exponent = self._fraction(codes), self._exponent(codes)
        sign = np.where(codes >> (self.bits - 1), -1.0, 1.0)
        values = self.significand(codes) * self.power_of_two(codes)
        top = exponent == (1 << self.exponent_bits) - 1
        if self.infinity:
            values = np.where(top, np.where(fraction == 0, np.inf, np.nan), values)
        else:
            values = np.where(top & (fraction == (1 << self.fraction_bits) - 1), np.nan, values)
        return sign * values

    def significand(self, codes: np.ndarray) -> np.ndarray:
        """1.f of bit patterns, or 0.f where e is 0; float64."""
        return (self._exponent(codes) > 0) + self._fraction(codes) / 2**self.fraction_bits

    def counted_exponent(self, codes: np.ndarray) -> np.ndarray:
        """The e from which the bias is taken: the field's, or 1 where that is 0."""
        return np.maximum(self._exponent(codes), 1)

    def power_of_two(self, codes: np.ndarray) -> np.ndarray:
        """2^(e - bias), or 2^(1 - bias) where e is 0: what the significand is multiplied by; float64."""
        return np.ldexp(1.0, self.counted_exponent(codes) - self.bias)

    def _exponent(self, codes: np.ndarray) -> np.ndarray:
        return (np.asarray(codes, np.int64) >> self.fraction_bits) & ((1 << self.exponent_bits) - 1)

    def _fraction(self, codes: np.ndarray) -> np.ndarray:
        return np.asarray(codes, np.int64) & ((1 << self.fraction_bits) - 1)


@dataclass(frozen=True)
class IntegerFormat:
    """A whole number in two's complement times `scale` = absmax / (2^(bits-1) - 1)."""

    name: str
    bits: int
    scale: float

    @property
    def fields(self) -> tuple[Field, ...]:
        return (Field("sign", 1), Field("magnitude", self.bits - 1))

    @property
    def top(self) -> int:
        return 2 ** (self.bits - 1) - 1

    @property
    def largest(self) -> float:
        return self.top * self.scale

    @property
    def smallest(self) -> float:
        return self.scale

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Two's complement patterns; what does not fit is clipped to ±top, NaN is stored as 0."""
        whole = np.clip(np.rint(np.nan_to_num(np.asarray(values, np.float64) / self.scale)), -self.top, self.top)
        return whole.astype(np.int64) & ((1 << self.bits) - 1)

    def whole_number(self, codes: np.ndarray) -> np.ndarray:
        """The whole numbers that stand for these bit patterns before they are scaled; int64."""
        codes = np.asarray(codes, np.int64)
        return np.where(codes > self.top, codes - (1 << self.bits), codes)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return self.whole_number(codes) * self.scale

    def round(self, values: np.ndarray) -> np.ndarray:
        return self.decode(self.encode(values))


@dataclass(frozen=True)
class CodebookFormat:
    """A position in a table of levels, times `absmax`."""

    name: str
    table: Codebook
    absmax: float

    @property
    def bits(self) -> int:
        return self.table.bits

    @property
    def fields(self) -> tuple[Field, ...]:
        return (Field("index", self.bits),)

    @property
    def largest(self) -> float:
        return self.absmax * float(self.table.levels.max())

    @property
    def smallest(self) -> float:
        return self.absmax * float(self.table.levels[self.table.levels > 0].min())

    def encode(self, values: np.ndarray) -> np.ndarray:
        scaled = np.clip(np.nan_to_num(np.asarray(values, np.float64) / self.absmax), -1, 1)
        return self.table.encode(scaled).astype(np.int64)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return self.table.decode(np.asarray(codes, np.int64)).astype(np.float64) * self.absmax

    def round(self, values: np.ndarray) -> np.ndarray:
        return self.decode(self.encode(values))


NumberFormat = FloatFormat | IntegerFormat | CodebookFormat


@dataclass(frozen=True)
class FormatFacts:
    """What the course says of a format, and who defined it."""

    name: str
    title: str
    kind: str
    note: str
    source: str
    url: str


@cache
def _format_facts() -> dict[str, dict]:
    rows = json.loads((ASSETS / "quant" / "formats.json").read_text(encoding="utf-8"))["formats"]
    return {row["name"]: row for row in rows}


@cache
def format_facts() -> dict[str, FormatFacts]:
    """All formats by name, widest first."""
    return {
        name: FormatFacts(**{key: row[key] for key in ("name", "title", "kind", "note", "source", "url")})
        for name, row in _format_facts().items()
    }


def number_format(name: str, absmax: float = 1.0) -> NumberFormat:
    """The format `name`; `absmax` is the largest magnitude an integer or codebook format must hold.

    QuantError if there is no such format or `absmax` is not a positive number.
    """
    if name not in _format_facts():
        raise QuantError(f"There is no number format called {name!r}; choose one of {', '.join(_format_facts())}.")
    if not (np.isfinite(absmax) and absmax > 0):
        raise QuantError(f"The largest value in a block must be a positive number, not {absmax}.")
    row = _format_facts()[name]
    if row["kind"] == "float":
        return FloatFormat(name, row["exponent_bits"], row["fraction_bits"], row["bias"], row["infinity"])
    if row["kind"] == "integer":
        return IntegerFormat(name, row["bits"], absmax / (2 ** (row["bits"] - 1) - 1))
    return CodebookFormat(name, codebook(row["codebook"]), absmax)
