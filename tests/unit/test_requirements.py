"""What is installed where: one list of pins, and a second file that changes nothing but torch's build."""

from __future__ import annotations

import ast
import importlib.metadata
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lib.places import ROOT

MAIN = ROOT / "requirements.txt"
DEVELOPING = ROOT / "requirements-dev.txt"
COMMUNITY_CLOUD = ROOT / "deploy" / "community-cloud" / "requirements.txt"
RUNNING = [ROOT / "app.py", *(file for name in ("lib", "pages", "deploy") for file in (ROOT / name).rglob("*.py"))]
TRYING = [file for name in ("scripts", "bench", "tests") for file in (ROOT / name).rglob("*.py")]
OURS = {"app", "lib", "pages", "scripts", "bench", "tests"}


def pins(file: Path) -> dict[str, str]:
    """Package to version, of a requirements file and those that it includes; a later line replaces an earlier one."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            found.update(pins(file.parent / line.removeprefix("-r ").strip()))
        elif line and not line.startswith("-"):
            requirement = Requirement(line)
            (exactly,) = requirement.specifier
            assert exactly.operator == "=="
            found[requirement.name] = exactly.version
    return found


def test_both_files_agree_on_every_pin():
    main, cloud = pins(MAIN), pins(COMMUNITY_CLOUD)
    assert cloud.pop("torch") == f"{main.pop('torch')}+cpu"
    assert cloud == main


@pytest.mark.parametrize("file", [MAIN, DEVELOPING], ids=lambda file: file.name)
def test_what_is_installed_here_is_what_is_pinned(file):
    installed = {name: importlib.metadata.version(name).partition("+")[0] for name in pins(file)}
    assert installed == pins(file)


@pytest.mark.parametrize(("files", "pinned"), [(RUNNING, (MAIN,)), (TRYING, (MAIN, DEVELOPING))], ids=["app", "tools"])
def test_what_is_imported_is_pinned(files, pinned):
    """What only comes along with another package may be gone with its next version."""
    known = {canonicalize_name(name) for file in pinned for name in pins(file)}
    owners = importlib.metadata.packages_distributions()
    packages = set(imported_packages(files)) - OURS - sys.stdlib_module_names
    assert not [name for name in sorted(packages) if known.isdisjoint(map(canonicalize_name, owners.get(name, ())))]


def imported_packages(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0]
