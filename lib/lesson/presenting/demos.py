"""A demo for each topic of the slides: the page, opened in the state that shows it, and what to do there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

from lib import curriculum
from lib.curriculum import Chapter
from lib.lesson.presenting.steps import EXPERIMENT, steps_of
from lib.places import ASSETS

FILE = ASSETS / "lesson" / "presenting" / "demos.json"


@dataclass(frozen=True)
class Demo:
    """One topic of a slide, shown without typing."""

    slide: str
    topic: str
    slug: str
    query: dict[str, str]
    """The state of the page, as its link carries it."""
    do: str
    """What to do there, in Markdown; words in bold are on the page."""
    minutes: int
    """Planned, talking included."""
    run: str | None
    """Kind of the job that it starts, if it starts one."""
    recorded: str | None
    """Name of the recorded run that its link shows on a projector, where the page has nothing to show before one."""

    @property
    def chapter(self) -> Chapter:
        return curriculum.chapter(self.slug)

    @property
    def place(self) -> int:
        """The step of the chapter at which it is shown, from 0."""
        return _experiment_of(self.slug)

    @property
    def link(self) -> str:
        """Of the page for a student, relative to any page of the app."""
        return f"{self.chapter.url_path}?{urlencode(self.query)}"

    @property
    def link_on_stage(self) -> str:
        """Of the page on a projector."""
        asked = {**self.query_on_stage, "present": 1, "step": self.place + 1}
        return f"{self.chapter.url_path}?{urlencode(asked)}"

    @property
    def query_on_stage(self) -> dict[str, str]:
        """The state of the page on a projector."""
        return self.query | ({"recorded": self.recorded} if self.recorded else {})


@dataclass(frozen=True)
class RunsOfPage:
    """What is started on a page in one state: kinds of jobs, in the order in which their buttons are pressed."""

    slug: str
    query: dict[str, str]
    kinds: tuple[str, ...]
    """Names of recordings: kinds, or a kind and which of its runs."""
    files: bool = True
    """Whether the page has a use for the adapter that its run leaves; a recording is small without."""
    watched: bool = True
    """Whether it has one for pictures of the adapter's matrices as they grow, too."""
    press: tuple[str, ...] = ()
    """Labels of the buttons that are pressed first."""
    about: tuple[str, ...] = ()
    """Names of the recorded runs that these begin with, which stand on the page as if they had just been over."""

    @property
    def link_on_stage(self) -> dict[str, str]:
        """Parameters of the page's link on a projector, at its experiment."""
        return {**self.query, "present": "1", "step": str(_experiment_of(self.slug) + 1)}

    @property
    def link_to_start(self) -> dict[str, str]:
        """Parameters of the page's link where they are started."""
        return {**self.link_on_stage, "recorded": ",".join(self.about)} if self.about else self.query


@cache
def demos() -> tuple[Demo, ...]:
    """Every demo in the order of the lecture."""
    listed = json.loads(FILE.read_text(encoding="utf-8"))["demos"]
    by_topic = {(each["slide"], each["topic"]): each for each in listed}
    found = []
    for topic in curriculum.slide_topics():
        if told := by_topic.get((topic.slide, topic.topic)):
            found.append(Demo(topic.slide, topic.topic, topic.slug, **_of_page(told)))
    return tuple(found)


def _of_page(told: dict) -> dict:
    return {name: told[name] for name in ("query", "do", "minutes")} | {
        name: told.get(name) for name in ("run", "recorded")
    }


@cache
def runs_of_pages() -> tuple[RunsOfPage, ...]:
    """Each kind of run that a presenter may need a recording of: the demos' first, then those listed by themselves, of
    pages beyond the slides and of what only some machines can run."""
    listed = json.loads(FILE.read_text(encoding="utf-8"))["runs"]
    beyond = [
        RunsOfPage(**each | {name: tuple(each.get(name, ())) for name in ("kinds", "press", "about")})
        for each in listed
    ]
    there = {kind for page in beyond for kind in page.kinds}
    starting = [demo for demo in reversed(demos()) if demo.run and demo.run not in there]
    of_demos = {demo.run: RunsOfPage(demo.slug, demo.query, (demo.run,)) for demo in starting}
    return (*reversed(of_demos.values()), *beyond)


def about_of(kind: str) -> tuple[str, ...]:
    """Names of the recorded runs that runs of this kind begin with."""
    return next((page.about for page in runs_of_pages() if kind in page.kinds), ())


def _experiment_of(slug: str) -> int:
    return [step.part for step in steps_of(curriculum.chapter(slug))].index(EXPERIMENT)


def demos_of(slug: str) -> tuple[Demo, ...]:
    return tuple(demo for demo in demos() if demo.slug == slug)
