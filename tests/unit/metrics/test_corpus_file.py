"""Files as students have them: every format, every encoding, and the hostile ones. The truth is what was put in."""

import csv
import io
import json

import pytest

from lib.metrics.corpus.reading.columns import guess_columns
from lib.metrics.corpus.reading.file import MAX_CELL_CHARACTERS, MAX_FILE_BYTES, Pair, choose_pairs, read_table
from lib.metrics.errors import CorpusError

TEXTS = [
    ("Zoë trinkt Kaffee für €2", "Zoë trinkt Tee"),
    ('says "hi", twice', "line one\nline two"),
    ("今天天气很好", "😀"),
]


def as_csv(rows, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([("reference", "candidate"), *rows])
    return out.getvalue()


def cells(table):
    return list(table.frame.itertuples(index=False, name=None))


def pairs_of(data):
    return choose_pairs(read_table(data), "reference", "candidate")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_format_in_every_encoding(delimiter, encoding):
    # Without a byte order mark UTF-16 is known by its zeros, which Chinese does not have.
    rows = TEXTS[:2] if encoding == "utf-16-le" else TEXTS
    found = pairs_of(as_csv(rows, delimiter).encode(encoding))
    assert [(*pair.references, pair.candidate) for pair in found.pairs] == rows
    assert [pair.number for pair in found.pairs] == list(range(2, 2 + len(rows)))


def test_jsonl_and_a_json_list():
    objects = [{"reference": a, "candidate": b, "id": i} for i, (a, b) in enumerate(TEXTS)]
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in objects)
    for data in (lines.encode(), json.dumps(objects).encode()):
        assert [(*pair.references, pair.candidate) for pair in pairs_of(data).pairs] == TEXTS


OTHER_ENCODINGS = {
    "cp1252": "Zoë trinkt gern Kaffee für fünf Euro",
    "gb18030": "今天天气很好我们去公园散步，然后喝咖啡",
    "shift_jis": "こんにちは世界、今日はいい天気ですね",
    "cp1251": "Привет мир, как дела сегодня",
}


@pytest.mark.parametrize("encoding", OTHER_ENCODINGS)
def test_other_encodings_are_detected_and_said(encoding):
    text = OTHER_ENCODINGS[encoding]
    table = read_table(as_csv([(text, "ok")] * 20).encode(encoding))
    assert "not UTF-8" in table.notes[0]
    assert cells(table)[0] == (text, "ok")


def test_one_accent_in_a_small_file_is_western():
    assert cells(read_table("human,model\nüber,uber\n".encode("cp1252")))[0] == ("über", "uber")


def test_mixed_encodings_lose_nothing_and_name_the_lines():
    data = b"reference,candidate\n" + "größer,schön\n".encode() + "für,früher\n".encode("cp1252") + b"plain,plain\n"
    table = read_table(data)
    assert "line 3 " in table.notes[0]
    assert cells(table) == [("größer", "schön"), ("für", "früher"), ("plain", "plain")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"  \n \n", "empty"),
        (b"PK\x03\x04rest of a workbook", "Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (bytes(range(256)) * 20, "binary"),
        (b"a,b\x00\x01\x02,c", "binary"),
        (b"reference,candidate\nThe cat\x00 sat on the mat,A cat sat\n", "Line 2 has a zero byte"),
        (b"<table><tr><td>reference</td></tr></table>", "web page"),
        (b"\xff\xfea", "damaged"),
        (b"x" * (MAX_FILE_BYTES + 1), "10 MB"),
        (b"only one column\nand one row", "Only one column"),
        (b'{"a": 1}', r"Only one field was found \('a'\); .* need a field each, in every object"),
        (b"reference,candidate\n", "no row"),
        (b"{not json}\n", "not valid JSON: at line 1"),
        (b'[{"reference": "a"', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[1, 2]", "No line is a JSON object"),
        (b",".join(b"c%d" % i for i in range(60)) + b"\n" + b",".join([b"x"] * 60), "60 columns"),
        (b"reference,candidate\n" + b"a,b\n" * 20_001, "20,001 rows"),
    ],
)
def test_hostile_files_are_refused_in_one_sentence(data, message):
    with pytest.raises(CorpusError, match=message) as refused:
        read_table(data)
    assert "Traceback" not in str(refused.value)


def test_rows_that_are_no_pairs_are_named_and_the_rest_go_on():
    long = "x" * 1_000_000
    rows = ["reference,candidate,note", "a,b,", "only one", ",no reference,", "c,,says nothing", f"d,{long},"]
    data = "\n".join([*rows, "e,f,g,too many", "", ""]).encode()
    found = choose_pairs(read_table(data), "reference", "candidate")
    assert found.pairs == (Pair(2, ("a",), "b"),)
    why = {each.number: each.why for each in found.refused}
    assert set(why) == {3, 4, 5, 6, 7}
    assert "1 cell where the table has 3 columns" in why[3]
    assert "reference is missing" in why[4]
    assert "candidate is missing" in why[5]
    assert f"{1_000_000:,} characters; up to {MAX_CELL_CHARACTERS:,}" in why[6]
    assert "4 cells where the table has 3" in why[7]


def test_bad_json_lines_are_named():
    lines = [
        '{"reference": "a", "candidate": "b"}',
        "not json",
        "[1]",
        '{"reference": "c"}',
        '{"reference": {}, "x": 1}',
    ]
    found = choose_pairs(read_table("\n".join(lines).encode()), "reference", "candidate")
    assert [pair.number for pair in found.pairs] == [1]
    assert [each.number for each in found.refused] == [2, 3, 4, 5]


def test_columns_are_chosen_by_name_and_checked():
    table = read_table(b"id,model_output,gold,other system\n1,b,a,c\n")
    guess = guess_columns(table)
    assert (guess.references, guess.candidate) == (("gold",), "model_output")
    with pytest.raises(CorpusError, match="no column 'target'"):
        choose_pairs(table, "target", "id")
    with pytest.raises(CorpusError, match="twice"):
        choose_pairs(table, "gold", "gold")
    assert choose_pairs(table, "gold", "model_output", "other system").pairs[0].other == "c"


def test_headers_get_names_of_their_own():
    assert read_table(b"text,text,\na,b,c\n").columns == ("text", "text (2)", "column 3")


def test_tabs_need_no_quotation_marks():
    table = read_table(b'reference\tcandidate\nhe said "hi\tshe said "yo" ok\n')
    assert cells(table)[0] == ('he said "hi', 'she said "yo" ok')
