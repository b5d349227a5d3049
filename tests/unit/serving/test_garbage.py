"""What the collector looks through, by its own account."""

from __future__ import annotations

import gc
import weakref

import pytest

from lib.serving.garbage import spare_what_stays


class Knot:
    """Holds itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def thawed():
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_there_is_not_looked_through_again():
    spare_what_stays()
    assert len(gc.get_objects()) < gc.get_freeze_count() / 10


def test_garbage_from_before_and_after_is_freed():
    before = weakref.ref(Knot())
    spare_what_stays()
    after = weakref.ref(Knot())
    gc.collect()
    assert before() is None
    assert after() is None
