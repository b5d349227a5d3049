"""Record the app's own case of small against big: kopi blanks by each model as it is, prompted and tuned.

    OMP_NUM_THREADS=1 python -m scripts.record_small_against_big

It makes the very comparison that the page makes, one run after another, and writes
`assets/measurements/small_against_big.json`.
"""

from __future__ import annotations

import json

from lib.lesson.scaling.small_big import BIG, RECORDED, comparison, contenders, to_rows
from lib.models.catalogue import BUNDLED
from lib.training.comparing.job import compare
from lib.training.comparing.outcomes import columns
from scripts.recorded_facts import facts_of_recording


def main() -> None:
    wanted = comparison((BUNDLED, BIG))
    told = []
    for each in compare(wanted):
        told.append(each)
        if type(each).__name__ == "RunFailed" or type(each.event).__name__ == "Finished":
            print(each if not hasattr(each, "event") else (each.setting, each.event.seconds), flush=True)
    found = contenders(columns(wanted, told))
    result = {
        "about": "The comparison of the page on model sizes, made once.",
        **facts_of_recording("scripts/record_small_against_big.py in this repository", "peft"),
        "seed": wanted.seeds[0],
        "steps": {each.run.model: each.run.steps for each in wanted.settings},
        "contenders": to_rows(found),
    }
    RECORDED.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
