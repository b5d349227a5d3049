"""Corpus mode through the engine, as its page uses it."""

from __future__ import annotations

from tests.pages.conftest import open_chapter, refused, start_and_finish


def run_to_the_end(app, label: str):
    start_and_finish(app, label)
    assert any(metric.label.endswith("corpus BLEU (NLTK)") for metric in app.metric)


def test_a_perfect_copy_with_one_word_lines_scores_0_731_with_nltk():
    app = open_chapter("corpus_metrics", sample="A perfect copy with one-word lines")
    assert not app.exception
    run_to_the_end(app, "Score 3 pairs")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Candidate: corpus BLEU (NLTK)"] == "0.731"
    assert shown["Corpus BLEU (sacrebleu, of 100)"] == "100.00"
    assert any("All 3 rows were scored again" in caption.value for caption in app.caption)
    assert "the median of the means of 1,000 resamples" in said(app)
    assert not app.exception


def test_two_systems_are_compared():
    app = open_chapter("corpus_metrics", resamples="100")
    run_to_the_end(app, "Score 24 pairs")
    assert not app.exception
    assert any("p" in frame.value.columns for frame in app.dataframe)
    assert "both systems compared by sacrebleu's PairedTest in 100 resamples: all" in said(app)
    assert "as sacrebleu's PairedTest, compared above on some rows" in said(app)


def test_a_bad_link_falls_back_and_says_so():
    app = open_chapter("corpus_metrics", sample="nothing", resamples="-4", smooth="x")
    assert not app.exception
    assert len(refused(app)) == 3


def upload(app, name: str, data: bytes):
    app.file_uploader(key="file").set_value((name, data, "text/plain")).run()
    assert not app.exception
    return app


def said(app) -> str:
    return " ".join(each.value for each in (*app.info, *app.warning, *app.error, *app.caption))


def test_chinese_is_cut_by_zh_and_a_copy_scores_100():
    rows = "".join(f"{text},{text}\n" for text in ("今天天气很好。", "图书馆六点关门。"))
    app = upload(open_chapter("corpus_metrics"), "z.csv", f"reference,candidate\n{rows}".encode())
    assert "sacrebleu zh" in said(app)
    run_to_the_end(app, "Score 2 pairs")
    assert {metric.label: metric.value for metric in app.metric}["Corpus BLEU (sacrebleu, of 100)"] == "100.00"
    app.selectbox(key="cut").set_value("whitespace").run()
    assert any("Choose sacrebleu zh" in warning.value for warning in app.warning)


def test_a_plain_file_gets_no_warning():
    app = upload(open_chapter("corpus_metrics"), "a.csv", b"reference,candidate\nIt is cold.,It is very cold.\n")
    assert not app.warning
    assert not app.info


def test_the_encoding_decided_is_shown_and_can_be_changed():
    data = "reference;candidate\nLe café est fermé.;Café fermé.\n".encode("cp1252")
    app = upload(open_chapter("corpus_metrics"), "a.csv", data)
    assert "Windows-1252" in said(app)
    box = next(each for each in app.selectbox if each.label == "Encoding")
    box.set_value("KOI8-R (Russian)").run()
    assert "KOI8-R" in said(app)
    assert "cafИ" in str(app.dataframe[0].value)


def test_a_file_without_a_pair_leaves_the_boxes_to_choose():
    app = upload(open_chapter("corpus_metrics"), "a.csv", b"id,text\n1,the moon is full\n")
    assert [error.value.replace("\\", "") for error in app.error] == [
        "No column looks like a candidate: ids, numbers and what was to be translated or answered are none. "
        "Choose columns, or upload another file."
    ]
    assert any(each.label == "Candidate" for each in app.selectbox)


def test_several_references_and_odd_quotation_marks_are_said():
    data = b'ref0\tref1\thyp\na b\tc d\ta d\n"e f\tg h\te h\ni j"\t\ti\n'
    app = upload(open_chapter("corpus_metrics"), "a.tsv", data)
    assert "up to 2 references each" in said(app)
    assert "row 3 (closed in row 4)" in said(app)
