"""A recorded update of real weights, rank by rank: error, spectrum, and what the model still knows. No torch.

The best matrix of rank r keeps the r largest singular values; what it misses is √(Σ σᵢ², i > r) in Frobenius norm
(Eckart and Young 1936). "Intrinsic rank": Hu et al. 2021 (arXiv 2106.09685, section 7), after the intrinsic dimension
of Aghajanyan et al. 2020 (arXiv 2012.13255).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from lib.lesson.adapters.errors import AdapterError
from lib.places import ASSETS
from lib.training.inside.update import Place

FILE = ASSETS / "lesson" / "weight_update.json"


@dataclass(frozen=True, eq=False)
class RealUpdate:
    """ΔW = after − before of one matrix that was trained whole, without any adapter."""

    place: Place
    outputs: int
    inputs: int
    ranks: tuple[int, ...]
    """Ranks of which a corner of ΔWᵣ was recorded."""
    singular_values: np.ndarray
    """Of ΔW, [side], the largest first."""
    weight_values: np.ndarray
    """Of W before training."""
    random_values: np.ndarray
    """Of a matrix of independent normal numbers with the shape and the norm of ΔW."""
    corners: np.ndarray
    """ΔWᵣ for each of `ranks`, and ΔW last; [ranks + 1, rows, columns] of its upper left corner."""
    weight_in_directions: dict[int, float]
    """‖Uᵣᵀ W Vᵣ‖ by rank: how much of W lies in the first r directions of ΔW."""

    @property
    def side(self) -> int:
        """The largest rank it can have."""
        return len(self.singular_values)

    @cached_property
    def norm(self) -> float:
        """‖ΔW‖, Frobenius."""
        return float(np.sqrt((self.singular_values.astype(np.float64) ** 2).sum()))

    def error_at(self, rank: int) -> float:
        """‖ΔW − ΔWᵣ‖ / ‖ΔW‖; 0 from the full rank on."""
        return error_of(self.singular_values, rank)

    def missed_norm(self, rank: int) -> float:
        """‖ΔW − ΔWᵣ‖ = √(σ²ᵣ₊₁ + σ²ᵣ₊₂ + …)."""
        return self.error_at(rank) * self.norm

    def rank_that_keeps(self, share: float) -> int:
        """The smallest rank that keeps at least this share of ‖ΔW‖²."""
        return rank_of(self.singular_values, share)

    def random_rank_that_keeps(self, share: float) -> int:
        """The same of the random matrix."""
        return rank_of(self.random_values, share)

    def weight_rank_that_keeps(self, share: float) -> int:
        """The same of W itself."""
        return rank_of(self.weight_values, share)

    def corner(self, rank: int) -> np.ndarray:
        """ΔWᵣ in the upper left corner; all of ΔW for a rank that was not recorded but is the full one."""
        return self.corners[self.ranks.index(rank)] if rank in self.ranks else self.corners[-1]

    def missed_corner(self, rank: int) -> np.ndarray:
        """ΔW − ΔWᵣ in the upper left corner."""
        return self.corners[-1] - self.corner(rank)

    @property
    def largest_in_corner(self) -> float:
        """The largest of ΔW's numbers there, whatever its sign."""
        return float(np.abs(self.corners[-1]).max())

    def amplification(self, rank: int) -> float:
        """‖ΔWᵣ‖ / ‖Uᵣᵀ W Vᵣ‖: how many times larger the update is than what W had in those directions (section 7.3)."""
        kept = float(np.sqrt((self.singular_values[:rank].astype(np.float64) ** 2).sum()))
        return kept / self.weight_in_directions[rank]


@dataclass(frozen=True)
class LossAtRank:
    """The model with the best update of this rank in every matrix; embeddings and norms keep their own."""

    rank: int
    held_out_nats_per_token: float
    energy_kept: float
    """Share of ‖ΔW‖² over all matrices together."""


@dataclass(frozen=True)
class RecordedUpdate:
    """A whole model's update, some of its matrices, and how it was made."""

    facts: dict[str, Any]
    matrices: dict[Place, RealUpdate]
    losses: tuple[LossAtRank, ...]
    """From rank 0 on."""
    base_loss: float
    whole_loss: float

    @property
    def without_updates(self) -> float:
        """The held-out loss with trained embeddings and norms, and every matrix as it was."""
        return next(each.held_out_nats_per_token for each in self.losses if each.rank == 0)

    def learnt_at(self, rank: int) -> float:
        """Share of what the matrices' updates take off the held-out loss that is left at this rank: from the loss with
        none of them (rank 0) to that with all of each. What embeddings and norms learnt is in both."""
        found = next((each for each in self.losses if each.rank == rank), None)
        loss = found.held_out_nats_per_token if found else self.whole_loss
        return (self.without_updates - loss) / (self.without_updates - self.whole_loss)

    def energy_at(self, rank: int) -> float:
        """Share of ‖ΔW‖² of all matrices that is left at this rank."""
        found = next((each for each in self.losses if each.rank == rank), None)
        return found.energy_kept if found else 1.0


def error_of(values: np.ndarray, rank: int) -> float:
    """√(tail energy / energy) after the first `rank` singular values."""
    if rank < 0:
        raise AdapterError(f"A rank of {rank} does not exist; it must be 0 or more.")
    squares = values.astype(np.float64) ** 2
    return float(np.sqrt(squares[rank:].sum() / squares.sum()))


def rank_of(values: np.ndarray, share: float) -> int:
    """The smallest rank whose singular values hold at least this share of the squares."""
    kept = np.cumsum(values.astype(np.float64) ** 2)
    return int(np.searchsorted(kept / kept[-1], share * (1 - 1e-12))) + 1


@cache
def recorded_update() -> RecordedUpdate:
    """The update recorded in `assets/lesson/weight_update.json` and the arrays beside it."""
    facts = json.loads(FILE.read_text(encoding="utf-8"))
    with np.load(FILE.with_suffix(".npz")) as file:
        arrays = dict(file)
    ranks = tuple(facts["ranks"])
    kept = facts["energy_kept_in_all"]
    return RecordedUpdate(
        facts=facts,
        matrices=dict(_matrix(row, arrays, ranks) for row in facts["matrices"]),
        losses=tuple(LossAtRank(int(rank), loss, kept.get(rank, 0.0)) for rank, loss in facts["loss_by_rank"].items()),
        base_loss=facts["base_loss"],
        whole_loss=facts["whole_loss"],
    )


def _matrix(row: dict, arrays: dict[str, np.ndarray], ranks: tuple[int, ...]) -> tuple[Place, RealUpdate]:
    key, place = f"{row['layer']}.{row['matrix']}", Place(row["layer"], row["matrix"])
    return place, RealUpdate(
        place=place,
        outputs=row["outputs"],
        inputs=row["inputs"],
        ranks=ranks,
        singular_values=arrays[f"{key}.update"][: min(row["outputs"], row["inputs"])],
        weight_values=arrays[f"{key}.weight"],
        random_values=arrays[f"{key}.random"],
        corners=arrays[f"{key}.window"].astype(np.float32) * row["window_scale"],
        weight_in_directions={int(rank): size for rank, size in row["weight_in_directions"].items()},
    )
