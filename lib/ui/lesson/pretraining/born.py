"""A model being born: the same prompt at every checkpoint of a recorded run."""

from __future__ import annotations

import streamlit as st

from lib.charts.lesson import pretraining as charts
from lib.lesson.pretraining.birth import Birth, birth
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape


def watch_it_being_born() -> list[dict]:
    """The rows to take away."""
    told = birth()
    prompt = controls.segmented("Prompt", list(told.prompts), told.prompts[0], key="pc_prompt")
    steps = [each.step for each in told.checkpoints]
    at = steps.index(controls.pick("Steps of training", steps, steps[0], key="pc_step"))
    here = told.checkpoints[at]
    written = here.continuations[prompt]
    gap = " " if written[:1].isspace() else ""
    st.markdown(f"### {escape(prompt)}{gap}:orange[{_on_one_line(written)}]")
    loss, words, seen = st.columns(3)
    seen.metric("Tokens read", f"{here.tokens_seen:,}", border=True)
    loss.metric("Held-out loss", f"{here.held_out_nats_per_token:.2f}", help="nats per token", border=True)
    words.metric("Of what it writes, words", f"{here.word_share:.0%}", border=True)
    st.plotly_chart(
        charts.born(told, at),
        key="pc_born",
        alt=f"Held-out loss at step {here.step}: {here.held_out_nats_per_token:.2f} nats per token",
    )
    _say_how_it_grew(told)
    rows = [
        {
            "step": each.step,
            "tokens_seen": each.tokens_seen,
            "held_out_nats_per_token": each.held_out_nats_per_token,
            "word_share": each.word_share,
            "writes": " ".join(each.continuations[prompt].split()),
        }
        for each in told.checkpoints
    ]
    with st.expander("All checkpoints", icon=":material/table:"):
        show_table(rows, alt="What the model writes at every checkpoint")
    _say_how_it_was_recorded(told)
    return rows


def _say_how_it_grew(told: Birth) -> None:
    first, last = told.checkpoints[0], told.checkpoints[-1]
    final = told.bundled_curve[-1]
    happened(
        f"At first every token is as good as any other: the loss is {first.held_out_nats_per_token:.2f}, and ln "
        f"{told.vocabulary:,} = {told.knowing_nothing:.2f}. Then it learns which tokens are frequent, then which "
        f"follow each other, and after {last.tokens_seen:,} tokens it stands at {last.held_out_nats_per_token:.2f}. "
        f"The bundled model read {final.tokens_seen:,} tokens in its own run and ended at {final.nats_per_token:.2f}. "
        "It writes:"
    )
    st.markdown(f"> {_on_one_line(told.bundled_sample)}")


def _say_how_it_was_recorded(told: Birth) -> None:
    facts = told.facts
    sampling = facts["sampling"]
    st.caption(
        f":material/history: **Recorded, not computed now**, in a run of its own: not the bundled model's. The same "
        f"architecture ({facts['parameters']:,} parameters), tokenizer and books, but smaller batches, another "
        f"optimizer (AdamW) and {told.checkpoints[-1].step} steps: {facts['training_s']:.0f} s of training on "
        f"{escape(facts['device'])}, {facts['date']}, torch {facts['versions']['torch']}, transformers "
        f"{facts['versions']['transformers']}, seed {facts['seed']}; {facts['source']}. Each text is the first of "
        f"{sampling['samples']} drawn with temperature {sampling['temperature']} from the {sampling['top_k']} "
        f"likeliest tokens, always with the same seed; words are counted over all "
        f"{sampling['samples'] * len(told.prompts)}. Even a model that knows nothing "
        "writes many words, since many tokens are whole ones."
        f" The held-out loss is over {facts['held_out_windows']} windows of 256 tokens from five books that neither "
        "run trained on; the bundled model's over 64."
    )


def _on_one_line(text: str) -> str:
    return escape(" ".join(text.split()))
