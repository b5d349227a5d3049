"""A config from before its model came into transformers, written as transformers writes it today. Data; no torch."""

from __future__ import annotations

from lib.memory.model.config_text import first_forms


def as_written_today(config: dict) -> tuple[dict, list[str]]:
    """The config with today's type and names of fields, and what is to be said of it; any other as it is."""
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


def _renamed(config: dict, names: dict[str, str]) -> dict:
    return {names.get(key, key): value for key, value in config.items()}
