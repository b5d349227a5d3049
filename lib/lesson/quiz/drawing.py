"""The questions of the next round: due ones first, then new ones from chapters little asked."""

from __future__ import annotations

import random

from lib.lesson.quiz.boxes import Record
from lib.lesson.quiz.errors import QuizError
from lib.lesson.quiz.questions import QuizQuestion, quiz, topics
from lib.whole_numbers import check_whole

MOST = 50


def draw(record: Record, count: int, seed: int, group: str | None = None) -> tuple[str, ...]:
    """Ids of `count` questions of a group, or of the whole course; fewer only where there are fewer.

    At most half of a round comes back (what was wrong before first, then what is most overdue), as long as there are
    new questions; these come from the chapters asked least so far. What is not due yet fills what is left, lowest
    box first. Raises QuizError for a count out of range or a group that the quiz does not know.
    """
    check_whole("count", count, 1, MOST, QuizError)
    chosen = topics(group)
    if not chosen:
        raise QuizError(f"The quiz asks nothing about “{str(group)[:40]}”; choose a group of the course.")
    dice = random.Random(seed)
    pool = [each for each in quiz().values() if each.topic in chosen]
    dice.shuffle(pool)
    coming = record.rounds + 1
    seen = [each for each in pool if each.id in record.seen]
    due = [each for each in seen if record.seen[each.id].due <= coming]
    due.sort(key=lambda each: (record.seen[each.id].last_right, record.seen[each.id].due))
    later = [each for each in seen if record.seen[each.id].due > coming]
    later.sort(key=lambda each: (record.seen[each.id].box, record.seen[each.id].due))
    fresh = _spread([each for each in pool if each.id not in record.seen], record)
    returning = due[: max(count // 2, count - len(fresh))]
    taken = [*returning, *fresh][:count]
    taken += [each for each in (*due, *later) if each not in taken][: count - len(taken)]
    dice.shuffle(taken)
    return tuple(each.id for each in taken)


def _spread(fresh: list[QuizQuestion], record: Record) -> list[QuizQuestion]:
    """New questions so that each next one is of a chapter asked least so far, earlier ones included."""
    asked: dict[str, int] = {}
    for id in record.seen:
        if id in quiz():
            asked[quiz()[id].topic] = asked.get(quiz()[id].topic, 0) + 1
    keyed = []
    for each in fresh:
        asked[each.topic] = asked.get(each.topic, 0) + 1
        keyed.append((asked[each.topic], each))
    return [each for _, each in sorted(keyed, key=lambda pair: pair[0])]
