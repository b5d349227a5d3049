"""Bytes, counts, shares and durations: how they are named and shown.

GB is 10^9 bytes (how memory is sold, and the lecture's unit); GiB is 2^30 bytes (what `nvidia-smi` and
PyTorch count in). Nothing in this app says "GB" and means GiB.
"""

from __future__ import annotations

import math
import re

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

KIB, MIB, GIB = 2**10, 2**20, 2**30
KB, MB, GB = 10**3, 10**6, 10**9


def format_gib(size_bytes: float) -> str:
    """Binary units: `format_gib(4e9)` is "3.73 GiB"."""
    return _scaled(size_bytes, ((2**40, "TiB"), (GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")), "B")


def format_gb(size_bytes: float) -> str:
    """Decimal units: `format_gb(4e9)` is "4.00 GB"."""
    return _scaled(size_bytes, ((10**12, "TB"), (GB, "GB"), (MB, "MB"), (KB, "kB")), "B")


def format_count(count: float) -> str:
    """Parameters or tokens: `format_count(6_738_415_616)` is "6.74B"."""
    return _scaled(count, ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K")), "", space="")


def number_of(count: int, one: str, many: str = "") -> str:
    """`number_of(1, "run")` is "1 run" and `number_of(1_200, "run")` "1,200 runs"; `many` is said where an s is not
    enough."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def format_digits(value: float, digits: int) -> str:
    """So many digits of it, and no power of ten below a billion: `format_digits(14_867, 3)` is "14,900"."""
    if not value or not math.isfinite(value):
        return f"{value:g}"
    if abs(value) >= 1e9:
        return format_power(value, digits)
    places = digits - 1 - math.floor(math.log10(abs(value)))
    written = f"{round(value, places):,.{max(0, places)}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def format_power(value: float, digits: int = 3) -> str:
    """As it is written by hand: `format_power(5.88e23)` is "5.88 · 10²³"."""
    if not value or not math.isfinite(value):
        return f"{value:g}"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{float(mantissa):g} · 10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def format_percent(share: float) -> str:
    """Three digits of it, however small: `format_percent(4.08e-6)` is "0.000408%"."""
    percent = 100 * share
    decimals = max(0, 2 - math.floor(math.log10(abs(percent)))) if percent else 0
    return f"{percent:.{decimals}f}%"


def format_chance(nats: float) -> str:
    """How likely what surprises by so many nats is, in digits that can be read aloud: `format_chance(math.log(8))` is
    "12.5%", `format_chance(math.log(12_345))` "1 in 12,000" and `format_chance(30)` "1 in 10¹³"."""
    power = nats / math.log(10)
    if power <= 3:
        return f"{math.exp(-nats):.1%}"
    if power > 6:
        return f"1 in 10{str(round(power)).translate(SUPERSCRIPTS)}"
    return f"1 in {float(f'{10**power:.2g}'):,.0f}"


def format_duration(seconds: float) -> str:
    """`format_duration(75)` is "1 min 15 s"; under ten seconds one decimal is kept."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def format_expected(seconds: float) -> str:
    """A time that is not known better than by a fifth: `format_expected(173)` is "3 minutes", `format_expected(52)`
    "50 s"."""
    if seconds >= 90:
        return f"{round(seconds / 60)} minutes"
    return f"{round(seconds, -1) if seconds >= 20 else seconds:.0f} s"


def _scaled(value: float, scales: tuple[tuple[int, str], ...], unit: str, space: str = " ") -> str:
    for scale, name in scales:
        if abs(value) >= scale:
            scaled = value / scale
            decimals = 2 if abs(scaled) < 10 else 1 if abs(scaled) < 100 else 0
            return f"{scaled:.{decimals}f}{space}{name}"
    return f"{value:.0f}{space if unit else ''}{unit}"


def without_commas(text: str) -> str:
    """`text` without the commas between its thousands; ValueError where one stands elsewhere.

    "1,5" is one and a half to half of the world: taken for fifteen, it would teach something wrong in silence.
    """
    for number in re.findall(r"[\d,.]*,[\d,.]*", text):
        if not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", number):
            raise ValueError(f"the commas of {number!r} do not part thousands")
    return text.replace(",", "")


def format_signed(value: float) -> str:
    """“+0.06” or “-0.25”, as a correlation is written; what rounds to nothing is “+0.00” from either side."""
    return f"{round(value, 2) + 0.0:+.2f}"
