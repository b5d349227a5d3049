"""What more students need, computed from a lesson that was measured: everything in proportion to the students.

cores of a part        = its processor seconds / (students · seconds of the lesson) · students
web processes          = cores of the web / BUSY_AT_MOST, since one process computes on one core
workers                = seconds of a run · students / RUNS_OVER_S, where all press Start at once
traffic                = bytes received / (students · seconds of the lesson) · students
"""

from __future__ import annotations

import math
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


def need(measured: LessonResult, students: int) -> Need:
    """In proportion to a hall's lesson. Memory of a web process is its most, whatever its students."""
    student_s = measured.sessions * 60 * measured.minutes

    def cores(part: str) -> float:
        return measured.processor_s[part] / student_s * students

    web = math.ceil(cores("web") / BUSY_AT_MOST)
    runs = measured.runs.ended.get("done", 0)
    run_s = measured.processor_s["workers"] / runs if runs else math.nan
    workers = math.ceil(run_s * students / RUNS_OVER_S)
    return Need(
        students=students,
        rooms=math.ceil(students / MOST_MEMBERS),
        web_processes=web,
        web_cores=cores("web"),
        web_bytes=web * measured.most_web_bytes,
        workers=workers,
        worker_bytes=workers * measured.part_bytes["workers"] / measured.workers,
        database_cores=cores("database"),
        proxy_cores=cores("proxy"),
        scheduler_cores=cores("scheduler"),
        traffic_bits_per_s=8 * measured.received_bytes / student_s * students,
    )
