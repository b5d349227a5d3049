"""What pretraining costs: every assumption can be moved, and the slide's price is traced back to one."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import pretraining as charts
from lib.lesson.pretraining.cost import (
    ASSUMPTIONS,
    Accelerator,
    Preset,
    Pretraining,
    accelerators,
    carbon_range,
    presets,
    price_range,
    ranges,
    slide_model,
    slide_usd,
    water_range,
)
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.units import format_count, format_digits, format_power

TITLES = {
    "utilization": "Utilization",
    "usd_per_hour": "USD per GPU hour",
    "parameters": "Parameters",
    "tokens": "Tokens",
    "peak_tflops": "Peak TFLOPS",
}


def what_it_costs() -> list[dict]:
    """The rows to take away."""
    preset = presets()[controls.select("Model", list(presets()), "GPT-3 175B", key="pc_model")]
    pretraining, card = _assumptions(preset)
    low, high = price_range(pretraining, card)
    shown = {name: _others(each) for name, each in presets().items()} | {preset.name: (low, pretraining.usd, high)}
    st.plotly_chart(
        charts.prices(shown, preset.name, slide_usd()),
        key="pc_prices",
        alt=f"{preset.name} costs {charts.usd(pretraining.usd)}, from {charts.usd(low)} to {charts.usd(high)}",
    )
    _figures(pretraining, card)
    _worked(pretraining)
    st.caption(f":material/menu_book: {escape(preset.note)}")
    _published(preset, pretraining)
    if preset.name == slide_model():
        _trace_slide_price(pretraining)
    _sources(preset, card)
    return _cost_rows(preset, pretraining)


def _trace_slide_price(pretraining: Pretraining) -> None:
    st.header(f"What must be so for {charts.usd(slide_usd())}?".replace("$", "\\$"), anchor=False)
    rows = _needed(pretraining)
    show_table(rows, alt="The value of each assumption at which the price is the slide's, all others as above")
    hour = pretraining.needed_for(slide_usd(), "usd_per_hour")
    if hour is not None:
        happened(
            f"At {pretraining.gpu_hours / 1e6:,.2f} million GPU hours the slide's price is an hour at "
            f"**USD {hour:.2f}**. FLOPs are published and cannot be argued away; the hour's price and the utilization "
            "are guesses of whoever makes the estimate."
        )
    st.caption("Each alone, all others as above. “Impossible”: more than 100% of the peak, or a price of 0.")


def _assumptions(preset: Preset) -> tuple[Pretraining, Accelerator]:
    """What the student assumes; every model begins with its own."""
    mine = f":{preset.name}"
    usual = preset.pretraining
    with st.expander("More: every assumption", icon=":material/tune:"):
        card = accelerators()[controls.segmented("GPU", list(accelerators()), preset.accelerator, key=f"pc_gpu{mine}")]
        on = mine + f":{card.name}"
        left, right = st.columns(2)
        with left:
            parameters = controls.number(
                "Parameters (millions)", 0.01, 1e7, usual.parameters / 1e6, key=f"pc_n{mine}", format="%.2f"
            )
            tokens = controls.number(
                "Tokens (billions)", 0.001, 1e6, usual.tokens / 1e9, key=f"pc_d{mine}", format="%.3f"
            )
            percent = controls.slider(
                "Utilization (%)", 1.0, 100.0, round(usual.utilization * 100, 1), key=f"pc_u{mine}"
            )
            price = controls.number("USD per GPU hour", 0.0, 100.0, card.usd_per_hour, key=f"pc_usd{on}", format="%.2f")
        with right:
            power = controls.slider(
                "Power of a GPU with its host (W)", 100, 1_500, round(card.power_w), key=f"pc_w{on}"
            )
            pue = controls.slider("PUE", 1.0, 2.0, usual.pue, key=f"pc_pue{mine}")
            carbon = controls.slider(
                "Grid (kg CO₂e per kWh)",
                0.0,
                1.0,
                usual.carbon_kg_per_kwh,
                key=f"pc_co2{mine}",
                step=0.001,
                format="%.3f",
            )
            water = controls.slider(
                "Water at the site (litres per kWh)", 0.0, 2.5, usual.water_l_per_kwh, key="pc_water"
            )
            grid_water = controls.slider(
                "Water at the power plants (litres per kWh)",
                0.0,
                10.0,
                usual.grid_water_l_per_kwh,
                key="pc_grid_water",
                step=0.001,
                format="%.3f",
            )
        for known in (*ranges().values(), card):
            st.caption(getattr(known, "note", None) or f"{card.name}: {known.power_note}. {known.price_note}.")
    # The box shows 19.7: an untouched one keeps every digit of the preset.
    utilization = usual.utilization if percent == round(usual.utilization * 100, 1) else percent / 100
    parameters = usual.parameters if parameters == usual.parameters / 1e6 else parameters * 1e6
    tokens = usual.tokens if tokens == usual.tokens / 1e9 else tokens * 1e9
    return Pretraining(
        parameters=parameters,
        tokens=tokens,
        peak_tflops=card.peak_tflops,
        utilization=utilization,
        usd_per_hour=price,
        power_w=power,
        pue=pue,
        carbon_kg_per_kwh=carbon,
        water_l_per_kwh=water,
        grid_water_l_per_kwh=grid_water,
    ), card


def _others(preset: Preset) -> tuple[float, float, float]:
    low, high = price_range(preset.pretraining, accelerators()[preset.accelerator])
    return low, preset.pretraining.usd, high


def _figures(told: Pretraining, card: Accelerator) -> None:
    low, high = carbon_range(told, card)
    driest, wettest = water_range(told)
    first, second, third = st.columns(3)
    first.metric("Work", f"{format_power(told.flops)} FLOPs", border=True)
    second.metric(f"{card.name} hours", _amount(told.gpu_hours), border=True)
    third.metric("Price", charts.usd(told.usd).replace("$", "USD "), border=True)
    first.metric("Electricity", _scaled(told.energy_kwh, "kWh"), border=True)
    second.metric("CO₂e", _scaled(told.carbon_kg, "kg"), border=True)
    third.metric("Water at the site", _scaled(told.site_water_l, "litres"), border=True)
    happened(
        f"1,000 such GPUs take **{_days(told.gpu_hours / 1000)}**. With the best and the worst of the published values "
        f"it would be {_scaled(low, 'kg')} to {_scaled(high, 'kg')} of CO₂e. The power plants use another "
        f"**{_scaled(told.grid_water_l, 'litres')}** of water; at the least and the most that is published of sites "
        f"and grids, both together would be {_scaled(driest, 'litres')} to {_scaled(wettest, 'litres')}."
    )


def _worked(told: Pretraining) -> None:
    parameters, tokens, flops = format_power(told.parameters, 4), format_power(told.tokens, 4), format_power(told.flops)
    happened(
        f"- FLOPs = 6 · N · D = 6 · {parameters} · {tokens} = **{flops}**\n"
        f"- GPU hours = FLOPs / (peak · utilization · 3,600 s) = {flops} / ({told.peak_tflops:g} · 10¹² · "
        f"{told.utilization:.3f} · 3,600) = **{_amount(told.gpu_hours)}**\n"
        f"- Price = hours · USD {told.usd_per_hour:.2f} = **{charts.usd(told.usd).replace('$', 'USD ')}**\n"
        f"- Electricity = hours · {told.power_w:g} W · PUE {told.pue:.2f} = **{_scaled(told.energy_kwh, 'kWh')}**; "
        f"CO₂e = that · {told.carbon_kg_per_kwh:.3f} kg per kWh\n"
        f"- Water = {_scaled(told.it_energy_kwh, 'kWh')} of the computers · {told.water_l_per_kwh:.2f} + "
        f"{_scaled(told.energy_kwh, 'kWh')} · {told.grid_water_l_per_kwh:.3f} litres per kWh = "
        f"**{_scaled(told.water_l, 'litres')}**"
    )
    ui.formula(
        "6 FLOPs per parameter and token: 2 forwards, 4 backwards (Kaplan et al. 2020). One run that succeeds: without "
        "failed runs, experiments, data and salaries. Electricity is in the price of a rented hour."
    )


def _published(preset: Preset, told: Pretraining) -> None:
    ours = {
        "flops": ("FLOPs", told.flops),
        "gpu_hours": ("GPU hours", told.gpu_hours),
        "energy_mwh": ("MWh", told.energy_kwh / 1000),
        "carbon_t": ("tons of CO₂e", told.carbon_kg / 1000),
        "site_water_m3": ("m³ of water at the site", told.site_water_l / 1000),
        "grid_water_m3": ("m³ of water at the power plants", told.grid_water_l / 1000),
    }
    rows = [
        {"figure": ours[name][0], "published": _as_published(value), "here": _as_published(ours[name][1])}
        for name, value in preset.published.items()
    ]
    show_table(rows, alt="Published figures beside those computed here")


def _needed(told: Pretraining) -> list[dict]:
    rows = []
    for name in ASSUMPTIONS:
        value = told.needed_for(slide_usd(), name)
        needed = "impossible" if value is None else _value(name, value)
        rows.append({"assumption": TITLES[name], "above": _value(name, getattr(told, name)), "needed": needed})
    return rows


def _value(name: str, value: float) -> str:
    if name == "utilization":
        return f"{value:.1%}"
    return f"{value:,.2f}" if name == "usd_per_hour" else format_count(value) if value >= 1000 else f"{value:,.3g}"


def _sources(preset: Preset, card: Accelerator) -> None:
    sources = [*preset.sources, *card.sources, *(source for known in ranges().values() for source in known.sources)]
    with st.expander("Where each value comes from", icon=":material/menu_book:"):
        st.markdown("\n".join(f"- [{escape(each.title)}]({each.url})" for each in dict.fromkeys(sources)))


def _cost_rows(preset: Preset, told: Pretraining) -> list[dict]:
    computed = {
        "flops": told.flops,
        "gpu_hours": told.gpu_hours,
        "usd": told.usd,
        "energy_kwh": told.energy_kwh,
        "carbon_kg": told.carbon_kg,
        "site_water_l": told.site_water_l,
        "grid_water_l": told.grid_water_l,
    }
    return [
        {"model": preset.name, "quantity": name, "value": value} for name, value in {**vars(told), **computed}.items()
    ]


def _amount(value: float) -> str:
    return f"{value / 1e6:,.2f} million" if value >= 1e6 else f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _scaled(value: float, unit: str) -> str:
    larger = {"kg": (1000, "t"), "kWh": (1000, "MWh"), "litres": (1000, "m³")}[unit]
    return f"{_amount(value / larger[0])} {larger[1]}" if value >= 10_000 else f"{_amount(value)} {unit}"


def _as_published(value: float) -> str:
    """FLOPs as a power of ten, all else in four digits."""
    return format_power(value) if value >= 1e15 else format_digits(value, 4)


def _days(hours: float) -> str:
    if hours >= 48:
        return f"{hours / 24:,.0f} days"
    return f"{hours:,.1f} hours" if hours >= 0.1 else f"{format_digits(hours * 3600, 2)} s"
