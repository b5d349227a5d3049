"""The page on adapters as students and hostile links use it."""

from __future__ import annotations

import pytest

from lib.lesson.adapters.anatomy import usual_adapter
from lib.memory import architecture
from lib.ui.lesson.adapters import choosing
from tests.pages.conftest import open_chapter, refused, said


@pytest.mark.parametrize(
    "query",
    [
        {"ad_view": "<script>"},
        {"ad_kind": "glue"},
        {"ad_size_lora": "3"},
        {"ad_view": "How low is the rank", "ad_rank": "-1"},
        {"ad_view": "How low is the rank", "ad_matrix": "../../etc"},
        {"ad_view": "What a request pays", "ad_t_model": "GPT-9"},
    ],
    ids=lambda query: list(query)[-1],
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(query):
    app = open_chapter("adapters", **query)
    assert not app.exception
    assert list(query)[-1] in refused(app)


def test_what_cannot_be_is_one_sentence_and_the_page_goes_on():
    app = open_chapter("adapters", ad_kind="IA3", ad_model="DeepSeek-V3")
    assert not app.exception
    assert "does not keep keys and values by heads" in app.error[0].value
    assert any("Check yourself" in header.value for header in app.header)


def test_no_place_at_all_is_one_sentence():
    app = open_chapter("adapters", ad_kind="Series")
    app.pills(key="ad_on_series").set_value([]).run()
    assert not app.exception
    assert "Nothing is added yet" in app.error[0].value


def test_a_click_into_the_drawing_does_what_the_buttons_do(monkeypatch):
    arch = architecture("Llama-3.1-8B")
    state = {"ad_architecture": arch, choosing.KIND: "lora"}
    monkeypatch.setattr(choosing.st, "session_state", state)

    def click(*where: str) -> None:
        state[choosing.DRAWING] = {"selection": {"points": [{"customdata": list(where)}] if where else []}}
        choosing.clicked()

    key = choosing.places_key(arch, "lora")
    click("lora", "k_proj")
    assert state[key] == ["q_proj", "k_proj", "v_proj"]
    click()  # the same point again
    assert state[key] == list(usual_adapter(arch, "lora").places)
    click("parallel", "attention")
    assert (state[choosing.KIND], state["ad_on_parallel"]) == ("parallel", ["attention"])
    click("prefix", "cache")
    assert state[choosing.KIND] == "prefix"


def test_the_count_of_the_paper_s_usual_lora_on_llama_3_1_8b():
    app = open_chapter("adapters")
    # Hu et al. 2021: r (inputs + outputs); queries 4,096 to 4,096, values 4,096 to 1,024, 32 layers.
    assert f"{32 * 8 * (4096 + 4096 + 4096 + 1024):,}" in said(app)


def test_the_rank_slider_says_what_is_kept_and_what_is_missed():
    app = open_chapter("adapters", ad_view="How low is the rank")
    assert "**88%** of what they learnt" in said(app)
    app.select_slider(key="ad_rank").set_value(128).run()
    assert not app.exception
    assert "**100%** of what they learnt" in said(app)


def test_recorded_times_say_that_they_were_not_measured_now():
    app = open_chapter("adapters", ad_view="What a request pays")
    assert not app.exception
    assert "recorded, not measured now" in said(app)
    assert "LoRA: yes" in said(app)
    assert "By FLOPs that LoRA adds **4.05%** to a token" in said(app)
