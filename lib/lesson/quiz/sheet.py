"""The result as one page of HTML to print: no style sheet, no script, every text escaped."""

from __future__ import annotations

from html import escape

from lib.curriculum import chapter
from lib.lesson.quiz.boxes import Record
from lib.lesson.quiz.standing import TopicStanding, by_group, to_revisit, whole
from lib.units import number_of

MOST_NAME = 80


def result_sheet(record: Record, name: str = "") -> str:
    """One page: who, how much is answered and right, by group, and what to revisit."""
    said = escape(" ".join(name.split())[:MOST_NAME])
    total = whole(record)
    rows = "\n".join(map(_standing_row, (*by_group(record), total)))
    again = "\n".join(
        f"<li>{escape(chapter(each.name).title)}: {each.wrong} of {each.answered} answered wrongly</li>"
        for each in to_revisit(record)
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Finetuning Lab: quiz result</title></head><body>
<h1>Finetuning Lab: quiz result</h1>
<p>Name: {said or "____________________"}</p>
<p>{total.right} of {number_of(total.answered, "question")} answered correctly at the last try, after
{number_of(record.rounds, "round")}; the quiz has {total.questions}.</p>
<table border="1" cellpadding="4" cellspacing="0">
<tr><th>Chapters</th><th>Questions</th><th>Answered</th><th>Right</th><th>In the last box</th></tr>
{rows}
</table>
<h2>To revisit</h2>
{f"<ul>{again}</ul>" if again else "<p>No question was answered wrongly at the last try.</p>"}
<p>Each question counts by its last answer. This page was made from what a browser kept; it is no certificate.</p>
</body></html>
"""


def _standing_row(each: TopicStanding) -> str:
    cells = (each.questions, each.answered, each.right, each.in_last_box)
    return f"<tr><td>{escape(each.name)}</td>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
