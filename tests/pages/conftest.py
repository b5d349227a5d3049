"""Pages through AppTest: the whole app, entered by its router."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Button, HeadingBase, Markdown
from streamlit.util import calc_hash

from lib import curriculum
from lib.models.catalogue import REAL
from lib.places import ROOT
from lib.ui.kit import jobs, session
from lib.ui.kit.server.streamlit_private import forget_pages_folder
from tests.waiting import LIMIT_S, wait_until

APP = str(ROOT / "app.py")
HEADING = re.compile(r"^(#{1,6}) +(.+)$", re.MULTILINE)
"""In Markdown."""
HALF_TOLD = 3
"""Events, of a job that tells more."""
NOT_TAKEN = re.compile(r"The link asks for (.+?) =")


WIDGETS = (
    "button",
    "button_group",
    "checkbox",
    "multiselect",
    "number_input",
    "radio",
    "select_slider",
    "selectbox",
    "slider",
    "text_area",
    "text_input",
    "toggle",
)

COMPONENTS = BidiComponentManager()
"""For all tests: each AppTest of its own would look through every installed package for components (0.2 s)."""
COMPONENTS.discover_and_register_components(start_file_watching=False)


def open_chapter(slug: str, **query: str) -> AppTest:
    """The chapter, opened directly with this query in its link, as by whoever clicks on one."""
    app = AppTest.from_file(APP, default_timeout=LIMIT_S)
    app._bidi_component_manager = COMPONENTS
    # `switch_page` knows the pages only after a first run, which would be one of the home page.
    app._page_hash = "" if slug == "home" else calc_hash(curriculum.chapter(slug).url_path)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def reloaded(app: AppTest, slug: str, **query: str) -> AppTest:
    """The same browser's page after a reload: of its session nothing is left but who it is, which is in a cookie."""
    again = AppTest.from_file(APP, default_timeout=LIMIT_S)
    again._bidi_component_manager = COMPONENTS
    again._page_hash = calc_hash(curriculum.chapter(slug).url_path)
    again.session_state["owner"] = app.session_state["owner"]
    for key, value in query.items():
        again.query_params[key] = value
    return again.run()


def open_beside(name: str, **query: str) -> AppTest:
    """A page that is no chapter: the operator's, the presenter's."""
    app = AppTest.from_file(APP, default_timeout=LIMIT_S)
    app._bidi_component_manager = COMPONENTS
    app._page_hash = calc_hash(name)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def said(app: AppTest) -> str:
    """All text of a page that is not in a control."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "success", "warning", "info", "error")
    return "\n".join(str(each.value) for kind in kinds for each in app.get(kind))


def widgets(app: AppTest) -> list:
    return [each for kind in WIDGETS for each in app.get(kind)]


def otherwise(app: AppTest, query: Mapping[str, str]) -> dict[str, str]:
    """Controls that do not show what the link says, with what they show."""
    by_key = {each.key: each for each in widgets(app)}
    shown = {key: _as_in_a_link(by_key[key]) for key in query}
    return {key: value for key, value in shown.items() if value and not _same(value, query[key])}


def _as_in_a_link(widget: Any) -> str:
    if widget.type == "select_slider":  # tells its value only as Python has it; a wrong one would have been refused
        return ""
    if hasattr(widget, "options") and widget.type != "slider":
        chosen = widget.indices if hasattr(widget, "indices") else [widget.index]
        return str(widget.options[chosen[0]])
    return str(widget.value)


def _same(shown: str, wanted: str) -> bool:
    try:
        return float(shown) == float(wanted)
    except ValueError:
        return shown.lower() == wanted.lower()


def refused(app: AppTest) -> list[str]:
    """What the link asked for in vain, by the names that the page says. A setting `name:variant` is called `name`."""
    return [name for each in app.caption for name in NOT_TAKEN.findall(each.value)]


def charts_without_words(app: AppTest) -> list[str]:
    """Titles of the charts whose text alternative is missing, or has no number of what is drawn."""
    found = []
    for each in app.get("plotly_chart"):
        drawn = json.loads(each.proto.spec)
        some = any(trace.get("x") or trace.get("z") or trace.get("r") for trace in drawn["data"])
        if some and not re.search(r"\d", each.proto.alt):
            found.append(f"{drawn['layout'].get('title', {}).get('text')}: {each.proto.alt!r}")
    return found


def headings(app: AppTest) -> list[tuple[int, str]]:
    """(Level, text) of every heading, in the order of the page."""
    found: list[tuple[int, str]] = []
    waiting = [app.main]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Block):
            waiting += reversed(node.children.values())
        elif isinstance(node, HeadingBase):
            found.append((int(node.tag[1]), node.value))
        elif isinstance(node, Markdown):
            found += [(len(marks), text) for marks, text in HEADING.findall(node.value)]
    return found


def headings_out_of_order(app: AppTest) -> list[str]:
    """Headings that skip a level: somebody who hears the page looks for the one between (WCAG 2.2, technique G141)."""
    listed = headings(app)
    assert listed[0][0] == 1
    return [f"{before} -> {text}" for before, (level, text) in pairwise(listed) if level > before[0] + 1]


def button(app: AppTest, label: str) -> Button:
    """The first one with this label."""
    return next(each for each in app.button if each.label == label)


def press(app: AppTest, label: str) -> AppTest:
    """The page after its first button with this label."""
    button(app, label).click().run()
    assert not app.exception
    return app


def jobs_of(app: AppTest) -> list:
    """This student's, as the engine keeps them."""
    owner = app.session_state["owner"]
    return [each for each in jobs.engine()._jobs.values() if each.owner == owner]


def _is_at_work(app: AppTest) -> bool:
    """Whether a job of this student waits or runs."""
    return any(job.state.active for job in jobs_of(app))


def rerun_until(app: AppTest, is_so: Callable[[], bool], what: str) -> None:
    """Run the page again, as its own timer would in a browser, until what is waited for is there.

    The longer it takes, the more rarely, so that the processor is the job's; and as soon as the job is over.
    """
    turns = pause = 0

    def now() -> bool:
        nonlocal turns, pause
        pause -= 1
        if pause > 0 and _is_at_work(app):
            return False
        turns += 1
        pause = turns
        app.run()
        assert not app.exception
        return is_so()

    wait_until(now, what)


def finish_jobs(app: AppTest) -> None:
    """Wait until none of this student's jobs is active, leaving the processor to them; then run the page again."""
    wait_until(lambda: not _is_at_work(app), "the end of the job")
    app.run()
    assert not app.exception


def start_and_finish(app: AppTest, label: str) -> None:
    """Press a button that starts a job, look at the page while the job is half told, and wait for its end."""
    start = button(app, label)
    assert not start.disabled
    start.click().run()
    wait_until(lambda: not _is_at_work(app) or len(jobs_of(app)[-1].events) >= HALF_TOLD, "what the job tells first")
    if _is_at_work(app):
        app.run()
        assert not app.exception
    finish_jobs(app)


def workers_find(folder: Path | None) -> None:
    """Which folder is the bundled model to workers that run already; None: its own."""

    def set_there(value: str | None) -> None:  # a function within a function travels whole, and imports nothing of ours
        import os

        os.environ.pop("BASE_MODEL", None)
        if value is not None:
            os.environ["BASE_MODEL"] = value

    client = jobs.engine()._cluster.client
    client.wait_for_workers(1)
    client.run(set_there, folder and str(folder))


@pytest.fixture
def by_the_router(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the server does, forget the folder `pages/` before every run: AppTest remembers it anew, and runs a page whose
    name is one word without the router."""
    really = PagesManager.__init__

    def init(self: PagesManager, *arguments: Any, **more: Any) -> None:
        really(self, *arguments, **more)
        forget_pages_folder()

    monkeypatch.setattr(PagesManager, "__init__", init)


@pytest.fixture
def real_is_here(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder by the name of the real small model, whose weights came by way of 4 bits."""
    shutil.copytree(tiny_model, tmp_path / REAL)
    (tmp_path / REAL / "origin.json").write_text('{"by_way_of": "Q4_1"}', encoding="utf-8")
    monkeypatch.setenv("MODELS_FOLDER", str(tmp_path))


@pytest.fixture
def tiny_worker(bundled_is_tiny: Path) -> Iterator[Path]:
    """The tiny model in place of the bundled one, for the page and for its worker."""
    workers_find(bundled_is_tiny)
    yield bundled_is_tiny
    workers_find(None)


@pytest.fixture(autouse=True)
def nobody_was_here_lately() -> None:
    """Each test's browsers are the whole class."""
    session._visits.clear()


@pytest.fixture(autouse=True, scope="package")
def one_worker() -> Iterator[None]:
    """For all pages: a second one would only import torch, and do nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKERS", "1")
        yield
        jobs.close()
