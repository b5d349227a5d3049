"""The engine: one queue in front of Dask workers, and what each owner may see of it."""

from __future__ import annotations

import os
import pickle
import threading
import time
import uuid
from concurrent.futures import CancelledError
from typing import Any

from distributed import Future, KilledWorker

from lib.engine.cluster import LocalWorkers, RemoteCluster
from lib.engine.errors import EngineError, TimeLimitReached
from lib.engine.job import Job, JobState, JobView
from lib.engine.overview import EngineOverview, kind_overview
from lib.engine.queue import CAPACITY, CAPACITY_A_SLOT, FairQueue, Ticket
from lib.engine.shared_line import SharedLine
from lib.engine.worker import TOPIC, request_stop, run_job, unexpected
from lib.logs import record
from lib.models.device import this_machine

TICK_S = 0.25
GRACE_S = 30.0
"""A job that has not ended this long after its time limit hangs."""
REMEMBERED_JOBS = 200
REMEMBERED_S = 3600.0
LOST_WORKER = (
    "The worker process that ran this was lost (killed, or out of memory); a new one has been started, "
    "so start again or go on from the last checkpoint"
)


class Engine:
    """Runs generators in workers for owners who cannot see each other's."""

    def __init__(self, cluster: LocalWorkers | RemoteCluster) -> None:
        self._cluster = cluster
        self._queue = FairQueue(cluster.places())
        self._topic = f"{TOPIC}-{uuid.uuid4().hex}"
        self._jobs: dict[str, Job] = {}
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._closing = False
        self._line = SharedLine(cluster.client, heard=self._wake.set) if cluster.is_shared else None
        cluster.client.subscribe_topic(self._topic, self._on_event)
        self._dispatcher = threading.Thread(target=self._dispatch, name="engine", daemon=True)
        self._dispatcher.start()

    @classmethod
    def start(cls, warm_modules: tuple[str, ...] = ()) -> Engine:
        """The cluster at SCHEDULER_ADDRESS if that is set, else worker processes on this machine.

        warm_modules  what local workers import as they start, so that a student's first click need not wait for it
        """
        address = os.environ.get("SCHEDULER_ADDRESS")
        return cls(RemoteCluster(address) if address else LocalWorkers(warm_modules))

    def submit(
        self,
        function: str,
        argument: Any,
        *,
        owner: str,
        kind: str,
        expected_s: float,
        time_limit_s: float,
        wide: bool = False,
        memory_bytes: int = 0,
    ) -> str:
        """Queue a job; its id. Raises QueueFull.

        function      a generator function as "module:name": named, not passed, so that this process need not
                      import what the job imports (torch)
        expected_s    how long it may take, until runs of this `kind` have been seen
        wide          with local workers and no GPU it takes all cores and runs alone; else it has one core there
        memory_bytes  what a job with a large model needs at most: of these only as many run on one machine, or on one
                      card, as its memory holds; 0 for any other
        """
        job = Job(uuid.uuid4().hex, kind, owner, function, argument, time_limit_s, wide and self._cluster.shares_cores)
        with self._lock:
            self._queue.add(Ticket(job.id, owner, kind, expected_s, job.wide, memory_bytes, came_at=time.time()))
            self._jobs[job.id] = job
            self._forget_old()
        self._wake.set()
        return job.id

    def view(self, job_id: str, *, owner: str) -> JobView:
        """The job now. Raises EngineError if `owner` has no such job."""
        with self._lock:
            job = self._mine(job_id, owner)
            now = time.monotonic()
            ahead, waiting_s = self._queue.place(job.id, now) if job.state is JobState.WAITING else (0, 0.0)
            elapsed_s = (job.ended_at or now) - job.started_at if job.started_at is not None else 0.0
            told = (job.id, job.kind, job.state, tuple(job.events), ahead, waiting_s, elapsed_s, job.message)
            return JobView(*told, job.argument, job.paused and job.state is JobState.STOPPED, job.failure)

    def newest(self, owner: str, kind: str) -> str | None:
        """The id of the owner's last job of this kind, running or over: how a reloaded page finds its job."""
        with self._lock:
            found = [job.id for job in self._jobs.values() if job.owner == owner and job.kind == kind]
            return found[-1] if found else None

    def stop(self, job_id: str, *, owner: str, pausing: bool = False) -> None:
        """Take a waiting job out of the queue; ask a running one to stop at its next event.

        pausing  its owner means to go on: until it is stopped for good, its view says so
        """
        with self._lock:
            job = self._mine(job_id, owner)
            job.paused = pausing
            if job.state is JobState.WAITING:
                self._end(job, JobState.STOPPED)
            job.stop_wanted = True
        self._wake.set()

    def overview(self) -> EngineOverview:
        """How much goes on, for whoever runs the server."""
        with self._lock:
            jobs, now = list(self._jobs.values()), time.monotonic()
            waits = [self._queue.place(job.id, now)[1] for job in jobs if job.state is JobState.WAITING]
            kinds = tuple(
                kind_overview(kind, [job for job in jobs if job.kind == kind])
                for kind in sorted({job.kind for job in jobs})
            )
            return EngineOverview(
                self._queue.slots,
                sum(each.running for each in kinds),
                len(waits),
                max(waits, default=0.0),
                kinds,
            )

    def elsewhere(self) -> int:
        """How many runs other web processes have on the same workers, going or waiting."""
        with self._lock:
            return len(self._queue.others)

    def responds(self) -> bool:
        """Whether the dispatcher lives and the scheduler has at least one worker: a job started now would run."""
        return self._dispatcher.is_alive() and len(self._cluster.client.nthreads()) > 0

    @property
    def worker_process_ids(self) -> tuple[int, ...]:
        """Processes of the local workers; empty on a cluster elsewhere."""
        return self._cluster.process_ids

    def close(self) -> None:
        self._closing = True
        self._wake.set()
        self._dispatcher.join(5)
        self._cluster.close()

    def _mine(self, job_id: str, owner: str) -> Job:
        job = self._jobs.get(job_id)
        if job is None or job.owner != owner:
            raise EngineError("This run is not known here; it may have been started in another browser or long ago")
        return job

    def _on_event(self, stamped: tuple[float, dict]) -> None:
        """From the scheduler, on Dask's thread."""
        _, message = stamped
        with self._lock:
            job = self._jobs.get(message["job"])
            if job is None or not job.state.active:
                return
            event = pickle.loads(message["event"])
            if getattr(event, "keep_only_newest", False):
                job.events = [each for each in job.events if type(each) is not type(event)]
            job.events.append(event)

    def _dispatch(self) -> None:
        while not self._closing:
            self._wake.wait(TICK_S)
            self._wake.clear()
            if self._closing:
                return
            self._cluster.replace_dead()
            places = self._cluster.places()
            with self._lock:
                self._queue.places = places
                self._queue.capacity = max(CAPACITY, CAPACITY_A_SLOT * self._queue.slots)
                if self._line:
                    self._queue.others = self._line.others()
                while ticket := self._queue.next(time.monotonic()):
                    job = self._jobs[ticket.job_id]
                    job.place = ticket.place
                    self._launch(job)
                hung = self._give_up_hung()
                to_stop = [job.id for job in self._jobs.values() if job.stop_wanted and job.state is JobState.RUNNING]
                tickets = self._queue.told(time.monotonic())
            # Without the lock: Dask's thread needs it to hand over events while this waits.
            if self._line:
                self._line.tell(tickets)
            # Again and again until the job has ended, for a worker may only just be starting.
            for job_id in to_stop:
                self._cluster.client.run(request_stop, job_id, on_error="ignore")
            for future in hung:
                self._cluster.end_hung(future.key)

    def _launch(self, job: Job) -> None:
        job.state, job.started_at = JobState.RUNNING, time.monotonic()
        job.launches += 1
        workers = self._cluster.workers_at(job.place)
        job.future = self._cluster.client.submit(
            run_job,
            self._topic,
            job.id,
            job.function,
            job.argument,
            job.time_limit_s,
            self._cores(job),
            key=f"job-{job.id}-{job.launches}",
            pure=False,
            workers=workers,
            allow_other_workers=workers is not None,  # if all of these have gone meanwhile
        )
        job.future.add_done_callback(lambda future: self._on_done(job, future))

    def _on_done(self, job: Job, future: Future) -> None:
        """The task is over; its events came first, through the same connection."""
        if future.status == "finished":
            state, message, failure = future.result()
        else:
            state, (message, failure) = JobState.FAILED, self._what_went_wrong(future)
        with self._lock:
            if not job.state.active:
                return
            if message == LOST_WORKER and not job.events and job.launches == 1:
                self._launch(job)  # it was sent to a worker that was already gone, and has told nothing yet
            else:
                self._end(job, state, message, failure)

    @staticmethod
    def _what_went_wrong(future: Future) -> tuple[str, str]:
        """(For its owner, the class of the error.)"""
        error = future.exception() if future.status == "error" else None
        if error is None or isinstance(error, KilledWorker | CancelledError):
            return LOST_WORKER, KilledWorker.__name__
        return unexpected(error), type(error).__name__

    def _end(self, job: Job, state: JobState, message: str | None = None, failure: str | None = None) -> None:
        job.state, job.message, job.failure = state, message, failure
        job.ended_at, job.future = time.monotonic(), None
        if state is JobState.DONE:  # nobody goes on from the checkpoint of a run that is whole
            job.events = [event for event in job.events if not getattr(event, "keep_only_newest", False)]
        self._queue.leave(job.id, job.ended_at, completed=state is JobState.DONE)
        waited_s = (job.started_at or job.ended_at) - job.submitted_at
        record(
            "job ended", kind=job.kind, state=state.value, waited_s=round(waited_s, 2), ran_s=round(job.ran_s or 0.0, 2)
        )
        self._wake.set()

    def _give_up_hung(self) -> list[Future]:
        """What their workers still compute, of jobs that have not ended long after their time limit."""
        now, given_up = time.monotonic(), []
        for job in self._jobs.values():
            if job.state is JobState.RUNNING and now - job.started_at > job.time_limit_s + GRACE_S:
                given_up.append(job.future)
                message = (
                    f"The run did not answer after its time limit of {job.time_limit_s:.0f} s; start a smaller one"
                )
                self._end(job, JobState.FAILED, message, TimeLimitReached.__name__)
        return given_up

    def _forget_old(self) -> None:
        """Ended jobs stay for an hour, and at most REMEMBERED_JOBS of them."""
        now = time.monotonic()
        ended = [job for job in self._jobs.values() if not job.state.active]
        too_many = len(ended) - REMEMBERED_JOBS
        for position, job in enumerate(ended):
            if position < too_many or now - job.ended_at > REMEMBERED_S:
                del self._jobs[job.id]

    def _cores(self, job: Job) -> int | None:
        """How many cores the job computes on; None leaves it to its worker."""
        if not self._cluster.shares_cores:
            return None
        return this_machine().cores if job.wide else 1
