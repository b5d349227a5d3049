"""The dask.distributed side: worker processes on this machine, or a cluster elsewhere.

Local workers are started by a command of their own, not by `multiprocessing`: a spawned child would import
the Streamlit app again as its main module. They carry one thread each, so that a worker runs one job.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter

import dask
from distributed import Client, LocalCluster

from lib.engine.errors import EngineError
from lib.engine.queue import Place
from lib.models.device import computes_on, this_machine
from lib.places import ROOT

WORKER_ENVIRONMENT = {
    # How long threads of one job spin while they wait for each other (GNU OpenMP's own count). Its usual 300,000 makes
    # a step many times slower as soon as anything else wants the cores; with none at all they are slow to wake.
    # Measured on two cores beside other work, a LoRA step of SmolLM2-135M: 0 takes 1.3 s, 1,000 0.8 s, 100,000 4.5 s.
    "GOMP_SPINCOUNT": "1000",
    # What one step frees the next one takes. To ask the kernel for its pages anew each time is a sixth of a step
    # (measured: 210,000 page faults in 25 steps of the bundled model where all above 128 KiB went back at once, 15,000
    # with these; they put 5 MB on its peak, and 90 MB on that of SmolLM2-135M).
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20),
    # oneDNN keeps the code it has made for each shape of a product; 32 are as fast here as its 1,024, and 35 MB less.
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "32",
    "TOKENIZERS_PARALLELISM": "false",
    # A job that may use more cores is given them when it starts.
    "OMP_NUM_THREADS": "1",
}
CONNECT_TIMEOUT = "10s"
SETTINGS = {
    # A job that lost its worker is reported, not silently run again: its student decides.
    "distributed.scheduler.allowed-failures": 0,
    # The scheduler keeps the newest events of a topic, checkpoints among them; the engine keeps them by job.
    "distributed.admin.low-level-log-length": 1,
    # By the system's clock it would take every worker for dead once that is set ahead. Ours are watched as processes.
    "distributed.scheduler.worker-ttl": None,
    "distributed.worker.profile.enabled": False,  # it looks at the job's thread a hundred times a second
    "logging": {"distributed": "error"},
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
}


class Cluster:
    """Workers that a client's scheduler knows, each at the place that it says it computes on."""

    client: Client

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, int]] = {}
        """Name and memory of each worker's place, by its address."""

    def places(self) -> tuple[Place, ...]:
        """Where jobs can run now. It asks the workers, so no lock may be held that events wait for."""
        addresses = set(self.client.nthreads())
        if new := addresses - self._found.keys():
            self._found |= self.client.run(computes_on, workers=list(new), on_error="ignore")
        self._found = {address: found for address, found in self._found.items() if address in addresses}
        return tuple(Place(name, slots, size) for (name, size), slots in Counter(self._found.values()).items())

    def workers_at(self, place: str) -> list[str] | None:
        """The addresses of those that were there when `places` was last asked; None if a job may go to any."""
        return [address for address, (name, _) in self._found.items() if name == place] or None


class LocalWorkers(Cluster):
    """A scheduler in this process and worker processes beside it, each replaced when it dies."""

    def __init__(self, warm_modules: tuple[str, ...] = ()) -> None:
        super().__init__()
        dask.config.set(SETTINGS)
        self._environments = _environments()
        self._warm_modules = warm_modules
        self._cluster = LocalCluster(
            n_workers=0,
            processes=False,
            protocol="tcp://",
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        )
        self.client = Client(self._cluster, set_as_default=False)
        self._scratch = tempfile.TemporaryDirectory(prefix="finetuning-lab-")
        self._processes = [self._launch(environment) for environment in self._environments]

    def places(self) -> tuple[Place, ...]:
        """On cards as everywhere; on one processor all workers, also those that are only just starting."""
        if not self.shares_cores:
            return super().places()
        name, memory_bytes = computes_on()
        return (Place(name, len(self._processes), memory_bytes),)

    is_shared = False
    """Whether other web processes may use the same workers."""

    @property
    def shares_cores(self) -> bool:
        """Whether all workers compute on the same processor, and so in each other's way."""
        return not any(self._environments)

    @property
    def process_ids(self) -> tuple[int, ...]:
        return tuple(process.pid for process in self._processes)

    def replace_dead(self) -> None:
        """Start a new process for each that has ended."""
        for index, process in enumerate(self._processes):
            if process.poll() is not None:
                self._processes[index] = self._launch(self._environments[index])

    def end_hung(self, task: str) -> None:
        """Kill the worker that computes this task: it hangs and does not listen. `replace_dead` starts another."""
        workers = self.client.scheduler_info(n_workers=-1)["workers"]
        hung = {workers[address]["name"] for address, tasks in self.client.processing().items() if task in tasks}
        for process in self._processes:
            if str(process.pid) in hung:
                process.kill()

    def close(self) -> None:
        for process in self._processes:
            process.terminate()
        self.client.close()
        self._cluster.close()
        for process in self._processes:
            process.wait(10)
        self._scratch.cleanup()

    def _launch(self, environment: dict[str, str]) -> subprocess.Popen:
        command = [sys.executable, "-m", "lib.engine.local_worker", self._cluster.scheduler_address]
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**WORKER_ENVIRONMENT, **environment}
        variables = {**os.environ, **environment, "PYTHONPATH": os.pathsep.join(paths)}
        return subprocess.Popen(
            [*command, self._scratch.name, *self._warm_modules], cwd=ROOT, env=variables, stdin=subprocess.DEVNULL
        )


def _environments() -> list[dict[str, str]]:
    """Of each worker process: one a GPU, else one a core, or as many as WORKERS in the environment says.

    A small model trains faster on one core than on two, whose threads wait for each other between small products
    (measured: a LoRA step of 4 x 36 tokens takes 55 ms on one and 100 ms on two), and two runs go side by side.
    """
    machine = this_machine()
    count = _whole_number_of("WORKERS") or len(machine.gpus) or machine.cores
    return [{"CUDA_VISIBLE_DEVICES": str(index % len(machine.gpus))} if machine.gpus else {} for index in range(count)]


def _whole_number_of(variable: str) -> int | None:
    text = os.environ.get(variable, "")
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise EngineError(f"{variable} = {text[:40]!r} must be a whole number of worker processes from 1 to 256")
    return int(text)


class RemoteCluster(Cluster):
    """Workers of a Dask cluster that somebody else runs; each needs this repository on its PYTHONPATH."""

    def __init__(self, address: str) -> None:
        super().__init__()
        dask.config.set(SETTINGS)
        try:
            self.client = Client(address, set_as_default=False, timeout=CONNECT_TIMEOUT)
        except (OSError, TimeoutError, ValueError) as error:
            raise EngineError(
                f"No Dask scheduler answers at SCHEDULER_ADDRESS={address}; start one there or unset the variable"
            ) from error

    shares_cores = False
    is_shared = True

    @property
    def process_ids(self) -> tuple[int, ...]:
        return ()

    def replace_dead(self) -> None:
        """Another machine's workers are its operator's to start."""

    def end_hung(self, task: str) -> None:
        """Another machine's worker is its operator's to end."""

    def close(self) -> None:
        self.client.close()
