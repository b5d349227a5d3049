"""The summaries as files: whatever a student or a file wrote stays text, and nothing is asked of another host."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

from lib import curriculum
from lib.curriculum import LOOKED_UP
from lib.lesson.progress.record import Progress, Told, question_key
from lib.lesson.summary.contents import Word, chapter_summary
from lib.lesson.summary.document import LINE, LINES, course_document, cut, lines_each
from lib.lesson.summary.fitting import lines, row_lines, within

SLUG = "kv_cache"
HOSTILE = '</td><script>alert(1)</script><img src=x onerror="alert(2)">{{ 7 * 7 }}{% raw %}'


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.asked: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.asked += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.text += data


def hostile() -> Progress:
    told = Told.shortened([(HOSTILE, HOSTILE)], [HOSTILE], [{HOSTILE: HOSTILE}])
    return Progress(opened=(SLUG,)).with_told({SLUG: told})


def test_what_others_wrote_stays_text_in_a_chapter_and_in_the_course():
    chapter = chapter_summary(SLUG, hostile(), [Word(HOSTILE, HOSTILE)]).to_html(HOSTILE)
    for html in (chapter, course_document(hostile())):
        read = Tags(html)
        assert not {"script", "img"} & set(read.tags)
        assert read.asked == []
        assert HOSTILE in read.text


def test_right_and_wrong_are_said_by_sign_and_word():
    first, second = curriculum.chapter(SLUG).questions[:2]
    wrong = next(option.text for option in first.options if not option.correct)
    right = next(option.text for option in second.options if option.correct)
    progress = Progress().with_answer(question_key(SLUG, 1), wrong).with_answer(question_key(SLUG, 2), right)
    summary = chapter_summary(SLUG, progress)
    assert [each.right for each in summary.questions[:2]] == [False, True]
    text = " ".join(Tags(summary.to_html("link")).text.split())
    assert f"✗ {wrong} Right: {summary.questions[0].answer}" in text
    assert f"✓ {right}" in text


def test_without_anything_done_nothing_is_pretended():
    text = Tags(chapter_summary(SLUG, Progress()).to_html("link")).text
    assert "Nothing was run or moved on this page yet." in text
    assert "No prediction was made." in text


def test_the_course_lists_every_chapter_once():
    html = course_document(Progress())
    for each in curriculum.chapters():
        if each.slug not in LOOKED_UP:
            assert html.count(f"<td><b>{escape(each.title, quote=True)}</b></td>") == 1, each.slug


def test_as_many_parts_as_fit_are_taken():
    assert within(("a" * 9, "b" * 2, "c"), 10, len) == ("a" * 9, "c")
    assert within(("a" * 10, "b"), 10, len) == ("a" * 10,)


def test_lines_are_counted_as_a_page_breaks_them():
    assert lines("x" * 102) < 2 <= lines("x" * 103) < 3
    assert lines("a\nb") == lines("x" * 200)
    assert row_lines(["x" * 17] * 6) < row_lines(["x" * 18] + [""] * 5)


def test_a_full_page_drops_what_is_everybody_s_before_what_is_the_student_s_own():
    told = Told.shortened([("Setting", "value")] * 14, ["s" * 690] * 7, [{"n": number} for number in range(6)])
    words = [Word("Term", "says " * 30)] * 20
    full = chapter_summary(SLUG, Progress(told={SLUG: told}), words)
    few = chapter_summary(SLUG, Progress(told={SLUG: Told(sentences=("one",))}), words)
    assert len(full.sentences) >= 4
    assert len(few.words) > len(full.words)
    assert len(few.facts) >= len(full.facts)


def test_what_a_table_leaves_out_is_said():
    def page(rows: list[dict], sentences: tuple[str, ...] = ()) -> str:
        told = {SLUG: Told.shortened([], sentences, rows)}
        return chapter_summary(SLUG, Progress(told=told)).to_html("link")

    run = [{"step": f"step {number}", "loss": 1 / number} for number in range(1, 61)]
    long = page(run)
    assert [number for number in range(1, 61) if f"<td>step {number}</td>" in long] == [1, 2, 3, 58, 59, 60]
    assert "6 of 60 rows, the first and the last ones. All of it is in the page’s CSV file." in long
    full = page(run, ("s" * 500,) * 7)
    assert 0 < full.count("<td>step") < 6
    assert f"{full.count('<td>step')} of 60 rows" in full
    wide = page([{f"column {number}": number for number in range(9)}])
    assert "6 of 9 columns. All of it is" in wide
    assert "CSV" not in page(run[:6])


def test_the_sentences_of_a_course_share_its_lines():
    assert lines_each(34, 1) == LINES - 33
    assert lines_each(34, 34) == 1
    assert all(34 - n + n * lines_each(34, n) <= LINES for n in range(1, 35))
    assert cut("word " * 30, LINE).endswith("word…")
    assert len(cut("word " * 30, LINE)) <= LINE
    assert cut("one\nline", LINE) == "one line"
