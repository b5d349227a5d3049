"""A real step weighed, and the calculator held to it."""

from __future__ import annotations

import json

import pytest
import torch

from lib.memory.errors import CannotEstimateError
from lib.memory.train.setup import TrainingSetup
from lib.models import catalogue
from lib.models.load import load
from lib.training.adapting import with_adapter
from lib.training.errors import TrainingError
from lib.training.finetune import finetune
from lib.training.methods.bases import base_for
from lib.training.out.record import record
from lib.training.run import MLP, FineTuningRun
from lib.training.texts.batches import batch_for, pick
from lib.training.weigh.measuring import saved_tensor_bytes, token_block, weigh
from lib.training.weigh.of_a_run import weighing_of
from lib.training.weigh.weighing import HERE, Weighing, compared

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("bundled_is_tiny"),
    # peft reads an attribute that transformers 5.23 has renamed
    pytest.mark.filterwarnings("ignore:MatMul8bitLt:UserWarning"),
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]


def a_step(**changed) -> Weighing:
    setup = {"method": "lora", "precision": "fp32", "batch": 4, "sequence": 32, "rank": 8, **changed}
    return Weighing(catalogue.BUNDLED, TrainingSetup(**setup))


@pytest.mark.parametrize("changed", [{}, {"checkpointing": True}, {"method": "full"}, {"targets": "qv", "rank": 2}])
def test_the_calculator_is_right_to_a_hundredth_for_every_set_up_of_the_view(changed):
    weighing = a_step(**changed)
    weighed = list(weigh(weighing))
    assert [each.name for each in weighed] == list(weighing.variants())
    for each in weighed:
        row = compared(weighing.architecture, each)
        assert row.error == pytest.approx(0, abs=0.01), each.name
        assert row.measured.weights_bytes == pytest.approx(row.calculated.weights_bytes, rel=1e-6)
        assert row.measured.gradients_bytes == row.calculated.gradients_bytes
        assert row.measured.optimizer_bytes == row.calculated.optimizer_bytes


def test_a_dropout_mask_takes_four_bytes_on_a_processor_where_the_calculator_says_one():
    weighing = a_step(adapter_dropout=True)
    row = compared(weighing.architecture, next(weigh(weighing)))
    arch = weighing.architecture
    inputs = sum(each.inputs * layers for each, layers in arch.all_linears if each.kind in ("attention", "mlp"))
    first = 3 * arch.hidden_size  # q, k and v of the first layer read a frozen embedding: nothing is kept there
    masks = 4 * 32 * (inputs - first)
    # and a few small tables
    assert row.measured.kept_bytes - row.calculated.kept_bytes == pytest.approx(3 * masks, rel=0.02)


def test_kept_bytes_of_a_product_by_hand():
    """x·W keeps x for W's gradient and nothing for x's, which nobody asks for."""
    model, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    ids = token_block(tokenizer, 2, 16)
    assert ids.shape == (2, 16)
    for each in model.parameters():
        each.requires_grad_(False)
    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.clone())
    vocabulary, hidden = model.lm_head.weight.shape
    kept = saved_tensor_bytes(model, ids)
    # the input of the head, log-probabilities in fp32, and a few indices
    assert 4 * 32 * (hidden + vocabulary) <= kept <= 4 * 32 * (hidden + vocabulary) + 1024


def test_the_shared_weights_are_not_touched():
    before, _ = load(catalogue.find(catalogue.BUNDLED))
    list(weigh(a_step(method="full")))
    after, _ = load(catalogue.find(catalogue.BUNDLED))
    assert all(torch.equal(a, b) for a, b in zip(before.parameters(), after.parameters(), strict=True))


HELD = {"fp32": {}, "bf16": {"base_in": "bf16"}, "int8": {"method": "qlora_int8"}, "nf4": {"method": "qlora_nf4"}}


@pytest.mark.parametrize(
    ("held", "more"),
    [
        *((held, {}) for held in HELD),
        ("fp32", {"batch_size": 1, "target_modules": MLP}),
        ("fp32", {"batch_size": 10, "target_modules": ("q_proj", "v_proj"), "rank": 2}),
    ],
)
def test_a_run_is_weighed_as_its_own_longest_batch_is_and_the_calculator_is_right_of_it(held, more):
    """What autograd keeps of the very texts that the longest step of the run read, beside the scales' own block."""
    run = FineTuningRun(steps=4, ask_every=0, **{**HELD[held], **more})
    made = record(run, list(finetune(run)))
    weighing = weighing_of(made)
    assert weighing.held_in.removesuffix("-double") == held
    weighed = list(weigh(weighing))
    longest = max(made.steps, key=lambda each: each.tokens).step
    with base_for(run, catalogue.find(run.model)) as (base, tokenizer):
        model = with_adapter(base, run, tokenizer).train()
        batch = batch_for(model, pick(run.data.training, longest, run), tokenizer)
        ids, rest = batch["input_ids"], {"position_ids": batch["position_ids"], "use_cache": False}
        assert ids.shape == (1, weighing.setup.sequence)
        assert weighed[0].measured.kept_bytes == pytest.approx(saved_tensor_bytes(model, ids, **rest), rel=1e-3)
    for each in weighed:
        row = compared(weighing.architecture, each)
        # of so small a model a few tables of positions are a hundredth; of the bundled one they are a 250th
        assert row.error == pytest.approx(0, abs=0.02), each.name
        for part in ("weights_bytes", "gradients_bytes", "optimizer_bytes"):
            assert getattr(row.measured, part) == pytest.approx(getattr(row.calculated, part), rel=1e-6), part


def test_a_run_that_the_calculator_has_no_name_for_is_refused():
    run = FineTuningRun(steps=1, ask_every=0, method="dora")
    with pytest.raises(TrainingError, match="choose a set-up freely, or train such a run"):
        weighing_of(record(run, list(finetune(run))))


def test_too_much_for_a_shared_machine_is_refused_before_it_runs():
    with pytest.raises(TrainingError, match=r"up to 1\.50 GB are measured here: take fewer texts or shorter ones"):
        a_step(batch=4096, sequence=128)
    config = json.loads((catalogue.find(catalogue.BUNDLED) / "config.json").read_text())
    with pytest.raises(CannotEstimateError, match="positions"):
        a_step(sequence=2 * config["max_position_embeddings"])


def test_each_variant_differs_in_one_thing():
    variants = a_step().variants()
    assert next(iter(variants)) == HERE
    for name, setup in variants.items():
        changed = [field for field in vars(setup) if getattr(setup, field) != getattr(variants[HERE], field)]
        assert len(changed) == (name != HERE), name
