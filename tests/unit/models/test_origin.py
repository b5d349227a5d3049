"""What is said of weights that went through a format with fewer bits, and of which runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.lesson.pretraining.reading import ReadingRun
from lib.lesson.scaling.small_big import comparison
from lib.models.catalogue import BUNDLED, REAL, catalogue
from lib.models.origin import FORMATS, models_of, weights_by_way_of, what_it_means
from lib.training.run import FineTuningRun


@pytest.mark.parametrize(
    ("run", "models"),
    [
        (FineTuningRun(model=REAL), {REAL}),
        (ReadingRun((BUNDLED, REAL), "A text."), {BUNDLED, REAL}),
        (comparison((BUNDLED, REAL)), {BUNDLED, REAL}),
        ((FineTuningRun(model=BUNDLED), 1), {BUNDLED}),
        (REAL, set()),
        (None, set()),
    ],
)
def test_a_run_s_models_are_found_wherever_in_it_they_are_named(run, models):
    assert models_of(run) == models


def test_only_weights_that_are_here_and_went_through_fewer_bits_are_told(tmp_path: Path, monkeypatch, tiny_model: Path):
    monkeypatch.setenv("MODELS_FOLDER", str(tmp_path))
    run = comparison((BUNDLED, REAL))
    assert weights_by_way_of(run) == {}
    folder = tmp_path / REAL
    folder.mkdir()
    for file in tiny_model.iterdir():
        (folder / file.name).symlink_to(file)
    assert weights_by_way_of(run) == {}
    (folder / "origin.json").write_text('{"by_way_of": "Q4_1"}', encoding="utf-8")
    assert weights_by_way_of(run) == {REAL: "Q4_1"}


def test_every_format_of_the_catalogue_s_packages_can_be_told():
    through = {card.package.by_way_of for card in catalogue().values() if card.package}
    assert through
    for by_way_of in through:
        assert f"{REAL} came by way of {by_way_of} ({FORMATS[by_way_of]})" in what_it_means(REAL, by_way_of)
