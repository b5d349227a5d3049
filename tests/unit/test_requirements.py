"""What is installed where: one list of pins, and a second file that changes nothing but torch's build."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from lib.places import ROOT

MAIN = ROOT / "requirements.txt"
COMMUNITY_CLOUD = ROOT / "deploy" / "community-cloud" / "requirements.txt"


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


@pytest.mark.parametrize("file", [MAIN, ROOT / "requirements-dev.txt"], ids=lambda file: file.name)
def test_what_is_installed_here_is_what_is_pinned(file):
    installed = {name: importlib.metadata.version(name).partition("+")[0] for name in pins(file)}
    assert installed == pins(file)
