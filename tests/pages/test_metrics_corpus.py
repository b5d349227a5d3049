"""Corpus mode through the engine, as its page uses it."""

from __future__ import annotations

from tests.pages.conftest import open_chapter, rerun_until


def run_to_the_end(app, label: str):
    next(button for button in app.button if button.label == label).click().run()
    scored = "corpus BLEU (NLTK)"
    rerun_until(app, lambda: any(metric.label.endswith(scored) for metric in app.metric), scored)


def test_a_perfect_copy_with_one_word_lines_scores_0_731_with_nltk():
    app = open_chapter("corpus_metrics", sample="A perfect copy with one-word lines")
    assert not app.exception
    run_to_the_end(app, "Score 3 pairs")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Candidate: corpus BLEU (NLTK)"] == "0.731"
    assert shown["Corpus BLEU (sacrebleu, of 100)"] == "100.00"
    assert any("All 3 rows were scored again" in caption.value for caption in app.caption)
    assert not app.exception


def test_two_systems_are_compared():
    app = open_chapter("corpus_metrics", resamples="100")
    run_to_the_end(app, "Score 24 pairs")
    assert not app.exception
    assert any("p" in frame.value.columns for frame in app.dataframe)


def test_a_bad_link_falls_back_and_says_so():
    app = open_chapter("corpus_metrics", sample="nothing", resamples="-4", smooth="x")
    assert not app.exception
    assert len([caption for caption in app.caption if "The link asks for" in caption.value]) == 3
