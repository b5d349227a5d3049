"""The update of one matrix, against numpy's own decomposition of the whole matrix."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest
from safetensors.numpy import save

from lib.training.inside.update import Place, Update, updates

RANDOM = np.random.default_rng(0)


def update(rank: int = 4, outputs: int = 10, inputs: int = 7, scaling: float = 2.0) -> Update:
    return Update(scaling, RANDOM.normal(size=(rank, inputs)), RANDOM.normal(size=(outputs, rank)))


@pytest.mark.parametrize(("rank", "outputs", "inputs"), [(1, 5, 9), (4, 10, 7), (7, 7, 7)])
def test_singular_values_are_those_of_the_whole_matrix(rank, outputs, inputs):
    one = update(rank, outputs, inputs, scaling=-1.5)
    whole = np.linalg.svd(-1.5 * one.b @ one.a, compute_uv=False)
    assert one.singular_values == pytest.approx(whole[:rank])
    assert whole[rank:] == pytest.approx(0, abs=1e-12)
    assert one.norm == pytest.approx(np.linalg.norm(one.matrix))


def test_a_rank_above_the_smaller_side_gives_no_more_singular_values_than_that_side():
    one = update(rank=9, outputs=10, inputs=5)
    assert one.singular_values == pytest.approx(np.linalg.svd(one.matrix, compute_uv=False))


def test_a_smaller_rank_keeps_what_its_best_matrix_has():
    """Eckart and Young: the error of the truncated decomposition, in the Frobenius norm, by numpy."""
    one = update()
    u, s, v = np.linalg.svd(one.matrix, full_matrices=False)
    for rank in range(1, 5):
        best = (u[:, :rank] * s[:rank]) @ v[:rank]
        lost = np.linalg.norm(one.matrix - best) ** 2 / np.linalg.norm(one.matrix) ** 2
        assert one.kept_by_rank[rank - 1] == pytest.approx(1 - lost)


def test_the_smallest_rank_that_keeps_enough():
    diagonal = Update(1.0, np.eye(3), np.diag([3.0, 2.0, 1.0]))  # squares 9, 4, 1 of 14
    assert diagonal.kept_by_rank == pytest.approx([9 / 14, 13 / 14, 1])
    assert [diagonal.rank_that_keeps(share) for share in (0.5, 9 / 14, 0.9, 0.95, 1.0)] == [1, 1, 2, 3, 3]


def test_at_step_0_nothing_changes():
    zero = Update(2.0, RANDOM.normal(size=(4, 7)), np.zeros((10, 4)))
    assert zero.is_zero
    assert not zero.matrix.any()
    assert not zero.kept_by_rank.any()


def test_a_picture_shows_the_value_furthest_from_zero():
    one = Update(1.0, np.eye(4), np.array([[1.0, -5, 0, 2], [3, 4, -1, 1]]))
    assert one.pooled(2).tolist() == [[-5, 2], [4, -1]]
    assert update(4, 100, 70).pooled(48).shape == (48, 48)
    assert one.pooled(48).tolist() == one.matrix.tolist()


@pytest.mark.parametrize(("use_rslora", "scaling"), [(False, 16 / 4), (True, 16 / 2)])
def test_an_adapter_s_updates_are_read_from_its_files(use_rslora, scaling):
    a, b = RANDOM.normal(size=(4, 7)), RANDOM.normal(size=(10, 4))
    layer = "base_model.model.model.layers.11.self_attn.q_proj"
    config = {"peft_type": "LORA", "r": 4, "lora_alpha": 16, "use_rslora": use_rslora}
    ((place, found),) = updates(zipped(config, {f"{layer}.lora_A.weight": a, f"{layer}.lora_B.weight": b})).items()
    assert place == Place(11, "q_proj")
    assert found.matrix == pytest.approx(scaling * b @ a)


def test_what_is_no_lora_has_no_updates():
    assert updates(zipped({"peft_type": "PREFIX_TUNING"}, {"prompt_embeddings": np.zeros((2, 2))})) == {}


def zipped(config: dict, weights: dict) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("adapter_config.json", json.dumps(config))
        archive.writestr("adapter_model.safetensors", save(weights))
    return buffer.getvalue()
