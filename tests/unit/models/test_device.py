"""What a process computes on, by which the queue knows who shares memory with whom."""

from __future__ import annotations

import dataclasses
import platform
from pathlib import Path

import psutil
import pytest

from lib.models import device
from lib.models.device import Gpu, computes_on, this_machine

CARDS = (Gpu("Card", 24 * 2**30, 0), Gpu("Other card", 80 * 2**30, 0))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """This one, with two cards."""
    found = dataclasses.replace(this_machine(), gpus=CARDS)
    monkeypatch.setattr(device, "this_machine", lambda: found)


@pytest.mark.skipif(not Path("/proc/sys/kernel/random/boot_id").exists(), reason="only Linux has containers")
def test_containers_on_one_machine_compute_on_the_same(monkeypatch):
    monkeypatch.setattr(device, "this_machine", lambda: dataclasses.replace(this_machine(), gpus=()))
    here = computes_on()
    monkeypatch.setattr(platform, "node", lambda: "3f2a9c1b7d10")
    assert computes_on() == here
    assert here[1] == psutil.virtual_memory().total


@pytest.mark.usefixtures("machine")
def test_two_cards_have_two_memories(monkeypatch):
    names = {}
    for visible, memory_bytes in (("0", 24 * 2**30), ("1", 80 * 2**30), ("1,0", 80 * 2**30), ("", None)):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        names[visible], found = computes_on()
        assert found == (memory_bytes or psutil.virtual_memory().total)
    assert len({names["0"], names["1"], names[""]}) == 3
    assert names["1,0"] == names["1"], "torch computes on the first that it sees"
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert computes_on()[0] == names["0"]
