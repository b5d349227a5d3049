"""A recorded run in the views beside the one that it was made in: marked there too, and nobody's own."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib.lesson.presenting.demos import runs_of_pages
from lib.lesson.presenting.recorded import recording
from lib.models.catalogue import BUNDLED
from lib.ui.training.inside import dial, kept, mixing
from lib.ui.training.inside.kept import Kept
from tests.pages.conftest import open_chapter, press, said

pytestmark = pytest.mark.usefixtures("by_the_router")
MARK = "Recorded, not computed now**: 2"


@pytest.mark.parametrize("view", ["Train", "Out", "Weigh it"])
def test_each_view_of_live_lora_marks_it_once(view):
    app = open_chapter("live_lora", view=view, present="1", step="all", recorded="lora")
    assert not app.exception
    assert said(app).count(MARK) == 1
    assert "your last run" not in said(app).lower()


def test_a_recorded_mixture_stands_beside_the_two_adapters_that_it_is_of(monkeypatch):
    own = [Kept(name, name, BUNDLED, name.encode()) for name in ("My first", "My second")]
    monkeypatch.setattr(mixing, "kept", lambda: {each.title: each for each in own})
    page = next(page for page in runs_of_pages() if "lora-mix" in page.kinds)
    app = open_chapter(page.slug, **page.link_on_stage)
    assert chosen(app) == ["My first", "My second"]
    press(app, "Recorded run")
    kopi, formal = chosen(app)
    assert "Singlish kopi orders" in kopi
    assert "Casual to formal English" in formal
    app.select_slider(key="mix_share").set_value(0.0).run()
    alone = next(each for each in recording("lora-mix").events if each.setting == (1.0, 0.0))
    assert f"100% and 0%: {dial.said(alone)}" in said(app)
    app.selectbox(key="mix_second").set_value(app.selectbox(key="mix_first").value).run()
    assert "100% and 0%" not in said(app)
    press(app, "No recording")
    assert chosen(app) == ["My first", "My second"]


def chosen(app: AppTest) -> list[str]:
    """Titles of the adapters to be mixed."""
    boxes = [app.selectbox(key=f"mix_{place}") for place in ("first", "second")]
    return [each.options[each.index] for each in boxes]


def test_a_recorded_run_is_not_kept_among_a_browser_s_own_adapters():
    app = open_chapter("live_lora", view="Train", present="1", step="all", recorded="lora")
    assert said(app).count(MARK) == 1
    assert app.session_state["owner"] not in kept._kept


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
