"""What came of a lesson, with its bounds: printed, and kept in assets/measurements."""

from __future__ import annotations

import datetime
import json
import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.following import WAITS_OFF, FollowedRun
from bench.lesson.playing import TRACE, Played
from bench.lesson.serving import Served
from bench.line import Line, percentile
from lib.models.device import this_machine
from lib.places import ASSETS

FOLDER = ASSETS / "measurements"
PACKAGES = ("streamlit", "distributed", "sqlalchemy", "plotly")
ACTS = {"open": "open a page", "move": "move a slider", "press": "press a button"}
"""What a student does, and waits for; beside it a page's own timer looks for news."""
SETTLED_S = 300
"""After so long the web process has imported and cached what it needs."""
MB = 1_000_000
THIRD = 1 / 3


@dataclass(frozen=True)
class Times:
    """How long the script ran, from the message that asks for it to the one that says it is over."""

    count: int
    p50_ms: float
    p95_ms: float
    longest_ms: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        if not seconds:
            return cls(0, 0.0, 0.0, 0.0)
        told = (percentile(list(seconds), 0.5), percentile(list(seconds), 0.95), max(seconds))
        return cls(len(seconds), *(round(1000 * each, 1) for each in told))


@dataclass(frozen=True)
class Runs:
    """Runs of Live LoRA: `ended` by state, as the app's own log has them."""

    started: int
    ended: dict[str, int]
    turned_away: int
    """Presses of Start at which the queue was full; each was pressed again later."""
    last_over_s: float | None
    """From the first press of Start to the end of the last run, the longer of the lesson's times that had runs; None
    where a run was not over when its student left, or could not be started for the full queue."""
    ran_p50_s: float
    waits_told: int
    within_a_third: int
    wait_error_p95: float
    """As a share of the wait that came."""


@dataclass(frozen=True)
class LessonResult:
    how: str
    web: int
    workers: int
    sessions: int
    minutes: float
    date: str
    processor: str
    cores: int
    versions: dict[str, str]
    all_acts: Times
    acts: dict[str, Times]
    looks: Times
    projector: Times
    web_bytes: list[tuple[int, list[int]]]
    """(Seconds since the beginning, resident memory of each web process), twice a minute."""
    most_web_bytes: int
    web_grown_bytes: int | None
    """Most less least after SETTLED_S, of the web process that moved most; None for a shorter lesson."""
    part_bytes: dict[str, int]
    """At the end, what processes share counted once."""
    processor_s: dict[str, float]
    received_bytes: int
    """By all students, without the app's static files."""
    answers: int
    refused: dict[str, int]
    lost: int
    errors: dict[str, int]
    reloads: int
    sleeps: int
    displaced: int
    runs: Runs

    @property
    def all_errors(self) -> int:
        return sum(self.errors.values()) + self.displaced

    def to_dict(self) -> dict[str, Any]:
        about = "A lesson played by students without browsers: what it cost the server, and whether anything was lost."
        return {"about": about, "source": "python -m bench.lesson in this repository", **asdict(self)}

    def lines(self) -> Iterator[Line]:
        yield Line(f"{self.sessions} sessions: script time of what students do, p95", self.all_acts.p95_ms, "ms", 200)
        yield Line("  web process, most memory", self.most_web_bytes / MB, "MB", 300)
        if self.web_grown_bytes is not None:
            yield Line("  web process, moved after five minutes", self.web_grown_bytes / MB, "MB", 20)
        yield Line("  errors", self.all_errors, "", 0)
        yield Line("  answers lost", self.lost, "", 0)
        yield Line(WAITS_OFF, 100 * self.runs.wait_error_p95, "%", 100 * THIRD)
        if self.runs.last_over_s is not None:
            yield Line("  the last run is over", self.runs.last_over_s, "s", 120)


def result_of(played: Played, served: Served, minutes: float) -> LessonResult:
    seconds = {kind: [s for window, _ in played.students for s in window.seconds[kind]] for kind in (*ACTS, "look")}
    notes = [each for _, each in played.students]
    machine, memory = this_machine(), played.meters.web_bytes
    return LessonResult(
        how=served.how,
        web=len(served.parts["web"]),
        workers=len(served.parts["workers"]),
        sessions=len(notes),
        minutes=minutes,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        processor=machine.processor,
        cores=machine.cores,
        versions={"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        all_acts=Times.of([each for kind in ACTS for each in seconds[kind]]),
        acts={kind: Times.of(seconds[kind]) for kind in ACTS},
        looks=Times.of(seconds["look"]),
        projector=Times.of([each for kind in played.projector.seconds.values() for each in kind]),
        web_bytes=[(round(at_s), sizes) for at_s, sizes in memory[::6]],
        most_web_bytes=max(max(sizes) for _, sizes in memory),
        web_grown_bytes=_grown([sizes for at_s, sizes in memory if at_s >= SETTLED_S]),
        part_bytes=played.part_bytes,
        processor_s={name: round(spent, 1) for name, spent in played.processor_s.items()},
        received_bytes=sum(window.received_bytes for window, _ in played.students),
        answers=sum(len(each.answers) for each in notes),
        refused=dict(Counter(words for each in notes for words in each.refused)),
        lost=played.lost,
        errors=_errors(played),
        reloads=sum(each.reloads for each in notes),
        sleeps=sum(each.sleeps for each in notes),
        displaced=sum(each.displaced for each in notes),
        runs=_runs(played),
    )


def _grown(sizes: list[list[int]]) -> int | None:
    return max(max(each) - min(each) for each in zip(*sizes, strict=True)) if sizes else None


def _errors(played: Played) -> dict[str, int]:
    """Shown on a page, in the app's log, and sessions that ended before their time, by what ended them."""
    shown = sum(window.errors for window, _ in played.students) + played.projector.errors
    logged = Counter(
        f"{each['event']}: {each['error']} {each.get('where', '')}".strip()
        for each in played.log
        if each["event"] in ("script error", "job error", "thread error", TRACE)
    )
    troubles = Counter(trouble for _, notes in played.students for trouble in notes.troubles)
    return {name: count for name, count in {"on a page": shown, **logged, **troubles}.items() if count}


def _runs(played: Played) -> Runs:
    runs = [run for _, notes in played.students for run in notes.runs]
    ended = [each for each in played.log if each["event"] == "job ended"]
    wrong = [share for run in runs for share in run.wrong()]
    all_over = bool(runs) and all(run.over_at for run in runs) and len(runs) >= len(played.students)
    return Runs(
        started=len(runs),
        ended=dict(Counter(each["state"] for each in ended)),
        turned_away=sum(notes.turned_away for _, notes in played.students),
        last_over_s=round(max(map(_over_after, _sittings(runs))), 1) if all_over else None,
        ran_p50_s=percentile([each["ran_s"] for each in ended], 0.5) if ended else 0.0,
        waits_told=len(wrong),
        within_a_third=sum(share <= THIRD for share in wrong),
        wait_error_p95=round(percentile(wrong, 0.95), 3) if wrong else 0.0,
    )


def _sittings(runs: list[FollowedRun]) -> Iterator[list[FollowedRun]]:
    """Runs whose presses of Start are less than a minute apart, without a gap."""
    together: list[FollowedRun] = []
    for run in sorted(runs, key=lambda each: each.pressed_at):
        if together and run.pressed_at - together[-1].pressed_at > 60:
            yield together
            together = []
        together.append(run)
    if together:
        yield together


def _over_after(runs: list[FollowedRun]) -> float:
    return max(run.over_at for run in runs) - min(run.pressed_at for run in runs)


def read(name: str) -> LessonResult:
    kept = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    del kept["about"], kept["source"]
    times = {each: Times(**kept[each]) for each in ("all_acts", "looks", "projector")}
    acts = {kind: Times(**each) for kind, each in kept["acts"].items()}
    return LessonResult(**{**kept, **times, "acts": acts, "runs": Runs(**kept["runs"])})


def write(result: LessonResult, name: str) -> Path:
    file = FOLDER / f"{name}.json"
    file.write_text(json.dumps(result.to_dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return file
