"""What one session does in a lesson, act by act, and what it notes of that."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field

from bench.following import FollowedRun
from bench.lesson.acts import Act, Experiment, Question
from bench.visitor import Visitor

AFTERWARDS_S = 30.0
"""So long after the lesson a student still looks at a run that is not over."""
MOVE_S = (2.0, 3.0)
"""Between two moves of a slider: who has moved it looks at what happened."""
CHANGES_MIND = 0.2
CALLED_S = 2.0
"""In which an answer that the page has not said yet to be in may still be."""
LONGEST_SLEEP_S = 60.0
Vote = tuple[int, int]
"""(Number of the question, first or second vote)."""


@dataclass
class Notes:
    """What happened to one student."""

    answers: dict[Vote, int] = field(default_factory=dict)
    """The choice that the page said was in."""
    refused: list[str] = field(default_factory=list)
    """What the page said where it took no answer."""
    unanswered: int = 0
    """Answers of which it said nothing."""
    runs: list[FollowedRun] = field(default_factory=list)
    turned_away: int = 0
    """How often the queue was full."""
    reloads: int = 0
    sleeps: int = 0
    displaced: int = 0
    """How often the room was gone after a reload or a sleep."""
    troubles: list[str] = field(default_factory=list)
    """What ended this session before its time."""


class Student:
    """One browser. The seed says when it taps, what it answers, and in which round it reloads and sleeps."""

    def __init__(self, window: Visitor, code: str, acts: tuple[Act, ...], seed: int, notes: Notes) -> None:
        self._window, self._code, self._acts, self._notes = window, code, acts, notes
        self._rng = random.Random(seed)
        questions = [act for act in acts if isinstance(act, Question)]
        self._sleeps_in = self._rng.choice(questions)
        self._reloads_in = self._rng.choice([act for act in acts if isinstance(act, Experiment)])

    async def attend(self, begins_at: float) -> None:
        """Join, then every act at its time; one that is over before this student comes to it is left out."""
        self._leaves_at = begins_at + sum(act.seconds for act in self._acts) + AFTERWARDS_S
        await self._join()
        for act in self._acts:
            ends_at = begins_at + act.seconds
            await self._window.stay(begins_at - time.monotonic() + self._rng.random() * 0.05 * act.seconds)
            if time.monotonic() < ends_at:
                await (self._answer if isinstance(act, Question) else self._try)(act, ends_at)
            begins_at = ends_at
        await self._window.stay(begins_at - time.monotonic())

    async def _join(self) -> None:
        await self._window.press("Join")
        self._check_place()

    async def _answer(self, act: Question, ends_at: float) -> None:
        """Vote, be argued with (one time asleep), vote again, see what the room said."""
        await self._window.go("join")
        self._check_place()
        await self._vote(ends_at, 0.4 * act.vote_s)
        if act is self._sleeps_in:
            await self._window.sleep(min(LONGEST_SLEEP_S, act.argue_s + self._rng.random() * act.vote_s))
            self._notes.sleeps += 1
            self._check_place()
        await self._window.stay(ends_at - time.monotonic(), until=lambda: not self._window.answers())
        await self._vote(ends_at, 0.4 * act.again_s)
        await self._window.stay(ends_at - time.monotonic())

    async def _vote(self, ends_at: float, thinks_s: float) -> None:
        """Tap an answer after thinking; one in five taps another afterwards."""
        window = self._window
        if not await window.stay(ends_at - time.monotonic(), until=lambda: bool(window.answers())):
            return
        await window.stay(self._rng.random() * thinks_s)
        await self._tap()
        if self._rng.random() < CHANGES_MIND:
            await window.stay(self._rng.random() * thinks_s / 2)
            await self._tap()

    async def _tap(self) -> None:
        window = self._window
        if not window.answers():  # the vote was closed meanwhile
            return
        label = self._rng.choice(window.answers())
        _, _, number, stage, choice = window.key(label).split("_")  # answer_CODE_number_stage_choice
        await window.press(label)
        if window.picked != label:  # the server may have run the page of its own accord at the same moment
            await window.stay(CALLED_S, until=lambda: window.picked == label or bool(window.alerts))
        if window.picked == label:
            self._notes.answers[int(number), 2 if stage == "voting again" else 1] = int(choice)
        elif window.alerts:
            self._notes.refused.append(window.alerts[0])
        else:
            self._notes.unanswered += 1

    async def _try(self, act: Experiment, ends_at: float) -> None:
        """A run first where the act has one, then sliders; one time a reload in the middle."""
        window = self._window
        await (window.follow(act.page, act.query) if act.query else window.go(act.page))
        if act.starts:
            await self._train()
        reload_at = ends_at - act.seconds / 2 if act is self._reloads_in else None
        while (now := time.monotonic()) < ends_at:
            if reload_at is not None and now >= reload_at:
                reload_at = None
                await window.reload()
                self._notes.reloads += 1
            await window.move(self._rng.choice(window.sliders), self._rng.random())
            await window.stay(min(self._rng.uniform(*MOVE_S), max(0.0, ends_at - time.monotonic())))

    async def _train(self) -> None:
        """Press Start, again after a while if the queue is full, and follow the run to its end."""
        window = self._window
        run = FollowedRun(pressed_at=time.monotonic())
        await window.press("Start")
        while "Stop" not in window.enabled and any("try again" in words for words in window.alerts):
            self._notes.turned_away += 1
            if time.monotonic() > self._leaves_at - AFTERWARDS_S:
                return
            await asyncio.sleep(self._rng.uniform(20, 40))
            await window.press("Start")
        self._notes.runs.append(run)
        await window.stay(self._leaves_at - time.monotonic(), until=lambda: run.note(window))

    def _check_place(self) -> None:
        if f"Room {self._code}" not in self._window.words:
            self._notes.displaced += 1
