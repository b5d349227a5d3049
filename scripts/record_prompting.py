"""Record the chapter on prompting once on the real small model, for a page that shows it before anyone runs it.

    OMP_NUM_THREADS=1 python -m scripts.record_prompting [examples|orders|wordings|soft|lora ...]

Each part is the same job that the page runs, with the page's own settings; what it tells goes into
`assets/lesson/prompting.json`, a part at a time.
"""

from __future__ import annotations

import dataclasses
import json
import sys

from lib.lesson.prompting import runs
from lib.lesson.prompting.recorded import FILE
from lib.lesson.prompting.scoring_job import ask_in_every_way
from lib.lesson.prompting.task import USUAL_WORDING, WORDINGS
from lib.lesson.prompting.ways_job import every_way
from lib.models.catalogue import REAL
from scripts.recorded_facts import facts_of_recording

ASKED = {
    "examples": lambda: runs.by_examples(REAL, USUAL_WORDING, 0),
    "orders": lambda: runs.by_order(REAL, USUAL_WORDING, 0),
    "wordings": lambda: runs.by_wording(REAL, tuple(WORDINGS), 0),
}
TUNED = {"soft": (runs.PROMPTED, runs.SOFT), "lora": (runs.LORA,)}


def asked(part: str) -> dict:
    """The part that puts prompts to the model."""
    *scored, weights = ask_in_every_way(ASKED[part]())
    for each in scored:
        print(part, each.asked.name, each.score.right, each.score.favourite, round(each.score.seconds, 1), flush=True)
    return {part: [dataclasses.asdict(each) for each in scored], "weights": dataclasses.asdict(weights)}


def tuned(part: str) -> dict:
    """Some of the three ways, put among those that are recorded by then."""
    ways, nearest = {}, None
    for event in every_way(runs.WaysRun(REAL, ways=TUNED[part])):
        if isinstance(event, runs.WayScore):
            ways[event.way] = dataclasses.asdict(event)
            print(event.way, event.score.right, round(event.seconds), flush=True)
        elif isinstance(event, runs.NearestWords):
            nearest = dataclasses.asdict(event)
        else:
            print(event, flush=True)
    before = so_far()
    ways = {each["way"]: each for each in before.get("ways", ())} | ways
    order = [way for way in runs.WaysRun(REAL).ways if way in ways]
    return {"ways": [ways[way] for way in order], "nearest": nearest or before.get("nearest")}


def so_far() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def main(parts: list[str]) -> None:
    for part in parts or [*ASKED, *TUNED]:
        found = asked(part) if part in ASKED else tuned(part)
        told = so_far() | found | {"facts": facts_of_recording("scripts/record_prompting.py", "peft", "tokenizers")}
        FILE.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
