"""A fair queue: first come first served, one running job per owner.

Pure Python and clock-free, so that it can be tested without waiting. The engine holds the lock.
"""

from __future__ import annotations

import statistics
from collections import defaultdict, deque
from dataclasses import dataclass, field

from lib.engine.errors import QueueFull

REMEMBERED_RUNS = 6
"""Few, for a class that moves sliders slows the runs, and one that reads does not."""


@dataclass
class Ticket:
    """A job's place in line."""

    job_id: str
    owner: str
    kind: str
    expected_s: float
    wide: bool = False
    """Takes every slot: a large model is quicker on all cores alone than two are side by side, and fits."""
    started_at: float | None = None


@dataclass
class FairQueue:
    """Tickets waiting and running.

    slots      jobs that can run at once
    capacity   tickets that may wait in all
    per_owner  tickets one owner may have, waiting or running
    """

    slots: int = 1
    capacity: int = 60
    per_owner: int = 3
    waiting: deque[Ticket] = field(default_factory=deque)
    running: dict[str, Ticket] = field(default_factory=dict)
    _paces: dict[tuple[str, bool], deque[float]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=REMEMBERED_RUNS))
    )
    """Seconds that runs of a kind and width really took, for each second expected."""

    def add(self, ticket: Ticket) -> None:
        """Join the line. Raises QueueFull with how long the line is."""
        mine = sum(each.owner == ticket.owner for each in (*self.waiting, *self.running.values()))
        if mine >= self.per_owner:
            raise QueueFull(f"You already have {mine} runs going or waiting; stop one or wait until it ends")
        if len(self.waiting) >= self.capacity:
            raise QueueFull(f"{len(self.waiting)} runs are waiting, which is as many as fit; try again in a minute")
        self.waiting.append(ticket)

    def next(self, now: float) -> Ticket | None:
        """The ticket to start now: the first whose owner has nothing running; None if none may start.

        A wide one waits until all slots are free, and nobody passes it meanwhile.
        """
        busy = {ticket.owner for ticket in self.running.values()}
        ticket = next((ticket for ticket in self.waiting if ticket.owner not in busy), None)
        if ticket is None or self._taken + self._needed(ticket) > self.slots:
            return None
        self.waiting.remove(ticket)
        ticket.started_at = now
        self.running[ticket.job_id] = ticket
        return ticket

    def leave(self, job_id: str, now: float, *, completed: bool = False) -> None:
        """Take a ticket out, wherever it is; a completed one teaches how long such jobs take."""
        ticket = self.running.pop(job_id, None)
        if ticket is not None and completed:
            self._paces[ticket.kind, ticket.wide].append((now - ticket.started_at) / ticket.expected_s)
        self.waiting = deque(each for each in self.waiting if each.job_id != job_id)

    def expected_s(self, ticket: Ticket) -> float:
        """What the job itself expects, at the median pace of the last runs of its kind and width on this machine."""
        paces = self._paces.get((ticket.kind, ticket.wide))
        return ticket.expected_s * (statistics.median(paces) if paces else 1.0)

    def place(self, job_id: str, now: float) -> tuple[int, float]:
        """(jobs that start before this one, expected seconds until it starts); (0, 0.0) if it does not wait.

        Plays the line forward: each slot takes the next ticket when the one before should end. A run that
        already takes longer than expected counts as about to end.
        """
        ends, busy = {}, []
        for ticket in self.running.values():
            ends[ticket.owner] = max(0.0, self.expected_s(ticket) - (now - ticket.started_at))
            busy += [ends[ticket.owner]] * self._needed(ticket)
        free_at = sorted([0.0] * (self.slots - len(busy)) + busy)
        for ahead, ticket in enumerate(self.waiting):
            needed = self._needed(ticket)
            start = max(free_at[needed - 1], ends.get(ticket.owner, 0.0))
            if ticket.job_id == job_id:
                return ahead, start
            ends[ticket.owner] = start + self.expected_s(ticket)
            free_at = sorted([ends[ticket.owner]] * needed + free_at[needed:])
        return 0, 0.0

    @property
    def _taken(self) -> int:
        return sum(map(self._needed, self.running.values()))

    def _needed(self, ticket: Ticket) -> int:
        return self.slots if ticket.wide else 1
