"""The quantizer bench: a real weight matrix, a quantizer, and what is lost."""

from __future__ import annotations

import re

import numpy as np
import streamlit as st

from lib.charts.in_words import in_words
from lib.charts.quant import bench as charts
from lib.models.catalogue import BUNDLED, find
from lib.quant.quantizers.bench import METHODS, BenchResult, Quantizer, repairs, run_bench
from lib.quant.quantizers.blocks import GROUP_SIZES
from lib.quant.quantizers.weight_matrix import TensorPlace, matrices, read_matrix
from lib.ui.kit import controls
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import note_sentence
from lib.units import format_gb

GROUPS = {"tensor": "whole matrix", "channel": "row"} | {str(size): f"group of {size}" for size in GROUP_SIZES}
STORAGES = {"fp32": "fp32", "fp16": "fp16", "double": "8-bit (double quantization)"}
DECOMPOSE_BEYOND = 8.0
SWEPT = ("tensor", "channel", "64")


def bench() -> list[dict]:
    """Controls, what is lost, and why; returns the comparison for download."""
    places = {_title_of_tensor(place): place for place in matrices(find(BUNDLED))}
    names = list(places)
    default = next((name for name in names if "down_proj" in name), names[0])
    choose, settings = st.columns([1, 2], gap="large")
    with choose:
        chosen = controls.select("Weight matrix of the bundled model", names, default, key="matrix")
        method = controls.segmented(
            "Quantizer", {name: _method_title(name) for name in METHODS}, "absmax", key="quantizer"
        )
        bits = controls.slider("Bits", 2, 8, 4, key="bits", disabled=method in ("nf4", "fp4"))
        group = controls.select("One scale for each", GROUPS, "tensor", key="group")
        storage = controls.select("Scales kept in", STORAGES, "fp32", key="scales")
        outlier, decompose = _outlier_controls()
    matrix = _read(places[chosen])
    quantizer = Quantizer(method, bits, group, storage)
    result = run_bench(matrix, quantizer, outlier, DECOMPOSE_BEYOND if decompose else None)
    with settings:
        _lost(result)
        histogram, errors = st.tabs(["Weights and grid", "Where the errors are"])
        weights, wrong = charts.weights_and_grid(result), charts.error_map(result)
        histogram.plotly_chart(weights, key="weights", alt=in_words(weights))
        errors.plotly_chart(wrong, key="errors", alt=in_words(wrong))
    _true_bits(result)
    if outlier:
        _outlier_story(matrix, quantizer, outlier)
    return _comparison(chosen, matrix, result)


def _outlier_controls() -> tuple[float | None, bool]:
    planted = controls.toggle("Plant one outlier", False, key="outlier")
    size = controls.slider("Its size (standard deviations)", 5, 100, 40, key="outlier_size", disabled=not planted)
    decompose = controls.toggle(
        "Keep outlier columns in fp16",
        False,
        key="decompose",
        help=f"As LLM.int8() does: columns with a value beyond {DECOMPOSE_BEYOND:g} deviations are not quantized.",
    )
    return (float(size) if planted else None), decompose


def _lost(result: BenchResult) -> None:
    quantized, lost = result.quantized, result.damage
    note_sentence(
        f"{quantized.bits_per_weight:.2f} true bits per weight, a signal to noise of {lost.snr_db:.1f} dB, "
        f"{lost.relative_error:.1%} relative error."
    )
    bits, snr, error, size = st.columns(4)
    bits.metric(
        "Bits/weight",
        f"{quantized.bits_per_weight:.2f}",
        help="true bits: codes, scales, zero points and kept columns",
        border=True,
    )
    snr.metric("Signal to noise", f"{lost.snr_db:.1f} dB", help="10 · log₁₀(mean w² / mean error²)", border=True)
    error.metric(
        "Relative error",
        f"{lost.relative_error:.1%}",
        help="root mean square error over root mean square weight",
        border=True,
    )
    size.metric("Size", format_gb(quantized.total_bytes), help=f"fp32: {format_gb(quantized.fp32_bytes)}", border=True)


def _true_bits(result: BenchResult) -> None:
    quantized = result.quantized
    zeroed = (
        f" {result.damage.zeroed_share:.0%} of the weights became exactly 0."
        if result.damage.zeroed_share > 0.01
        else ""
    )
    kept = (
        f" Of {result.original.shape[1]} columns {len(result.kept_columns)} kept in fp16."
        if result.kept_columns
        else ""
    )
    formula(
        f"{quantized.code_bits} bits of code + {quantized.side_bits_per_weight:.3f} bits of scales and the like = "
        f"{quantized.bits_per_weight:.3f} bits per weight; MSE {result.damage.mse:.3g}.{kept}{zeroed}"
        + (" The outlier itself is left out of the error." if result.outlier else "")
        + (" Lines show the levels of a typical group." if result.quantizer.group != "tensor" else "")
    )


def _outlier_story(matrix: np.ndarray, quantizer: Quantizer, outlier: float) -> None:
    st.subheader("One value ruins a scale, and two ways out", anchor=False)
    story = charts.outlier_story(repairs(matrix, quantizer, outlier, DECOMPOSE_BEYOND))
    st.plotly_chart(story, key="story", alt=in_words(story))
    st.markdown(
        "The largest value sets the scale, so one large weight leaves only a few levels for all the others. "
        "**Groups** keep the damage among its neighbours. **Outlier columns** kept in 16 bits take it out of the scale "
        "altogether. LLM.int8() picks those columns by the *activations*, where such outliers really occur, in a few "
        "features of large models."
    )


def _comparison(chosen: str, matrix: np.ndarray, result: BenchResult) -> list[dict]:
    sweep, nf4 = _sweep(chosen, matrix)
    bought = charts.what_a_bit_buys(sweep, (result.quantized.bits_per_weight, result.damage.snr_db), nf4)
    st.plotly_chart(bought, key="sweep", alt=in_words(bought))
    return [
        {"grouping": GROUPS[group], "true_bits_per_weight": bits, "snr_db": snr}
        for group, points in sweep.items()
        for bits, snr in points
    ]


@st.cache_data(max_entries=32)
def _sweep(
    chosen: str,  # noqa: ARG001 (what the cache goes by, in place of the matrix)
    _matrix: np.ndarray,
) -> tuple[dict[str, list[tuple[float, float]]], tuple[float, float]]:
    """Every width in three groupings, and NF4."""

    def point(quantizer: Quantizer) -> tuple[float, float]:
        result = run_bench(_matrix, quantizer)
        return result.quantized.bits_per_weight, result.damage.snr_db

    swept = {group: [point(Quantizer("absmax", bits, group)) for bits in range(2, 9)] for group in SWEPT}
    return swept, point(Quantizer("nf4"))


@st.cache_data(max_entries=16)
def _read(place: TensorPlace) -> np.ndarray:
    return read_matrix(place)


def _title_of_tensor(place: TensorPlace) -> str:
    """ "layer 3, q_proj (256 × 256)" for model.layers.3.self_attn.q_proj.weight."""
    size = " × ".join(str(side) for side in place.shape)
    inside = re.search(r"\.(\d+)\.(?:.*\.)?(\w+)\.weight$", place.name)
    name = f"layer {inside[1]}, {inside[2]}" if inside else place.name.removesuffix(".weight").removeprefix("model.")
    return f"{name} ({size})"


def _method_title(name: str) -> str:
    return name.upper() if name in ("nf4", "fp4") else name
