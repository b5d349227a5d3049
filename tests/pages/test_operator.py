"""The operator's page: closed, wrong key, open."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib.classroom.storage.database import database
from lib.serving import OperatorKey
from lib.ui.serving import operator
from tests.pages.conftest import APP
from tests.unit.classroom.room import room_with
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
        "Rooms whose day is not over",
        "Students in them",
        "With a vote open now",
    ]
    processes = next(each.value for each in page.dataframe if "Process" in each.value)
    assert processes["Process"].tolist()[0] == "web"


def rooms_on(page: AppTest) -> list[str]:
    return [each.value for each in page.metric][4:]


def test_rooms_are_counted_and_none_is_named(page, monkeypatch, tmp_path):
    monkeypatch.setenv("OPERATOR_KEY", KEY)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/rooms.sqlite")
    give(page, KEY)
    assert rooms_on(page) == ["0", "0", "0"]
    assert not (tmp_path / "rooms.sqlite").exists(), "who only looks makes no database"
    codes = [room_with(database(), 3)[0], room_with(database(), 2, part=None)[0]]
    page.run()
    assert rooms_on(page) == ["2", "5", "1"]
    shown = repr(page.main)
    assert "Students in them" in shown
    assert not [text for text in (*codes, "Student 0") if text in shown]


def test_where_rooms_do_not_answer_the_rest_is_shown(page, monkeypatch):
    monkeypatch.setenv("OPERATOR_KEY", KEY)
    monkeypatch.setenv("DATABASE_URL", "postgresql://lab@127.0.0.1:9/rooms")
    give(page, KEY)
    assert "does not answer" in page.error[0].value
    assert len(page.metric) == 4
    assert any("Process" in each.value for each in page.dataframe)
