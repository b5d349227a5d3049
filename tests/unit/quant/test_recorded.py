"""Recorded runs come back as they were; published tables are the published ones."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lib.charts.quant.lab import speed_by_size
from lib.models.catalogue import BUNDLED, REAL
from lib.places import ASSETS
from lib.quant import QuantError
from lib.quant.findings.published import published_tables
from lib.quant.findings.recorded import RecordedRun, recorded_runs, sizes_on_one_device, to_dict
from lib.quant.findings.results import collect, table
from lib.quant.measure.run import Conditions, QuantizationRun, RowFailed, held_out_excerpt, other_text
from tests.unit.quant.test_results import CPU_RUN, STARTED, row


def test_a_recorded_run_comes_back_as_it_was(tmp_path):
    results = collect([*CPU_RUN, RowFailed("nf4-double", "out of memory", no_room=True)])
    (tmp_path / "quantization.json").write_text(json.dumps([to_dict("a run", results)]), encoding="utf-8")
    (run,) = recorded_runs(tmp_path)
    assert (run.title, run.random_weights) == ("a run", False)
    assert run.results.rows == results.rows
    assert run.results.failed == results.failed
    assert table(run.results) == table(results)
    assert run.results.started.conditions == results.started.conditions


def test_without_a_file_there_is_no_recorded_run(tmp_path):
    assert recorded_runs(tmp_path) == ()


def run_of(
    parameters: int, device: str = "a processor", decode: float = 100.0, date: str = "2026-01-01"
) -> RecordedRun:
    conditions = Conditions(device, 2, date, "torch 2")
    started = replace(STARTED, parameters=parameters, conditions=conditions)
    return RecordedRun(f"{parameters}", True, collect([started, row("fp32", 4000), row("nf4", 850, decode=decode)]))


def test_sizes_are_compared_on_the_device_that_has_most_of_them():
    runs = (run_of(9), run_of(1, "another"), run_of(5), run_of(2, "another"), run_of(7))
    assert [run.results.started.parameters for run in sizes_on_one_device(runs)] == [5, 7, 9]
    another_day = run_of(7, date="2026-01-04")
    assert sizes_on_one_device((*runs, another_day)) == sizes_on_one_device(runs)
    without_speed = RecordedRun("quality", False, collect([STARTED, replace(row("fp32", 4000), speed=None)]))
    assert sizes_on_one_device((without_speed,)) == ()


def test_the_figure_of_sizes_says_how_the_speeds_compare():
    runs = (run_of(5_000_000, decode=80.0), run_of(1_000_000_000, decode=230.0))
    title = speed_by_size(runs).layout.title.text.replace("<br>", " ")
    assert title == "nf4 writes 0.8 times as fast as fp32 at 5.00M, 2.3 times at 1.00B"


def test_only_a_peak_makes_a_run_one_of_a_gpu():
    run = run_of(5)
    assert not run.on_gpu
    nf4 = run.results.rows["nf4"]
    run.results.rows["nf4"] = replace(nf4, memory=replace(nf4.memory, peak_bytes=1))
    assert run.on_gpu


@pytest.mark.parametrize("text", ["not json", "[{}]", '[{"title": "a"}]', "[3]"])
def test_a_damaged_record_is_said(tmp_path, text):
    (tmp_path / "quantization.json").write_text(text, encoding="utf-8")
    with pytest.raises(QuantError, match=r"quantization\.json cannot be read"):
        recorded_runs(tmp_path)


def test_records_that_ship_can_be_read_and_say_where_they_were_made():
    for run in recorded_runs():
        conditions = run.results.started.conditions
        assert conditions.device
        assert conditions.date
        assert "torch" in conditions.versions
        assert run.results.rows


def test_the_slide_s_speeds_are_those_recorded():
    """Of each run fp32, int8 and nf4, in the order of the sentence, with as many decimals as it has."""
    lab = json.loads((ASSETS / "course" / "quantization_lab.json").read_text(encoding="utf-8"))
    (fact,) = [each["fact"] for each in lab["slides"] if "faster" in each["slide"]]
    smol = "SmolLM2-135M-Instruct, weights by way of Q4_1, CPU"
    told = {smol: "writes {:.1f}, {:.1f} and {:.1f}"}
    told[f"{smol} with AVX2"] = "writes {:.1f} tokens per second in fp32, {:.1f} in int8 and {:.1f} in nf4"
    for title, words in told.items():
        rows = next(run.results.rows for run in recorded_runs() if run.title == title)
        speeds = [rows[name].speed.decode_tokens_per_s.median for name in ("fp32", "int8", "nf4")]
        assert words.format(*speeds) in fact


@pytest.mark.parametrize(
    ("table_id", "row", "column", "value"),
    [
        ("llm-int8", "LLM.int8()", "13B", 12.45),  # Dettmers et al. 2022, table 1
        ("llm-int8", "int8 absmax", "13B", 19.08),
        ("qlora", "mean perplexity", "NFloat4 + DQ", 27.41),  # Dettmers et al. 2023, table 2
        ("gptq", "GPTQ 4 bits", "175B", 8.37),  # Frantar et al. 2023, table 3
        ("gptq", "RTN 4 bits", "175B", 10.54),
        ("k-quants", "Q4_K_M", "KL", 0.031273),  # llama.cpp, tools/perplexity/README.md
    ],
)
def test_published_figures(table_id, row, column, value):
    found = next(each for each in published_tables() if each.id == table_id)
    series = next(each for each in found.rows if each.name == row)
    assert series.values[found.columns.index(column)] == value


def test_every_published_table_is_whole_and_has_a_source():
    for each in published_tables():
        assert each.source
        assert each.url.startswith("https://")
        assert all(len(row.values) == len(each.columns) for row in each.rows)


def test_texts_are_long_enough_to_score():
    book, story = held_out_excerpt(BUNDLED), held_out_excerpt(REAL)
    assert len(book.text) > 20_000
    assert (book.title, story.source) == ("The Time Machine", "written for this project")
    assert held_out_excerpt("GPT-2") == story
    assert all(each.licence and each.credit and each.note for each in (book, story))
    assert len(other_text()) > 1500


@pytest.mark.torch
def test_the_story_is_longer_than_what_is_scored(real_model):
    from transformers import AutoTokenizer

    tokens = AutoTokenizer.from_pretrained(real_model)(held_out_excerpt(REAL).text).input_ids
    assert len(tokens) >= 1700 > QuantizationRun(REAL).tokens
