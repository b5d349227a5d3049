"""Prompting through AppTest: hostile links and texts first, then what is recorded, and one run of one's own."""

from __future__ import annotations

import pytest

from lib.lesson.prompting.recorded import recorded
from lib.ui.lesson.prompting.views import VIEWS
from tests.pages.conftest import finish_jobs, open_chapter, refused

WAYS = ("Hard, soft, LoRA",)


@pytest.mark.parametrize(
    ("view", "key", "value"),
    [
        ("How many examples", "pr_most", "9"),
        ("How many examples", "pr_wording", "<script>"),
        ("Order and wording", "pr_change", "weights"),
        ("Hard, soft, LoRA", "pr_virtual", "1e999"),
        ("Your sentence", "pr_own_shots", "-1"),
    ],
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(view, key, value):
    app = open_chapter("prompting", pr_view=view, **{key: value})
    assert not app.exception
    assert key in refused(app)


def test_an_empty_sentence_is_one_sentence_and_a_long_one_is_cut_with_a_word():
    app = open_chapter("prompting", pr_view="Your sentence", pr_own=" ")
    assert not app.exception
    assert ["The sentence is empty" in error.value for error in app.error] == [True]
    app = open_chapter("prompting", pr_view="Your sentence", pr_own="日本語 " * 10_000)
    assert not app.exception
    assert any("2,000 characters are asked" in warning.value for warning in app.warning)
    assert len(app.text_area(key="pr_own").value) == 40_000


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_and_what_was_recorded_says_so(view):
    app = open_chapter("prompting", pr_view=view)
    assert not app.exception
    assert not app.error
    told = any("Recorded, not computed now" in caption.value for caption in app.caption)
    assert told == (view in {"How many examples", "Order and wording"} or (view in WAYS and bool(recorded().ways)))


@pytest.mark.usefixtures("tiny_worker")
def test_a_sentence_of_one_s_own_is_labelled():
    app = open_chapter("prompting", pr_view="Your sentence", pr_own="<b>Salt</b> and 日本")
    app.button(key="prompting-own-start").click().run()
    finish_jobs(app)
    assert not app.error
    assert any("so it always gives one" in each.value for each in app.markdown)
