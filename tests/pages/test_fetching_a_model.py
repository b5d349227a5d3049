"""The model that a page works on, wherever one is chosen: what is chosen, and how it is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib.engine import Engine
from lib.models.catalogue import BUNDLED, REAL
from lib.places import ROOT
from lib.ui.kit import jobs
from lib.ui.models import choice
from tests.pages.conftest import button, finish_jobs, open_chapter, press, refused, rerun_until, said
from tests.standin_hub import Hub, alone, standin_hub

CHOICES = {
    "quantization_lab": ("model", {}),
    "live_lora": ("model", {}),
    "live_lora, own data": ("own-model", {"view": "Own data"}),
    "live_lora, weigh it": ("model", {"view": "Weigh it"}),
    "live_lora, compare": ("cmp_model", {"view": "Compare"}),
    "benchmarks": ("model", {}),
    "benchmarks, a score": ("model", {"view": "A score"}),
    "no_one_metric": ("model", {}),
    "honesty": ("ho_model", {}),
    "prompting": ("pr_model", {}),
    "prompt_formats, what breaks": ("formats_model", {"formats_view": "What breaks"}),
    "prompt_formats, injection": ("formats_inject_model", {"formats_view": "Injection"}),
    "prompt_formats, learning": ("formats_learn_model", {"formats_view": "Learn one, ask another"}),
    "toxicity": ("tx_model", {}),
    "reward_model": ("rm_model", {"al_model": "Stories by the bundled model"}),
    "policy": ("po_model", {}),
    "canary": ("canary_model", {}),
    "who_taught_it": ("who_model", {}),
    "ways_of_training": ("wt_model", {"wt_view": "Shortcomings and ways out"}),
    "adapters": ("ad_t_model", {"ad_view": "What a request pays"}),
}
"""By page and view: the key that the model has in a link, and the view."""


def opened(page: str, **query: str) -> AppTest:
    """The page and view, with texts where the model is chosen for texts."""
    app = open_chapter(page.partition(",")[0], **CHOICES[page][1], **query)
    own = [area for area in app.text_area if area.key == "own-text"]
    return own[0].set_value("One.\nTwo.\nThree.\nFour.\nFive.").run() if own else app


def fetch_buttons(app: AppTest) -> list[str]:
    return [each.key for each in app.button if each.label == "Fetch"]


@pytest.mark.parametrize("page", CHOICES)
def test_a_page_without_the_real_model_has_the_button_that_fetches_it(page):
    key, _ = CHOICES[page]
    app = opened(page)
    assert not app.exception
    assert app.selectbox(key=key).value == BUNDLED
    assert len(fetch_buttons(app)) == 1


@pytest.mark.usefixtures("real_is_here")
@pytest.mark.parametrize("page", CHOICES)
def test_a_link_chooses_the_model(page):
    key, _ = CHOICES[page]
    app = opened(page, **{key: REAL})
    assert not app.exception
    assert refused(app) == []
    assert app.selectbox(key=key).value == REAL
    assert not fetch_buttons(app)


@pytest.mark.usefixtures("real_is_here")
@pytest.mark.parametrize(("browsers", "usual"), [(1, REAL), (40, BUNDLED)])
@pytest.mark.parametrize("slug", ["benchmarks", "no_one_metric"])
def test_in_a_class_the_small_model_is_chosen_and_the_page_says_why(slug, browsers, usual, monkeypatch):
    monkeypatch.setattr(choice, "browsers_lately", lambda: browsers)
    app = open_chapter(slug)
    assert app.selectbox(key="model").value == usual
    assert ("browsers are here, so the small model is chosen" in said(app)) == (usual == BUNDLED)


def test_one_function_chooses_a_model_on_a_page():
    files = [file for file in (ROOT / "lib" / "ui").rglob("*.py") if file.parent.name != "models"]
    files += (ROOT / "pages").glob("*.py")
    texts = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}
    assert not [name for name, text in texts.items() if re.search("models_to_choose|def choose_model", text)]


@pytest.fixture
def hub(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The only place that has models, to this process and to a worker of its own."""
    files = {file.name: file.read_bytes() for file in tiny_model.iterdir()}
    with standin_hub(files) as serving:
        for name, value in alone(serving, tmp_path).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("WORKERS", "2")
        engine = Engine.start()
        monkeypatch.setattr(jobs, "_engine", engine)
        yield serving
        engine.close()


def how_far(app: AppTest) -> list[str]:
    """What the bars say."""
    return [each.proto.text for each in app.get("progress")]


def test_the_button_fetches_shows_how_far_it_is_and_stops(hub, tmp_path):
    app = open_chapter("canary")
    hub.delay_s, hub.pieces = 0.5, 40
    press(app, "Fetch")
    assert button(app, "Fetch").disabled
    counted = re.compile(r"From the hub: [1-9].* kB of ")
    rerun_until(app, lambda: any(map(counted.match, how_far(app))), "a bar that has moved")
    press(app, "Stop fetching")
    finish_jobs(app)
    assert "Stopped by you" in said(app)
    assert not how_far(app)
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"] == []

    hub.delay_s = 0.0
    press(app, "Fetch")
    finish_jobs(app)
    assert not app.error
    assert not fetch_buttons(app)
    assert app.selectbox(key="canary_model").options == [BUNDLED, REAL]


def test_two_students_who_press_the_button_at_once_have_one_download(hub):
    both = [open_chapter("canary") for _ in range(2)]
    hub.answers.clear()
    for app in both:
        press(app, "Fetch")
    for app in both:  # the second is told how far the first is
        rerun_until(app, lambda app=app: any("From the hub: 0" in each for each in how_far(app)), "how far it is")
    hub.answers.set()
    for app in both:
        finish_jobs(app)
        assert not app.error
        assert not fetch_buttons(app)
        assert app.selectbox(key="canary_model").options == [BUNDLED, REAL]
    assert hub.requests.count("GET model.safetensors") == 1


def test_what_a_killed_worker_left_is_gone_when_a_page_next_looks(tmp_path, monkeypatch):
    monkeypatch.setenv("MODELS_FOLDER", str(tmp_path))
    (tmp_path / f".staging-{REAL}-abc").mkdir()
    (tmp_path / f".staging-{REAL}-abc" / "half.whl").write_text("half")
    (tmp_path / f".{REAL}.progress").write_text("{}")
    app = open_chapter("canary")
    assert not app.exception
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == []
