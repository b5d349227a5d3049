"""Pairs judged by the student on the three values, beside the course's judgement."""

from __future__ import annotations

import streamlit as st

from lib.alignment.values.pairs import (
    FIRST,
    OWN,
    SAME,
    SECOND,
    VALUES,
    Judged,
    ValuePair,
    agreement_with_course,
    value_pairs,
)
from lib.ui.alignment.values.own import JUDGED as WHAT
from lib.ui.alignment.values.own import ask_for_a_pair, my_pair
from lib.ui.kit import controls
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.kept import keep, kept
from lib.ui.kit.text import escape

SYMBOL = {FIRST: ":material/arrow_back:", SAME: ":material/drag_handle:", SECOND: ":material/arrow_forward:"}


def judged_by_me() -> dict[str, Judged]:
    """The pairs that this browser has judged on all three values."""
    return {
        pair: Judged(**sides) for pair, sides in (kept(WHAT) or {}).items() if all(value in sides for value in VALUES)
    }


def all_pairs() -> tuple[ValuePair, ...]:
    """The course's, and the student's own once it is judged."""
    own = my_pair()
    return (*value_pairs(), own) if own and OWN in judged_by_me() else value_pairs()


def judge_pairs() -> list[dict]:
    """The rows to take away."""
    pairs = value_pairs()
    numbers = {str(number): str(number) for number in range(1, len(pairs) + 1)} | {OWN: "Yours"}
    chosen = controls.segmented("Pair", numbers, "1", key="hv_pair")
    if chosen == OWN:
        ask_for_a_pair()
    pair = my_pair() if chosen == OWN else pairs[int(chosen) - 1]
    if pair is not None:
        show_pair(pair)
        said = _sides_of(pair)
        if len(said) == len(VALUES):
            _compare_with_the_course(pair, Judged(**said))
    _overall()
    mine = judged_by_me()
    return [
        {
            "pair": each.title,
            "judge": who,
            **{value: _side_name(each, judged.of(value)) for value in VALUES},
        }
        for each in all_pairs()
        for who, judged in (("you", mine.get(each.id)), ("the course", each.judged))
        if judged is not None
    ]


def show_pair(pair: ValuePair, winner: int = SAME) -> None:
    """The prompt and both answers side by side; the winner's is marked."""
    st.markdown(f"**{escape(pair.title)}.** {escape(pair.prompt)}")
    for column, answer, side in zip(st.columns(2), pair.answers, (FIRST, SECOND), strict=True):
        with column.container(border=True, height="stretch"):
            mark = " :material/trophy:" if winner == side else ""
            st.markdown(f"**{SYMBOL[side]} {escape(answer.name)}**{mark}  \n{escape(answer.text)}")


def _sides_of(pair: ValuePair) -> dict[str, int]:
    """The student's sides so far."""
    said = (kept(WHAT) or {}).get(pair.id, {})
    names = {side: f"{SYMBOL[side]} {_side_name(pair, side)}" for side in (FIRST, SAME, SECOND)}
    for value, column in zip(VALUES, st.columns(len(VALUES)), strict=True):
        key = f"hv_{pair.id}_{value}"
        column.radio(
            f"More {value}",
            list(names),
            index=list(names).index(said[value]) if value in said else None,
            format_func=names.__getitem__,
            key=key,
            on_change=_keep_side,
            args=(pair.id, value, key),
        )
    return said


def _keep_side(pair: str, value: str, key: str) -> None:
    side = st.session_state.get(key)
    if side in (FIRST, SAME, SECOND):
        all_said = kept(WHAT) or {}
        keep(WHAT, all_said | {pair: all_said.get(pair, {}) | {value: side}})


def _compare_with_the_course(pair: ValuePair, mine: Judged) -> None:
    for value in VALUES if pair.judged else ():
        same = mine.of(value) == pair.judged.of(value)
        icon = ":material/check:" if same else ":material/call_split:"
        side = pair.judged.of(value)
        other = "sees no difference" if side == SAME else f"takes “{_side_name(pair, side)}”"
        course = "says the same" if same else other
        st.markdown(f"{icon} **{value.capitalize()}**: the course {escape(course)}. {escape(pair.why[value])}")
    if mine.undecided:
        st.caption("You see no difference on any of the three, so no weights of yours can decide this pair.")
    elif mine.contested:
        first, second = (" and ".join(value for value in VALUES if mine.of(value) == side) for side in (FIRST, SECOND))
        st.caption(f"By your judgement {first} pulls left and {second} pulls right: weights have to decide.")
    if pair.judged is None:
        st.markdown("It now stands among the pairs of the view “Your weights”: see whose answer wins.")


def _overall() -> None:
    mine = {pair: judged for pair, judged in judged_by_me().items() if pair != OWN}
    if not mine:
        st.info(
            "Judge a pair on all three values, and see what the course thinks and why. Nobody is right here by being "
            "the course: where you differ, say why.",
            icon=":material/balance:",
        )
        return
    found = agreement_with_course(mine)
    happened(
        f"You have judged **{len(mine)} of {len(value_pairs())}** pairs, and say the same as the course in "
        f"**{found.alike} of {found.items}** judgements.",
    )
    kappa = "not defined, since both always say the same" if found.kappa is None else f"{found.kappa:.2f}"
    formula(
        f"κ = (agree − by chance) / (1 − by chance) = ({found.observed:.2f} − {found.expected:.2f}) / "
        f"(1 − {found.expected:.2f}) = {kappa} (Cohen 1960)."
    )


def _side_name(pair: ValuePair, side: int) -> str:
    return "no difference" if side == SAME else pair.answers[0 if side == FIRST else 1].name
