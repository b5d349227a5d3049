"""Adapters counted, against the LoRA paper and against peft."""

from __future__ import annotations

import pytest

from lib.memory import architecture
from lib.training.errors import TrainingError
from lib.training.inside.counting import AdapterCount, gpt3, published


def test_the_paper_s_figures_of_gpt_3_are_reproduced():
    """Hu et al. 2021, table 4: GPT-3 (LoRA) 4.7M and 37.7M."""
    assert [round(each.counted.parameters / 1e6, 1) for each in published()] == [4.7, 37.7]
    assert [each.millions for each in published()] == [4.7, 37.7]


def test_gpt_3_is_as_large_as_it_is_called():
    assert round(gpt3().parameters / 1e9) == 175  # Brown et al. 2020, table 2.1


def test_a_llama_by_hand():
    """Llama-3.1-8B, 32 layers, h = 4096, keys and values 1024 wide: r (h + h) for queries, r (h + 1024) for values."""
    count = AdapterCount(architecture("Llama-3.1-8B"), 16, "qv")
    assert count.parameters == 32 * 16 * ((4096 + 4096) + (4096 + 1024))
    assert sum(each.parameters for each in count.matrices) == count.parameters
    assert count.file_bytes == 4 * count.parameters


def test_a_rank_that_no_such_matrix_has_is_named():
    assert AdapterCount(architecture("Llama-3.1-8B"), 1024, "qv").beyond == ()
    assert AdapterCount(architecture("Llama-3.1-8B"), 1025, "qv").beyond == ("v_proj",)


@pytest.mark.parametrize("rank", [0, -1, 10**9, 2.0, True])
def test_what_is_no_rank_is_refused(rank):
    with pytest.raises(TrainingError, match="rank"):
        AdapterCount(gpt3(), rank, "qv")
