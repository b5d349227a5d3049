"""Which texts speak for an answer, on the tiny model: against plain autograd, and against a step really taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from lib.models import catalogue
from lib.models.load import load
from lib.training import adapting
from lib.training.errors import TrainingError
from lib.training.events import Step
from lib.training.influence import job, scores
from lib.training.influence.run import Chances, Retrained, Retraining, Traced, Tracing
from lib.training.run import FineTuningRun
from lib.training.texts import batches
from lib.training.texts.datasets import Example, load_dataset
from lib.training.texts.prompts import Completion

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("bundled_is_tiny"),
    # peft reads an attribute that transformers 5.23 has renamed
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
TEXTS = (Example("Kopi O Kosong"), Example("Teh C"), Example("Uncle, one Kopi Di Lo, please"))
ANSWER = scores.answered("Kopi O", " Kosong.")
KOPI = load_dataset("kopi_orders")
FEW = replace(KOPI, training=KOPI.training[:40])
"""A gradient is taken of each."""
SMALL = FineTuningRun(steps=6, batch_size=4, rank=4, ask_every=0, own=FEW)
PROMPT = "Kopi O"


@pytest.fixture
def answers_with_something(monkeypatch):
    """So little training teaches so small a model spaces only, and no answer can be traced back."""
    said = Completion(PROMPT, " Kosong.", (), (), ())
    monkeypatch.setattr(job, "complete", lambda *_: (said,))


@pytest.fixture
def model_and_tokenizer():
    """An adapter whose B is no longer zero, so that both of its matrices have gradients."""
    base, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    torch.manual_seed(1)
    model = adapting.with_adapter(base, SMALL)
    for parameter in adapting.trainable_parameters(model):
        parameter.data.normal_(0, 0.1)
    return model.eval(), tokenizer


def nll(model, tokenizer, text: Example, loss_on: str = "text") -> torch.Tensor:
    """By transformers' own loss, a text by itself: its mean times the tokens that it counts."""
    ids, labels = batches.labelled(text, tokenizer, loss_on)
    counted = sum(label != batches.IGNORED for label in labels[1:])
    return model(input_ids=torch.tensor([ids]), labels=torch.tensor([labels]), use_cache=False).loss * counted


def test_the_dot_products_are_those_of_plain_gradients(model_and_tokenizer):
    model, tokenizer = model_and_tokenizer
    found = scores.dot_products(model, tokenizer, TEXTS, scores.answer_gradient(model, tokenizer, ANSWER))
    weights = adapting.trainable_parameters(model)

    def flat(loss: torch.Tensor) -> torch.Tensor:
        return torch.cat([gradient.flatten() for gradient in torch.autograd.grad(loss, weights)])

    ids = tokenizer("Kopi O Kosong.")["input_ids"]  # a token a character: the answer is all from the seventh on
    log_probabilities = model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
    answer = -sum(log_probabilities[position - 1, ids[position]] for position in range(6, len(ids)))
    direction = flat(answer)
    plain = [float(flat(nll(model, tokenizer, text)) @ direction) for text in TEXTS]
    assert found == pytest.approx(plain, rel=1e-3)


def test_a_score_is_what_a_small_step_on_the_answer_does_to_the_text(model_and_tokenizer):
    """d/dε of the text's loss along the answer's gradient, by a central difference."""
    model, tokenizer = model_and_tokenizer
    directions = scores.answer_gradient(model, tokenizer, ANSWER)
    found = scores.dot_products(model, tokenizer, TEXTS, directions)
    small, changed = 2e-4, []
    for sign in (1, -2):  # up, and from there to as far down
        for layer, direction in directions.items():
            layer.weight.data += sign * small * direction
        changed.append([nll(model, tokenizer, text).item() for text in TEXTS])
    slopes = [(up - down) / (2 * small) for up, down in zip(*changed, strict=True)]
    assert found == pytest.approx(slopes, rel=5e-3, abs=0.1)


def test_loss_on_the_answer_only_counts_there_too(model_and_tokenizer):
    model, tokenizer = model_and_tokenizer
    text = Example("a: bc", ((3, 5),))
    directions = scores.answer_gradient(model, tokenizer, ANSWER)
    found = scores.dot_products(model, tokenizer, (text,), directions, "answer")
    gradients = torch.autograd.grad(nll(model, tokenizer, text, "answer"), [layer.weight for layer in directions])
    plain = sum(float((mine * theirs).sum()) for mine, theirs in zip(gradients, directions.values(), strict=True))
    assert found == pytest.approx([plain], rel=1e-3)


def test_chances_are_those_of_the_answer_s_own_tokens(model_and_tokenizer):
    model, tokenizer = model_and_tokenizer
    found = scores.chances(model, tokenizer, ANSWER)
    ids = torch.tensor([tokenizer("Kopi O Kosong.")["input_ids"]])
    logits = model(input_ids=ids).logits[0].log_softmax(-1)
    assert found.tokens == len(" Kosong.")
    by_hand = sum(logits[at - 1, ids[0, at]].item() for at in range(6, 14))
    assert found.log_probability_nats == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.usefixtures("answers_with_something")
def test_a_trace_scores_every_text_and_tells_before_and_after():
    tracing = Tracing(SMALL, "Kopi O")
    events = list(job.trace(tracing))
    assert [event.step for event in events if isinstance(event, Step)] == [1, 2, 3, 4, 5, 6]
    traced = events[-1]
    assert len(traced.scores) == len(SMALL.data.training)
    assert traced.checkpoint_steps == (6,)
    assert traced.answer.prompt == "Kopi O"
    assert traced.trained.log_probability_nats > traced.untrained.log_probability_nats
    assert list(job.trace(tracing))[-1].scores == traced.scores, "same seed, same scores"


@pytest.mark.usefixtures("answers_with_something")
def test_two_checkpoints_add_up(monkeypatch):
    run = FineTuningRun(steps=25, batch_size=1, rank=2, ask_every=0, own=FEW)
    seen = []
    real = job.dot_products

    def watched(*arguments):
        seen.append(real(*arguments))
        return seen[-1]

    monkeypatch.setattr(job, "dot_products", watched)
    traced = list(job.trace(Tracing(run, "Kopi O", every_checkpoint=True)))[-1]
    assert traced.checkpoint_steps == (20, 25)
    rates = [0.015 * (1 - step / 25) for step in range(25)]  # linear, from its peak
    by_hand = [sum(rates[:20]) * first + sum(rates[20:]) * second for first, second in zip(*seen, strict=True)]
    assert traced.scores == pytest.approx(by_hand)


def traced_by_hand(scores: tuple[float, ...]) -> Traced:
    answer = Completion("Kopi O", " Kosong.", (), (), ())
    return Traced(answer, Chances(-9.0, 8), Chances(-1.0, 8), scores, (6,), 1.0)


def test_top_and_others_are_as_many_and_share_none():
    count = len(SMALL.data.training)
    traced = traced_by_hand(tuple(float(-index) for index in range(count)))
    retraining = Retraining(Tracing(SMALL, "Kopi O"), traced, 5, seed=3)
    assert retraining.top == (0, 1, 2, 3, 4)
    assert len(set(retraining.others)) == 5
    assert not set(retraining.others) & set(retraining.top)
    assert retraining.others == Retraining(Tracing(SMALL, "Kopi O"), traced, 5, seed=3).others
    kept = retraining.without(retraining.top).data
    assert kept.training == SMALL.data.training[5:]
    assert kept.held_out == SMALL.data.held_out


def test_taken_out_texts_are_never_trained_on(monkeypatch):
    count = len(SMALL.data.training)
    traced = traced_by_hand(tuple(float(index) for index in range(count)))
    retraining = Retraining(Tracing(SMALL, "Kopi O"), traced, 10)
    trained_on = []
    real = job.finetune
    monkeypatch.setattr(job, "finetune", lambda run: trained_on.append(run.data.training) or real(run))
    found = [event for event in job.retrain(retraining) if isinstance(event, Retrained)]
    assert [each.which for each in found] == ["top", "others"]
    top = {SMALL.data.training[index] for index in range(count - 10, count)}
    assert not top & set(trained_on[0])
    assert len(trained_on[0]) == len(trained_on[1]) == count - 10
    assert all(each.chances.log_probability_nats < 0 for each in found)


def test_no_answer_is_said(monkeypatch):
    monkeypatch.setattr(job, "complete", lambda *_: (Completion(PROMPT, " ", (), (), ()),))
    with pytest.raises(TrainingError, match="answered with nothing"):
        list(job.trace(Tracing(SMALL, PROMPT)))


@pytest.mark.parametrize("taken_out", [0, -1, 10_000])
def test_so_many_cannot_be_taken_out(taken_out):
    with pytest.raises(TrainingError, match="texts can be taken out"):
        Retraining(Tracing(SMALL, "Kopi O"), traced_by_hand((0.0,) * len(FEW.training)), taken_out)


def test_an_empty_prompt_is_refused():
    with pytest.raises(TrainingError, match="1 to 300 characters"):
        Tracing(SMALL, "  ")
