"""Pages through AppTest: the whole app, entered by its router."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from lib import curriculum
from lib.places import ROOT
from lib.ui.kit import jobs, session
from tests.waiting import LIMIT_S, wait_until

APP = str(ROOT / "app.py")


def open_chapter(slug: str, **query: str) -> AppTest:
    """The chapter, opened with this query in its link."""
    app = AppTest.from_file(APP, default_timeout=LIMIT_S)
    for key, value in query.items():
        app.query_params[key] = value
    if slug == "home":
        return app.run()
    app.run()
    return app.switch_page(str(curriculum.chapter(slug).file.relative_to(ROOT))).run()


def rerun_until(app: AppTest, is_so: Callable[[], bool], what: str) -> None:
    """Run the page again, as its own timer would in a browser, until what is waited for is there."""

    def now() -> bool:
        app.run()
        assert not app.exception
        return is_so()

    wait_until(now, what)


@pytest.fixture(autouse=True)
def nobody_was_here_lately() -> None:
    """Each test's browsers are the whole class."""
    session._visits.clear()


@pytest.fixture(autouse=True, scope="session")
def workers_end() -> None:
    yield
    jobs.close()
