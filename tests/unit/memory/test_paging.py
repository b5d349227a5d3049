"""The paging simulation against the PagedAttention paper's finding, and against its own accounts."""

from itertools import pairwise

import pytest

from lib.memory.errors import CannotEstimateError
from lib.memory.serve.paging import POLICIES, PUBLISHED_USED_SHARE, Traffic, simulate


@pytest.fixture(scope="module")
def runs():
    """Five days of traffic under every policy."""
    return {policy: [simulate(policy, Traffic(seed=seed)) for seed in range(5)] for policy in POLICIES}


def mean(values) -> float:
    values = list(values)
    return sum(values) / len(values)


@pytest.mark.parametrize("policy", POLICIES)
def test_the_papers_shares_are_reproduced_in_shape(runs, policy):
    """Kwon et al. 2023, figure 2: 20.4, 26.8, 38.2 and 96.3% of memory held tokens."""
    assert mean(run.share("used") for run in runs[policy]) == pytest.approx(PUBLISHED_USED_SHARE[policy], abs=0.09)


def test_pages_waste_under_four_per_cent(runs):
    """Kwon et al. 2023, section 1: near-zero waste, under 4%."""
    assert all(run.waste_share < 0.04 for run in runs["paged"])


def test_more_requests_run_at_once_with_pages(runs):
    """Kwon et al. 2023, section 6.2: 2 to 4 times the requests of Orca at once."""
    paged = mean(run.mean_running for run in runs["paged"])
    assert 2 <= paged / mean(run.mean_running for run in runs["oracle"]) <= 4
    assert paged / mean(run.mean_running for run in runs["max"]) > 3


@pytest.mark.parametrize("policy", POLICIES)
def test_memory_adds_up_and_no_piece_overlaps(runs, policy):
    run = runs[policy][0]
    total = run.traffic.memory_tokens
    assert all(f.used + f.reserved + f.internal + f.free == total for f in run.frames)
    assert all(min(f.used, f.reserved, f.internal, f.free) >= 0 for f in run.frames)
    for snapshot in range(len(run.snapshots)):
        taken = sorted((piece.start, piece.start + piece.size) for piece in run.pieces(snapshot))
        assert all(end <= start for (_, end), (start, _) in pairwise(taken))
        assert not taken or taken[-1][1] <= total


def test_the_same_seed_gives_the_same_day():
    assert simulate("paged", Traffic(seed=3)) == simulate("paged", Traffic(seed=3))
    assert simulate("paged", Traffic(seed=3)).frames != simulate("paged", Traffic(seed=4)).frames


def test_larger_pages_waste_more():
    waste = [simulate("paged", Traffic(block_size=block)).waste_share for block in (1, 16, 128)]
    assert waste == sorted(waste)
    assert waste[0] < 0.001


@pytest.mark.parametrize("bad", [{"max_tokens": 32_768}, {"steps": 0}, {"block_size": 2.5}, {"memory_tokens": -1}])
def test_impossible_traffic_is_refused(bad):
    with pytest.raises(CannotEstimateError, match=next(iter(bad))):
        Traffic(**bad)
