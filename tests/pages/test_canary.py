"""Canary through AppTest: hostile links first, then a code planted and asked for."""

from __future__ import annotations

import pytest

from tests.pages.conftest import open_chapter, refused, start_and_finish


@pytest.mark.parametrize(
    "query",
    [
        {"canary_seed": "1e999"},
        {"canary_steps": "0"},
        {"canary_digits": "9"},
        {"canary_model": "<script>alert(1)</script>"},
        {"canary_run_seed": "-inf"},
    ],
    ids=lambda query: next(iter(query)),
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(query):
    app = open_chapter("canary", **query)
    assert not app.exception
    (key,) = query
    assert key in refused(app)


@pytest.mark.thorough
@pytest.mark.usefixtures("tiny_worker")
def test_a_code_is_planted_so_often_and_asked_for():
    app = open_chapter("canary", canary_steps="10", canary_digits="2")
    start_and_finish(app, "Plant it and ask")
    words = " ".join(each.value for each in app.markdown)
    for times in (0, 1, 4, 16):
        assert f"**Planted {times}×**" in words
    assert sum("of 100 codes" in caption.value for caption in app.caption) == 4
    assert any("log2 100" in caption.value and "counted exactly" in caption.value for caption in app.caption)
    assert "data privacy" in words
