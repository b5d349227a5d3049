"""Every message that reaches a room, made of what nobody should send: refused in a sentence, or kept as it is."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

import lib.classroom
from lib.classroom import answers, questions
from lib.classroom.entering.limits import Limit
from lib.classroom.errors import RoomError
from lib.classroom.order import visits
from lib.classroom.records import Stage
from lib.training.comparing.grid import CellDone
from tests.hostile import VALUES
from tests.unit.classroom.room import room_with

NUMBERS = (-1, 0, 10**9, 2**63, -(2**63) - 1)
OPENED_BY_THE_SERVER = {"now_s", "address", "seed"}
"""Parameters that no browser sends."""


def messages() -> dict[str, Callable]:
    """Every public function of the classroom that is given a room's database, by module and name."""
    found = {}
    for each in pkgutil.walk_packages(lib.classroom.__path__, "lib.classroom."):
        if "migrations" in each.name or each.name.endswith("database"):
            continue
        module = importlib.import_module(each.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and next(iter(inspect.signature(function).parameters), None) == "db":
                found[f"{module.__name__.removeprefix('lib.classroom.')}.{name}"] = function
    return found


MESSAGES = messages()


def sent(function: Callable, good: dict[str, Any], value: str) -> Iterator[dict[str, Any]]:
    """All arguments bad at once, then one after the other bad among good ones."""
    hints = function.__annotations__  # as they are written
    names = [name for name in inspect.signature(function).parameters if name not in OPENED_BY_THE_SERVER | {"db"}]
    number = NUMBERS[len(value) % len(NUMBERS)]
    bad = {}
    for name in names:
        if hints[name] in ("int", "int | None"):
            bad[name] = number
        elif hints[name] in ("str", "str | None"):
            bad[name] = value
        elif hints[name] == "Sequence[int]":
            bad[name] = NUMBERS
        elif hints[name].startswith("Sequence"):
            bad[name] = [value] if name == "said" else [value, None, number]
        elif hints[name] == "CellDone":
            bad[name] = CellDone(-1, problem=value)  # by a worker of ours, from what a browser sent
    assert set(names) - set(bad) <= set(good), f"say what a good {set(names) - set(bad) - set(good)} is"
    yield {**{name: good[name] for name in names if name in good}, **bad}
    for name, worst in bad.items():
        yield {**{each: good.get(each, bad.get(each)) for each in names}, name: worst}


def test_what_is_sent_to_a_room_is_all_there():
    """As many as there were when this was written, and more than 500 with what is sent."""
    assert len(MESSAGES) >= 40
    for part in ("rooms.lead", "members.join", "questions.ask_in_words", "answers.answer_in_words", "answers.score"):
        assert part in MESSAGES
    for part in ("ranking.give_ranking", "secret.cast_votes", "sweep.start_own_cell"):
        assert f"experiments.{part}" in MESSAGES
    assert len(MESSAGES) * len(VALUES) > 500


@pytest.mark.parametrize("name", MESSAGES)
def test_nonsense_is_refused_or_kept_and_the_room_goes_on(shared, monkeypatch, name):
    function = MESSAGES[name]
    monkeypatch.setattr(Limit, "spend", lambda *_: None)  # what is refused for coming too often is not looked at
    for limit in ("BROWSER_A_MINUTE", "JOINS_A_MINUTE", "STARTS_A_MINUTE"):
        monkeypatch.setattr(visits, limit, 10**6)
    code, instructor, (student,) = room_with(shared, 1)
    asked = questions.current(shared, code)
    for lead in (True, False):
        good = {
            "code": code,
            "browser": instructor if lead else student,
            "number": asked.number,
            "asked": asked,
            "stage": Stage.ARGUING,
            "through": True,
            "room": lib.classroom.rooms.room(shared, code),
            "part": asked.part,
            "slug": asked.slug,
            "choices": [],
        }
        for value in VALUES:
            for arguments in sent(function, good, value):
                with suppress(RoomError):
                    function(shared, **arguments)
    again = questions.ask(shared, code, instructor, "next_token", "check_1")
    answers.answer(shared, code, student, again.number, 0)
    assert answers.turnout(shared, code, again.number).answered == 1
