"""Answers ranked by the room: on the projector, and on a phone."""

from __future__ import annotations

import streamlit as st

from lib import curriculum
from lib.alignment.agreeing import OfManyJudges
from lib.alignment.preferences import contradictions
from lib.charts.classroom.ranking import describe, divided_pairs
from lib.classroom.experiments.ranking import (
    CHAPTER,
    LETTERS,
    Prompted,
    ask_to_rank,
    give_ranking,
    model_of,
    next_prompt,
    of_all,
    pair_name,
    places_of,
    prompts_to_rank,
    room_s_rankings,
)
from lib.classroom.records import Asked, Room, Stage, Turnout
from lib.models.catalogue import BUNDLED, REAL
from lib.ui.classroom.doing import VIEW, attempt, db
from lib.ui.classroom.watching import PROJECTOR_S, watch
from lib.ui.kit.chapter import formula
from lib.ui.kit.controls import segmented
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.session import address, owner
from lib.ui.kit.text import escape
from lib.units import number_of

PLACES = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th"}
SAYS = {
    Stage.VOTING: ":material/format_list_numbered: **Rank** all answers, each for yourself; equal places are a tie.",
    Stage.ARGUING: ":material/forum: **Argue**: find somebody who ranked differently, and convince them.",
    Stage.VOTING_AGAIN: ":material/format_list_numbered: **Rank again**, the same or differently.",
    Stage.SHOWN: ":material/visibility: **How the room ranked**",
}


def starting_to_rank(room: Room) -> None:
    """Whose answers the room ranks, and the first prompt."""
    from lib.classroom.questions import all_asked

    st.markdown(
        "Every phone ranks four answers to one prompt. The projector counts who has ranked and how far they agree; "
        "what they prefer stays hidden until you show it. Two prompts or more train a reward model on the room's taste."
    )
    about = {REAL: "Answers by SmolLM2", BUNDLED: "Stories by the bundled model"}
    model = segmented("What is ranked", about, REAL, key="room_rank_model")
    at = next_prompt(all_asked(db(), room.code), model)
    if at is None:
        st.info("The room has ranked every prompt of this model.", icon=":material/check:")
        return
    st.markdown(f"Next: **{escape(prompts_to_rank(model)[at].prompt)}**")
    st.button(
        "Let the room rank",
        type="primary",
        icon=":material/format_list_numbered:",
        on_click=put_prompt,
        args=(room.code, model, at),
    )


def put_prompt(code: str, model: str, at: int) -> None:
    if attempt(ask_to_rank, db(), code, owner(), model, at) is not None:
        st.session_state[VIEW] = "show"


def ranking_on_projector(room: Room, asked: Asked) -> None:
    st.header(escape(asked.question), anchor=False)
    st.markdown("\n\n".join(f"### {LETTERS[n]} · {escape(each.text)}" for n, each in enumerate(asked.choices)))
    st.markdown(SAYS[asked.stage])
    if asked.stage is Stage.SHOWN:
        _how_it_ranked(room, asked)
    elif asked.stage.is_open:
        watch(lambda: _now(room, asked), PROJECTOR_S, _say_progress)
    else:
        _say_progress(_now(room, asked))


def _now(room: Room, asked: Asked) -> tuple[Turnout, OfManyJudges | None]:
    """How many have ranked in this vote, of how many, and how far they agree: nothing of what they prefer."""
    from lib.classroom.answers import turnout

    found = room_s_rankings(db(), room.code, model_of(asked), browser=owner(), number=asked.number)
    return turnout(db(), room.code, asked.number), found[0].agreement if found else None


def _say_progress(now: tuple[Turnout, OfManyJudges | None]) -> None:
    given, found = now
    have = "has" if given.answered == 1 else "have"
    st.progress(given.share, f"**{given.answered} of {given.students}** {have} ranked")
    kappa = found.agreement.kappa if found else None
    if found is None:
        st.caption("How far they agree is told from the second ranking on.")
    elif kappa is None:
        st.markdown(f"### All {found.judges} say the same of every pair")
    else:
        st.markdown(f"### They agree on {found.agreement.observed:.0%} of the pairs so far: κ = {kappa:.2f}")


def _how_it_ranked(room: Room, asked: Asked) -> None:
    found = room_s_rankings(db(), room.code, model_of(asked), browser=owner(), number=asked.number)
    if not found:
        st.info("Nobody has ranked.", icon=":material/format_list_numbered:")
        return
    prompted = found[0]
    none_good = sum(each.none_is_good for each in prompted.rankings.values())
    if prompted.pairs:
        st.plotly_chart(
            divided_pairs(prompted.pairs, prompted.sampled.answers),
            key="room_ranking",
            alt=describe(prompted.pairs, prompted.sampled.answers),
        )
    happened(ranked_in_words(prompted, none_good))
    if prompted.agreement:
        _worked_kappa(prompted.agreement)
    _all_prompts(room, model_of(asked))


def ranked_in_words(prompted: Prompted, none_good: int) -> str:
    said = f"**{number_of(len(prompted.rankings), 'student')} ranked.**"
    if none_good:
        said += f" {none_good} of them found none of the answers good, which says nothing of their order."
    if prompted.pairs and prompted.pairs[0].agreement < 1:
        most, least = prompted.pairs[0], prompted.pairs[-1]
        answers = prompted.sampled.answers
        if least.agreement > most.agreement:
            said += f" They are most divided on **{' or '.join(pair_name(most, answers))}**"
            said += f" and agree most on **{' or '.join(pair_name(least, answers))}**."
        elif least is not most:
            said += " Every pair divides them alike."
    if prompted.argued:
        before, after = prompted.argued
        said += (
            f" Of the {len(prompted.before)} who ranked twice, {prompted.changed} changed something; two of them say "
            f"the same of **{before.agreement.observed:.0%}** of the pairs before arguing and of "
            f"**{after.agreement.observed:.0%}** after."
        )
    return said


def _worked_kappa(found: OfManyJudges) -> None:
    """Fleiss' kappa with its values put in."""
    observed, expected, kappa = found.agreement.observed, found.agreement.expected, found.agreement.kappa
    first, second, tie = found.shares
    chance = f"{first:.2f}² + {second:.2f}² + {tie:.2f}² = {expected:.2f}"
    if kappa is None:
        formula(f"Fleiss' κ is not defined: all say the same of everything, so chance agrees fully too ({chance}).")
        return
    formula(
        f"Fleiss' κ = (P - Pe) / (1 - Pe) = ({observed:.2f} - {expected:.2f}) / (1 - {expected:.2f}) = "
        f"**{kappa:.2f}**. "
        f"P: two of the {found.judges} students, drawn at random, say the same of a pair in {observed:.0%} of cases. "
        f"Pe, by chance: {chance}, from the shares for one answer, the other, and of ties; every pair is counted in "
        "both orders, since which letter comes first says nothing (Fleiss 1971)."
    )
    st.caption(
        "Pairs of one ranking hang together (who puts A before B and B before C puts A before C), so κ describes this "
        "room; it is no test of whether another would agree as much."
    )


def _all_prompts(room: Room, model: str) -> None:
    """Over all prompts together, and the way on: the next prompt, a reward model."""
    everything = room_s_rankings(db(), room.code, model)
    together = of_all(everything)
    if len(everything) > 1 and together:
        kappa = together.agreement.kappa
        st.markdown(
            f"Over all {len(everything)} prompts, the {together.judges} students who ranked each agree on "
            f"{together.agreement.observed:.0%} of {together.agreement.items} pairs"
            + (f", κ = {kappa:.2f}." if kappa is not None else ".")
        )
    rankings = [ranking for each in everything for ranking in each.rankings.values()]
    against = contradictions(rankings)
    if len(everything) > 1:
        st.page_link(
            curriculum.chapter("reward_model").file,
            label=f"Train a reward model on the room's {number_of(len(rankings), 'ranking')}",
            icon=":material/school:",
            query_params={"al_model": _label(model)},
            width="content",
        )
        if against:
            differ = number_of(against, "pair")
            st.caption(
                f"Of {differ} of answers one ranking says the opposite of another: a reward model averages them."
            )
    else:
        st.caption("A reward model needs a second prompt: one is held out to test what was learnt from the others.")


def _label(model: str) -> str:
    from lib.ui.alignment.ranked import ABOUT

    return ABOUT[model]


def next_prompt_button(room: Room, asked: Asked) -> None:
    from lib.classroom.questions import all_asked

    model = model_of(asked)
    at = next_prompt(all_asked(db(), room.code), model)
    if at is not None:
        st.button(
            "Next prompt",
            icon=":material/format_list_numbered:",
            type="primary",
            on_click=put_prompt,
            args=(room.code, model, at),
        )


def ranking_on_phone(code: str, asked: Asked, first: str | None, second: str | None) -> None:
    last = first if second is None else second
    st.header(escape(asked.question), anchor=False)
    if asked.stage is Stage.SHOWN:
        _shown_on_phone(code, asked, last)
    elif asked.stage is Stage.ARGUING:
        said = f"You ranked **{last}**." if last else "You have not ranked."
        st.info(f"{said} Now find somebody who ranked differently, and convince each other.", icon=":material/forum:")
        _list_answers(asked)
    else:
        _places(code, asked, second if asked.stage is Stage.VOTING_AGAIN else first, before=first)


def _list_answers(asked: Asked) -> None:
    for at, each in enumerate(asked.choices):
        st.markdown(f"**{LETTERS[at]}** · {escape(each.text)}")


def _places(code: str, asked: Asked, mine: str | None, before: str | None) -> None:
    """A form: nothing is sent, and nothing is drawn anew, until all places are chosen."""
    key = f"places_{code}_{asked.number}_{asked.stage}"
    chosen = places_of(mine or before or "") or (None,) * len(asked.choices)
    with st.form(key, border=False):
        for at, each in enumerate(asked.choices):
            with st.container(border=True):
                st.markdown(f"**{LETTERS[at]}** · {escape(each.text)}")
                st.segmented_control(
                    f"Place of {LETTERS[at]}",
                    list(PLACES)[: len(asked.choices)],
                    format_func=PLACES.__getitem__,
                    default=chosen[at],
                    key=f"{key}_{at}",
                    label_visibility="collapsed",
                )
        st.form_submit_button(
            "Send my ranking", type="primary", width="stretch", on_click=_send, args=(code, asked, key)
        )
    st.button("None is good", width="stretch", key=f"{key}_none", on_click=_send_none, args=(code, asked))
    if mine:
        st.success(f"Your ranking is in: **{mine}**. You may change it until it is closed.", icon=":material/check:")
    else:
        st.caption("1st is the best; two answers may share a place. How fast you are does not count.")


def _send(code: str, asked: Asked, key: str) -> None:
    places = [st.session_state.get(f"{key}_{at}") for at in range(len(asked.choices))]
    attempt(give_ranking, db(), code, owner(), asked, places, address=address())


def _send_none(code: str, asked: Asked) -> None:
    attempt(give_ranking, db(), code, owner(), asked, (), address=address())


def _shown_on_phone(code: str, asked: Asked, mine: str | None) -> None:
    found = room_s_rankings(db(), code, model_of(asked), number=asked.number)
    st.info(f"You ranked **{mine}**." if mine else "You have not ranked.", icon=":material/format_list_numbered:")
    _list_answers(asked)
    if found and found[0].pairs:
        st.plotly_chart(
            divided_pairs(found[0].pairs, found[0].sampled.answers),
            key="phone_ranking",
            alt=describe(found[0].pairs, found[0].sampled.answers),
        )
        kappa = found[0].agreement.agreement.kappa if found[0].agreement else None
        if kappa is not None:
            st.markdown(f"The room agrees with **κ = {kappa:.2f}**: 1 is full agreement, 0 what chance gives.")
    st.page_link(curriculum.chapter(CHAPTER).file, label="Rank more by yourself", icon=":material/science:")
