"""A fair queue: first come first served, one running job per owner.

Pure Python and clock-free, so that it can be tested without waiting. The engine holds the lock.

That no two large models run at once is a wide ticket's doing and not that of Dask's worker resources: by those Dask
would choose what starts, later and by an order of its own, so that nobody could be told a place or a waiting time.
"""

from __future__ import annotations

import statistics
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lib.engine.errors import QueueFull

CAPACITY, CAPACITY_A_SLOT = 60, 30
"""Tickets that may wait in all: a class's, and more where many workers make the line shorter than it looks."""
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
    came_at: float = 0.0
    """By the clock that all web processes share."""


@dataclass
class FairQueue:
    """Tickets waiting and running.

    slots      jobs that can run at once
    capacity   tickets that may wait in all
    per_owner  tickets one owner may have, waiting or running
    """

    slots: int = 1
    capacity: int = CAPACITY
    per_owner: int = 3
    waiting: deque[Ticket] = field(default_factory=deque)
    running: dict[str, Ticket] = field(default_factory=dict)
    others: Sequence[Ticket] = ()
    """Tickets of other web processes on the same workers: they have their turn too, and are started there."""
    _paces: dict[tuple[str, bool], deque[float]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=REMEMBERED_RUNS))
    )
    """Seconds that runs of a kind and width really took, for each second expected."""

    def add(self, ticket: Ticket) -> None:
        """Join the line. Raises QueueFull with how long the line is."""
        mine = sum(each.owner == ticket.owner for each in (*self.waiting, *self.running.values()))
        if mine >= self.per_owner:
            raise QueueFull(f"You already have {mine} runs going or waiting; stop one or wait until it ends")
        waiting = len(self._line())
        if waiting >= self.capacity:
            raise QueueFull(f"{waiting} runs are waiting, which is as many as fit; try again in a minute")
        self.waiting.append(ticket)

    def next(self, now: float) -> Ticket | None:
        """The ticket to start now: the first whose owner has nothing running; None if none may start.

        A wide one waits until all slots are free, and nobody passes it meanwhile.
        """
        busy = {ticket.owner for ticket in self._all_running()}
        free = self.slots - sum(map(self._needed, self._all_running()))
        for ticket in self._line():
            if ticket.owner in busy:
                continue
            if self._needed(ticket) > free:
                return None
            if ticket in self.waiting:
                self.waiting.remove(ticket)
                ticket.started_at = now
                self.running[ticket.job_id] = ticket
                return ticket
            busy.add(ticket.owner)  # another process starts this one
            free -= self._needed(ticket)
        return None

    def leave(self, job_id: str, now: float, *, completed: bool = False) -> None:
        """Take a ticket out, wherever it is; a completed one teaches how long such jobs take."""
        ticket = self.running.pop(job_id, None)
        if ticket is not None and completed:
            self._paces[ticket.kind, ticket.wide].append((now - ticket.started_at) / ticket.expected_s)
        self.waiting = deque(each for each in self.waiting if each.job_id != job_id)

    def expected_s(self, ticket: Ticket, now: float) -> float:
        """What the job itself expects, at the median pace of the last runs of its kind and width on this machine, and
        of those that run now and have already taken longer."""
        paces = list(self._paces.get((ticket.kind, ticket.wide), ()))
        usual = statistics.median(paces) if paces else 1.0
        alike = [each for each in self.running.values() if (each.kind, each.wide) == (ticket.kind, ticket.wide)]
        late = [pace for each in alike if (pace := (now - each.started_at) / each.expected_s) > usual]
        return ticket.expected_s * (statistics.median([*paces, *late]) if paces or late else usual)

    def place(self, job_id: str, now: float) -> tuple[int, float]:
        """(jobs that start before this one, expected seconds until it starts); (0, 0.0) if it does not wait.

        Plays the line forward: each slot takes the next ticket when the one before should end. A run that
        already takes longer than expected counts as about to end.
        """
        ends, busy = {}, []
        for ticket in self._all_running():
            ends[ticket.owner] = max(0.0, self.expected_s(ticket, now) - (now - ticket.started_at))
            busy += [ends[ticket.owner]] * self._needed(ticket)
        free_at = sorted([0.0] * (self.slots - len(busy)) + busy)
        for ahead, ticket in enumerate(self._line()):
            needed = self._needed(ticket)
            start = max(free_at[needed - 1], ends.get(ticket.owner, 0.0))
            if ticket.job_id == job_id:
                return ahead, start
            ends[ticket.owner] = start + self.expected_s(ticket, now)
            free_at = sorted([ends[ticket.owner]] * needed + free_at[needed:])
        return 0, 0.0

    def told(self, now: float) -> list[Ticket]:
        """What other web processes must know: all tickets of this one, each with the time it is expected to take."""
        return [
            replace(each, expected_s=self.expected_s(each, now)) for each in (*self.running.values(), *self.waiting)
        ]

    def _all_running(self) -> list[Ticket]:
        return [*self.running.values(), *(each for each in self.others if each.started_at is not None)]

    def _line(self) -> list[Ticket]:
        """Who waits, first come first; without other web processes, as they joined."""
        elsewhere = [each for each in self.others if each.started_at is None]
        return sorted([*self.waiting, *elsewhere], key=lambda each: each.came_at) if elsewhere else list(self.waiting)

    def _needed(self, ticket: Ticket) -> int:
        return self.slots if ticket.wide else 1
