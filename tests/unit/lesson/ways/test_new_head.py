"""A layer replaced: what is asked, and the head on the tiny model."""

from __future__ import annotations

import math

import pytest
import torch

from lib.lesson.prompting.task import task
from lib.lesson.ways import new_head_job as job
from lib.lesson.ways.errors import WaysError
from lib.lesson.ways.new_head import HeadRun, HeadStep, NewHead, SentencesRead, Wrote, questions
from lib.models import catalogue
from lib.models.load import load

pytestmark = [pytest.mark.torch, pytest.mark.usefixtures("bundled_is_tiny")]


def test_a_label_alone_is_what_was_wanted():
    assert Wrote("structure", "p", "food", " Food.").met
    assert not Wrote("structure", "p", "food", " food and drink").met
    assert not Wrote("structure", "p", "food", "").met


def test_six_questions_of_two_kinds_whose_answers_are_known():
    assert [kind for kind, _, _ in questions()] == ["structure"] * 3 + ["knowledge"] * 3
    assert {wanted for kind, _, wanted in questions() if kind == "structure"} <= set(task().labels)


def test_hidden_states_do_not_depend_on_who_is_read_beside():
    model, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    some = task().test[:3]
    together = job.hidden_states(model, tokenizer, some)
    alone = torch.cat([job.hidden_states(model, tokenizer, [each]) for each in some])
    assert torch.allclose(together, alone, atol=1e-4)


def test_the_new_head_is_all_that_is_trained():
    events = list(job.replace_the_head(HeadRun(steps=30)))
    kinds = [type(event) for event in events]
    assert kinds[:6] == [Wrote] * 6
    assert kinds.count(SentencesRead) == 8  # 160 sentences, 20 at a time
    steps = [event for event in events if isinstance(event, HeadStep)]
    assert steps[0].loss == pytest.approx(math.log(4), abs=1e-4)  # a head of zeros knows nothing
    assert steps[-1].loss < steps[0].loss
    done = events[-1]
    assert isinstance(done, NewHead)
    model, _ = load(catalogue.find(catalogue.BUNDLED))
    assert done.trained == 4 * (model.config.hidden_size + 1)
    assert done.replaced == model.config.hidden_size * model.config.vocab_size
    assert done.frozen_sha256[0] == done.frozen_sha256[1]
    assert done.score.of == len(task().test)
    assert done.score.accuracy == pytest.approx(steps[-1].test_accuracy, abs=1e-6)


@pytest.mark.parametrize("setting", [{"steps": 0}, {"learning_rate": 0.0}, {"learning_rate": float("nan")}])
def test_a_run_that_cannot_be_is_refused(setting):
    with pytest.raises(WaysError):
        HeadRun(**setting)
