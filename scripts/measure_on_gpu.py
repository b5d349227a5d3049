"""Measure everything that only a GPU can show, within minutes: what `make gpu` runs.

    python -m scripts.measure_on_gpu                 # the GPU here, 9 minutes, into assets/measurements
    python -m scripts.measure_on_gpu --device cpu    # tiny models, into build/measurements: shows that it all runs

Items (`scripts/gpu_items.py`) are measured most valuable first. Each is recorded as soon as it is measured, with
device, date and versions: peaks in memory.json, precisions in quantization-gpu.json, and a line of what became of each
item in gpu.json. What is recorded for this device and these versions is not measured again. An item that is expected
to take longer than what is left is left out, which is said, and one that fails does not stop the others.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import json
import os
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

STARTED = time.monotonic()  # before torch is imported, which takes its share of the time
os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing here is fetched

import torch  # noqa: E402

from lib.errors import is_out_of_memory  # noqa: E402
from lib.models.shared import COPIES  # noqa: E402
from lib.places import ROOT  # noqa: E402
from scripts import measure_memory  # noqa: E402
from scripts.gpu_items import Item, items  # noqa: E402
from scripts.whole_files import write_whole  # noqa: E402

PLACES = {"cuda": ROOT / "assets" / "measurements", "cpu": ROOT / "build" / "measurements"}
MEASURED, OUT_OF_MEMORY, FAILED, OUT_OF_TIME = "measured", "out of memory", "failed", "out of time"


class OutOfTime(BaseException):
    """The time for all of it is over; no `except Exception` on the way up takes it for its own."""


@dataclass(frozen=True)
class Log:
    """What became of each item, in gpu.json."""

    file: Path
    device: str
    versions: dict[str, str]

    def records(self) -> list[dict]:
        return json.loads(self.file.read_text(encoding="utf-8")) if self.file.exists() else []

    def outcome(self, name: str) -> str | None:
        """What became of this item on this device with these versions."""
        known = (record for record in self.records() if self._is_of(record, name))
        return next((record["outcome"] for record in known if record["versions"] == self.versions), None)

    def has(self, name: str) -> bool:
        """Whether there is nothing left to find out about this item here; what failed is tried again."""
        return self.outcome(name) in (MEASURED, OUT_OF_MEMORY)

    def add(self, name: str, outcome: str, seconds: float, found: dict) -> None:
        record = {
            "item": name,
            "outcome": outcome,
            **found,
            "seconds": round(seconds, 2),
            "device": self.device,
            "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            "versions": self.versions,
            "source": "scripts/measure_on_gpu.py in this repository",
        }
        others = [each for each in self.records() if not self._is_of(each, name)]
        write_whole(self.file, [*others, record])

    def forget(self) -> None:
        """Everything of this device."""
        write_whole(self.file, [record for record in self.records() if record["device"] != self.device])

    def _is_of(self, record: dict, name: str) -> bool:
        return record["item"] == name and record["device"] == self.device


class Pace:
    """How this machine compares with what was expected: the middle one of all items so far."""

    def __init__(self) -> None:
        self._ratios: list[float] = []

    def seconds(self, item: Item) -> float:
        return item.expected_s * (statistics.median(self._ratios) if self._ratios else 1.0)

    def learn(self, item: Item, took_s: float) -> None:
        self._ratios.append(took_s / item.expected_s)


def measure_all(
    planned: list[Item],
    log: Log,
    until_s: float,
    answers: Callable[[], bool] = lambda: True,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, str]:
    """Measure what the log lacks until `clock()` is `until_s`; the outcome of every item tried.

    Ends early if the device no longer answers: after some errors CUDA is of no use to the process that met them.
    """
    pace, outcomes = Pace(), {}
    for item in planned:
        if log.has(item.name):
            print(f"{item.name}: recorded before", flush=True)
            continue
        began = clock()
        left_s = until_s - began
        if pace.seconds(item) > left_s:
            print(f"{item.name}: left out, {pace.seconds(item):.0f} s expected and {left_s:.0f} s left", flush=True)
            continue
        outcome, found = outcome_of(item, left_s)
        took_s = clock() - began
        print(f"{item.name}: {outcome}, {took_s:.1f} s (expected {pace.seconds(item):.0f} s) {found}", flush=True)
        outcomes[item.name] = outcome
        if outcome != OUT_OF_TIME:
            log.add(item.name, outcome, took_s, found)
        if outcome == MEASURED:
            pace.learn(item, took_s)
        with suppress(RuntimeError):  # of a device that no longer answers, which is asked next
            give_memory_back()
        if not answers():
            break
    return outcomes


def outcome_of(item: Item, left_s: float) -> tuple[str, dict]:
    """What became of it, and its figures or what went wrong; the error, which holds on to tensors, ends here."""
    try:
        with _alarm(left_s):
            return MEASURED, item.measure() or {}
    except OutOfTime:
        return OUT_OF_TIME, {}
    except (Exception, SystemExit) as error:
        said = next(iter(str(error).strip().splitlines()), "")
        return (OUT_OF_MEMORY if is_out_of_memory(error) else FAILED), {"said": f"{type(error).__name__}: {said}"[:400]}


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """OutOfTime in the block once so many seconds have passed."""

    def ring(*_: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def give_memory_back() -> None:
    COPIES.free_unused()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def device_answers(device: str) -> bool:
    """Whether it still works in this process: after an illegal access CUDA has an error for everything that follows."""
    try:
        return torch.ones(1, device=device).item() == 1.0
    except RuntimeError:
        return False


def start_again(arguments: argparse.Namespace, failed: list[str], until_s: float) -> None:
    """In a new process, for the time that is left, without what failed in this one."""
    leave_out = [option for name in (*arguments.leave_out, *failed) for option in ("--leave-out", name)]
    minutes = (until_s - time.monotonic()) / 60
    options = ["--device", arguments.device, "--minutes", f"{minutes:.3f}", "--out", str(arguments.out)]
    print("The GPU no longer answers this process; going on in a new one.", flush=True)
    os.execv(sys.executable, [sys.executable, "-m", "scripts.measure_on_gpu", *options, *leave_out])


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=PLACES, default="cuda")
    parser.add_argument("--minutes", type=float, default=9.0, help="for all of it, imports included")
    parser.add_argument("--out", type=Path, help="a folder; assets/measurements for a GPU")
    parser.add_argument("--fresh", action="store_true", help="forget what is recorded of this device")
    parser.add_argument("--leave-out", action="append", default=[], metavar="ITEM")
    arguments = parser.parse_args(given)
    arguments.out = arguments.out or PLACES[arguments.device]
    arguments.out.mkdir(parents=True, exist_ok=True)
    log = Log(arguments.out / "gpu.json", measure_memory.device(arguments.device), measure_memory.versions())
    if arguments.fresh:
        log.forget()
        measure_memory.forget(arguments.device, arguments.out / "memory.json")
    planned = items(arguments.device, arguments.out)
    tried = [item for item in planned if item.name not in arguments.leave_out]
    until_s = STARTED + 60 * arguments.minutes
    answers = partial(device_answers, arguments.device)
    outcomes = measure_all(tried, log, until_s, answers)
    if outcomes and not answers() and time.monotonic() < until_s:  # where nothing was tried, nothing more would be
        start_again(arguments, [name for name, outcome in outcomes.items() if outcome == FAILED], until_s)
    missing = [item.name for item in planned if not log.has(item.name)]
    failed = [name for name in missing if log.outcome(name) == FAILED]
    print(
        f"{len(planned) - len(missing)} of {len(planned)} items are recorded in {arguments.out}, {len(failed)} failed."
    )
    if missing:
        print("`make gpu` again goes on with what is missing.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
