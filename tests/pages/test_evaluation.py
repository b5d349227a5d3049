"""The evaluation chapters as students and hostile links use them."""

from __future__ import annotations

import pytest
from nltk.translate.bleu_score import sentence_bleu
from rouge_score.rouge_scorer import RougeScorer

from lib.evaluation.benchmarks import benchmark_items
from lib.evaluation.open_models import open_models
from lib.models.catalogue import BUNDLED
from lib.ui.evaluation.own_texts import TASKS
from tests.pages.conftest import open_chapter, refused, said, start_and_finish

HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) $$\\frac{1}{0}$$ `x`"


def html(app) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def test_a_model_answers_the_item_that_the_student_answered():
    app = open_chapter("benchmarks", model=BUNDLED)
    item = benchmark_items()["reasoning"].item
    app.radio(key="answer_reasoning").set_value(item.choices[0]).run()
    assert "That is the gold answer" in said(app)
    start_and_finish(app, "Let the model answer")
    assert "How the real benchmark does it" in said(app)
    assert app.segmented_control(key="rule_item").value == "acc"


def test_a_benchmark_is_run_and_compared_with_guessing():
    app = open_chapter("benchmarks", view="A score", benchmark="10 items, one of each style", model=BUNDLED)
    start_and_finish(app, "Run the benchmark")
    chance = sum(1 / len(each.item.choices) for each in benchmark_items().values())
    assert f"Guessing gives {chance:.1f} on average" in said(app)
    assert len(app.dataframe[0].value) == 10


def test_a_wrong_answer_shows_the_gold_one():
    app = open_chapter("benchmarks", item="Math word problems (MathQA)")
    app.radio(key="answer_maths").set_value("24").run()
    assert "36" in said(app)


def test_the_slide_s_list_stands_beside_what_a_framework_tests():
    app = open_chapter("benchmarks", view="The frameworks")
    shown = said(app)
    assert "Dialogue with human beings" in shown
    assert "word meaning in context (WiC)" in shown
    assert "None of the five has a task for **dialogue**" in shown


def test_an_empty_choice_of_one_s_own_is_one_sentence():
    app = open_chapter("benchmarks", own_2="")
    assert any("2 to 8 choices" in error.value for error in app.error)
    assert not app.exception


def test_hostile_texts_stay_texts():
    app = open_chapter("contamination", item=HOSTILE)
    assert not app.exception
    assert "<script" not in html(app)
    assert not open_chapter("no_one_metric", own_ref=HOSTILE, own_A=HOSTILE, ask=HOSTILE).exception


def test_ranking_one_s_own_texts():
    app = open_chapter("no_one_metric", task="Answer")
    app.multiselect(key="own_order").set_value(["A", "D", "C", "B"]).run()
    assert not app.exception
    assert any("Judge" in frame.value.columns for frame in app.dataframe)


@pytest.mark.filterwarnings("ignore:\\nThe hypothesis contains 0 counts")  # two candidates share no 4-gram
def test_rouge_1_puts_the_wrong_number_first_and_bleu_second():
    """As the chapter's prediction says; by the libraries themselves."""
    reference, candidates = TASKS["Answer"]
    rouge = RougeScorer(["rouge1"], use_stemmer=True)
    by_rouge = sorted(candidates, key=lambda each: rouge.score(reference, each)["rouge1"].fmeasure)
    by_bleu = sorted(candidates, key=lambda each: sentence_bleu([reference.split()], each.split()))
    assert "90 degrees" in by_rouge[-1]
    assert "90 degrees" in by_bleu[-2]


def test_the_choice_flips_where_the_page_says():
    """Set the weight that the page names, and another model wins."""
    app = open_chapter("choosing_a_model")
    assert not app.exception
    line = next(each.value for each in app.markdown if "Your choice flips if" in each.value)
    assert "instead of" in line
    assert f"{len(open_models())} models meet the conditions" in said(app)


def test_conditions_that_nothing_meets_are_one_sentence():
    app = open_chapter(
        "choosing_a_model", gpu="GTX 1070", cards="1", licence="open source (Apache-2.0, MIT)", least="131,072"
    )
    assert not app.exception
    assert [error.value for error in app.error] == ["No model fulfils all the conditions; relax one of them."]


def test_all_weights_zero_is_one_sentence():
    keys = ("mmlu", "data", "human", "latency", "cost", "context", "licence")
    app = open_chapter("choosing_a_model", **{f"w_{key}": "0.0" for key in keys})
    assert [error.value for error in app.error] == ["All weights are 0; at least one factor must count."]


@pytest.mark.parametrize(
    ("slug", "query", "times"),
    [
        ("benchmarks", {"item": "nothing", "own_1": "x" * 999, "model": "HAL", "view": "?"}, 4),
        ("ability_map", {"ability": "flying", "dataset": "<b>"}, 2),
        ("flask_skills", {"pair": "?", "overall_a": "9", "overall_b": "x"}, 3),
        ("choosing_a_model", {"gpu": "Z80", "bits": "3", "w_mmlu": "11", "cards": "-1"}, 4),
        ("contamination", {"n": "99", "kind": "?"}, 2),
        ("no_one_metric", {"task": "Poem"}, 1),
    ],
)
def test_links_with_nonsense_fall_back_and_say_so(slug, query, times):
    app = open_chapter(slug, **query)
    assert not app.exception
    assert len(refused(app)) == times


def test_a_dataset_is_found_where_the_survey_has_it():
    app = open_chapter("ability_map", dataset="HotpotQA")
    assert "Complex reasoning, Knowledge reasoning and Tool manipulation, Search engine" in said(app)


def verdicts(app) -> list[str]:
    return [metric.value for metric in app.metric]


def test_contamination_verdicts_of_the_examples():
    assert verdicts(open_chapter("contamination", kind="copied word for word")) == ["contaminated"] * 3
    assert verdicts(open_chapter("contamination", kind="said in other words")) == ["clean"] * 3
    assert verdicts(open_chapter("contamination", kind="new")) == ["clean"] * 3


def test_the_slider_shows_chance_overlaps_and_leaves_the_rules_alone():
    """What the chapter's first question promises: with n = 3 a new item shares words, with n = 8 none."""
    short, long = (open_chapter("contamination", kind="new", n=n) for n in ("3", "8"))
    assert "3 of 20 3-grams" in html(short)
    assert "0 of 15 8-grams" in html(long)
    assert verdicts(short) == verdicts(long) == ["clean"] * 3


def test_ratings_are_still_there_after_another_page():
    app = open_chapter("flask_skills")
    app.feedback(key="fridge:Factuality:A").set_value(1).run()
    for page in ("kv_cache", "flask_skills"):
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
    assert app.feedback(key="fridge:Factuality:A").value == 1


def test_the_radar_comes_with_the_third_skill():
    app = open_chapter("flask_skills")
    assert "3 more skills" in said(app)
    for skill in ("Factuality", "Conciseness", "Harmlessness"):
        for answer, stars in (("A", 1), ("B", 4)):
            app.feedback(key=f"fridge:{skill}:{answer}").set_value(stars)
    app.run()
    assert not app.exception
    assert "On average you gave A **2.00** and B **5.00**" in said(app)
    assert "B is ahead in factuality, conciseness, harmlessness" in said(app)
