"""Number formats against numpy's float16, PyTorch's dtypes and published limits."""

import math

import numpy as np
import pytest

from lib.quant import QuantError
from lib.quant.formats.explore import from_code, parse_value, store
from lib.quant.formats.formats import format_facts, number_format

FLOATS = ("fp32", "bf16", "fp16", "fp8-e4m3", "fp8-e5m2")


@pytest.mark.parametrize(
    ("name", "largest", "smallest_normal", "smallest"),
    [
        ("fp32", 3.4028234663852886e38, 2.0**-126, 2.0**-149),  # IEEE 754-2019, binary32
        ("fp16", 65504, 2.0**-14, 2.0**-24),  # IEEE 754-2019, binary16
        ("bf16", 3.3895313892515355e38, 2.0**-126, 2.0**-133),  # (2 - 2^-7) · 2^127
        ("fp8-e4m3", 448, 2.0**-6, 2.0**-9),  # Micikevicius et al. 2022, table 1
        ("fp8-e5m2", 57344, 2.0**-14, 2.0**-16),  # Micikevicius et al. 2022, table 1
    ],
)
def test_limits_are_the_published_ones(name, largest, smallest_normal, smallest):
    fmt = number_format(name)
    assert (fmt.largest, fmt.smallest_normal, fmt.smallest) == (largest, smallest_normal, smallest)


def test_fp16_agrees_with_numpy_on_every_pattern_and_on_ties():
    patterns = np.arange(2**16)
    theirs = patterns.astype(np.uint16).view(np.float16).astype(np.float64)
    fp16 = number_format("fp16")
    np.testing.assert_array_equal(fp16.decode(patterns), theirs)
    finite = np.sort(theirs[np.isfinite(theirs)])
    midpoints = (finite[:-1] + finite[1:]) / 2  # where ties must go to the even neighbour
    np.testing.assert_array_equal(fp16.round(midpoints), midpoints.astype(np.float16).astype(np.float64))


def test_fp32_agrees_with_numpy():
    values = np.random.default_rng(0).integers(0, 2**32, 100_000, dtype=np.uint64).astype(np.uint32).view(np.float32)
    values = values[~np.isnan(values)]
    patterns = number_format("fp32").encode(values.astype(np.float64))
    np.testing.assert_array_equal(patterns, values.view(np.uint32).astype(np.int64))


@pytest.mark.torch
@pytest.mark.parametrize(
    ("name", "dtype", "integer"),
    [
        ("bf16", "bfloat16", "int16"),
        ("fp16", "float16", "int16"),
        ("fp8-e4m3", "float8_e4m3fn", "uint8"),
        ("fp8-e5m2", "float8_e5m2", "uint8"),
    ],
)
def test_codes_and_rounding_agree_with_torch(name, dtype, integer):
    import torch

    fmt, dtype, integer = number_format(name), getattr(torch, dtype), getattr(torch, integer)
    codes = torch.arange(2**fmt.bits)
    np.testing.assert_array_equal(fmt.decode(codes.numpy()), codes.to(integer).view(dtype).double().numpy())

    generator = torch.Generator().manual_seed(0)
    any_bits = torch.randint(-(2**31), 2**31, (200_000,), generator=generator).to(torch.int32).view(torch.float32)
    every_half = torch.arange(2**16).to(torch.int16).view(torch.float16).float()
    values = torch.cat([any_bits, every_half])
    theirs = values.to(dtype)
    np.testing.assert_array_equal(fmt.round(values.double().numpy()), theirs.double().numpy())
    numbers = ~values.isnan().numpy()
    their_codes = theirs.view(integer).to(torch.int64).numpy() & (2**fmt.bits - 1)
    np.testing.assert_array_equal(fmt.encode(values.double().numpy())[numbers], their_codes[numbers])


@pytest.mark.parametrize("name", format_facts())
def test_every_code_that_is_a_number_survives_the_way_there_and_back(name):
    fmt = number_format(name, absmax=0.37)
    codes = np.arange(2**fmt.bits) if fmt.bits <= 16 else np.random.default_rng(1).integers(0, 2**32, 50_000)
    values = fmt.decode(codes)
    finite = np.isfinite(values)
    if name in ("int8", "int4"):
        finite &= codes != 2 ** (fmt.bits - 1)  # -128 can be set by hand; absmax quantization never makes it
    np.testing.assert_array_equal(fmt.encode(values[finite]), codes[finite])


def test_a_tenth_in_single_precision_has_these_digits():
    stored = store(0.1, number_format("fp32"))
    assert (
        stored.exact_decimal == "0.100000001490116119384765625"
    )  # Python docs, "Floating Point Arithmetic", as binary32
    assert stored.pattern == "00111101110011001100110011001101"
    assert [field.value for field in stored.fields] == [0, 123, 0b10011001100110011001101]


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("value", [1.0, 0.1, -3.7, 300.0, 2.0**-8, 2.0**-9, 5 * 2.0**-17])
def test_significand_and_power_of_two_are_those_of_python_s_own_hexadecimal(name, value):
    """`float.hex` writes 1.f and the exponent; below the smallest normal number the exponent stays and the 1 goes."""
    fmt = number_format(name)
    stored = store(value, fmt)
    significand, exponent = abs(stored.stored).hex().split("p")
    below = max(0, math.frexp(fmt.smallest_normal)[1] - 1 - int(exponent)) if stored.stored else 0
    assert float(fmt.significand(stored.code)) == float.fromhex(significand) / 2**below
    if stored.stored:
        assert fmt.power_of_two(stored.code) == 2.0 ** (int(exponent) + below)
    assert fmt.power_of_two(stored.code) == 2.0 ** (int(fmt.counted_exponent(stored.code)) - fmt.bias)


def test_the_bits_of_a_field_are_worth_what_they_add():
    # Half precision's 1.5 with every bit by hand: sign, exponent 01111, fraction 1000000000
    sign, exponent, fraction = from_code(0b0_01111_1000000000, number_format("fp16")).fields
    assert (sign.bit_values, exponent.bit_values) == ((1,), (16, 8, 4, 2, 1))
    assert fraction.powers == (-1, -2, -3, -4, -5, -6, -7, -8, -9, -10)
    assert fraction.bit_values[:3] == (0.5, 0.25, 0.125)
    assert store(-0.5, number_format("int8", absmax=2.0)).fields[1].bit_values == (64, 32, 16, 8, 4, 2, 1)


def test_whole_numbers_are_numpy_s_two_s_complement():
    codes = np.arange(256)
    np.testing.assert_array_equal(number_format("int8").whole_number(codes), codes.astype(np.uint8).view(np.int8))


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("value", [1.0, 0.1, -3.7, 300.0, 1e-7])
def test_gap_is_the_distance_to_the_next_code(name, value):
    fmt = number_format(name)
    stored = store(value, fmt)
    outward = abs(float(fmt.decode(stored.code + 1)) - stored.stored)
    assert stored.gap == outward
    assert abs(stored.error) <= outward / 2


def test_gaps_agree_with_numpy_spacing():
    for value in (1.0, 0.1, 123.4, 6e-8):
        assert store(value, number_format("fp16")).gap == np.spacing(np.float16(value))
        assert store(value, number_format("fp32")).gap == np.spacing(np.float32(value))


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("fp16", 70000, "infinity"),
        ("bf16", 70000, "normal"),
        ("fp8-e4m3", 70000, "normal"),  # saturates at 448
        ("fp16", 1e-7, "subnormal"),
        ("fp16", 1e-9, "zero"),
        ("bf16", math.nan, "NaN"),
        ("int8", 3.0, "clipped"),
        ("nf4", 0.01, "zero"),
    ],
)
def test_what_becomes_of_a_value(name, value, kind):
    assert store(value, number_format(name)).kind == kind


def test_int8_takes_a_known_value_to_a_known_code():
    # LLM.int8() eq. 1: round(127 · x / absmax); -0.5 / 2 · 127 = -31.75
    stored = store(-0.5, number_format("int8", absmax=2.0))
    assert stored.code == (-32) & 0xFF
    assert stored.stored == pytest.approx(-32 * 2 / 127)


def test_neighbours_end_where_the_format_ends():
    assert store(1.0, number_format("nf4")).neighbours == (pytest.approx(0.7229568), None)
    assert store(-448, number_format("fp8-e4m3")).neighbours == (None, -416)
    assert store(0.0, number_format("fp16")).neighbours == (-(2.0**-24), 2.0**-24)


def test_bits_set_by_hand_are_read_back():
    assert from_code(0b0_01111_1000000000, number_format("fp16")).stored == 1.5
    with pytest.raises(QuantError, match="between 0 and 15"):
        from_code(16, number_format("int4"))


@pytest.mark.parametrize(("text", "value"), [("1/3", 1 / 3), (" -3.5e-4 ", -3.5e-4), ("−2", -2.0), ("65,504", 65504.0)])
def test_numbers_as_students_write_them(text, value):
    assert parse_value(text) == value


@pytest.mark.parametrize("text", ["", "abc", "1/0", "1/2/3", "<script>", "0x10", "1,5", "0,1", "65,5,04"])
def test_what_is_not_a_number_is_said(text):
    with pytest.raises(QuantError, match="not a number"):
        parse_value(text)


@pytest.mark.parametrize("absmax", [0.0, -1.0, math.inf, math.nan])
def test_a_block_needs_a_positive_largest_value(absmax):
    with pytest.raises(QuantError, match="positive"):
        number_format("int8", absmax)


def test_an_unknown_format_is_said():
    with pytest.raises(QuantError, match="fp64"):
        number_format("fp64")
