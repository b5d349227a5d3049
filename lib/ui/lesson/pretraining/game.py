"""Be the language model: guess the next word, say how sure you are, and be scored in bits against both models."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import next_token as charts
from lib.evaluation.likelihood import ItemScored, LikelihoodRun
from lib.lesson.pretraining.guessing import Guess, Passage, model_bits, passages, total_bits
from lib.ui.kit import controls, jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.text import escape
from lib.ui.lesson.pretraining.sentence import models, submit_to_models

SURE = {"a guess (25%)": 0.25, "maybe (40%)": 0.4, "likely (60%)": 0.6, "sure (80%)": 0.8, "certain (97%)": 0.97}
JOB = "lib.evaluation.likelihood_job:score_items"


def be_the_model() -> list[dict]:
    """The rows to take away."""
    titles = {name: passage.title for name, passage in passages().items()}
    name = controls.segmented("Text", titles, "rain_gauge", key="nt_passage")
    passage = passages()[name]
    guesses: list[Guess] = st.session_state.setdefault(f"nt_guesses_{name}", [])
    if len(guesses) < len(passage.gaps):
        _ask_for_word(name, passage, guesses)
        return []
    st.markdown(f"> {escape(passage.text_before(len(passage.gaps)))}")
    st.caption(f"{passage.source}. {passage.note}")
    rows = _show_score(name, passage, guesses)
    st.button("Play again", icon=":material/replay:", on_click=_forget_guesses, args=(name,))
    return rows


def _ask_for_word(name: str, passage: Passage, guesses: list[Guess]) -> None:
    number = len(guesses)
    gap = passage.gaps[number]
    st.markdown(f"### {escape(passage.text_before(number))} :orange[______]")
    if guesses:
        last, was = guesses[-1], passage.gaps[number - 1]
        st.caption(
            f"The last word was “{was.truth}”; you said “{last.word}” with {last.confidence:.0%}: "
            f"{last.bits(was):.1f} bits."
        )
    word = st.radio("Which word comes next?", gap.words, index=None, key=f"nt_word_{name}_{number}", horizontal=True)
    sure = st.select_slider("How sure are you?", list(SURE), "likely (60%)", key=f"nt_sure_{name}_{number}")
    st.button(
        f"That is my guess ({number + 1} of {len(passage.gaps)})",
        type="primary",
        on_click=_keep_guess,
        args=(name, word, SURE.get(sure, 0.6)),
        disabled=word is None,
    )
    st.caption(
        "You pay −log₂ of the probability that you gave the true word; the rest of your 100% is spread over the other "
        "three. Knowing nothing costs 2 bits per word."
    )


def _keep_guess(name: str, word: str | None, confidence: float) -> None:
    kept = st.session_state[f"nt_guesses_{name}"]
    number = len(kept)
    if number < len(passages()[name].gaps) and word in passages()[name].gaps[number].words:
        kept.append(Guess(word, confidence))


def _forget_guesses(name: str) -> None:
    st.session_state[f"nt_guesses_{name}"] = []


def _show_score(name: str, passage: Passage, guesses: list[Guess]) -> list[dict]:
    mine = total_bits(guesses, passage)
    happened(f"### You paid {mine:.1f} bits for {len(guesses)} words; knowing nothing costs {2 * len(guesses)}.")
    asked = models()
    last = jobs.current(_kind(name, asked[-1]))
    st.button(
        "Let the models guess the same words",
        type="primary",
        icon=":material/smart_toy:",
        on_click=_ask_models,
        args=(name, passage, asked),
        disabled=last is not None and last.state.active,
    )
    bits = {"You": [guess.bits(gap) for guess, gap in zip(guesses, passage.gaps, strict=True)]}
    for model in asked:
        jobs.live(_kind(name, model), lambda _: None)
        view = jobs.current(_kind(name, model))
        scored = [event for event in view.events if isinstance(event, ItemScored)] if view else []
        if len(scored) == len(passage.gaps):
            bits[model] = [model_bits(each) for each in scored]
    if len(bits) == 1:
        return []
    best = min(bits, key=lambda who: sum(bits[who]))
    words = [gap.truth for gap in passage.gaps]
    st.plotly_chart(
        charts.game(words, bits, best),
        key="nt_game",
        alt="; ".join(f"{who} {sum(v):.1f} bits" for who, v in bits.items()),
    )
    ui.formula(
        "A model's probability of each of the four words after the text, divided by their sum; −log₂ of the true "
        "word's share. Five words are few: another five may turn the order round."
    )
    return [{"word": word} | {who: values[at] for who, values in bits.items()} for at, word in enumerate(words)]


def _kind(name: str, model: str) -> str:
    """A kind of job for each model, so that the results of both are kept."""
    return f"guess {name} {model}"


def _ask_models(name: str, passage: Passage, asked: tuple[str, ...]) -> None:
    for model in asked:
        submit_to_models(_kind(name, model), JOB, LikelihoodRun(model, passage.items()), (model,))
