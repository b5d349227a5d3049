"""Which column is what, where names are in another language or say nothing. The truth is what a reader would say."""

import json

import pytest

from lib.metrics.corpus.reading.columns import guess_columns
from lib.metrics.corpus.reading.file import read_table
from lib.metrics.corpus.reading.names import looks_like_names, words_of_name
from tests.unit.metrics.test_corpus_kinds import read

LANGUAGES = [  # (names, reference, candidate), the candidate first where names alone can tell
    ("机器译文,参考译文", "参考译文", "机器译文"),
    ("编号,原文,模型输出,标准答案", "标准答案", "模型输出"),
    ("序号,问题,模型回答,参考答案", "参考答案", "模型回答"),
    ("提示,生成摘要,人工摘要", "人工摘要", "生成摘要"),
    ("譯文,參考譯文", "參考譯文", "譯文"),
    ("预测,目标", "目标", "预测"),
    ("预测结果(模型),参考（人工）", "参考（人工）", "预测结果(模型)"),
    ("予測,正解", "正解", "予測"),
    ("番号,入力,出力,参照訳", "参照訳", "出力"),
    ("原文,機械翻訳,人手翻訳", "人手翻訳", "機械翻訳"),
    ("질문,모델 출력,정답", "정답", "모델 출력"),
    ("원문,기계번역,참조번역", "참조번역", "기계번역"),
    ("คำทำนาย,คำตอบอ้างอิง", "คำตอบอ้างอิง", "คำทำนาย"),
    ("คำถาม,คำตอบของโมเดล,คำตอบที่ถูกต้อง", "คำตอบที่ถูกต้อง", "คำตอบของโมเดล"),
    ("English,Chinese Prediction,Chinese Reference", "Chinese Reference", "Chinese Prediction"),
    ("model output (模型输出),ground truth (人工标注)", "ground truth (人工标注)", "model output (模型输出)"),
    ("கணிப்பு,குறிப்பு", "குறிப்பு", "கணிப்பு"),
    ("अनुवाद,संदर्भ", "संदर्भ", "अनुवाद"),
    ("Soalan,Ramalan,Rujukan", "Rujukan", "Ramalan"),
    ("nomor,prediksi,referensi", "referensi", "prediksi"),
    ("câu hỏi,dự đoán,đáp án", "đáp án", "dự đoán"),
    ("номер,исходный текст,перевод,эталон", "эталон", "перевод"),
    ("ответ модели,правильный ответ", "правильный ответ", "ответ модели"),
    ("Quelle,Übersetzung,Referenz", "Referenz", "Übersetzung"),
    ("Frage,Vorhersage,Musterlösung", "Musterlösung", "Vorhersage"),
    ("Größe,Hypothese,Referenzübersetzung", "Referenzübersetzung", "Hypothese"),
    ("hypothèse,référence", "référence", "hypothèse"),
    ("réponse générée,réponse attendue", "réponse attendue", "réponse générée"),
    ("predicción,referencia", "referencia", "predicción"),
    ("tradução automática,tradução humana", "tradução humana", "tradução automática"),
    ("ipotesi,riferimento", "riferimento", "ipotesi"),
    ("bron,vertaling,referentie", "referentie", "vertaling"),
    ("źródło,tłumaczenie,referencja", "referencja", "tłumaczenie"),
    ("kaynak,tahmin,referans", "referans", "tahmin"),
    ("المصدر,الترجمة,المرجع", "المرجع", "الترجمة"),
]


@pytest.mark.parametrize("mark", [",", "\t", ";"])
@pytest.mark.parametrize(("header", "reference", "candidate"), LANGUAGES)
def test_names_in_other_languages(header, reference, candidate, mark):
    row = mark.join("some words here" for _ in header.split(","))
    table = read_table(f"{header.replace(',', mark)}\n{row}\n{row}\n".encode())
    guess = guess_columns(table)
    assert (guess.references, guess.candidate, table.notes) == ((reference,), candidate, ())


@pytest.mark.parametrize("order", ["原文,参考译文,机器译文", "机器译文,参考译文,原文", "参考译文,原文,机器译文"])
@pytest.mark.parametrize("source", ["原文", "英文原文", "源语言文本", "问题", "输入文本", "source", "Quelle", "ต้นฉบับ"])
def test_what_a_model_was_given_is_neither_side(source, order):
    names = order.replace("原文", source)
    row = names.replace(source, "the source").replace("参考译文", "今天很好").replace("机器译文", "今天好")
    assert read(f"{names}\n{row}\n".encode())[0] == [["今天很好", "今天好"]]
    for two in (f"{source},译文", f"译文,{source}", f"{source},文本"):  # one side only
        pairs, said, _ = read(f"{two}\nthe source,今天好\na source,你好\n".encode())
        assert pairs is None, two
        assert "No column looks like" in said


@pytest.mark.parametrize(
    "name", ["译文质量", "参考长度", "生成时间", "模型名称", "是否正确", "is_correct", "reference_id"]
)
def test_what_is_said_of_a_side_is_no_side(name):
    rows = f"question,model_answer,{name}\nWhat is it?,a dog,True\nAnd that?,a cat,0.5\n"
    assert read(rows.encode())[0] is None
    assert read(rows.replace("question", "answer").encode())[0] == [["What is it?", "a dog"], ["And that?", "a cat"]]


def test_whether_an_answer_is_right_is_no_reference_for_it():
    assert read(b"question,model_answer,correct\nWhat is it?,a dog,True\nAnd that?,a cat,False\n")[0] is None
    yes_and_no = b"question,prediction,correct\nIs it?,yes,no\nIs that?,no,no\n"  # answers, as BoolQ's are
    assert read(yes_and_no)[0] == [["no", "yes"], ["no", "no"]]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    "header",
    [
        "original,translation",
        "Original,Übersetzung",
        "original,traduction",
        "original,tradução",
        "Originale,Traduzione",
        "origineel,vertaling",
        "orijinal,çeviri",
        "oryginał,tłumaczenie",
        "teks asal,terjemahan",
        "Originaltext,Maschinenübersetzung",
        "original_answer,translated_answer",
        "original,mt",
    ],
)
def test_an_original_beside_a_translation_is_what_was_translated_and_no_side(header, order):
    names = ",".join(header.split(",")[::order])
    pairs, said, _ = read(f"{names}\nsome words,other words\nmore words,and more\n".encode())
    assert pairs is None
    assert "No column looks like" in said
    row = ",".join(f"the {name}" for name in names.split(","))
    found = read(f"{names},Referenz\n{row},the words\n".encode())[0]
    assert found == [["the words", f"the {header.split(',')[1]}"]]


@pytest.mark.parametrize(
    ("header", "reference", "candidate"),
    [
        ("original,translation,back-translation", "original", "back-translation"),
        ("rétrotraduction,original", "original", "rétrotraduction"),
        ("Original,Rückübersetzung", "Original", "Rückübersetzung"),
        ("original,prediction", "original", "prediction"),
        ("original answer,model answer", "original answer", "model answer"),
        ("generated,original", "original", "generated"),
        ("original translation,new translation", "original translation", "new translation"),
        ("original,translation A,translation B", "translation A", "translation B"),
        ("original,human translation,machine translation", "human translation", "machine translation"),
        ("original,paraphrase,translation score", "original", "paraphrase"),
    ],
)
def test_an_original_is_the_reference_of_what_is_in_its_own_language(header, reference, candidate):
    row = ",".join(f"the {name}" if "score" not in name else "0.5" for name in header.split(","))
    guess = guess_columns(read_table(f"{header}\n{row}\n{row}\n".encode()))
    assert (guess.references, guess.candidate) == ((reference,), candidate)


def test_columns_of_json_in_other_languages():
    data = {"模型": "m-1", "预测": ["a b", "c"], "参考": [["x y", "z"], ["w"]]}
    assert read(json.dumps(data).encode())[0] == [[["x y", "z"], "a b"], ["w", "c"]]
    assert read(json.dumps({"prédictions": ["a"], "références": [["x", "y"]]}).encode())[0] == [[["x", "y"], "a"]]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("modelOutput_2", ["model", "output", "2"]),
        ("Référence", ["reference"]),
        ("Größe", ["große"]),
        ("模型生成的译文", ["模型", "生成", "的", "译文"]),
        ("gpt4译文", ["gpt", "4", "译文"]),
        ("эталонный", ["эталонный"]),
        ("がく_й", ["がく", "й"]),
        ("குறிப்பு", ["குறிப்பு"]),
    ],
)
def test_words_of_a_name(name, words):
    assert words_of_name(name) == words


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        (["原文", "参考译文", "某某公司某某系统的机器翻译结果"], True),
        (["模型生成摘要译文", "文章"], True),
        (["请把这个问题翻译成英文", "请回答下面的问题"], False),
        (["สวัสดีครับผม", "สวัสดีค่ะ"], False),
        (["参考译文在下面这一行里", "你好"], False),
        (["1", "参考", "译文"], False),
        (["eng", "My answer", "deu", "Meine Antwort"], False),
    ],
)
def test_a_first_row_is_a_header_or_texts_in_scripts_without_spaces_too(cells, names):
    assert looks_like_names(cells) is names


@pytest.mark.parametrize(
    ("header", "row", "pair"),
    [
        ("question,answer,prediction", "How many?,{},{}", ["72", "70"]),  # GSM8K
        ("id,question,answer,response", "{0},How many?,{0},So it is {1}.", ["72", "So it is 70."]),
        ("input,target,output", "How many?,{},{}", ["72", "70"]),
        ("问题,答案,模型回答", "几个？,{},{}", ["72", "70"]),
        ("Frage,Antwort,Vorhersage", "Wie viele?,{},{}", ["72", "70"]),
        ("idx,prediction,answers", "3,{1},3.5 or {0}", ["3.5 or 72", "70"]),
    ],
)
def test_an_answer_may_be_a_number(header, row, pair):
    assert read(f"{header}\n{row.format(72, 70)}\n{row.format(8, 9)}\n".encode())[0][0] == pair


def test_answers_in_json_may_be_numbers():
    rows = [{"id": "q-1", "answer": 72, "prediction": 70}, {"id": "q-2", "answer": 3.5, "prediction": 3}]
    assert read(json.dumps(rows).encode())[0] == [["72", "70"], ["3.5", "3"]]
    rows = [{"id": "5", "question": "q?", "answers": ["a1", "a2"], "prediction_text": "p1"}]  # words with digits
    assert read(json.dumps(rows).encode())[0] == [[["a1", "a2"], "p1"]]


@pytest.mark.parametrize(
    "header",
    ["id,prediction", "answer_id,prediction", "result,prediction", "rank,answer", "number,output", "summary,mt"],
)
def test_other_numbers_are_no_texts(header):
    pairs, said, _ = read(f"{header}\n17,72\n18,10\n".encode())
    assert pairs is None
    assert "No column looks like" in said


def test_an_answer_that_is_a_number_is_no_text_where_nothing_is_a_prediction():
    assert read(b"text,answer\nsome words,7\nother words,3\n")[0] is None


CODED = {
    "Tatoeba's": ("eng\tThe cat.\tdeu\tDie Katze.\neng\tA dog.\tdeu\tEin Hund.\n", ["The cat.", "Die Katze."]),
    "several languages": ("eng\tThe cat.\tdeu\tDie Katze.\neng\tA.\tfra\tUn.\n", ["The cat.", "Die Katze."]),
    "one row": ("en\tThe cat.\tde\tDie Katze.\n", ["The cat.", "Die Katze."]),
    "regions behind": ("The cat.\ten-GB\tDie Katze.\tde-AT\nA.\ten-GB\tEin.\tde-CH\n", ["The cat.", "Die Katze."]),
    "a domain": ("news\tThe cat.\tDie Katze.\nlaw\tA dog.\tEin Hund.\n", ["The cat.", "Die Katze."]),
    "names that say nothing": ("l1,s1,l2,s2\nen,The cat.,de,Die Katze.\n", ["The cat.", "Die Katze."]),
    "a name beside others": ("emotion,text,rewritten\nsad,The cat.,Die Katze.\n", ["The cat.", "Die Katze."]),
    "single words": ("eng\tcat\tdeu\tKatze\neng\tdog\tdeu\tHund\n", ["cat", "Katze"]),
    "Chinese": ("中文\t一只猫坐在垫子上\t英文\tA cat.\n中文\t你好\t英文\tHi.\n", ["一只猫坐在垫子上", "A cat."]),
    "short Chinese": ("中文\t猫\t英文\tcat\n中文\t狗\t英文\tdog\n", ["猫", "cat"]),
}


@pytest.mark.parametrize("kind", CODED)
def test_codes_of_languages_are_no_texts_beside_texts(kind):
    text, first = CODED[kind]
    assert read(text.encode())[0][0] == first


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        (["yes\tyes"] * 4, ["yes", "yes"]),
        (["yes\tno", "no\tno", "no\tyes"], ["yes", "no"]),
        (["cat\tA small cat.", "cat\tA big cat."], ["cat", "A small cat."]),
        (["猫\t狗"] * 2, ["猫", "狗"]),
        (["没问题\t问题不大"] * 2, ["没问题", "问题不大"]),
    ],
)
def test_single_words_are_texts_where_there_is_nothing_else(rows, first):
    pairs, said, left_out = read("\n".join(rows).encode())
    assert (pairs[0], len(pairs), left_out) == (first, len(rows), [])
    assert "The first row was read as a pair of texts" in said
