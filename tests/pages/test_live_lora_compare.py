"""Compare, through AppTest: hostile links first, then runs, one that diverges among others, and a sweep."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib.charts.training.compare import small_multiples
from lib.models.catalogue import BUNDLED
from lib.training.comparing.as_rows import runs_as_rows
from lib.training.comparing.comparison import RunFailed, Setting
from lib.training.comparing.findings import Difference, Winner
from lib.training.comparing.outcomes import Column, Outcome, columns
from lib.training.events import HeldOut
from lib.training.run import FineTuningRun
from lib.ui.training.compare.words import words_of_who_is_out
from tests.pages.conftest import jobs_of, open_chapter, refused, start_and_finish

SHORT = {"view": "Compare", "cmp_steps": "5", "cmp_seeds": "1"}


def words(app: AppTest) -> str:
    return " ".join(each.value for each in (*app.markdown, *app.caption))


@pytest.mark.parametrize(
    "query",
    [
        {"cmp_1": "Magic"},
        {"cmp_steps": "1e400"},
        {"cmp_seeds": "99"},
        {"cmp_seed": "-inf"},
        {"cmp_model": "<script>alert(1)</script>"},
        {"cmp_3_lora_rank": "3"},
        {"cmp_3_lora_lr": "nan"},
        {"cmp_2_few_shot_examples": "٣٣٣"},
    ],
    ids=lambda query: next(iter(query)),
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(query):
    app = open_chapter("live_lora", view="Compare", **query)
    assert not app.exception
    (key,) = query
    assert key in refused(app)


def test_nothing_chosen_is_nothing_to_start():
    app = open_chapter("live_lora", view="Compare", **{f"cmp_{place}": "Nothing" for place in range(1, 5)})
    assert not app.exception
    assert next(button for button in app.button if button.label == "Compare").disabled


@pytest.mark.usefixtures("tiny_worker")
def test_runs_side_by_side_tell_cost_forgetting_and_that_one_seed_decides_nothing():
    app = open_chapter("live_lora", **SHORT, cmp_2="Nothing")
    start_and_finish(app, "Compare")
    assert not app.exception
    assert not app.error
    (table,) = app.dataframe
    assert list(table.value.columns) == ["", "Base", "LoRA, r 8", "Full fine-tuning"]
    figures = table.value.set_index("")
    # r (d_in + d_out) over the two layers of the tiny model, by hand, and all of its weights
    lora, everything = 2 * 8 * (448 + 576), 257 * 64 + 2 * (12_288 + 24_576 + 128) + 64
    assert figures.loc["Trained parameters, counted"].tolist() == ["0", f"{lora:,}", f"{everything:,}"]
    assert figures.loc["Gradients", "Full fine-tuning"] == "362 kB ✓"
    told = jobs_of(app)[-1]
    rows = {each["setting"]: each for each in runs_as_rows(columns(told.argument, told.events))}
    for label, row in rows.items():  # the file has all that the table has, as numbers
        column = figures[label]
        trains = row["learning_rate"] is not None
        assert column["Learning rate"] == (f"{row['learning_rate']:g}" if trains else "")
        assert column["lora_alpha"] == str(row["lora_alpha"] or "")
        assert column["Learnt (nats per token)"] == f"{row['learnt_nats_per_token']:.2f}"
        assert column["Forgot (nats per token)"] == f"{row['forgot_nats_per_token'] + 0.0:.2f}".replace("-0.00", "0.00")
        assert column["Perplexity on a book, after"] == f"{row['book_perplexity_after']:.0f}"
        for part in ("weights", "gradients", "optimizer"):
            assert row[f"{part}_bytes"] == row[f"{part}_bytes_calculated"]
    assert (
        rows["LoRA, r 8"]
        | {
            "model": BUNDLED,
            "texts": "kopi_orders",
            "rank": 8,
            "lora_dropout": 0.0,
            "target_modules": "q_proj k_proj v_proj o_proj gate_proj up_proj down_proj",
            "layers": "all",
            "bottleneck": None,
            "examples": None,
            "base_held_in": "fp32",
            "trained_parameters": lora,
            "trained_parameters_by_formula": lora,
        }
        == rows["LoRA, r 8"]
    )
    said = words(app)
    assert "not decided by your runs" in said
    assert "one seed has no spread" in said
    assert "knows no facts" in said
    next(each for each in app.slider if each.key == "cmp_3_lora_alpha").set_value(64).run()
    moved = app.dataframe[0].value.set_index("")
    assert moved.loc["lora_alpha"].tolist() == ["", "16", ""], "of the run, not of the control that moved since"


def test_a_setting_that_diverges_leaves_its_sentence_and_the_others_go_on():
    app = open_chapter(
        "live_lora", **{**SHORT, "cmp_steps": "10"}, cmp_2="Nothing", cmp_4="Nothing", cmp_3_lora_lr="1000"
    )
    start_and_finish(app, "Compare")
    assert not app.exception
    assert any("too high" in error.value and "LoRA, r 8, seed 0" in error.value for error in app.error)
    (table,) = app.dataframe
    assert list(table.value.columns) == ["", "Base"]


@pytest.mark.thorough
@pytest.mark.usefixtures("tiny_worker")
def test_a_sweep_of_two_seeds_says_which_wins_or_that_it_is_not_decided():
    app = open_chapter("live_lora", view="Compare", cmp_what="Sweep one setting", sweep_steps="5", sweep_what="Rank")
    start_and_finish(app, "Sweep")
    assert not app.exception
    assert not app.error
    said = words(app)
    assert (" wins" in said) != ("Not decided" in said)
    assert "between seeds" in said
    assert "lora_alpha stays as well" in said
    assert "✓ where it says the same" in said
    (table,) = app.dataframe
    assert list(table.value.columns) == ["", "r = 1", "r = 4", "r = 16", "r = 64"]


@pytest.mark.parametrize("same_rate", [True, False])
def test_who_is_out_of_a_ranking_is_told_of_another_rate_only_where_the_rate_was_not_what_was_varied(same_rate):
    rates = (1e-2, 1e-2, 1e-2) if same_rate else (1e-3, 1e-2, 1e-1)
    best, next_best, out = (Column(Setting(f"run {rate}", FineTuningRun(learning_rate=rate)), (), ()) for rate in rates)
    told = words_of_who_is_out(Winner(best, next_best, Difference(1.0, 2.0, 0.1), (out,)))
    assert told.startswith(f"**run {rates[2]}** did not come to the end")
    assert ("At another learning rate it may be another" in told) is same_rate


def test_the_word_of_a_run_that_ended_early_is_not_where_its_line_has_left_to():
    run = FineTuningRun(steps=10)
    looks = (HeldOut(0, 6.0), HeldOut(2, 12.0))
    diverged = Column(Setting("fast", run), (Outcome(0, 2, looks, None, None, None),), (RunFailed(0, 0, "too high"),))
    (word,) = (each for each in small_multiples((diverged,), None).layout.annotations if "ended early" in each.text)
    assert word.y < 6.0
