"""A rule that is to be guessed from what the tuned model writes."""

from __future__ import annotations

import streamlit as st

from lib.alignment.answers import Answer, Sampled, prompts
from lib.alignment.errors import AlignmentError
from lib.alignment.policy.run import Examined, PolicyStep
from lib.alignment.preferences import Pair
from lib.alignment.rules import RULES, SECRET, mean_count
from lib.alignment.secret.moved import moved
from lib.alignment.secret.run import RATE_BY_HAND, Game, Voted, hidden_rule
from lib.engine import JobView
from lib.models.catalogue import BUNDLED
from lib.ui.alignment.policy import looks_of
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.kept import keep, kept
from lib.ui.kit.problems import guard
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape, followed_by
from lib.units import number_of

APP, CHOSEN, HAND = "app", "chosen", "hand"
VOTERS = {APP: "The app, by a rule it hides", CHOSEN: "The app, by a rule I choose", HAND: "I do"}
KIND, KIND_PAIRS = "secret-rule", "secret-pairs"
PROMPTS, SHOWN = 8, 6
FEWEST, VOTES = 10, 16
"""Votes by hand that decide between two answers: from how many on a model can be tuned on them, and how many are asked
for. Ties are none: they teach nothing."""


def play_secret_rule() -> list[dict]:
    """The rows to take away."""
    who = controls.segmented("Who votes", VOTERS, APP, key="sr_who")
    seed = controls.number(
        "Number of the round: it decides the rule that is hidden and the answers", 0, 9999, 1, key="sr_seed"
    )
    game = None
    with guard():
        game = _game(who, seed)
    jobs.start_and_stop(KIND, "Vote and tune", _queue_game, game, icon="how_to_vote")
    jobs.live(KIND, show_round)
    view = jobs.current(KIND)
    if view is None or view.state.active or len(looks_of(view)) < 2:
        return []
    return _guess(view)


def _game(who: str, seed: int) -> Game | None:
    asked = prompts(BUNDLED)[:PROMPTS]
    if who == APP:
        return Game(asked, hidden_rule(seed), seed=seed)
    if who == CHOSEN:
        with st.expander("The rule: only the voter looks", icon=":material/visibility_off:"):
            name = st.selectbox(
                "It prefers answers …",
                SECRET,
                format_func=lambda each: RULES[each].title,
                key="sr_rule",
                persist_state="session",
            )
        return Game(asked, name, seed=seed)
    pairs = _votes_by_hand(seed)
    return Game(asked, hidden_rule(seed), pairs, learning_rate=RATE_BY_HAND, seed=seed) if pairs else None


def _votes_by_hand(seed: int) -> tuple[Pair, ...] | None:
    """The student's own votes, once there are enough of them, or no more to be had."""
    st.markdown(
        "Think of a rule and tell nobody (“no commas”, “somebody speaks”, “it is night”). Vote by it and nothing else."
    )
    jobs.start_and_stop(
        KIND_PAIRS,
        "Get answers to vote on",
        _queue_pairs,
        seed,
        icon="edit_note",
        main=False,
        stop_label="Stop writing",
    )
    jobs.live(KIND_PAIRS, lambda _: None)
    view = jobs.current(KIND_PAIRS)
    sampled = [event for event in view.events if isinstance(event, Sampled)] if view else []
    open_pairs = [
        (each.answers[at], each.answers[at + 1]) for half in ((0, 2), (4, 6)) for each in sampled for at in half
    ]
    voted: dict = kept("secret votes") or {}
    cast = {pair: voted[pair] for pair in open_pairs if pair in voted}
    pairs = tuple(_pair(*pair, first) for pair, first in cast.items() if first is not None)
    left = [pair for pair in open_pairs if pair not in cast] if len(pairs) < VOTES else []
    if left:
        _ask_for_vote(left[0], len(pairs) + 1, len(cast) - len(pairs))
    if open_pairs and not left and not pairs:
        raise AlignmentError("Every vote is a tie, so there is nothing to learn; get other answers or another rule")
    return pairs if len(pairs) >= FEWEST or (pairs and not left) else None


def _ask_for_vote(pair: tuple[Answer, Answer], number: int, ties: int) -> None:
    st.markdown(f"**Vote {number} of {VOTES}** · {escape(pair[0].prompt)}")
    # By letters: on a phone there is no left and no right.
    for column, letter, answer in zip(st.columns(2), "AB", pair, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{letter}** · {escape(answer.text)}")
    for column, label, first in zip(
        st.columns(3), ("A wins", "No difference", "B wins"), (True, None, False), strict=True
    ):
        column.button(label, on_click=_keep_vote, args=(pair, first), width="stretch", key=f"sr_{label}")
    st.caption(
        f"From {FEWEST} votes on a model can be tuned on them; {number_of(ties, 'tie')} so far, which teach nothing: "
        "another pair is asked instead. The rarer what your rule looks for, the more votes it takes; what the model "
        "has learnt is set against chance at the end."
    )


def _keep_vote(pair: tuple[Answer, Answer], first: bool | None) -> None:
    keep("secret votes", (kept("secret votes") or {}) | {pair: first})


def _pair(one: Answer, other: Answer, first: bool) -> Pair:
    return Pair(one.prompt, one, other) if first else Pair(one.prompt, other, one)


def _queue_pairs(seed: int) -> None:
    sampling = Game(prompts(BUNDLED)[:PROMPTS], hidden_rule(seed), seed=seed).sampling
    name = "lib.alignment.sampling:write_answers"
    jobs.submit(KIND_PAIRS, name, sampling, expected_s=sampling.expected_s, time_limit_s=180, model=sampling.model)


def _queue_game(game: Game) -> None:
    st.session_state.pop("sr_guess", None)
    name = "lib.alignment.secret.job:play"
    jobs.submit(KIND, name, game, expected_s=game.expected_s, time_limit_s=300, model=game.model)


def show_round(view: JobView) -> None:
    voted = next((event for event in view.events if isinstance(event, Voted)), None)
    if voted:
        steps = sum(isinstance(event, PolicyStep) for event in view.events)
        st.caption(_how_far(voted, steps, view))
        if view.state.active:
            st.progress(steps / view.argument.steps, f"Update {steps} of {view.argument.steps}")
    looks = looks_of(view)
    if len(looks) < 2:
        return
    for column, look, title in zip(st.columns(2), (looks[0], looks[-1]), ("Before the votes", "After"), strict=True):
        with column:
            st.markdown(f"### {title}")
            for answer in look.answers[:SHOWN]:
                st.markdown(followed_by(answer.prompt, answer.written))


def _how_far(voted: Voted, steps: int, view: JobView) -> str:
    pairs = number_of(len(voted.pairs), "pair")
    if view.state.active:
        return f"DPO learns from the votes on {pairs}."
    if not steps:
        return f"It ended before the first update: nothing was learnt from the votes on {pairs}."
    return f"DPO learnt from the votes on {pairs}, in {steps} of {number_of(view.argument.steps, 'update')}."


def _guess(view: JobView) -> list[dict]:
    game: Game = view.argument
    first, last = looks_of(view)[0], looks_of(view)[-1]
    by_hand = bool(game.pairs)
    said = st.radio(
        "Which rule did the voter follow? It prefers answers …",
        SECRET,
        index=None,
        format_func=lambda name: RULES[name].title,
        key="sr_guess",
    )
    rows = [
        {
            "counted": RULES[name].counted,
            "before": mean_count(RULES[name], first.answers),
            "after": mean_count(RULES[name], last.answers),
        }
        for name in SECRET
        if name != "no_speech"  # counts what `speech` counts
    ]
    if said is None:
        return []
    _reveal(game, said, first, last, by_hand=by_hand)
    with st.expander("Everything that was counted", icon=":material/table:"):
        show_table(rows, alt="; ".join(f"{row['counted']}: {row['before']:.2f} to {row['after']:.2f}" for row in rows))
    measured(f"{game.model} here and now, {len(last.answers)} answers before and after, round {game.seed}.")
    return rows


def _reveal(game: Game, said: str, first: Examined, last: Examined, *, by_hand: bool) -> None:
    by = RULES[said if by_hand else game.rule]
    found = moved(by, first.answers, last.answers)
    counted = f"{found.mean_before:.2f} {by.counted} per answer before the votes, **{found.mean_after:.2f}** after"
    if by_hand:
        st.info(f"Only the voter knows. Is it answers {by.title}?", icon=":material/visibility_off:")
    elif said == game.rule:
        st.success(f"Yes: it prefers answers {by.title}.", icon=":material/check:")
    else:
        st.warning(f"No: the rule was to prefer answers {by.title}.", icon=":material/close:")
    happened(f"{counted}, in {found.answers} answers each time. {found.in_words}")
