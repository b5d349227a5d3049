"""Record the chapter on toxicity once on the real small model, for a page that shows it before anyone runs it.

    python scripts/record_toxicity.py

The job that the page runs, with its usual settings, into `assets/alignment/toxicity.json`.
"""

from __future__ import annotations

import datetime
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lib.alignment.toxicity.job import learn_to_flag  # noqa: E402
from lib.alignment.toxicity.recorded import FILE  # noqa: E402
from lib.alignment.toxicity.run import ToxicityRun  # noqa: E402
from lib.models.catalogue import REAL, find  # noqa: E402
from lib.models.device import this_machine  # noqa: E402
from lib.models.origin import origin  # noqa: E402


def main() -> None:
    *_, scored = learn_to_flag(ToxicityRun(REAL))
    for text, score in zip(scored.texts, scored.scores, strict=True):
        print(f"{score:.2f} {text.kind:7} {text.text}")
    told = {
        "facts": {
            "model": REAL,
            "weights_by_way_of": origin(find(REAL)).by_way_of,
            "device": this_machine().processor,
            "threads": torch.get_num_threads(),
            "date": datetime.date.today().isoformat(),
            "versions": {
                "python": platform.python_version(),
                **{name: version(name) for name in ("torch", "transformers")},
            },
            "source": "scripts/record_toxicity.py",
        },
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
