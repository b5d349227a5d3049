"""Figures are made from results, say their message in the results' own numbers, and refuse nothing a run may hold."""

from __future__ import annotations

import numpy as np
import pytest

from lib.charts.quant import bench, formats, lab, published
from lib.quant.findings.published import published_tables
from lib.quant.findings.recorded import recorded_runs
from lib.quant.findings.results import collect
from lib.quant.formats.arithmetic import SCHEMES, work
from lib.quant.formats.explore import store
from lib.quant.formats.formats import format_facts, number_format
from lib.quant.layer_map.result import SensitivityMap
from lib.quant.layer_map.result import collect as collect_map
from lib.quant.layer_map.run import AllMeasured, LayerMeasured, MapProgress, MapStarted
from lib.quant.quantizers.bench import METHODS, Quantizer, repairs, run_bench
from tests.unit.quant.test_results import CPU_RUN, STARTED, row

MAP_STARTED = MapStarted("m", 3, 100, 4.0, 2, ("q_proj", "up_proj"))
MAP_CELLS = (LayerMeasured(0, "q_proj", 10, 0.1, 0.0, 0.5), LayerMeasured(1, "up_proj", 10, 0.3, 0.0, 1.0))
MATRIX = (np.random.default_rng(0).standard_normal((96, 128)) * 0.02).astype(np.float32)


def title(fig) -> str:
    return fig.layout.title.text.replace("<br>", " ")


def test_quality_names_the_smallest_row_that_is_nearly_free():
    fig = lab.quality_against_bytes(collect(CPU_RUN))
    assert title(fig) == "4-bit: 4.9 times smaller than fp32 for +1.2% perplexity"  # 4000 / 820, exp(0.012)
    assert any("2-bit" in text for trace in fig.data for text in trace.text or ())


@pytest.mark.parametrize("run", [run for run in recorded_runs() if not run.random_weights], ids=lambda run: run.title)
def test_of_a_recorded_run_only_the_two_lowest_widths_are_off_the_scale(run):
    """Rows that are drawn at the upper edge stand on each other if they are many."""
    texts = [text for trace in lab.quality_against_bytes(run.results).data for text in trace.text or ()]
    assert [text[:5] for text in texts if "↑" in text] == ["3-bit", "2-bit"]


def test_speed_compares_fastest_and_slowest():
    fig = lab.speed_against_bytes(collect(CPU_RUN))
    assert title(fig) == "bf16 writes 1.8 times as fast as int8"  # 110 / 60


@pytest.mark.parametrize("count", [2, 3, 4])
def test_figures_of_a_run_that_has_only_begun(count):
    results = collect(CPU_RUN[:count])
    lab.quality_against_bytes(results)
    lab.speed_against_bytes(results)


def test_figures_of_a_run_whose_reference_failed():
    lab.quality_against_bytes(collect([STARTED, row("bf16", 2000), row("rtn2", 620)]))


def test_the_map_names_the_worst_place():
    fig = lab.layer_map(SensitivityMap(MAP_STARTED, MAP_CELLS, None))
    assert title(fig) == "Most sensitive: layer 1, up_proj"
    assert title(lab.layer_map(SensitivityMap(MAP_STARTED, (), None))) == "One layer at a time"


def test_the_map_weighs_the_worst_place_against_all():
    found, share = collect_map([MAP_STARTED, *MAP_CELLS, MapProgress(1.0), AllMeasured(0.6, 0.0)])
    assert (found.worst.kind, share) == ("up_proj", 1.0)
    assert found.worst_share == pytest.approx(0.75)  # 0.3 of 0.4
    assert found.times_the_sum == pytest.approx(1.5)  # 0.6 of 0.4
    begun, _ = collect_map([MAP_STARTED, MAP_CELLS[0]])
    assert begun.times_the_sum is None
    assert collect_map([]) == (None, 0.0)


@pytest.mark.parametrize("table", published_tables(), ids=lambda table: table.id)
def test_published_tables_are_drawn(table):
    assert title(published.published(table)) == table.message


@pytest.mark.parametrize("name", format_facts())
@pytest.mark.parametrize("value", [0.1, 0.0, -3.0, 1e-30])
def test_a_value_is_drawn_in_every_format(name, value):
    formats.landing(store(value, number_format(name)))


def test_gaps_of_all_formats_are_drawn():
    fig = formats.gaps({name: number_format(name) for name in format_facts()}, "bf16", 0.1)
    assert {trace.name for trace in fig.data} == set(format_facts())


@pytest.mark.parametrize("scheme", SCHEMES)
def test_eight_numbers_are_drawn(scheme):
    formats.grid_of_eight(work((0.5, -1.0, 0.25, 0.0, 2.0, -0.75, 1.5, 0.1), scheme, 3))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("outlier", [None, 40.0])
def test_a_quantized_matrix_is_drawn(method, outlier):
    result = run_bench(MATRIX, Quantizer(method, 4, "tensor"), outlier)
    assert "levels" in title(bench.weights_and_grid(result))
    assert "%" in title(bench.error_map(result))


def test_the_story_of_an_outlier_is_drawn():
    story = repairs(MATRIX, Quantizer("absmax", 4), 40.0, 8.0)
    assert title(bench.outlier_story(story)).startswith("One weight of 12,288 costs")
