"""The references: each work once, none without a place, all of the lecture's; and a BibTeX file that can be read."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from lib import curriculum
from lib.lesson.references.bibtex import bibtex
from lib.lesson.references.citations import citations, key_of
from lib.lesson.references.works import ALL, LECTURE, Reference, find, kinds, references

WORKS = references()
IN_THE_LECTURE = [  # every address that stands in the slides' text
    "lifearchitect.ai/models",
    "blog.research.google/2022/04/pathways-language-model-palm-scaling-to.html",
    "huggingface.co/docs/transformers/v4.20.1/en/perf_train_gpu_one",
    "appypie.com/blog/evolution-of-language-models",
    "cnbc.com/2023/03/13/chatgpt-and-generative-ai-are-booming-but-at-a-very-expensive-price.html",
    "llama.com/docs/model-cards-and-prompt-formats",
    "llama.meta.com/docs/model-cards-and-prompt-formats/llama3_1",
    "huggingface.co/blog/rlhf",
    "arxiv.org/abs/2304.01933",
    "medium.com/@siddharth.vij10/llm-gpt-fine-tuning-peft-lora-quantization-92b9ef357986",
    "arxiv.org/abs/2307.10928",
    "github.com/kaistAI/FLASK",
    "github.com/google/BIG-bench",
    "gluebenchmark.com",
    "super.gluebenchmark.com",
    "github.com/openai/evals",
    "rajpurkar.github.io/SQuAD-explorer",
    "arxiv.org/abs/2303.18223",
    "token-calculator.net/llm-memory-calculator",
    "medium.com/@Impo/a-guide-to-estimating-vram-for-llms-637a7568d0ea",
    "huggingface.co/spaces/hf-accelerate/model-memory-usage",
    "huggingface.co/spaces/NyxKrage/LLM-Model-VRAM-Calculator",
    "arxiv.org/abs/2309.06180",
    "huggingface.co/blog/unsloth-trl",
    "arxiv.org/abs/2001.08361",  # named by its title
    "arxiv.org/abs/2203.02155",
]


def test_each_work_is_there_once_with_a_title_and_a_place():
    keys = Counter(key_of(each.url) if each.url else each.title for each in WORKS)
    assert not [key for key, times in keys.items() if times > 1]
    assert len(WORKS) > 350
    for each in WORKS:
        assert each.title
        assert each.chapters, each
        assert all(curriculum.chapter(slug) for slug in each.chapters)
        assert each.kind in kinds()


def test_every_citation_of_a_page_is_a_work_of_that_page():
    by_key = {key_of(each.url): each for each in WORKS if each.url}
    for each in citations():
        assert set(each.chapters) <= set(by_key[key_of(each.url)].chapters)
    for words in curriculum.chapters():
        for source in words.sources:
            assert words.slug in by_key[key_of(source.url)].chapters


def test_all_of_the_lecture_s_are_there_with_its_slides_and_come_first():
    lecture = find(kind=LECTURE)
    assert {key_of(each.url) for each in lecture if each.url} == {key_of(f"https://{each}") for each in IN_THE_LECTURE}
    assert [each.title for each in lecture if not each.url] == ["The Fast Path to Developing with LLMs"]
    assert WORKS[: len(lecture)] == lecture
    slides = {each.slide for each in curriculum.slide_topics()}
    assert all(set(each.slides) <= slides for each in lecture)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://arxiv.org/pdf/2304.01933.pdf", "http://arxiv.org/abs/2304.01933v3"),
        ("https://www.nvidia.com/en-us/data-center/h100/", "https://nvidia.com/en-us/data-center/h100"),
        ("https://huggingface.co/docs/peft#lora", "https://huggingface.co/docs/peft"),
    ],
)
def test_two_addresses_of_one_work_are_one(one, other):
    assert key_of(one) == key_of(other)
    assert key_of("https://arxiv.org/abs/2304.01933") != key_of("https://arxiv.org/abs/2304.01934")


def test_a_work_has_the_title_that_it_bears_whoever_cites_it():
    lora = next(each for each in WORKS if each.url and key_of(each.url) == "arxiv.org/abs/2106.09685")
    assert lora == Reference(
        "LoRA: Low-Rank Adaptation of Large Language Models",
        "Hu et al.",
        2021,
        "https://arxiv.org/abs/2106.09685",
        "Papers",
        lora.chapters,
    )
    assert {"adapters", "live_lora"} <= set(lora.chapters)


def test_searching_by_author_year_title_and_site():
    assert [each.title for each in find("hu 2021 lora")] == ["LoRA: Low-Rank Adaptation of Large Language Models"]
    assert [each.year for each in find("POPOVIC chrf")] == [2015]
    assert all("nvidia" in each.url for each in find("nvidia.com", kind="Hardware"))
    assert {"kv_cache"} <= set.intersection(*(set(each.chapters) for each in find(slug="kv_cache")))
    assert find("<script>alert(1)</script>") == ()
    assert find("  ") == find(kind=ALL) == WORKS


def test_a_bibtex_file_has_one_entry_a_work_and_its_braces_close():
    text = bibtex(WORKS)
    keys = re.findall(r"^@misc\{([^,\s]+),$", text, re.MULTILINE)
    assert len(keys) == len(set(keys)) == len(WORKS)
    assert all(re.fullmatch(r"[a-z0-9-]+", key) for key in keys)
    for entry in text.split("\n\n"):
        depth = 0
        for sign in entry:
            if sign in "{}":  # escaped ones too: BibTeX counts them
                depth += 1 if sign == "{" else -1
                assert depth >= 0
        assert depth == 0, entry


def test_what_latex_would_take_for_a_command_is_escaped():
    title = r"50% of $x_1$ & \input{a} #2 {"
    entry = bibtex([Reference(title, "A & B", None, "https://a.b/{x}%7B_y", "Papers", ("home",))])
    left, right = r"\textbraceleft{}", r"\textbraceright{}"
    assert rf"title = {{{{50\% of \$x\_1\$ \& \textbackslash{{}}input{left}a{right} \#2 {left}}}}}" in entry
    assert r"author = {{A \& B}}" in entry
    assert "url = {https://a.b/%7Bx%7D%7B_y}" in entry


def test_authors_are_names_and_publishers_stay_whole():
    entry = bibtex(find("2106.09685"))
    assert "author = {Hu and others}" in entry
    assert "eprint = {2106.09685}" in entry
    assert "author = {Chen and Cherry}" in bibtex(find("smoothing techniques"))
    assert "author = {{Hugging Face}}" in bibtex(find("chat templating"))
