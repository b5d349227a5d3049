"""Time a request with each kind of adapter on this machine, and record it for the chapter on adapters.

    OMP_NUM_THREADS=1 python -m scripts.record_adapter_times

It is the job that the page starts, with more rounds; what stays is `assets/lesson/adapter_times.json`.
"""

from __future__ import annotations

import argparse
import datetime
import json
from dataclasses import asdict
from pathlib import Path

from lib.lesson.adapters.timing import Ready, TimingRun
from lib.lesson.adapters.timing_job import time_adapters
from lib.models import catalogue
from lib.models.device import this_machine
from lib.places import ASSETS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ASSETS / "lesson" / "adapter_times.json")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--model", default=catalogue.BUNDLED, choices=list(catalogue.catalogue()))
    arguments = parser.parse_args()
    run = TimingRun(model=arguments.model, rounds=arguments.rounds)
    ready, *timed = time_adapters(run)
    assert isinstance(ready, Ready)
    device = this_machine().processor if ready.device == "cpu" else ready.device
    told = {
        "about": "Seconds of a request with each kind of adapter: round, variant, prefill, decode of one token.",
        "source": "scripts/record_adapter_times.py in this repository",
        "device": f"{device}, {ready.threads} thread{'s' * (ready.threads != 1)}",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "run": asdict(run),
        "ready": asdict(ready),
        "timed": [[each.round, each.variant, round(each.prefill_s, 6), round(each.decode_s, 6)] for each in timed],
    }
    text = json.dumps(told, ensure_ascii=False)
    text = text.replace('"run":', '\n"run":').replace('"timed":', '\n"timed":').replace("], [", "],\n[")
    arguments.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
