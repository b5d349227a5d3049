"""Where weights went through 4 bits the page that shows their figures says so, of its own runs and of recorded ones."""

from __future__ import annotations

import gzip
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib import curriculum
from lib.engine import JobState, JobView
from lib.engine.recording import decoded
from lib.errors import StudentError
from lib.lesson.presenting.demos import runs_of_pages
from lib.lesson.presenting.recorded import FOLDER, SUFFIX, recorded_names, recording
from lib.lesson.pretraining.guessing import Guess, passages
from lib.models.catalogue import BUNDLED, REAL
from lib.models.origin import models_of, what_it_means
from lib.places import ASSETS, ROOT
from lib.ui.kit import jobs, session
from lib.ui.kit.presenting import recorded_run
from tests.pages.conftest import open_chapter, press, said

pytestmark = pytest.mark.usefixtures("by_the_router")
NOTE = what_it_means(REAL, "Q4_1")
CHOSEN_FIRST = {"View", "Look at", "What to compare", "Run it here", "Which answers", "Change"}
"""Labels of what decides which run a page offers."""
ELSEWHERE = {
    "alignment/gold.py",
    "alignment/secret.py",
    "classroom/experiments/dataset.py",
    "classroom/experiments/secret.py",
    "classroom/experiments/sweep.py",
    "lesson/formats/own.py",
    "lesson/pretraining/game.py",
    "memory/choosing/counting.py",
    "metrics/corpus.py",
    "models/fetching.py",
    "presenter/rehearsal.py",
    "training/bug_hunt.py",
    "training/train/asking.py",
}
"""Files that start runs of the bundled model alone or of none, or by what is not a press of a button."""
TAKE_ALONG = {"my_adapter", "my_head", "learnt_on", "chosen_run", "own_run", "keep_newest", "weighing_controls"}
"""Functions that look for what a run has left or was set to, and show none of its figures."""
TOKENIZER_ALONE = "lib.lesson.prompt_formats.tokens_job:cut"


@cache
def by_the_real_model(kind: str) -> tuple[tuple, Any] | None:
    """The events of a recorded run, and its argument as if the real model had made it."""
    told = recording(kind)
    try:
        return told and (told.events, renamed(told.argument))
    except StudentError:  # a run that no page could make of that model
        return None


def renamed(value: Any) -> Any:
    if is_dataclass(value):
        return type(value)(**{each.name: renamed(getattr(value, each.name)) for each in fields(value) if each.init})
    if isinstance(value, tuple):
        return tuple(map(renamed, value))
    return REAL if value == BUNDLED else value


def text_of(name: str) -> str:
    return gzip.decompress((FOLDER / f"{name}{SUFFIX}").read_bytes()).decode()


class NothingComputes:
    """An engine for a browser that has made every recorded run itself, on the real model; any other run has only begun
    once it is started."""

    def __init__(self) -> None:
        self.started: dict[str, tuple[str, Any]] = {}
        """Function and argument of each kind of job."""
        self.looked_at: dict[str, Any] = {}
        """What this page has asked for since this was emptied: arguments by kind."""
        self.files: set[Path] = set()
        """Whose code has started a run of the real model."""

    def submit(self, function: str, argument: Any, *, kind: str, **_: Any) -> None:
        self.started[kind] = function, argument
        if REAL in models_of(argument):
            self.files |= {Path(frame.filename) for frame in inspect.stack(0)}

    def newest(self, _: str, kind: str) -> str | None:
        return kind if kind in self.started or by_the_real_model(kind) else None

    def view(self, kind: str, **_: Any) -> JobView:
        events, argument = by_the_real_model(kind) or ((), self.started[kind][1])
        state = JobState.DONE if events else JobState.RUNNING
        callers = {frame.function for frame in inspect.stack(0)}
        if self.started.get(kind, ("",))[0] != TOKENIZER_ALONE and not callers & TAKE_ALONG:
            self.looked_at[kind] = argument
        return JobView(kind, kind, state, events, 0, 0.0, 1.0, None, argument)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> NothingComputes:
    found = NothingComputes()
    monkeypatch.setattr(jobs, "engine", lambda: found)
    monkeypatch.setattr(jobs, "_engine", found)
    return found


def in_every_view(slug: str, query: dict[str, str]) -> Iterator[tuple[AppTest, dict[str, str]]]:
    """The chapter in each of its views, opened by a link, with the real model chosen wherever a model is."""
    session._visits.clear()  # one browser after another is no class, for which a page would choose a quicker model
    app = open_chapter(slug, **query)
    first = [each for each in app.get("button_group") if each.label in CHOSEN_FIRST and each.key not in query]
    if first:
        for option in first[0].options:
            yield from in_every_view(slug, query | {first[0].key: option})
        return
    others = {each.key: REAL for each in app.selectbox if REAL in each.options and each.value != REAL}
    query |= others
    app = open_chapter(slug, **query) if others else app
    for asked in app.radio:  # a student answers before the model does
        asked.set_value(asked.options[0])
    for each in app.button:
        if each.label == "Put in an example":
            each.click().run()
    yield app, query


def to_press(app: AppTest) -> list[str]:
    """Names of the buttons that start something."""
    return [
        each.id
        for each in app.button
        if not each.disabled and ((each.key or "").endswith("-start") or each.proto.type == "primary")
    ]


def each_press(slug: str, engine: NothingComputes) -> Iterator[tuple[AppTest, dict[str, str], str]]:
    """Each view of the chapter as it opens, and after each button in it that starts something: the page, its link and
    the button's label."""
    for app, query in in_every_view(slug, {}):
        engine.looked_at.clear()
        yield app.run(), query, ""
        for name in to_press(app):
            pressed = next((each for each in app.button if each.id == name and not each.disabled), None)
            if pressed is not None:
                engine.looked_at.clear()
                yield pressed.click().run(), query, pressed.label


@pytest.mark.usefixtures("real_is_here")
@pytest.mark.parametrize("slug", [chapter.slug for chapter in curriculum.chapters()])
def test_a_page_with_figures_of_the_real_model_says_once_what_its_weights_came_through(slug, engine):
    wrong = []
    for app, query, label in each_press(slug, engine):
        assert not app.exception, (query, label)
        kinds = [kind for kind, argument in engine.looked_at.items() if REAL in models_of(argument)]
        times = said(app).count(NOTE)
        if times > 1 or (kinds and not times):
            wrong.append((query, label, kinds, times))
    assert not wrong


@pytest.mark.thorough
@pytest.mark.usefixtures("real_is_here")
def test_those_views_and_buttons_are_all_that_start_a_run_of_the_real_model(engine):
    for chapter in curriculum.chapters():
        for _ in each_press(chapter.slug, engine):
            pass
    starting = re.compile(r"^ +(?:jobs\.)?submit\w*\(", re.MULTILINE)
    files = {file for file in (ROOT / "lib" / "ui").rglob("*.py") if starting.search(file.read_text(encoding="utf-8"))}
    assert {file.relative_to(ROOT / "lib" / "ui").as_posix() for file in files - engine.files} == ELSEWHERE


@pytest.mark.usefixtures("real_is_here")
def test_the_game_against_the_models_says_so_too(engine):
    app = open_chapter("next_token", nt_view="Be the model")
    name, passage = next(iter(passages().items()))
    app.session_state[f"nt_guesses_{name}"] = [Guess(gap.truth, 0.6) for gap in passage.gaps]
    press(app.run(), "Let the models guess the same words")
    assert REAL in models_of(tuple(argument for _, argument in engine.started.values()))
    assert said(app).count(NOTE) == 1


@pytest.mark.parametrize("name", sorted(recorded_names()))
def test_a_recording_knows_what_the_weights_of_its_models_had_come_through(name):
    told = json.loads(text_of(name))
    assert "weights_by_way_of" in told or REAL not in models_of(decoded(told["argument"]))
    assert recording(name).weights_by_way_of.keys() <= models_of(recording(name).argument)


@pytest.mark.parametrize("name", sorted(name for name in recorded_names() if REAL in text_of(name)))
@pytest.mark.parametrize("through", [{}, {REAL: "Q4_1"}], ids=["original", "Q4_1"])
def test_a_recorded_run_says_so_where_the_model_is_not(name, through, monkeypatch):
    told = replace(recording(name), weights_by_way_of=through)
    monkeypatch.setattr(recorded_run, "recording", lambda asked: told if asked == name else recording(asked))
    page = next(page for page in runs_of_pages() if name in page.kinds)
    app = open_chapter(page.slug, **page.link_on_stage, recorded=name)
    assert not app.exception
    assert f"Recorded, not computed now**: {told.date}, {told.device}" in said(app)
    marks = [each.value for each in app.warning if "Recorded, not computed now" in each.value]
    assert [NOTE in mark for mark in marks] == [bool(through)]
    assert "None" not in marks[0]


FIGURES = {
    "alignment/honesty.json": ("honesty", {}),
    "alignment/toxicity.json": ("toxicity", {"tx_view": "Two filters"}),
    "alignment/grpo.json": ("policy", {"po_view": "GRPO: from a reward", "po_model": REAL}),
    "lesson/prompting.json": ("prompting", {}),
    "measurements/small_against_big.json": ("model_sizes", {"ms_view": "Small against big"}),
}
"""The page that shows what is recorded in a file of its own."""


def test_every_file_of_figures_by_weights_that_went_through_fewer_bits_is_listed():
    told = {file: file.read_text(encoding="utf-8") for file in ASSETS.rglob("*.json")}
    through = {file.relative_to(ASSETS).as_posix() for file, text in told.items() if '"weights_by_way_of": "' in text}
    assert through == FIGURES.keys()


@pytest.mark.usefixtures("real_is_here")
@pytest.mark.parametrize("file", FIGURES)
def test_recorded_figures_say_so_before_anything_is_run(file):
    slug, query = FIGURES[file]
    assert said(open_chapter(slug, **query)).count(NOTE) == 1


def test_the_real_model_s_score_beside_a_run_of_the_bundled_one_says_so():
    page = next(page for page in runs_of_pages() if "new-head@bundled" in page.kinds)
    app = open_chapter(page.slug, **page.link_on_stage, recorded="new-head@bundled")
    assert f"Of the way by a prompt: {NOTE}" in said(app)
