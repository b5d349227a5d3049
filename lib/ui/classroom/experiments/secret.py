"""The game of the secret rule, played by a room: on the projector, and on a phone."""

from __future__ import annotations

import random

import streamlit as st

from lib.alignment.policy.run import Examined
from lib.alignment.secret.moved import moved
from lib.charts.classroom.votes import LETTERS, describe_votes, votes
from lib.classroom.experiments.secret import (
    LEFT,
    RIGHT,
    TIE,
    cast_votes,
    is_voter,
    open_secret,
    pairs_to_vote,
    round_to_play,
    rule_of,
    rules_to_hide,
    votes_of,
)
from lib.classroom.records import Asked, Member, Room, Stage
from lib.engine import JobState, JobView
from lib.ui.alignment.policy import looks_of
from lib.ui.alignment.secret import show_round
from lib.ui.classroom.doing import VIEW, attempt, db
from lib.ui.classroom.watching import PROJECTOR_S, watch
from lib.ui.kit import jobs
from lib.ui.kit.chapter import measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import problem
from lib.ui.kit.session import address, owner
from lib.ui.kit.text import escape

KIND = "class-secret-rule"
SIDES = {LEFT: "1", RIGHT: "2", TIE: "no difference"}
SAYS = {
    Stage.VOTING: ":material/how_to_vote: Every second phone **votes by a rule** that only the voters see.",
    Stage.ARGUING: ":material/model_training: A model is **tuned on their votes**.",
    Stage.VOTING_AGAIN: ":material/psychology_alt: **Guess the rule** from what the model writes now.",
    Stage.SHOWN: ":material/visibility: **The rule**",
}


def starting_the_secret(room: Room) -> None:
    st.markdown(
        "Every second phone is told a rule and votes by it on pairs of answers. A small model is tuned on the room's "
        "votes (DPO), and the other phones guess the rule from what it writes before and after."
    )
    if room.members < 2:
        st.caption("It takes two students at least: one votes, one guesses.")
    st.button(
        "Hide a rule and let them vote",
        type="primary",
        icon=":material/visibility_off:",
        on_click=_hide_a_rule,
        args=(room.code,),
    )


def _hide_a_rule(code: str) -> None:
    name = random.SystemRandom().choice(rules_to_hide())  # without a seed: nobody in the hall must foresee it
    if attempt(open_secret, db(), code, owner(), name) is not None:
        st.session_state[VIEW] = "show"


def secret_on_projector(room: Room, asked: Asked) -> None:
    st.header(asked.question, anchor=False)
    st.markdown(SAYS[asked.stage])
    if asked.stage is Stage.VOTING:
        if refused := st.session_state.get(f"{KIND}:problem"):
            problem(refused)
        watch(lambda: _voters(room, asked), PROJECTOR_S, _say_voters)
        st.button(
            "Close the votes and tune the model",
            type="primary",
            icon=":material/model_training:",
            on_click=_tune,
            args=(room.code, asked),
        )
        return
    view = jobs.current(KIND)
    if view is not None and (view.argument.rule, view.argument.seed) != (rule_of(asked).name, asked.number):
        view = None  # of an earlier round
    if view is None:
        st.info(
            "What the model wrote is not in this browser: it is in the one that tuned it, for an hour.",
            icon=":material/info:",
        )
    else:
        jobs.live(KIND, show_round)
    if asked.stage is Stage.ARGUING:
        _buttons_of_tuning(room, asked, view)
    else:
        _guesses(room, asked, view)


def _voters(room: Room, asked: Asked) -> tuple[int, int]:
    from lib.classroom.rooms import room as room_now

    return votes_of(db(), room.code, owner(), asked).voters, (room_now(db(), room.code).members + 1) // 2


def _say_voters(now: tuple[int, int]) -> None:
    given, voters = now
    st.progress(min(1.0, given / voters) if voters else 0.0, f"Voted so far: **{given} of about {voters}** voters")


def _tune(code: str, asked: Asked) -> None:
    """Queue the run; the votes are closed only once it is queued."""
    from lib.classroom.questions import move

    game = attempt(lambda: round_to_play(asked, votes_of(db(), code, owner(), asked)))
    if game is None:
        return
    jobs.submit(
        KIND, "lib.alignment.secret.job:play", game, expected_s=game.expected_s, time_limit_s=300, model=game.model
    )
    if st.session_state.get(f"{KIND}:problem"):
        return
    if attempt(move, db(), code, owner(), asked.number, Stage.ARGUING) is None:
        jobs.stop(KIND)


def _buttons_of_tuning(room: Room, asked: Asked, view: JobView | None) -> None:
    going = view is not None and view.state.active
    came_to_nothing = view is not None and not going and view.state is not JobState.DONE
    if came_to_nothing or view is None:
        st.button("Tune it again", icon=":material/model_training:", on_click=_tune, args=(room.code, asked))
    st.button(
        "Let the others guess",
        type="primary",
        icon=":material/psychology_alt:",
        disabled=going or came_to_nothing,
        on_click=_to_guessing,
        args=(room.code, asked.number),
    )


def _to_guessing(code: str, number: int) -> None:
    from lib.classroom.questions import move

    attempt(move, db(), code, owner(), number, Stage.VOTING_AGAIN)


def _guesses(room: Room, asked: Asked, view: JobView | None) -> None:
    from lib.classroom.answers import tally, turnout

    if asked.stage is not Stage.SHOWN:
        st.markdown("\n\n".join(f"### {LETTERS[n]} · {choice.text}" for n, choice in enumerate(asked.choices)))
        watch(
            lambda: turnout(db(), room.code, asked.number).answered,
            PROJECTOR_S,
            lambda given: st.markdown(f"### {given} {'guess' if given == 1 else 'guesses'}"),
        )
        return
    found = tally(db(), room.code, asked.number, browser=owner()).second_alone
    guesses = found.last
    said = f"The voters' rule: **{asked.choices[asked.right].text}**."
    if sum(guesses):
        st.plotly_chart(votes(asked, found), key="room_secret", alt=describe_votes(asked, found))
        said += f" {guesses[asked.right]} of {sum(guesses)} guessed it."
    given = votes_of(db(), room.code, owner(), asked)
    if given.share_by_the_rule is not None:
        said += f" Their votes followed it in {given.share_by_the_rule:.0%} of {given.given}."
    looks = looks_of(view) if view is not None else ()
    if len(looks) > 1:
        said += " " + _moved(asked, looks[0], looks[-1])
    happened(said)
    if len(looks) > 1:
        measured(f"{view.argument.model} on this machine, {len(looks[-1].answers)} answers before and after.")


def _moved(asked: Asked, first: Examined, last: Examined) -> str:
    found = moved(rule_of(asked), first.answers, last.answers)
    return (
        f"The model: {found.mean_before:.2f} {found.rule.counted} per answer before, **{found.mean_after:.2f}** after, "
        f"in {found.answers} answers each time. {found.in_words}"
    )


def secret_on_phone(code: str, asked: Asked, member: Member, mine: str | None) -> bool:
    """What this phone has to do in a round; False where it guesses, or sees what came of it, like any question."""
    if asked.stage in (Stage.SHOWN, Stage.PUT_AWAY):
        return False
    st.header("The secret rule", anchor=False)
    if not is_voter(member):
        if asked.stage is Stage.VOTING_AGAIN:
            return False
        st.info(
            "You **guess**: others vote by a rule. Soon you see what a model learns of it.", icon=":material/pending:"
        )
    elif asked.stage is Stage.VOTING:
        _vote(code, asked, mine)
    else:
        st.info(
            f"You know the rule: {rule_of(asked).title}. Keep it to yourself until it is shown.",
            icon=":material/visibility_off:",
        )
    return True


def _vote(code: str, asked: Asked, mine: str | None) -> None:
    by = rule_of(asked)
    st.markdown(f"You **vote**. Tell nobody the rule: prefer answers **{by.title}**, and mind nothing else.")
    key = f"secret_{code}_{asked.number}"
    before = mine or ""
    with st.form(key, border=False):
        for at, (left, right) in enumerate(pairs_to_vote(by.name)):
            with st.container(border=True):
                st.markdown(f"**{escape(left.prompt)} …**")
                st.markdown(f"**1** · {escape(' '.join(left.text.split()))}")
                st.markdown(f"**2** · {escape(' '.join(right.text.split()))}")
                st.segmented_control(
                    f"Vote {at + 1}",
                    list(SIDES),
                    format_func=SIDES.__getitem__,
                    default=before[at] if before else None,
                    key=f"{key}_{at}",
                    label_visibility="collapsed",
                )
        st.form_submit_button(
            "Send my votes", type="primary", width="stretch", on_click=_send_votes, args=(code, asked, key)
        )
    if mine:
        st.success("Your votes are in; you may change them until they are closed.", icon=":material/check:")


def _send_votes(code: str, asked: Asked, key: str) -> None:
    chosen = [st.session_state.get(f"{key}_{at}") for at in range(len(pairs_to_vote(rule_of(asked).name)))]
    attempt(cast_votes, db(), code, owner(), asked, chosen, address=address())
