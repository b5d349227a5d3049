"""Play a lesson, print its numbers beside their bounds, and keep them where --keep names it. Status 1 if one fails."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from bench.lesson.acts import lesson
from bench.lesson.playing import play
from bench.lesson.result import result_of, write
from bench.lesson.serving import hall, one_machine


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m bench.lesson", description=__doc__)
    asked.add_argument("--sessions", type=int, default=40, help="students")
    asked.add_argument("--minutes", type=float, default=30.0, help="how long the lesson is")
    asked.add_argument("--web", type=int, default=0, help="web processes of a hall; without it, one machine's app")
    asked.add_argument("--workers", type=int, default=2, help="of the hall's Dask cluster")
    asked.add_argument("--keep", metavar="NAME", help="write assets/measurements/NAME.json")
    given = asked.parse_args()
    serving = hall(given.web, given.workers) if given.web else one_machine()
    with serving as served:
        result = result_of(asyncio.run(play(served, given.sessions, lesson(given.minutes))), served, given.minutes)
    print(result.how, result.to_dict() if not given.keep else write(result, given.keep), sep="\n")
    lines = list(result.lines())
    print(*lines, sep="\n")
    return int(not all(line.passed for line in lines))


if __name__ == "__main__":
    sys.exit(main())
