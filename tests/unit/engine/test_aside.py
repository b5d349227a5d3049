"""What runs that are over have told is kept in files, and read as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lib.engine.aside import AT_HAND, LEAST_BYTES, Aside


@pytest.fixture
def aside():
    made = Aside()
    yield made
    made.close()


def files(aside: Aside) -> list[str]:
    return sorted(each.name for each in Path(aside._folder.name).iterdir()) if aside._folder else []


def test_what_is_small_stays_in_memory(aside):
    assert not aside.put("a", (1, "two"))
    assert aside.get("a") is None
    assert files(aside) == []


def test_what_was_put_comes_back_and_is_dropped(aside):
    events = ("begun", np.arange(LEAST_BYTES), bytes(10))
    assert aside.put("a", events)
    assert files(aside) == ["a"]
    back = aside.get("a")
    assert (back[0], back[2]) == ("begun", bytes(10))
    assert np.array_equal(back[1], events[1])
    assert aside.get("a") is back, "looked at twice, read once"
    aside.drop("a")
    assert aside.get("a") is None
    assert files(aside) == []


def test_only_the_last_ones_that_were_looked_at_are_in_memory(aside):
    for number in range(AT_HAND + 2):
        assert aside.put(str(number), (number, bytes(LEAST_BYTES)))
        assert aside.get(str(number))[0] == number
    assert list(aside._at_hand) == [str(number) for number in range(2, AT_HAND + 2)]
    assert aside.get("0")[0] == 0


def test_a_disk_without_room_leaves_it_in_memory(aside, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert not aside.put("a", (bytes(LEAST_BYTES),))
    assert aside.get("a") is None


def test_the_folder_goes_with_the_process(aside):
    aside.put("a", (bytes(LEAST_BYTES),))
    folder = Path(aside._folder.name)
    aside.close()
    assert not folder.exists()
