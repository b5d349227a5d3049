"""The landscape of models: figures that papers publish, and words made from the data."""

from __future__ import annotations

from urllib.parse import urlparse

import pytest

from lib.lesson.scaling.errors import ScalingError
from lib.lesson.scaling.landscape import Wanted, by_year, chosen, landscape, model_named, moves, undertrained
from lib.memory.model.catalogue import architecture

EVERYTHING = Wanted(2018, 2026)


def test_there_are_many_from_gpt_1_to_this_year_s():
    models = landscape()
    assert len(models) >= 80
    assert models[0].name == "GPT-1"
    assert models[-1].year == 2026
    assert [each.released for each in models] == sorted(each.released for each in models)
    assert len({each.name for each in models}) == len(models)


@pytest.mark.parametrize("model", landscape(), ids=lambda model: model.name)
def test_each_has_a_source_and_no_figure_that_cannot_be(model):
    assert urlparse(model.source.url).scheme == "https"
    assert model.source.title
    assert 2018 <= model.year <= 2026
    assert 1 <= int(model.released[5:]) <= 12
    if model.parameters is None:
        assert model.active_parameters is None
        assert model.tokens is None
    elif model.moe:
        assert model.active_parameters is None or model.active_parameters < model.parameters
    else:
        assert model.active_parameters == model.parameters


@pytest.mark.parametrize(
    ("name", "parameters", "active", "tokens"),
    [
        ("GPT-3", 175e9, 175e9, 300e9),  # Brown et al. 2020, table 2.1
        ("Chinchilla", 70e9, 70e9, 1.4e12),  # Hoffmann et al. 2022
        ("PaLM", 540e9, 540e9, 780e9),  # Chowdhery et al. 2022
        ("Llama 3.1 405B", 405.85e9, 405.85e9, 15.6e12),  # Grattafiori et al. 2024
        ("DeepSeek-V3", 671e9, 37e9, 14.8e12),  # DeepSeek-AI 2024
        ("Llama 4 Scout", 109e9, 17e9, 40e12),  # Meta's model card
        ("DeepSeek-V4-Flash", 284e9, 13e9, 32e12),  # DeepSeek-AI 2026, introduction: 32T, and 33T for Pro
        ("DeepSeek-V4-Pro", 1.6e12, 49e9, 33e12),
        ("Trinity Large", 400e9, 13e9, 17e12),  # Arcee AI 2026, abstract
        ("Nemotron 3 Super", 120e9, 12e9, 25e12),  # NVIDIA 2026, abstract
        ("Nemotron 3 Ultra", 550e9, 55e9, 20e12),  # NVIDIA's technical report, section 1: in two phases, 15T and 5T
        ("Inkling", 975e9, 41e9, 45e12),  # Thinking Machines' announcement
        ("Kimi K3", 2.8e12, None, None),  # Moonshot AI's model card
        ("SmolLM2-135M", 134_515_008, 134_515_008, 2e12),  # its config counted by transformers; model card
    ],
)
def test_published_figures(name, parameters, active, tokens):
    model = model_named(name)
    assert (model.parameters, model.active_parameters, model.tokens) == (parameters, active, tokens)


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("LLaMA 65B", "LLaMA-65B"),
        ("Llama 2 7B", "Llama-2-7B"),
        ("Llama 2 70B", "Llama-2-70B"),
        ("Llama 3 70B", "Llama-3.1-70B"),  # of the same shape
        ("Llama 3.2 1B", "Llama-3.2-1B"),
        ("Mistral 7B", "Mistral-7B-v0.1"),
        ("Mixtral 8x7B", "Mixtral-8x7B"),
        ("Gemma 7B", "Gemma-7B"),
        ("Gemma 2 2B", "Gemma-2-2B"),
        ("Gemma 2 27B", "Gemma-2-27B"),
        ("Gemma 3 27B", "Gemma-3-27B (text)"),
        ("Phi-3-mini", "Phi-3-mini-4k"),
        ("Phi-4", "Phi-4"),
        ("OLMoE", "OLMoE-1B-7B"),
        ("Qwen2.5-72B", "Qwen2.5-72B"),
        ("Qwen3-30B-A3B", "Qwen3-30B-A3B"),
        ("Qwen3-235B-A22B", "Qwen3-235B-A22B"),
        ("DeepSeek-V3", "DeepSeek-V3"),
        ("SmolLM3 3B", "SmolLM3-3B"),
        ("gpt-oss-20b", "gpt-oss-20b"),
        ("gpt-oss-120b", "gpt-oss-120b"),
    ],
)
def test_what_is_finer_than_a_paper_s_round_number_is_the_count_of_the_weights(name, counted):
    assert model_named(name).parameters == pytest.approx(architecture(counted).parameters, rel=0.003)


@pytest.mark.parametrize("name", ["GPT-4", "GPT-4o", "GPT-5", "Claude 3 Opus", "Gemini 2.5 Pro"])
def test_what_is_not_disclosed_is_no_number(name):
    assert model_named(name).parameters is None
    assert model_named(name).training_flops is None


def test_gpt_3_s_compute_is_that_of_its_paper():
    """Brown et al. 2020, table D.1: 3.14e23 FLOPs."""
    assert model_named("GPT-3").training_flops == pytest.approx(3.14e23, rel=0.005)


def test_filters_narrow_and_every_model_is_in_one_half():
    opened, closed = chosen(Wanted(2018, 2026, "open")), chosen(Wanted(2018, 2026, "closed"))
    assert len(opened) + len(closed) == len(chosen(EVERYTHING)) == len(landscape())
    assert {each.year for each in chosen(Wanted(2020, 2021))} == {2020, 2021}
    assert {each.organisation for each in chosen(Wanted(2018, 2026, organisation="Meta"))} == {"Meta"}
    assert all(each.moe for each in chosen(Wanted(2018, 2026, kind="moe")))
    with pytest.raises(ScalingError, match="2021 is after 2020"):
        Wanted(2021, 2020)


def test_the_prediction_s_answer_holds():
    """Less works on a token than in 2022, and the text has grown some sixtyfold: what the page's question says."""
    years = {year.year: year for year in by_year(landscape())}
    assert years[2026].median_active < years[2022].median_active / 2
    assert 50 < years[2026].median_tokens / years[2022].median_tokens < 70


def test_who_grew_and_who_shrank():
    found = {move.organisation: move for move in moves(landscape())}
    assert found["DeepSeek"].total_times > 20
    assert found["DeepSeek"].active_times < 1, "V4 uses fewer parameters on a token than the dense 67B"
    assert found["Google"].peak.name == "Switch-C"
    assert found["Google"].since_peak < 0.05


def test_most_before_chinchilla_read_too_little_and_few_do_now():
    before = [each for each in landscape() if each.released < "2022-03"]
    below, both = undertrained(before)
    assert below / both > 0.5
    now = [each for each in landscape() if each.year >= 2024]
    assert undertrained(now)[0] == 0
