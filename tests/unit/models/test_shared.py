"""Copies that several readers share: loaded once, freed after the last one."""

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from lib.models.shared import SharedCopies
from tests.waiting import LIMIT_S

pytestmark = pytest.mark.torch


class Model:
    """Something that can be seen to be freed."""


@pytest.fixture
def copies() -> SharedCopies:
    return SharedCopies(kept_s=0)


def test_many_readers_load_once_and_read_the_same(copies):
    loaded, together = [], threading.Barrier(8, timeout=LIMIT_S)

    def load() -> Model:
        loaded.append(Model())
        return loaded[-1]

    def read(_: int) -> Model:
        with copies.borrow("nf4", load) as model:
            together.wait()  # every reader holds it at the same time
            return model

    with ThreadPoolExecutor(8) as readers:
        assert set(readers.map(read, range(8))) == set(loaded)
    assert len(loaded) == 1
    assert "nf4" not in copies.held


def test_it_is_freed_with_its_last_reader(copies):
    with ExitStack() as first, ExitStack() as second:
        seen = weakref.ref(first.enter_context(copies.borrow("nf4", Model)))
        second.enter_context(copies.borrow("nf4", Model))
        first.close()
        gc.collect()
        assert seen() is not None
        second.close()
        gc.collect()
        assert seen() is None


def test_kept_a_while_it_serves_the_next_reader_and_then_goes(monkeypatch):
    timers: list[threading.Timer] = []
    monkeypatch.setattr(threading.Timer, "start", lambda timer: timers.append(timer))
    copies = SharedCopies(kept_s=60)
    with copies.borrow("nf4", Model) as model:
        first = weakref.ref(model)
        del model
    with copies.borrow("nf4", lambda: pytest.fail("it was loaded again")) as model:
        assert model is first()
        del model
    after_first, after_second = timers
    assert after_first.interval == after_second.interval == 60
    after_first.function(*after_first.args)
    assert first() is not None, "it has been borrowed again since"
    after_second.function(*after_second.args)
    assert first() is None
    assert "nf4" not in copies.held


def test_room_is_made_from_copies_that_nobody_reads():
    copies = SharedCopies(kept_s=3600)
    with copies.borrow("idle", Model) as model:
        idle = weakref.ref(model)
        del model
    with copies.borrow("read", Model):
        copies.free_unused()
        assert idle() is None
        assert copies.held == ("read",)


def test_a_load_may_make_room_and_one_that_fails_leaves_nothing(copies):
    def fails() -> Model:
        copies.free_unused()
        raise ValueError("does not fit")

    with pytest.raises(ValueError, match="does not fit"), copies.borrow("fp32", fails):
        pass
    assert "fp32" not in copies.held
    with copies.borrow("fp32", Model) as model:
        assert isinstance(model, Model)


def test_a_reader_that_fails_gives_it_back(copies):
    with pytest.raises(RuntimeError), copies.borrow("nf4", Model):
        raise RuntimeError
    assert "nf4" not in copies.held
