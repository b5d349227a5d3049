"""What the model will see: tokens, what counts, what is cut off, and the base model's losses."""

from __future__ import annotations

import streamlit as st

from lib.engine import JobView
from lib.training.own_data.preview import BaseLosses, Prepared, PreviewRequest, Seen, SeenToken
from lib.training.own_data.split import Split
from lib.training.own_data.templates import PLAIN_TEMPLATE
from lib.ui.kit import tokens
from lib.ui.kit.tables import show_table
from lib.units import number_of

COUNTED, SPECIAL = 0, 3
CUT_WORDS = 40
ROWS_NAMED = 8
FEW = 20
"""Held-out texts below which their loss says little."""


def sides(made: Split) -> None:
    """How many texts there are on each side, and what is wrong with the held-out ones."""
    training, held_out, twice = st.columns(3)
    training.metric("To train on", f"{len(made.training):,}")
    held_out.metric("Held out", f"{len(made.held_out):,}", help="texts that training never sees")
    twice.metric("Duplicates left out", f"{len(made.duplicates):,}", help="the same text, word for word; kept once")
    if made.would_leak:
        st.info(
            f"Duplicates that are copies of held-out texts: {made.would_leak:,}. Had they stayed, training could have "
            "had the very text it is tested on.",
            icon=":material/content_copy:",
        )
    if made.near:
        st.warning(
            f"**{len(made.near):,} of {len(made.held_out):,} held-out texts are nearly in training**: at least 70% of "
            "their runs of eight words are there too (or all of a shorter text's). A held-out text that was also "
            "trained on proves nothing: the model may know it by heart. Take those rows out, or reword them.",
            icon=":material/warning:",
        )
        with st.expander("Which ones"):
            rows = [
                {"Row": each.text.number, "Found in training": f"{each.share:.0%}", "Text": each.text.words[:300]}
                for each in made.near[:50]
            ]
            show_table(rows, alt="Held-out texts that training nearly has")
    if 0 < len(made.held_out) < FEW and not made.near:
        st.caption("So few held-out texts can be lucky or unlucky: take their loss with caution.")


def draw_preview(view: JobView) -> None:
    """The texts as they will be learnt, as soon as the worker has them."""
    prepared = prepared_by(view)
    if prepared is None:
        return
    _template(prepared)
    _one_text(prepared)
    if prepared.cut_rows:
        st.warning(cut_off_words(prepared, view.argument.loss_on), icon=":material/content_cut:")
        if prepared.cut_seen < len(prepared.cut_rows):
            st.caption(f"Of these {len(prepared.cut_rows):,} texts, {prepared.cut_seen} can be opened above.")
    _both_losses(prepared, view)


def prepared_by(view: JobView | None, wanted: PreviewRequest | None = None) -> Prepared | None:
    """What the preview has told; None if there is none yet, or it is of other texts than `wanted`."""
    if view is None or (wanted is not None and view.argument != wanted):
        return None
    return next((event for event in view.events if isinstance(event, Prepared)), None)


def _template(prepared: Prepared) -> None:
    if all(not example.answers for example in prepared.dataset.training):
        return
    before, after = prepared.dataset.around
    with st.expander(
        "Chat template: the model's own" if prepared.template == "model" else "Template: a plain one",
        icon=":material/forum:",
    ):
        st.code(
            f"{before}{{instruction}}{after}{{response}}" if prepared.template == "model" else PLAIN_TEMPLATE,
            None,
            wrap_lines=True,
        )


def _one_text(prepared: Prepared) -> None:
    names = [_name(each) for each in prepared.seen]
    at = st.selectbox("What the model sees of", range(len(names)), format_func=names.__getitem__, key="own-seen")
    seen = prepared.seen[at if at < len(names) else 0]
    counted = sum(token.counted for token in seen.tokens)
    tokens.chips(
        f"{len(seen.tokens)} tokens. Underlined: the {counted} that count in the loss. Pale: only read.",
        [_chip(token) for token in seen.tokens],
    )
    if seen.cut:
        _cut_words(seen, prepared.longest_tokens)


def _name(seen: Seen) -> str:
    side = "held out" if seen.held_out else "training"
    return f"Row {seen.number:,} ({side}{', cut' if seen.cut else ''})"


def _chip(token: SeenToken) -> tokens.Chip:
    shown = token.text.replace(" ", "␣") or "␣"
    link = (SPECIAL if token.special else COUNTED) if token.counted else None
    kind = "a special token; " if token.special else ""
    note = kind + ("counts in the loss" if token.counted else "read, but not counted")
    return tokens.Chip(shown, link, note=note, numbered=False)


def _cut_words(seen: Seen, longest: int) -> None:
    words = seen.cut.split()
    more = f", and {number_of(len(words) - CUT_WORDS, 'word')} more" if len(words) > CUT_WORDS else ""
    tokens.chips(
        f"Cut off, since {longest} tokens of a text are read{more}",
        [tokens.Chip(word, COUNTED, clipped=True, numbered=False) for word in words[:CUT_WORDS]],
    )


def cut_off_words(prepared: Prepared, loss_on: str) -> str:
    """Which texts are longer than what is read of one, and what is left to learn of those that lose their answer."""
    cut, lost = prepared.cut_rows, prepared.without_answer
    are_cut = "is cut there" if len(cut) == 1 else "are cut there"
    longer = f"Longer than {prepared.longest_tokens} tokens: {_rows(cut)}, which {are_cut}."
    if not lost:
        return longer
    whose = "Its" if len(cut) == 1 else f"In {_rows(lost)} the"
    end = "the token that ends the text" if len(lost) == 1 else "the token that ends each text"
    left = f"only {end} still counts" if loss_on == "answer" else f"what comes before it and {end} still count"
    return f"{longer} {whose} whole answer is cut off: {left} in the loss."


def _rows(numbers: tuple[int, ...]) -> str:
    """Rows by number, the first few of many."""
    if len(numbers) == 1:
        return f"row {numbers[0]:,}"
    first, more = numbers[:ROWS_NAMED], len(numbers) - ROWS_NAMED
    named = [f"{number:,}" for number in first] + ([f"{more:,} more"] if more > 0 else [])
    return f"rows {', '.join(named[:-1])} and {named[-1]}"


def _both_losses(prepared: Prepared, view: JobView) -> None:
    """How many tokens count in either way, and what the base model makes of the same held-out texts."""
    if prepared.counted_if_answer == prepared.counted_if_text:
        return
    losses = next((event for event in view.events if isinstance(event, BaseLosses)), None)
    whole, answer = st.columns(2)
    for column, title, count, loss in (
        (whole, "Loss on the whole text", prepared.counted_if_text, losses and losses.on_text),
        (answer, "Loss on the answer only", prepared.counted_if_answer, losses and losses.on_answer),
    ):
        with column.container(border=True):
            st.metric(title, "…" if loss is None else f"{loss:.2f}", help="base model, nats per token that counts")
            st.caption(f"{count:,} of {prepared.training_tokens:,} training tokens count")
    if losses and losses.on_answer is not None:
        st.markdown(
            f"The same base model and the same held-out texts ({losses.texts:,}), two figures: the answer "
            f"is **{prepared.answer_share:.0%}** of what counts in the whole text. On the whole text a model is also "
            "taught to write your questions. Two runs can only be compared when their loss counts the same tokens."
        )
    elif view.state.active:
        st.caption("The base model's losses on the held-out texts are being measured.")
    st.caption("Tokens and losses are measured here and now, with the model's own tokenizer.")
