"""Pages through AppTest: the whole app, entered by its router."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib import curriculum
from lib.places import ROOT
from lib.ui.kit import jobs

APP = str(ROOT / "app.py")


def open_chapter(slug: str, **query: str) -> AppTest:
    """The chapter, opened with this query in its link."""
    app = AppTest.from_file(APP, default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    if slug == "home":
        return app.run()
    app.run()
    return app.switch_page(str(curriculum.chapter(slug).file.relative_to(ROOT))).run()


@pytest.fixture(autouse=True, scope="session")
def workers_end() -> None:
    yield
    jobs.close()
