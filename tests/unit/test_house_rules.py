"""The rules of the house that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from lib import curriculum
from lib.places import ROOT
from tests.waiting import LIMIT_S

LIBRARY = sorted((ROOT / "lib").rglob("*.py"))
DOMAIN = [file for file in LIBRARY if file.relative_to(ROOT).parts[1] not in ("ui", "charts")]
FOLDERS = sorted({file.parent for file in LIBRARY if "metrics" not in file.relative_to(ROOT).parts[:2]})
PAGES = sorted((ROOT / "pages").glob("*.py"))


def imported(file) -> set[str]:
    """Top-level names of the modules a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def packages(file) -> set[str]:
    return {name.split(".")[0] for name in imported(file)}


@pytest.mark.parametrize("file", DOMAIN, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_domain_knows_no_screen(file):
    assert not packages(file) & {"streamlit", "plotly"}
    assert not any(name.startswith(("lib.ui", "lib.charts", "pages")) for name in imported(file))


@pytest.mark.parametrize("file", sorted((ROOT / "lib" / "charts").glob("*.py")), ids=lambda file: file.name)
def test_a_chart_knows_no_page(file):
    assert "streamlit" not in packages(file)
    assert not any(name.startswith("lib.ui") for name in imported(file))


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_a_page_is_thin(file):
    assert not packages(file) & {"torch", "transformers", "peft", "plotly", "numpy"}
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 140, "a page reads top to bottom in one screenful or two"


def test_no_orphan_page_and_no_chapter_without_a_page():
    assert {file.stem for file in PAGES} == {chapter.slug for chapter in curriculum.chapters()}


def test_no_orphan_words():
    assert {file.stem for file in curriculum.WORDS.glob("*.json")} == {
        chapter.slug for chapter in curriculum.chapters()
    }


@pytest.mark.parametrize("chapter", curriculum.chapters(), ids=lambda chapter: chapter.slug)
def test_a_chapter_has_goals_and_questions(chapter):
    assert chapter.goals
    assert chapter.slide
    assert 2 <= len(chapter.questions) <= 3
    assert chapter.sources
    asks_first = chapter.predict or "predict" in chapter.file.read_text(encoding="utf-8")
    assert asks_first or chapter.slug == "home"
    assert re.fullmatch(r":material/\w+:", chapter.icon)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_folder_has_a_map_and_few_files(folder):
    """Its `__init__.py` names each file and each folder in it, and nothing that is gone."""
    files = {file.name for file in folder.glob("*.py")} - {"__init__.py"}
    rooms = {f"{room.name}/" for room in folder.iterdir() if (room / "__init__.py").exists()}
    told = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    named = set(re.findall(r"(?<![\w/.])[a-z0-9_]+(?:\.py|/)(?!\w)", told))
    assert (files | rooms) - named == set(), "not on the map"
    assert {name for name in named if name.endswith(".py")} - files == set(), "on the map, but gone"
    assert len(files) <= 13, "more than a dozen files are rooms"


def test_titles_and_icons_are_unlike():
    titles = [chapter.title for chapter in curriculum.chapters()]
    icons = [chapter.icon for chapter in curriculum.chapters()]
    assert len(set(titles)) == len(titles)
    assert len(set(icons)) == len(icons)


def test_domains_import_without_streamlit():
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for file in DOMAIN
        if not packages(file) & {"torch", "transformers", "peft"}
    ]
    script = (
        "import sys, importlib\n"
        "sys.modules['streamlit'] = sys.modules['plotly'] = None\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=LIMIT_S)


def test_unsafe_html_is_nowhere():
    for file in (*LIBRARY, *PAGES):
        assert "unsafe_allow_html" not in file.read_text(encoding="utf-8"), file


def test_tables_and_exports_are_pandas_in_one_place_each():
    drawing = [
        file.name for file in (*LIBRARY, *PAGES) if re.search(r"\.(dataframe|data_editor)\(", file.read_text("utf-8"))
    ]
    writing = [
        file.name for file in (*LIBRARY, *PAGES) if re.search(r"to_csv\(|csv\.\w*writer", file.read_text("utf-8"), re.I)
    ]
    assert drawing == ["tables.py"]
    assert writing == ["exports.py"]
    for name in ("tables", "exports"):
        assert "pandas" in packages(ROOT / "lib" / "ui" / "kit" / f"{name}.py")


def test_the_app_never_reads_the_course_material():
    for file in (*LIBRARY, *PAGES, ROOT / "app.py"):
        assert "shared/" not in file.read_text(encoding="utf-8"), file


def test_every_dependency_is_pinned():
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            requirement = line.split("#")[0].strip()
            assert not requirement or re.fullmatch(r"[\w.-]+==[\w.]+", requirement), f"{name}: {line}"
