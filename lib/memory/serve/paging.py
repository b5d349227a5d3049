"""Requests arriving, growing and leaving in a fixed KV-cache memory: contiguous reservation against paging.

A small model of the experiment behind figure 2 of the PagedAttention paper (Kwon et al. 2023, arXiv 2309.06180):
earlier systems give each request one contiguous piece from a buddy allocator: as long as a request may become at
most, or to the answer's next power of two (its length known to a factor of two), or as long as it will become (an
oracle). Paging gives blocks as tokens come. Time counts decoding steps: every running request grows by one token a
step. The queue is never empty, so memory is the limit.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from lib.memory.errors import CannotEstimateError
from lib.memory.serve.buddies import Buddies
from lib.whole_numbers import check_whole

SNAPSHOT_STEPS = 25
Policy = Literal["max", "pow2", "oracle", "paged"]
POLICIES: dict[Policy, str] = {
    "max": "Reserve the longest possible",
    "pow2": "Reserve the answer's next power of two",
    "oracle": "Reserve exactly what will be needed",
    "paged": "Pages (PagedAttention)",
}
MEMORY_IS = ("used", "reserved", "internal", "free")
PUBLISHED_USED_SHARE: dict[Policy, float] = {"max": 0.204, "pow2": 0.268, "oracle": 0.382, "paged": 0.963}


@dataclass(frozen=True)
class Traffic:
    """What arrives. Means in tokens; lengths are exponentially distributed, cut at `max_tokens` together."""

    memory_tokens: int = 16_384
    max_tokens: int = 2_048
    mean_prompt: int = 161
    mean_answer: int = 338
    block_size: int = 16
    steps: int = 1_000
    seed: int = 0

    def __post_init__(self) -> None:
        limits = {
            "memory_tokens": (256, 1 << 20),
            "max_tokens": (64, 1 << 17),
            "mean_prompt": (1, 100_000),
            "mean_answer": (1, 100_000),
            "block_size": (1, 1_024),
            "steps": (1, 5_000),
        }
        for name, (least, largest) in limits.items():
            check_whole(name, getattr(self, name), least, largest, CannotEstimateError)
        if self.max_tokens > self.memory_tokens:
            raise CannotEstimateError(
                f"max_tokens = {self.max_tokens:,} must be at most memory_tokens = {self.memory_tokens:,}: "
                f"otherwise no request is sure to fit."
            )


@dataclass(frozen=True, slots=True)
class Frame:
    """Tokens of memory at one step: holding a token's state, kept for later, never to be used, and lying free."""

    used: int
    reserved: int
    internal: int
    free: int
    running: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of memory at one step, for drawing: tokens `start` to `start + size`, `used` of them filled."""

    request: int
    start: int
    size: int
    used: int


@dataclass(frozen=True, slots=True)
class Holding:
    """What one request holds: pieces of `size` tokens each at `starts`, filled in order with `tokens`."""

    request: int
    tokens: int
    starts: tuple[int, ...]
    size: int

    def pieces(self) -> Iterator[Piece]:
        for number, start in enumerate(self.starts):
            yield Piece(self.request, start, self.size, min(self.size, max(0, self.tokens - number * self.size)))


@dataclass(frozen=True)
class Simulation:
    """One policy over one traffic. `snapshots` are what lies in memory after every `SNAPSHOT_STEPS` steps."""

    policy: Policy
    traffic: Traffic
    frames: tuple[Frame, ...]
    snapshots: tuple[tuple[Holding, ...], ...]
    finished: int
    preempted: int

    def pieces(self, snapshot: int) -> tuple[Piece, ...]:
        """Every stretch of memory that is held at one snapshot."""
        return tuple(piece for holding in self.snapshots[snapshot] for piece in holding.pieces())

    @property
    def settled(self) -> tuple[Frame, ...]:
        """The second half, after memory has filled."""
        return self.frames[len(self.frames) // 2 :]

    def share(self, part: str) -> float:
        """Mean share of memory that is `used`, `reserved`, `internal` or `free`."""
        return self._settled_tokens[part] / len(self.settled) / self.traffic.memory_tokens

    @cached_property
    def _settled_tokens(self) -> dict[str, int]:
        """Of each part, added up over the second half: a page asks for each of them several times."""
        settled = self.settled
        return {part: sum(getattr(frame, part) for frame in settled) for part in MEMORY_IS}

    @property
    def waste_share(self) -> float:
        """Of the memory handed out, what holds no token."""
        tokens = self._settled_tokens
        given = tokens["used"] + tokens["reserved"] + tokens["internal"]
        return 1 - tokens["used"] / given if given else 0.0

    @property
    def mean_running(self) -> float:
        return sum(frame.running for frame in self.settled) / len(self.settled)


def simulate_all(traffic: Traffic) -> tuple[Simulation, ...]:
    """The four policies over the same requests. Only pages depend on the size of a page."""
    plain = replace(traffic, block_size=Traffic.block_size)
    return tuple(simulate(policy, traffic if policy == "paged" else plain) for policy in POLICIES)


@lru_cache(maxsize=48)  # a third of a megabyte each
def simulate(policy: Policy, traffic: Traffic) -> Simulation:
    """Play `traffic` under `policy`. The same seed gives every policy the same requests in the same order."""
    if policy not in POLICIES:
        raise CannotEstimateError(f"policy = {policy!r} must be one of {', '.join(POLICIES)}.")
    memory = _Paged(traffic) if policy == "paged" else _Contiguous(traffic, policy)
    frames, snapshots, finished = [], [], 0
    for step in range(1, traffic.steps + 1):
        finished += memory.step()
        frames.append(memory.frame())
        if step % SNAPSHOT_STEPS == 0:
            snapshots.append(memory.holdings())
    return Simulation(policy, traffic, tuple(frames), tuple(snapshots), finished, memory.preempted)


class _Request:
    __slots__ = ("blocks", "final", "held", "number", "order", "prompt", "start", "tokens")

    def __init__(self, number: int, prompt: int, final: int) -> None:
        self.number, self.prompt, self.tokens, self.final = number, prompt, prompt, final
        self.start = self.held = self.order = 0
        self.blocks: list[int] = []


def _requests(traffic: Traffic) -> Iterator[_Request]:
    chance = random.Random(traffic.seed)
    number = 0
    while True:
        number += 1
        prompt = 1 + min(traffic.max_tokens - 2, int(chance.expovariate(1 / traffic.mean_prompt)))
        answer = 1 + int(chance.expovariate(1 / traffic.mean_answer))
        yield _Request(number, prompt, min(traffic.max_tokens, prompt + answer))


class _Contiguous:
    """Each request holds one piece of a power-of-two size, as the paper assumes of Orca."""

    preempted = 0

    def __init__(self, traffic: Traffic, policy: Policy) -> None:
        self.traffic, self.policy = traffic, policy
        self.arriving = _requests(traffic)
        self.waiting = next(self.arriving)
        self.running: list[_Request] = []
        self.buddies = Buddies(traffic.memory_tokens)

    def _wanted(self, request: _Request) -> int:
        if self.policy == "max":
            return self.traffic.max_tokens
        if self.policy == "oracle":
            return request.final
        answer = request.final - request.prompt  # known to within a factor of two
        return min(self.traffic.max_tokens, request.prompt + (1 << (answer - 1).bit_length()))

    def step(self) -> int:
        done = [each for each in self.running if each.tokens >= each.final]
        for each in done:
            self.buddies.release(each.start, each.held)
        self.running = [each for each in self.running if each.tokens < each.final]
        for each in self.running:
            each.tokens += 1
        while (start := self.buddies.take(self._wanted(self.waiting))) is not None:
            self.waiting.start, self.waiting.held = start, self.buddies.size(self._wanted(self.waiting))
            self.running.append(self.waiting)
            self.waiting = next(self.arriving)
        return len(done)

    def frame(self) -> Frame:
        used = sum(each.tokens for each in self.running)
        later = sum(min(each.final, each.held) - each.tokens for each in self.running)
        given = sum(each.held for each in self.running)
        free = self.traffic.memory_tokens - given
        return Frame(used, later, given - used - later, free, len(self.running))

    def holdings(self) -> tuple[Holding, ...]:
        return tuple(Holding(each.number, each.tokens, (each.start,), each.held) for each in self.running)


class _Paged:
    """Each request holds a list of blocks and takes one more when the last is full."""

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic
        self.arriving = _requests(traffic)
        self.queue: deque[_Request] = deque([next(self.arriving)])
        self.running: list[_Request] = []
        size = traffic.block_size
        self.free = deque(range(0, traffic.memory_tokens - size + 1, size))
        """Blocks by the token at which they start. Snapshots have the same numbers: made anew they took two thirds."""
        self.preempted = 0

    def step(self) -> int:
        done = [each for each in self.running if each.tokens >= each.final]
        for each in done:
            self.free.extend(each.blocks)
        self.running = [each for each in self.running if each.tokens < each.final]
        for each in list(self.running):
            if each.blocks:  # not put back meanwhile by a request before it
                self._grow(each)
        self._admit()
        return len(done)

    def _grow(self, request: _Request) -> None:
        if request.tokens == len(request.blocks) * self.traffic.block_size:
            while not self.free and self.running[-1] is not request:
                self._preempt()
            if not self.free:
                self._preempt()
                return
            request.blocks.append(self.free.popleft())
        request.tokens += 1

    def _preempt(self) -> None:
        """Out of blocks: the last to come gives its blocks back and is computed again later (section 4.5)."""
        last = self.running.pop()
        self.free.extend(last.blocks)
        last.blocks, self.preempted = [], self.preempted + 1
        self.queue.appendleft(last)

    def _admit(self) -> None:
        while True:
            if not self.queue:
                self.queue.append(next(self.arriving))
            need = -(-self.queue[0].tokens // self.traffic.block_size)
            if len(self.free) < need + len(self.running) // 2:  # a reserve, so that admission does not cause preemption
                return
            request = self.queue.popleft()
            request.blocks = [self.free.popleft() for _ in range(need)]
            self.running.append(request)

    def frame(self) -> Frame:
        used = sum(each.tokens for each in self.running)
        given = sum(len(each.blocks) for each in self.running) * self.traffic.block_size
        later = sum(min(each.final, len(each.blocks) * self.traffic.block_size) - each.tokens for each in self.running)
        return Frame(used, later, given - used - later, self.traffic.memory_tokens - given, len(self.running))

    def holdings(self) -> tuple[Holding, ...]:
        size = self.traffic.block_size
        return tuple(Holding(each.number, each.tokens, tuple(each.blocks), size) for each in self.running)
