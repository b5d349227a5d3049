"""Scaling laws, as students and hostile links use them."""

from __future__ import annotations

import pytest

from lib.lesson.scaling.own import forecast, recorded
from tests.pages.conftest import open_chapter, refused

OWN = {"sl_view": "Fit your own"}


def text(app) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption, *app.info, *app.success))


@pytest.mark.parametrize(
    "query",
    [
        {"sl_law": "Moore"},
        {"sl_n": "0"},
        {"sl_d": "nan"},
        {"sl_view": "Where models lie", "sl_fit": "Kaplan 2020"},
        {"sl_view": "The cost of serving", "sl_served": "-1"},
        {"sl_view": "The cost of serving", "sl_quality": "inf"},
        {**OWN, "sl_form": "<script>"},
        {**OWN, "sl_b:flops": "1e400"},
        {**OWN, "sl_form": "Power law with a floor", "sl_e": "-3"},
        {**OWN, "sl_how": "Least squares", "sl_guess:power:squares:flops": "99"},
    ],
    ids=lambda query: list(query)[-1],
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(query):
    app = open_chapter("scaling_laws", **query)
    assert not app.exception
    assert list(query)[-1].partition(":")[0] in refused(app)


def test_chinchilla_s_budget_by_three_fits():
    """6 · 70e9 · 1.4e12 FLOPs: what the prediction of the page says."""
    app = open_chapter("scaling_laws", sl_n="70.0B", sl_d="1.40T")
    assert not app.exception
    best = next(each.value for each in app.dataframe if "best parameters" in each.value).set_index("law")
    assert best["best parameters"].tolist() == ["816B", "32.5B", "73.0B", "70.0B"]
    assert "5.88 · 10²³ FLOPs" in text(app)
    assert {metric.label: metric.value for metric in app.metric}["Your tokens per parameter"] == "20"


@pytest.mark.parametrize("law", ["Kaplan 2020", "Hoffmann 2022", "Besiroglu 2024 (refit)"])
@pytest.mark.parametrize(("size", "tokens"), [("1.00M", "100T"), ("1.00T", "100M")])
def test_the_ends_of_the_sliders_are_no_error(law, size, tokens):
    app = open_chapter("scaling_laws", sl_law=law, sl_n=size, sl_d=tokens)
    assert not app.exception
    assert not app.error
    assert not any("The link asks" in caption.value for caption in app.caption)


def test_gpt_3_is_never_the_right_size_and_llama_3_8b_is_for_much_serving():
    app = open_chapter("scaling_laws", sl_view="Where models lie")
    assert not app.exception
    rows = next(each.value for each in app.dataframe if "right if it serves" in each.value).set_index("model")
    assert rows.loc["GPT-3", "right if it serves"] == "never"
    assert rows.loc["Llama 3 8B", "right if it serves"] == "189T tokens"
    assert rows.loc["Llama 3 8B", "tokens per parameter"] == "1,868"


def test_without_serving_the_compute_optimal_model_is_cheapest_and_serving_makes_it_smaller():
    sizes = []
    for served in ("0", "2.00T", "1000T"):
        app = open_chapter("scaling_laws", sl_view="The cost of serving", sl_served=served)
        assert not app.exception
        assert not any("The link asks" in caption.value for caption in app.caption)
        sizes.append({metric.label: metric.value for metric in app.metric}["Cheapest size"])
    assert sizes[0] == "13.0B"
    assert sizes[1] == "6.10B"
    assert float(sizes[2][:-1]) < 6.1


def test_the_sixth_run_is_hidden_until_the_student_has_predicted():
    app = open_chapter("scaling_laws", **OWN, sl_how="Least squares")
    assert not app.exception
    measured = f"{recorded().hidden.nats_per_token:.3f}"
    assert measured not in text(app)
    (table,) = app.dataframe
    assert recorded().hidden.parameters not in table.value["parameters"].tolist()
    next(button for button in app.button if "show the sixth" in button.label).click().run()
    assert not app.exception
    assert measured in text(app)
    says = next(each.value for each in app.dataframe if "error" in each.value)
    assert len(says) == 12
    assert f"{forecast('power', 'squares', 'flops').predicted:.3f}" in says["says of the sixth"].tolist()


@pytest.mark.parametrize("axis", ["Training compute", "Parameters", "Tokens"])
@pytest.mark.parametrize("form", ["Power law", "Power law with a floor"])
@pytest.mark.parametrize("how", ["By hand", "Huber's loss"])
def test_every_curve_is_drawn(axis, form, how):
    app = open_chapter("scaling_laws", **OWN, sl_axis=axis, sl_form=form, sl_how=how)
    assert not app.exception
    assert not app.error
    assert "root mean square" in text(app)
