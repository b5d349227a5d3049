"""Quantizers against bitsandbytes, PyTorch's fake quantization, and the papers' own figures."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from lib.quant import QuantError
from lib.quant.formats.codebook import codebook, dynamic_8bit_levels
from lib.quant.quantizers.bench import Quantizer, repairs, run_bench
from lib.quant.quantizers.blocks import grouping
from lib.quant.quantizers.result import damage
from lib.quant.quantizers.scales import store_scales

rng = np.random.default_rng(0)
SHAPES = [(768, 256), (256, 768), (100, 66)]  # the last does not divide into blocks of 64


def weights(shape, seed=0):
    return (np.random.default_rng(seed).standard_normal(shape) * 0.02).astype(np.float32)


def unpack(packed, shape):
    """bitsandbytes keeps two codes a byte, the first in the upper half."""
    bytes_ = packed.numpy().ravel()
    return np.stack([bytes_ >> 4, bytes_ & 15], axis=1).ravel()[: math.prod(shape)].reshape(shape)


@pytest.mark.torch
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["nf4", "fp4"])
@pytest.mark.parametrize("block", [32, 64, 128])
def test_four_bit_agrees_with_bitsandbytes_bit_for_bit(shape, kind, block):
    import torch
    from bitsandbytes import functional

    matrix = weights(shape)
    matrix.reshape(-1)[:block] = 0  # a block of zeros has no scale
    packed, state = functional.quantize_4bit(torch.from_numpy(matrix), blocksize=block, quant_type=kind)
    ours = Quantizer(kind, group=str(block)).apply(matrix)
    np.testing.assert_array_equal(ours.codes, unpack(packed, shape))
    np.testing.assert_array_equal(ours.restored, functional.dequantize_4bit(packed, state).numpy())


@pytest.mark.torch
@pytest.mark.parametrize("shape", SHAPES)
def test_absmax_agrees_with_bitsandbytes_int8_bit_for_bit(shape):
    import torch
    from bitsandbytes import functional

    half = torch.from_numpy(weights(shape)).half()  # bitsandbytes quantizes weights from fp16
    codes, row_stats, _ = functional.int8_vectorwise_quant(half)
    ours = Quantizer("absmax", 8, "channel").apply(half.float().numpy())
    np.testing.assert_array_equal(ours.codes, codes.numpy())
    np.testing.assert_array_equal(ours.restored, functional.int8_vectorwise_dequant(codes, row_stats).numpy())


@pytest.mark.torch
def test_levels_are_bitsandbytes_own():
    from bitsandbytes import functional

    for name in ("nf4", "fp4"):
        np.testing.assert_array_equal(codebook(name).levels, functional.get_4bit_type(name, device="cpu").numpy())
    # torch.linspace may round differently on other processors, hence one unit in the last place.
    np.testing.assert_array_max_ulp(dynamic_8bit_levels(), functional.create_dynamic_map().numpy(), maxulp=1)


def test_nf4_levels_follow_from_their_definition():
    # QLoRA, section 3 and appendix E: quantiles of N(0, 1), half of the levels negative, one fewer positive ones
    # spread as widely, zero among them exactly, scaled to [-1, 1].
    quantile, offset = NormalDist().inv_cdf, 1 - (1 / 32 + 1 / 30) / 2
    positive = [quantile(p) for p in np.linspace(offset, 0.5, 9)[:-1]]
    negative = [-quantile(p) for p in np.linspace(offset, 0.5, 8)[:-1]]
    levels = np.sort([*positive, 0.0, *negative])
    np.testing.assert_allclose(levels / np.abs(levels).max(), codebook("nf4").levels, atol=3e-7)


@pytest.mark.torch
def test_double_quantization_agrees_with_bitsandbytes():
    """bitsandbytes' CPU kernel finds 8-bit levels by a table and at times takes the second nearest; ours is nearest."""
    import torch
    from bitsandbytes import functional

    matrix = weights((768, 256))
    packed, state = functional.quantize_4bit(torch.from_numpy(matrix), quant_type="nf4", compress_statistics=True)
    theirs = functional.dequantize_4bit(packed, state).numpy()
    ours = Quantizer("nf4", group="64", scale_storage="double").apply(matrix)
    np.testing.assert_array_equal(ours.codes, unpack(packed, matrix.shape))
    assert np.mean(np.abs(ours.restored - theirs) > 1e-6) < 0.01
    assert np.abs(ours.restored - theirs).max() < 0.02 * np.abs(matrix).max()
    assert damage(matrix, ours.restored).mse == pytest.approx(damage(matrix, theirs).mse, rel=1e-3)


@pytest.mark.torch
@pytest.mark.parametrize("bits", [2, 4, 8])
def test_zero_point_agrees_with_torch_fake_quantization(bits):
    import torch

    matrix = weights((64, 96)) + np.float32(0.03)
    ours = Quantizer("zero point", bits, "channel").apply(matrix)
    low, high = np.minimum(matrix.min(axis=1), 0), np.maximum(matrix.max(axis=1), 0)
    scale = (high - low) / np.float32(2**bits - 1)
    theirs = torch.fake_quantize_per_channel_affine(
        torch.from_numpy(matrix),
        torch.from_numpy(scale),
        torch.from_numpy(np.rint(-low / scale).astype(np.int32)),
        axis=0,
        quant_min=0,
        quant_max=2**bits - 1,
    ).numpy()
    # PyTorch multiplies by 1/scale where we divide, so an exact half may go the other way.
    assert np.mean(~np.isclose(ours.restored, theirs, atol=1e-7)) < 1e-3


def test_true_bits_of_double_quantization_are_the_papers():
    # QLoRA, section 3: from 32/64 = 0.5 to 8/64 + 32/(64·256) = 0.127 bits a parameter
    matrix = weights((1024, 1024))
    plain = Quantizer("nf4", group="64").apply(matrix)
    double = Quantizer("nf4", group="64", scale_storage="double").apply(matrix)
    assert plain.bits_per_weight == 4.5
    assert plain.fp32_bytes == matrix.nbytes
    assert plain.side_bits_per_weight == 32 / 64
    assert double.side_bits_per_weight == pytest.approx(0.127, abs=5e-4)
    assert double.bits_per_weight == pytest.approx(4 + 8 / 64 + 32 / (64 * 256), abs=1e-4)


@pytest.mark.parametrize("bits", range(2, 9))
@pytest.mark.parametrize("method", ["absmax", "zero point"])
def test_no_error_exceeds_half_a_step(method, bits):
    matrix = weights((64, 64))
    result = Quantizer(method, bits, "channel").apply(matrix)
    spread = 2 * np.abs(matrix).max(axis=1) / (2**bits - 2) if method == "absmax" else None
    if spread is None:
        spread = (np.maximum(matrix.max(axis=1), 0) - np.minimum(matrix.min(axis=1), 0)) / (2**bits - 1)
        spread = spread * (1 + 1e-5) + 0  # the zero point rounds too, so an end may lie half a step off
        assert (np.abs(result.restored - matrix) <= spread[:, None]).all()
    else:
        assert (np.abs(result.restored - matrix) <= spread[:, None] / 2 * (1 + 1e-5)).all()


def test_uniform_noise_gains_six_decibels_a_bit():
    # Bennett 1948: the error of a fine uniform grid has variance step²/12, so 20·log10(2) = 6.02 dB a bit
    matrix = rng.uniform(-1, 1, (512, 512)).astype(np.float32)
    snr = {bits: run_bench(matrix, Quantizer("absmax", bits, "tensor")).damage.snr_db for bits in (5, 6, 7, 8)}
    steps = [snr[bits + 1] - snr[bits] for bits in (5, 6, 7)]
    assert steps == pytest.approx([6.02] * 3, abs=0.35)


def test_nf4_beats_int4_and_fp4_on_a_bell_curve():
    # QLoRA, section 4 and figure 3: NF4 > FP4 on normal weights
    matrix = weights((512, 512))
    mse = {name: run_bench(matrix, Quantizer(name, 4, "64")).damage.mse for name in ("nf4", "absmax", "fp4")}
    assert mse["nf4"] < mse["absmax"] < mse["fp4"]


def test_an_outlier_ruins_one_scale_and_both_repairs_work():
    story = repairs(weights((256, 256)), Quantizer("absmax", 4), outlier_deviations=60.0, threshold=10.0)
    snr = {name: result.damage.snr_db for name, result in story.items()}
    assert snr["one outlier"] < snr["no outlier"] - 10
    assert snr["groups of 64"] > snr["no outlier"]
    assert snr["its column in fp16"] > snr["no outlier"] - 1
    assert len(story["its column in fp16"].kept_columns) == 1
    extra = story["its column in fp16"].quantized.bits_per_weight - story["one outlier"].quantized.bits_per_weight
    assert 0 < extra < 0.1


def test_scales_in_fp16_cost_half_and_are_refused_where_they_overflow():
    assert store_scales(np.float32([0.1, 0.2]), "fp16").bits == 32
    with pytest.raises(QuantError, match="65,504"):
        store_scales(np.float32([1e6]), "fp16")


def test_zeros_stay_zero():
    zeros = np.zeros((8, 64), np.float32)
    for method in ("absmax", "zero point", "nf4", "fp4"):
        for storage in ("fp32", "fp16", "double"):
            result = Quantizer(method, 4, "64", storage).apply(zeros)
            assert not result.restored.any()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Quantizer("gptq"),
        lambda: Quantizer("absmax", 9).apply(weights((4, 4))),
        lambda: Quantizer("absmax", 1).apply(weights((4, 4))),
        lambda: grouping("row", (4, 4)),
        lambda: grouping("-3", (4, 4)),
        lambda: store_scales(np.ones(3, np.float32), "int2"),
        lambda: run_bench(np.zeros((4, 4), np.float32), Quantizer("nf4"), outlier_deviations=10),
        lambda: run_bench(weights((64, 64)), Quantizer("nf4"), decompose_beyond_deviations=0.01),
    ],
)
def test_what_cannot_be_quantized_is_said(make):
    with pytest.raises(QuantError):
        make()
