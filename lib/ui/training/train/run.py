"""A LoRA run on its page: started, drawn as it goes, and what it means."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.charts.training import loss, watch
from lib.engine import JobState, JobView
from lib.training.duration import run_expected_s, run_time_limit_s
from lib.training.progress import Progress, go_on, is_right, progress
from lib.training.run import FineTuningRun
from lib.training.texts.datasets import Blank, Dataset
from lib.training.texts.prompts import Completion
from lib.ui.kit import controls, jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.presenting.recorded_run import when_measured
from lib.ui.kit.problems import problem
from lib.ui.kit.text import continued, escape
from lib.units import format_duration

KIND = "lora"
STOP_HELP = "Ends the run after this step and says what was learnt."
PAUSE_HELP = "Halts after this step, so that others can train. Go on whenever you like, also after a reload."
SHORT_PROMPT = 20
"""Characters; three of them stand side by side."""
LONGEST_SHOWN = 120
SHOW = {"loss": "Losses", "smooth": "Smoothed", "all": "Everything a run tells"}


def start_and_stop(run: FineTuningRun | None, kind: str = KIND, label: str = "Start") -> None:
    jobs.say_if_long(run and run_expected_s(run))
    jobs.start_and_stop(kind, label, queue_run, run, kind, stop_help=STOP_HELP)
    _pause_or_go_on(kind)


def _pause_or_go_on(kind: str) -> None:
    """In one place: Pause while a run goes; the way on once it was paused, stopped, or lost with its worker."""
    view = jobs.current(kind)
    onward = None
    if view is not None and not view.state.active:
        onward = go_on(view.argument, (*view.argument.earlier, *view.events))
    if onward is None:
        running = view is not None and view.state is JobState.RUNNING
        more = {"help": PAUSE_HELP, "disabled": not running, "width": "stretch"}
        st.button("Pause", key=f"{kind}-pause", icon=":material/pause:", on_click=jobs.pause, args=(kind,), **more)
        return
    st.button(
        f"Go on from step {onward.resume_from.step}",
        key=f"{kind}-go-on",
        icon=":material/resume:",
        type="primary" if view.paused else "secondary",
        on_click=queue_run,
        args=(onward, kind),
        width="stretch",
    )


def told_by(view: JobView) -> Progress:
    """All that a run has told, in this sitting and in those it goes on from."""
    return progress((*view.argument.earlier, *view.events))


def stage(wanted: FineTuningRun | None, kind: str = KIND, label: str = "Start") -> None:
    """Curve, sizes and blanks of the newest run; before the first, what the one that is `wanted` would be.

    label  what the button says that starts it
    """
    view = jobs.current(kind)
    key = "show" if kind == KIND else f"{kind}-show"
    show = controls.segmented("Show", SHOW, "loss", key=key, label_visibility="collapsed")
    if view is None or view.state is JobState.WAITING:
        coming = view.argument if view else wanted or FineTuningRun()
        told = progress(coming.earlier)  # of a run that is to go on
        curve = loss.loss_curve(told.steps, told.held_out, coming.steps, smooth=show != "loss")
        st.plotly_chart(curve, key="loss", alt=loss.describe(told.held_out))
        data = coming.data
        for blank, place in zip(data.blanks, _places(data.blanks), strict=True):
            place.markdown(f"**{escape(_as_shown(blank.prompt, data))}\\_\\_\\_**")
        start = "" if view else f"Press {label}. "
        st.caption(f"{start}Each point is one step: one batch read, one update of the adapter.")
    jobs.live(kind, lambda now: _draw_run(now, show))


def meaning(kind: str = KIND) -> None:
    """What happened, in the run's own numbers."""
    view = jobs.current(kind)
    if view is None or view.state.active or view.paused or not told_by(view).finished:
        return
    told, run = told_by(view), view.argument
    first, last = told.held_out[0], told.held_out[-1]
    st.header("What happened", anchor=False)
    if last.loss < first.loss:
        happened(
            f"Held-out loss fell from **{first.loss:.2f}** to **{last.loss:.2f}** nats per token in {last.step} steps. "
            f"In probabilities: on sentences it never saw, the model gives the right next token "
            f"**{told.last_probability:.1%}** (geometric mean), up from **{told.first_probability:.1%}**."
        )
    elif told.steps and told.steps[-1].loss < told.steps[0].loss:
        st.warning(
            f"Held-out loss rose from **{first.loss:.2f}** to **{last.loss:.2f}** nats per token while training loss "
            f"fell from {told.steps[0].loss:.2f} to {told.steps[-1].loss:.2f}: the adapter learnt its "
            f"{told.started.training_texts:,} texts by heart. Use more texts, or fewer steps.",
            icon=":material/psychology_alt:",
        )
    else:
        problem(
            f"Held-out loss rose from {first.loss:.2f} to {last.loss:.2f} nats per token, where guessing at random "
            f"gives {told.started.guessing_loss:.2f}: a learning rate of {run.learning_rate:g} is too high; try a "
            "tenth of it"
        )
    lowest = min(told.held_out, key=lambda each: each.loss)
    if lowest.step < last.step and last.loss > 1.03 * lowest.loss:
        happened(
            f"The lowest held-out loss was **{lowest.loss:.2f}** at step {lowest.step}; after that the adapter began "
            "to memorise its sentences. Stopping there would have given the better model."
        )
    happened(
        f"Only the adapter was trained: beside each frozen $W$ two small matrices, "
        rf"$W + \frac{{\alpha}}{{r}} B A = W + \frac{{{run.lora_alpha}}}{{{run.rank}}} B A$, with "
        rf"$r\,(d_\mathrm{{in}} + d_\mathrm{{out}})$ parameters each. Over all target layers that is "
        f"**{told.started.trainable:,}** of {told.started.total:,} parameters, "
        f"**{told.started.trainable / told.started.total:.1%}**. The run took {format_duration(told.finished.seconds)} "
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


def queue_run(run: FineTuningRun, kind: str = KIND) -> None:
    """For a button's `on_click`."""
    kind_s = {"expected_s": run_expected_s(run), "time_limit_s": run_time_limit_s(run)}
    jobs.submit(kind, "lib.training.finetune:finetune", run, **kind_s, model=run.model)


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
    for blank, place, (before, after) in zip(data.blanks, _places(data.blanks), pairs, strict=False):
        with place.container(border=True, height="stretch"):
            now = after or before
            st.markdown(f"**{_completed_sentence(now, data)}** {_mark(now, blank)}")
            if after:
                st.caption(f"Before: {_completed_sentence(before, data)} {_mark(before, blank)}")
    for before, after in pairs[len(data.blanks) :]:
        with st.container(border=True):
            before_and_after(before, after, data)
    if told.asked:
        with st.expander("The same prompts, every few steps", icon=":material/history:", expanded=True):
            st.markdown(_diary(told, data))


def _are_long(blanks: Sequence[Blank]) -> bool:
    return any(len(blank.prompt) > SHORT_PROMPT for blank in blanks)


def _places(blanks: Sequence[Blank]) -> list[DeltaGenerator]:
    """A place for each blank: side by side, or one below the other where their prompts are long."""
    if _are_long(blanks):
        return [st.container() for _ in blanks]
    return list(st.columns(len(blanks))) if blanks else []


def _diary(told: Progress, data: Dataset) -> str:
    """What the model said to each prompt after so many steps, as a table in Markdown."""
    times = [(0, told.before), *((each.step, each.completions) for each in told.asked)]
    if told.finished:
        times.append((told.finished.step, told.finished.completions))
    prompts = [_in_cell(_as_shown(each.prompt, data)) for each in told.before]
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


def before_and_after(before: Completion, after: Completion | None, data: Dataset) -> None:
    """One prompt, as the base model goes on and as the fine-tuned one does."""
    left, right = st.columns(2)
    left.markdown(f"Base model  \n{_completed_sentence(before, data)}")
    if after:
        right.markdown(f"With the adapter  \n{_completed_sentence(after, data)}")


def _completed_sentence(completion: Completion, data: Dataset) -> str:
    return continued(_as_shown(completion.prompt, data), completion.continuation)


def _as_shown(prompt: str, data: Dataset) -> str:
    """In one line, and what was asked alone where a template wrote the rest: all prompts begin with that."""
    question = data.question_in(prompt)
    line = " ⏎ ".join(question.split("\n")) + (" → " if question != prompt else "")
    return line if question != prompt or len(line) <= LONGEST_SHOWN else "… " + line[-LONGEST_SHOWN:]


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
