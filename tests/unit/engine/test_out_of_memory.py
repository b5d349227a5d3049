"""A device without room, told from other errors by what libraries really raise."""

from __future__ import annotations

import pytest

from lib.errors import is_out_of_memory


def test_torch_on_a_processor_raises_a_runtime_error():
    torch = pytest.importorskip("torch")
    with pytest.raises(RuntimeError) as raised:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(raised.value)


def test_python_s_own_error_has_no_words():
    assert is_out_of_memory(MemoryError())


@pytest.mark.parametrize("error", [RuntimeError("mat1 and mat2 shapes cannot be multiplied"), ValueError("")])
def test_another_error_is_another(error):
    assert not is_out_of_memory(error)
