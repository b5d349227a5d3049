"""Record what GRPO achieves on the real small model, for a page that says so before anyone waits for it.

    python -m scripts.record_grpo

The job that the page runs, with its usual settings, into `assets/alignment/grpo.json`.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from statistics import mean

from lib.alignment.policy.job import optimise
from lib.alignment.policy.recorded import FILE
from lib.alignment.policy.run import Examined
from lib.alignment.policy.usual import usual_grpo_run
from lib.models.catalogue import REAL
from scripts.recorded_facts import facts_of_recording

KEPT = ("beta", "learning_rate", "steps", "batch_size", "group", "examined", "seed")


def main() -> None:
    run, began = usual_grpo_run(REAL), time.monotonic()
    looks = []
    for event in optimise(run):
        if isinstance(event, Examined):
            looks.append(event)
            print(event.step, f"{mean(event.rewards):.2f}", f"{event.kl_nats:.1f} nats", flush=True)
    print(f"{time.monotonic() - began:.0f} s, {run.expected_s:.0f} s told")
    asked = asdict(run)
    found = {
        "facts": facts_of_recording("scripts/record_grpo.py", "peft"),
        "settings": {"rule": run.reward.rule, **{name: asked[name] for name in KEPT}},
        "reward_before": round(mean(looks[0].rewards), 2),
        "reward_after": round(mean(looks[-1].rewards), 2),
        "kl_nats": round(looks[-1].kl_nats, 1),
    }
    FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
