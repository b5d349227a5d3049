"""Record the app's own case of small against big: kopi blanks by each model as it is, prompted and tuned.

    OMP_NUM_THREADS=1 python -m scripts.record_small_against_big

It makes the very comparison that the page makes, one run after another, and writes
`assets/measurements/small_against_big.json`.
"""

from __future__ import annotations

import datetime
import json

import torch
import transformers

from lib.lesson.scaling.small_big import BIG, RECORDED, comparison, contenders, to_rows
from lib.models.catalogue import BUNDLED
from lib.models.device import this_machine
from lib.training.comparing.job import compare
from lib.training.comparing.outcomes import columns


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
        "source": "scripts/record_small_against_big.py in this repository",
        "seed": wanted.seeds[0],
        "steps": {each.run.model: each.run.steps for each in wanted.settings},
        "device": f"{this_machine().processor}, {torch.get_num_threads()} thread",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "contenders": to_rows(found),
    }
    RECORDED.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
