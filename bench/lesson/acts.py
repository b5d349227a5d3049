"""What a lesson is: rounds of a question that the room votes on twice, and an experiment that everybody tries."""

from __future__ import annotations

from dataclasses import dataclass, replace

ROUND_S = 300.0
QUICK = "model=Bundled%20base%20model&lr=0.015&rank=8&steps=25&alpha=16&batch=4&warmup=0&ask=5"
"""The usual run: who has moved these sliders in an earlier round begins with it too."""


@dataclass(frozen=True)
class Question:
    """One of a chapter's questions: vote, argue, vote again, see what the room said."""

    chapter: str
    part: str
    vote_s: float = 40
    argue_s: float = 20
    again_s: float = 40
    shown_s: float = 20

    @property
    def seconds(self) -> float:
        return self.vote_s + self.argue_s + self.again_s + self.shown_s

    def scaled(self, by: float) -> Question:
        times = (self.vote_s, self.argue_s, self.again_s, self.shown_s)
        return Question(self.chapter, self.part, *(by * each for each in times))


@dataclass(frozen=True)
class Experiment:
    """A chapter whose sliders everybody moves, each two to three seconds; with `starts`, after a run of it."""

    page: str
    query: str = ""
    starts: bool = False
    seconds: float = 180

    def scaled(self, by: float) -> Experiment:
        return replace(self, seconds=by * self.seconds)


Act = Question | Experiment
ROUNDS: tuple[tuple[Question, Experiment], ...] = (
    (Question("next_token", "predict"), Experiment("live-lora", QUICK, starts=True)),
    (Question("memory_calculator", "predict"), Experiment("memory-calculator")),
    (Question("kv_cache", "predict"), Experiment("kv-cache")),
    (Question("live_lora", "check_1"), Experiment("live-lora", QUICK, starts=True)),
    (Question("scaling_laws", "predict"), Experiment("scaling-laws")),
    (Question("adapters", "predict"), Experiment("adapters")),
)


def lesson(minutes: float) -> tuple[Act, ...]:
    """As many rounds of five minutes as go into so long, at least one; they are played faster or slower to fill it."""
    rounds = min(len(ROUNDS), max(1, round(60 * minutes / ROUND_S)))
    by = 60 * minutes / (rounds * ROUND_S)
    return tuple(act.scaled(by) for each in ROUNDS[:rounds] for act in each)
