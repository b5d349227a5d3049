"""Record the chapter on honesty once on the real small model, for a page that shows it before anyone runs it.

    python scripts/record_honesty.py

The job that the page runs, with its usual settings, into `assets/alignment/honesty.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lib.alignment.honesty.job import ask_everything  # noqa: E402
from lib.alignment.honesty.recorded import FILE  # noqa: E402
from lib.alignment.honesty.run import FactAnswered, HonestyRun  # noqa: E402
from lib.models.catalogue import REAL  # noqa: E402
from scripts.recorded_facts import facts_of_recording  # noqa: E402


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
