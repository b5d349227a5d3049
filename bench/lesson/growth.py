"""What more students need, computed from the lessons that were measured: everything in proportion to the students, and
each part as dear as in the dearer lesson.

    cores of a part        = its processor seconds / (students · seconds of the lesson) · students
    web processes          = cores of the web / BUSY_AT_MOST, since one process computes on one core
    workers                = seconds of a run · students / RUNS_OVER_S, where all press Start at once
    traffic                = bytes received / (students · seconds of the lesson) · students
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bench.lesson.result import LessonResult
from lib.classroom.records import MOST_MEMBERS

BUSY_AT_MOST = 0.5
"""Of its core, that a web process may be busy on average: the rest is for moments when a class moves at once."""
RUNS_OVER_S = 120.0
"""All press Start: the last run is over after so long, as is promised for forty."""


@dataclass(frozen=True)
class Need:
    """What so many students need at once."""

    students: int
    rooms: int
    web_processes: int
    web_cores: float
    web_bytes: float
    workers: int
    worker_bytes: float
    database_cores: float
    proxy_cores: float
    scheduler_cores: float
    traffic_bits_per_s: float


def need(lessons: Sequence[LessonResult], students: int) -> Need:
    """In proportion to what was measured. Memory of a web process is its most, whatever its students."""

    def cores(part: str) -> float:
        return students * max(each.processor_s.get(part, 0.0) / _student_s(each) for each in lessons)

    web = math.ceil(cores("web") / BUSY_AT_MOST)
    run_s = max(each.processor_s["workers"] / each.runs.ended["done"] for each in lessons)
    workers = math.ceil(run_s * students / RUNS_OVER_S)
    return Need(
        students=students,
        rooms=math.ceil(students / MOST_MEMBERS),
        web_processes=web,
        web_cores=cores("web"),
        web_bytes=web * max(each.most_web_bytes for each in lessons),
        workers=workers,
        worker_bytes=workers * max(each.part_bytes["workers"] / each.workers for each in lessons),
        database_cores=cores("database"),
        proxy_cores=cores("proxy"),
        scheduler_cores=cores("scheduler"),
        traffic_bits_per_s=8 * students * max(each.received_bytes / _student_s(each) for each in lessons),
    )


def _student_s(measured: LessonResult) -> float:
    return measured.sessions * 60 * measured.minutes
