"""Facts under `assets/` stand beside where they come from, and nothing there is a note to its authors."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlparse

import pytest

from lib.memory.gpus import gpus
from lib.places import ASSETS
from lib.units import GIB

MAKERS = {"nvidia.com", "amd.com", "apple.com", "intel.com", "amazon.com"}
NOTES_TO_AUTHORS = re.compile(
    r"find_string|stored (file|copy|config)|code corpus|corpus hit|not verified|unverified|believed to"
    r"|lent device|gist |\bTODO\b|\bFIXME\b",
    re.IGNORECASE,
)
OF_OUR_OWN = {
    "alignment/prompts.json",
    "alignment/rankings.json",
    "classroom/settings.json",
    "lesson/cases.json",
    "lesson/groups.json",
    "lesson/presenting/demos.json",
    "lesson/presenting/notes.json",
    "lesson/slides.json",
    "lesson/which_way.json",
    "measurements/memory_plan.json",
    "quant/claims.json",
    "training/activity_trainer_state.json",
}
"""Questions, notes and plans, beside those of the quiz; and a file as transformers' Trainer writes it."""
RECORDED = sorted(file for file in (ASSETS / "measurements").glob("*.json") if file.stem != "memory_plan")
FACTS = sorted(file for file in ASSETS.rglob("*.json") if "base-model" not in file.parts)


@pytest.mark.parametrize("file", FACTS, ids=lambda file: str(file.relative_to(ASSETS)))
def test_no_note_to_its_authors_is_shipped(file):
    found = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if NOTES_TO_AUTHORS.search(line)]
    assert not found


def test_every_file_of_facts_says_where_they_come_from():
    """Figures of others their publication, recorded ones the script that recorded them."""
    silent = [file for file in FACTS if not names_a_source(json.loads(file.read_text("utf-8")))]
    names = {file.relative_to(ASSETS).as_posix() for file in silent}
    assert {name for name in names if not name.startswith("lesson/quiz/")} == OF_OUR_OWN


def names_a_source(told: Any) -> bool:
    if isinstance(told, dict):
        named = any(value for name, value in told.items() if name.endswith(("source", "sources", "url")))
        return named or any(map(names_a_source, told.values()))
    return isinstance(told, list) and any(map(names_a_source, told))


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.name)
def test_each_recorded_run_names_what_recorded_it(file):
    """A file is a run, a list of them, or one for each way of measuring."""
    told = json.loads(file.read_text("utf-8"))
    runs = told if isinstance(told, list) else [told] if "source" in told else told.values()
    assert all(run["source"].endswith(" in this repository") for run in runs)


@pytest.mark.parametrize("card", gpus().values(), ids=lambda card: card.name)
def test_a_card_names_its_maker_s_own_page(card):
    url = urlparse(card.source.url)
    assert url.scheme == "https"
    assert ".".join(url.hostname.split(".")[-2:]) in MAKERS
    assert card.source.title
    assert (card.reported_mib is None) == (card.reported_source is None)


@pytest.mark.parametrize("card", gpus().values(), ids=lambda card: card.name)
def test_a_driver_shows_about_what_the_box_says(card):
    """Between the box read in units of 10^9 and of 2^30 bytes; a sixteenth less with error correction on."""
    if card.reported_mib is not None:
        assert card.memory_gib * 1e9 * 15 / 16 * 0.99 <= card.usable_bytes <= card.memory_gib * GIB


@pytest.mark.parametrize(
    ("name", "gib", "gb_s"),
    [
        ("A100 80GB SXM", 80.0, 2_039),  # datasheet; nvidia-smi: 81,920 MiB
        ("H100 SXM 80GB", 79.6, 3_350),  # datasheet; nvidia-smi: 81,559 MiB
        ("B200 SXM", 179.1, 7_700),  # Blackwell technical brief, table 3; nvidia-smi: 183,359 MiB
        ("B300 SXM", 268.6, 7_700),  # Blackwell technical brief, table 3; nvidia-smi: 275,040 MiB
        ("GB200 (per GPU)", 185.0, 8_000),  # datasheet: 576 TB/s for 72; nvidia-smi: 189,471 MiB
        ("RTX 4090", 24.0, 1_008),  # Ada whitepaper
        ("Apple M1 16GB", 12.0, 68.25),  # three quarters; 128 bits x 4,266 MT/s
    ],
)
def test_published_sizes_and_speeds(name, gib, gb_s):
    card = gpus()[name]
    assert card.usable_bytes / GIB == pytest.approx(gib, abs=0.05)
    assert card.bandwidth_gb_s == gb_s
