"""Record the runs of the demos: each page is opened by its link, its button pressed, and what comes is kept.

    python -m scripts.record_demos                 # those that are not recorded yet
    python -m scripts.record_demos lora dpo        # these, anew

The recordings under assets/lesson/recordings are what a presenter shows when the model is slow or the network is gone.
"""

from __future__ import annotations

import datetime
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from typing import Any
from unittest import mock

from streamlit.testing.v1 import AppTest

from lib import curriculum
from lib.engine import Engine, JobState
from lib.engine.recording import Recording
from lib.lesson.presenting.demos import RunsOfPage, runs_of_pages
from lib.lesson.presenting.recorded import kind_of, recorded_names, write_recording
from lib.models.device import this_machine
from lib.models.origin import weights_by_way_of
from lib.places import ROOT
from lib.training.events import Finished, Watched
from lib.training.inside.events import Dialling
from lib.ui.kit import jobs

LONGEST_S = 600
LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes")


def record(page: RunsOfPage) -> Iterator[Recording]:
    """Press the buttons that a presenter presses, and wait for each run's end. Raises RuntimeError if one fails."""
    submitted: dict[str, dict[str, Any]] = {}
    really = Engine.submit

    def submit(engine: Engine, function: str, argument: Any, *, kind: str, **more: Any) -> str:
        submitted[kind] = {"function": function, "argument": argument, **more}
        return really(engine, function, argument, kind=kind, **more)

    # Each page is opened by a browser of its own: they are no class, for which a page would choose a quicker model.
    one_browser = mock.patch("lib.ui.models.choice.browsers_lately", return_value=1)
    with one_browser, mock.patch.object(Engine, "submit", submit):
        app = opened(page)
        for label in page.press:
            next(each for each in app.button if each.label == label).click().run()
        for kind in map(kind_of, page.kinds):
            app.run()
            if kind not in submitted:
                app.button(key=f"{kind}-start").click().run()
            yield _small(_told(kind, submitted[kind]), page)


def opened(page: RunsOfPage) -> AppTest:
    """The page as its link shows it, after the first of the course: only once that is shown are the others known."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=LONGEST_S).run()
    app.switch_page(str(curriculum.chapter(page.slug).file.relative_to(ROOT)))
    for key, value in page.link_to_start.items():
        app.query_params[key] = value
    return app.run()


def _small(told: Recording, page: RunsOfPage) -> Recording:
    """Without what this page does not show."""
    events = told.events
    if not (page.files and page.watched):
        events = tuple(each for each in events if not isinstance(each, Watched))
    if not page.files:
        events = tuple(replace(each, adapter=b"") if isinstance(each, Finished) else each for each in events)
    argument = told.argument
    return replace(
        told,
        events=events,
        argument=argument.naming_adapters() if isinstance(argument, Dialling) else argument,
    )


def _told(kind: str, submitted: dict[str, Any]) -> Recording:
    """What the run has told, once it is over."""
    owner = submitted.pop("owner")
    del submitted["memory_bytes"]  # follows from the model
    job = jobs.engine().newest(owner, kind)
    while (view := jobs.engine().view(job, owner=owner)).state.active:
        time.sleep(0.2)
    if view.state is not JobState.DONE:
        raise RuntimeError(f"{kind}: {view.state} {view.message}")
    machine = this_machine()
    return Recording(
        kind=kind,
        events=view.events,
        elapsed_s=round(view.elapsed_s, 2),
        device=f"{machine.processor}, {machine.cores} cores",
        date=datetime.date.today().isoformat(),
        versions={"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        weights_by_way_of=weights_by_way_of(submitted["argument"]),
        **submitted,
    )


def main(wanted: list[str]) -> None:
    for page in runs_of_pages():
        if set(page.kinds) & set(wanted) if wanted else set(page.kinds) - recorded_names():
            for name, told in zip(page.kinds, record(page), strict=True):
                kept = f"{len(told.events)} events, {told.elapsed_s} s, {write_recording(told, name):,} bytes"
                print(f"{name}: {kept}", flush=True)
    jobs.close()


if __name__ == "__main__":
    main(sys.argv[1:])
