"""Every method on a tiny random model: what it trains, what it leaves alone, what it costs and leaves behind."""

from __future__ import annotations

import io
import json
import math
import zipfile
from dataclasses import replace
from functools import cache

import pytest
import torch
from bitsandbytes.nn import Linear4bit
from peft import PeftModel
from torch.nn import functional

from lib.errors import StopRequested
from lib.memory.model.config_json import from_text
from lib.models import borrow as borrowing
from lib.models import catalogue
from lib.models.load import load
from lib.training import adapting, finetune
from lib.training.comparing.calculated import calculated
from lib.training.errors import TrainingError
from lib.training.events import Before, Checkpoint, Cost, Finished, Forgotten, HeldOut, Started, Step
from lib.training.forgetting import measuring as forgetting
from lib.training.forgetting.known import facts, passages
from lib.training.inside.dial import answer_at_each
from lib.training.inside.events import dial
from lib.training.methods import bases
from lib.training.methods.catalogue import methods
from lib.training.methods.counting import trained_parameters
from lib.training.methods.files import with_files
from lib.training.run import ATTENTION, MLP, FineTuningRun
from lib.training.texts import batches, complete
from lib.training.texts.datasets import Dataset, Example, load_dataset
from lib.training.texts.prompts import Question

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("bundled_is_tiny"),
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:MatMul8bitLt:UserWarning"),
]
TRAINING = [name for name, method in methods().items() if method.trains]
UNQUANTIZED = [name for name in TRAINING if methods()[name].precision is None]


def small(method: str, **more) -> FineTuningRun:
    """So few examples and positions that they fit 256 tokens of a character each."""
    fields = {"steps": 6, "rank": 4, "examples": 1, "virtual_tokens": 4, "bottleneck": 8, "learning_rate": 1e-2}
    return FineTuningRun(**{**fields, "method": method, "own": few_orders(), "ask_every": 0, "weighs": True, **more})


def few_orders() -> Dataset:
    """Texts and questions enough for a method to show what it does, not for a model to learn the orders."""
    kopi = load_dataset("kopi_orders")
    return replace(kopi, training=kopi.training[:12], held_out=kopi.held_out[:5], blanks=kopi.blanks[:1])


def of(kind: type, events: list) -> list:
    return [event for event in events if isinstance(event, kind)]


@cache
def whole_run(method: str) -> tuple[FineTuningRun, list, bool]:
    """(A run, all that it told, whether the shared base is what it was): tests that ask different things share it."""
    run = small(method, steps=12, prompts=("Uncle, one",))
    with borrowing.borrow(catalogue.find(run.model), "fp32") as (base, _):
        before = {name: weight.clone() for name, weight in base.state_dict().items()}
        events = list(finetune.finetune(run))
        after = base.state_dict()
        untouched = before.keys() == after.keys() and all(torch.equal(before[name], after[name]) for name in before)
    return run, events, untouched


@pytest.mark.parametrize("method", TRAINING)
def test_every_method_trains_as_many_parameters_as_its_formula_says_and_learns(method, tiny_model):
    _, events, _ = whole_run(method)
    architecture = from_text((tiny_model / "config.json").read_text())
    (started,), (cost,), losses = of(Started, events), of(Cost, events), of(HeldOut, events)
    assert started.trainable == cost.trainable == trained_parameters(small(method), architecture)
    assert losses[-1].loss < losses[0].loss
    assert of(Step, events)[0].grad_norm > 0, "a zero gradient in silence"


@pytest.mark.parametrize("method", [name for name, each in methods().items() if each.lora])
def test_an_update_is_scaled_by_peft_as_the_catalogue_says(method):
    run = small(method, rank=4, lora_alpha=6)
    with bases.base_for(run, catalogue.find(run.model)) as (base, tokenizer):
        model = adapting.with_adapter(base, run, tokenizer)
        scaled = {each.scaling["default"] for each in model.modules() if hasattr(each, "lora_A")}
    assert scaled == {{"alpha/r": 6 / 4, "alpha/sqrt(r)": 6 / 2, "1": 1}[methods()[method].scaling]}


@pytest.fixture(scope="module")
def real_base(real_models):
    """Loaded once for all methods that only read it: who borrows it meanwhile gets this copy."""
    with borrowing.borrow(real_models / catalogue.REAL, adapting.base_precision(catalogue.REAL)):
        yield


USUAL = ("lora",)
"""The others start on the real model as they do on the tiny one, and take their time."""


@pytest.mark.usefixtures("real_model", "real_base")
@pytest.mark.parametrize(
    "method", [each if each in USUAL else pytest.param(each, marks=pytest.mark.thorough) for each in methods()]
)
def test_every_method_starts_and_takes_a_step_on_the_real_model(method):
    kopi = load_dataset("kopi_orders")
    few = replace(kopi, training=kopi.training[:3], held_out=kopi.held_out[:1], blanks=())
    rate = methods()[method].usual_learning_rate(catalogue.REAL)
    run = FineTuningRun(
        method=method, model=catalogue.REAL, own=few, steps=1, batch_size=1, learning_rate=rate, ask_every=0
    )
    events = list(finetune.finetune(run))
    steps = of(Step, events)
    assert len(steps) == methods()[method].trains
    assert all(each.grad_norm > 0 and math.isfinite(each.loss) for each in steps)
    if methods()[method].starts_as_base:  # what stands in front and means nothing yet may be worse than a guess
        assert all(each.loss < of(Started, events)[0].guessing_loss for each in steps)
    assert of(Finished, events)[0].step == len(steps)


@pytest.mark.parametrize("method", methods())
def test_no_method_touches_the_shared_base(method):
    _, _, untouched = whole_run(method)
    assert untouched


@pytest.mark.parametrize("method", [name for name in TRAINING if methods()[name].starts_as_base])
def test_nothing_changes_before_the_first_step(method):
    run = small(method)
    with bases.base_for(run, catalogue.find(run.model)) as (base, tokenizer):
        texts = [Example("Kopi O Kosong"), Example("Teh C")]
        alone = batches.held_out_loss(base, tokenizer, texts)
        model = adapting.with_adapter(base, run, tokenizer)
        assert batches.held_out_loss(model, tokenizer, texts) == pytest.approx(alone, rel=1e-4)


@pytest.mark.parametrize(
    ("method", "more"),
    [
        *((method, None) for method in TRAINING),
        ("lora", {"target_modules": ("q_proj", "v_proj")}),
        ("lora", {"target_modules": MLP, "layers": (1,)}),
        ("pissa", {"target_modules": ATTENTION}),
    ],
)
def test_every_method_weighs_what_the_calculator_says(method, more):
    """Two ways to the same bytes: tensors of the run, shapes of the config. fp32: 4 bytes a gradient; AdamW keeps two
    numbers a parameter."""
    if more is None:
        run, events, _ = whole_run(method)
    else:
        run = small(method, steps=2, **more)
        events = list(finetune.finetune(run))
    (cost,) = of(Cost, events)
    states = calculated(run, cost.kept_in)
    assert cost.gradients_bytes == 4 * cost.trainable == states.gradients
    assert cost.optimizer_bytes == 8 * cost.trainable == states.optimizer
    assert cost.files_bytes >= 4 * cost.trainable
    assert cost.weights_bytes == states.weights


@pytest.mark.parametrize("method", ["base", "few_shot"])
def test_a_method_that_trains_nothing_costs_no_training_and_forgets_nothing_of_its_weights(method):
    _, events, _ = whole_run(method)
    (cost,) = of(Cost, events)
    assert (cost.trainable, cost.gradients_bytes, cost.optimizer_bytes, cost.files_bytes) == (0, 0, 0, 0)
    assert not of(Step, events)
    (forgotten,), (held_out,) = of(Forgotten, events), of(HeldOut, events)
    assert (held_out.loss == forgotten.base_loss) is (method == "base"), "examples say something"


@pytest.mark.parametrize("method", UNQUANTIZED)
def test_going_on_from_a_checkpoint_is_the_unbroken_run(method, monkeypatch):
    monkeypatch.setattr(finetune, "CHECKPOINT_EVERY", 3)
    run = small(method, weighs=False)
    events = list(finetune.finetune(run))
    checkpoint = next(event for event in of(Checkpoint, events) if event.step == 3)
    rest = list(finetune.finetune(replace(run, resume_from=checkpoint)))
    unbroken = [step.loss for step in of(Step, events)][3:]
    assert [step.loss for step in of(Step, rest)] == pytest.approx(unbroken, rel=1e-4)
    assert of(Before, rest) == of(Before, events)


@pytest.mark.parametrize("method", TRAINING)
def test_what_is_kept_loads_with_the_same_outputs(method):
    """Also of PiSSA, on the unchanged base, with plain peft: its files are an ordinary LoRA of twice the rank."""
    run, events, _ = whole_run(method)
    (finished,) = of(Finished, events)
    precision = methods()[method].precision or "fp32"
    prompts = [completion.prompt for completion in finished.completions]
    with bases.base_to_read(catalogue.find(run.model), precision) as (base, tokenizer):
        again = with_files(base, finished.adapter)
        assert complete.complete(again, tokenizer, prompts) == finished.completions


def test_pissa_s_files_are_a_lora_of_twice_the_rank():
    _, events, _ = whole_run("pissa")
    (finished,) = of(Finished, events)
    with zipfile.ZipFile(io.BytesIO(finished.adapter)) as archive:
        config = json.loads(archive.read("adapter_config.json"))
    assert config["r"] == 8
    assert config["init_lora_weights"] is True


@pytest.mark.parametrize("method", ["qlora_nf4", "qlora_int8"])
def test_a_quantized_base_is_quantized_and_stays_trainable_after_it_was_asked(method):
    """On a processor with AVX512-BF16 bitsandbytes packs 4-bit layers that compute outside of training; here that it
    has seen no such layer is what can be checked on every machine."""
    run = small(method)
    with bases.base_for(run, catalogue.find(run.model)) as (base, tokenizer):
        model = adapting.with_adapter(base, run, tokenizer)
        batches.held_out_loss(model, tokenizer, [Example("Teh C")])
        model.eval()
        four_bit = [each for each in model.modules() if isinstance(each, Linear4bit)]
        assert all(each.training for each in four_bit)
        assert bool(four_bit) is (method == "qlora_nf4")
        optimizer = torch.optim.AdamW(adapting.trainable_parameters(model), lr=1e-2)
        (first, *_) = list(finetune.training_loop(run, model, tokenizer, optimizer, run.data.training))
        assert first.grad_norm > 0


@pytest.mark.parametrize("method", ["qlora_nf4", "qlora_int8"])
def test_of_a_quantized_base_every_parameter_is_counted(method, tiny_model):
    """bitsandbytes holds two weights of 4 bits in one byte, so that half of them seem to be missing."""
    started = next(finetune.finetune(small(method)))
    architecture = from_text((tiny_model / "config.json").read_text())
    assert started.total == architecture.parameters + started.trainable


def test_a_base_in_16_bits_is_frozen_in_them_beside_an_adapter_in_32_and_learns():
    run = small("lora", base_in="bf16", steps=12)
    events = list(finetune.finetune(run))
    (cost,), (finished,), losses = of(Cost, events), of(Finished, events), of(HeldOut, events)
    assert cost.kept_in == finished.card.precision == finished.card.kept_in == "bf16"
    assert finished.card.base_unchanged
    assert cost.gradients_bytes == 4 * cost.trainable
    assert cost.weights_bytes == calculated(run, "bf16").weights
    assert losses[-1].loss < losses[0].loss


@pytest.mark.parametrize("more", [{"base_in": "bf16"}, {"method": "qlora_int8"}, {"method": "qlora_nf4"}])
def test_an_adapter_is_asked_beside_the_base_that_it_was_trained_on(more):
    run = small(**{"method": "lora", "weighs": False, **more})
    (finished,) = of(Finished, list(finetune.finetune(run)))
    learnt = finished.completions[0]
    (answer,) = finetune.answer(Question(learnt.prompt, finished.adapter, precision=finished.card.precision))
    assert answer.after == learnt
    dialled = answer_at_each(dial(run.model, learnt.prompt, finished.adapter, finished.card.precision))
    assert next(dialled).completion == learnt, "at the strength at which it was trained"
    dialled.close()


def test_a_machine_without_the_kernels_says_so_in_a_sentence(monkeypatch):
    def missing(*_):
        raise RuntimeError("no kernel")

    monkeypatch.setattr(bases, "load", missing)
    with pytest.raises(TrainingError, match="Weights in nf4-double cannot run on this machine"):
        list(finetune.finetune(small("qlora_nf4")))


def test_texts_after_examples_are_scored_as_one_text():
    """Outside truth: cross-entropy of the text's own tokens in example + text, read as a whole."""
    run = small("few_shot")
    with bases.base_for(run, catalogue.find(run.model)) as (base, tokenizer):
        model = adapting.with_adapter(base, run, tokenizer)
        front = model.ids[0].tolist()
        text, other = "Kopi O Kosong", "Teh C, one cup, please"
        found = batches.held_out_loss(model, tokenizer, [Example(text), Example(other)])
        total, tokens = 0.0, 0
        for each in (text, other):
            own = [*tokenizer(each)["input_ids"], tokenizer.eos_token_id]
            logits = base(input_ids=torch.tensor([front + own])).logits[0]
            predicted = logits[len(front) : -1]  # the first token of a text is predicted by nothing
            total += functional.cross_entropy(predicted, torch.tensor(own[1:]), reduction="sum").item()
            tokens += len(own) - 1
    assert found == pytest.approx(total / tokens, rel=1e-5)


@pytest.mark.parametrize("method", ["prompt", "prefix", "few_shot"])
def test_completing_with_something_in_front_is_greedy_decoding_by_hand(method):
    run = small(method)
    with bases.base_for(run, catalogue.find(run.model)) as (base, tokenizer):
        model = adapting.with_adapter(base, run, tokenizer).eval()
        # of unlike length, so that one row is filled up at the left
        short, long = complete.complete(model, tokenizer, ["Teh C", "Uncle, one Kopi O"], max_new_tokens=5)
        ids = tokenizer("Teh C")["input_ids"]
        said = []
        for _ in range(len(short.continuation_tokens)):
            with torch.no_grad():
                said.append(int(model(input_ids=torch.tensor([ids + said])).logits[0, -1].argmax()))
    assert short.continuation_tokens == tuple(tokenizer.decode([token]) for token in said)
    assert long.prompt == "Uncle, one Kopi O"


def test_examples_that_leave_no_room_are_refused_with_both_numbers():
    with pytest.raises(TrainingError, match=r"8 examples are \d+ tokens, and the prompt has room for 128 of the 256"):
        list(finetune.finetune(small("few_shot", examples=8)))


def test_layers_that_are_named_get_lora_and_others_none():
    run = small("lora", layers=(1,))
    base, tokenizer = load(catalogue.find(run.model))
    named = [name for name, _ in adapting.with_adapter(base, run, tokenizer).named_parameters() if "lora_A" in name]
    assert named
    assert all(".layers.1." in name for name in named)


def test_a_stopped_run_of_any_method_still_tells_its_cost():
    events = finetune.finetune(small("full", steps=50))
    seen = []
    for event in events:
        seen.append(event)
        if isinstance(event, Step) and event.step == 2:
            break
    seen.append(events.throw(StopRequested()))
    seen += list(events)
    assert of(Cost, seen)
    assert of(Finished, seen)[0].step == 2


def test_forgetting_is_measured_on_passages_and_facts():
    """An untrained byte model guesses: ln 257 nats a character. Facts: PyTorch's own log-softmax, by hand."""
    base, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    found = forgetting.known(base, tokenizer, with_facts=True)
    assert found.book_loss == pytest.approx(math.log(257), abs=0.1)
    assert len(found.facts) == 10
    fact = facts()[0]
    own = tokenizer(fact.prompt)["input_ids"]

    def likelihood(answer: str) -> float:
        said = tokenizer(f" {answer}")["input_ids"]
        with torch.no_grad():
            logits = base(input_ids=torch.tensor([own + said])).logits[0].log_softmax(-1)
        return sum(float(logits[len(own) - 1 + index, token]) for index, token in enumerate(said))

    assert found.facts[0].margin == pytest.approx(likelihood(fact.right) - max(map(likelihood, fact.wrong)), abs=1e-3)
    assert found.facts[0].known is (found.facts[0].margin > 0)


def test_a_bundled_model_is_asked_no_facts():
    _, events, _ = whole_run("lora")
    (forgotten,) = of(Forgotten, events)
    assert forgotten.before.facts == forgotten.after.facts == ()
    assert forgotten.after.book_loss != forgotten.before.book_loss


def test_facts_and_passages_are_what_they_say():
    assert len({fact.prompt for fact in facts()}) == 10
    assert facts()[0].right == "Paris"
    assert all(fact.right not in fact.wrong and fact.source.startswith("https://") for fact in facts())
    assert len(set(passages())) == 6


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"method": "magic"}, "method must be one of base, few_shot, full, lora"),
        ({"lora_dropout": 1.0}, "lora_dropout must be from 0 to 0.9"),
        ({"virtual_tokens": 0}, "virtual_tokens must be from 1 to 64"),
        ({"bottleneck": 0}, "bottleneck must be from 1"),
        ({"examples": 9}, "examples must be from 1 to 8"),
        ({"evaluate_every": 0}, "evaluate_every must be from 1"),
        ({"layers": (-1,)}, "counted from 0"),
        ({"base_in": "nf4"}, "base_in must be one of fp32, bf16; 8 and 4 bits are QLoRA's"),
        ({"base_in": "bf16", "method": "full"}, "Full fine-tuning holds its weights in fp32, so base_in = bf16 cannot"),
        (
            {"base_in": "fp32", "method": "qlora_nf4"},
            "QLoRA, 4 bits holds its weights in nf4-double, so base_in",
        ),
    ],
)
def test_what_cannot_be_a_method_is_refused_by_name(wrong, message):
    with pytest.raises(TrainingError, match=message):
        FineTuningRun(**wrong)


def test_the_adapter_of_a_peft_method_loads_with_plain_peft(tmp_path):
    _, events, _ = whole_run("dora")
    (finished,) = of(Finished, events)
    with zipfile.ZipFile(io.BytesIO(finished.adapter)) as archive:
        archive.extractall(tmp_path)
    base, _ = load(catalogue.find(catalogue.BUNDLED))
    assert PeftModel.from_pretrained(base, tmp_path).active_peft_config.use_dora
