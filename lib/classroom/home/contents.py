"""What goes on the page of a lesson: answers before and after arguing, settings chosen, what experiments came to.

Nobody's name, nobody's number, and of free text only what the instructor has let through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lib import curriculum
from lib.classroom.answers import tally, words
from lib.classroom.choosing import setting_of
from lib.classroom.experiments.dataset import is_dataset
from lib.classroom.experiments.ranking import is_ranking, model_of, pair_name, room_s_rankings
from lib.classroom.experiments.secret import is_secret
from lib.classroom.experiments.sweep import CellState, is_sweep, sweep_now
from lib.classroom.leaderboard import board, is_board
from lib.classroom.questions import all_asked
from lib.classroom.records import Asked, Room, Tally, Words
from lib.classroom.storage.database import Database
from lib.lesson.summary.document import render
from lib.units import number_of

MOST_QUESTIONS = 14
MOST_WORDS = 6
MOST_ON_THE_BOARD = 3


@dataclass(frozen=True)
class AnswerLine:
    """One answer of a question: how many gave it in the first vote and in the second."""

    text: str
    correct: bool
    first: int
    second: int


@dataclass(frozen=True)
class Part:
    """One question or experiment of the lesson."""

    title: str
    kind: str
    answers: tuple[AnswerLine, ...]
    voted_again: bool
    sentences: tuple[str, ...]
    """What came of it, in words."""


@dataclass(frozen=True)
class LessonSummary:
    code: str
    opened: str
    students: int
    parts: tuple[Part, ...]
    left_out: int
    """Questions that do not fit on the page; the files have them."""
    said: tuple[str, ...]
    """What experiments have told the instructor's page."""

    def to_html(self) -> str:
        """One self-contained file to print; every text in it is escaped."""
        return render("room.html", it=self)


def lesson_summary(db: Database, room: Room, browser: str, said: Sequence[str] = ()) -> LessonSummary:
    """The page for the instructor's `browser`; questions that nobody answered are left out.

    said  sentences about runs whose results no database has
    """
    parts = [part for each in all_asked(db, room.code) if (part := _part(db, room.code, browser, each))]
    return LessonSummary(
        code=room.code,
        opened=f"{datetime.fromtimestamp(room.opened_at_s, UTC):%d %B %Y}",
        students=room.members,
        parts=tuple(parts[:MOST_QUESTIONS]),
        left_out=max(0, len(parts) - MOST_QUESTIONS),
        said=tuple(said),
    )


def _part(db: Database, code: str, browser: str, asked: Asked) -> Part | None:
    if is_ranking(asked):
        return _ranked(db, code, browser, asked)
    if is_sweep(asked):
        return _swept(db, code, asked)
    if asked.in_words:
        return _in_own_words(db, code, asked)
    counts = tally(db, code, asked.number, browser=browser)
    if is_secret(asked):  # its first vote is the voters', and no answer to the question
        counts = counts.second_alone
    if not sum(counts.last):
        return None
    lines = tuple(
        AnswerLine(choice.text, choice.correct, first, second)
        for choice, first, second in zip(asked.choices, counts.first, counts.second, strict=True)
    )
    return Part(asked.question, _kind(asked), lines, bool(sum(counts.second)), _of_votes(asked, counts))


def _kind(asked: Asked) -> str:
    if setting_of(asked.part) is not None:
        kind = "The room chose a setting"
    elif is_secret(asked):
        kind = "Guessed by the room"
    else:
        kind = "Predict first" if asked.part == "predict" else "Check yourself"
    return f"{kind} · {curriculum.chapter(asked.slug).title}"


def _of_votes(asked: Asked, counts: Tally) -> tuple[str, ...]:
    said = []
    if setting_of(asked.part) is not None and counts.majority is not None:
        said.append(f"Chosen: {asked.choices[counts.majority].text}.")
    elif asked.right is not None:
        right = f"{counts.last[asked.right]} of {sum(counts.last)} right"
        before = f", {counts.first[asked.right]} of {sum(counts.first)} before arguing" if sum(counts.second) else ""
        said.append(f"{right}{before}.")
    if counts.answered_both:
        said.append(f"Of the {counts.answered_both} who answered both times, {counts.changed} changed their answer.")
    return tuple(said)


def _ranked(db: Database, code: str, browser: str, asked: Asked) -> Part | None:
    found = room_s_rankings(db, code, model_of(asked), browser=browser, number=asked.number)
    if not found:
        return None
    prompted = found[0]
    said = [f"{number_of(len(prompted.rankings), 'student')} ranked {len(prompted.sampled.answers)} answers."]
    if prompted.agreement:
        kappa = prompted.agreement.agreement.kappa
        said.append(
            f"Two of them say the same of {prompted.agreement.agreement.observed:.0%} of the pairs"
            + (f" (Fleiss' κ = {kappa:.2f})." if kappa is not None else ".")
        )
        most = prompted.pairs[0]
        if most.agreement < 1:
            names = " or ".join(pair_name(most, prompted.sampled.answers))
            said.append(
                f"Most divided on {names}: {most.for_first} to {most.for_second}, {number_of(most.ties, 'tie')}."
            )
    if prompted.argued:
        said.append(f"Of the {len(prompted.before)} who ranked twice, {prompted.changed} changed something.")
    return Part(asked.question, "Ranked by the room", (), False, tuple(said))


def _swept(db: Database, code: str, asked: Asked) -> Part | None:
    sweep = sweep_now(db, code, asked.number)
    if sweep.best is None:
        return None
    done = sweep.best.done
    said = [
        f"{len(sweep.whole)} of {len(sweep.cells)} runs came to figures.",
        f"Lowest held-out loss: {done.held_out_loss:.2f} nats per token (base model {done.base_loss:.2f}) with "
        f"{sweep.best.title}; forgot {done.forgot:+.2f} nats per token of a book.",
    ]
    failed = sweep.count(CellState.FAILED)
    if failed:
        said.append(f"{failed} ended in a problem.")
    return Part(asked.question, "Swept by the room", (), False, tuple(said))


def _in_own_words(db: Database, code: str, asked: Asked) -> Part | None:
    let_through = words(db, code, asked.number)
    if not let_through:
        return None
    if is_board(asked):
        return _on_the_board(asked, let_through)
    said = [f"“{each.text}”" for each in let_through[:MOST_WORDS]]
    if len(let_through) > MOST_WORDS:
        said.append(f"and {len(let_through) - MOST_WORDS} more")
    kind = "Written to train a model on" if is_dataset(asked) else "In the room's own words"
    return Part(asked.question, kind, (), False, tuple(said))


def _on_the_board(asked: Asked, let_through: Sequence[Words]) -> Part | None:
    said = [
        f"“{each.text}”: ROUGE-1 {each.rouge_1:.2f}, ROUGE-L {each.rouge_l:.2f}, BLEU {each.bleu:.1f} of 100"
        for each in board(asked, let_through).entries[:MOST_ON_THE_BOARD]
    ]
    if not said:  # only copies of the reference
        return None
    return Part(f"The worst text that scores high against “{asked.question}”", "Scored", (), False, tuple(said))
