"""The lecture's tables are whole. The truth is the lecture, the papers of the suites and the survey (2303.18223)."""

import math

import pytest

from lib.evaluation.abilities import places_of, riddle, survey, uses
from lib.evaluation.agreement import agreement
from lib.evaluation.benchmarks import benchmark_items, benchmarks, factors, frameworks, untested, widest
from lib.evaluation.flask import Rating, Ratings, answer_pairs, skills

GLUE = {"CoLA", "SST-2", "MRPC", "STS-B", "QQP", "MNLI", "QNLI", "RTE", "WNLI"}  # Wang et al. 2018, table 1
SUPERGLUE = {"BoolQ", "CB", "COPA", "MultiRC", "ReCoRD", "RTE", "WiC", "WSC"}  # Wang et al. 2019, table 1


def by_name():
    return {each.name: each for each in frameworks()}


def tasks(framework):
    return {task for named in framework.tests.values() for task in named}


def test_the_five_frameworks_with_their_links():
    assert list(by_name()) == ["BIG-bench Lite", "GLUE", "SuperGLUE", "OpenAI Evals", "SQuAD"]
    assert all(each.link.startswith("https://") and each.on_slide and each.source.url for each in frameworks())


def test_glue_and_superglue_test_what_their_papers_list_and_nothing_else():
    assert tasks(by_name()["GLUE"]) == GLUE
    assert tasks(by_name()["SuperGLUE"]) == SUPERGLUE
    assert by_name()["GLUE"].tests["Sentiment"] == ("SST-2",)
    assert not {"Fluent generation", "Dialogue", "Information retrieval"} & set(by_name()["SuperGLUE"].tests)


def test_every_factor_can_be_chosen():
    assert {factor for each in frameworks() for factor in each.tests} <= set(factors())
    assert set(untested(frameworks(), factors())) == {
        "Fluent generation",
        "Dialogue",
        "Information retrieval",
        "Efficiency",
    }


def test_who_tests_most():
    assert widest(frameworks(), ["Grammar", "Sentiment", "Code"]).name == "GLUE"
    assert by_name()["GLUE"].covered(["Grammar", "Code"]) == ("Grammar",)


def test_an_item_of_each_of_the_nine_kinds():
    assert len({each.kind for each in benchmark_items().values()}) == 9
    assert all(each.source and each.real for each in benchmark_items().values())


def test_the_easy_questions_are_forty_unlike_ones_with_four_choices():
    easy = benchmarks()["easy"]
    assert len({item.context for item in easy.items}) == 40
    assert all(len(set(item.choices)) == 4 for item in easy.items)


def test_the_survey_s_rows_are_put_right():
    rows = {(row.ability, row.task): row.datasets for row in survey()}
    assert len(rows) == 20
    assert "HumanEval" in rows["Language generation", "Code synthesis"]
    assert "CrowS-Pairs" in rows["Human alignment", "Harmlessness"]
    assert rows["Interaction with an environment", "Household"] == ("VirtualHome", "BEHAVIOR", "ALFRED", "ALFWorld")
    assert rows["Human alignment", "Helpfulness"] == ("HH-RLHF",)


def test_a_dataset_with_several_tasks():
    assert [row.task for row in places_of("TriviaQA")] == ["Closed-book QA", "Open-book QA", "Search engine"]
    assert uses()["TriviaQA"] == 3


@pytest.mark.parametrize("number", range(30))
def test_a_riddle_has_one_answer_among_several(number):
    asked = riddle(number)
    assert [row.task for row in places_of(asked.dataset)] == [asked.row.task]
    assert asked.options.count(asked.row.task) == 1
    assert 3 <= len(asked.options) <= 4


def test_flask_has_twelve_skills_in_four_abilities():
    assert len(skills()) == 12
    assert len({skill.ability for skill in skills()}) == 4
    for pair in answer_pairs().values():
        assert [rating.skill for rating in pair.ours.each] == [skill.name for skill in skills()]
        assert all(1 <= rating.a <= 5 and 1 <= rating.b <= 5 for rating in pair.ours.each)


def test_two_readers_of_the_same_answers():
    """By hand: |2-3| + |5-1| + |4-4| + |4-2| = 7 over four ratings."""
    mine = Ratings((Rating("facts", 2, 5), Rating("style", 4, 4)))
    theirs = Ratings((Rating("facts", 3, 1), Rating("style", 4, 2), Rating("wit", 1, 1)))
    assert (mine.mean_a, mine.mean_b) == (3, 4.5)
    assert (mine.a_leads, mine.b_leads, mine.widest.skill) == ((), ("facts",), "facts")
    assert mine.distance(theirs) == 7 / 4


def test_agreement_of_three_judges():
    """One swap among three texts: two pairs agree, one does not, so tau is 1/3; ties all round say nothing."""
    found = agreement({"you": [3, 2, 1], "metric": [2, 3, 1], "blind": [1, 1, 1]})
    assert found.tau[0][1] == pytest.approx(1 / 3)
    assert found.tau[0][0] == 1
    assert math.isnan(found.tau[0][2])
    assert found.lowest == pytest.approx(1 / 3)
    assert agreement({"one": [1, 1], "two": [1, 1]}).lowest is None
