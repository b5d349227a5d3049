"""Quantization by hand, against arithmetic done on paper."""

import pytest

from lib.quant import QuantError
from lib.quant.formats.arithmetic import parse_numbers, work

EIGHT = (0.5, -1.0, 0.25, 0.0, 2.0, -0.75, 1.5, 0.1)


def test_absmax_by_hand():
    # absmax 2.0, 4 bits: scale 2/7; 0.5 / (2/7) = 1.75 -> 2 -> 4/7; 0.1 / (2/7) = 0.35 -> 0
    example = work(EIGHT, "absmax", 4)
    assert example.scale == 2 / 7
    assert [step.code for step in example.steps] == [2, -4, 1, 0, 7, -3, 5, 0]
    assert example.largest_code == 7  # 2³ - 1
    assert [example.pattern(step) for step in example.steps[:2]] == ["0010", "1100"]  # -4 in two's complement
    assert example.steps[0].restored == pytest.approx(4 / 7)
    assert example.largest_error == pytest.approx(1 / 7)  # -1.0 lies half way: -3.5 rounds to the even -4


def test_zero_point_by_hand():
    # from -1 to 2 in 15 steps of 0.2: zero is code 5; 0.5 / 0.2 = 2.5 -> 2 (even) -> code 7 -> 0.4
    example = work(EIGHT, "zero point", 4)
    assert (example.scale, example.zero) == (0.2, 5)
    assert [step.code for step in example.steps] == [7, 0, 6, 5, 15, 1, 13, 5]
    assert example.largest_code == 15  # 2⁴ - 1
    assert example.pattern(example.steps[6]) == "1101"
    assert example.steps[4].restored == pytest.approx(2.0)
    assert example.steps[1].restored == pytest.approx(-1.0)


def test_nf4_by_hand():
    # 0.5 / 2 = 0.25: the nearest level of QLoRA's appendix E is 0.24611230194568634, number 10
    example = work(EIGHT, "nf4", 4)
    assert example.steps[0].code == 10
    assert example.steps[0].level == pytest.approx(0.24611230194568634)
    assert example.steps[4].restored == 2.0


def test_eight_numbers_are_read_however_they_are_separated():
    assert parse_numbers("1, 2;3 4\n5 −6 7e-1 8") == (1, 2, 3, 4, 5, -6, 0.7, 8)


@pytest.mark.parametrize("text", ["", "1 2 3", "1 2 3 4 5 6 7 eight", "1 2 3 4 5 6 7 nan", "1 2 3 4 5 6 7 1e99"])
def test_what_is_not_eight_numbers_is_said(text):
    with pytest.raises(QuantError):
        parse_numbers(text)


def test_nan_is_no_number_rather_than_too_large():
    with pytest.raises(QuantError, match="'nan' is not a number"):
        parse_numbers("1 2 3 4 5 6 7 nan")


@pytest.mark.parametrize(
    ("values", "scheme", "bits"), [((0.0,) * 8, "absmax", 4), (EIGHT, "gptq", 4), (EIGHT, "absmax", 1)]
)
def test_what_has_no_arithmetic_is_said(values, scheme, bits):
    with pytest.raises(QuantError):
        work(values, scheme, bits)
