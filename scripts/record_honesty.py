"""Record the chapter on honesty once on the real small model, for a page that shows it before anyone runs it.

    python -m scripts.record_honesty

The job that the page runs, with its usual settings, into `assets/alignment/honesty.json`.
"""

from __future__ import annotations

import json

from lib.alignment.honesty.job import ask_everything
from lib.alignment.honesty.recorded import FILE
from lib.alignment.honesty.run import FactAnswered, HonestyRun
from lib.models.catalogue import REAL
from scripts.recorded_facts import facts_of_recording


def main() -> None:
    rows = []
    for event in ask_everything(HonestyRun(REAL)):
        if isinstance(event, FactAnswered):
            rows.append(
                {
                    "question": event.fact.question,
                    "probabilities": [round(each, 6) for each in event.probabilities],
                    "replies": event.replies,
                }
            )
            print(event.right, f"{event.probability:.3f}", event.answer, list(event.replies.values()), flush=True)
    facts = facts_of_recording("scripts/record_honesty.py")
    FILE.write_text(
        json.dumps({"facts": facts, "answers": rows}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
