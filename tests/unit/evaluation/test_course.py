"""The lecture's tables are whole. The truth is the lecture and the survey (arXiv 2303.18223)."""

from lib.evaluation.course import answer_pairs, benchmark_items, frameworks, skills, survey


def test_the_five_frameworks_with_their_links():
    assert [each.name for each in frameworks()] == ["BIG-bench", "GLUE", "SuperGLUE", "OpenAI Evals", "SQuAD"]
    assert all(each.link.startswith("https://") and each.factors for each in frameworks())


def test_an_item_of_each_of_the_nine_kinds():
    assert len({each.kind for each in benchmark_items().values()}) == 9
    assert all(each.source and each.real for each in benchmark_items().values())


def test_the_survey_s_rows_are_put_right():
    rows = {(row.ability, row.task): row.datasets for row in survey()}
    assert len(rows) == 20
    assert "HumanEval" in rows["Language generation", "Code synthesis"]
    assert "CrowS-Pairs" in rows["Human alignment", "Harmlessness"]
    assert rows["Interaction with an environment", "Household"] == ("VirtualHome", "BEHAVIOR", "ALFRED", "ALFWorld")
    assert rows["Human alignment", "Helpfulness"] == ("HH-RLHF",)


def test_flask_has_twelve_skills_in_four_abilities():
    assert len(skills()) == 12
    assert len({skill.ability for skill in skills()}) == 4
    for pair in answer_pairs().values():
        assert [rating.skill for rating in pair.ours] == [skill.name for skill in skills()]
        assert all(1 <= rating.a <= 5 and 1 <= rating.b <= 5 for rating in pair.ours)
