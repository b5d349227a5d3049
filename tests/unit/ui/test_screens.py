"""What a browser says of the screens of a projector may be anything."""

from __future__ import annotations

import pytest

from lib.lesson.presenting.leading import Screen
from lib.ui.kit.presenting import screens

TOLD = {"at": "kv_cache 2", "screen": 2, "screens": 3, "turns": 1}


def test_what_the_script_says_is_a_screen():
    assert screens._checked(TOLD) == Screen(2, 3, "kv_cache 2", 1)


@pytest.mark.parametrize(
    "told",
    [
        None,
        "2",
        [2, 3],
        {},
        {**TOLD, "screen": 0},
        {**TOLD, "screen": 4},
        {**TOLD, "screen": True},
        {**TOLD, "screens": 3.0},
        {**TOLD, "turns": None},
        {**TOLD, "at": ["kv_cache 2"]},
    ],
)
def test_anything_else_is_none(told):
    assert screens._checked(told) is None
