"""The pages on ways of training as students and hostile links use them."""

from __future__ import annotations

import pytest

from lib.lesson.ways.sorting import boards
from tests.pages.conftest import open_chapter, refused, said, start_and_finish


@pytest.mark.parametrize(
    ("slug", "query"),
    [
        ("ways_of_training", {"wt_view": "<script>"}),
        ("ways_of_training", {"wt_way": "Alchemy"}),
        ("which_way", {"ww_reason": "Because"}),
        ("which_way", {"ww_privacy_0_": "perhaps"}),
        ("which_way", {"ww_view": "Sort the cards", "ww_trained_0": "nowhere"}),
    ],
    ids=lambda value: list(value)[-1] if isinstance(value, dict) else value,
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(slug, query):
    app = open_chapter(slug, **query)
    assert not app.exception
    assert list(query)[-1] in refused(app)


def test_prompting_changes_nothing_and_says_so_by_its_hash():
    app = open_chapter("ways_of_training", wt_way="Prompting")
    assert not app.exception
    assert "No weight is updated" in said(app)
    assert "the same" in said(app)


def test_costs_are_the_calculators():
    app = open_chapter("ways_of_training", wt_view="What it takes")
    assert not app.exception
    assert "15 million times" in said(app)  # 15T tokens over 1M
    assert "1.6% of it" in said(app)  # 60 of 3,640 petaflop/s-days, Ouyang et al. 2022


def test_a_path_is_walked_to_its_end():
    app = open_chapter("which_way")
    app.segmented_control(key="ww_privacy_0_").set_value("no").run()
    app.segmented_control(key="ww_privacy_1_n").set_value("yes").run()
    assert not app.exception
    assert any("Retrieve" in header.value for header in app.subheader)
    assert "What speaks against it" in said(app)


def test_cards_are_sorted_and_a_wrong_place_is_explained():
    app = open_chapter("which_way", ww_view="Sort the cards")
    board = boards()["trained"]
    app.segmented_control(key="ww_trained_1").set_value("all").run()
    assert board.cards[1].wrong["all"] in said(app)
    app.segmented_control(key="ww_trained_1").set_value("few").run()
    assert not app.exception
    assert board.cards[1].why in said(app)


@pytest.mark.usefixtures("tiny_worker")
def test_the_shortcomings_are_seen_and_a_layer_is_replaced():
    app = open_chapter("ways_of_training", wt_view="Shortcomings and ways out")
    start_and_finish(app, "Ask it, then replace its last layer")
    assert not app.exception
    assert "wanted: Ines Okoro" in said(app)
    assert "can say nothing else any more" in said(app)
    assert "the same, by their hash" in said(app)
