"""A student types a candidate and watches the words; an instructor's file is scored, stopped and taken home."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SCRIPT, choose, press, press_button, scripts_run, settle

pytestmark = pytest.mark.browser


def test_words_light_up_while_they_are_typed(page: Page, app):
    page.goto(f"{app.url}/metrics-playground")
    settle(page)
    candidate = page.get_by_role("textbox", name="Candidate (model)")
    candidate.fill("")
    candidate.press_sequentially(f"it was {SCRIPT} cold", delay=15)
    words = page.locator('[data-testid="stHtml"]')
    expect(words.nth(1)).to_contain_text("cold")  # without Enter
    expect(words.nth(1)).to_contain_text("onerror")
    settle(page)
    assert scripts_run(page) == 0
    page.reload()
    settle(page)
    expect(page.get_by_role("textbox", name="Candidate (model)")).to_have_value(f"it was {SCRIPT} cold")


def test_a_trap_is_found_and_explained(page: Page, app):
    page.goto(f"{app.url}/metrics-playground")
    settle(page)
    choose(page, "Begin with", "Traps: One little not")
    expect(page.get_by_role("textbox", name="Candidate (model)")).to_have_value("the patient does have cancer")
    press(page.get_by_text("One little not").last)
    expect(page.get_by_text("The most dangerous sentence possible").first).to_be_visible()
    press(page.get_by_role("radio", name="BLEU"))
    settle(page)
    expect(page.get_by_text("No 4-grams in common").first).to_be_visible()
    press(page.get_by_text("All eight of NLTK's smoothing methods"))
    expect(page.get_by_text("Chen and Cherry 2014; 6 stops").first).to_be_visible()
    press(page.get_by_text("The same texts cut in every way"))
    expect(page.get_by_text("sacrebleu cuts by itself").first).to_be_visible()


@pytest.mark.thorough
def test_a_file_is_scored_and_taken_home(page: Page, app, tmp_path: Path):
    file = tmp_path / f"{SCRIPT}.csv"
    file.write_bytes("human,model\nTeh C Kosong,Teh C Kosong\nüber,uber\nonly one\n".encode("cp1252"))
    page.goto(f"{app.url}/corpus-metrics")
    settle(page)
    page.locator('input[type="file"]').set_input_files(file)
    expect(page.get_by_text("1 row is not scored, and why").first).to_be_visible()
    expect(page.get_by_test_id("stFileChipName").first).to_have_attribute("title", file.name)
    assert scripts_run(page) == 0
    press(page.get_by_role("button", name="Score 2 pairs"))
    expect(page.get_by_text("Corpus BLEU beside the mean of sentence BLEU").first).to_be_visible()
    settle(page)
    with page.expect_download() as download:
        press_button(page, "CSV")
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert [row[:3] for row in rows[1:]] == [
        ["2", "Teh C Kosong", "Teh C Kosong"],
        ["3", "über", "uber"],
        ["4", "", ""],
    ]


def test_ten_thousand_pairs_can_be_stopped(page: Page, app):
    page.goto(f"{app.url}/corpus-metrics?sample=10%2C000+made-up+pairs+of+25+words")
    settle(page)
    press(page.get_by_role("button", name="Score 10,000 pairs"))
    expect(page.get_by_text("mean ROUGE-L so far").first).to_be_visible()
    with app.held():
        press_button(page, "Stop")
    expect(page.get_by_text("It was stopped: this is what had been scored.").first).to_be_visible()
