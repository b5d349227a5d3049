"""A trainer's log that is brought back: hostile files first, then what transformers and TRL really write."""

from __future__ import annotations

import json

import pytest

from lib.errors import StudentError
from lib.lesson.unsloth.brought.log import MOST_BYTES, At, read_log, relative
from lib.lesson.unsloth.brought.recorded import recorded_curve, recorded_log
from tests.unit.lesson.unsloth.files import state

HOSTILE = {
    "empty": (b"", "is empty"),
    "blank": (b" \n ", "is empty"),
    "20 MB": (b"x" * (2 * MOST_BYTES), "20 MB"),
    "cut short": (state({"step": 1, "loss": 2.0})[:-20], "cut short"),
    "another JSON": (b'{"model": 3}', "no log_history"),
    "a number as log": (b'{"log_history": 3}', "no log_history"),
    "an empty log": (state(), "holds no loss"),
    "only rates": (state({"step": 1, "learning_rate": 1e-3}), "holds no loss"),
    "losses without steps": (state({"loss": 2.0}), "holds no loss"),
    "steps below zero": (state({"step": -4, "loss": 2.0}), "holds no loss"),
    "words for losses": (state({"step": 1, "loss": "good"}), "holds no loss"),
    "true for a loss": (state({"step": 1, "loss": True}), "holds no loss"),
    "only NaN": (state({"step": 3, "loss": float("nan")}, {"step": 4, "loss": float("inf")}), "from step 3 on"),
    "brackets": (b"[" * 300_000, "cut short or damaged"),
    "a number of 5,000 digits": (b'{"log_history": [{"step": ' + b"9" * 5_000 + b', "loss": 1}]}', "damaged"),
    "a story": (b"Once upon a time\nthere was a loss.", "not a trainer's log"),
    "a table of something else": (b"name,price\nkopi,2", "not a trainer's log"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
}


@pytest.mark.parametrize(("content", "said"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_log_is_refused_in_a_sentence(content, said):
    with pytest.raises(StudentError, match=said):
        read_log(content, "mine")


def test_nan_on_the_way_is_told_and_left_out():
    log = read_log(
        state({"step": 1, "loss": 3.0, "grad_norm": 1.0}, {"step": 2, "loss": float("nan")}, {"step": 3, "loss": 2.0}),
        "mine",
    )
    assert log.training == (At(1, 3.0), At(3, 2.0))
    assert log.wrong_step == 2


def test_a_gradient_that_is_no_number_and_a_loss_of_zero_are_told():
    """What the Trainer leaves of a NaN where logging_nan_inf_filter is on."""
    log = read_log(
        state({"step": 1, "loss": 3.0}, {"step": 2, "loss": 0.0, "grad_norm": float("nan")}),
        "mine",
    )
    assert (log.wrong_step, log.zero_step) == (2, 2)


def test_steps_are_put_in_order_and_the_last_word_counts():
    log = read_log(state({"step": 5, "loss": 1.0}, {"step": 2, "loss": 2.0}, {"step": 5, "loss": 1.5}), "mine")
    assert log.training == (At(2, 2.0), At(5, 1.5))


@pytest.mark.parametrize(
    "table",
    [
        "Step,Training Loss,Validation Loss\n5,2.5,2.7\n10,1.5,2.1\n",  # as a notebook shows it
        "step;loss;eval_loss\r\n5;2.5;2.7\r\n10;1.5;2.1\r\n",
        "\ufeffstep\tloss\teval_loss\n5\t2.5\t2.7\n10\t1.5\t2.1",
    ],
)
def test_tables_are_read_however_they_are_separated(table):
    log = read_log(table.encode(), "mine.csv")
    assert log.training == (At(5, 2.5), At(10, 1.5))
    assert log.held_out == (At(5, 2.7), At(10, 2.1))


def test_a_held_out_loss_that_turns_upwards_is_seen():
    log = read_log(state(*({"step": n, "eval_loss": value} for n, value in ((1, 2.0), (2, 1.0), (3, 1.1)))), "mine")
    assert log.lowest_held_out == At(2, 1.0)
    assert log.rises_again
    assert not read_log(state({"step": 1, "eval_loss": 2.0}, {"step": 2, "eval_loss": 1.0}), "mine").rises_again


def test_shares_of_the_first():
    assert relative((At(1, 4.0), At(2, 1.0))) == (At(1, 1.0), At(2, 0.25))
    assert relative(()) == ()


def test_the_trainer_s_own_file_is_read_and_ends_near_the_app_s_own_loop():
    """Two programs, one model, the same texts and settings."""
    theirs, ours = recorded_log(), recorded_curve()
    assert len(theirs.training) == len(ours.training)
    assert theirs.wrong_step is None
    assert theirs.training[-1].value == pytest.approx(ours.training[-1].value, rel=0.1)  # not the mean of all steps
    assert theirs.held_out[-1].value == pytest.approx(ours.held_out[-1].value, rel=0.05)
    assert ours.held_out[0].value > ours.held_out[-1].value
    assert json.dumps(ours.measured)
