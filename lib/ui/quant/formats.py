"""The number formats page's parts: one value bit by bit, and eight numbers by hand."""

from __future__ import annotations

import math

import streamlit as st

from lib.charts.in_words import in_words
from lib.charts.quant import formats as charts
from lib.quant.formats.arithmetic import SCHEMES, WorkedExample, parse_numbers, work
from lib.quant.formats.explore import BitField, StoredValue, from_code, parse_value, store
from lib.quant.formats.formats import FloatFormat, IntegerFormat, NumberFormat, format_facts, number_format
from lib.ui.kit import controls
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import note_sentence
from lib.ui.kit.tables import show_table

FIELD_COLOURS = {"sign": "red", "exponent": "orange", "fraction": "blue", "magnitude": "blue", "index": "green"}
EIGHT = "0.42 -1.30 0.07 0.88 -0.25 0.00 1.75 -0.61"


def one_number() -> list[dict]:
    """Type a value or click its bits; returns the comparison of all formats."""
    formats = list(format_facts())
    name = controls.segmented("Format", formats, "bf16", key="format")
    asked, block = st.columns([2, 1])
    with asked:
        # Clicked bits set this box, so its first value comes from the session and not from a widget default.
        st.session_state.setdefault("value", st.query_params.get("value", "0.1"))
        text = controls.text("Value", "", key="value", max_chars=60, help="0.1, -3.5e-4, 1/3, inf …")
    scaled = format_facts()[name].kind != "float"
    with block:
        absmax = controls.number(
            "Largest value in its block", 1e-6, 1e6, 1.0, key="absmax", disabled=not scaled, format="%g"
        )
    value = parse_value(text)
    fmt = number_format(name, absmax)
    stored = store(value, fmt)
    _pattern(stored)
    _bit_buttons(stored)
    _reading(stored)
    _facts(stored)
    if math.isfinite(stored.stored) and math.isfinite(stored.asked):
        st.plotly_chart(charts.landing(stored), key="landing", alt=_describe(stored))
    note_sentence(_describe(stored) + ".")
    formula(_note(stored, name))
    every = {each: number_format(each, absmax) for each in formats}
    rows = [_stored_row(each, store(value, kind)) for each, kind in every.items()]
    st.subheader(f"{_plain(value)} in every format", anchor=False)
    show_table(rows, alt="The same value in every format")
    gaps = charts.gaps(every, name, value)
    st.plotly_chart(gaps, key="gaps", alt=in_words(gaps))
    return rows


def _pattern(stored: StoredValue) -> None:
    parts = [f":{FIELD_COLOURS[field.name]}-background[{_spaced(field.bits)}]" for field in stored.fields]
    st.markdown("## " + " ".join(parts))
    names = [f":{FIELD_COLOURS[field.name]}[{field.name} {field.value}]" for field in stored.fields]
    st.caption(f"{' · '.join(names)} · {stored.format.bits} bits")


def _bit_buttons(stored: StoredValue) -> None:
    """Each bit as a pill, on where it is 1; clicking one sets the value to what the bits then mean."""
    position = stored.format.bits
    with st.expander("Set the bits yourself", icon=":material/touch_app:", expanded=stored.format.bits <= 16):
        for field in stored.fields:
            places = list(range(position - 1, position - 1 - len(field.bits), -1))
            position -= len(field.bits)
            key = f"bits:{stored.format.name}:{field.name}"
            st.session_state[key] = [place for place in places if stored.code >> place & 1]
            st.pills(
                field.name.capitalize() + (", 2 to the power of" if field.name == "fraction" else ""),
                places,
                selection_mode="multi",
                format_func=dict(zip(places, _worths(field), strict=True)).__getitem__,
                key=key,
                on_change=_bits_clicked,
                args=(stored.format,),
            )


def _bits_clicked(fmt: NumberFormat) -> None:
    keys = [f"bits:{fmt.name}:{field.name}" for field in fmt.fields]
    code = sum(1 << place for key in keys for place in st.session_state.get(key) or ())
    st.session_state["value"] = repr(from_code(code, fmt).stored)


def _worths(field: BitField) -> list[str]:
    """What each bit is worth, as its label; of a fraction the power of two.

    In ASCII: at any other letter in front Streamlit loads its catalogue of emojis, 6 MB, to look for one.
    """
    if field.name == "sign":
        return ["-"]
    return [str(each) for each in (field.powers if field.name == "fraction" else field.bit_values)]


def _reading(stored: StoredValue) -> None:
    """The formula of the format with the stored bits put in."""
    fmt = stored.format
    if isinstance(fmt, FloatFormat) and stored.kind in ("normal", "subnormal", "zero"):
        sign, significand = stored.fields[0].value, fmt.significand(stored.code)
        shown = f"{fmt.counted_exponent(stored.code)} - {fmt.bias}"
        st.latex(
            rf"\begin{{aligned}} & (-1)^{{{sign}}} \times 2^{{{shown}}} \times {significand:.9g} \\"
            rf"&= {fmt.power_of_two(stored.code):.6g} \times {significand:.9g} \\ "
            rf"&= \mathbf{{{_signed(stored.stored)}}} \end{{aligned}}"
        )
    elif isinstance(fmt, IntegerFormat):
        whole = fmt.whole_number(stored.code)
        st.latex(rf"{whole} \times \frac{{{fmt.largest:.6g}}}{{{fmt.top}}} = \mathbf{{{_signed(stored.stored)}}}")
    elif not isinstance(fmt, FloatFormat):
        level = fmt.table.decode(stored.code)
        st.latex(rf"\text{{level}}_{{{stored.code}}} \times {fmt.absmax:.6g} = {level:.7g} \times {fmt.absmax:.6g}")


def _facts(stored: StoredValue) -> None:
    kept, error, gap, largest = st.columns(4)
    kept.metric(
        "Stored", _plain(stored.stored), help=f"Every digit: {_first_digits(stored.exact_decimal)}", border=True
    )
    relative = stored.relative_error
    error.metric(
        "Relative error", "–" if relative is None else f"{relative:.2g}", help="|stored − asked| / |asked|", border=True
    )
    gap.metric("Gap to the next", "–" if stored.gap is None else f"{stored.gap:.3g}", border=True)
    largest.metric(
        "Largest",
        f"{stored.format.largest:.4g}",
        help=f"Smallest above zero: {stored.format.smallest:.3g}",
        border=True,
    )


def _note(stored: StoredValue, name: str) -> str:
    facts = format_facts()[name]
    told = {
        "subnormal": " This value is subnormal: below the smallest normal number, digits are lost one by one.",
        "infinity": f" Beyond {stored.format.largest:,.0f} there is only infinity.",
        "clipped": " Too large for its block: it is clipped to the end of the grid.",
        "zero": " It was rounded to zero." if stored.asked else "",
    }.get(stored.kind, "")
    return f"{facts.note}{told} Rounding is to nearest, ties to even. {facts.source}."


def _stored_row(name: str, stored: StoredValue) -> dict:
    return {
        "Format": name,
        "Bits": stored.format.bits,
        "Stored": _plain(stored.stored),
        "Error": "–" if stored.relative_error is None else f"{stored.relative_error:.2g}",
        "Gap": "–" if stored.gap is None else f"{stored.gap:.3g}",
        "Largest": f"{stored.format.largest:.4g}",
        "Smallest": f"{stored.format.smallest:.3g}",
        "Pattern": stored.pattern,
    }


def eight_numbers() -> list[dict]:
    """Eight editable numbers, every step of their quantization; returns the steps."""
    text = controls.text("Eight numbers", EIGHT, key="eight", max_chars=200)
    left, right = st.columns(2)
    with left:
        scheme = controls.segmented("Scheme", list(SCHEMES), "absmax", key="scheme")
    with right:
        bits = controls.slider("Bits", 2, 8, 4, key="hand_bits", disabled=scheme == "nf4")
    example = work(parse_numbers(text), scheme, bits)
    _derivation(example)
    rows = [_step(example, step) for step in example.steps]
    show_table(rows, alt="Every step for eight numbers")
    grid = charts.grid_of_eight(example)
    st.plotly_chart(grid, key="grid", alt=in_words(grid))
    mean = f"Mean squared error: {example.mse:.3g}."
    formula(f"{mean} With one scale for all eight numbers, the largest one decides how coarsely the others are kept.")
    return rows


def _derivation(example: WorkedExample) -> None:
    if example.scheme == "absmax":
        st.latex(
            rf"\text{{scale}} = \frac{{\max|w|}}{{2^{{{example.bits}-1}}-1}} = "
            rf"\frac{{{example.absmax:.4g}}}{{{example.largest_code}}} = {example.scale:.5g}"
        )
        st.latex(r"\text{code} = \text{round}(w/\text{scale}) \qquad \hat w = \text{code} \times \text{scale}")
    elif example.scheme == "zero point":
        st.latex(
            rf"\text{{scale}} = \frac{{\max - \min}}{{2^{{{example.bits}}}-1}} = "
            rf"\frac{{{example.high:.4g} - ({example.low:.4g})}}{{{example.largest_code}}} = {example.scale:.5g}"
        )
        st.latex(rf"\text{{zero}} = \text{{round}}(-\min/\text{{scale}}) = {example.zero}")
        st.latex(r"\text{code} = \text{round}(w/\text{scale}) + \text{zero}")
    else:
        st.latex(rf"\text{{scaled}} = w / \max|w| = w / {example.scale:.4g}")
        st.latex(r"\text{code} = \text{the nearest of 16 levels}")


def _step(example: WorkedExample, step) -> dict:
    row = {"w": f"{step.value:g}", "w / scale": f"{step.scaled:.4f}", "code": step.code}
    if step.level is not None:
        row["level"] = f"{step.level:.4f}"
    return {**row, "bits": example.pattern(step), "read back": f"{step.restored:.4f}", "error": f"{step.error:+.4f}"}


def _describe(stored: StoredValue) -> str:
    return f"{_plain(stored.asked)} is stored as {_plain(stored.stored)}"


def _plain(value: float) -> str:
    return f"{value:.9g}"


def _signed(value: float) -> str:
    return f"{value:.10g}"


def _first_digits(digits: str) -> str:
    return digits if len(digits) <= 60 else f"{digits[:60]}… ({len(digits)} characters)"


def _spaced(bits: str) -> str:
    """Groups of four from the right, with spaces that don't break."""
    head = len(bits) % 4
    parts = [bits[:head]] if head else []
    return " ".join([*parts, *(bits[i : i + 4] for i in range(head, len(bits), 4))])
