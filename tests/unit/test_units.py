"""Numbers as a page shows them."""

from __future__ import annotations

import pytest

from lib.units import format_percent


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (1 / 3, "33.3%"),
        (1, "100%"),
        (0, "0%"),
        (-1 / 8, "-12.5%"),
        (32_768 / 8_030_261_248, "0.000408%"),  # IA3 on the keys of Llama 3.1 8B, 32 layers of 1,024 numbers
    ],
)
def test_a_share_has_three_digits_however_small(share, shown):
    assert format_percent(share) == shown
