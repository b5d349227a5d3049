"""The cases of the bug hunt, on the tiny model: what is wrong is really so, and numbers alone call it repaired."""

from __future__ import annotations

from dataclasses import replace

import pytest
from transformers import AutoTokenizer

from lib.models import catalogue
from lib.training.events import HeldOut, Step
from lib.training.faults import job, texts
from lib.training.faults.cases import (
    AFRESH,
    ASKED_BEFORE,
    CAUSES,
    FAULTS,
    HALF,
    LOADED,
    RATE,
    TEMPLATE,
    cases,
)
from lib.training.faults.outcome import outcome
from lib.training.faults.run import BrokeOff, CaseRun, Measured, Outcome, Preview, Trainable
from lib.training.run import FineTuningRun
from tests.faults import BY_KEY

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("bundled_is_tiny"),
    # peft reads an attribute that transformers 5.23 has renamed
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
LEARNT = Outcome(5.0, 1.0, 1.0, 1.0, False, 0.1, Measured(0.5, 0))
BROKEN = {
    "overfit": replace(LEARNT, last=2.0),
    "diverge": replace(LEARNT, broke_off=True),
    "hundredfold": replace(LEARNT, last=6.0),
    "rate_too_low": replace(LEARNT, last=4.9),
    "dead_half": replace(LEARNT, last=5.0, largest_gradient=0.0),
    "forget": replace(LEARNT, forgot_nats=3.0),
    "leak": replace(LEARNT, measured=Measured(overlap=44)),
    "prompt_loss": replace(LEARNT, measured=Measured(4.0)),
    "template": replace(LEARNT, measured=Measured(1.9)),
    "four_bit": replace(LEARNT, last=5.0, largest_gradient=0.0),
}


def of(kind: type, events: list) -> list:
    return [event for event in events if isinstance(event, kind)]


def byte_tokenizer():
    return AutoTokenizer.from_pretrained(catalogue.find(catalogue.BUNDLED))


def small(case: CaseRun) -> CaseRun:
    return replace(case, run=replace(case.run, steps=3, rank=2, prompts=()))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.key)
def test_numbers_decide_what_is_repaired(fault):
    assert fault.repaired(LEARNT)
    assert not fault.repaired(BROKEN[fault.key])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.key)
def test_every_setting_of_the_repair_makes_a_run(fault):
    assert 1 <= len(fault.knobs) <= 2
    for knob in fault.knobs:
        assert knob.as_found in knob.options
        for option in knob.options:
            assert isinstance(fault.make({**fault.as_found, knob.label: option}).run, FineTuningRun)


def test_the_order_is_by_seed_and_holds_every_case_once():
    assert cases(3) == cases(3) != cases(4)
    assert sorted(fault.key for fault in cases(3)) == sorted(BY_KEY)
    assert len(CAUSES) == len(FAULTS) == 10, "each case has a cause of its own"


def test_a_frozen_b_gives_no_gradient_and_changes_nothing():
    fault = BY_KEY["dead_half"]
    events = list(job.investigate(small(fault.make(fault.as_found))))
    assert [step.grad_norm for step in of(Step, events)] == [0.0, 0.0, 0.0]
    held_out = of(HeldOut, events)
    assert held_out[0].loss == pytest.approx(held_out[-1].loss, abs=1e-6)


@pytest.mark.parametrize(("loaded", "learns"), [(ASKED_BEFORE, False), (AFRESH, True)])
def test_four_bit_weights_without_a_backward_pass_give_no_gradient_in_silence(loaded, learns):
    events = list(job.investigate(small(BY_KEY["four_bit"].make({LOADED: loaded}))))
    assert [step.grad_norm > 0 for step in of(Step, events)] == [learns] * 3
    (trained,) = of(Trainable, events)
    assert (trained.in_a, trained.in_b) == (2 * 2 * 2 * 64, 2 * 2 * (64 + 32)), "rank 2, q and v, two layers"
    assert of(Preview, events)[0].base_held_in == "nf4-double"
    held_out = of(HeldOut, events)
    assert (held_out[0].loss != held_out[-1].loss) is learns


def test_the_preview_shows_two_templates_and_the_repair_has_one():
    fault = BY_KEY["template"]
    ((held_out, nearest), *_) = job._preview(fault.make(fault.as_found).run, byte_tokenizer()).held_out
    assert held_out.startswith("### Instruction:")
    assert nearest.startswith("Question: ")
    repaired = fault.make({TEMPLATE: texts.ALPACA.title}).run.data
    assert all(each.text.startswith("### Instruction:") for each in repaired.training + repaired.held_out)
    for example in repaired.training:
        ((start, end),) = example.answers
        assert example.text[:start].endswith("### Response:\n")
        assert end == len(example.text)


@pytest.mark.parametrize("half", ["B only", "A and B"])
def test_a_trained_b_has_a_gradient(half):
    events = list(job.investigate(small(BY_KEY["dead_half"].make({HALF: half}))))
    assert all(step.grad_norm > 0 for step in of(Step, events))


def test_a_run_that_breaks_off_is_told_without_its_cause(monkeypatch):
    from lib.training import finetune

    monkeypatch.setattr(finetune, "DIVERGED", 0.9)  # so small a model cannot be very wrong
    fault = BY_KEY["diverge"]
    events = list(job.investigate(replace(fault.make(fault.as_found), run=FineTuningRun(steps=40, learning_rate=1.0))))
    (broke,) = of(BrokeOff, events)
    assert broke.loss > 0
    found = outcome(events)
    assert found.broke_off
    assert not found.learnt


def test_a_rate_a_hundred_times_too_high_goes_on_and_one_that_diverges_does_not(monkeypatch):
    from lib.training import finetune

    monkeypatch.setattr(finetune, "DIVERGED", 0.0)  # whatever the loss is, the guard would end the run
    ended = {}
    for key in ("hundredfold", "diverge"):
        fault = BY_KEY[key]
        events = list(job.investigate(small(fault.make(fault.as_found))))
        ended[key] = (len(of(Step, events)), len(of(BrokeOff, events)))
    assert ended == {"hundredfold": (3, 0), "diverge": (0, 1)}
    assert BY_KEY["hundredfold"].make({RATE: "1000"}).divergence_stops


def test_the_leak_is_in_the_texts_and_taking_it_out_leaves_none():
    leaking = texts.leaking()
    assert texts.overlap(leaking) == len(leaking.held_out) == 44
    clean = texts.without_leak(leaking)
    assert texts.overlap(clean) == 0
    assert len(clean.training) == texts.BESIDE_THE_LEAK


def test_the_preview_shows_the_leak_and_which_tokens_count():
    fault = BY_KEY["leak"]
    preview = of(Preview, list(job.investigate(small(fault.make(fault.as_found)))))[0]
    assert all(held_out == nearest for held_out, nearest in preview.held_out)
    fault = BY_KEY["prompt_loss"]
    events = list(job.investigate(small(fault.make(fault.as_found))))
    row = of(Preview, events)[0].training[0]
    counted = "".join(token.text for token in row if token.counts).removesuffix("<end>")
    assert counted.startswith("uestion: What is ")  # the first token is predicted by nothing
    assert counted.endswith("? Answer:")
    measured = of(Measured, events)[0]
    assert measured.answer_loss > 0


def test_questions_and_answers_agree_with_the_texts_they_come_from():
    data = texts.asked()
    assert len(data.held_out) == texts.HELD_OUT_ANSWERS
    assert len(data.training) > 30
    said = " ".join(example.text for example in texts.orders().training)
    for example in data.training:
        ((start, end),) = example.answers
        assert example.text[start + 1 : end - 1] in said
    assert not {each.text for each in data.training} & {each.text for each in data.held_out}
