"""RLHF through AppTest: hostile links first, then ranking, learning, tuning and guessing, on the tiny model."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from lib.alignment.answers import Sampling, prompts
from lib.alignment.gold.run import BothRewards
from lib.alignment.policy.recorded import recorded_policy
from lib.alignment.policy.run import Reward
from lib.alignment.policy.usual import grpo_run, usual_grpo_run
from lib.alignment.reward.run import Head
from lib.alignment.rules import RULES, SECRET
from lib.alignment.secret.run import hidden_rule
from lib.models.catalogue import BUNDLED, REAL
from lib.ui.alignment.best_of_n import takes_s
from lib.ui.alignment.gold import in_words
from lib.ui.alignment.hacking import hacking_verdict
from lib.ui.kit import kept
from tests.pages.conftest import open_chapter, press, refused, start_and_finish

BACKBONE = {"al_model": "Stories by the bundled model"}


@pytest.fixture(autouse=True)
def nobody_has_ranked() -> None:
    kept._kept.clear()


def said(app: AppTest) -> str:
    return " ".join(each.value for each in [*app.markdown, *app.caption, *app.info, *app.success, *app.warning])


@pytest.mark.parametrize(
    ("slug", "query"),
    [
        ("rank_answers", {"al_model": "<script>alert(1)</script>"}),
        ("rank_answers", {"al_view": "nothing"}),
        ("reward_model", {"rm_decay": "-inf"}),
        ("reward_model", {"rm_seed": "1e999"}),
        ("policy", {"bn_n": "99"}),
        ("policy", {"po_view": "PPO"}),
        ("reward_hacking", {"rh_beta": "nan"}),
        ("reward_hacking", {"rh_steps": "1000000"}),
        ("reward_hacking", {"rh_view": "gold"}),
        ("secret_rule", {"sr_seed": "-1"}),
        ("secret_rule", {"sr_who": "everyone"}),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(slug, query):
    app = open_chapter(slug, **query)
    assert not app.exception
    (key,) = query
    assert key in refused(app)


def rank(app: AppTest, *places: int) -> None:
    groups = [each for each in app.get("button_group") if each.label.startswith("Place of")]
    for group, place in zip(groups, places, strict=True):
        group.set_value([place] if isinstance(group.value, list) else place)
    app.run()
    press(app, "Keep this ranking")


def test_answers_are_ranked_asked_again_and_compared():
    app = open_chapter("rank_answers")
    assert "**0 rankings → 0 pairs**" in said(app)
    rank(app, 1, 2, 3, 4)
    assert "**1 ranking → 6 pairs**" in said(app)
    press(app, "None is good")
    rank(app, 1, 1, 2, 2)
    rank(app, 4, 3, 2, 1)
    assert "3 times" not in said(app)
    assert "1 time none was good" in said(app)
    assert "Do you still think so?" in said(app)
    assert [each.label for each in app.button if each.label.endswith("is better")] == ["A is better", "B is better"]
    press(app, "They tie")
    again = open_chapter("rank_answers")  # another browser: it has ranked nothing
    assert "**0 rankings" in said(again)
    agreeing = app.get("button_group")[1].set_value("agree").run()
    assert not agreeing.exception
    rows = agreeing.dataframe[0].value
    assert list(rows["judges"]) == ["you, a second time", "you and the course"]
    assert rows["pairs"].tolist() == [1, 18]
    press_json = [each for each in app.get("download_button") if each.label == "JSON"]
    assert press_json


def test_a_reward_model_needs_something_to_learn_from():
    app = open_chapter("rank_answers", **BACKBONE)
    press(app, "None is good")
    app.switch_page("pages/reward_model.py").run()
    assert not app.exception
    assert "No answer is preferred to another" in " ".join(each.value for each in app.error)


@pytest.mark.thorough
@pytest.mark.usefixtures("tiny_worker")
def test_a_reward_is_learnt_from_the_course_s_rankings_and_then_earned():
    app = open_chapter("policy")
    app.selectbox(key="bn_reward").set_value("taste").run()
    assert "No reward model" in " ".join(each.value for each in app.error)

    app.switch_page("pages/reward_model.py").run()
    app.get("button_group")[0].set_value(BUNDLED).run()
    start_and_finish(app, "Let it learn")
    assert "From 119 pairs a small head of" in said(app)
    views = next(each for each in app.get("button_group") if each.label == "Look at")
    for view, words in (
        ("enough", "standard deviation over 12 draws"),
        ("sure", "Every pair is judged by a head"),
        ("wrong", "of 119 pairs it had not seen"),
        ("length", "the longer answer wins in **50%**"),
    ):
        views.set_value(view)
        app.run()
        assert words in said(app)
        views = next(each for each in app.get("button_group") if each.label == "Look at")

    # Nothing to correct here: one press takes the set that has a bias, and starts nothing.
    press(app, "Take a judge who likes length")
    assert app.button_group(key="al_whose").value == "length"
    assert "its own rankings of the same answers, but 6 tokens more are worth a place" in said(app)
    start_and_finish(app, "Let it learn")
    assert "### The longer answer wins in 65% of the pairs" in said(app)
    assert "On the 16 pairs that length has turned round" in said(app)
    assert "Over all 119 pairs of the course's judge agreement goes from" in said(app)
    table = app.dataframe[0].value
    assert list(table["reward"]) == ["as learnt", "corrected", "the number of tokens"]
    assert table["correlation with length"][1] == "+0.00"
    assert [table[f"agrees with {whose}"][2] for whose in ("these rankings", "the course's judge")] == ["65%", "50%"]
    assert "Take a judge who likes length" not in [each.label for each in app.button]

    app.switch_page("pages/policy.py").run()
    app.selectbox(key="bn_reward").set_value("taste").run()
    start_and_finish(app, "Sample 16 answers to 6 prompts")
    assert "ln 4 - 3 / 4 = 0.636 nats" in said(app)
    assert "#### The best of 4" in said(app)
    assert sum(each.value.startswith("**") and " · " in each.value for each in app.markdown) == 2 * 6


@pytest.mark.parametrize(("model", "shares"), [(BUNDLED, ("65%", "50%")), (REAL, ("74%", "44%"))])
def test_who_works_alone_has_a_judge_who_likes_length(model, shares):
    app = open_chapter("reward_model", rm_view="Length")
    app.get("button_group")[0].set_value(model).run()
    app.button_group(key="al_whose").set_value("length").run()
    assert not app.exception
    swayed, fair = shares
    assert f"wins in **{swayed}** of the pairs, in the course's own rankings in {fair}" in said(app)
    assert not next(each for each in app.button if each.label == "Let it learn").disabled


@pytest.mark.usefixtures("tiny_worker")
def test_a_policy_is_tuned_and_shown_before_and_after():
    app = open_chapter("policy", po_view="DPO: from pairs", dpo_steps="4")
    app.get("button_group")[1].set_value("course").run()
    # The course's rankings of the bundled model's answers serve, since nothing has been ranked.
    start_and_finish(app, "Tune")
    assert "After 4 updates an answer has" in said(app)
    assert "In the last 1 update the better answer had gained on the worse in" in said(app)
    assert "#### Before: " in said(app)
    assert "#### After 4 updates: " in said(app)
    assert "ln 2 = 0.693" in said(app)
    assert "with a LoRA of rank 8, the only weights that are trained" in said(app)


@pytest.mark.usefixtures("tiny_worker")
def test_a_reward_that_is_never_seen_teaches_nothing():
    app = open_chapter("reward_hacking", rh_reward="More times “please”", rh_steps="8")
    assert "Asked with prompts that invite it (**“You may go now, if you**)" in said(app)
    start_and_finish(app, "Reward it")
    assert "a reward never seen teaches nothing" in said(app)


@pytest.mark.parametrize(
    ("nats", "words"),
    [
        (0.4, "what repeats itself is easy to foresee"),
        (2.29, "sense has not been paid with yet"),
        (5.79, "buys back the sense"),
    ],
)
def test_sense_is_said_to_be_lost_only_where_it_is(nats, words):
    looks = [SimpleNamespace(reward=0.06, reference_nats=2.28), SimpleNamespace(reward=2.06, reference_nats=nats)]
    assert words in hacking_verdict("times “please”", looks, [])


@pytest.mark.parametrize(("model", "rule"), [(BUNDLED, "please"), (REAL, "exclaiming"), (REAL, "please")])
def test_what_ordinary_prompts_never_show_is_asked_with_prompts_that_invite_it(model, rule):
    run = grpo_run(model, Reward(rule=rule), 0.0, 1e-3, 8, 0)
    assert len(run.prompts) == 8
    assert not set(run.prompts) & set(prompts(model))
    assert grpo_run(model, Reward(rule="longer"), 0.0, 1e-3, 8, 0).prompts == prompts(model)[:8]


@pytest.mark.parametrize("model", [BUNDLED, REAL])
def test_a_class_sees_the_end_of_grpo_in_about_three_minutes(model):
    assert usual_grpo_run(model).expected_s < 210  # 202 s were measured on the real small model


def test_best_of_n_says_that_its_prompts_invite_what_is_rewarded():
    app = open_chapter("policy", bn_reward="More times “please”", po_model=BUNDLED)
    assert "Asked with prompts that invite it" in said(app)
    app.selectbox(key="bn_reward").set_value("longer").run()
    assert "Asked with prompts that invite it" not in said(app)


def test_what_is_recorded_is_what_the_usual_settings_ask_for():
    usual = usual_grpo_run(REAL)
    assert recorded_policy().is_of(usual)
    assert not recorded_policy().is_of(replace(usual, beta=0.1))
    assert not recorded_policy().is_of(replace(usual, reward=Reward(rule="longer")))
    assert not recorded_policy().is_of(replace(usual, model=BUNDLED))


@pytest.mark.usefixtures("tiny_worker")
def test_a_policy_earns_a_proxy_and_gold_judges_it():
    app = open_chapter("reward_hacking", rh_view="A learnt reward against gold", rg_steps="8", rg_pairs="12")
    start_and_finish(app, "Reward it by the proxy")
    assert "Gold has labelled 12 pairs of answers" in said(app)
    assert "other pairs it agrees with gold in" in said(app)
    assert "The proxy, which is paid, went to" in said(app)
    assert "counted exactly, in odd texts too" in said(app)
    assert "#### At the end: after 8" in said(app)


ERROR = 0.2 * 2**0.5


@pytest.mark.parametrize(
    ("gold", "words"),
    [
        (
            +0.3,
            "which chance alone could do",
        ),  # within two standard errors of the difference, 0.57
        (-0.3, "which chance alone could do"),
        (-0.7, "Gold fell to **-0.7**"),
        (+0.7, "Gold rose with it to **+0.7**"),
        (-1.0, "was best before the first update (**+0.0**)"),  # beyond three, 0.85
    ],
)
def test_gold_says_no_more_than_its_answers_can_tell(gold, words):
    first = {"one": -0.2, "other": 0.2}
    last = {"one": gold - 0.2 + ERROR, "other": gold + 0.2 - ERROR}  # they differ by 2 · ERROR: an error of ERROR
    assert words in in_words((BothRewards(0, 0.0, 0.0, 0.0, first), BothRewards(8, 1.0, 2.0, gold, last)))


@pytest.mark.usefixtures("tiny_worker")
def test_a_hidden_rule_is_guessed_and_revealed():
    seed = next(number for number in range(50) if hidden_rule(number) == "short_words")
    app = open_chapter("secret_rule", sr_seed=str(seed))
    assert "short" not in app.query_params.get("sr_rule", "")
    start_and_finish(app, "Vote and tune")
    assert re.search(r"DPO learnt from the votes on \d+ pairs, in 24 of 24 updates\.", said(app))
    assert RULES["short_words"].title not in said(app)  # nothing on the page gives it away
    app.radio(key="sr_guess").set_value("the").run()
    assert "No: the rule was to prefer answers with shorter words" in said(app)
    app.radio(key="sr_guess").set_value("short_words").run()
    assert "Yes: it prefers answers with shorter words" in said(app)
    assert set(app.radio(key="sr_guess").options) == {RULES[name].title for name in SECRET}


def test_a_rule_that_only_counts_is_not_said_to_take_as_long_as_a_reward_model_that_reads():
    """Measured in a browser on a busy machine: 46 s of two cores for SmolLM2's 96 answers and a rule."""
    sampling = Sampling(prompts(REAL)[:6], REAL, 16, 24, 0.7)
    head = Head(REAL, (0.0,), (0.0,), (1.0,), (0.0,), 20.0)
    assert takes_s(sampling, Reward(rule="longer")) == pytest.approx(46 / 2, rel=1 / 3)
    assert takes_s(sampling, Reward(head=head)) > 46
