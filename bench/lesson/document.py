"""`python -m bench.lesson.document`: the tables of docs/load.md anew, from what is kept in assets/measurements."""

from __future__ import annotations

import re

from bench.lesson.growth import Need, need
from bench.lesson.result import ACTS, MB, LessonResult, read
from lib.places import ROOT

DOCUMENT = ROOT / "docs" / "load.md"
CLASS, HALL = "lesson-40", "lesson-200"
MANY = (40, 200, 1_000, 10_000)
GB = 1_000_000_000


def tables() -> dict[str, str]:
    """By the name that the document gives the place of each."""
    a_class, a_hall = read(CLASS), read(HALL)
    return {
        "lesson": _table(
            ["", "bound", *(f"{each.sessions} students" for each in (a_class, a_hall))], _lesson(a_class, a_hall)
        ),
        "memory": _table(["minute", "MB"], _memory(a_class)),
        "growth": _table(
            ["", *(f"{each:,}" for each in MANY)], _growth([need((a_class, a_hall), each) for each in MANY])
        ),
    }


def _lesson(*lessons: LessonResult) -> list[list[str]]:
    def row(name: str, bound: str, tell) -> list[str]:
        return [name, bound, *(tell(each) for each in lessons)]

    parts = {part for each in lessons for part in each.processor_s}
    return [
        row("served by", "", lambda e: e.how),
        row("minutes", "", lambda e: f"{e.minutes:g}"),
        row("on", "", lambda e: f"{e.processor}, {e.cores} cores, {e.date}"),
        row("what students do, script time p50 / p95, ms", "200", lambda e: _ms(e.all_acts)),
        *(row(f"· {said}", "", lambda e, kind=kind: _ms(e.acts[kind])) for kind, said in ACTS.items()),
        row("a page's timer looks for news", "", lambda e: _ms(e.looks)),
        row("scripts run a second", "", lambda e: f"{(e.all_acts.count + e.looks.count) / 60 / e.minutes:.0f}"),
        row("a web process, most memory, MB", "300", lambda e: f"{e.most_web_bytes / MB:.0f}"),
        row("· moved after five minutes, MB", "20", _moved),
        row("errors", "0", lambda e: str(e.all_errors)),
        row("answers given / lost", "0 lost", lambda e: f"{e.answers:,} / {e.lost}"),
        row("reloads, sleeps / room gone afterwards", "0 gone", lambda e: f"{e.reloads}, {e.sleeps} / {e.displaced}"),
        row("runs done of those started", "", lambda e: f"{e.runs.ended.get('done', 0)} of {e.runs.started}"),
        row("presses of Start that met a full queue", "", lambda e: str(e.runs.turned_away)),
        row("all press Start: the last run is over, s", "120", _last_over),
        row("waiting times told / within a third", "", lambda e: f"{e.runs.waits_told:,} / {e.runs.within_a_third:,}"),
        row("· off by, p95", "33%", lambda e: f"{e.runs.wait_error_p95:.0%}"),
        *(row(f"processor, {part}, s", "", lambda e, part=part: _spent(e, part)) for part in sorted(parts)),
        row("sent to all students, MB", "", lambda e: f"{e.received_bytes / MB:.0f}"),
    ]


def _ms(times) -> str:
    return f"{times.p50_ms:.0f} / {times.p95_ms:.0f}"


def _last_over(measured: LessonResult) -> str:
    return "not within the lesson" if measured.runs.last_over_s is None else f"{measured.runs.last_over_s:.0f}"


def _moved(measured: LessonResult) -> str:
    return "–" if measured.web_grown_bytes is None else f"{measured.web_grown_bytes / MB:.1f}"


def _spent(measured: LessonResult, part: str) -> str:
    return f"{measured.processor_s[part]:.0f}" if part in measured.processor_s else "–"


def _memory(measured: LessonResult) -> list[list[str]]:
    """Once in two minutes."""
    every = [(at_s, sizes) for at_s, sizes in measured.web_bytes if round(at_s / 30) % 4 == 0]
    return [[f"{at_s / 60:.0f}", f"{max(sizes) / MB:.1f}"] for at_s, sizes in every]


def _growth(needs: list[Need]) -> list[list[str]]:
    def row(name: str, tell) -> list[str]:
        return [name, *(tell(each) for each in needs)]

    return [
        row("rooms of 500", lambda n: f"{n.rooms}"),
        row("web processes, at most half busy", lambda n: f"{n.web_processes:,}"),
        row("· cores they keep busy", lambda n: f"{n.web_cores:.1f}"),
        row("· their memory, GB", lambda n: f"{n.web_bytes / GB:.1f}"),
        row("workers, if all press Start at once", lambda n: f"{n.workers:,}"),
        row("· their memory, GB", lambda n: f"{n.worker_bytes / GB:.1f}"),
        row("database, cores", lambda n: f"{n.database_cores:.2f}"),
        row("proxy, cores", lambda n: f"{n.proxy_cores:.2f}"),
        row("Dask scheduler, cores", lambda n: f"{n.scheduler_cores:.2f}"),
        row("traffic, Mbit/s", lambda n: f"{n.traffic_bits_per_s / 1e6:.1f}"),
    ]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_tables(text: str, made: dict[str, str]) -> str:
    """The document with each table in its place, between `<!-- name -->` and `<!-- end of name -->`."""
    for name, table in made.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        text = re.sub(f"{begin}.*?{end}", lambda _, t=table, b=begin, e=end: f"{b}\n\n{t}\n\n{e}", text, flags=re.S)
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8"), tables()), encoding="utf-8")
