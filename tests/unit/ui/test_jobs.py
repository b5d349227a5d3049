"""How often a page asks a job."""

from __future__ import annotations

import pytest

from lib.engine import JobState, JobView
from lib.ui.kit import jobs, session


@pytest.mark.parametrize(
    ("state", "events", "elapsed_s", "browsers", "asks_every_s"),
    [
        (JobState.WAITING, 0, 0.0, 1, 2.0),
        (JobState.RUNNING, 0, 1.0, 40, 0.2),
        (JobState.RUNNING, 100, 5.0, 40, 0.2),
        (JobState.RUNNING, 5, 5.0, 1, 1.0),  # a row a second
        (JobState.RUNNING, 2000, 100.0, 1, 0.2),  # twenty steps a second, and nobody else there
        (JobState.RUNNING, 2000, 100.0, 40, 1.0),
        (JobState.RUNNING, 100, 100.0, 1, 1.0),  # a step a second
        (JobState.DONE, 2000, 100.0, 1, None),
        (JobState.STOPPED, 2000, 100.0, 1, None),
    ],
)
def test_a_page_asks_as_often_as_there_is_news_unless_a_class_is_at_work(
    monkeypatch, state, events, elapsed_s, browsers, asks_every_s
):
    monkeypatch.setattr(session, "_visits", dict.fromkeys(map(str, range(browsers)), session.time.monotonic()))
    view = JobView("id", "kind", state, ("news",) * events, 0, 0.0, elapsed_s, None, None)
    assert jobs._asks_every_s(view) == asks_every_s
