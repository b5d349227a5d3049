"""A recorded run in the views beside the one that it was made in: marked there too, and nobody's own."""

from __future__ import annotations

import pytest

from tests.pages.conftest import open_chapter, said

pytestmark = pytest.mark.usefixtures("by_the_router")
MARK = "Recorded, not computed now**: 2"


@pytest.mark.parametrize("view", ["Train", "Out", "Weigh it"])
def test_each_view_of_live_lora_marks_it_once(view):
    app = open_chapter("live_lora", view=view, present="1", step="all", recorded="lora")
    assert not app.exception
    assert said(app).count(MARK) == 1
    assert "your last run" not in said(app).lower()


def test_a_recorded_comparison_keeps_no_files_and_is_marked():
    app = open_chapter("live_lora", view="Out", present="1", step="all", recorded="lora-compare")
    assert not app.exception
    assert said(app).count(MARK) == 1
    assert "Of a comparison the figures are kept and not the files" in said(app)


def test_a_link_that_says_what_to_weigh_has_no_use_for_it():
    app = open_chapter("live_lora", view="Weigh it", w_batch="2", present="1", step="all", recorded="lora")
    assert not app.exception
    assert MARK not in said(app)


def test_the_activity_does_not_take_it_for_the_student_s_own():
    app = open_chapter("unsloth", present="1", step="all", recorded="lora")
    assert not app.exception
    assert "Your settings from Live LoRA" not in said(app)
