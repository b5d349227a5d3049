"""Four answers to a prompt, to be ranked; now and then two of them once more."""

from __future__ import annotations

import random

import streamlit as st

from lib.alignment.answers import Answer, Sampled, Sampling, prompts
from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Again, Choice, Ranking, course_rankings
from lib.models.catalogue import find
from lib.models.errors import ModelUnavailable
from lib.ui.alignment.ranked import in_words, mine
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.ui.models.fetching import offer_real_model

KIND = "fresh-answers"
AGAIN_EVERY = 3
"""Rankings after which two answers are asked once more."""
PLACES = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th"}


def rank_answers(model: str) -> None:
    """The next prompt with its answers, until all are ranked."""
    which = controls.segmented(
        "Which answers", {"ready": "Sampled for the course", "fresh": "Fresh ones"}, "ready", key="al_answers"
    )
    here = _ready(model) if which == "ready" else _fresh(model)
    done = mine(model)
    happened(in_words(done.rankings))
    waiting = _to_ask_again(model)
    if waiting is not None:
        _ask_again(model, *waiting)
        return
    ranked = {(ranking.prompt, ranking.answers) for ranking in done.rankings}
    skipped = st.session_state.setdefault("al_skipped", set())
    left = [each for each in here if (each.prompt, each.answers) not in ranked | skipped]
    if left:
        _ask_for_places(model, left[0], len(here) - len(left) + 1, len(here))
    elif here:
        st.success("All of these are ranked. On to the reward model, or take fresh answers.", icon=":material/check:")
        if skipped:
            st.button("Bring back what I skipped", on_click=skipped.clear, type="tertiary")


def _ready(model: str) -> tuple[Sampled, ...]:
    return tuple(Sampled(each.prompt, each.answers) for each in course_rankings(model))


def _fresh(model: str) -> tuple[Sampled, ...]:
    """Answers that the model writes here and now."""
    with st.expander("More", icon=":material/tune:"):
        typed = st.text_area("Prompts, one per line", "\n".join(prompts(model)[:6]), key=f"al_prompts_{model}")
        count = controls.slider("Answers to each", 2, 4, 4, key="al_count")
        temperature = controls.slider("Temperature", 0.1, 2.0, 0.6, key="al_temperature", step=0.1)
        tokens = controls.slider("Tokens of an answer, at most", 8, 64, 32, key="al_tokens")
        seed = controls.number("Seed", 0, 1_000_000, 0, key="al_seed")
    lines = tuple(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))
    wanted = None
    offer_real_model()
    try:
        find(model)
        wanted = Sampling(lines, model, count, tokens, temperature, seed)
    except (AlignmentError, ModelUnavailable) as error:
        problem(error)
    jobs.say_if_long(wanted and wanted.expected_s)
    jobs.start_and_stop(KIND, "Write answers", _queue_answers, wanted)
    jobs.live(
        KIND, lambda view: st.progress(len(view.events) / len(view.argument.prompts)) if view.state.active else None
    )
    view = jobs.current(KIND)
    if view is None or view.argument.model != model:
        return ()
    measured(f"Written here by {model}, temperature {view.argument.temperature:g}, seed {view.argument.seed}.")
    return tuple(event for event in view.events if isinstance(event, Sampled))


def _queue_answers(wanted: Sampling) -> None:
    name = "lib.alignment.sampling:write_answers"
    limit_s = 120 + 8 * wanted.expected_s
    jobs.submit(KIND, name, wanted, expected_s=wanted.expected_s, time_limit_s=limit_s, model=wanted.model)


def _ask_for_places(model: str, sampled: Sampled, number: int, total: int) -> None:
    st.header(f"{number} of {total}: {escape(sampled.prompt)}", anchor=False)
    key = f"al_place_{abs(hash((sampled.prompt, sampled.answers)))}"
    places = [_card(answer, f"{key}_{at}", len(sampled.answers), at) for at, answer in enumerate(sampled.answers)]
    keep_it, none, skip = st.columns(3)
    keep_it.button(
        "Keep this ranking",
        type="primary",
        icon=":material/check:",
        disabled=None in places,
        on_click=_keep_ranking,
        args=(model, sampled, tuple(places)),
        width="stretch",
    )
    none.button("None is good", on_click=_keep_ranking, args=(model, sampled, ()), width="stretch")
    skip.button("Skip", type="tertiary", on_click=_skip, args=(sampled,), width="stretch")
    st.caption("Rank by which answer helps most. Two answers may share a place: that is a tie.")


def _card(answer: Answer, key: str, count: int, at: int) -> int | None:
    """The answer, and the place that it is given; None before that."""
    with st.container(border=True):
        st.markdown(f"**{'ABCD'[at]}** · {escape(answer.text)}{'' if answer.ended else ' …'}")
        return st.segmented_control(
            f"Place of {'ABCD'[at]}",
            list(PLACES)[:count],
            format_func=PLACES.__getitem__,
            key=key,
            label_visibility="collapsed",
        )


def _keep_ranking(model: str, sampled: Sampled, places: tuple[int, ...]) -> None:
    mine(model).rankings.append(Ranking(sampled.prompt, sampled.answers, places))


def _skip(sampled: Sampled) -> None:
    st.session_state["al_skipped"].add((sampled.prompt, sampled.answers))


def _to_ask_again(model: str) -> tuple[Ranking, int, int] | None:
    """A ranking and two of its answers, sides swapped, when it is time to ask once more."""
    done = mine(model)
    placed = [ranking for ranking in done.rankings if ranking.places]
    if len(placed) // AGAIN_EVERY <= len(done.again):
        return None
    number = len(done.again) * AGAIN_EVERY
    ranking = placed[number]
    first, second = sorted(random.Random(number).sample(range(len(ranking.answers)), 2))
    return ranking, second, first


def _ask_again(model: str, ranking: Ranking, left: int, right: int) -> None:
    st.header(f"Once more: {escape(ranking.prompt)}", anchor=False)
    st.caption("You have ranked these two before. Do you still think so?")
    # By letters: on a phone there is no left and no right.
    for column, letter, at in zip(st.columns(2), "AB", (left, right), strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{letter}** · {escape(ranking.answers[at].text)}")
    buttons = zip(
        st.columns(3),
        ("A is better", "They tie", "B is better"),
        (Choice.FIRST, Choice.TIE, Choice.SECOND),
        strict=True,
    )
    for column, label, choice in buttons:
        column.button(
            label,
            on_click=_keep_again,
            args=(model, Again(ranking, left, right, choice)),
            width="stretch",
            key=f"al_{choice}",
        )


def _keep_again(model: str, again: Again) -> None:
    mine(model).again.append(again)
