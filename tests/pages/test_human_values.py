"""Helpful, honest, harmless through AppTest: hostile links first, then weighing, judging and bad behaviour."""

from __future__ import annotations

import pytest

from lib.alignment.values.pairs import FIRST, SAME, SECOND, VALUES
from lib.ui.alignment.values.own import FIELDS
from lib.ui.alignment.values.views import VIEWS
from lib.ui.kit import kept
from tests.pages.conftest import open_chapter, refused


@pytest.fixture(autouse=True)
def nobody_has_judged() -> None:
    kept._kept.clear()


def said(app) -> str:
    return " ".join(each.value for each in (*app.markdown, *app.caption, *app.info, *app.success))


@pytest.mark.parametrize(
    ("view", "key", "value"),
    [
        ("Your weights", "hv_view", "<script>"),
        ("Your weights", "hv_honest", "1e999"),
        ("Your weights", "hv_look", "poem; drop table"),
        ("Judge the pairs", "hv_pair", "0"),
        ("Bad behaviour", "hv_stage_toxic", "nan"),
    ],
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(view, key, value):
    app = open_chapter("human_values", **{"hv_view": view, key: value})
    assert not app.exception
    assert key in refused(app)


def test_weights_of_zero_decide_nothing_and_say_so():
    app = open_chapter("human_values", hv_helpful="0", hv_honest="0", hv_harmless="0")
    assert not app.exception
    assert ["All three weights are 0" in error.value for error in app.error] == [True]
    assert any(header.value == "Check yourself" for header in app.header)
    app.slider(key="hv_honest").set_value(1).run()
    assert not app.error


def test_a_weight_more_decides_the_neighbour_s_wifi():
    app = open_chapter("human_values", hv_look="The neighbour’s Wi-Fi")
    assert "Harmless (5)" not in said(app)
    assert "Helpful (5) against harmless (5): undecided." in said(app)
    app.slider(key="hv_harmless").set_value(6).run()
    assert "Helpful (5) against harmless (6): declines." in said(app)
    assert "0 pairs are left" not in said(app)
    assert "No pair is left undecided by your weights" in said(app)


def test_what_is_judged_is_kept_compared_and_weighed():
    app = open_chapter("human_values", hv_view="Judge the pairs", hv_pair="4")
    for value in VALUES[:2]:
        app.radio(key=f"hv_wifi_{value}").set_value(SECOND).run()
    assert ": the course " not in said(app)  # not before the student has said all three
    app.radio(key="hv_wifi_harmless").set_value(SECOND).run()
    assert not app.exception
    assert "You have judged **1 of 8** pairs, and say the same as the course in **1 of 3** judgements" in said(app)
    app.segmented_control(key="hv_view").set_value("Your weights").run()
    assert "1 pairs as you judged them" not in said(app)
    assert "1 pair as you judged it" in said(app)
    app.selectbox(key="hv_look").set_value("wifi").run()
    assert "Nothing pulls the other way here" in said(app)


def test_all_ties_cannot_be_decided_by_any_weights():
    app = open_chapter("human_values", hv_view="Judge the pairs", hv_pair="1")
    for value in VALUES:
        app.radio(key=f"hv_capital_{value}").set_value(SAME).run()
    assert "no weights of yours can decide this pair" in said(app)


def type_pair(app, *texts: str):
    for key, text in zip(FIELDS, texts, strict=True):
        app.text_area(key=key).set_value(text)
    return app.button(key="hv_own_take").click().run()


def test_a_pair_of_one_s_own_is_refused_kept_judged_and_weighed():
    app = open_chapter("human_values", hv_view="Judge the pairs", hv_pair="Yours")
    for texts, why in (
        (("", "a", "b"), "What is asked is empty"),
        (("Q?", "  same ", "SAME"), "Both answers are the same"),
        (("Q?", "a" * 401, "b"), "401 characters"),
    ):
        app = type_pair(app, *texts)
        assert not app.exception
        assert why in app.error[0].value
        assert app.text_area(key="hv_own_first").value == texts[1]  # nothing typed is lost
        assert not [each for each in app.radio if each.label == "More helpful"]
    app = type_pair(app, "<b>Is $x$ **mine**?</b>", "[yes](javascript:1)", "no")
    assert not app.exception
    assert not app.error
    assert "**mine**" not in said(app)
    assert "[yes](javascript" not in said(app)
    for value, side in zip(VALUES, (SECOND, SAME, FIRST), strict=True):
        app.radio(key=f"hv_own_{value}").set_value(side).run()
    assert "harmless pulls left and helpful pulls right" in said(app)
    assert "pairs, and say the same as the course" not in said(app)  # the course does not judge it
    app.segmented_control(key="hv_view").set_value("Your weights").run()
    app.selectbox(key="hv_look").set_value("own").run()
    assert "Harmless (5) against helpful (5): undecided." in said(app)
    app.slider(key="hv_helpful").set_value(7).run()
    assert "Harmless (5) against helpful (7): second answer." in said(app)
    app.segmented_control(key="hv_view").set_value("Judge the pairs").run()
    app = type_pair(app, "Another?", "a", "b")
    assert app.radio(key="hv_own_helpful").value is None  # what was said is not said of the new pair


def test_a_stage_says_what_it_does_and_what_it_leaves():
    app = open_chapter("human_values", hv_view="Bad behaviour", hv_stage_aggressive="Instruction fine-tuning")
    assert not app.exception
    assert "You begin where the course would for **1 of 1**" in said(app)
    app.selectbox(key="hv_stage_toxic").set_value("guard").run()
    assert "You begin where the course would for **1 of 2**" in said(app)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_something_to_take_away(view):
    app = open_chapter("human_values", hv_view=view)
    assert not app.exception
    assert not app.error
    assert {"CSV", "JSON"} <= {each.label for each in app.get("download_button")}
