"""Does size matter, as students and hostile links use it."""

from __future__ import annotations

import pytest

from lib.lesson.scaling.small_big import recording
from tests.pages.conftest import open_chapter, refused, said, start_and_finish


@pytest.mark.parametrize(
    "query",
    [
        {"ms_axes": "<script>"},
        {"ms_from": "1e400"},
        {"ms_to": "2031"},
        {"ms_who": "Nobody"},
        {"ms_open": ""},
        {"ms_view": "Small against big", "ms_run": "All"},
    ],
    ids=lambda query: list(query)[-1],
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(query):
    app = open_chapter("model_sizes", **query)
    assert not app.exception
    assert list(query)[-1] in refused(app)


def test_years_that_run_backwards_are_one_sentence_and_the_page_goes_on():
    app = open_chapter("model_sizes", ms_from="2024", ms_to="2020")
    assert not app.exception
    (error,) = app.error
    assert "2024 is after 2020" in error.value
    assert "Check yourself" in " ".join(header.value for header in app.header)


def test_nothing_that_fits_is_said():
    app = open_chapter("model_sizes", ms_kind="Mixture of experts", ms_to="2019")
    assert not app.exception
    assert "No model of the list is like this" in said(app)


@pytest.mark.parametrize("axes", ["Size by year", "Text by year", "Size against text"])
def test_every_chart_speaks_of_its_models(axes):
    app = open_chapter("model_sizes", ms_axes=axes, ms_who="Meta")
    assert not app.exception
    assert not app.error
    shown = said(app)
    assert "Tokens per parameter" in shown
    table = next(each.value for each in app.dataframe if "organisation" in each.value)
    assert set(table["organisation"]) == {"Meta"}


def test_only_models_that_say_nothing_are_no_error():
    app = open_chapter("model_sizes", ms_who="Anthropic")
    assert not app.exception
    assert not app.error
    assert "do not disclose their size" in said(app)


@pytest.mark.thorough
def test_the_recorded_case_says_that_it_is_recorded_and_the_small_one_runs_here():
    app = open_chapter("model_sizes", ms_view="Small against big")
    assert not app.exception
    assert "Recorded, not run now" in said(app)
    best = recording().contenders[0]
    assert f"{best.blanks_right} of {best.blanks}" in next(iter(app.dataframe)).value["blanks filled"].tolist()
    start_and_finish(app, "Run")
    assert not app.error
    (table,) = app.dataframe
    used = table.value.set_index("used")["blanks filled"]
    assert used["tuned (LoRA)"] == "3 of 3"
    assert used["as it is"] == "0 of 3"
    assert "Recorded, not run now" not in said(app)
