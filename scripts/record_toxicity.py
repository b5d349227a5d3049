"""Record the chapter on toxicity once on the real small model, for a page that shows it before anyone runs it.

    python -m scripts.record_toxicity

The job that the page runs, with its usual settings, into `assets/alignment/toxicity.json`.
"""

from __future__ import annotations

import json

from lib.alignment.toxicity.job import learn_to_flag
from lib.alignment.toxicity.recorded import FILE
from lib.alignment.toxicity.run import ToxicityRun
from lib.models.catalogue import REAL
from scripts.recorded_facts import facts_of_recording


def main() -> None:
    *_, scored = learn_to_flag(ToxicityRun(REAL))
    for text, score in zip(scored.texts, scored.scores, strict=True):
        print(f"{score:.2f} {text.kind:7} {text.text}")
    told = {
        "facts": facts_of_recording("scripts/record_toxicity.py"),
        "weights": scored.weights,
        "seconds": scored.seconds,
        "scores": [
            {"text": text.text, "score": round(score, 6)}
            for text, score in zip(scored.texts, scored.scores, strict=True)
        ],
    }
    FILE.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
