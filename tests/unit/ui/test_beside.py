"""What stands before an answer: what it earns."""

from __future__ import annotations

import pytest

from lib.ui.alignment.beside import Earning


@pytest.mark.parametrize(
    ("reward", "shown"), [(-0.04, "0"), (0.0, "0"), (2.0, "2"), (20.0, "20"), (1.25, "1.2"), (-0.3, "-0.3")]
)
def test_what_an_answer_earns_has_one_decimal_and_no_nought_below_nought(reward, shown):
    assert Earning("Once", "upon a time", reward).earned == shown
