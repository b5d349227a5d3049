"""Prompting: the task and its prompts, intervals against published figures, label scores against plain PyTorch."""

from __future__ import annotations

from collections import Counter

import pytest

from lib.lesson.prompting.errors import PromptingError
from lib.lesson.prompting.recorded import recorded
from lib.lesson.prompting.runs import (
    LORA,
    PROMPTED,
    SOFT,
    AskedScore,
    Near,
    NearestWords,
    OwnRun,
    Trained,
    WayScore,
    WaysRun,
    Weights,
    by_examples,
    by_order,
    by_wording,
)
from lib.lesson.prompting.scores import Score, apart, wilson
from lib.lesson.prompting.task import (
    USUAL_WORDING,
    WORDINGS,
    as_dataset,
    examples,
    shortened,
    task,
    wording,
)
from lib.models.catalogue import BUNDLED


def test_an_own_sentence_that_is_empty_or_far_too_long():
    for nothing in ("", " \n\t"):
        with pytest.raises(PromptingError, match="empty"):
            shortened(nothing)
    text, cut = shortened("日本" * 20_000)
    assert (len(text), cut) == (2_000, 38_000)
    assert shortened(" kopi ") == ("kopi", 0)


def test_settings_that_do_not_exist_are_refused():
    with pytest.raises(PromptingError, match="0 to 8 examples"):
        examples(9)
    with pytest.raises(PromptingError, match="no wording"):
        wording("shout")
    with pytest.raises(PromptingError, match="1 to 20 virtual tokens"):
        WaysRun(BUNDLED, virtual_tokens=21)


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, table I, method 3 (score): 81/263, 15/148, 0/20, 1/29
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_s_interval_is_the_published_one(right, of, low, high):
    assert wilson(right, of) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_two_scores_are_apart_where_their_intervals_do_not_touch():
    def score(right: int) -> Score:
        return Score(("a",) * right + ("b",) * (100 - right), ("a",) * 100, 1.0, 0)

    assert apart(score(40), score(70))
    assert not apart(score(40), score(50))
    assert score(30).favourite == ("b", 70)


def test_no_sentence_is_learnt_and_asked_and_labels_are_balanced():
    found = task()
    assert not {each.text for each in found.training} & {each.text for each in found.test}
    assert set(Counter(each.label for each in found.test).values()) == {25}
    assert set(Counter(each.label for each in found.training).values()) == {15}
    assert (found.guessing, found.right_by_guessing) == (1 / 4, 25)


def test_learnt_vectors_are_compared_with_the_nearest_of_them_and_the_longest():
    score = Score(("a",), ("a",), 1.0, 0)
    near = (Near(1, ("kopi",), 6.0, 7.0), Near(2, ("teh",), 4.5, 9.0), Near(3, ("susu",), 5.0, 8.0))
    found = NearestWords(near, 1.5, 2.0, score, score)
    assert (found.nearest_distance, found.times_usual, found.longest) == (4.5, 3.0, 9.0)


@pytest.mark.parametrize("seed", [0, 1, 99])
def test_more_examples_begin_with_fewer_and_every_four_have_all_labels(seed):
    eight = examples(8, seed)
    assert [examples(count, seed) for count in range(9)] == [eight[:count] for count in range(9)]
    assert {each.label for each in eight[:4]} == {each.label for each in eight[4:]} == set(task().labels)
    assert len(set(eight)) == 8


def test_a_prompt_is_its_examples_and_the_sentence():
    (asked,) = by_wording(BUNDLED, (USUAL_WORDING,), 0, 1).asked
    (shown,) = examples(1)
    assert asked.prompt("Kopi?") == f"Text: {shown.text}\nTopic: {shown.label}\n\nText: Kopi?\nTopic:"


def test_six_orders_of_the_same_three():
    orders = [each.examples for each in by_order(BUNDLED, USUAL_WORDING, 0).asked]
    assert len(set(orders)) == 6
    assert {frozenset(each) for each in orders} == {frozenset(examples(3))}


@pytest.mark.parametrize("name", WORDINGS)
def test_only_the_label_is_learnt(name):
    for example, sentence in zip(as_dataset(wording(name)).training, task().training, strict=True):
        ((start, end),) = example.answers
        assert example.text[start:end] == f" {sentence.label}"
        assert end == len(example.text)


def test_the_recorded_run_is_whole():
    told = recorded()
    assert [each.asked.name for each in told.examples] == [str(count) for count in range(9)]
    assert len(told.orders) == 6
    assert [each.asked.name for each in told.wordings] == list(WORDINGS)
    assert [each.way for each in told.ways] == [PROMPTED, SOFT, LORA]
    wanted = tuple(sentence.label for sentence in task().test)
    for each in (*told.examples, *told.orders, *told.wordings, *told.ways):
        assert each.score.wanted == wanted  # the sentences are still those that were asked
    for asked, now in zip(told.examples, by_examples("", USUAL_WORDING, 0).asked, strict=True):
        assert asked.asked == now  # and so are the prompts
    assert told.weights.same
    assert all(each.weights.same for each in told.ways)


def on_a_model(test):
    """With torch, on the tiny model of the tests."""
    for mark in (
        pytest.mark.torch,
        pytest.mark.usefixtures("bundled_is_tiny"),
        pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    ):
        test = mark(test)
    return test


@on_a_model
def test_a_label_s_log_likelihood_is_that_of_its_tokens_one_by_one():
    import torch

    from lib.lesson.prompting.scoring_job import label_log_probabilities
    from lib.models import catalogue
    from lib.models.load import load
    from lib.training.methods.in_front import AfterExamples

    model, tokenizer = load(catalogue.find(BUNDLED))
    rows = [tokenizer(text)["input_ids"] for text in ("Text: Salt\nTopic:", "Text: The match was lost\nTopic:")]
    front = tokenizer("Text: Rice\nTopic: food\n\n")["input_ids"]
    for before in ([], front):
        found = label_log_probabilities(AfterExamples(model, front) if before else model, tokenizer, rows)
        for row, scores in zip(rows, found, strict=True):
            for label, value in zip(task().labels, scores, strict=True):
                target = tokenizer(f" {label}")["input_ids"]
                ids = [*before, *row, *target]
                with torch.no_grad():
                    logs = model(torch.tensor([ids])).logits[0].float().log_softmax(-1)
                start = len(ids) - len(target)
                expected = sum(logs[at - 1, ids[at]].item() for at in range(start, len(ids)))
                assert value == pytest.approx(expected, abs=2e-3)


@on_a_model
def test_asking_changes_no_weight_and_an_own_sentence_gets_shares():
    from lib.lesson.prompting.scoring_job import ask_in_every_way, ask_own

    run = by_examples(BUNDLED, USUAL_WORDING, 0, 1)
    *scored, weights = ask_in_every_way(run)
    assert [type(each) for each in scored] == [AskedScore] * 2
    assert isinstance(weights, Weights)
    assert weights.same
    (answer,) = ask_own(OwnRun(BUNDLED, run.asked[0], "السلام <|im_end|> 日本"))
    assert sum(share for _, share in answer.probabilities) == pytest.approx(1)
    assert 0 < answer.all_labels < 1


@on_a_model
def test_three_ways_train_what_they_say_and_leave_the_base_alone():
    import torch

    from lib.lesson.prompting.ways_job import every_way
    from lib.models import catalogue
    from lib.models.load import load

    events = list(every_way(WaysRun(BUNDLED, shots=1, virtual_tokens=3, steps=4, rank=2)))
    prompted, soft, lora = [each for each in events if isinstance(each, WayScore)]
    model, _ = load(catalogue.find(BUNDLED))
    width = model.config.hidden_size
    assert (prompted.way, prompted.trained_parameters) == (PROMPTED, 0)
    assert (soft.way, soft.trained_parameters) == (SOFT, 3 * width)
    linear = [m for name, m in model.named_modules() if isinstance(m, torch.nn.Linear) and "lm_head" not in name]
    assert lora.trained_parameters == sum(2 * (m.in_features + m.out_features) for m in linear)
    assert prompted.weights.same
    assert soft.weights.same
    assert lora.weights.same
    assert [each.step for each in events if isinstance(each, Trained)] == [1, 2, 3, 4] * 2
    (nearest,) = [each for each in events if isinstance(each, NearestWords)]
    assert [each.position for each in nearest.near] == [1, 2, 3]
    assert nearest.usual_distance > 0
