"""The recorded birth of a model: what it says fits together, and it really goes from noise to words."""

from __future__ import annotations

import math

import pytest

from lib.lesson.pretraining.birth import birth


def test_it_begins_by_knowing_nothing_and_learns():
    told = birth()
    first, last = told.checkpoints[0], told.checkpoints[-1]
    assert first.tokens_seen == 0
    assert first.held_out_nats_per_token == pytest.approx(math.log(4096), abs=0.15)
    losses = [each.held_out_nats_per_token for each in told.checkpoints]
    assert losses == sorted(losses, reverse=True)
    assert first.word_share < 0.6 < 0.9 < last.word_share
    assert len(told.checkpoints) >= 7


def test_every_checkpoint_writes_to_the_same_prompts():
    told = birth()
    for each in told.checkpoints:
        assert tuple(each.continuations) == told.prompts
        assert each.tokens_seen == each.step * told.facts["tokens_in_a_batch"]


def test_it_is_not_the_bundled_model_s_run():
    told = birth()
    assert told.bundled_curve[-1].tokens_seen == 27_033_600
    assert told.checkpoints[-1].tokens_seen < told.bundled_curve[0].tokens_seen
    assert told.facts["device"]
    assert told.facts["date"]
    assert told.facts["versions"]["torch"]
