"""Pack what `make gpu` needs on a machine that reaches nothing and has torch, transformers and peft.

    python -m scripts.bundle_for_gpu                # what CUDA versions bitsandbytes has a library for
    python -m scripts.bundle_for_gpu --cuda 13.0    # build/finetuning-lab-gpu.tar.gz

In it are this repository and, under build/gpu, the packages that the measuring code imports and that torch,
transformers and peft do not bring along: found by importing it. All of them are pure Python but bitsandbytes, of which
the one library for the card's CUDA version is taken. SmolLM2-135M stays behind: its weights alone take 269 MB.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lib.places import ROOT

LIMIT_BYTES = 64_000_000
ARCHIVE = ROOT / "build" / "finetuning-lab-gpu.tar.gz"
INSIDE = "finetuning-lab"
SITE = "build/gpu"
THERE = ("torch", "transformers", "peft")
TESTING = ("pytest", "_pytest.terminal", "pytest_timeout", "tests.conftest")
MEASURING = (*TESTING, "bitsandbytes", "bench.quantization", "scripts.measure_on_gpu")
CUDA_LIBRARY = re.compile(r"libbitsandbytes_cuda(\d\d)(\d+)\.so")
FOR_A_PROCESSOR = "libbitsandbytes_cpu.so"
"""63 kB; without it bitsandbytes compiles each operation anew on a processor, which takes minutes."""
COMPILED = (".so", ".pyd", ".dylib", ".dll")


def brought_along(names: tuple[str, ...] = THERE) -> set[str]:
    """These distributions and all that they require, and so on."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found:
            continue
        try:
            requires = distribution(name).requires or ()
        except importlib.metadata.PackageNotFoundError:  # for another platform
            continue
        found.add(name)
        wanted = map(Requirement, requires)
        waiting += [each.name for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]
    return found


def show(names: set[str], folder: Path) -> None:
    """Link what these distributions have installed into `folder`: a Python that sees no other knows no other."""
    for name in names:
        package = distribution(name)
        tops = {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}
        for top in tops:
            link = folder / top
            if not link.exists():
                link.symlink_to(package.locate_file(top))


def missing() -> list[str]:
    """What must be carried: distributions without which the measuring code does not import, found by importing it."""
    owners = importlib.metadata.packages_distributions()
    there, carried = brought_along(), set()
    while True:
        with tempfile.TemporaryDirectory() as folder:
            show(there | carried, Path(folder))
            why = why_not_imported([ROOT, Path(folder)])
        if why is None:
            return sorted(carried)
        lacks = re.search(r"No module named '(\w+)", why)
        found = {canonicalize_name(name) for name in owners.get(lacks[1], ())} - carried if lacks else set()
        if not found:
            raise SystemExit(f"The measuring code cannot be imported: {why.splitlines()[-1]}")
        carried |= found


def why_not_imported(path: list[Path]) -> str | None:
    """What Python says when it imports the measuring code with nothing but its own library and `path`, if it cannot."""
    script = (
        "import importlib, sys\n"
        f"sys.path[:0] = {list(map(str, path))!r}\n"
        f"for name in {MEASURING!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else None


def cuda_libraries() -> dict[tuple[int, int], Path]:
    """bitsandbytes' libraries by CUDA version, as the installed package has them."""
    files = [Path(file.locate()) for file in distribution("bitsandbytes").files or ()]
    named = {file: CUDA_LIBRARY.fullmatch(file.name) for file in files}
    return {(int(match[1]), int(match[2])): file for file, match in sorted(named.items()) if match}


def library_for(cuda: str) -> Path:
    """The one that bitsandbytes itself would load beside a torch of this CUDA version: the same major version's."""
    libraries = cuda_libraries()
    match = re.fullmatch(r"(\d\d)\.(\d+)", cuda)
    wanted = (int(match[1]), int(match[2])) if match else (0, 0)
    same = sorted(version for version in libraries if version[0] == wanted[0])
    if not same:
        have = ", ".join(f"{major}.{minor}" for major, minor in libraries)
        raise SystemExit(f"bitsandbytes has no library for CUDA {cuda}; it has {have} (torch.version.cuda says which).")
    lower = [version for version in same if version <= wanted]
    return libraries[max(lower) if lower else min(same)]


def copy_package(package: Distribution, site: Path, library: Path) -> None:
    """Its files into `site`; of what is compiled, only bitsandbytes' libraries for the card and for a processor."""
    for file in package.files or ():
        source = Path(file.locate())
        if file.parts[0] == ".." or "__pycache__" in file.parts or not source.is_file():
            continue  # commands, and what Python makes anew
        if source.suffix in COMPILED and source != library and source.name != FOR_A_PROCESSOR:
            if package.name == "bitsandbytes":
                continue
            raise SystemExit(f"{package.name} has compiled parts ({file}), which another machine may not run.")
        target = site / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def files_of_the_repository() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in listed if (ROOT / name).is_file()]


def build(cuda: str, archive: Path) -> int:
    """Write the archive; its size in bytes. Raises SystemExit, and leaves none, if it is larger than may be carried."""
    library = library_for(cuda)
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive, "w:gz") as packed:
        for name in missing():
            copy_package(distribution(name), Path(folder), library)
        packed.add(folder, f"{INSIDE}/{SITE}")
        for name in files_of_the_repository():
            packed.add(ROOT / name, f"{INSIDE}/{name}")
    size = archive.stat().st_size
    if size > LIMIT_BYTES:
        archive.unlink()
        raise SystemExit(f"The archive has {_mb(size)}, more than the {_mb(LIMIT_BYTES)} that may be carried.")
    return size


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"


def main(given: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cuda", help="as torch.version.cuda says on the machine with the card, such as 13.0")
    parser.add_argument("--out", type=Path, default=ARCHIVE)
    arguments = parser.parse_args(given)
    if not arguments.cuda:
        for (major, minor), file in cuda_libraries().items():
            print(f"CUDA {major}.{minor}: {file.name}, {_mb(file.stat().st_size)}")
        print(f"Carried besides: {', '.join(missing())}. Choose one with --cuda, or `make gpu-bundle CUDA=13.0`.")
        return
    size = build(arguments.cuda, arguments.out)
    print(f"{arguments.out}: {_mb(size)}. There: tar xf {arguments.out.name}; cd {INSIDE}; make gpu")


if __name__ == "__main__":
    main()
