"""The measuring job on a tiny random model, against transformers' own numbers."""

import json
import math
import shutil

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from lib.errors import StopRequested
from lib.models.catalogue import BUNDLED
from lib.models.chat import can_chat
from lib.models.load import load
from lib.models.shared import SharedCopies
from lib.quant import QuantError
from lib.quant.findings.results import collect, table
from lib.quant.layer_map.job import map_sensitivity
from lib.quant.layer_map.run import AllMeasured, LayerMeasured, MapStarted, SensitivityRun
from lib.quant.measure import job
from lib.quant.measure.loading import loaded
from lib.quant.measure.loading.estimate import check_fits, model_files
from lib.quant.measure.loading.round_to_nearest import RoundToNearest
from lib.quant.measure.loading.true_bytes import numbers_in, true_bytes, weights_alone_bytes
from lib.quant.measure.run import (
    USUAL_QUESTION,
    Finished,
    Progress,
    QuantizationRun,
    RowFailed,
    RowMeasured,
    Started,
)
from lib.quant.measure.scoring.passage import Passage
from lib.quant.measure.scoring.token_scores import TokenScores, score, windows
from lib.quant.measure.speed.writing import first_difference, prompt_ids

pytestmark = pytest.mark.torch
QUICK = {"tokens": 300, "window": 64, "overlap": 32, "new_tokens": 6, "repeats": 2, "prompt": "Once"}


@pytest.fixture(scope="module")
def events(tiny_model):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_MODEL", str(tiny_model))
        rows = ("fp32", "bf16", "fp16", "int8", "fp4", "nf4", "nf4-double", "rtn8", "rtn4", "rtn2")
        return list(job.measure(QuantizationRun(BUNDLED, rows, **QUICK)))


@pytest.fixture(scope="module")
def results(events):
    return collect(events)


def test_every_row_is_told_as_soon_as_it_is_measured(events):
    told = [event for event in events if not isinstance(event, Progress)]
    assert isinstance(told[0], Started)
    rows = told[1:-1]
    assert all(isinstance(event, RowMeasured) for event in rows)
    assert " ".join(event.row for event in rows) == "fp32 bf16 fp16 int8 fp4 nf4 nf4-double rtn8 rtn4 rtn2"
    assert isinstance(told[-1], Finished)
    shares = [event.done_share for event in events if isinstance(event, Progress)]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1


def test_perplexity_is_that_of_transformers_own_loss(tiny_model):
    """One window, no overlap: the loss transformers computes itself."""
    model, tokenizer = load(tiny_model, "fp32")
    text = " ".join(["a small text"] * 20)
    ids = tokenizer(text, return_tensors="pt").input_ids
    with torch.no_grad():
        theirs = model(input_ids=ids, labels=ids).loss.item()
    passage = Passage(text, tokenizer, len(ids[0]), len(ids[0]) - 1, 1)
    *_, ours = score(model, ids[0], windows(len(ids[0]), len(ids[0]), 1))
    assert ours.losses.mean().item() == pytest.approx(theirs, rel=1e-5)
    assert len(passage.pieces) == len(ids[0])


@pytest.mark.parametrize(
    ("tokens", "window", "stride"), [(100, 30, 10), (100, 30, 30), (31, 30, 7), (30, 30, 5), (64, 2, 1)]
)
def test_windows_score_every_token_but_the_first_once(tokens, window, stride):
    plan = windows(tokens, window, stride)
    scored = [token for each in plan for token in range(each.first_scored, each.end)]
    assert scored == list(range(1, tokens))
    assert all(each.end - each.begin <= window and each.begin < each.first_scored for each in plan)
    assert all(each.first_scored - each.begin >= min(window - stride, 1) for each in plan[1:])


def test_kl_is_torchs_own(tiny_model):
    reference_model, tokenizer = load(tiny_model, "fp32")
    rounded_model, _ = load(tiny_model, "fp32")
    RoundToNearest(rounded_model).quantize_all(3)
    ids = tokenizer("the quick brown fox jumps over the lazy dog " * 3, return_tensors="pt").input_ids[0]
    plan = windows(len(ids), 40, 20)
    *_, reference = score(reference_model, ids, plan, keep=True)
    *_, rounded = score(rounded_model, ids, plan, keep=True, reference=reference)
    theirs = torch.nn.functional.kl_div(rounded.log_probs, reference.log_probs, log_target=True, reduction="none").sum(
        1
    )
    torch.testing.assert_close(rounded.kl, theirs.double(), atol=1e-6, rtol=1e-4)
    *_, same = score(reference_model, ids, plan, reference=reference)
    assert isinstance(same, TokenScores)
    assert same.kl.abs().max() == 0


def test_fewer_bits_are_further_from_fp32(results):
    kl = {name: row.quality.agreement.kl_nats for name, row in results.rows.items() if row.quality.agreement}
    assert kl["rtn8"] < kl["rtn4"] < kl["rtn2"]
    assert kl["fp16"] < kl["bf16"] < kl["nf4"] < kl["fp4"]
    assert results.reference.quality.agreement is None
    changed = {name: len(row.quality.agreement.changed) for name, row in results.rows.items() if row.quality.agreement}
    assert changed["fp16"] <= changed["nf4"] <= changed["rtn2"]


def test_changed_tokens_and_agreement_are_one_count(results):
    for name, row in results.rows.items():
        if name != "fp32":
            share = 1 - len(row.quality.agreement.changed) / row.quality.tokens
            assert row.quality.agreement.top1_share == pytest.approx(share)


def test_true_bytes_count_what_the_footprint_leaves_out(results):
    memory = {name: row.memory for name, row in results.rows.items()}
    assert memory["fp32"].true_bytes == memory["fp32"].footprint_bytes
    for name in ("int8", "fp4", "nf4", "nf4-double"):
        assert memory[name].true_bytes > memory[name].footprint_bytes
    # Two layers of linear weights: an fp32 absmax for every 64 of them, and 16 levels in every matrix.
    linear = 2 * (2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 128)
    assert memory["nf4"].true_bytes - memory["nf4"].footprint_bytes == linear // 64 * 4 + 14 * 16 * 4
    assert memory["nf4"].float_weights == memory["fp32"].float_weights - linear


def test_the_file_is_what_is_written(tiny_model, results):
    shipped = (tiny_model / "model.safetensors").stat().st_size
    assert results.rows["bf16"].memory.file_bytes == pytest.approx(shipped, rel=0.02)


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16", "int8", "fp4", "nf4", "nf4-double"])
def test_the_estimate_before_loading_is_near_the_truth(tiny_model, results, precision):
    estimate = model_files(tiny_model).weights_bytes(precision, "bf16")
    # Tables of levels are left out: 64 bytes a matrix, and 1,024 more with double quantization.
    tables = {"nf4-double": 14 * (64 + 1024), "fp4": 14 * 64, "nf4": 14 * 64}.get(precision, 0)
    assert results.rows[precision].memory.true_bytes - tables == pytest.approx(estimate, rel=0.02)


def test_speed_has_a_median_within_its_spread(results):
    for row in results.with_speed():
        for rate in (row.speed.prefill_tokens_per_s, row.speed.decode_tokens_per_s):
            assert 0 < rate.low <= rate.median <= rate.high
    assert results.rows["rtn4"].speed is None


def test_writing_starts_alike_until_the_marked_token(results):
    reference = results.reference.generation
    assert reference.first_difference is None
    for row in results.rows.values():
        place = row.generation.first_difference
        if place is None:
            assert row.generation.pieces == reference.pieces
        else:
            assert row.generation.pieces[:place] == reference.pieces[:place]


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [([1, 2, 3], [1, 2, 3], None), ([1, 2, 3], [1, 9, 3], 1), ([1, 2, 3], [1, 2], 2), (None, [1], None)],
)
def test_first_difference(before, after, place):
    assert first_difference(before, after) == place


def test_results_can_be_written_as_json(results):
    lines = json.loads(json.dumps(table(results), allow_nan=False))
    assert len(lines) == 10
    assert lines[0]["kl_from_fp32_nats"] is None


@pytest.mark.usefixtures("bundled_is_tiny")
@pytest.mark.parametrize(
    "too_large",
    [
        lambda: (_ for _ in ()).throw(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")),
        lambda: torch.empty(1 << 60, dtype=torch.uint8),  # a RuntimeError, whose words are others
    ],
    ids=["CUDA", "processor"],
)
def test_a_row_that_fails_leaves_the_others(monkeypatch, too_large):
    real = loaded.load

    def fails_for_int8(folder, precision, *rest):
        if precision == "int8":
            too_large()
        return real(folder, precision, *rest)

    monkeypatch.setattr(loaded, "load", fails_for_int8)
    run = QuantizationRun(BUNDLED, ("fp32", "int8", "nf4"), ("memory",), **QUICK)
    found = collect(job.measure(run))
    assert list(found.rows) == ["fp32", "nf4"]
    assert found.failed["int8"].message.startswith("int8 (LLM.int8) ran out of memory")
    assert found.failed["int8"].no_room


@pytest.mark.usefixtures("bundled_is_tiny")
def test_runs_that_go_on_at_once_share_one_copy_of_each_precision(monkeypatch):
    real, precisions, copies = loaded.load, [], SharedCopies(kept_s=0)
    monkeypatch.setattr(loaded, "COPIES", copies)

    def counted(folder, precision, *rest):
        precisions.append(precision)
        return real(folder, precision, *rest)

    monkeypatch.setattr(loaded, "load", counted)
    run = QuantizationRun(BUNDLED, ("fp32", "nf4", "rtn4"), **QUICK)
    alone = collect(job.measure(run))
    precisions.clear()
    # Two students' runs taking turns, event by event: each row is read by both before either goes on.
    first, second, held = [], [], []
    for ours, theirs in zip(job.measure(run), job.measure(run), strict=True):
        first.append(ours)
        second.append(theirs)
        held.append(len(copies.held))
    assert precisions == ["fp32", "nf4", "fp32"]  # rounded weights take the place of the shared ones, not theirs
    for events in (first, second):
        for name, row in collect(events).rows.items():
            assert (row.quality, row.generation, row.memory) == (
                alone.rows[name].quality,
                alone.rows[name].generation,
                alone.rows[name].memory,
            )
    assert [row.row for row in collect(first).rows.values() if row.load_s is None] == []
    assert [row.row for row in collect(second).rows.values() if row.load_s is None] == ["fp32", "nf4"]
    assert max(held) == 1, "a copy is freed before the next precision is loaded"
    assert copies.held == ()


def test_a_peak_on_a_gpu_leaves_out_the_copies_of_other_rows(monkeypatch):
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda: 700)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda: None)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 950)
    assert job._CudaPeak(held_bytes=500).bytes == 750  # 200 of the 700 are others'


@pytest.mark.usefixtures("bundled_is_tiny")
def test_what_would_not_fit_is_not_loaded(monkeypatch):
    monkeypatch.setattr(loaded, "free_bytes", lambda _: 500_000)
    monkeypatch.setattr(loaded, "load", lambda *_: pytest.fail("it was loaded"))
    failed = collect(job.measure(QuantizationRun(BUNDLED, ("fp32",), **QUICK))).failed
    assert "would need about" in failed["fp32"].message
    assert failed["fp32"].no_room


@pytest.mark.usefixtures("bundled_is_tiny")
def test_without_a_reference_the_others_still_have_a_perplexity(monkeypatch):
    real = loaded.load

    def no_fp32(folder, precision, *rest):
        if precision == "fp32":
            raise QuantError("fp32 would need more memory.")
        return real(folder, precision, *rest)

    monkeypatch.setattr(loaded, "load", no_fp32)
    found = collect(job.measure(QuantizationRun(BUNDLED, ("bf16",), ("quality", "generation"), **QUICK)))
    assert found.failed == {"fp32": RowFailed("fp32", "fp32 would need more memory.")}
    assert found.rows["bf16"].quality.agreement is None
    assert math.isfinite(found.rows["bf16"].quality.perplexity)


def test_numbers_out_of_range_are_said(tiny_model):
    model, tokenizer = load(tiny_model, "fp16")
    model.model.norm.weight.data.fill_(60_000)
    ids = tokenizer("some words of text", return_tensors="pt").input_ids[0]
    with pytest.raises(QuantError, match="infinities"):
        list(score(model, ids, windows(len(ids), 16, 8)))


@pytest.mark.usefixtures("bundled_is_tiny")
def test_a_stop_ends_within_one_step_and_frees_the_model():
    events = job.measure(QuantizationRun(BUNDLED, ("fp32", "bf16"), **QUICK))
    for event in events:
        if isinstance(event, Progress) and event.doing.startswith("reading"):
            break
    assert events.throw(StopRequested()).stopped
    assert list(events) == []


@pytest.mark.parametrize(
    "change",
    [
        {"precisions": ("int3",)},
        {"precisions": ()},
        {"overlap": -1},
        {"overlap": 400},
        {"text": "x" * 1_000_000},
        {"prompt": "  "},
        {"prompt": "x" * 501},
        {"rest_dtype": "fp16"},
        {"new_tokens": 0},
        {"timed_tokens": 0},
        {"temperature": -1.0},
        {"tokens": 1},
    ],
)
def test_what_cannot_be_measured_is_said(change):
    with pytest.raises(QuantError):
        QuantizationRun(**{"model": BUNDLED, "window": 256, **change})


@pytest.mark.usefixtures("bundled_is_tiny")
def test_a_text_shorter_than_the_window_is_said():
    with pytest.raises(QuantError, match="tokens, and a window of 64 needs at least 65"):
        next(job.measure(QuantizationRun(BUNDLED, text="Too short.", **QUICK)))


def test_an_encoder_is_refused(tiny_model, tmp_path, monkeypatch):
    folder = tmp_path / "encoder"
    shutil.copytree(tiny_model, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "architectures": ["BertForMaskedLM"]}))
    monkeypatch.setenv("BASE_MODEL", str(folder))
    with pytest.raises(QuantError, match="left to right"):
        next(job.measure(QuantizationRun(BUNDLED)))


def test_a_model_without_a_tokenizer_is_refused(tiny_model, tmp_path, monkeypatch):
    folder = tmp_path / "no-tokenizer"
    shutil.copytree(tiny_model, folder, ignore=shutil.ignore_patterns("tokenizer*"))
    monkeypatch.setenv("BASE_MODEL", str(folder))
    with pytest.raises(ValueError, match="tokenizer"):
        next(job.measure(QuantizationRun(BUNDLED)))


def test_more_than_there_is_does_not_fit():
    check_fits("nf4", 10, 10)
    with pytest.raises(QuantError, match=r"int8 would need about 2\.00 GiB and 1\.00 GiB is free"):
        check_fits("int8", 2 * 2**30, 2**30)


def test_true_bytes_count_shared_memory_once():
    layer = torch.nn.Linear(8, 8, bias=False)
    tied = torch.nn.Linear(8, 8, bias=False)
    tied.weight = layer.weight
    assert true_bytes(torch.nn.Sequential(layer, tied)) == 8 * 8 * 4


@pytest.mark.usefixtures("bundled_is_tiny")
def test_the_sensitivity_map_covers_every_matrix_and_restores_it():
    events = list(map_sensitivity(SensitivityRun(BUNDLED, bits=2, tokens=200, window=64)))
    started = next(event for event in events if isinstance(event, MapStarted))
    cells = [event for event in events if isinstance(event, LayerMeasured)]
    assert (started.layers, len(started.kinds), len(cells)) == (2, 7, 14)
    assert {(cell.layer, cell.kind) for cell in cells} == {(i, k) for i in range(2) for k in started.kinds}
    together = next(event for event in events if isinstance(event, AllMeasured))
    assert together.kl_nats > np.mean([cell.kl_nats for cell in cells])
    again = list(map_sensitivity(SensitivityRun(BUNDLED, bits=2, tokens=200, window=64)))
    assert [event for event in again if isinstance(event, LayerMeasured)] == cells


@pytest.mark.usefixtures("bundled_is_tiny")
def test_a_failed_row_is_told_as_an_event(monkeypatch):
    monkeypatch.setattr(loaded, "load", lambda *_: (_ for _ in ()).throw(RuntimeError("no kernel for this device")))
    failures = [e for e in job.measure(QuantizationRun(BUNDLED, ("fp32",), **QUICK)) if isinstance(e, RowFailed)]
    assert failures == [RowFailed("fp32", "fp32 cannot run on this device (no kernel for this device); leave it out.")]


def test_a_model_without_a_chat_template_writes_the_prompt_on(tiny_model, results):
    _, tokenizer = load(tiny_model, "fp32")
    assert torch.equal(prompt_ids(tokenizer, "Once"), tokenizer("Once", return_tensors="pt").input_ids)
    assert results.started.question is None
    assert not can_chat(tiny_model)


@pytest.fixture
def tiny_chat_model(tiny_model, tmp_path, monkeypatch):
    folder = tmp_path / "tiny-chat"
    shutil.copytree(tiny_model, folder)
    template = (
        "{% for m in messages %}user: {{ m['content'] }}{% endfor %}{% if add_generation_prompt %} model:{% endif %}"
    )
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    monkeypatch.setenv("BASE_MODEL", str(folder))
    return folder


def test_a_model_that_can_chat_is_asked_in_its_format(tiny_chat_model):
    assert can_chat(tiny_chat_model)
    usual = {**QUICK, "prompt": None}
    assert next(job.measure(QuantizationRun(BUNDLED, ("fp32",), ("generation",), **usual))).question == USUAL_QUESTION
    started = next(job.measure(QuantizationRun(BUNDLED, ("fp32",), ("generation",), **QUICK)))
    assert started.question == "Once"
    assert "".join(started.prompt_pieces) == "user: Once model:"


def test_the_real_model_is_asked_as_its_card_shows(real_model):
    """https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct"""
    tokenizer = AutoTokenizer.from_pretrained(real_model)
    assert can_chat(real_model)
    asked = tokenizer.decode(prompt_ids(tokenizer, "What is gravity?")[0])
    assert asked.endswith("<|im_start|>user\nWhat is gravity?<|im_end|>\n<|im_start|>assistant\n")
    assert asked.count("<|im_start|>system") == 1


def test_what_the_files_hold_is_told(tiny_model, results):
    assert results.started.shipped_dtypes == model_files(tiny_model).shipped_dtypes == ("BF16",)


@pytest.mark.usefixtures("bundled_is_tiny")
def test_a_map_rounds_modules_of_its_own_and_leaves_the_shared_copy(monkeypatch):
    copies = SharedCopies(kept_s=60)
    monkeypatch.setattr("lib.models.borrow.COPIES", copies)
    run = SensitivityRun(BUNDLED, bits=2, tokens=200, window=64)
    first = list(map_sensitivity(run))
    assert len(copies.held) == 1
    monkeypatch.setattr("lib.models.borrow.load", lambda *_: pytest.fail("it was loaded again"))
    assert list(map_sensitivity(run)) == first
    copies.free_unused()


@pytest.mark.parametrize(
    ("double", "constants_bytes"), [(False, 128 * 4 + 16 * 4), (True, 128 + 16 * 4 + 4 + 256 * 4 + 4)]
)
def test_of_four_bits_every_number_and_every_constant_is_counted(double, constants_bytes):
    """QLoRA, section 3: 64 weights share an fp32 absmax; doubly quantized 256 of those are bytes that share one, with
    their mean beside them; and a table of 16 levels, and one of 256. bitsandbytes' manual names no place for them."""
    import bitsandbytes

    layer = bitsandbytes.nn.Linear4bit(128, 64, bias=False, compress_statistics=double, quant_type="nf4")
    layer.load_state_dict(torch.nn.Linear(128, 64, bias=False).state_dict())
    layer = layer.to("cpu")
    assert numbers_in(layer.weight) == 128 * 64 == 2 * layer.weight.numel()
    assert weights_alone_bytes(layer) == 128 * 64 // 2 + constants_bytes


def test_int8_codes_and_scales_are_counted_before_and_after_the_first_forward():
    """Dettmers et al. 2022: a byte a weight and an fp32 scale a row; bitsandbytes names neither place in its manual."""
    import bitsandbytes

    layer = bitsandbytes.nn.Linear8bitLt(96, 64, bias=False, has_fp16_weights=False)
    layer.load_state_dict(torch.nn.Linear(96, 64, bias=False).state_dict())
    layer = layer.to("cpu")
    assert isinstance(layer.weight.SCB, torch.Tensor)
    assert true_bytes(layer) == 96 * 64 + 64 * 4
    with torch.no_grad():
        layer(torch.ones(2, 96))
    assert isinstance(layer.state.CB, torch.Tensor)
    assert isinstance(layer.state.SCB, torch.Tensor)
    assert true_bytes(layer) == 96 * 64 + 64 * 4
