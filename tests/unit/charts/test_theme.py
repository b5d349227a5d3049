"""The look of every figure: titles that a phone shows whole, and a page's own entries laid over the app's."""

import pytest

from lib.charts import theme
from lib.charts.theme import TITLE_CHARACTERS, figure

SENTENCES = [
    "Short",
    "Floats have a gap that grows with the value; integers have one gap",
    "4-bit: 4.9 times smaller than fp32 for +1.2% perplexity",
    "Furthest apart in logical correctness: a model with a long name leads, and by more than was thought before",
    "x" * 100,
]


@pytest.mark.parametrize("title", SENTENCES)
def test_a_title_is_whole_and_fits_a_phone(title):
    lines = figure(title).layout.title.text.split("<br>")
    assert "".join(lines).replace(" ", "") == title.replace(" ", "")
    assert max(map(len, lines)) <= TITLE_CHARACTERS


@pytest.mark.parametrize("title", SENTENCES)
def test_a_long_title_takes_nothing_from_the_plot(title):
    layout = figure(title, height=300).layout
    assert layout.height - layout.margin.t == 300 - figure("Short").layout.margin.t
    assert layout.margin.t >= 25 * len(layout.title.text.split("<br>"))


def test_the_last_line_is_not_one_word():
    assert figure("Fits: 17.7 GiB, 6.30 GiB to spare on RTX 4090").layout.title.text.endswith("to spare on RTX 4090")


def test_the_first_line_begins_at_the_same_place_whatever_the_height():
    anchors = [(1 - fig.layout.title.y) * fig.layout.height for fig in map(figure, SENTENCES[1:4])]
    assert anchors == pytest.approx([anchors[0]] * 3)


def test_own_entries_lie_over_the_look():
    fig = figure("a", "x", traces=[{"type": "bar", "x": [1]}], xaxis={"range": [0, 2]}, legend={"y": -0.5})
    assert fig.data[0].type == "bar"
    assert fig.layout.xaxis.range == (0, 2)
    assert fig.layout.xaxis.title.text == "x"
    assert (fig.layout.legend.y, fig.layout.legend.orientation) == (-0.5, "h")
    assert figure("a").layout.legend.y == -0.2


def test_a_misspelt_property_is_refused_here_and_costs_no_student_a_look_up(monkeypatch):
    with pytest.raises(ValueError, match="titel"):
        figure(xaxis={"titel": "steps"})
    checked = figure("Loss", "step", "nats", traces=[{"type": "scatter", "x": [1], "y": [2]}], barmode="stack")
    monkeypatch.setattr(theme, "VALIDATE", False)
    unchecked = figure("Loss", "step", "nats", traces=[{"type": "scatter", "x": [1], "y": [2]}], barmode="stack")
    assert unchecked.to_plotly_json() == checked.to_plotly_json()


def test_a_long_name_of_an_axis_fits_under_a_plot_on_a_phone_and_the_plot_keeps_its_height():
    name = "format in which it is asked; the first is the one it learnt in"
    long, short = (figure("One line", x).layout for x in (name, "format"))
    lines = long.xaxis.title.text.split("<br>")
    assert " ".join(lines) == name
    assert max(map(len, lines)) <= 30
    assert long.height - short.height == 20 * (len(lines) - 1)


def test_a_legend_can_be_read_and_has_the_order_of_its_bars():
    legend = figure("Loss", legend={"y": -0.4}).layout.legend
    assert (legend.font.size, legend.traceorder, legend.y) == (15, "normal", -0.4)
