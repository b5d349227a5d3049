"""What nothing can be learnt from, handed to the chapters on RLHF: one clear sentence each, on the page."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from lib.alignment.preferences import Ranking, course_rankings
from lib.alignment.ranking_file import to_file
from lib.alignment.secret.run import hidden_rule
from lib.models.catalogue import BUNDLED
from lib.ui.kit import kept
from tests.pages.conftest import button, open_chapter, press, said, start_and_finish

STORIES = {"al_model": "Stories by the bundled model"}


@pytest.fixture(autouse=True)
def nobody_has_ranked() -> None:
    kept._kept.clear()


def ranked(*places: tuple[int, ...], prompts: int = 1) -> list[Ranking]:
    """The course's answers to its first prompts, each ranked in these ways."""
    some = [each for each in course_rankings(BUNDLED) if len(each.answers) == 4][:prompts]
    return [Ranking(each.prompt, each.answers, given) for each in some for given in places]


def on_the_reward_page(rankings: list[Ranking]) -> AppTest:
    """The next page, after a file of one's own with these rankings was loaded."""
    app = open_chapter("rank_answers", **STORIES)
    content = json.dumps(to_file(rankings)).encode()
    app.file_uploader(key="al_upload").upload("mine.json", content, "application/json").run()
    assert not app.exception
    app.switch_page("pages/reward_model.py").run()
    assert not app.exception
    return app


def open_view_of_pairs(app: AppTest) -> AppTest:
    app.switch_page("pages/policy.py").run()
    views = next(each for each in app.get("button_group") if each.label == "Look at")
    views.set_value("dpo").run()
    return app


def errors(app: AppTest) -> list[str]:
    return [each.value for each in app.error]


def can_start(app: AppTest, label: str) -> bool:
    return not button(app, label).disabled


@pytest.mark.parametrize(
    ("rankings", "sentence"),
    [
        (ranked((1, 1, 1, 1), prompts=3), "No answer is preferred to another in any ranking"),
        (ranked((), prompts=2), "No answer is preferred to another in any ranking"),
        (ranked((1, 2, 3, 4)), "All preferences are about one prompt"),
        (ranked((1, 2, 3, 4), (4, 3, 2, 1), prompts=2), "Every preference is contradicted by another ranking"),
    ],
    ids=["all ties", "none is good", "one ranking", "all contradicted"],
)
def test_rankings_that_teach_nothing_are_refused_in_one_sentence(rankings, sentence):
    app = on_the_reward_page(rankings)
    (found,) = errors(app)
    assert found.startswith(sentence)
    assert not can_start(app, "Let it learn")
    on_the_policy_page = open_view_of_pairs(app)
    # DPO holds no prompts out: one ranking is enough for it.
    refused = [] if sentence.startswith("All preferences") else [found]
    assert errors(on_the_policy_page) == refused
    assert can_start(on_the_policy_page, "Tune") == (not refused)
    app.switch_page("pages/reward_hacking.py").run()
    views = next(each for each in app.get("button_group") if each.label == "View")
    views.set_value("A learnt reward against gold").run()
    golds = next(each for each in app.get("button_group") if each.label == "Gold: what is meant")
    golds.set_value("head").run()
    assert not app.exception
    assert errors(app) == [found]
    assert not can_start(app, "Reward it by the proxy")


def test_some_contradictions_are_counted_and_the_rest_is_learnt_from():
    app = on_the_reward_page(ranked((1, 2, 3, 4), (2, 1, 3, 4), prompts=2))
    assert not errors(app)
    assert "Of 2 pairs of answers one ranking says the opposite of another" in said(app)
    assert can_start(app, "Let it learn")
    app.switch_page("pages/rank_answers.py").run()
    assert "of **2 pairs** one ranking says the opposite of another" in said(app)


def test_a_reward_model_is_looked_at_before_it_has_learnt():
    app = open_chapter("reward_model", rm_view="Where it is wrong", **STORIES)
    assert "No reward model has learnt yet: press **Let it learn**." in [each.value for each in app.info]


@pytest.mark.parametrize(
    ("view", "key"),
    [("Best of n", "bn_reward"), ("DPO: from pairs", "dpo_reward"), ("GRPO: from a reward", "grpo_reward")],
)
def test_a_reward_model_is_to_be_earned_before_it_has_learnt(view, key):
    app = open_chapter("policy", po_view=view, po_model="Bundled base model")
    app.selectbox(key=key).set_value("taste").run()
    (found,) = errors(app)
    assert found.startswith(f"No reward model that reads with {BUNDLED} has been trained in this browser yet")
    starts = [each.label for each in app.button if (each.key or "").endswith("-start") and each.label != "Fetch"]
    assert starts
    assert not any(can_start(app, label) for label in starts)


@pytest.mark.usefixtures("tiny_worker")
def test_a_hidden_rule_that_nothing_satisfies_says_so():
    """The tiny model writes no word “he”."""
    seed = next(number for number in range(200) if hidden_rule(number) == "he")
    app = open_chapter("secret_rule", sr_seed=str(seed))
    start_and_finish(app, "Vote and tune")
    (found,) = errors(app)
    assert "no two to the same prompt differ in what the rule counts" in found
    assert "choose another rule, or sample more answers" in found


@pytest.mark.usefixtures("tiny_worker")
def test_votes_by_hand_go_by_letters_and_all_ties_say_so():
    """A phone has the two answers one below the other, with no left and no right."""
    app = open_chapter("secret_rule", sr_who="I do")
    start_and_finish(app, "Get answers to vote on")
    assert "**Vote 1 of 16**" in said(app)
    assert [any(each.value.startswith(f"**{letter}** · ") for each in app.markdown) for letter in "AB"] == [True, True]
    press(app, "A wins")
    press(app, "No difference")  # teaches nothing, and is no vote
    assert "**Vote 2 of 16**" in said(app)
    assert "1 tie so far" in said(app)
    assert not can_start(app, "Vote and tune")
    kept._kept.clear()
    app.run()
    while any(each.label == "No difference" for each in app.button):  # two of the pairs may be the same
        press(app, "No difference")
    (found,) = errors(app)
    assert found.startswith("Every vote is a tie, so there is nothing to learn")


def test_judges_whose_files_have_the_same_name_are_two_judges():
    """Every student's file is saved under one name. Of 6 pairs the second turns all around, so kappa is -1."""
    app = on_the_reward_page(ranked((1, 2, 3, 4)))
    app.switch_page("pages/rank_answers.py").run()
    next(each for each in app.get("button_group") if each.label == "Look at").set_value("agree").run()
    others = [json.dumps(to_file(ranked(places))).encode() for places in ((1, 2, 3, 4), (4, 3, 2, 1))]
    files = [("my-rankings.json", content, "application/json") for content in others]
    app.file_uploader(key="al_others").set_value(files).run()
    assert not app.exception
    assert "### You and the course: the same answer in" in said(app)
    table = app.dataframe[0].value
    assert list(table["judges"]) == [
        "you and the course",
        "you and my-rankings",
        "you and my-rankings 2",
        "all of you (Fleiss)",
    ]
    assert list(table["pairs"]) == [6, 6, 6, 6]
    assert list(table["agree"][1:3]) == ["100%", "0%"]
