"""A fair queue: first come first served, one running job per owner.

Pure Python and clock-free, so that it can be tested without waiting. The engine holds the lock.

That no two large models run at once where memory forbids it is this queue's doing and not that of Dask's worker
resources: a worker's are its own, and a machine's memory is that of all its workers; and by resources Dask would choose
what starts, later and by an order of its own, so that nobody could be told how many are ahead or how long to wait.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from lib.engine.errors import QueueFull

CAPACITY, CAPACITY_A_SLOT = 60, 30
"""Tickets that may wait in all: a class's, and more where many workers make the line shorter than it looks."""
REMEMBERED_RUNS, LAST_RUNS, LAST_S = 30, 6, 60.0
"""How quick many runs were tells of this machine; the last few of the last minute tell of now, for a class that moves
sliders slows the runs, and one that reads does not."""
EXPECTED_RUNS = 6
"""What the jobs expect counts as much as so many runs seen."""
FADES_IN_S = 10.0
"""Half of what makes now unlike the usual is over after so many seconds: nobody moves sliders for long."""
FEW, CROWD = 3, 5
"""Where no run of a line is over yet, so many beyond a few who wait make one half as long again: each of them has a
page open, and moves something on it."""


@dataclass(frozen=True)
class Place:
    """Where workers share memory: a machine, or one of its cards.

    slots         jobs that can run there at once
    memory_bytes  what those with large models among them may need in all; where none runs, one may need more
    """

    name: str = "here"
    slots: int = 1
    memory_bytes: float = math.inf


@dataclass
class Ticket:
    """A job's place in line."""

    job_id: str
    owner: str
    kind: str
    expected_s: float
    wide: bool = False
    """Takes every slot of a place: a large model is quicker on all cores alone than two are side by side, and fits."""
    memory_bytes: int = 0
    """What its large model needs at most; 0 if it has none."""
    place: str = ""
    """Where it runs."""
    started_at: float | None = None
    came_at: float = 0.0
    """By the clock that all web processes share."""


@dataclass
class FairQueue:
    """Tickets waiting and running.

    places     where jobs run; none while no worker is there
    capacity   tickets that may wait in all
    per_owner  tickets one owner may have, waiting or running
    """

    places: Sequence[Place] = (Place(),)
    capacity: int = CAPACITY
    per_owner: int = 3
    waiting: deque[Ticket] = field(default_factory=deque)
    running: dict[str, Ticket] = field(default_factory=dict)
    others: Sequence[Ticket] = ()
    """Tickets of other web processes on the same workers: they have their turn too, and are started there."""
    _paces: dict[tuple[str, bool], deque[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=REMEMBERED_RUNS))
    )
    """(When it ended, seconds that it really took for each second expected) of the runs of a kind and width."""

    def add(self, ticket: Ticket) -> None:
        """Join the line. Raises QueueFull with how long the line is."""
        mine = sum(each.owner == ticket.owner for each in (*self.waiting, *self.running.values()))
        if mine >= self.per_owner:
            raise QueueFull(f"You already have {mine} runs going or waiting; stop one or wait until it ends")
        waiting = len(self._line())
        if waiting >= self.capacity:
            raise QueueFull(f"{waiting} runs are waiting, which is as many as fit; try again in a minute")
        self.waiting.append(ticket)

    @property
    def slots(self) -> int:
        """Jobs that can run at once."""
        return sum(place.slots for place in self.places)

    def next(self, now: float) -> Ticket | None:
        """The ticket to start now: the first whose owner has nothing running; None if none may start.

        A wide one waits until all slots of a place are free, and nobody passes it meanwhile. One that waits for memory
        is passed by those without a large model: whatever it waits for leaves it a slot too.
        """
        busy = {ticket.owner for ticket in self._all_running()}
        rooms = self._rooms(lambda _: math.inf)
        memory_is_short = False
        for ticket in self._line():
            if ticket.owner in busy or (memory_is_short and ticket.memory_bytes):
                continue
            room = max(rooms, key=lambda room: room.suits(ticket), default=None)
            if room is None or room.free_from(ticket) > 0:
                if ticket.wide or not ticket.memory_bytes:
                    return None
                memory_is_short = True
                continue
            if ticket in self.waiting:
                self.waiting.remove(ticket)
                ticket.started_at, ticket.place = now, room.place.name
                self.running[ticket.job_id] = ticket
                return ticket
            busy.add(ticket.owner)  # another process starts this one
            room.take(ticket, 0, math.inf)
        return None

    def leave(self, job_id: str, now: float, *, completed: bool = False) -> None:
        """Take a ticket out, wherever it is; a completed one teaches how long such jobs take."""
        ticket = self.running.pop(job_id, None)
        if ticket is not None and completed and now > ticket.started_at:
            self._paces[ticket.kind, ticket.wide].append((now, (now - ticket.started_at) / ticket.expected_s))
        self.waiting = deque(each for each in self.waiting if each.job_id != job_id)

    def expected_s(self, ticket: Ticket, now: float, starts_in_s: float = 0.0) -> float:
        """What the job itself expects, at the pace that such jobs will have when it starts: that of the last ones and
        of those that run now and have already taken longer, which fades into the usual one of this machine."""
        seen = list(self._paces.get((ticket.kind, ticket.wide), ()))
        usual = math.exp(sum(math.log(pace) for _, pace in seen) / (len(seen) + EXPECTED_RUNS))
        last = [pace for at, pace in seen[-LAST_RUNS:] if now - at < LAST_S]
        crowd = max(0, len(self.waiting) - FEW)
        lately = statistics.median(last) if last else usual * (1 + crowd / (crowd + CROWD))
        alike = [each for each in self.running.values() if (each.kind, each.wide) == (ticket.kind, ticket.wide)]
        late = [pace for each in alike if (pace := (now - each.started_at) / each.expected_s) > lately]
        lately = statistics.median([*last, *late]) if last or late else lately
        return ticket.expected_s * (usual + (lately - usual) * 0.5 ** (starts_in_s / FADES_IN_S))

    def place(self, job_id: str, now: float) -> tuple[int, float]:
        """(jobs that start before this one, expected seconds until it starts); (0, 0.0) if it does not wait."""
        return self._starts(now).get(job_id, (0, 0.0))

    def told(self, now: float) -> list[Ticket]:
        """What other web processes must know: all tickets of this one, each with the time it is expected to take."""
        starts = self._starts(now)
        return [
            replace(each, expected_s=self.expected_s(each, now, starts.get(each.job_id, (0, 0.0))[1]))
            for each in (*self.running.values(), *self.waiting)
        ]

    def _starts(self, now: float) -> dict[str, tuple[int, float]]:
        """`place` of every job that waits.

        Plays the line forward: each slot takes the next ticket when the one before should end. A run that
        already takes longer than expected counts as about to end.
        """
        starts = {}
        ends = {
            ticket.owner: max(0.0, self.expected_s(ticket, now) - (now - ticket.started_at))
            for ticket in self._all_running()
        }
        rooms = self._rooms(lambda ticket: ends[ticket.owner])
        for ahead, ticket in enumerate(self._line()):
            room = min(rooms, key=lambda room: room.free_from(ticket), default=None)
            start = max(room.free_from(ticket) if room else 0.0, ends.get(ticket.owner, 0.0))
            starts[ticket.job_id] = ahead, start
            ends[ticket.owner] = start + self.expected_s(ticket, now, start)
            if room:
                room.take(ticket, start, ends[ticket.owner])
        return starts

    def _all_running(self) -> list[Ticket]:
        return [*self.running.values(), *(each for each in self.others if each.started_at is not None)]

    def _line(self) -> list[Ticket]:
        """Who waits, first come first; without other web processes, as they joined."""
        elsewhere = [each for each in self.others if each.started_at is None]
        return sorted([*self.waiting, *elsewhere], key=lambda each: each.came_at) if elsewhere else list(self.waiting)

    def _rooms(self, end: Callable[[Ticket], float]) -> list[_Room]:
        """Every place with what runs there, each until `end`."""
        rooms = {place.name: _Room(place) for place in self.places}
        for ticket in self._all_running():
            if ticket.place in rooms:
                rooms[ticket.place].take(ticket, 0, end(ticket))
        return list(rooms.values())


class _Room:
    """A place as the line is played forward; times in seconds from now."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.free_at = [0.0] * place.slots
        """Of each slot, sorted."""
        self._large: list[tuple[float, int]] = []
        """(End, bytes) of each that has a large model."""

    def free_from(self, ticket: Ticket) -> float:
        """When there are slots and memory for it."""
        return max(self.free_at[self._needed(ticket) - 1], self._memory_from(ticket) if ticket.memory_bytes else 0.0)

    def suits(self, ticket: Ticket) -> tuple[bool, bool, int]:
        """What speaks for it: that there is room now, memory enough for it alone, and how many slots are free."""
        return self.free_from(ticket) == 0, ticket.memory_bytes <= self.place.memory_bytes, self.free_at.count(0)

    def take(self, ticket: Ticket, start: float, end: float) -> None:
        """Its slots are those that have been free for the shortest time: the others may be used until it starts."""
        needed = self._needed(ticket)
        free = bisect_right(self.free_at, start)
        self.free_at = sorted(self.free_at[: max(0, free - needed)] + [end] * needed + self.free_at[free:])
        if ticket.memory_bytes:
            self._large = sorted([*self._large, (end, ticket.memory_bytes)])

    def _memory_from(self, ticket: Ticket) -> float:
        left, start = sum(size for _, size in self._large), 0.0
        for end, size in self._large:
            if left + ticket.memory_bytes <= self.place.memory_bytes:
                return start
            left, start = left - size, end
        return start

    def _needed(self, ticket: Ticket) -> int:
        return self.place.slots if ticket.wide else 1
