"""The unit a student has chosen for sizes."""

from lib.units import format_gb, format_gib


def in_unit(size_bytes: float, unit: str) -> str:
    """`unit` is GB (10^9 bytes) or GiB (2^30)."""
    return format_gb(size_bytes) if unit == "GB" else format_gib(size_bytes)
