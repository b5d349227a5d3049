"""The bundle for a machine that reaches nothing: packed here, unpacked where only torch, transformers and peft are."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from scripts import bundle_for_gpu as script
from scripts.gpu_items import files_of_gpu_tests

CUDA = "13.0"


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("bundle") / "bundle.tar.gz"
    script.main(["--cuda", CUDA, "--out", str(file)])
    return file


@pytest.fixture(scope="module")
def unpacked(archive) -> Path:
    with tarfile.open(archive) as packed:
        packed.extractall(archive.parent, filter="data")
    return archive.parent / script.INSIDE


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Path:
    """The packages of a machine that has torch, transformers and peft and what they require, and no other."""
    folder = tmp_path_factory.mktemp("bare")
    script.show(script.brought_along(), folder)
    return folder


@pytest.mark.thorough
def test_it_is_small_enough_and_holds_one_cuda_library(archive, unpacked):
    assert archive.stat().st_size <= 64_000_000
    libraries = sorted(file.name for file in (unpacked / script.SITE).rglob("*.so"))
    assert libraries == ["libbitsandbytes_cpu.so", "libbitsandbytes_cuda130.so"]
    assert (unpacked / "assets" / "base-model" / "model.safetensors").exists()
    assert not list(unpacked.rglob("__pycache__"))


@pytest.mark.thorough
@pytest.mark.torch
def test_the_measuring_code_is_imported_from_it_and_from_nowhere_else(unpacked, bare):
    there = [unpacked, unpacked / script.SITE, bare]
    assert "No module named" in script.why_not_imported([unpacked, bare]), "what is carried is needed"
    assert script.why_not_imported(there) is None


@pytest.mark.thorough
@pytest.mark.torch
def test_the_gpu_tests_start_there(unpacked, bare):
    """They are skipped for want of a GPU and of nothing else."""
    code = (
        f"import sys; sys.path[:0] = {[str(unpacked), str(unpacked / script.SITE), str(bare)]!r}\n"
        "import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    )
    plugins = ["-p", "pytest_timeout", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, "-m", "gpu", *plugins, *files_of_gpu_tests(unpacked / "tests")],
        cwd=unpacked,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "no CUDA GPU on this machine" in done.stdout


@pytest.mark.parametrize(
    ("cuda", "library"),
    [("13.0", "cuda130"), ("13.1", "cuda130"), ("12.9", "cuda128"), ("12.0", "cuda121"), ("11.8", "cuda118")],
)
def test_the_library_is_the_one_that_bitsandbytes_would_load(cuda, library):
    """bitsandbytes.cextension, get_cuda_bnb_library_path: exact, else the highest below, else the lowest above."""
    assert script.library_for(cuda).name == f"libbitsandbytes_{library}.so"


@pytest.mark.parametrize("cuda", ["10.2", "14.0", "130", "", "twelve"])
def test_a_version_without_a_library_is_refused_naming_those_there_are(cuda):
    with pytest.raises(SystemExit, match=r"has no library for CUDA .*11\.8, .*13\.0"):
        script.library_for(cuda)


def test_an_archive_that_is_too_large_is_not_left(tmp_path, monkeypatch):
    monkeypatch.setattr(script, "LIMIT_BYTES", 1_000_000)
    monkeypatch.setattr(script, "missing", lambda: ["bitsandbytes"])
    with pytest.raises(SystemExit, match=r"more than the 1\.0 MB that may be carried"):
        script.build(CUDA, tmp_path / "bundle.tar.gz")
    assert list(tmp_path.iterdir()) == []


def test_a_compiled_package_is_refused_by_name(tmp_path):
    with pytest.raises(SystemExit, match="numpy has compiled parts"):
        script.copy_package(script.distribution("numpy"), tmp_path, script.library_for(CUDA))
