"""Write it: the conversation in a model's own format, with its special tokens, its tokens and what is learnt."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.engine import JobView
from lib.lesson.prompt_formats.conversation import Conversation
from lib.lesson.prompt_formats.errors import FormatError
from lib.lesson.prompt_formats.formats import REAL_FORMAT, formats, names_of
from lib.lesson.prompt_formats.rendering import Piece, Rendered, rendered
from lib.lesson.prompt_formats.tokens import MOST_TOKENS, Token, Tokens, TokensWanted
from lib.models.catalogue import REAL
from lib.ui.kit import controls, jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import problem
from lib.ui.kit.tokens import Chip, Mark, chips, marked
from lib.ui.lesson.formats.editor import edited_conversation
from lib.ui.lesson.formats.taken import Taken
from lib.ui.models.choice import choose_model
from lib.units import number_of

KIND = "formats-tokens"
BESIDE = "llama_3_1"
SHOWN_PIECES, SHOWN_TOKENS = 1_000, 400
LEARNT_CHIP, SPECIAL_CHIP = 2, 3


def view() -> Taken:
    left, right = st.columns([2, 3], gap="large")
    with left:
        conversation = edited_conversation()
    with right:
        one, other = st.columns(2)
        with one:
            first = controls.select("Format", names_of(), REAL_FORMAT, key="formats_first")
        with other:
            second = controls.select("Beside it", names_of(), BESIDE, key="formats_second")
        asks = controls.toggle("Generation prompt: the beginning of the next answer", True, key="formats_asks")
        _legend()
        found = [_in_format(name, conversation, asks) for name in dict.fromkeys((first, second))]
        written = [each for each in found if each is not None]
        if written:
            _what_happened(written[0])
    if written:
        _token_ids(written[0])
    rows = [
        {
            "format": each.format.title,
            "characters_typed": each.conversation.characters,
            "characters_read": len(each.text),
            "special_tokens": each.special_tokens,
            "characters_learnt": each.characters_learnt,
            "text": each.text,
        }
        for each in written
    ]
    return Taken("prompt-formats", rows)


def _legend() -> None:
    marked(
        "How to read it",
        [
            Mark("special token", boxed=True),
            Mark("  "),
            Mark("written by the template", pale=True),
            Mark("  "),
            Mark("a turn's text", label="role"),
            Mark("  "),
            Mark("learnt when only answers are", underlined=True),
        ],
    )


def _in_format(name: str, conversation: Conversation, asks: bool) -> Rendered | None:
    form = formats()[name]
    with st.container(border=True):
        try:
            found = rendered(form, conversation, add_generation_prompt=asks)
        except FormatError as error:
            problem(error)
            st.caption(form.remark)
            return None
        marked(f"{form.title}: what the model is given", marks_of(found, found.pieces[:SHOWN_PIECES]))
        if len(found.pieces) > SHOWN_PIECES:
            st.caption(f"Cut here: {len(found.pieces) - SHOWN_PIECES:,} pieces more.")
        source = f"[{ui.escape(form.source.title)}]({form.source.url})"
        st.caption(f"{ui.escape(form.remark)} Template: {source}; {form.licence}.")
        return found


def marks_of(found: Rendered, pieces: tuple[Piece, ...]) -> list[Mark]:
    """The pieces as they are drawn; a turn's role stands once, at its beginning."""
    marks, before = [], None
    for piece in pieces:
        role = found.conversation.turns[piece.turn].role if piece.turn is not None else ""
        marks.append(
            Mark(
                piece.text,
                boxed=piece.special,
                underlined=piece.learnt,
                pale=piece.turn is None and not piece.special,
                label=role if piece.turn != before else "",
                note=("special token; " if piece.special else "") + (role or "written by the template"),
            )
        )
        before = piece.turn if piece.turn is not None else before
    return marks


def _what_happened(found: Rendered) -> None:
    typed, read = found.conversation.characters, len(found.text)
    happened(
        f"You typed **{typed:,}** characters, and {found.format.title} is given **{read:,}**, with "
        f"{number_of(found.special_tokens, 'special token')} among them."
    )
    if found.characters_learnt:
        happened(
            f"Trained on answers only, **{found.characters_learnt:,} of {read:,}** characters "
            f"({found.learnt_share:.0%}) count in the loss: each answer and the sign that ends it. The rest is read "
            "and not learnt."
        )
    if found.forged:
        st.warning(
            f"Special tokens that somebody typed: {len(found.forged)}. See the view Injection.",
            icon=":material/warning:",
        )
    ui.formula("Characters, counted in the text above.")


def _token_ids(found: Rendered) -> None:
    with st.expander("Token ids", icon=":material/tag:"):
        model = choose_model("formats_tokenizer", REAL, label="Cut by the tokenizer of")
        wanted = TokensWanted.of(model, found)
        jobs.start_and_stop(KIND, "Show the token ids", _queue_tokens, wanted, icon="tag", main=False)
        jobs.live(KIND, lambda now: _draw_tokens(now, wanted), measures=False)


def _queue_tokens(wanted: TokensWanted) -> None:
    jobs.submit(KIND, "lib.lesson.prompt_formats.tokens_job:cut", wanted, expected_s=3, time_limit_s=60)


def _draw_tokens(now: JobView, wanted: TokensWanted) -> None:
    found = next((event for event in now.events if isinstance(event, Tokens)), None)
    if found is None:
        return
    if now.argument != wanted:
        st.caption("These are the tokens of the text as it was before you changed it.")
    chips(
        f"{found.total:,} tokens. Numbered {LEARNT_CHIP + 1}: learnt ({found.learnt:,}); {SPECIAL_CHIP + 1}: special, "
        "not learnt; pale: only read",
        [token_chip(token) for token in found.tokens[:SHOWN_TOKENS]],
    )
    if found.cut:
        st.warning(f"Cut after {MOST_TOKENS:,} tokens; {found.cut:,} more are left out.", icon=":material/content_cut:")
    if len(found.tokens) > SHOWN_TOKENS:
        st.caption(f"The first {SHOWN_TOKENS} are drawn.")
    ui.measured(
        f"Cut here and now by the tokenizer of {ui.escape(now.argument.model)}. It knows its own special tokens; "
        "those of other models it cuts like any text."
    )


def token_chip(token: Token) -> Chip:
    link = LEARNT_CHIP if token.learnt else SPECIAL_CHIP if token.special else None
    kind = "special; " if token.special else ""
    return Chip(token.text.replace(" ", "␣") or "␣", link, compared_as=str(token.id), note=f"{kind}token {token.id}")
