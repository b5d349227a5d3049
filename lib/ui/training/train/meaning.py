"""What a finished run means, in its own numbers; and why a prompt that ends inside a word needs care."""

from __future__ import annotations

import streamlit as st

from lib.training.rates import rate_to_try
from lib.training.texts.prompts import Completion
from lib.ui.kit import jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.presenting.recorded_run import when_measured
from lib.ui.kit.problems import problem
from lib.ui.training.train.run import KIND, told_by
from lib.units import format_duration


def meaning(kind: str = KIND) -> None:
    """What happened, in the run's own numbers."""
    view = jobs.current(kind)
    if view is None or view.state.active or view.paused or not told_by(view).finished:
        return
    told, run = told_by(view), view.argument
    first, last = told.held_out[0], told.held_out[-1]
    st.header("What happened", anchor=False)
    if not told.steps:
        st.info("Stopped before the first step: nothing was trained, so nothing was learnt.", icon=":material/info:")
        return
    if told.is_where_it_began:
        st.warning(
            f"Held-out loss stayed at **{last.loss:.2f}** nats per token in {last.step} steps: next to nothing was "
            f"learnt. Take more steps, or a higher learning rate than {run.learning_rate:g}.",
            icon=":material/trending_flat:",
        )
    elif last.loss < first.loss:
        happened(
            f"Held-out loss fell from **{first.loss:.2f}** to **{last.loss:.2f}** nats per token in {last.step} steps. "
            f"In probabilities: on sentences it never saw, the model gives the right next token "
            f"**{told.last_probability:.1%}** (geometric mean), up from **{told.first_probability:.1%}**."
        )
    elif told.steps[-1].loss < told.steps[0].loss:
        st.warning(
            f"Held-out loss rose from **{first.loss:.2f}** to **{last.loss:.2f}** nats per token while training loss "
            f"fell from {told.steps[0].loss:.2f} to {told.steps[-1].loss:.2f}: the adapter learnt its "
            f"{told.started.training_texts:,} texts by heart. Use more texts, or fewer steps.",
            icon=":material/psychology_alt:",
        )
    else:
        problem(
            f"Held-out loss rose from {first.loss:.2f} to {last.loss:.2f} nats per token, where guessing at random "
            f"gives {told.started.guessing_loss:.2f}: a learning rate of {run.learning_rate:g} is too high; try "
            f"{rate_to_try(run.learning_rate)} or less"
        )
    lowest = min(told.held_out, key=lambda each: each.loss)
    if lowest.step < last.step and last.loss > 1.03 * lowest.loss:
        happened(
            f"The lowest held-out loss was **{lowest.loss:.2f}** at step {lowest.step}; after that the adapter began "
            "to memorise its sentences. Stopping there would have given the better model."
        )
    from_step = told.started.first_step  # the time is told of the last sitting alone
    took = f"From step {from_step} on, the run took" if from_step else "The run took"
    happened(
        f"Only the adapter was trained: beside each frozen $W$, held in {told.finished.card.held_in}, "
        "two small matrices, "
        rf"$W + \frac{{\alpha}}{{r}} B A = W + \frac{{{run.lora_alpha}}}{{{run.rank}}} B A$, with "
        rf"$r\,(d_\mathrm{{in}} + d_\mathrm{{out}})$ parameters each. Over all target layers that is "
        f"**{told.started.trainable:,}** of {told.started.total:,} parameters, "
        f"**{told.started.trainable / told.started.total:.1%}**. {took} {format_duration(told.finished.seconds)} "
        f"on {'a GPU' if told.started.device.startswith('cuda') else 'the processor'}, measured {when_measured()}."
    )


def token_healing() -> None:
    """Why a prompt that ends inside a word needs care, with the run's own tokens."""
    view = jobs.current(KIND)
    told = told_by(view) if view else None
    healed = next((each for each in told.after if each.prompt.endswith(" Ko")), None) if told else None
    if healed is None:
        return
    with st.expander("Why “Kopi O Ko…” is harder than it looks: token healing", icon=":material/healing:"):
        st.markdown(
            f"The tokenizer cuts the typed letters as {_tokens(healed.prompt_tokens)}. "
            f"But in the sentences the model learnt from, the word is {_tokens(_last_word(healed))}: "
            "the tokens of the whole word do not begin with those of its first letters. Asked to go on after the "
            "typed tokens, a model is in a place it has never been. So the last word is taken back, and the model "
            "chooses its tokens itself, among those that spell what you typed."
        )


def _tokens(tokens: tuple[str, ...]) -> str:
    return " ".join(f"`{token.replace(' ', '␣').replace('`', '')}`" for token in tokens)


def _last_word(completion: Completion) -> tuple[str, ...]:
    """The tokens of the prompt's last word and of the letters that were put to it."""
    starts = [index for index, token in enumerate(completion.healed_tokens) if token.startswith(" ")]
    return completion.healed_tokens[starts[-1] :] + completion.continuation_tokens[:1]
