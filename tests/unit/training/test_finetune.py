"""The LoRA run, on a tiny random model: what it tells, what it changes and what it leaves alone."""

from __future__ import annotations

import errno
import io
import json
import math
import tempfile
import zipfile
from dataclasses import replace

import pytest
import torch
from transformers import get_scheduler

from lib.engine import StopRequested
from lib.errors import is_disk_full
from lib.models import borrow as borrowing
from lib.models import catalogue
from lib.models.load import load
from lib.training import adapting, finetune
from lib.training.errors import Diverged, TrainingError
from lib.training.events import Asked, Checkpoint, Finished, HeldOut, Started, Step
from lib.training.progress import go_on, progress
from lib.training.run import ATTENTION, MLP, SCHEDULES, FineTuningRun
from lib.training.texts import batches
from lib.training.texts.datasets import Example, load_dataset
from lib.training.texts.prompts import Question

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("bundled_is_tiny"),
    # peft reads an attribute that transformers 5.23 has renamed
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
KOPI = load_dataset("kopi_orders")
SMALL = {"steps": 12, "batch_size": 4, "rank": 4, "own": replace(KOPI, held_out=KOPI.held_out[:5])}


def of(kind: type, events: list) -> list:
    return [event for event in events if isinstance(event, kind)]


def test_loss_falls_on_training_and_on_held_out_texts():
    events = list(finetune.finetune(FineTuningRun(steps=30, learning_rate=2e-2, rank=4)))
    losses = [event.loss for event in of(Step, events)]
    held_out = of(HeldOut, events)
    assert [event.step for event in of(Step, events)] == list(range(1, 31))
    assert losses[-1] < losses[0]
    assert held_out[-1].loss < held_out[0].loss
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)


def test_an_untrained_byte_model_starts_at_the_uniform_loss():
    first = of(HeldOut, list(finetune.finetune(FineTuningRun(**SMALL))))[0]
    assert first.loss == pytest.approx(5.549, abs=0.1)  # ln 257: every token equally likely


def test_trainable_parameters_are_r_times_in_plus_out():
    started = of(Started, list(finetune.finetune(FineTuningRun(**SMALL, target_modules=("q_proj", "v_proj")))))[0]
    # hidden 64, two layers; v_proj has 2 of 4 heads: 64 → 32
    assert started.trainable == 2 * 4 * ((64 + 64) + (64 + 32))


def test_frozen_weights_stay_bit_identical():
    base, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    before = {name: weight.clone() for name, weight in base.state_dict().items()}
    run = FineTuningRun(**SMALL)
    model = adapting.with_adapter(base, run)
    optimizer = torch.optim.AdamW(adapting.trainable_parameters(model), lr=run.learning_rate)
    list(finetune.training_loop(run, model, tokenizer, optimizer, (Example("Kopi O"), Example("Teh C"))))
    after = {name.replace(".base_layer", ""): weight for name, weight in model.unload().state_dict().items()}
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_on_a_full_disk_checkpoints_come_and_only_the_adapter_s_files_are_lost(monkeypatch):
    run, told = FineTuningRun(**SMALL), []

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "mkdtemp", full)
        with pytest.raises(OSError, match="No space left") as failed:
            told.extend(finetune.finetune(run))
    assert is_disk_full(failed.value)
    assert len(of(Step, told)) == run.steps
    assert of(Checkpoint, told)
    again = list(finetune.finetune(go_on(run, tuple(told))))
    assert again[-1].adapter
    assert of(HeldOut, again)[-1].loss == pytest.approx(of(HeldOut, list(finetune.finetune(run)))[-1].loss, rel=1e-5)


def test_the_same_seed_gives_the_same_run_and_another_another():
    def losses(seed: int) -> list[float]:
        return [event.loss for event in of(Step, list(finetune.finetune(FineTuningRun(**SMALL, seed=seed))))]

    assert losses(3) == losses(3)
    assert losses(3) != losses(4)


def test_the_quick_optimizer_has_the_numbers_of_the_plain_one(monkeypatch):
    """Outside truth: torch's AdamW one tensor after another, to the last bit."""

    def plain(model: torch.nn.Module, run: FineTuningRun) -> torch.optim.Optimizer:
        trained = adapting.trainable_parameters(model)
        return torch.optim.AdamW(trained, lr=run.learning_rate, weight_decay=0.0, foreach=False, fused=False)

    ours = [(event.loss, event.grad_norm) for event in of(Step, list(finetune.finetune(FineTuningRun(**SMALL))))]
    monkeypatch.setattr(finetune, "optimizer_for", plain)
    assert ours == [(each.loss, each.grad_norm) for each in of(Step, list(finetune.finetune(FineTuningRun(**SMALL))))]


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("warmup_steps", [0, 3])
def test_the_learning_rate_goes_as_in_transformers(name, warmup_steps):
    run = FineTuningRun(steps=12, learning_rate=2e-3, lr_scheduler_type=name, warmup_steps=warmup_steps)
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=run.learning_rate)
    named = "constant_with_warmup" if name == "constant" else name
    scheduler = get_scheduler(named, optimizer, num_warmup_steps=warmup_steps, num_training_steps=run.steps)
    theirs = []
    for _ in range(run.steps):
        theirs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert [run.learning_rate_at(step) for step in range(1, 13)] == pytest.approx(theirs)


def test_a_runs_weights_are_shared_and_its_modules_its_own():
    base, _ = load(catalogue.find(catalogue.BUNDLED))
    model = adapting.with_adapter(base, FineTuningRun(**SMALL))
    mine = dict(model.unload().named_parameters())
    assert all(mine[name].data_ptr() == weight.data_ptr() for name, weight in base.named_parameters())
    assert not any("lora" in name for name, _ in base.named_modules())


def test_stop_ends_within_one_step_and_still_tells_what_was_learnt():
    events = finetune.finetune(FineTuningRun(steps=200))
    seen = []
    for event in events:
        seen.append(event)
        if isinstance(event, Step) and event.step == 3:
            break
    seen.append(events.throw(StopRequested()))
    seen += list(events)
    assert max(event.step for event in of(Step, seen)) == 3
    assert isinstance(seen[-1], Finished)
    assert seen[-1].step == 3
    assert seen[-1].completions
    assert of(Checkpoint, seen)[-1].step == 3, "so that one can go on from the very step"


def test_the_prompts_are_asked_on_the_way_as_often_as_wanted():
    events = list(finetune.finetune(FineTuningRun(**SMALL, ask_every=4, prompts=("Uncle",))))
    assert [each.step for each in of(Asked, events)] == [4, 8], "the twelfth is the last step: Finished says it"
    assert [len(each.completions) for each in of(Asked, events)] == [4, 4], "three blanks and a prompt"
    assert not of(Asked, list(finetune.finetune(FineTuningRun(**SMALL, ask_every=0))))


def test_asking_changes_nothing_in_what_is_learnt():
    def losses(ask_every: int) -> list[float]:
        return [each.loss for each in of(Step, list(finetune.finetune(FineTuningRun(**SMALL, ask_every=ask_every))))]

    assert losses(1) == losses(0)


def test_every_step_says_what_it_takes():
    steps = of(Step, list(finetune.finetune(FineTuningRun(**SMALL))))
    assert all(each.memory_bytes > 0 for each in steps)
    elapsed = [each.elapsed_s for each in steps]
    assert elapsed == sorted(elapsed)
    assert elapsed[-1] >= sum(each.seconds for each in steps[1:])


@pytest.mark.parametrize("at", [1, finetune.CHECKPOINT_EVERY])
def test_going_on_from_a_checkpoint_is_the_unbroken_run(at):
    run = FineTuningRun(steps=finetune.CHECKPOINT_EVERY + 5, batch_size=4, rank=4)
    whole = list(finetune.finetune(run))
    checkpoint = next(each for each in of(Checkpoint, whole) if each.step == at)
    rest = list(finetune.finetune(replace(run, resume_from=checkpoint)))
    assert [event.step for event in of(Step, rest)] == list(range(at + 1, run.steps + 1))
    # dropout is off and the order of texts depends on the seed alone, so the curves agree
    unbroken = [event.loss for event in of(Step, whole)][at:]
    assert [event.loss for event in of(Step, rest)] == pytest.approx(unbroken, rel=1e-4)


@pytest.mark.parametrize("lost_at", [2, 7, 13])
def test_a_worker_lost_at_any_step_loses_less_than_ten(lost_at):
    """What the page has when the process is gone: the events until then, and no word of farewell."""
    run = FineTuningRun(steps=15, batch_size=4, rank=4)
    going = finetune.finetune(run)
    told = []
    while not (told and isinstance(told[-1], Step) and told[-1].step == lost_at):
        told.append(next(going))
    going.close()
    onward = go_on(run, told)
    assert lost_at - 10 < onward.resume_from.step < lost_at
    assert [each.step for each in of(Step, list(onward.earlier))] == list(range(1, onward.resume_from.step + 1))
    assert list(finetune.finetune(onward))[-1].step == 15


def test_a_run_that_goes_on_knows_what_it_told_before():
    run = FineTuningRun(steps=12, batch_size=4, rank=4, ask_every=3)
    going = finetune.finetune(run)
    first = []
    while not (of(Step, first) and first[-1] == of(Step, first)[-1] and first[-1].step == 7):
        first.append(next(going))
    first += [going.throw(StopRequested()), *going]
    onward = go_on(run, first)
    assert onward.resume_from.step == 7
    told = progress((*onward.earlier, *finetune.finetune(onward)))
    assert [each.step for each in told.steps] == list(range(1, 13))
    assert [each.step for each in told.held_out] == [0, 7, 12]
    assert [each.step for each in told.asked] == [3, 6, 9]
    assert go_on(run, list(finetune.finetune(run))) is None, "nothing is left to do"


def test_a_loss_that_is_no_number_names_the_learning_rate(monkeypatch):
    real = borrowing.load

    def with_a_number_lost(*arguments, **options):
        model, tokenizer = real(*arguments, **options)
        model.model.norm.weight.data[0] = math.nan
        return model, tokenizer

    monkeypatch.setattr(borrowing, "load", with_a_number_lost)
    with pytest.raises(Diverged, match=r"stopped being a number at step \d+, .* rate of 1000 .* try 10 or less"):
        list(finetune.finetune(FineTuningRun(steps=60, learning_rate=1e3)))


def test_a_loss_far_above_guessing_is_a_divergence(monkeypatch):
    monkeypatch.setattr(finetune, "DIVERGED", 0.9)  # so small a model cannot be very wrong
    with pytest.raises(Diverged, match=r"reached \d+ at step \d+, where guessing at random gives 5\.5"):
        list(finetune.finetune(FineTuningRun(steps=60, learning_rate=1.0)))


def test_a_zero_gradient_is_not_silent(monkeypatch):
    monkeypatch.setattr(finetune, "trainable_parameters", lambda _: [torch.nn.Parameter(torch.zeros(1))])
    with pytest.raises(TrainingError, match="first gradient is zero"):
        list(finetune.finetune(FineTuningRun(**SMALL)))


def test_the_adapter_is_peft_s_own_and_loads():
    finished = list(finetune.finetune(FineTuningRun(**SMALL)))[-1]
    with zipfile.ZipFile(io.BytesIO(finished.adapter)) as archive:
        assert set(archive.namelist()) == {"adapter_config.json", "adapter_model.safetensors"}
        config = json.loads(archive.read("adapter_config.json"))
    assert config["base_model_name_or_path"] == "assets/base-model", "a folder that a student has, not the server's"
    question = Question("Kopi O", finished.adapter)
    (answer,) = finetune.answer(question)
    assert answer.before.prompt == answer.after.prompt == "Kopi O"


def test_an_epoch_shows_every_text_once():
    texts = tuple(Example(letter) for letter in "abcdefgh")
    run = FineTuningRun(batch_size=4)
    first, second = (
        [each.text for step in steps for each in batches.pick(texts, step, run)] for steps in ((1, 2), (3, 4))
    )
    assert sorted(first) == sorted(second) == list("abcdefgh")
    assert first != second


def test_packed_texts_do_not_see_each_other():
    """Outside truth: each text by itself, its loss weighted by the tokens that are predicted in it."""
    model, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    texts = ["Kopi O Kosong", "Teh C", "Uncle, one Kopi Di Lo, please"]
    batch = batches.pack([Example(text) for text in texts], tokenizer, model.device)
    assert batch["input_ids"].shape == (1, sum(len(tokenizer(text)["input_ids"]) + 1 for text in texts))
    assert int((batch["labels"] == batches.IGNORED).sum()) == len(texts)
    assert batch["labels"][0, -1] == tokenizer.eos_token_id, "the end of a text is learnt"
    with torch.no_grad():
        packed = model(**batch, use_cache=False).loss.item()
        ids = [torch.tensor([[*tokenizer(text)["input_ids"], tokenizer.eos_token_id]]) for text in texts]
        alone = [model(input_ids=row, labels=row).loss.item() * (row.numel() - 1) for row in ids]
    assert packed == pytest.approx(sum(alone) / sum(row.numel() - 1 for row in ids), rel=1e-5)


def test_only_the_answer_counts_where_that_is_asked():
    """The byte tokenizer has a token a character, so the labels can be written down."""
    _, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    ids, labels = batches.labelled(Example("a: bc", ((3, 5),)), tokenizer, "answer")
    assert labels == [batches.IGNORED] * 3 + ids[3:]
    assert ids[-1] == tokenizer.eos_token_id
    assert batches.labelled(Example("a: bc", ((3, 5),)), tokenizer, "text")[1] == [batches.IGNORED, *ids[1:]]


def test_the_base_model_is_asked_once(monkeypatch):
    first = list(finetune.finetune(FineTuningRun(**SMALL, seed=1)))
    asked = []
    real = finetune.held_out_loss
    monkeypatch.setattr(finetune, "held_out_loss", lambda *arguments: asked.append(1) or real(*arguments))
    again = list(finetune.finetune(FineTuningRun(**SMALL, seed=1)))
    assert of(HeldOut, first)[0] == of(HeldOut, again)[0]
    assert len(asked) == len(of(HeldOut, again)) - 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rank": 0}, "rank must be from 1 to 64; it is 0"),
        ({"learning_rate": -1.0}, "learning_rate must be from 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be from 0"),
        ({"steps": 10_000}, "steps must be from 1 to 500"),
        ({"batch_size": 0}, "batch_size"),
        ({"target_modules": ()}, "target_modules"),
        ({"target_modules": ("q_proj", "nonsense")}, "target_modules"),
        ({"lr_scheduler_type": "stairs"}, "lr_scheduler_type must be one of constant, linear, cosine"),
        ({"warmup_steps": 26}, "warmup_steps must be from 0 to 25"),
        ({"loss_on": "prompt"}, "loss_on must be one of text, answer"),
        ({"prompts": ("   ",)}, "1 to 300 characters"),
        ({"prompts": ("a" * 301,)}, "1 to 300 characters"),
    ],
)
def test_what_cannot_be_a_run_is_refused_by_name(wrong, message):
    with pytest.raises(TrainingError, match=message):
        FineTuningRun(**wrong)


def test_all_targets_are_layers_of_the_bundled_architecture():
    base, _ = load(catalogue.find(catalogue.BUNDLED))
    names = {name.rsplit(".", 1)[-1] for name, module in base.named_modules() if isinstance(module, torch.nn.Linear)}
    assert set(ATTENTION + MLP) == names - {"lm_head"}
