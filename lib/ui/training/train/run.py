"""A LoRA run on its page: started, drawn as it goes, and what it means."""

from __future__ import annotations

import streamlit as st

from lib.charts.training import loss, watch
from lib.engine import JobState, JobView
from lib.training.datasets import Dataset
from lib.training.progress import Progress, go_on, is_right, progress
from lib.training.run import Completion, FineTuningRun, expected_s, time_limit_s
from lib.ui.kit import controls, jobs
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.units import format_duration

KIND = "lora"
STOP_HELP = "Stops after this step and says what was learnt. You can go on from there."
SHOW = {"loss": "Losses", "smooth": "Smoothed", "all": "Everything a run tells"}


def start_and_stop(run: FineTuningRun | None) -> None:
    jobs.start_and_stop(KIND, "Start", _queue_run, run, stop_help=STOP_HELP)


def told_by(view: JobView) -> Progress:
    """All that a run has told, in this sitting and in those it goes on from."""
    return progress((*view.argument.earlier, *view.events))


def stage(wanted: FineTuningRun | None) -> None:
    """Curve, sizes and blanks of the newest run; before the first, what the one that is `wanted` would be."""
    view = jobs.current(KIND)
    show = controls.segmented("Show", SHOW, "loss", key="show", label_visibility="collapsed")
    if view is None or view.state is JobState.WAITING:
        coming = wanted or FineTuningRun()
        st.plotly_chart(loss.loss_curve((), (), coming.steps), key="loss", alt="Loss curve, still empty")
        blanks = coming.data.blanks
        for blank, column in zip(blanks, st.columns(len(blanks) or 1), strict=False):
            column.markdown(f"### {escape(blank.prompt)}\\_\\_\\_")
        start = "" if view else "Press Start. "
        st.caption(f"{start}Each point is one step: one batch read, one update of the adapter.")
    jobs.live(KIND, lambda now: _draw_run(now, show))


def meaning() -> None:
    """What happened, in the run's own numbers."""
    view = jobs.current(KIND)
    if view is None or view.state.active or not told_by(view).finished:
        return
    told, run = told_by(view), view.argument
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


def _queue_run(run: FineTuningRun) -> None:
    kind_s = {"expected_s": expected_s(run), "time_limit_s": time_limit_s(run)}
    jobs.submit(KIND, "lib.training.finetune:finetune", run, **kind_s, model=run.model)


def _draw_run(view: JobView, show: str) -> None:
    if view.state is JobState.WAITING:
        return  # the empty stage is there; forty who wait ask often, and should cost little
    told, run = told_by(view), view.argument
    curve = loss.loss_curve(told.steps, told.held_out, run.steps, smooth=show != "loss")
    st.plotly_chart(curve, key="loss", alt=loss.describe(told.held_out))
    if view.state is JobState.RUNNING:
        st.progress(told.step / run.steps, _pace(told, run))
    if show == "all":
        signs = watch.vital_signs(run, told.steps)
        st.plotly_chart(signs, key="vital-signs", alt=watch.describe_vital_signs(told.steps))
    if told.started:
        _sizes(told)
    if told.before:
        _blanks(told, run.data)
    onward = None if view.state.active else go_on(run, (*run.earlier, *view.events))
    if onward:
        label = f"Go on from step {onward.resume_from.step}"
        st.button(label, on_click=_queue_run, args=(onward,), icon=":material/resume:")


def _pace(told: Progress, run: FineTuningRun) -> str:
    """Where the run is, how fast, and how long it will still take."""
    words = [f"Step {told.step} of {run.steps}"]
    if told.steps:
        words.append(f"{told.steps[-1].tokens_per_s:,.0f} tokens/s")
    left_s = told.left_s(run.steps)
    if left_s is not None and left_s >= 1:
        words.append(f"about {format_duration(left_s)} left")
    return ", ".join(words)


def _sizes(told: Progress) -> None:
    trainable, everything, loss = st.columns(3)
    trainable.metric("Trained", f"{told.started.trainable:,}", help="parameters of the adapter")
    everything.metric("Of all parameters", f"{told.started.trainable / told.started.total:.1%}")
    if told.held_out:
        change = told.held_out[-1].loss - told.held_out[0].loss
        loss.metric("Held-out loss", f"{told.held_out[-1].loss:.2f}", f"{change:+.2f}", delta_color="inverse")


def _blanks(told: Progress, data: Dataset) -> None:
    """What the model says to each prompt, now and before; the lecture's blanks are marked right or wrong."""
    told_after = told.latest or (None,) * len(told.before)
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
    if told.asked:
        with st.expander("The same prompts, every few steps", icon=":material/history:", expanded=True):
            st.markdown(_diary(told, data))


def _diary(told: Progress, data: Dataset) -> str:
    """What the model said to each prompt after so many steps, as a table in Markdown."""
    times = [(0, told.before), *((each.step, each.completions) for each in told.asked)]
    if told.finished:
        times.append((told.finished.step, told.finished.completions))
    prompts = [_in_cell(each.prompt) for each in told.before]
    known = [*data.blanks, *[None] * (len(prompts) - len(data.blanks))]
    lines = [f"| Step | {' | '.join(f'{prompt} …' for prompt in prompts)} |", "|---:|" + "---|" * len(prompts)]
    for step, completions in dict(times).items():
        said = [
            f"{_mark(each, blank)} {_in_cell(each.continuation)}"
            for each, blank in zip(completions, known, strict=True)
        ]
        lines.append(f"| {step} | {' | '.join(said)} |")
    return "\n".join(lines)


def _in_cell(text: str, longest: int = 60) -> str:
    words = " ".join(text.split())
    return escape(words[:longest] + "…" if len(words) > longest else words)


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
