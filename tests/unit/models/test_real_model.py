"""The real small model, as fetched: what the lecture says of it. Skipped, saying why, where it could not be fetched."""

from __future__ import annotations

import pytest

from lib.models.catalogue import REAL, catalogue, find

pytestmark = pytest.mark.torch


@pytest.fixture
def loaded(real_model):
    import torch

    from lib.models.load import load

    assert find(REAL).resolve() == real_model.resolve()
    return load(find(REAL), "bf16", torch.device("cpu"))


def test_it_is_whole_and_knows_the_capital_of_france(loaded):
    model, tokenizer = loaded
    assert sum(parameter.numel() for parameter in model.parameters()) == catalogue()[REAL].parameters == 134_515_008
    ids = tokenizer("The capital of France is", return_tensors="pt")
    written = model.generate(**ids, max_new_tokens=3, do_sample=False)[0, ids.input_ids.shape[1] :]
    assert tokenizer.decode(written).strip().startswith("Paris")


def test_it_has_its_chat_format_and_reads_digit_by_digit(loaded):
    """As its model card shows it: https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct."""
    _, tokenizer = loaded
    question = [{"role": "user", "content": "What is gravity?"}]
    text = tokenizer.apply_chat_template(question, tokenize=False, add_generation_prompt=True)
    assert text == (
        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
        "<|im_start|>user\nWhat is gravity?<|im_end|>\n<|im_start|>assistant\n"
    )
    assert tokenizer.eos_token == "<|im_end|>"
    assert tokenizer.tokenize("in  1984") == ["in", "ĠĠ", "1", "9", "8", "4"]
