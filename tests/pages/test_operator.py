"""The operator's page: closed, wrong key, open."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib.serving import OperatorKey
from lib.ui.serving import operator
from tests.pages.conftest import APP
from tests.waiting import LIMIT_S

KEY = "korrekt-pferd-42"


@pytest.fixture
def page(monkeypatch) -> AppTest:
    monkeypatch.setattr(operator, "_key", OperatorKey())
    return AppTest.from_file(APP, default_timeout=LIMIT_S).run().switch_page("pages/operator.py").run()


def give(page: AppTest, key: str) -> None:
    page.text_input[0].set_value(key)
    page.button[0].click().run()
    assert not page.exception


def test_without_a_key_set_it_stays_closed(page, monkeypatch):
    monkeypatch.delenv("OPERATOR_KEY", raising=False)
    give(page, "anything at all")
    assert "This page is closed" in page.error[0].value
    assert not page.metric


def test_a_wrong_key_shows_nothing_and_the_right_one_everything(page, monkeypatch):
    monkeypatch.setenv("OPERATOR_KEY", KEY)
    give(page, "<script>alert(1)</script>")
    assert "not the key" in page.error[0].value
    assert not page.metric
    give(page, KEY)
    assert [each.label for each in page.metric] == [
        "Browsers in ten minutes",
        "Workers",
        "Running / waiting",
        "Last in line starts in",
    ]
    processes = next(each.value for each in page.dataframe if "Process" in each.value)
    assert processes["Process"].tolist()[0] == "web"
