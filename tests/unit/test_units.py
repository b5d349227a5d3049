"""Numbers as a page shows them."""

from __future__ import annotations

import math

import pytest

from lib.units import (
    format_chance,
    format_digits,
    format_expected,
    format_percent,
    format_power,
    format_signed,
    number_of,
)


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


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs"), (1_200, "1,200 runs"), (10**6, "1,000,000 runs")]
)
def test_one_thing_is_not_several(count, shown):
    assert number_of(count, "run") == shown


def test_a_plural_of_its_own():
    assert (number_of(1, "entry", "entries"), number_of(3, "entry", "entries")) == ("1 entry", "3 entries")


@pytest.mark.parametrize(
    ("one_in", "shown"),
    [(1, "100.0%"), (8, "12.5%"), (12_345, "1 in 12,000"), (499_999, "1 in 500,000"), (10**13, "1 in 10¹³")],
)
def test_a_chance_has_no_more_digits_than_can_be_read_aloud(one_in, shown):
    assert format_chance(math.log(one_in)) == shown


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (14_867, 3, "14,900"),
        (150, 2, "150"),
        (7.2, 2, "7.2"),
        (0.0123, 2, "0.012"),
        (9.99, 2, "10"),
        (20, 3, "20"),
        (0, 3, "0"),
    ],
)
def test_so_many_digits_and_no_power_of_ten(value, digits, shown):
    assert format_digits(value, digits) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (5.88e23, "5.88 · 10²³"),
        (3e11, "3 · 10¹¹"),
        (9.999e20, "1 · 10²¹"),
        (0.00003, "3 · 10⁻⁵"),
        (0, "0"),
        (math.nan, "nan"),
        (3.14e23, "3.14 · 10²³"),  # as the course writes OpenAI's figure for GPT-3
    ],
)
def test_a_power_of_ten_is_written_by_hand(value, shown):
    assert format_power(value) == shown


def test_what_rounds_to_nothing_has_no_minus():
    assert [format_signed(each) for each in (-0.0004, 0.0, 0.056, -0.25)] == ["+0.00", "+0.00", "+0.06", "-0.25"]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(8, "8 s"), (14.6, "15 s"), (52, "50 s"), (89, "90 s"), (173, "3 minutes"), (205, "3 minutes")],
)
def test_an_expected_time_claims_no_seconds_that_nobody_knows(seconds, shown):
    assert format_expected(seconds) == shown
