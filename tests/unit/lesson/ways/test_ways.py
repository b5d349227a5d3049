"""What the ways of training changed, what they take, where the paths end, and that every card has one place."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from lib.lesson.ways.changes import Change, changes
from lib.lesson.ways.costs import costs
from lib.lesson.ways.deciding import ends, every_end, reasons, walk
from lib.lesson.ways.errors import WaysError
from lib.lesson.ways.sorting import boards

LECTURE = {"privacy", "reliability", "flexibility", "performance", "latency", "content", "bias", "ownership"}


def test_only_what_trains_or_rounds_a_weight_changes_it():
    told = changes().by_name
    assert not np.any(told["prompting"].difference)
    assert not np.any(told["soft_prompt"].difference)
    assert told["prompting"].more["same_sha256"] is True
    for name in ("pretraining", "fine_tuning", "rlhf", "adapters", "quantization"):
        assert np.any(told[name].difference), name
        assert told[name].changed_share > 0.5


def test_the_largest_of_a_corner_is_found_whatever_its_sign():
    def changed(after: list[list[float]]) -> Change:
        return Change("x", np.array([[1.0, -2.0]]), np.array(after), 1.0, 1.0, 1.0, 1, 0, 0, {})

    found = changed([[0.5, -5.0]])
    assert (found.largest_in_corner, found.largest_change_in_corner) == (5.0, 3.0)
    assert changed([[1.0, -2.0]]).largest_change_in_corner == 0.0


def test_the_rank_of_each_change_is_what_its_method_allows():
    told = changes()
    side = min(told.facts["shape"])
    assert told.by_name["adapters"].rank == told.facts["rank"] < side
    assert told.by_name["fine_tuning"].rank > side // 2
    assert told.by_name["prompting"].rank == 0


def test_a_random_start_is_as_transformers_draws_it():
    """LlamaConfig's initializer_range is 0.02; 1,024 numbers give their spread within a tenth."""
    start = changes().by_name["pretraining"].before
    assert float(start.std()) == pytest.approx(0.02, rel=0.1)
    assert abs(float(start.mean())) < 0.003


def test_preferences_were_learnt_and_four_bits_are_few():
    told = changes().by_name
    assert told["rlhf"].more["margin_after_nats"] > told["rlhf"].more["margin_before_nats"]
    assert told["quantization"].more["distinct_after"] < told["quantization"].more["distinct_before"]
    # Dettmers et al. 2023: blocks of 64 with 16 levels each, so at most 1,024 blocks · 16 in 65,536 numbers
    assert told["quantization"].more["distinct_after"] <= 1_024 * 16


def test_pretraining_costs_what_meta_published_and_lora_fits_where_all_weights_do_not():
    found = {each.way: each for each in costs()}
    # Meta's model card for Llama 3.1: 1.46M GPU hours for the 8B model.
    assert found["Pretraining"].gpu_hours == pytest.approx(1.46e6, rel=0.02)
    assert found["QLoRA"].memory_bytes < found["LoRA"].memory_bytes < found["Fine-tuning"].memory_bytes / 4
    assert found["Fine-tuning"].flops == pytest.approx(6 * 8.03e9 * 1e6, rel=1e-3)
    # The same card: "15 trillion+" tokens, against 10⁶; 6 FLOPs for each parameter and token in both.
    assert found["Fine-tuning"].times_less_work(found["Pretraining"]) == pytest.approx(15e6, rel=0.05)
    # 6 · 8.03e9 · 10⁶ FLOPs on an H100: 989e12 a second at most, of which Llama 3.1 405B used about 40%
    assert found["Fine-tuning"].gpu_s == pytest.approx(4.82e16 / (989e12 * 0.4), rel=0.1)
    assert found["Prompting"].flops == found["Quantization"].flops == 0


def test_every_path_ends_and_every_end_has_something_against_it():
    assert set(reasons()) == LECTURE
    reached = set()
    for reason in reasons().values():
        for answers in itertools.product(("yes", "no"), repeat=3):
            walked = walk(reason, answers)
            assert walked.end is not None
            assert walked.end.why
            assert walked.end.against
            reached.add(walked.end.end)
        assert len(set(map(id, every_end(reason.path)))) == len(list(every_end(reason.path)))
    assert reached == set(ends()) == {"prompt", "retrieve", "fine_tune", "train", "none"}


def test_a_path_stops_where_nobody_has_answered():
    walked = walk(reasons()["privacy"], ["no", None])
    assert walked.end is None
    assert len(walked.questions) == 2
    with pytest.raises(WaysError, match="is no answer"):
        walk(reasons()["privacy"], ["perhaps"])


def test_every_card_says_something_in_every_place():
    for board in boards().values():
        assert {card.place for card in board.cards} == set(board.places)
        for card in board.cards:
            assert all(card.says(place) for place in board.places)
