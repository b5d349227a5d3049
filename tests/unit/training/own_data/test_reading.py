"""The reader against small files of every form, written by hand after the documentation of who uses the form."""

from __future__ import annotations

import json

import pytest

from lib.errors import StudentError
from lib.training.own_data.forms import CHAT, INSTRUCTION, TEXT, Form, make_texts, no_form, read, told_form
from lib.training.own_data.texts import MAX_TEXTS, Turn

ASKED, SAID = Turn("user", "Capital of France?"), Turn("assistant", "Paris", answers=True)
PAIR = (ASKED, SAID)
OTHER = (Turn("user", "2 + 2?"), Turn("assistant", "4", answers=True))


def user(content: str) -> dict:
    return {"role": "user", "content": content}


def lines(*rows: dict) -> str:
    return "\n".join(map(json.dumps, rows))


def texts(data: str | bytes) -> list[tuple[Turn, ...]]:
    records = read(data)
    return [text.turns for text in make_texts(records, told_form(records)).texts]


@pytest.mark.parametrize(
    "data",
    [
        lines(
            {"instruction": "Capital of France?", "input": "", "output": "Paris"},
            {"instruction": "2 + 2?", "input": "", "output": "4"},
        ),  # Alpaca
        lines({"prompt": "Capital of France?", "completion": "Paris"}, {"prompt": "2 + 2?", "completion": "4"}),  # TRL
        json.dumps([{"question": "Capital of France?", "answer": "Paris"}, {"question": "2 + 2?", "answer": 4}]),
        json.dumps(
            {"data": [{"prompt": "Capital of France?", "response": "Paris"}, {"prompt": "2 + 2?", "response": "4"}]}
        ),
        "instruction,response\nCapital of France?,Paris\n2 + 2?,4\n",
        "Prompt;Completion\nCapital of France?;Paris\n2 + 2?;4\n",
        "Capital of France?\tParis\n2 + 2?\t4",  # pasted from a spreadsheet, without a header
        "instruction,response\r\nCapital of France?,Paris\r\n2 + 2?,4\r\n".encode("utf-16"),
        lines(
            {
                "messages": [
                    {"role": "user", "content": "Capital of France?"},
                    {"role": "assistant", "content": "Paris"},
                ]
            },
            {"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]},
        ),  # OpenAI, TRL
        lines(
            {"conversations": [{"from": "human", "value": "Capital of France?"}, {"from": "gpt", "value": "Paris"}]},
            {"conversations": [{"from": "human", "value": "2 + 2?"}, {"from": "gpt", "value": "4"}]},
        ),  # ShareGPT
        lines(
            {
                "prompt": [{"role": "user", "content": "Capital of France?"}],
                "completion": [{"role": "assistant", "content": "Paris"}],
            },
            {"prompt": [{"role": "user", "content": "2 + 2?"}], "completion": [{"role": "assistant", "content": "4"}]},
        ),  # TRL, conversational prompt and completion
    ],
    ids=["alpaca", "trl", "list", "in-data", "csv", "semicolons", "tabs", "utf-16", "openai", "sharegpt", "trl-chat"],
)
def test_every_form_gives_the_same_two_texts(data):
    assert texts(data) == [PAIR, OTHER]


def test_alpaca_s_input_stands_below_the_instruction():
    row = {"instruction": "Translate", "input": "Guten Tag", "output": "Good day"}
    assert texts(lines(row, {**row, "input": "Nein"}))[0][0].content == "Translate\nGuten Tag"


def test_of_a_prompt_with_earlier_answers_only_the_completion_is_learnt():
    said = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    row = {
        "prompt": [*said, {"role": "user", "content": "Bye"}],
        "completion": [{"role": "assistant", "content": "Ciao"}],
    }
    (first, _) = texts(lines(row, {**row, "prompt": said[:1]}))
    assert [turn.answers for turn in first] == [False, False, False, True]


def test_plain_text_is_a_text_a_line_or_a_paragraph():
    assert [turns[0].content for turns in texts("one\ntwo\n\n\n"[:-2])] == ["one", "two"]
    assert [turns[0].content for turns in texts("one\nmore of one\n\ntwo\n")] == ["one\nmore of one", "two"]
    assert [turns[0].content for turns in texts("It was late, very late.\nNobody, but nobody, came.")] == [
        "It was late, very late.",
        "Nobody, but nobody, came.",
    ]


def test_what_was_decided_is_said_and_can_be_changed():
    records = read("question,answer\nCapital of France?,Paris\n2 + 2?,4\n")
    assert told_form(records) == Form(INSTRUCTION, asks="question", answers="answer")
    assert "“question” asks" in told_form(records).words
    changed = make_texts(records, Form(TEXT, text="answer"))
    assert [text.turns[0].content for text in changed.texts] == ["Paris", "4"]


def test_a_row_that_makes_no_text_is_told_with_its_number():
    made = make_texts(
        read("instruction,response\nCapital of France?,Paris\nWho?,\n2 + 2?,4\n"),
        Form(INSTRUCTION, asks="instruction", answers="response"),
    )
    assert len(made.texts) == 2
    assert [(each.number, each.why) for each in made.refused] == [(3, "response is missing")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"messages": [{"role": "user", "content": "Hi"}]}, "no message is the assistant's"),
        ({"messages": [{"role": "tool", "content": "7"}]}, "the role 'tool'"),
        ({"messages": [{"role": "assistant", "content": " "}]}, "is empty"),
        ({"messages": "Hi"}, "not a list of messages"),
        ({"messages": None}, "not a list of messages"),
    ],
)
def test_a_bad_conversation_says_what_is_wrong(row, why):
    good = {"messages": [{"role": "assistant", "content": "Hi"}]}
    made = make_texts(
        read(lines(good, row, {"messages": [{"role": "gpt", "content": "Yes"}]})), Form(CHAT, text="messages")
    )
    assert len(made.texts) == 2
    assert [each.number for each in made.refused] == [2]
    assert why in made.refused[0].why


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "^There is no text here; paste at least 2 texts, one a line, or upload a file that has some$"),
        (" \n\t", "^There are only blanks here, and no text; paste at least 2 texts, one a line, or upload"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "a picture"),
        (b"PK\x03\x04" + b"\x00" * 100, "an Excel workbook"),
        (b"a" * 20_000_000, "20.0 MB"),
        ('{"instruction": "unclosed', "no line of it is an object"),
        ("[1, 2, 3]", "no line of it is an object"),
        ("instruction,response", "only a header"),
    ],
    ids=["nothing", "blank", "png", "xlsx", "20-MB", "broken-json", "numbers", "header"],
)
def test_what_cannot_be_read_is_one_sentence(data, said):
    with pytest.raises(StudentError, match=said):
        read(data)


def test_columns_that_tell_no_form_are_named():
    records = read("colour,size\nred,7\nblue,9\n")
    assert told_form(records) is None
    said = str(no_form(records))
    assert "(“colour”, “size”); choose under “Form” what they are" in said
    assert "below" not in said, "the box Form may stand anywhere"


def test_more_texts_than_are_learnt_are_left_out_and_said():
    made = make_texts(read("\n".join(f"text {number}" for number in range(MAX_TEXTS + 5))), Form(TEXT, text="line"))
    assert len(made.texts) == MAX_TEXTS
    assert "the first 2,000 are used" in made.notes[0]


def test_half_a_character_and_what_is_no_number_are_no_text():
    """A lone surrogate passes Python's json and no tokenizer; NaN is how pandas writes that nothing is there."""
    rows = [
        '{"instruction": "smile \\ud83d", "response": "a"}',
        '{"instruction": "b", "response": NaN}',
        '{"instruction": "smile \\ud83d\\ude00", "response": "c"}',
        '{"instruction": "d", "response": "e"}',
        '{"messages": [{"role": "user", "content": "\\udc00"}]}',
    ]
    records = read("\n".join(rows))
    made = make_texts(records, Form(INSTRUCTION, asks="instruction", answers="response"))
    assert [text.turns[0].content for text in made.texts] == ["smile 😀", "d"]
    half = "it has half a character, such as \\ud83d alone"
    assert [(each.number, each.why) for each in made.refused] == [(1, half), (2, "response is missing"), (5, half)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("Das schöne Gebäude\nÜber den Dächern\nGrüße aus Köln".encode("cp1252"), "save it as UTF-8"),
        ("Das schÃ¶ne GebÃ¤ude\nÜber den Dächern".encode(), "learnt as they stand"),
        (b"Tom &amp; Jerry\nRock &amp; Roll", "learnt as they stand"),
        ("Köln\n".encode() + "Größe\n".encode("cp1252"), "before they are learnt"),
    ],
)
def test_a_note_on_a_file_s_letters_asks_for_nothing_that_is_not_here(data, said):
    (note,) = read(data).notes
    assert said in note
    assert not any(words in note for words in ("choose", "score"))


def test_a_file_whose_letters_cannot_be_read_is_refused_with_what_can_be_done_here():
    """Japanese in seven bits begins with an escape; this one breaks off being that."""
    with pytest.raises(StudentError, match="save it as UTF-8 and give that") as refused:
        read(b"\x1b$B\xff\xff\n\x1b(Bone\n")
    assert "choose" not in str(refused.value)
