"""A device or a disk without room, told from other errors by what the system and libraries really raise."""

from __future__ import annotations

import errno
import os

import pytest

from lib.errors import is_disk_full, is_out_of_memory, tells_of_a_full_disk


def test_torch_on_a_processor_raises_a_runtime_error():
    import torch

    with pytest.raises(RuntimeError) as raised:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(raised.value)


def test_python_s_own_error_has_no_words():
    assert is_out_of_memory(MemoryError())


@pytest.mark.parametrize("error", [RuntimeError("mat1 and mat2 shapes cannot be multiplied"), ValueError("")])
def test_another_error_is_another(error):
    assert not is_out_of_memory(error)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_without_room_is_known_by_its_number_and_by_the_system_s_words(number):
    assert is_disk_full(OSError(number, ""))
    assert is_disk_full(RuntimeError(f"Error while serializing: {os.strerror(number)} (os error {number})"))
    assert tells_of_a_full_disk(f"ERROR: Could not install packages: [Errno {number}] {os.strerror(number)}")


def test_another_error_of_a_disk_is_another():
    assert not is_disk_full(PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
