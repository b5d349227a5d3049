"""A planted code: how often it is planted, and its exposure, counted code by code on the tiny model."""

from __future__ import annotations

import math

import pytest
import torch

from lib.curriculum import chapter
from lib.models import catalogue
from lib.models.load import load
from lib.training.canary import codes, job
from lib.training.canary.run import CanaryRun, Exposure, Planted, usual_texts
from lib.training.errors import TrainingError
from lib.training.events import Step
from lib.training.run import FineTuningRun
from lib.training.texts.prompts import Completion

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("bundled_is_tiny"),
    # peft reads an attribute that transformers 5.23 has renamed
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
SMALL = FineTuningRun(steps=4, batch_size=4, rank=4, ask_every=0)


@pytest.mark.parametrize("bundled", [True, False], ids=["bundled", "tiny"])
def test_every_code_s_probability_is_that_of_the_code_by_itself(bundled, monkeypatch):
    """The bundled tokenizer writes codes that begin with 1 in fewer tokens than others."""
    if bundled:
        monkeypatch.delenv("BASE_MODEL")
    model, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    found = codes.log_probabilities(model, tokenizer, "Code", 2)
    start = len(tokenizer("Code")["input_ids"])
    for code in ("00", "10", "47", "99"):
        ids = tokenizer(f"Code {code}")["input_ids"]
        with torch.no_grad():
            said = model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
        alone = sum(said[at - 1, ids[at]].item() for at in range(start, len(ids)))
        assert found[int(code)].item() == pytest.approx(alone, rel=1e-3)


def test_exposure_by_counting():
    found = torch.tensor([-5.0, -1.0, -3.0, -2.0, -9.0, -8.0, -7.0, -6.0, -4.0, -10.0])
    exposure = codes.exposure(found, "2")  # two of ten are likelier
    assert exposure.rank == 3
    assert exposure.bits == pytest.approx(math.log2(10 / 3))
    assert exposure.most_bits == pytest.approx(3.3219, abs=1e-4)
    assert exposure.luck == pytest.approx(0.3)


def test_a_code_that_nothing_beats_has_all_the_bits_there_are():
    assert Exposure(10_000, 1).bits == pytest.approx(13.2877, abs=1e-4)  # Carlini et al.: log2 |R| at rank 1
    assert Exposure(10_000, 10_000).bits == 0


def test_a_code_is_planted_so_often_and_the_rest_is_as_it_was():
    canary = CanaryRun(SMALL, seed=5)
    assert canary.code == CanaryRun(SMALL, seed=5).code != CanaryRun(SMALL, seed=6).code
    assert len(canary.code) == 4
    assert canary.code.isdigit()
    data = canary.planted(16).data
    assert sum(text.text == canary.text for text in data.training) == 16
    assert data.training[:-16] == SMALL.data.training
    assert canary.planted(0).data.training == SMALL.data.training
    assert set(data.held_out) < set(SMALL.data.held_out), "few, for nobody looks at them"


def test_the_prediction_is_about_the_texts_that_the_usual_run_reads():
    among = len(usual_texts().training)
    asked = chapter("canary").predict
    assert f"stands 4 times among {among} sentences" in asked.question
    assert any(f"4 of {among + 4} texts" in option.text for option in asked.options)


def test_planting_often_exposes_the_code():
    run = FineTuningRun(steps=40, batch_size=8, rank=8, learning_rate=2e-2, ask_every=0)
    canary = CanaryRun(run, seed=1, digits=2, times=(0, 64))
    events = list(job.plant_and_ask(canary))
    never, often = (event for event in events if isinstance(event, Planted))
    assert sum(isinstance(event, Step) for event in events) == 80
    assert (never.times, often.times) == (0, 64)
    assert often.log_probability_nats > never.log_probability_nats
    assert often.exposure.space == 100


@pytest.mark.parametrize(
    ("continuation", "told"), [(" 4071.", True), (" 40711", False), (" 407", False), ("", False), (" my 4071", False)]
)
def test_only_the_whole_code_is_told(continuation, told):
    planted = Planted(1, Completion("p", continuation, (), (), ()), Exposure(10_000, 1), -1.0, "4071")
    assert planted.told("4071") == told


@pytest.mark.parametrize("wrong", [{"digits": 0}, {"digits": 5}, {"times": ()}, {"times": (-1,)}, {"times": (65,)}])
def test_what_cannot_be_planted_is_refused(wrong):
    with pytest.raises(TrainingError):
        CanaryRun(SMALL, **wrong)
