"""Questions asked backwards, changes that make it fit, measurements read and explained, the dilemma."""

import json

import pytest

from lib.memory.ask.compare import compare
from lib.memory.ask.fit import (
    best_precision,
    fits,
    gpu_rows,
    largest,
    largest_batch,
    largest_model,
    longest_context,
    what_would_fit,
)
from lib.memory.ask.measurement import read
from lib.memory.errors import CannotEstimateError
from lib.memory.estimate import estimate
from lib.memory.gpus import gpu, gpus
from lib.memory.model.catalogue import architecture, catalogue
from lib.memory.model.config_json import from_config
from lib.memory.serve.roofline import decode_roofline
from lib.memory.serve.setup import ServingSetup
from lib.memory.train.dilemma import choose, ways
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.training import training
from lib.places import ASSETS
from lib.units import GIB, MIB

LLAMA = architecture("Llama-3.1-8B")
SMALL = architecture("Llama-3.2-1B")
CARD = gpu("RTX 4090")
RECORDED = ASSETS / "measurements" / "memory.json"
SETUPS = [
    ServingSetup(prefill=512, sequences=4),
    TrainingSetup(method="lora", precision="bf16", checkpointing=True, optimizer="adamw_8bit"),
]


@pytest.mark.parametrize("setup", SETUPS, ids=["serving", "training"])
def test_the_answers_are_the_last_that_fit(setup):
    field = {"serving": ("context", "sequences"), "training": ("sequence", "batch")}
    length, count = field["serving" if isinstance(setup, ServingSetup) else "training"]
    for name, answer in ((length, longest_context(LLAMA, setup, CARD)), (count, largest_batch(LLAMA, setup, CARD))):
        assert fits(LLAMA, setup.with_(**{name: answer}), CARD)
        assert not fits(LLAMA, setup.with_(**{name: answer + 16}), CARD)


@pytest.mark.parametrize(
    "needs",
    [
        lambda n: 7.0 * n + 3,
        lambda n: n * n,
        lambda n: n**0.5,
        lambda n: 0 * n + 5.0,
        lambda n: n // 16,
        lambda n: 2.0**n,
    ],
    ids=["line", "square", "root", "flat", "steps", "powers"],
)
def test_the_largest_that_fits_is_found_exactly_and_with_few_questions(needs):
    asked = []

    def counted(number: int) -> float:
        asked.append(number)
        return needs(number)

    for room in (0, 1, 4.9, 5, 10, 20, 400, 10**6):
        asked.clear()
        assert largest(counted, room, 1_000) == max((n for n in range(1, 1_001) if needs(n) <= room), default=0)
        assert len(asked) <= 20  # half of them bisect: 2 ends, and twice the 10 halvings of 1,000


@pytest.mark.parametrize(
    "setup",
    [
        ServingSetup(),
        ServingSetup(gpus=2, sequences=3),
        ServingSetup(precision="nf4", prefill=512),
        ServingSetup(precision="q4_k_m", reserve=True),
        TrainingSetup(),
        TrainingSetup(checkpointing=True, batch=2),
        TrainingSetup(method="lora", precision="bf16", optimizer="adafactor"),
        TrainingSetup(method="qlora", double_quant=False),
        TrainingSetup(gpus=4, zero_stage=3),
    ],
    ids=str,
)
@pytest.mark.parametrize("model", ["Llama-3.1-8B", "Gemma-3-4B (text)", "DeepSeek-V2-Lite", "GPT-2"])
def test_the_working_of_every_term_comes_to_its_size(model, setup):
    """What is shown as arithmetic is the number itself; a term that only partly exists at the peak says so."""
    arch = architecture(model)
    for term in estimate(arch, setup.with_tokens(1_024)).terms:
        if term.working is not None and not term.note.startswith("At the fullest moment"):
            assert term.working.value == pytest.approx(term.size_bytes, rel=0.025), term.key
        elif term.working is not None:
            assert term.working.value > term.size_bytes


def test_nothing_fits_is_an_answer_too():
    assert longest_context(architecture("Llama-3.1-405B"), ServingSetup(), CARD) == 0
    assert best_precision(architecture("Llama-3.1-405B"), ServingSetup(), CARD) is None
    assert largest_model([architecture("Llama-3.1-405B")], ServingSetup(), CARD) is None


def test_best_precision_is_the_least_loss_that_fits():
    setup = ServingSetup(prefill=512)
    assert best_precision(LLAMA, setup, CARD) == "bf16"
    assert best_precision(architecture("Qwen2.5-32B"), setup, CARD) == "q5_k_m"  # 23.4 GB of weights


def test_there_are_thirty_cards_and_apple_among_them():
    assert len(gpus()) >= 30
    assert {"GTX 1070", "B200 SXM"} <= set(gpus())
    assert any(card.unified for card in gpus().values())
    assert all(card.source for card in gpus().values())


def test_how_many_of_each_card():
    rows = {row.gpu.name: row.count for row in gpu_rows(LLAMA, ServingSetup(prefill=512), gpus().values())}
    assert rows["RTX 4090"] == 1
    assert rows["RTX 3060 12GB"] == 2
    assert rows["H100 SXM 80GB"] == 1


@pytest.mark.parametrize(
    "setup",
    [
        TrainingSetup(),
        TrainingSetup(method="lora", precision="bf16", batch=4),
        ServingSetup(context=65_536, sequences=4),
    ],
)
def test_changes_do_what_they_say(setup):
    changes = what_would_fit(LLAMA, setup, CARD)
    assert changes
    before = estimate(LLAMA, setup, CARD).total_bytes
    for change in changes:
        after = estimate(LLAMA, change.apply(setup), CARD).total_bytes
        assert after == pytest.approx(change.needed_bytes)
        assert after < before
        assert change.fits == (after <= CARD.usable_bytes)
    assert [change.fits for change in changes] == sorted((change.fits for change in changes), reverse=True)


def test_every_memory_saving_saves_memory():
    base = TrainingSetup(batch=4, attention="eager", keeps_logits=True)
    for change in (
        {"checkpointing": True},
        {"attention": "fused"},
        {"optimizer": "adamw_8bit"},
        {"method": "lora", "precision": "bf16"},
        {"gpus": 8, "zero_stage": 3},
        {"batch": 1},
        {"sequence": 512},
    ):
        assert training(SMALL, base.with_(**change)).total_bytes < training(SMALL, base).total_bytes, change


def test_the_second_step_needs_the_optimizer_states_more():
    run = training(SMALL, TrainingSetup(precision="bf16", batch=4, optimizer="adamw_fused"))
    more = run.fullest.allocated_bytes - run.fullest_of_first.allocated_bytes
    assert more == pytest.approx(run.states.optimizer, rel=0.01)


def test_terms_add_up_to_the_fullest_moment():
    for setup in (TrainingSetup(), TrainingSetup(method="qlora"), TrainingSetup(gpus=4, zero_stage=2)):
        run = training(SMALL, setup)
        assert run.total_bytes - run.overhead.size_bytes == pytest.approx(run.fullest.allocated_bytes)


def test_checkpointing_does_little_where_the_logits_set_the_peak():
    """GPT-2's wide vocabulary on one layer: the loss is the fullest moment, and one layer keeps little."""
    base = TrainingSetup(precision="bf16", batch=32, sequence=1024, optimizer="adamw_fused")
    shallow = from_config({**catalogue()["GPT-2"].config, "n_layer": 1})
    without, with_it = training(shallow, base), training(shallow, base.with_(checkpointing=True))
    assert with_it.fullest.label == "loss, backward"
    assert with_it.total_bytes > 0.8 * without.total_bytes


def test_lora_under_zero_3_shards_the_frozen_weights():
    alone = training(LLAMA, TrainingSetup(method="lora", precision="bf16"))
    sharded = training(LLAMA, TrainingSetup(method="lora", precision="bf16", gpus=8, zero_stage=3))
    assert sharded.states.weights == pytest.approx(alone.states.weights / 8)


@pytest.mark.parametrize("field", ["batch", "sequence", "rank", "gpus", "accumulation"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "2", True, 10**12])
def test_impossible_setups_name_the_field(field, value):
    with pytest.raises(CannotEstimateError, match=field):
        TrainingSetup(**{field: value})


def test_decoding_cannot_be_faster_than_reading_the_weights():
    """1,008 GB/s over 16.06 GB less the embedding's 1.05 GB: about 67 tokens a second."""
    assert decode_roofline(LLAMA, ServingSetup(context=1), CARD).tokens_per_s == pytest.approx(1008 / 15.0, rel=0.01)
    mixtral = decode_roofline(architecture("Mixtral-8x7B"), ServingSetup(context=1), CARD)
    assert mixtral.weights_read_bytes == pytest.approx(2 * 12.9e9, rel=0.03)  # active experts only


@pytest.mark.parametrize(
    ("text", "used", "total"),
    [
        (
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of "
            "23.69 GiB of which 1.31 GiB is free. Process 1 has 22.37 GiB memory in use. Of the allocated memory "
            "20.52 GiB is allocated by PyTorch, and 1.49 GiB is reserved by PyTorch but unallocated.",
            22.52 * GIB,
            23.69 * GIB,
        ),
        (
            "RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 15.78 GiB total capacity; 14.56 "
            "GiB already allocated; 38.44 MiB free; 14.80 GiB reserved in total by PyTorch)",
            14.56 * GIB + 20 * MIB,
            15.78 * GIB,
        ),
        ("| 30%   45C    P2   120W / 350W |   8123MiB / 24564MiB |     99%      Default |", 8123 * MIB, 24_564 * MIB),
        ("max_memory_allocated: 21474836480", 21_474_836_480, None),
        ("21.3 GiB", 21.3 * GIB, None),
        ("168 GB", 168e9, None),
        ("1,024 MiB", GIB, None),
    ],
)
def test_what_tools_say_is_read(text, used, total):
    found = read(text)
    assert found.comparable_bytes == pytest.approx(used)
    assert found.card_bytes == (pytest.approx(total) if total else None)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "it broke", "0 GiB", "x" * 30_000, "CUDA out of memory", ". GiB", "9" * 400, "-5 GiB", "1,5 GiB"],
)
def test_text_without_a_figure_is_refused(text):
    with pytest.raises(CannotEstimateError) as refused:
        read(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("truth", "label"),
    [
        ({"checkpointing": False, "attention": "eager"}, "attention ran unfused"),
        ({"checkpointing": False}, "checkpointing was not in effect"),
        ({"sequence": 4096}, "padding doubled"),
    ],
)
def test_the_wrong_assumption_is_found(truth, label):
    """Someone believes one set-up and ran another: the difference points at it."""
    believed = TrainingSetup(method="lora", precision="bf16", checkpointing="attention" not in truth, batch=4)
    really = training(LLAMA, believed.with_(**truth)).allocated_bytes
    found = compare(LLAMA, believed, read(f"max_memory_allocated: {round(really)}"))
    assert found.suspects[0].label.startswith(label)
    assert found.error < 0


def test_the_corners_of_the_dilemma():
    options = ways(SMALL, 4, 1024)
    assert choose(options, 1, 0, 0).memory_bytes == min(way.memory_bytes for way in options)
    assert choose(options, 0, 1, 0).operations_per_token == min(way.operations_per_token for way in options)
    kept = choose(options, 0, 0, 1)
    assert (kept.trained_share, kept.base_bits) == (1, 32)


def test_operations_per_token():
    """Kaplan et al. 2020, section 2.1: 6 operations a parameter and token; 8 with recomputation; 4 for LoRA."""
    by_kind = {(way.setup.method, way.setup.checkpointing): way for way in ways(SMALL, 1, 512)}
    parameters = SMALL.parameters
    assert by_kind["full", False].operations_per_token == 6 * parameters
    assert by_kind["full", True].operations_per_token == 8 * parameters
    assert by_kind["lora", False].operations_per_token == 4 * parameters


def test_recorded_measurements_are_within_the_promised_bounds():
    """Mean error at most 2%, worst at most 8%: our estimate as it is now against what was measured."""
    rows = [
        row
        for way in ("fake", "cuda")
        for row in json.loads(RECORDED.read_text(encoding="utf-8")).get(way, {}).get("rows", ())
        if row["what"] != "KV cache"
    ]
    assert len({row["case"] for row in rows}) >= 30
    assert len({row["family"] for row in rows}) >= 5
    errors = [abs(_estimated(row) / row["measured_bytes"] - 1) for row in rows]
    assert sum(errors) / len(errors) <= 0.02
    assert max(errors) <= 0.08


def test_recorded_tensors_on_the_cpu_are_counted_within_two_hundredths():
    rows = json.loads(RECORDED.read_text(encoding="utf-8"))["cpu"]["rows"]
    assert {row["what"] for row in rows} == {"weights", "saved tensors", "KV cache"}
    assert all(abs(row["estimated_bytes"] / row["measured_bytes"] - 1) < 0.02 for row in rows)


def _estimated(row: dict) -> float:
    arch = catalogue()[row["model"]].architecture
    if row["kind"] == "serving":
        setup = ServingSetup(**row["setup"])
        return estimate(arch, setup).allocated_bytes
    run = training(arch, TrainingSetup(**row["setup"]))
    return (run.fullest_of_first if row["what"] == "step 1" else run.fullest).allocated_bytes
