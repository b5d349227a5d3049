"""A config from before its model came into transformers, written as transformers writes it today. Data; no torch."""

from __future__ import annotations

from lib.memory.model.config_text import first_forms


def as_written_today(config: dict) -> tuple[dict, list[str]]:
    """The config with today's type and names of fields, and what is to be said of it; any other as it is."""
    config = _with_layer_types(config)
    form = first_forms().get(str(config.get("model_type")))
    if form is None:
        return config, []
    today = _renamed(config, form["fields"]) | form.get("always", {}) | {"model_type": form["type"]}
    for name, inner in form.get("nested", {}).items():
        if isinstance(today.get(name), dict):
            today[name] = _renamed(today[name], inner["fields"]) | inner.get("always", {})
    today["architectures"] = [form["class"]]
    return today, [
        f"model_type {config['model_type']!r} is built as {form['type']!r}, as which it came to transformers."
    ]


def _with_layer_types(config: dict) -> dict:
    """EXAONE's "LLLG" written out: layers with a window (local) and layers without one (global), over and over."""
    pattern, layers = config.get("sliding_window_pattern"), config.get("num_hidden_layers")
    written = isinstance(pattern, str) and set(pattern) in ({"L"}, {"G"}, {"L", "G"}) and type(layers) is int
    if not written or config.get("layer_types"):
        return config
    kinds = {"L": "sliding_attention", "G": "full_attention"}
    return config | {"layer_types": [kinds[pattern[at % len(pattern)]] for at in range(layers)]}


def _renamed(config: dict, names: dict[str, str]) -> dict:
    return {names.get(key, key): value for key, value in config.items()}
