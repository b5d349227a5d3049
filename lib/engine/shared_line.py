"""The lines of all web processes on one Dask cluster, told to each other through its scheduler: who came first is
served first wherever it came, and a waiting time counts everybody.

What is told of a ticket is when it came, how long it should take, what it needs, and where and for how long it runs;
its owner as a fingerprint.
"""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace

from distributed import Client

from lib.engine.queue import Ticket

TOPIC = "finetuning-lab-lines"
TELL_S = 2.0
SILENT_S = 10.0
"""A web process that has said nothing for so long is gone, and its line with it."""
ELSEWHERE = "elsewhere"
"""The kind of the others' tickets: how long those take is known where their runs are."""


class SharedLine:
    """This web process's line among the others'. `heard` is called, on Dask's thread, when another's has changed."""

    def __init__(self, client: Client, heard: Callable[[], None]) -> None:
        self._client, self._heard = client, heard
        self._name = uuid.uuid4().hex
        self._lock = threading.Lock()
        self._lines: dict[str, tuple[float, list[Ticket]]] = {}
        self._told: list[tuple[str, bool]] = []
        self._told_at = float("-inf")
        client.subscribe_topic(TOPIC, self._on_line)

    def others(self) -> list[Ticket]:
        """Tickets of every other web process, running or waiting; started at a time of this process's clock."""
        now = time.monotonic()
        with self._lock:
            self._lines = {name: line for name, line in self._lines.items() if now - line[0] < SILENT_S}
            return [ticket for _, line in self._lines.values() for ticket in line]

    def tell(self, tickets: Sequence[Ticket]) -> None:
        """Where it has changed, and else every TELL_S, so that the others know that this process lives."""
        now = time.monotonic()
        shape = [(ticket.job_id, ticket.started_at is not None) for ticket in tickets]
        if shape == self._told and now - self._told_at < TELL_S:
            return
        self._told, self._told_at = shape, now
        line = [_told_of(ticket, now) for ticket in tickets]
        self._client.log_event(TOPIC, {"web": self._name, "line": line})

    def _on_line(self, stamped: tuple[float, dict]) -> None:
        _, message = stamped
        if message["web"] == self._name:
            return
        now = time.monotonic()
        line = [_heard_of(told, now) for told in message["line"]]
        with self._lock:
            self._lines[message["web"]] = (now, line)
        self._heard()


def _told_of(ticket: Ticket, now: float) -> tuple:
    owner = hashlib.sha256(ticket.owner.encode()).hexdigest()
    runs_s = None if ticket.started_at is None else now - ticket.started_at
    needs = ticket.wide, ticket.memory_bytes, ticket.place
    return ticket.job_id, owner, ticket.expected_s, *needs, ticket.came_at, runs_s


def _heard_of(told: tuple, now: float) -> Ticket:
    job_id, owner, expected_s, wide, memory_bytes, place, came_at, runs_s = told
    ticket = Ticket(job_id, owner, ELSEWHERE, expected_s, wide, memory_bytes, place, came_at=came_at)
    return ticket if runs_s is None else replace(ticket, started_at=now - runs_s)
