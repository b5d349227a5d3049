"""A LoRA run on its page: started, drawn as it goes, and what it means."""

from __future__ import annotations

import dataclasses

import streamlit as st

from lib.charts import training as charts
from lib.engine import JobState, JobView
from lib.models.catalogue import catalogue
from lib.training.datasets import Dataset, load_dataset
from lib.training.progress import Progress, is_right, progress
from lib.training.run import Completion, FineTuningRun, expected_s, time_limit_s
from lib.ui.kit import jobs
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.units import format_duration

KIND = "lora"


def start_and_stop(run: FineTuningRun | None) -> None:
    jobs.start_and_stop(KIND, "Start", _queue_run, run)


def stage() -> None:
    """Curve, sizes and blanks of the newest run; an empty stage before the first."""
    view = jobs.current(KIND)
    if view is None or view.state is JobState.WAITING:
        st.plotly_chart(charts.loss_curve((), (), FineTuningRun.steps), key="loss", alt="Loss curve, still empty")
        for blank, column in zip(load_dataset("kopi_orders").blanks, st.columns(3), strict=True):
            column.markdown(f"### {escape(blank.prompt)}\\_\\_\\_")
        start = "" if view else "Press Start. "
        st.caption(f"{start}Each point is one step: one batch read, one update of the adapter.")
    jobs.live(KIND, _draw_run)


def meaning() -> None:
    """What happened, in the run's own numbers."""
    view = jobs.current(KIND)
    if view is None or view.state.active or not progress(view.events).finished:
        return
    told, run = progress(view.events), view.argument
    first, last = told.held_out[0], told.held_out[-1]
    st.header("What happened", anchor=False)
    if last.loss < first.loss:
        st.markdown(
            f"Held-out loss fell from **{first.loss:.2f}** to **{last.loss:.2f}** nats per token in {last.step} steps. "
            f"In probabilities: on sentences it never saw, the model gives the right next token "
            f"**{told.last_probability:.1%}** (geometric mean), up from **{told.first_probability:.1%}**."
        )
    else:
        problem(
            f"Held-out loss rose from {first.loss:.2f} to {last.loss:.2f} nats per token, where guessing at random "
            f"gives {told.started.guessing_loss:.2f}: a learning rate of {run.learning_rate:g} is too high; try a "
            "tenth of it"
        )
    lowest = min(told.held_out, key=lambda each: each.loss)
    if lowest.step < last.step and last.loss > 1.03 * lowest.loss:
        st.markdown(
            f"The lowest held-out loss was **{lowest.loss:.2f}** at step {lowest.step}; after that the adapter began "
            "to memorise its sentences. Stopping there would have given the better model."
        )
    st.markdown(
        f"Only the adapter was trained: beside each frozen $W$ two small matrices, "
        rf"$W + \frac{{\alpha}}{{r}} B A = W + \frac{{{run.lora_alpha}}}{{{run.rank}}} B A$, with "
        rf"$r\,(d_\mathrm{{in}} + d_\mathrm{{out}})$ parameters each. Over all target layers that is "
        f"**{told.started.trainable:,}** of {told.started.total:,} parameters, "
        f"**{told.started.trainable / told.started.total:.1%}**. The run took {format_duration(told.finished.seconds)} "
        f"on {'a GPU' if told.started.device.startswith('cuda') else 'the processor'}, measured here and now."
    )


def token_healing() -> None:
    """Why a prompt that ends inside a word needs care, with the run's own tokens."""
    view = jobs.current(KIND)
    told = progress(view.events) if view else None
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


def _queue_run(run: FineTuningRun) -> None:
    wide = catalogue()[run.model].wide
    kind_s = {"expected_s": expected_s(run), "time_limit_s": time_limit_s(run)}
    jobs.submit(KIND, "lib.training.finetune:finetune", run, **kind_s, wide=wide)


def _draw_run(view: JobView) -> None:
    if view.state is JobState.WAITING:
        return  # the empty stage is there; forty who wait ask often, and should cost little
    told, run = progress(view.events), view.argument
    done = told.steps[-1].step if told.steps else 0
    st.plotly_chart(
        charts.loss_curve(told.steps, told.held_out, run.steps), key="loss", alt=charts.describe(told.held_out)
    )
    if view.state is JobState.RUNNING:
        rate = f", {told.steps[-1].tokens_per_s:,.0f} tokens/s" if told.steps else ""
        st.progress(done / run.steps, f"Step {done} of {run.steps}{rate}")
    if told.started:
        _sizes(told)
    if told.before:
        _blanks(told, run.data)
    if told.checkpoint and not view.state.active and told.checkpoint.step < run.steps:
        resumed = dataclasses.replace(run, resume_from=told.checkpoint)
        st.button(
            f"Go on from step {told.checkpoint.step}", on_click=_queue_run, args=(resumed,), icon=":material/resume:"
        )


def _sizes(told: Progress) -> None:
    trainable, everything, loss = st.columns(3)
    trainable.metric("Trained", f"{told.started.trainable:,}", help="parameters of the adapter")
    everything.metric("Of all parameters", f"{told.started.trainable / told.started.total:.1%}")
    if told.held_out:
        change = told.held_out[-1].loss - told.held_out[0].loss
        loss.metric("Held-out loss", f"{told.held_out[-1].loss:.2f}", f"{change:+.2f}", delta_color="inverse")


def _blanks(told: Progress, data: Dataset) -> None:
    """What the model says to each prompt, now and before; the lecture's blanks are marked right or wrong."""
    told_after = told.after or (None,) * len(told.before)
    pairs = list(zip(told.before, told_after, strict=True))
    columns = st.columns(len(data.blanks)) if data.blanks else ()
    for blank, column, (before, after) in zip(data.blanks, columns, pairs, strict=False):
        with column.container(border=True, height="stretch"):
            now = after or before
            st.markdown(f"#### {_sentence(now)} {_mark(now, blank)}")
            if after:
                st.caption(f"Before: {_sentence(before)} {_mark(before, blank)}")
    for before, after in pairs[len(data.blanks) :]:
        with st.container(border=True):
            before_and_after(before, after)


def before_and_after(before: Completion, after: Completion | None) -> None:
    """One prompt, as the base model goes on and as the fine-tuned one does."""
    left, right = st.columns(2)
    left.markdown(f"Base model  \n{_sentence(before)}")
    if after:
        right.markdown(f"With the adapter  \n{_sentence(after)}")


def _sentence(completion: Completion) -> str:
    """The prompt, and what the model added to it in colour (bold would need a letter next to its asterisks)."""
    said = completion.continuation.strip()
    gap = " " if completion.continuation[:1].isspace() else ""
    return f"{escape(completion.prompt)}{gap}:orange[{escape(said) or '…'}]"


def _mark(completion: Completion, blank: object) -> str:
    if blank is None:
        return ""
    return ":green[:material/check_circle:]" if is_right(completion, blank) else ":red[:material/cancel:]"


def _tokens(tokens: tuple[str, ...]) -> str:
    return " ".join(f"`{token.replace(' ', '␣').replace('`', '')}`" for token in tokens)


def _last_word(completion: Completion) -> tuple[str, ...]:
    """The tokens of the prompt's last word and of the letters that were put to it."""
    starts = [index for index, token in enumerate(completion.healed_tokens) if token.startswith(" ")]
    return completion.healed_tokens[starts[-1] :] + completion.continuation_tokens[:1]
