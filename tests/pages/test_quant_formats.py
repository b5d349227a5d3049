"""The number formats page as a student and a hostile link use it."""

from __future__ import annotations

import pytest

from tests.pages.conftest import open_chapter, refused

PAGE = "number_formats"


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def errors(app) -> list[str]:
    return [error.value for error in app.error]


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("bf16", "0.1", "0.100097656"),  # torch.tensor(0.1).bfloat16() = 0.10009765625
        ("fp16", "70000", "inf"),  # beyond 65,504
        ("bf16", "70000", "70144"),
        ("fp8-e4m3", "1000", "448"),
        ("int4", "1/3", "0.285714286"),  # 2/7
        ("fp32", "-0.0", "-0"),
    ],
)
def test_what_is_stored(name, value, stored):
    app = open_chapter(PAGE, format=name, value=value)
    assert not app.exception
    assert metrics(app)["Stored"] == stored


def test_a_clicked_bit_changes_the_value():
    app = open_chapter(PAGE, format="fp16", value="1.0")
    exponent = next(pills for pills in app.button_group if pills.label == "Exponent")
    assert exponent.value == [13, 12, 11, 10]  # 01111, the bias
    exponent.set_value([14]).run()  # 10000: one more
    assert not app.exception
    assert metrics(app)["Stored"] == "2"
    assert app.text_input(key="value").value == "2.0"


@pytest.mark.parametrize("value", ["", "abc", "1/0", "<b>1</b>", "$x$ [a](javascript:1)"])
def test_what_is_no_number_is_one_sentence(value):
    app = open_chapter(PAGE, value=value)
    assert not app.exception
    assert len(errors(app)) == (1 if value else 0) or "not a number" in errors(app)[0]
    assert app.radio  # the rest of the page is there


def test_a_bad_link_falls_back_and_says_so():
    app = open_chapter(PAGE, experiment="nothing", format="fp64")
    assert not app.exception
    assert len(refused(app)) == 2


def test_eight_numbers_step_by_step():
    app = open_chapter(PAGE, experiment="Eight numbers by hand", eight="0.5 -1 0.25 0 2 -0.75 1.5 0.1")
    assert not app.exception
    steps = app.dataframe[0].value
    assert list(steps["code"]) == [2, -4, 1, 0, 7, -3, 5, 0]  # scale 2/7, worked on paper


@pytest.mark.parametrize("eight", ["1 2 3", "1 2 3 4 5 6 7 x", "0 0 0 0 0 0 0 0", "1e99 1 1 1 1 1 1 1"])
def test_what_is_not_eight_numbers_is_one_sentence(eight):
    app = open_chapter(PAGE, experiment="Eight numbers by hand", eight=eight)
    assert not app.exception
    assert len(errors(app)) == 1


def test_the_bench_counts_true_bits():
    app = open_chapter(PAGE, experiment="A real weight matrix", quantizer="NF4", group="group of 64")
    assert not app.exception
    assert metrics(app)["Bits/weight"] == "4.50"  # QLoRA, section 3: 4 + 32/64
    app.selectbox(key="scales").set_value("double").run()
    assert metrics(app)["Bits/weight"] == "4.13"  # 4 + 8/64 + 32/(64·256)


def test_an_outlier_ruins_one_scale_and_its_column_in_fp16_repairs_it():
    app = open_chapter(PAGE, experiment="A real weight matrix")
    before = float(metrics(app)["Signal to noise"].removesuffix(" dB"))
    app.toggle(key="outlier").set_value(True).run()
    ruined = float(metrics(app)["Signal to noise"].removesuffix(" dB"))
    app.toggle(key="decompose").set_value(True).run()
    repaired = float(metrics(app)["Signal to noise"].removesuffix(" dB"))
    assert not app.exception
    assert ruined < before - 8
    assert repaired > before - 0.5


def test_without_the_model_the_bench_says_so_and_the_page_goes_on(monkeypatch, tmp_path):
    monkeypatch.setenv("BASE_MODEL", str(tmp_path / "gone"))
    app = open_chapter(PAGE, experiment="A real weight matrix")
    assert not app.exception
    assert "missing" in errors(app)[0]
    assert app.radio(key="check_number_formats_1").options
