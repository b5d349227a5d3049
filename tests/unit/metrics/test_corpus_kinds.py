"""Files as people have them. The truth of each is what a careful reader takes from it, written down by hand.

`corpus_files.json` has files as bytes; below are more of the same kinds. A file may also be refused, or a row left out,
where the message names what is odd.
"""

import base64
import json
from pathlib import Path

import pytest
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu
from sacrebleu.metrics import BLEU, CHRF

from lib.metrics.corpus.checked import reference_streams
from lib.metrics.corpus.job import result_rows, score_corpus
from lib.metrics.corpus.reading.columns import guess_columns
from lib.metrics.corpus.reading.encoding import ENCODINGS, ask_charset_normalizer
from lib.metrics.corpus.reading.file import Pair, Pairs, choose_pairs, read_table
from lib.metrics.corpus.reading.latin import CODE_PAGES
from lib.metrics.corpus.rows import CorpusJob
from lib.metrics.errors import CorpusError
from tests.unit.metrics.nasty import word_pairs

CASES = json.loads((Path(__file__).parent / "corpus_files.json").read_text(encoding="utf-8"))


def read(data: bytes) -> tuple[list | None, str, list[int]]:
    """(pairs by the guessed columns, everything that is said, numbers of rows left out)."""
    try:
        table = read_table(data)
        guess = guess_columns(table)
        if guess.problem:
            return None, guess.problem, []
        found = choose_pairs(table, guess.references, guess.candidate)
    except CorpusError as error:
        return None, str(error), []
    said = [*table.notes, *found.notes, *(f"row {each.number}: {each.why}" for each in found.refused)]
    pairs = [[_one(list(pair.references)), pair.candidate] for pair in found.pairs]
    return pairs, " ".join(said), [each.number for each in found.refused]


def _one(references):
    return references[0] if isinstance(references, list) and len(references) == 1 else references


def _plain(pairs):
    return [[_one(references), candidate] for references, candidate in pairs]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_each_file_is_read_as_a_careful_reader_would(case):
    expected = case["expected"]
    pairs, said, left_out = read(base64.b64decode(case["bytes_base64"]))
    words = expected.get("refused") or expected.get("or_refused") or []
    names_it = bool(words) and all(any(w in said.lower() for w in word.lower().split("|")) for word in words)
    if pairs is None:
        assert names_it, said
        return
    assert "refused" not in expected
    right = [_plain(expected["pairs"]), *map(_plain, expected.get("or_pairs", []))]
    assert pairs in right, said
    assert len(left_out) >= expected.get("left_out", 0)


QUOTES = {
    "a mark in the second cell": ('reference,candidate\na,"b\nc,d\ne,f"\ng,h\n', 4, "row 2"),
    "three columns": ('id,reference,candidate\n1,"a b,c d\n2,e f,g h\n3,i j",k l\n4,m n,o p\n', 4, "row 2"),
    "two rows with semicolons": ('reference;candidate\n"one;eins\ntwo";zwei\nthree;drei\n', 3, "row 2"),
    "two marks": ('reference\tcandidate\n"a\tb\nc\td\n5" pipe\te\n"f\tg\n', 4, "Rows 2, 5"),
    "a verse with commas": ('reference,candidate\n"Roses are red,\nviolets are blue",A poem\n', 1, "row 2"),
    "an address": ('reference,candidate\n"12,Main Street\nSpringfield",An address\n', 1, "row 2"),
    "a real cell with line breaks": ('reference,candidate\n"One.\n\nTwo, three.",x\n"a, b",y\n', 2, ""),
    "inches": ('reference,candidate\n5" pipe,a pipe\nsix" pipe,x\n', 2, ""),
}


@pytest.mark.parametrize("kind", QUOTES)
def test_quotation_marks_swallow_no_row_in_silence(kind):
    text, rows, named = QUOTES[kind]
    pairs, said, left_out = read(text.encode())
    assert (len(pairs), left_out) == (rows, [])
    assert named in said
    assert bool(named) == bool(said)


R, C = "it is cold outside", "it is very cold"
ASKED, USER = {"from": "human", "value": "How is it?"}, {"role": "user", "content": "How is it?"}
TEXT = {"type": "text", "text": C}
SHAPES = {
    "split": {"columns": ["id", "reference", "prediction"], "index": [0], "data": [[1, R, C]]},
    "index": {"0": {"reference": R, "prediction": C}},
    "columns": {"reference": {"0": R}, "prediction": {"0": C}},
    "table": {"schema": {"fields": []}, "data": [{"index": 0, "reference": R, "prediction": C}]},
    "values": [[R, C], [R, C]],
    "records": [{"reference": R, "prediction": C}],
    "wrapped": {"model": "m", "samples": [{"target": R, "output": C}]},
    "one lm-eval sample": {
        "doc": {"q": "?"},
        "target": R,
        "arguments": [["p", {}]],
        "resps": [[C]],
        "filtered_resps": [C],
    },
    "deepeval": [{"input": "q", "actual_output": C, "expected_output": R, "retrieval_context": ["x", "y"]}],
    "evaluate": {"predictions": [C], "references": [[R]]},
    "a conversation to be judged": {"messages": [USER, {"role": "assistant", "content": C}], "reference": R},
    "a conversation that is the truth": [{"conversations": [ASKED, {"from": "gpt", "value": R}], "prediction": C}],
    "parts of an answer": {"messages": [USER, {"role": "assistant", "content": [TEXT]}], "target": R},
    "an answer of OpenAI's API": {
        "custom_id": "request-1",
        "reference": R,
        "response": {"status_code": 200, "body": {"choices": [{"index": 0, "message": {**USER, "content": C}}]}},
    },
    "helm": [{"id": "id7", "references": [{"output": {"text": R}, "tags": ["correct"]}], "completions": [{"text": C}]}],
    "two tables of one file": {"dev": [{"ref": R, "hyp": C}], "test": [{"ref": R, "hyp": C}]},
    "a row with lists": {"prediction": C, "references": [R], "choices": ["x"]},
    "a model's name beside columns": {"model": "gpt", "predictions": [C], "references": [R]},
    "camel case": [{"questionId": 7, "modelOutput": C, "goldAnswer": R}],
    "squad": [{"id": "56be", "question": "q", "answers": {"text": [R], "answer_start": [1]}, "prediction": C}],
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("indent", [None, 2])
def test_every_shape_of_json(shape, indent):
    pairs, said, left_out = read(json.dumps(SHAPES[shape], indent=indent).encode())
    assert pairs in ([[R, C]], [[R, C], [R, C]]), said
    assert not left_out


def test_reference_files_as_sacrebleu_takes_them_become_references_of_each_row():
    data = {"sys": ["a b", "c d", "e f"], "refs": [["r1", "r2", "r3"], ["s1", "s2", "s3"]]}
    pairs, said, _ = read(json.dumps(data).encode())
    assert pairs == [[["r1", "s1"], "a b"], [["r2", "s2"], "c d"], [["r3", "s3"], "e f"]]
    assert "as sacrebleu takes them" in said


def test_lists_of_unequal_length_are_refused_with_both_counts():
    pairs, said, _ = read(b'{"predictions": ["a", "b"], "references": ["x"]}')
    assert pairs is None
    assert "lists 1 and the candidates' column 2" in said


def test_a_name_that_stands_twice_in_an_object_loses_nothing():
    table = read_table(b'{"reference": "a", "candidate": "b", "candidate": "c"}')
    assert table.columns == ("reference", "candidate", "candidate (2)")


@pytest.mark.parametrize(
    "cell",
    [
        "['hello there' 'hi there']",
        '["hello there", "hi there"]',
        "['hello there',\n 'hi there']",
        "('hello there', 'hi there')",
        "[['hello there'], ['hi there']]",
        "[np.str_('hello there'), np.str_('hi there')]",
        "['hello there', nan, 'hi there', None]",
        "['hello there' 'hi there' None]",
        "[np.str_('hello there'), np.float64(nan), 'hi there', <NA>]",
        '["hello there", null, "hi there", NaN]',
        '[["hello there", null], null, ["hi there"]]',
    ],
)
def test_lists_in_cells_as_pandas_numpy_and_json_write_them(cell):
    quoted = cell.replace('"', '""')
    pairs, said, _ = read(f'prediction,references\nhello,"{quoted}"\n'.encode())
    assert pairs == [[["hello there", "hi there"], "hello"]]
    assert "lists" in said


@pytest.mark.parametrize("nothing", ["[]", "[nan]", "[None, nan]", "[null]", "[<NA>]", "()", '["", "NaN"]', "[[], []]"])
def test_a_list_with_no_text_in_it_is_a_missing_reference(nothing):
    rows = f"prediction\treferences\na b\t{nothing}\nhello\t['hello there', nan]\n"
    pairs, said, left_out = read(rows.encode())
    assert (pairs, left_out) == ([["hello there", "hello"]], [2])
    assert "references is missing" in said


DEEP = "[" * 9_000 + "]" * 9_000


@pytest.mark.parametrize(
    "text",
    ["[]", "[None]", "[1, 2]", "(nan)", "['a', 1]", "[null", "[x for x in y]", "[not none]", DEEP],
    ids=lambda text: text[:20],
)
def test_brackets_are_texts_in_a_column_without_lists_of_texts(text):
    """As a model's answers in code are."""
    assert read(f"prediction\treference\n{text}\t{text}\nx\t[1]\n".encode())[0] == [[text, text], ["[1]", "x"]]


@pytest.mark.parametrize("nothing", ["[]", "()", " [] "])
def test_a_column_of_empty_lists_has_no_text_and_is_no_side(nothing):
    rows = f"prediction\treferences\ttags\na b\t{nothing}\t{nothing}\nc d\t\t{nothing}\n"
    pairs, said, _ = read(rows.encode())
    assert pairs is None
    assert "No row has all of" in said
    assert "references is missing" in said
    assert read(f"tags,text,rewritten\n{nothing},a b,c d\n{nothing},e f,g h\n".encode())[0][0] == ["a b", "c d"]
    assert read(f"prediction,reference\n{nothing},{nothing}\nx,y\n".encode())[0][0] == [nothing, nothing]  # code


def test_several_answers_of_one_request_are_no_candidate_and_a_user_is_never_scored():
    choices = [{"message": {"role": "assistant", "content": text}} for text in ("one", "two")]
    assert "is a list of 2 texts" in read(json.dumps([{"reference": "a", "choices": choices}]).encode())[1]
    pairs, said, _ = read(json.dumps([{"reference": "a", "messages": [USER]}]).encode())
    assert (pairs, "How is it" in said) == (None, False)


@pytest.mark.parametrize(
    "text",
    [
        '"reference,candidate"\n"a b,c d"\n"""x, y"",z"\n',
        'reference,candidate\n"a b,c d"\n"""x, y"",z"\n',
        '"reference;candidate"\n"a b;c d"\n"x, y;z"\n',
    ],
)
def test_rows_that_a_program_quoted_as_a_whole(text):
    pairs, said, left_out = read(text.encode())
    assert (pairs, left_out) == ([["a b", "c d"], ["x, y", "z"]], [])
    assert "around whole rows" in said


def test_utf_16_of_any_script_without_its_mark():
    for codec in ("utf-16-le", "utf-16-be"):
        pairs, said, _ = read("reference\tcandidate\n今天天气很好\t今天天气好\n".encode(codec))
        assert (pairs, "UTF-16" in said) == ([["今天天气很好", "今天天气好"]], True)
        assert read("参考\t候选\n今天天气很好\t今天天气好\n".encode(codec))[0] == pairs
    assert "binary" in read(bytes(range(256)) * 40)[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("reference,candidate\ncafÃ© noir,a\n", "“Ã©” in line 2"),
        ("reference,candidate\na,itâ€™s\n", "“â€™” in line 2"),
        ("reference,candidate\ncaf\ufffd noir,a\n", "Line 2"),
        ("reference,candidate\nNÃO É,SÃO Paulo\nÂge d'or,â la\n", ""),
    ],
)
def test_letters_that_another_program_spoilt_are_said_and_kept(text, words):
    pairs, said, _ = read(text.encode())
    assert pairs[0] == text.split("\n")[1].split(",")
    assert words in said
    assert bool(said) == bool(words)


@pytest.mark.parametrize("header", ["original,paraphrase", "text,rewritten", "original,summary", "first,second"])
def test_where_no_name_tells_the_sides_apart_the_first_is_the_reference(header):
    reference, candidate = header.split(",")
    guess = guess_columns(read_table(f"{header}\na b,c d\n".encode(), header=True))
    assert (guess.references, guess.candidate) == ((reference,), candidate)


def test_brackets_that_are_no_list_stay_a_text():
    assert read(b"prediction,reference\nhello,[laughs]\nx,[1]\n")[0] == [["[laughs]", "hello"], ["[1]", "x"]]


@pytest.mark.parametrize("word", ["", "  ", "NaN", "nan", "NA", "N/A", "null", "NULL", "None", "<NA>", " nan "])
def test_what_is_missing_is_no_text(word):
    rows = f"reference,candidate\n{word},x\ny,{word}\nNone of it,Nankai\n"
    pairs, _, left_out = read(rows.encode())
    assert (pairs, left_out) == ([["None of it", "Nankai"]], [2, 3])


NAMES = [
    ("user_input,retrieved_contexts,response,reference", "response", "reference"),  # ragas
    ("question,answer,prediction", "prediction", "answer"),
    ("question,contexts,answer,ground_truths", "answer", "ground_truths"),  # ragas before 0.2
    ("article,highlights,summary", "summary", "highlights"),  # CNN/DailyMail
    ("document,summary,generated_summary", "generated_summary", "summary"),
    ("input,actual_output,expected_output", "actual_output", "expected_output"),  # DeepEval
    ("inputs,outputs,reference_outputs", "outputs", "reference_outputs"),  # LangSmith
    ("query,response,ground_truth,context", "response", "ground_truth"),  # Azure AI Evaluation
    ("decoded_preds,decoded_labels", "decoded_preds", "decoded_labels"),  # transformers
    ("lp,src,mt,ref,score", "mt", "ref"),  # COMET
    ("prompt,completion,ideal", "completion", "ideal"),  # OpenAI evals
    ("ref_len,hyp_len,ref,hyp,bleu_score", "hyp", "ref"),
    ("Human Reference,Model Output", "Model Output", "Human Reference"),
    (
        "reference_id,prediction_id,text of the reference,text of the model",
        "text of the model",
        "text of the reference",
    ),
]


@pytest.mark.parametrize(("header", "candidate", "reference"), NAMES)
def test_columns_by_the_names_that_tools_write(header, candidate, reference):
    names = header.split(",")
    row = ",".join(f"some {name}" if "id" not in name and "len" not in name else "17" for name in names)
    guess = guess_columns(read_table(f"{header}\n{row}\n{row}\n".encode()))
    assert (guess.references, guess.candidate) == ((reference,), candidate)


@pytest.mark.parametrize("header", ["id,text", "doc_id,score,output", "question,answer", "uid,5f1c"])
def test_no_id_number_or_question_is_taken_for_a_text(header):
    names = header.split(",")
    data = f"{header}\n" + "\n".join(
        ",".join(f"{n}{i}" if "id" in n else f"{n} is {i}" for n in names) for i in range(3)
    )
    pairs, said, _ = read(data.encode())
    assert pairs is None
    assert "column" in said


def test_numbers_are_texts_where_the_names_say_so():
    assert read(b"target,prediction\n42,42\n007,8\n")[0] == [["42", "42"], ["007", "8"]]


@pytest.mark.parametrize(
    "header", ["ref0,ref1,hyp", "refA,refB,mt", "reference,reference_2,prediction", "reference 1,reference 2,candidate"]
)
def test_several_reference_columns(header):
    pairs, _, left_out = read(f"{header}\na a,b b,c c\nd d,,e e\n,,f f\n".encode())
    assert pairs == [[["a a", "b b"], "c c"], ["d d", "e e"]]
    assert left_out == [4]


def test_a_table_without_a_header_and_the_box_to_say_so():
    data = b"hello there\thi there\ngood night\tnight night\n"
    assert [pair[1] for pair in read(data)[0]] == ["hi there", "night night"]
    assert read_table(data, header=True).columns == ("hello there", "hi there")
    assert read_table(b"reference,candidate\na,b\n", header=False).frame.to_numpy().tolist()[0] == [
        "reference",
        "candidate",
    ]


def test_numbers_of_rows_that_r_gives_no_name():
    assert read(b'"reference","candidate"\n"1","a b","c d"\n"2","e f","g h"\n')[0] == [["a b", "c d"], ["e f", "g h"]]


def test_delimiters_too_many():
    assert read(b"reference;candidate;;\na b;c d;;\ne, f;g;;\n")[0] == [["a b", "c d"], ["e, f", "g"]]


def test_why_every_row_is_refused():
    pairs, said, _ = read(b"reference,candidate\n,x\nNA,y\nnan,z\n,u\n,v\n")
    assert pairs is None
    assert "Row 2: reference is missing" in said
    assert "Row 4" in said
    assert "And 2 more" in said


SENTENCES = {
    "cp1250": "Pociąg spóźni się dwadzieścia minut, proszę czekać w poczekalni. Muzeum jest w poniedziałki zamknięte.",
    "iso8859_2": "Pociąg spóźni się dwadzieścia minut, proszę czekać. Muzeum jest w poniedziałki zamknięte.",
    "cp1251": "Потяг запізнюється на двадцять хвилин. Музей безкоштовний, але щопонеділка зачинений.",
    "cp1252": "Où est la clé ? Elle est près de l’entrée, ça coûte 12 €. Même l’été le marché est très animé.",
    "cp1253": "Το τρένο θα καθυστερήσει είκοσι λεπτά. Το μουσείο είναι δωρεάν αλλά τη Δευτέρα κλειστό.",
    "cp1254": "Tren yirmi dakika gecikecek, lütfen bekleyin. Müze ücretsiz ama pazartesi kapalı. Şimdi değil.",
    "cp1255": "הרכבת תתעכב בעשרים דקות, נא להמתין באולם. המוזיאון חינם אבל סגור ביום שני.",
    "cp1256": "القطار متأخر عشرين دقيقة، يرجى الانتظار. المتحف مجاني لكنه مغلق يوم الاثنين.",
    "cp1257": "Traukinys vėluoja dvidešimt minučių, prašome palaukti. Šeštadienio rytą turguje daug žmonių. Ąžuolas.",
    "koi8_r": "Поезд опаздывает на двадцать минут. Музей бесплатный, но по понедельникам закрыт.",
    "cp866": "Поезд опаздывает на двадцать минут. Музей бесплатный, но по понедельникам закрыт.",
    "cp949": "기차가 이십 분 늦습니다. 대합실에서 기다려 주세요. 박물관은 월요일에 휴관입니다.",
    "big5": "火車晚了二十分鐘，請在候車室等待。博物館免費開放。",
    "gb18030": "火车晚了二十分钟，请在候车室等待。博物馆免费开放。",
    "cp932": "電車は二十分遅れています。博物館は無料です。",
    "euc_jp": "電車は二十分遅れています。博物館は無料です。",
    "iso2022_jp": "電車は二十分遅れています。博物館は無料です。",
    "tis_620": "รถไฟล่าช้ายี่สิบนาที กรุณารอ พิพิธภัณฑ์เข้าชมฟรี",
    "mac_roman": "Où est la clé ? Elle est près de l’entrée. Même l’été le marché est très animé.",
}


@pytest.mark.parametrize("encoding", SENTENCES)
def test_an_encoding_is_found_and_said_or_can_be_chosen(encoding):
    sentence = SENTENCES[encoding]
    data = f"reference\tcandidate\n{sentence}\t{sentence[:20].strip()}\n".encode(encoding)
    for said in (None, encoding):
        table = read_table(data, said)
        assert table.frame["reference"].tolist() == [sentence]
        assert ENCODINGS[encoding] == table.encoding or said is None


def test_an_encoding_that_does_not_fit_is_said_with_the_line():
    with pytest.raises(CorpusError, match="not in the encoding UTF-8: line 2"):
        read_table("reference,candidate\nüber,x\n".encode("cp1252"), "utf-8")


def corpus_of(rows, **settings):
    pairs = tuple(Pair(number, tuple(references), text) for number, (references, text) in enumerate(rows, start=2))
    job = CorpusJob(Pairs(pairs, ()), **settings)
    return job, list(score_corpus(job))[-1]


@pytest.mark.parametrize("lowercase", [False, True])
@pytest.mark.parametrize("weights", [(0.25,) * 4, (0.5, 0.5), (0.1, 0.2, 0.3, 0.2, 0.2)])
def test_several_references_other_weights_and_lower_case_as_the_libraries_have_them(weights, lowercase):
    made = zip(word_pairs(40, words=9), word_pairs(40, words=8, seed=1), strict=True)
    rows = [([a.title(), b] if at % 3 else [a.title()], text) for at, ((a, text), (b, _)) in enumerate(made)]
    job, result = corpus_of(rows, weights=weights, lowercase=lowercase, method=1)
    (system,) = result.systems
    lower = str.lower if lowercase else str
    references = [[lower(each).split() for each in refs] for refs, _ in rows]
    texts = [lower(text).split() for _, text in rows]
    assert system.corpus_nltk_bleu == corpus_bleu(references, texts, weights, SmoothingFunction().method1)
    bleu, streams = BLEU(lowercase=lowercase), reference_streams(job.pairs.pairs)
    assert system.corpus_sacrebleu == bleu.corpus_score([text for _, text in rows], streams).score
    assert result.bleu_signature == str(bleu.get_signature())
    assert "nrefs:var" in result.bleu_signature
    assert system.corpus_chrf == CHRF(lowercase=lowercase).corpus_score([text for _, text in rows], streams).score
    assert (result.checked.rows, result.checked.differences) == (30, ())
    assert result_rows(job, result)[1]["reference_2"] == rows[1][0][1]


@pytest.mark.parametrize(
    ("text", "tokenise"),
    [
        ("今天天气很好。", "zh"),
        ("今日は良い天気です。", ("ja-mecab", "char")),
        ("พิพิธภัณฑ์เข้าชมฟรี", "char"),
        ("It is cold.", "whitespace"),
    ],
)
def test_a_copy_scores_100_in_every_writing(text, tokenise):
    job, result = corpus_of([([text], text), ([text], text)])
    assert job.cut_by in tokenise
    assert result.systems[0].corpus_sacrebleu == pytest.approx(100)


MORE_FILES = {
    "sep in capitals": "SEP=;\nreference;candidate\na cat;a dog\n",
    "a mark after a backslash": 'reference,candidate\n"a cat",a dog\n"he said \\"hi\\" there, twice",he said hi\n',
    "a Markdown table": "| reference | candidate |\n|:---|---:|\n| a cat | a dog |\n",
    "a comment above the names": "# written by a script\nreference,candidate\na cat,a dog\n",
    "comments without a comma above the names": "# run 7\n# by hand\nreference,candidate\na cat,a dog\n",
    "the upper of two rows of names above the lower": "text,text\nreference,prediction\na cat,a dog\n",
    "R's write.table": '"reference" "candidate"\n"1" "a cat" "a dog"\n"2" NA "b, c"\n',
    "a title above the names": "Results of Monday,,\n\nid,reference,candidate\n1,a cat,a dog\n",
    "who translated": "system\tdoc\tseg_id\tsource\ttarget\treference\nNMT-1\td1\t1\tKatze\ta dog\ta cat\n",
    "which model answered": "model,answer,reference\ngpt,a dog,a cat\nllama,b b,c c\n",
    "OpenAI's evals": '{"item": {"input": "q", "ground_truth": "a cat"}, "sample": {"output_text": "a dog"}}\n',
    "SummEval": '{"id": "d-1", "decoded": "a dog", "references": ["a cat"], "text": "An article."}\n',
    "whether it was right": "question,answer,model_answer,correct\nq,a cat,a dog,True\n",
    "who generated": '[{"instruction": "i", "output": "a dog", "generator": "m", "reference": "a cat"}]',
    "short answers": "sys,ref\na dog,a cat\n",
    "comments above JSON": '// by hand\n/* run\n7 */\n[{"reference": "a cat", "prediction": "a dog"}]',
    "JSON written twice": json.dumps(json.dumps([{"reference": "a cat", "prediction": "a dog"}])),
    "the hub's viewer": '{"features": [{"name": "ref"}], "rows": [{"row": {"ref": "a cat", "mt": "a dog"}}]}',
    "JSON copied from a chat": '```json\n[{"reference": "a cat", "prediction": "a dog"}]\n```\n',
    "JSON of a script": 'const data = [{"reference": "a cat", "prediction": "a dog"}];\n',
    "a space before a comma": 'reference , candidate\n"a cat" , "a dog"\n',
    "an answer among what was given": '{"inputs.q": "q", "inputs.ground_truth": "a cat", "outputs.answer": "a dog"}',
    "a log of several kinds of events": (
        '{"spec": {"completion_fns": ["gpt"], "eval_name": "x"}}\n'
        '{"type": "sampling", "data": {"prompt": "q", "sampled": ["a dog"]}}\n'
        '{"type": "match", "data": {"expected": "a cat", "picked": "a", "sampled": "a dog"}}\n'
        '{"final_report": {"accuracy": 0.0}}\n'
    ),
    "words of MySQL, Excel and of no width": "reference,candidate\na cat,a dog\n\\N,x\ny,#VALUE!\nz,\u200b\n",
}


@pytest.mark.parametrize("kind", MORE_FILES)
def test_more_files_as_tools_write_them(kind):
    pairs, said, _ = read(MORE_FILES[kind].encode())
    assert pairs[0] == ["a cat", "a dog"], said
    assert ['he said "hi" there, twice', "he said hi"] in pairs or "backslash" not in kind
    assert len(pairs) == 1 or kind in ("a mark after a backslash", "which model answered")
    assert "left out" in said or "above" not in kind


def test_one_sample_with_several_references_is_a_row():
    """As a file of lm-evaluation-harness that was run with limit 1."""
    sample = {"doc_id": 0, "target": ["a cat", "one cat"], "filtered_resps": ["a dog"], "exact_match": 0.0}
    assert read(json.dumps(sample).encode())[0] == [[["a cat", "one cat"], "a dog"]]


@pytest.mark.parametrize("text", ["#### 5", "see https://example.org/a", "/* x */", "# Title"])
def test_no_text_is_taken_for_a_comment(text):
    """GSM8K's answers end with "#### 5" and a number; the next line of a JSONL begins with {, as below a comment."""
    rows = [{"reference": text, "prediction": f"{each} {text}"} for each in ("one", "two", "three")]
    pairs, said, left_out = read("\n".join(map(json.dumps, rows)).encode())
    assert pairs == [[row["reference"], row["prediction"]] for row in rows]
    assert (said, left_out) == ("", [])


@pytest.mark.parametrize(
    "data",
    [
        # WMT's MQM files: the target is the system's translation, and there is no reference
        "system\tdoc\tseg_id\trater\tsource\ttarget\tcategory\tseverity\n"
        + "NMT-a\td\t1\tr1\tHello\tHallo du\tno-error\tminor\n" * 4,
        # AlpacaEval's outputs: one model's answers
        json.dumps([{"instruction": "q", "output": "an answer", "generator": "gpt4", "dataset": "helpful"}]),
    ],
)
def test_what_is_said_of_a_text_is_not_scored_against_it(data):
    pairs, said, _ = read(data.encode())
    assert pairs is None
    assert "No column looks like" in said


def test_a_mark_after_a_space_opens_a_cell():
    data = b'reference, candidate\n"a cat, sat", "a dog, sat"\n"b", "c"\nhe said, "hi"\n'
    assert read(data)[0] == [["a cat, sat", "a dog, sat"], ["b", "c"], ["he said", "hi"]]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("reference,candidate", "row 3: it has the names of the columns once more"),
        ("\ufeffreference,candidate", "row 3: it has the names of the columns once more"),
        ("# end of file", "row 3: it has no comma and so 1 cell where the table has 2 columns"),
        ("b b;c c", "row 3: it has no comma and so 1 cell"),
        ("'e, f','g'", 'must stand in double quotation marks, "…"'),
    ],
)
def test_a_row_that_is_no_pair_says_what_it_is(row, why):
    pairs, said, left_out = read(f"reference,candidate\na cat,a dog\n{row}\nb,c\n".encode())
    assert (pairs, left_out) == ([["a cat", "a dog"], ["b", "c"]], [3])
    assert why in said


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Tom &amp; Jerry", "“&amp;” in line 2 is how a web page writes a sign"),
        ("it&#39;s", "“&#39;” in line 2 is how a web page writes a sign"),
        ("b'a cat'", "“b'a cat'” in line 2 is how Python prints bytes"),
        ("R&D; Tom & Jerry", ""),
        ("Bob's cat and Jeb'", ""),
    ],
)
def test_what_a_program_wrote_in_its_own_way_is_said_and_kept(cell, said):
    pairs, found, _ = read(f"reference\tcandidate\n{cell}\ta dog\n".encode())
    assert pairs == [[cell, "a dog"]]
    assert said in found
    assert bool(said) == bool(found)


@pytest.mark.parametrize("header", ["prompt,response_a,response_b", "question,hyp1,hyp2", "prediction_1,prediction_2"])
def test_a_second_answer_is_no_reference(header):
    row = ",".join(f"some {name}" for name in header.split(","))
    pairs, said, _ = read(f"{header}\n{row}\n{row}\n".encode())
    assert pairs is None
    assert "looks like a reference" in said


def test_a_document_of_a_word_processor_is_called_that():
    assert "word processor" in read(b"{\\rtf1\\ansi reference, candidate}")[1]


def test_a_first_row_that_no_tool_writes_is_said_to_be_taken_for_names():
    assert "The first row was read as the names of the columns (hello, hi)" in read(b"hello\thi\nbye\tgood bye\n")[1]
    assert read(b"mt,ref\na,b\n")[1] == ""


def test_one_word_answers_under_an_ambiguous_name_are_texts_where_nothing_else_is():
    assert read(b"sys,ref\ncat,dog\nx,y\n")[0] == [["dog", "cat"], ["y", "x"]]


@pytest.mark.parametrize("text", ['{"q1": "a b", "q2": "c d"}', '{"56be4db0acb8": ["a"], "5ad3f1a2b4": ["b"]}'])
def test_a_text_for_each_id_has_nothing_to_be_compared_with(text):
    pairs, said, _ = read(text.encode())
    assert pairs is None
    assert "one text for each id" in said


def test_an_answer_s_choice_is_no_reference():
    helm = '[{"instance_id": "id1", "predicted_text": " B", "mapped_output": "a long answer"}]'
    assert read(helm.encode()) == (None, guess_columns(read_table(helm.encode())).problem, [])


@pytest.mark.parametrize(
    ("encoding", "text"),  # too short for the frequencies of letters: the alphabets of the languages decide
    [
        ("cp1252", "Mañana lloverá en España"),
        ("cp850", "Die Bibliothek schließt früh, beeilt euch"),
        ("cp1254", "Çocuklar bahçede oynuyor, yağmur yağıyor"),
        ("iso8859_2", "Biblioteka zamyka się o szóstej, proszę się pośpieszyć"),
        ("koi8_u", "Бібліотека зачиняється о шостій"),
        # Nothing but signs, as in English, and each stands where signs do.
        ("cp1252", "a\u00a0b"),
        ("cp1252", "10\u00a0km to go"),
        ("cp1252", "It’s here"),
        ("cp1252", "It costs £5 or €3"),
        ("cp1252", "Coke™ and Fanta® in ½ cup"),
        ("cp1252", "• one • two, 5 ± 2 µm"),
        ("cp1252", "« oui » dit-il, „da“ – 1º"),
        ("cp1252", "Für £5"),
        # Letters whose bytes are signs of Windows-1252, where no signs stand.
        ("cp850", "Die Vögel wählen Käse"),
        ("cp850", "Öl und Äpfel für Käthe"),
        ("cp850", "Un café está más allá"),
        ("cp850", "canción"),
        ("cp850", "räksmörgås"),
        ("cp850", "café crème déjà bu"),
        ("cp850", "¿Qué dices? ¡Así!"),
        # Letters that one language has often, and signs and digits that stand where they do.
        ("cp1252", "Hän lähti kylään, mutta pyörä jäi mökin pihalle"),
        ("cp1252", "De waarde ‘12’ is geïnstalleerd"),
        ("cp1252", "Datoen skrives ÅÅÅÅ-MM-DD"),
        ("cp1252", "A reunião não começou às três, disse a irmã"),
        ("cp1250", "Noću je kiša padala, a djeca su već čekala ispred škole"),
        ("cp1250", "A gyerekek az őszi erdőben gyűjtöttek leveleket"),
        ("cp1254", "İyi günler, İstanbul’da hava bugün çok güzel"),
        ("cp852", "Děti šly večer k řece a zpívaly písničky"),
        ("cp852", "Wczoraj wieczorem dzieci śpiewały piosenki nad rzeką"),
        ("mac_roman", "Er hört die Vögel über den Dächern"),
        ("mac_roman", "She said “12” isn’t enough"),
    ],
)
def test_the_letters_and_signs_of_one_sentence_tell_its_encoding(encoding, text):
    table = read_table(f"reference\tcandidate\n{text}\t{text[:12]}\n".encode(encoding))
    assert table.frame["reference"].tolist() == [text]
    assert table.encoding == ENCODINGS[encoding]


@pytest.mark.parametrize(
    ("encoding", "text", "taken_for"),
    [
        ("cp1252", "Mañana lloverá en España", "cp850"),
        ("cp1252", "Hän lähti kylään, mutta pyörä jäi mökin pihalle", "mac_roman"),
        ("cp1252", "Datoen skrives ÅÅÅÅ-MM-DD", "cp866"),
        ("cp1250", "Noću je kiša padala, a djeca su već čekala ispred škole", "cp1252"),
        ("cp1250", "A gyerekek az őszi erdőben gyűjtöttek leveleket", "cp1252"),
        ("cp1254", "İyi günler, İstanbul’da hava bugün çok güzel", "cp1252"),
        ("cp1257", SENTENCES["cp1257"][:60], "cp1252"),
        ("cp850", "Un café está más allá", "cp1252"),
        ("cp852", "Děti šly večer k řece a zpívaly písničky", "cp1250"),
        ("mac_roman", "Er hört die Vögel über den Dächern", "cp1252"),
        ("cp1252", "It’s here", "cp852"),
        ("cp1252", "It costs £5 or €3", "mac_roman"),
    ],
)
def test_what_charset_normalizer_gets_wrong_is_read_by_its_letters_and_signs(encoding, text, taken_for):
    """Should a later one know better, it can be asked for these too."""
    data = f"reference\tcandidate\n{text}\t{text[:12]}\n".encode(encoding)
    assert ask_charset_normalizer(data) == taken_for
    assert read_table(data).frame["reference"].tolist() == [text]


@pytest.mark.parametrize("encoding", [each for each in SENTENCES if each not in (*CODE_PAGES, "iso2022_jp")])
def test_charset_normalizer_decides_what_is_in_another_script(encoding):
    sentence = SENTENCES[encoding]
    data = f"reference\tcandidate\n{sentence}\t{sentence[:20].strip()}\n".encode(encoding)
    asked = ask_charset_normalizer(data)
    assert data.decode(asked) == data.decode(encoding)
    assert read_table(data).encoding == ENCODINGS[asked]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[\n {"reference": "a", "prediction": "b"},\n {"reference": "c", "prediction": "d"},\n]', "line 3, column 39"),
        ('{"predictions": ["a b", "c",],\n "references": ["d", "e"]}', "comma at line 1, column 28"),
        ('[{"reference": "a", "prediction": "b",}]', "column 38, which stands before a closing }"),
        ("{'reference': 'a', 'prediction': 'b'}", "double quotation mark"),
        ('[{"reference": "a"},\n{"reference": "b", "pre', "breaks off in the middle, at line 2, column 20"),
        ('[{"reference": "a" "prediction": "b"}]', "at line 1, column 20 something else is expected"),
        ("<!DOCTYPE html>\n<table><tr><td>reference</td></tr></table>", "web page"),
    ],
)
def test_where_a_file_breaks_off_being_json_is_said(text, words):
    pairs, said, _ = read(text.encode())
    assert pairs is None
    assert words in said
    assert said.count(". ") == 0


@pytest.mark.parametrize(
    "text",
    [
        "label,prediction\n0,1\n1,1\n0,0\n",
        "text,label,pred\na good film,1,1\na bad film,0,1\n",
        '{"label": 3, "prediction": 2}\n{"label": 0, "prediction": 4}\n',
        "prediction,label\nTrue,False\nTrue,True\n",
        "target,prediction\n1,0\n0,0\n",
    ],
)
def test_classes_are_no_texts(text):
    pairs, said, _ = read(text.encode())
    assert pairs is None
    assert "only numbers, true or false" in said


def test_references_written_as_objects_are_texts_and_roles_are_not():
    row = {"prediction": "a", "references": [{"text": "a b"}, {"text": "a c"}]}
    assert read(json.dumps(row).encode())[0] == [[["a b", "a c"], "a"]]
    chat = {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}]}
    assert read(json.dumps(chat).encode())[0] is None


SIDES = [("The cat sat.", "A cat sat."), ("It rains, heavily.", "It is raining.")]


def _lines(*rows: tuple[str, ...]) -> str:
    return "\n".join(",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows)


def _report(rows: list[dict], where: tuple[str, ...], beside: dict) -> str:
    value: object = rows
    for name in reversed(where):
        value = {name: value}
    return json.dumps({**value, **beside})


AS_TOOLS_WRITE = {
    "DeepEval's test run": _report(
        [{"name": "t", "input": "q", "actualOutput": b, "expectedOutput": a} for a, b in SIDES],
        ("testCases",),
        {"conversationalTestCases": [], "metricsScores": [{"metric": "GEval", "scores": [0.9]}]},
    ),
    "promptfoo's results": _report(
        [{"vars": {"text": "q", "expected": a}, "response": {"output": b}, "success": True} for a, b in SIDES],
        ("results", "results"),
        {"evalId": "e", "config": {}},
    ),
    "lm-evaluation-harness's log": _report(
        [{"doc_id": 1, "target": a, "resps": [[b]], "filtered_resps": [b]} for a, b in SIDES],
        ("samples", "gsm8k"),
        {"results": {"gsm8k": {"acc": 0.5}}, "config": {"model": "hf"}},
    ),
    "Azure's rows": _report(
        [{"inputs.query": "q", "inputs.ground_truth": a, "inputs.response": b, "outputs.f1": 0.5} for a, b in SIDES],
        ("rows",),
        {"metrics": {"f1_score": 0.5}},
    ),
    "Bedrock's output": "\n".join(
        json.dumps(
            {
                "inputRecord": {"prompt": "q", "referenceResponse": a},
                "modelResponses": [{"response": b, "modelIdentifier": "m"}],
            }
        )
        for a, b in SIDES
    ),
    "LangSmith's CSV": _lines(
        ("id", "inputs", "outputs", "reference_outputs"),
        *(("1", '{"question": "q"}', json.dumps({"output": b}), json.dumps({"output": a})) for a, b in SIDES),
    ),
    "Argilla's records": json.dumps(
        [
            {"id": "u", "fields": {"text": "q", "generated": b}, "responses": {"correction": [{"value": a}]}}
            for a, b in SIDES
        ]
    ),
}


@pytest.mark.parametrize("tool", AS_TOOLS_WRITE)
def test_a_report_is_read_as_the_tool_means_it(tool):
    pairs, said, _ = read(AS_TOOLS_WRITE[tool].encode())
    assert pairs == [list(pair) for pair in SIDES], said


def test_json_that_was_to_be_written_stays_a_text():
    calls = [json.dumps({"name": "weather", "arguments": {"city": city}}) for city in ("Oslo", "Rome")]
    pairs, _, _ = read(_lines(("reference", "candidate"), (calls[0], calls[1]), (calls[1], calls[1])).encode())
    assert pairs == [[calls[0], calls[1]], [calls[1], calls[1]]]


@pytest.mark.parametrize("mark", ["|||", " ||| ", " <sep> ", " [SEP] "])
def test_several_references_in_a_cell_are_told_apart_and_said(mark):
    pairs, said, _ = read(_lines(("references", "candidate"), (f"a b{mark}a c", "a d"), ("e f", "e g")).encode())
    assert pairs == [[["a b", "a c"], "a d"], ["e f", "e g"]]
    assert mark.strip() in said


def test_a_mark_on_both_sides_belongs_to_the_texts():
    pairs, _, _ = read(b"reference,candidate\na ||| b,c ||| d\n")
    assert pairs == [["a ||| b", "c ||| d"]]


def test_an_empty_column_is_no_side():
    """Label Studio's "predictions" is the list of a model's pre-annotations, most often empty."""
    rows = [{"id": 1, "annotations": [{"result": []}], "predictions": [], "data": {"prediction": b}} for _, b in SIDES]
    pairs, said, _ = read(json.dumps(rows).encode())
    assert pairs is None
    assert "No column looks like a reference" in said


def test_promptfoo_s_csv_is_refused_by_name():
    table = _lines(("text", "__expected", "[openai:gpt-4] Translate"), ("q", "similar: a b", "[PASS] a c"))
    pairs, said, _ = read(table.encode())
    assert pairs is None
    assert "promptfoo" in said


@pytest.mark.parametrize(
    "names",
    [
        ("תרגום מכונה", "תרגום ייחוס"),
        ("Πρόβλεψη", "Αναφορά"),
        ("Modellsvar", "Facit"),
        ("Konekäännös", "Viite"),
        ("Předpověď", "Referenční překlad"),
        ("Gépi fordítás", "Elvárt válasz"),
        ("Traducere automată", "Referință"),
        ("Прогноз", "Еталон"),
        ("پیش‌بینی", "ترجمه مرجع"),
        ("পূর্বাভাস", "রেফারেন্স"),
    ],
)
def test_the_candidate_first_in_further_languages(names):
    pairs, said, _ = read(_lines(names, *((b, a) for a, b in SIDES)).encode())
    assert pairs == [list(pair) for pair in SIDES], said


def test_what_two_models_wrote_is_no_reference_and_candidate():
    """AlpacaEval's annotations: output_1 and output_2, of generator_1 and generator_2."""
    rows = [{"instruction": "q", "output_1": a, "output_2": b, "preference": 1.0} for a, b in SIDES]
    pairs, said, _ = read(json.dumps(rows).encode())
    assert pairs is None
    assert "No column looks like a reference" in said
    texts = [{"sentence1": a, "sentence2": b} for a, b in SIDES]
    assert read(json.dumps(texts).encode())[0] == [list(pair) for pair in SIDES]
