"""Best of n, DPO and GRPO: formulas by hand and by brute force, the jobs on the tiny model."""

from __future__ import annotations

import math
import random
from itertools import combinations
from statistics import mean

import pytest
import torch

from lib.alignment.answers import Answer, Sampled, Sampling, inviting_prompts, prompts
from lib.alignment.errors import AlignmentError
from lib.alignment.policy import job
from lib.alignment.policy.best_of_n import best_of_first, expected_best, kl_nats, mean_expected_best
from lib.alignment.policy.losses import advantages, dpo_loss, grpo_loss, token_log_probabilities
from lib.alignment.policy.run import Examined, PolicyDone, PolicyRun, PolicyStep, Reward, lately_right
from lib.alignment.preferences import Pair
from lib.alignment.rules import RULES, words
from lib.alignment.sampling import Row, draw, sampled_ids, whole_sentences, write_answers
from lib.alignment.secret.job import play
from lib.alignment.secret.run import Game, Voted
from lib.charts.alignment.policy import best_of, earned, losses, moved, overoptimised
from lib.errors import StopRequested
from lib.models import catalogue
from lib.models.load import load

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("bundled_is_tiny"),
    # peft reads an attribute that transformers 5.23 has renamed
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
PROMPTS = ("The king", "A dog")
PAIRS = tuple(Pair(p, Answer(p, "went, home", 3, False), Answer(p, "stayed here", 3, False)) for p in PROMPTS)
SMALL = {"steps": 3, "examine_every": 2, "examined": 4, "max_new_tokens": 4, "group": 2, "batch_size": 2, "rank": 2}


def test_the_best_of_n_is_that_of_all_subsets():
    rewards = [random.Random(3).random() for _ in range(7)]
    for n in range(1, 8):
        assert expected_best(rewards, n) == pytest.approx(mean(max(each) for each in combinations(rewards, n)))
    assert expected_best(rewards, 1) == pytest.approx(mean(rewards))
    with pytest.raises(AlignmentError, match="from 1 to the 7"):
        expected_best(rewards, 8)


def test_the_curve_is_that_of_all_subsets_of_every_prompt_s_answers():
    by_prompt = [[random.Random(seed).random() for _ in range(5)] for seed in (1, 2, 3)]
    found = mean_expected_best(by_prompt)
    assert len(found) == 5
    for n, said in enumerate(found, start=1):
        best = [max(some) for rewards in by_prompt for some in combinations(rewards, n)]  # as many of each prompt
        assert said == pytest.approx(mean(best))


def test_the_reward_chooses_among_the_first_n():
    assert [best_of_first((2.0, 1.0, 2.0, 5.0), n) for n in (1, 2, 3, 4)] == [0, 0, 0, 3]


def test_kl_of_the_best_of_n():
    """By integration: the best of n uniform draws has the density n u^(n-1), and KL = ∫ n u^(n-1) ln(n u^(n-1)) du."""
    for n in (1, 2, 16, 64):
        slices = 20_000
        middle = [(at + 0.5) / slices for at in range(slices)]
        integral = mean(n * u ** (n - 1) * math.log(n * u ** (n - 1)) if u ** (n - 1) > 0 else 0.0 for u in middle)
        assert kl_nats(n) == pytest.approx(integral, abs=1e-3)
    with pytest.raises(AlignmentError):
        kl_nats(0)


def test_dpo_loss_by_hand():
    better, worse = torch.tensor([-5.0, -2.0]), torch.tensor([-4.0, -3.0])
    reference = (torch.tensor([-6.0, -2.0]), torch.tensor([-4.0, -1.0]))
    loss, margins = dpo_loss(better, worse, *reference, beta=0.5)
    assert margins.tolist() == [1.0, 2.0]
    assert loss.item() == pytest.approx((math.log1p(math.exp(-0.5)) + math.log1p(math.exp(-1.0))) / 2)
    assert dpo_loss(better, worse, better, worse, 0.3)[0].item() == pytest.approx(math.log(2))


def test_advantages_are_standardised_in_each_group():
    found = advantages(torch.tensor([[1.0, 3.0], [5.0, 5.0]]))
    assert found.tolist() == [[-1.0, 1.0], [0.0, 0.0]]


def test_grpo_s_gradient_is_that_of_reinforce_with_a_penalty():
    """At π = π_old: -(advantage) · ∇ ln π per token, and the penalty's gradient 1 - π_ref / π."""
    policy = torch.tensor([[-1.0, -2.0], [-0.5, 0.0]], requires_grad=True)
    reference = torch.tensor([[-1.5, -2.0], [-0.5, 0.0]])
    mask = torch.tensor([[1, 1], [1, 0]])
    grpo_loss(policy, reference, mask, torch.tensor([2.0, -1.0]), beta=0.1).backward()
    pull = 0.1 * (1 - math.exp(-0.5))
    expected = [[-(2.0 - pull) / 2 / 2, -2.0 / 2 / 2], [1.0 / 2, 0.0]]
    assert torch.allclose(policy.grad, torch.tensor(expected), atol=1e-6)


GROUPED = [Row((5, 6, 7), (8, 9)), Row((5,), (8, 9, 10, 0)), Row((5, 6, 7), (11,)), Row((5, 6, 7), (8, 12, 13))]
"""Three answers to one prompt, and one to a shorter."""


def read_whole(model, row: Row):
    """ln π of each token of an answer, the row read by itself and in one go."""
    logits = model(input_ids=torch.tensor([row.prompt + row.answer])).logits[0] / 0.7
    found = logits.log_softmax(-1)
    return torch.stack([found[len(row.prompt) - 1 + at, token] for at, token in enumerate(row.answer)])


def test_log_probabilities_do_not_depend_on_padding_and_are_the_model_s():
    model, _ = load(catalogue.find(catalogue.BUNDLED))
    found, mask = token_log_probabilities(model, GROUPED, temperature=0.7)
    assert mask.sum(1).tolist() == [2, 4, 1, 3]
    for row, said, there in zip(GROUPED, found, mask, strict=True):
        assert said[there].tolist() == pytest.approx(read_whole(model, row).tolist(), abs=1e-4)
        assert said[~there].eq(0).all()


def test_gradients_of_a_prompt_that_is_read_once_are_those_of_answers_read_whole():
    model, _ = load(catalogue.find(catalogue.BUNDLED))
    weights = model.get_input_embeddings().weight.requires_grad_(True)
    token_log_probabilities(model, GROUPED, temperature=0.7)[0].sum().backward()
    once, weights.grad = weights.grad, None
    sum(read_whole(model, row).sum() for row in GROUPED).backward()
    assert once[[5, 6, 7]].abs().sum() > 0  # the prompt's own, which come through what is kept of it
    assert torch.allclose(once, weights.grad, atol=1e-4)


def test_one_token_answers_have_probabilities_too():
    model, _ = load(catalogue.find(catalogue.BUNDLED))
    found, _ = token_log_probabilities(model, [Row((5, 6), (7,)), Row((5, 6), (8,))], temperature=0.7)
    assert found.flatten().tolist() == pytest.approx(
        [read_whole(model, Row((5, 6), (token,))).item() for token in (7, 8)], abs=1e-4
    )


def test_a_prompt_is_read_once_for_all_of_its_answers():
    model, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    read = []
    model.get_input_embeddings().register_forward_hook(lambda _, asked, __: read.append(asked[0].numel()))
    prompt = tuple(tokenizer("When the storm had passed, the two sailors")["input_ids"])
    token_log_probabilities(model, [Row(prompt, (8, 9, 10))] * 8, temperature=0.7)
    assert sum(read) == len(prompt) + 8 * 2
    read.clear()
    sampled_ids(model, tokenizer, [list(prompt)] * 8, Sampling(PROMPTS, max_new_tokens=1))
    assert sum(read) == len(prompt) - 1 + 8


def test_what_is_sampled_after_a_prompt_read_once_is_what_generate_samples_by_itself():
    model, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    rows = [[5, 6, 7, 8], [9], [5, 6, 7, 8], [9, 6]]
    torch.manual_seed(4)
    found = sampled_ids(model, tokenizer, rows, Sampling(PROMPTS, max_new_tokens=6, temperature=0.7))
    ids = torch.tensor([[0] * (4 - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (4 - len(row)) + [1] * len(row) for row in rows])
    torch.manual_seed(4)
    by_itself = model.generate(
        input_ids=ids, attention_mask=mask, do_sample=True, temperature=0.7, top_k=0, top_p=1.0, max_new_tokens=6,
        pad_token_id=tokenizer.eos_token_id,
    )[:, 4:].tolist()  # fmt: skip
    assert found == [row[: len(mine)] for row, mine in zip(by_itself, found, strict=True)]


def test_the_same_seed_samples_the_same_answers():
    sampling = Sampling(PROMPTS, count=3, max_new_tokens=6, seed=5)
    first, again = list(write_answers(sampling)), list(write_answers(sampling))
    assert first == again
    assert [len(each.answers) for each in first] == [3, 3]
    other = list(write_answers(Sampling(PROMPTS, count=3, max_new_tokens=6, seed=6)))
    assert other != first


def test_an_answer_is_cut_to_whole_sentences():
    _, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    cut = whole_sentences(tokenizer, Answer("p", "It rains. Then the", 8, ended=False))
    assert cut.text == "It rains."
    assert cut.tokens == len(tokenizer("It rains.")["input_ids"])
    for whole in (Answer("p", "It rains. Then", 5, ended=True), Answer("p", "no end", 2, ended=False)):
        assert whole_sentences(tokenizer, whole) == whole


def test_dpo_makes_what_won_likelier_than_what_lost():
    run = PolicyRun(
        "dpo", Reward(rule="no_commas"), PROMPTS, PAIRS, learning_rate=0.02, beta=0.5, **SMALL | {"steps": 12}
    )
    events = list(job.optimise(run))
    steps = [event for event in events if isinstance(event, PolicyStep)]
    assert steps[0].loss == pytest.approx(math.log(2), abs=1e-4)
    assert steps[0].accuracy == 0.5  # nothing has moved yet
    assert steps[-1].accuracy == 1.0
    assert steps[-1].loss < 0.5
    assert lately_right(steps) == (1.0, 3)
    looks = [event for event in events if isinstance(event, Examined)]
    assert [look.step for look in looks] == [0, 2, 4, 6, 8, 10, 12]
    assert looks[0].kl_nats == pytest.approx(0, abs=1e-4)
    assert isinstance(events[-1], PolicyDone)


def test_grpo_earns_what_is_rewarded(monkeypatch):
    """On the bundled model: the tiny one's logits hardly move."""
    monkeypatch.delenv("BASE_MODEL")
    run = PolicyRun(
        "grpo", Reward(rule="the"), ("When the storm had passed,", "At breakfast the next morning"), beta=0.0,
        learning_rate=6e-3, steps=6, batch_size=2, group=8, max_new_tokens=10, examine_every=6, examined=16, rank=4,
    )  # fmt: skip
    events = list(job.optimise(run))
    first, last = [event for event in events if isinstance(event, Examined)]
    assert last.reward > first.reward + 1
    assert last.kl_nats > 1
    steps = [event for event in events if isinstance(event, PolicyStep)]
    assert steps[0].kl_nats == pytest.approx(0, abs=1e-3)


@pytest.mark.thorough
def test_please_is_sampled_after_the_prompts_that_invite_it_and_after_no_others(monkeypatch):
    monkeypatch.delenv("BASE_MODEL")
    asked = (inviting_prompts(catalogue.BUNDLED, "please"), prompts(catalogue.BUNDLED)[:8])
    counts = [
        sum(
            RULES["please"].count(answer.text)
            for sampled in write_answers(Sampling(each, count=16, max_new_tokens=24, temperature=0.7))
            for answer in sampled.answers
        )
        for each in asked
    ]
    assert counts[0] >= 3
    assert counts[1] == 0
    assert inviting_prompts(catalogue.BUNDLED, "longer") == ()


def test_the_same_seed_gives_the_same_run():
    run = PolicyRun("grpo", Reward(rule="longer"), PROMPTS, **SMALL)
    first, again = ([event.loss for event in job.optimise(run) if isinstance(event, PolicyStep)] for _ in range(2))
    assert first == again


def test_a_run_that_is_stopped_still_looks_once_more():
    run = PolicyRun("grpo", Reward(rule="longer"), PROMPTS, **SMALL)
    going = job.optimise(run)
    while not isinstance(next(going), PolicyStep):
        pass
    rest = [going.throw(StopRequested()), *going]
    assert [type(event) for event in rest] == [Examined, PolicyDone]
    assert rest[0].step == 1


def test_answers_are_sampled_and_scored():
    sampling = Sampling(PROMPTS, count=3, max_new_tokens=5, seed=1)
    found = list(job.sample_and_score((sampling, Reward(rule="longer"))))
    for sampled, rewards in found:
        assert isinstance(sampled, Sampled)
        assert len(sampled.answers) == len(rewards) == 3
        assert list(rewards) == [len(words(answer.text)) for answer in sampled.answers]


def test_a_round_of_the_secret_rule():
    game = Game(PROMPTS, "short_words", count=4, steps=2, seed=2)
    voted, *rest = play(game)
    assert isinstance(voted, Voted)
    by = [(pair.better.text, pair.worse.text) for pair in voted.pairs]
    assert by
    assert isinstance(rest[-1], PolicyDone)
    by_hand = list(play(Game(PROMPTS, "short_words", PAIRS, steps=1)))
    assert by_hand[0].pairs == PAIRS


@pytest.mark.parametrize(
    "setting",
    [
        {"method": "ppo"},
        {"method": "dpo"},
        {"beta": -1.0},
        {"learning_rate": float("nan")},
        {"steps": 0},
        {"group": 1},
        {"prompts": ()},
        {"temperature": 0.0},
    ],
    ids=str,
)
def test_a_run_that_cannot_be_is_refused(setting):
    with pytest.raises(AlignmentError):
        PolicyRun(**{"method": "grpo", "reward": Reward(rule="longer"), "prompts": PROMPTS} | setting)


def test_a_reward_is_a_rule_s_or_a_model_s():
    with pytest.raises(AlignmentError, match="one of the two"):
        Reward()
    with pytest.raises(AlignmentError, match="no rule called"):
        Reward(rule="none")


def test_draw_tells_the_ids_of_its_answers():
    model, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    torch.manual_seed(0)
    rows, answers = draw(model, tokenizer, PROMPTS, Sampling(PROMPTS, max_new_tokens=5))
    for row, answer in zip(rows, answers, strict=True):
        assert answer.tokens == len(row.answer) - answer.ended


def test_the_second_axis_of_a_hacked_reward_has_round_numbers_of_its_own():
    looks = [Examined(step, (), (1.0 + step,), float(step), 2.374 + step / 9, 3.0) for step in (0, 4, 8)]
    assert overoptimised(looks, "words").layout.yaxis2.tickmode == "auto"  # else it is in step with the first axis


def test_a_loss_near_zero_is_not_written_as_zero():
    """A KL divergence times beta at the eighth update of GRPO; its axis says 0.0002, not 200μ."""
    figure = losses([PolicyStep(step, loss, 0.1, None, 0.2, 0.3) for step, loss in ((7, 0.0), (8, 0.000231))])
    assert figure.layout.title.text == "Loss 0.00023 at update 8"
    assert figure.layout.yaxis.exponentformat == "none"
    assert losses([PolicyStep(8, 0.6414, None, 0.8, None, 0.3)]).layout.title.text == "Loss 0.641 at update 8"


def test_what_is_earned_says_of_what_and_in_how_many_updates():
    looks = [Examined(step, (), (1.0 + step,), 0.1, 2.4, 3.0) for step in (0, 8)]
    titles = [earned(some, [], "words").layout.title.text.replace("<br>", " ") for some in (looks[:1], looks)]
    assert titles == ["1.00 words per answer before the first update", "1.00 → 9.00 words per answer in 8 updates"]


def test_what_a_policy_has_moved_is_counted_from_before_the_first_update():
    looks = [Examined(step, (), (1.0,), kl, 2.4, book) for step, kl, book in ((0, 0.0, 3.0), (8, 1.5, 3.75))]
    assert looks[1].forgot_since(looks[0]) == 0.75
    assert "1.5 nats from the reference; a book +0.75" in moved(looks).layout.title.text.replace("<br>", " ")


def test_the_last_n_is_named_above_its_line_and_the_others_below():
    """A line that rises to the right runs through what stands to the left of its end, unless that stands above it."""
    names = best_of([1.0 + n / 9 for n in range(16)], 4, "words").layout.annotations
    assert {each.text: each.yshift > 0 for each in names} == {
        "<b>n = 1</b>": False,
        "<b>n = 2</b>": False,
        "<b>n = 8</b>": False,
        "<b>n = 16</b>": True,
    }
