"""A demo's link opens its page in the state that shows it; its recorded run is a key away."""

from __future__ import annotations

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from lib.engine import JobState, JobView
from lib.lesson.presenting.demos import demos, runs_of_pages
from lib.lesson.presenting.notes import notes
from lib.lesson.presenting.recorded import recorded_kinds, recording
from lib.training.inside.events import Dialling
from lib.ui.kit import jobs
from lib.ui.presenter import rehearsal
from lib.ui.presenter.rehearsal import State
from scripts import record_demos
from tests.pages.conftest import (
    charts_without_words,
    headings_out_of_order,
    open_beside,
    open_chapter,
    otherwise,
    press,
    said,
    widgets,
)

pytestmark = pytest.mark.usefixtures("by_the_router")
RUNS = list({demo.run: demo for demo in demos() if demo.run}.values())
STARTING = [demo for demo in demos() if demo.recorded]
RECORDED = [page for page in runs_of_pages() if set(page.kinds) <= recorded_kinds()]
DRAWN_ALREADY = {"toxicity", "honesty", "prompting", "model_sizes"}
"""Pages that draw recorded figures until a run of one's own is over."""
TEXTS = {
    "which_way": ("27 ends", "**Full fine-tuning.**"),
    "prompt_formats": ("what the model is given",),
    "rank_answers": ("Why is the sky blue?",),
    "no_one_metric": ("Your texts, your order",),
    "flask_skills": ("Answer A",),
    "human_values": ("RealToxicityPrompts",),
}
"""What the pages show where a class answers first: its question, and what it is asked about."""
VALUES = ("x", "y", "z", "r", "values")
"""Of a trace in a chart: one of these is there if something is drawn."""
NEEDS_TEXTS = {"own-lora"}
"""Runs that nothing can start before texts are put in."""
SETTINGS_MANY = {
    "lora",
    "lora-sweep",
    "lora-dial",
    "lora-pair-formal_rewriting",
    "lora-mix",
    "weigh",
    "dpo",
    "best-of-n",
    "hacking",
    "sensitivity",
}
"""Kinds of runs."""
CLICKED = [slug for slug, told in notes().items() if told.click]


def on_the_page(app: AppTest) -> set[str]:
    """What can be pressed or chosen: labels, options, expanders."""
    named = {each.label for each in (*widgets(app), *app.expander)}
    return named | {str(option) for each in widgets(app) for option in getattr(each, "options", ())}


@pytest.mark.parametrize("demo", demos(), ids=lambda demo: f"{demo.slide[:20]}: {demo.topic}")
def test_a_link_opens_the_page_in_its_state(demo):
    app = open_chapter(demo.slug, **demo.query)
    assert not app.exception
    assert not app.error
    assert "The link asks for" not in said(app)
    assert not charts_without_words(app)
    assert not headings_out_of_order(app)
    assert not otherwise(app, demo.query)
    assert set(re.findall(r"\*\*(.+?)\*\*", demo.do)) <= on_the_page(app)
    if demo.run:
        assert not app.button(key=f"{demo.run}-start").disabled


def test_a_demo_is_recorded_on_the_page_that_its_link_opens():
    page = next(page for page in runs_of_pages() if page.query and not page.press)
    app, linked = record_demos.opened(page), open_chapter(page.slug, **page.query)
    assert not app.exception
    assert on_the_page(app) == on_the_page(linked)
    assert not otherwise(app, page.query)


def drawn(app: AppTest) -> list:
    """Charts with something in them, tables with rows, figures, code."""
    charts = (json.loads(each.proto.spec)["data"] for each in app.get("plotly_chart"))
    full = [trace for chart in charts for trace in chart if any(len(trace.get(of) or ()) for of in VALUES)]
    return [*full, *(each for each in app.dataframe if len(each.value)), *app.metric, *app.code]


def on_stage(demo, **more: str) -> AppTest:
    return open_chapter(demo.slug, **demo.query_on_stage, present="1", step=str(demo.place + 1), **more)


@pytest.mark.parametrize("demo", demos(), ids=lambda demo: f"{demo.slide[:20]}: {demo.topic}")
def test_on_the_projector_a_link_shows_its_point_before_anything_is_pressed(demo):
    app = on_stage(demo)
    assert not app.exception
    shown = said(app)
    everything = shown + "".join(each.proto.body for each in app.get("html"))
    assert drawn(app) or any(text in everything for text in TEXTS[demo.slug])
    assert not [each.value for each in app.info if "press" in each.value.lower()]
    if demo.recorded is None:
        assert "Recorded, not computed now**: 2" not in shown
        return
    told = recording(demo.recorded)
    assert f"Recorded, not computed now**: {told.date}, {told.device}" in shown
    assert "here and now" not in shown
    keyed = [each.key for each in app.button if each.proto.shortcut == "s"]
    assert keyed == ([] if demo.recorded in NEEDS_TEXTS else [f"{told.kind}-start"])
    assert ("S runs it now" in shown) == bool(keyed)
    assert app.button(key=f"{told.kind}-start").disabled != bool(keyed)


@pytest.mark.parametrize("demo", {demo.recorded: demo for demo in STARTING}.values(), ids=lambda demo: demo.recorded)
def test_a_student_s_page_shows_no_recorded_run(demo):
    app = open_chapter(demo.slug, **demo.query_on_stage)
    assert "Recorded, not computed now**: 2" not in said(app)
    assert not [each for each in app.button if each.proto.shortcut]


def test_a_recorded_run_goes_at_a_key_and_a_run_of_one_s_own_takes_its_place(monkeypatch):
    demo = next(demo for demo in STARTING if demo.recorded == "new-head")
    app = on_stage(demo)
    press(app, "No recording")
    assert "Recorded, not computed now**: 2" not in said(app)
    assert not drawn(app)
    press(app, "Recorded run")
    assert drawn(app)
    told = recording("new-head")
    started = []

    class Engine:
        def submit(self, *asked, **_):
            started.append(asked)

        def newest(self, *_):
            return "mine" if started else None

        def view(self, name, **_):
            return JobView(name, told.kind, JobState.RUNNING, told.events[:1], 0, 0.0, 1.0, None, told.argument)

    monkeypatch.setattr(jobs, "engine", Engine)
    monkeypatch.setattr(jobs, "_engine", Engine())
    app.button(key="new-head-start").click().run()
    assert not app.exception
    assert len(started) == 1
    assert "Recorded, not computed now**: 2" not in said(app)
    assert not drawn(app)


def test_a_run_of_one_s_own_that_is_about_a_recorded_one_leaves_it_there(monkeypatch):
    page = next(page for page in runs_of_pages() if "lora-dial" in page.kinds)
    app = open_chapter(page.slug, **page.link_on_stage)
    press(app, "Recorded run")
    assert "Recorded, not computed now**: 2" in said(app)
    told = recording("lora-dial")
    started = []

    class Engine:
        def submit(self, *asked, **_):
            started.append(asked)

        def newest(self, _, kind):
            return "mine" if started and kind == told.kind else None

        def view(self, name, **_):
            return JobView(name, told.kind, JobState.RUNNING, told.events[:1], 0, 0.0, 1.0, None, started[0][1])

    monkeypatch.setattr(jobs, "engine", Engine)
    monkeypatch.setattr(jobs, "_engine", Engine())
    app.button(key="lora-dial-start").click().run()
    assert not app.exception
    (asked,) = started
    assert asked[1].naming_adapters() == told.argument
    assert "Recorded, not computed now**: 2" not in said(app)
    assert "λ = 1: " in said(app)
    press(app, "No recording")
    assert "λ = 1: " not in said(app)


@pytest.mark.parametrize("name", ["", "lora", "../../../assets/models", "new-head@", "x" * 5000])
def test_a_link_that_names_no_run_of_its_page_shows_none(name):
    demo = next(demo for demo in STARTING if demo.recorded == "new-head")
    app = open_chapter(demo.slug, **demo.query, present="1", step=str(demo.place + 1), recorded=name)
    assert not app.exception
    assert "Recorded, not computed now**: 2" not in said(app)


@pytest.mark.parametrize("slug", CLICKED)
def test_what_a_note_tells_to_press_is_on_the_page(slug):
    assert set(re.findall(r"\*\*(.+?)\*\*", notes()[slug].click)) <= on_the_page(open_chapter(slug))


@pytest.mark.parametrize("page", RECORDED, ids=lambda page: page.kinds[0])
def test_a_recorded_run_is_a_key_away_and_marked(page):
    app = open_chapter(page.slug, **page.link_on_stage)
    before = said(app)
    assert "Recorded, not computed now**: 2" not in before
    press(app, "Recorded run")
    for kind in page.kinds:
        told = recording(kind)
        assert f"Recorded, not computed now**: {told.date}, {told.device}" in said(app)
    assert not app.error
    assert "here and now" not in said(app)
    assert not re.search(r"\*\*Measured.{,80}(?<!Not )on this machine", said(app))
    assert not charts_without_words(app)
    shown = said(app)
    assert shown != before if page.slug in DRAWN_ALREADY else len(shown) > len(before) + 200
    press(app, "No recording")
    assert "Recorded, not computed now**: 2" not in said(app)


@pytest.mark.parametrize("kind", sorted(SETTINGS_MANY))
def test_a_recording_is_of_what_its_page_s_button_starts(kind, monkeypatch):
    """Of pages with many settings: whoever changes a default records anew."""
    page = next(page for page in runs_of_pages() if kind in page.kinds)
    asked = {}

    class Engine:
        def submit(self, function, argument, **more):
            asked.update(more, function=function, argument=argument)

        def newest(self, *_):
            return None

    app = open_chapter(page.slug, **page.link_to_start)
    monkeypatch.setattr(jobs, "engine", Engine)
    for label in page.press:
        press(app, label)
    if not asked:
        app.button(key=f"{kind}-start").click().run()
    told, argument = recording(kind), asked["argument"]
    if isinstance(argument, Dialling):
        argument = argument.naming_adapters()
    assert (asked["function"], argument) == (told.function, told.argument)


def test_the_list_has_every_topic_and_the_rehearsal_every_run():
    links = said(open_beside("demos"))
    for demo in demos():
        assert f"[{demo.topic}]({demo.link})" in links
        assert demo.link_on_stage in links
    app = open_beside("demos", demos_view="Rehearsal")
    assert not app.exception
    assert f"0 of {len(RUNS)} runs are ready" in said(app)


def test_a_rehearsal_starts_each_run_once_and_a_failed_one_again_only_when_it_is_told_to(monkeypatch):
    kinds = [kind for kind in (demo.run for demo in RUNS) if kind in recorded_kinds()]
    failing, states, started = kinds[1], {}, []

    def submit(kind, *_, **__):
        started.append(kind)
        states[kind] = State.FAILED if kind == failing else State.READY

    monkeypatch.setattr(rehearsal, "state_of", lambda kind: states.get(kind, State.RECORDED))
    monkeypatch.setattr(rehearsal.jobs, "submit", submit)
    monkeypatch.setattr(rehearsal, "_row", lambda demo, state: {"Demo": demo.topic, "State": state.value})
    app = open_beside("demos", demos_view="Rehearsal")
    for again, wanted in ((kinds, kinds), ([failing], [*kinds, failing])):
        press(app, "Start every run once")
        for _ in again:
            app.run()
        assert started == wanted
        assert not next(each for each in app.button if each.label == "Start every run once").disabled
    assert f"{len(kinds) - 1} of {len(RUNS)} runs are ready" in said(app)
