"""What GRPO achieves on the real small model with the page's usual settings, recorded: it takes minutes. No torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from lib.alignment.policy.run import PolicyRun
from lib.places import ASSETS

FILE = ASSETS / "alignment" / "grpo.json"


@dataclass(frozen=True)
class RecordedPolicy:
    """A run to its end."""

    settings: dict[str, Any]
    reward_before: float
    """Mean over the answers looked at before the first update."""
    reward_after: float
    kl_nats: float
    facts: dict[str, Any]
    """How it was recorded: model, device, threads, date, versions."""

    def is_of(self, run: PolicyRun) -> bool:
        """Whether this is what `run` asks for."""
        asked = {name: getattr(run, name) for name in self.settings if name != "rule"}
        return run.model == self.facts["model"] and asked | {"rule": run.reward.rule} == self.settings


@cache
def recorded_policy() -> RecordedPolicy:
    return RecordedPolicy(**json.loads(FILE.read_text(encoding="utf-8")))
