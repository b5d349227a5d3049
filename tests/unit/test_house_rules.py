"""The rules of the house that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from lib import curriculum
from lib.places import ROOT
from tests.waiting import LIMIT_S

LIBRARY = sorted((ROOT / "lib").rglob("*.py"))
DOMAIN = [file for file in LIBRARY if file.relative_to(ROOT).parts[1] not in ("ui", "charts")]
FOLDERS = sorted({file.parent for file in LIBRARY})
PAGES = sorted((ROOT / "pages").glob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TOOLS = sorted(file for folder in ("scripts", "bench") for file in (ROOT / folder).rglob("*.py"))
ENTRIES = [ROOT / "app.py", *(ROOT / "deploy").rglob("*.py")]
RUN = (*LIBRARY, *TOOLS, *PAGES, *ENTRIES)
INSIDE = {
    "lib/charts/drawing.py": {"_plotly_utils", "_validate", "_json_cache"},
    "lib/ui/kit/server/clicks.py": {"_coalesce_widget_states", "_rerun_data", "_state"},
    "lib/ui/kit/server/streamlit_private.py": {
        "_client_state",
        "_get_async_objs",
        "_lock",
        "_requests",
        "_scriptrunner",
        "_state",
    },
    "lib/serving/wakeups.py": {"_write_to_self"},
    "lib/metrics/sacrebleu_internals.py": {"_verbose", "_extract_corpus_statistics", "_compute_score_from_stats"},
    "lib/models/counting/cache.py": {"_config", "_validate_args"},
    "scripts/memory_probes.py": {
        "_buffers",
        "_param_to_grad_hook_handles",
        "_parameters",
        "_subclasses",
        "_tools",
    },
}
"""What is taken from inside a library, and the one file that does; a test of it fails when an upgrade changes it."""
UNDOCUMENTED = {
    "AppSession": "lib/ui/kit/server/streamlit_private.py",
    "PagesManager": "lib/ui/kit/server/streamlit_private.py",
    "ThreadState": "lib/ui/kit/server/streamlit_private.py",
    "SafeSessionState": "lib/ui/kit/server/streamlit_private.py",
    "ScriptRequestType": "lib/ui/kit/server/clicks.py",
    "get_script_run_ctx": "lib/ui/kit/server/streamlit_private.py",
    "ClientState": "lib/ui/kit/server/clicks.py",
    "WidgetStates": "lib/ui/kit/server/clicks.py",
    "testid": "lib/ui/kit/presenting/page_parts.py",
    "SCB": "lib/quant/measure/loading/true_bytes.py",
    "quant_state": "lib/quant/measure/loading/true_bytes.py",
    "gemm_4bit": "lib/quant/measure/scoring/wide_products.py",
    "torch.ops": "lib/quant/measure/scoring/wide_products.py",
}
"""The same, for names without an underscore that the library's documentation does not have."""
SAYS_NOTHING = {"_submit", "_draw", "settings", "_settings", "run", "helper", "process", "handle", "do"}
"""Names of functions and methods that a search for them would find everywhere."""
MOST_FILES_WITH_A_NAME = 5
SAME_EVERYWHERE = {"view", "chosen_view"}
"""Names of functions that mean the same in each file: what a page shows for one of its views."""
BESIDE_THE_COURSE = {"operator", "presenter", "demos", "stage"}
"""Pages that are no chapter: for those who run a lesson or a server."""
CLOCKS = {"time", "timeit", "datetime"}
CHANGING = {
    "lib/charts/lesson/adapters.py": {"Drawing"},
    "lib/engine/job.py": {"Job"},
    "lib/engine/queue.py": {"Ticket", "FairQueue"},
    "lib/lesson/presenting/leading.py": {"Projector"},
    "lib/memory/passes/tape.py": {"Tensor", "Operation", "Tape", "_Gradient"},
    "lib/metrics/corpus/reading/delimited.py": {"Records"},
    "lib/metrics/corpus/rows.py": {"Tally"},
    "lib/models/shared.py": {"_Copy"},
    "lib/serving/operator.py": {"OperatorKey"},
    "lib/training/out/sources.py": {"Gathered"},
    "lib/training/texts/complete.py": {"_Row"},
    "lib/ui/alignment/ranked.py": {"Mine"},
    "lib/ui/classroom/experiments/collecting.py": {"Followed"},
    "lib/ui/kit/keeping/notes.py": {"Notes"},
}
"""Dataclasses of what changes while it lives: a place in a queue, a tape that is recorded. A result is frozen."""
BY_NAMES_IN_THE_DATA = {
    "lib/alignment/by_prompt.py": {"means_by_prompt", "differences_by_prompt"},
    "lib/alignment/gold/run.py": {"gold_by_prompt"},
    "lib/alignment/policy/run.py": {"rewards_by_prompt"},
    "lib/evaluation/selection.py": {"scale"},
    "lib/lesson/presenting/leading.py": {"spent_s"},
    "lib/lesson/pretraining/cost.py": {"published"},
    "lib/lesson/scaling/own.py": {"nats_per_token_by_book"},
    "lib/lesson/unsloth/brought/adapter.py": {"by_matrix"},
    "lib/memory/passes/layers.py": {"_widths"},
    "lib/memory/passes/tape.py": {"widths"},
    "lib/metrics/corpus/reading/latin.py": {"beyond", "ascii"},
    "lib/metrics/pair/scored_pair.py": {"numbers"},
}
"""Numbers by what somebody else has named: prompts, models, books, matrices, letters; and what a preset's sentence
quotes by name."""
CHARTS = {"plotly_chart", "line_chart", "bar_chart", "area_chart", "scatter_chart", "altair_chart", "pyplot"}


@cache
def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(text_of(file))


def path_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def imported(file) -> set[str]:
    """Top-level names of the modules a file imports, wherever in it."""
    names = set()
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def packages(file) -> set[str]:
    return {name.split(".")[0] for name in imported(file)}


@pytest.mark.parametrize("file", DOMAIN, ids=path_of)
def test_a_domain_knows_no_screen(file):
    assert not packages(file) & {"streamlit", "plotly"}
    assert not any(name.startswith(("lib.ui", "lib.charts", "pages")) for name in imported(file))


@pytest.mark.parametrize("file", sorted((ROOT / "lib" / "charts").rglob("*.py")), ids=path_of)
def test_a_chart_knows_no_page(file):
    assert "streamlit" not in packages(file)
    assert not any(name.startswith("lib.ui") for name in imported(file))


def test_what_is_inside_a_library_is_taken_in_one_file():
    assert {path_of(file): names for file in RUN if (names := underscored(file))} == INSIDE
    for name, home in UNDOCUMENTED.items():
        assert [path_of(file) for file in RUN if re.search(rf"\b{name}\b", text_of(file))] == [home]


def underscored(file: Path) -> set[str]:
    """Names with a leading underscore that a file takes from another module or object than itself, or from a class of
    a library of which its own is one."""
    taken, of_itself, defined = set(), set(), set()
    for node in ast.walk(tree_of(file)):
        match node:
            case ast.Import():
                taken |= {part for alias in node.names for part in alias.name.split(".")}
            case ast.ImportFrom():
                taken |= {alias.name for alias in node.names} | set((node.module or "").split("."))
            case ast.keyword():
                taken.add(node.arg or "")
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                defined.add(node.name)
            case ast.Name(ctx=ast.Store()):
                defined.add(node.id)
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                (defined if isinstance(node.ctx, ast.Store) else of_itself).add(node.attr)
            case ast.Attribute() if getattr(node.value, "id", None) != "os":
                taken.add(node.attr)
    return {name for name in taken | of_itself - defined if name.startswith("_") and not name.startswith("__")}


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("from _inside.utils import convert", {"_inside"}),
        ("import library._inside.tools", {"_inside"}),
        ("from library import _inside, outside", {"_inside"}),
        ("class Mine(Theirs):\n    def give(self):\n        return self._state", {"_state"}),
        ("class Mine:\n    def give(self):\n        self._state = 0\n        return self._state", set()),
        ("class Mine:\n    def _state(self): ...\n    def give(self):\n        return self._state()", set()),
        ("theirs._state = theirs(_check=True).__name__", {"_state", "_check"}),
    ],
)
def test_what_is_inside_a_library_is_seen_however_it_is_taken(source, taken, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(source)
    assert underscored(file) == taken


def test_a_domain_s_errors_are_in_its_errors_py():
    errors = {"StudentError"}
    elsewhere = []
    for file in LIBRARY * 3:  # a subclass of a subclass is known at the second reading
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.ClassDef) and errors & {getattr(base, "id", None) for base in node.bases}:
                errors.add(node.name)
                elsewhere += [path_of(file)] * (file.name != "errors.py")
    assert len(errors) > len(list((ROOT / "lib").glob("*/errors.py")))
    assert not elsewhere


def test_a_function_s_name_says_what_it_does():
    functions = [
        (path_of(file), node.name)
        for file in LIBRARY
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.FunctionDef) and node.name in SAYS_NOTHING
    ]
    assert not functions


def test_a_name_leads_a_search_to_few_places():
    files: dict[str, set[str]] = {}
    for file in LIBRARY:
        for node in tree_of(file).body:
            if isinstance(node, ast.FunctionDef) and node.name not in SAME_EVERYWHERE:
                files.setdefault(node.name, set()).add(path_of(file))
    assert not {name: found for name, found in files.items() if len(found) > MOST_FILES_WITH_A_NAME}


def test_no_test_looks_at_the_clock():
    """What must be quick is a line in `bench/`. `tests/waiting.py` gives up on what hangs, and asserts no time else."""
    clocks = {"perf_counter", "monotonic", "thread_time", "process_time", "time", "time_ns", "timeit", "now"}
    looking = [
        path_of(file)
        for file in TESTS
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Attribute) and node.attr in clocks and getattr(node.value, "id", "") in CLOCKS
    ]
    assert set(looking) == {"tests/waiting.py"}


def test_no_test_is_skipped_for_want_of_a_library():
    """Each is pinned: a test that cannot import one has found something."""
    names = {file: {getattr(node, "attr", None) for node in ast.walk(tree_of(file))} for file in TESTS}
    assert not [path_of(file) for file, read in names.items() if "importorskip" in read]


@pytest.mark.parametrize("library", ["rouge_score", "nltk", "sacrebleu"])
def test_the_named_libraries_give_the_metrics(library):
    assert [file for file in DOMAIN if file.relative_to(ROOT).parts[1] == "metrics" and library in packages(file)]


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_a_page_is_thin(file):
    assert not packages(file) & {"torch", "transformers", "peft", "plotly", "numpy"}
    lines = [line for line in text_of(file).splitlines() if line.strip()]
    assert len(lines) <= 140, "a page reads top to bottom in one screenful or two"


def test_no_orphan_page_and_no_chapter_without_a_page():
    assert {file.stem for file in PAGES} - BESIDE_THE_COURSE == {chapter.slug for chapter in curriculum.chapters()}


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
    asks_first = chapter.predict or "predict" in text_of(chapter.file)
    assert asks_first or chapter.slug == "home"
    assert re.fullmatch(r":material/\w+:", chapter.icon)


@pytest.mark.parametrize("folder", FOLDERS, ids=path_of)
def test_a_folder_has_a_map_and_few_files(folder):
    """Its `__init__.py` names each file and each folder in it, and nothing that is gone."""
    files = {file.name for file in folder.glob("*.py")} - {"__init__.py"}
    rooms = {f"{room.name}/" for room in folder.iterdir() if (room / "__init__.py").exists()}
    told = ast.get_docstring(tree_of(folder / "__init__.py"))
    named = set(re.findall(r"(?<![\w/.])[a-z0-9_]+(?:\.py|/)(?!\w)", told))
    assert (files | rooms) - named == set(), "not on the map"
    assert {name for name in named if name.endswith(".py")} - files == set(), "on the map, but gone"
    assert len(files) <= 14, "more than a dozen files are rooms"


def test_titles_and_icons_are_unlike():
    titles = [chapter.title for chapter in curriculum.chapters()]
    icons = [chapter.icon for chapter in curriculum.chapters()]
    assert len(set(titles)) == len(titles)
    assert len(set(icons)) == len(icons)


def test_domains_import_without_streamlit():
    """But for what a worker alone imports, which takes seconds."""
    modules = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for file in DOMAIN
        if not packages(file) & {"torch", "transformers", "peft"}
    ]
    script = (
        "import sys, importlib\n"
        "sys.modules['streamlit'] = sys.modules['plotly'] = sys.modules['torch'] = None\n"
        f"for name in {modules!r}:\n"
        "    try:\n"
        "        importlib.import_module(name)\n"
        "    except ModuleNotFoundError as missing:\n"
        "        if missing.name != 'torch':\n"
        "            raise\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=LIMIT_S)


def test_a_result_does_not_change():
    found: dict[str, set[str]] = {}
    for file in LIBRARY:
        for node in ast.walk(tree_of(file)):
            made = [ast.unparse(each) for each in getattr(node, "decorator_list", ()) if isinstance(node, ast.ClassDef)]
            if any(each.startswith("dataclass") and "frozen=True" not in each for each in made):
                found.setdefault(path_of(file), set()).add(node.name)
    assert found == CHANGING


def test_a_domain_gives_no_dictionary_of_numbers_whose_names_it_chose():
    """They are the fields of a dataclass."""
    found: dict[str, set[str]] = {}
    for file in DOMAIN:
        for node in ast.walk(tree_of(file)):
            told = {}
            if isinstance(node, ast.FunctionDef) and node.returns:
                told = {node.name: node.returns}
            elif isinstance(node, ast.ClassDef):
                told = {each.target.id: each.annotation for each in node.body if isinstance(each, ast.AnnAssign)}
            names = {name for name, kind in told.items() if "dict[str, float]" in ast.unparse(kind)}
            found.setdefault(path_of(file), set()).update(names)
    assert {file: names for file, names in found.items() if names} == BY_NAMES_IN_THE_DATA


def test_a_chart_keeps_its_place_and_a_cache_its_size():
    """A chart without a `key` is another one after each rerun; a cache without a limit holds what nobody asks for."""
    for file in (*LIBRARY, *PAGES, ROOT / "app.py"):
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", None) in CHARTS:
                assert "key" in {each.arg for each in node.keywords}, f"{path_of(file)}:{node.lineno}"
            for made in getattr(node, "decorator_list", ()):
                if ast.unparse(made).startswith(("st.cache_data", "st.cache_resource")):
                    limits = {each.arg for each in getattr(made, "keywords", ())}
                    assert limits & {"max_entries", "ttl"}, f"{path_of(file)}:{node.lineno}"


def test_unsafe_html_is_nowhere():
    for file in (*LIBRARY, *PAGES):
        assert "unsafe_allow_html" not in text_of(file), file


def test_tables_and_exports_are_pandas_in_one_place_each():
    drawing = [file.name for file in (*LIBRARY, *PAGES) if re.search(r"\.(dataframe|data_editor)\(", text_of(file))]
    writing = [file.name for file in (*LIBRARY, *PAGES) if re.search(r"to_csv\(|csv\.\w*writer", text_of(file), re.I)]
    assert drawing == ["tables.py"]
    assert writing == ["exports.py"]
    for name in ("tables", "exports"):
        assert "pandas" in packages(ROOT / "lib" / "ui" / "kit" / f"{name}.py")


def test_one_module_knows_the_shape_of_the_checkout():
    """All others ask `lib.places`; a file may look beside itself, as a folder of tests does for its data."""
    climbing = re.compile(r"__file__\b.*\.parent(s\[[^0]|\.parent)")
    files = (*LIBRARY, *TOOLS, *PAGES, *TESTS, ROOT / "app.py")
    assert [path_of(file) for file in files if climbing.search(text_of(file))] == ["lib/places.py"]


def test_the_app_never_reads_the_course_material():
    for file in (*LIBRARY, *PAGES, ROOT / "app.py"):
        assert "shared/" not in text_of(file), file


def test_every_dependency_is_pinned():
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            requirement = line.split("#")[0].strip()
            pinned = re.fullmatch(r'[\w.-]+==[\w.]+(; sys_platform == "\w+")?', requirement)
            assert not requirement or pinned, f"{name}: {line}"
