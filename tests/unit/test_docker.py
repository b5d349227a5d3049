"""What serves the app in containers: linted, and in step with the repository. Images are not built here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from lib.engine import hall
from lib.places import ROOT
from lib.serving.health import HEALTH
from lib.ui.kit.session import COOKIE
from tests.waiting import LIMIT_S

FOLDER = ROOT / "deploy" / "docker"
IMAGES = sorted(FOLDER.glob("Dockerfile*"))
COMPOSED = sorted(FOLDER.glob("compose*.yaml"))
READ_BY_OTHERS = {
    "DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH",
    "FORWARDED_ALLOW_IPS",
    "OMP_NUM_THREADS",
    "PYTHONPATH",
    "POSTGRES_USER",
    "POSTGRES_DB",
    "POSTGRES_PASSWORD",
}


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_an_image_is_linted(image):
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if linter is None:
        pytest.skip("hadolint comes with the packages for tests on Linux only")
    done = subprocess.run([linter, str(image)], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_an_image_has_all_that_app_py_imports_and_asks_the_health_route(image):
    text = image.read_text(encoding="utf-8")
    copied = {Path(word) for line in re.findall(r"^COPY (.*) \S+$", text, re.M) for word in line.split()}
    assert all((ROOT / each).exists() for each in copied)
    assert {Path(each) for each in ("app.py", ".streamlit", "assets", "lib", "pages", "requirements.txt")} <= copied
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert all(f"!{each.as_posix()}" in kept for each in copied)
    assert f"http://127.0.0.1:8501{HEALTH}'" in text
    assert "USER 1000" in text, "not as root"


@pytest.mark.parametrize("file", COMPOSED, ids=lambda file: file.name)
def test_what_is_composed_exists_and_is_read(file):
    services = yaml.safe_load(file.read_text(encoding="utf-8"))["services"]
    code = "".join(each.read_text(encoding="utf-8") for each in (ROOT / "lib").rglob("*.py"))
    for name, service in services.items():
        if "build" in service:
            assert (ROOT / service["build"]["dockerfile"]).exists()
            assert (FOLDER / service["build"]["context"]).resolve() == ROOT
        else:
            assert re.search(r":\d", service["image"]), f"{name}'s image has no version"
        for variable in service.get("environment", {}):
            assert variable in READ_BY_OTHERS or f'"{variable}"' in code, f"nothing reads {variable}"
        assert set(service.get("depends_on", ())) <= set(services)


def test_the_proxy_sends_a_browser_always_to_the_same_process():
    proxy = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
    webs = {name for name in yaml.safe_load((FOLDER / "compose.hall.yaml").read_text())["services"] if "web" in name}
    assert f"hash $cookie_{COOKIE} consistent;" in proxy
    assert set(re.findall(r"server ([\w-]+):8501;", proxy)) == webs


def test_the_proxy_keeps_no_address_of_a_page():
    """A page's address carries what was typed. A line of `error` has the request in it, an `emerg` is about nginx."""
    proxy = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"^ *(access_log.*|error_log.*);", proxy, re.M) == ["access_log off", "error_log stderr emerg"]
    assert "log_format" not in proxy


def test_nobody_but_the_proxy_says_where_a_visitor_comes_from():
    """Web processes believe whoever reaches them, as only the proxy and its fellows do; it says what it sees itself."""
    services = yaml.safe_load((FOLDER / "compose.hall.yaml").read_text(encoding="utf-8"))["services"]
    webs = {name: service for name, service in services.items() if name.startswith("web")}
    assert len(webs) > 1
    for service in webs.values():
        assert service["environment"]["FORWARDED_ALLOW_IPS"] == "*"
        assert "ports" not in service
        assert "network_mode" not in service
    proxy = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"proxy_set_header X-Forwarded-For (.+);", proxy) == ["$remote_addr"]
    assert "FORWARDED_ALLOW_IPS" not in (FOLDER / "compose.yaml").read_text(encoding="utf-8"), "no proxy stands there"


@pytest.mark.parametrize("name", ["scheduler", "worker"])
def test_what_dask_starts_in_a_hall_finds_our_code_and_logs_no_texts(name):
    service = yaml.safe_load((FOLDER / "compose.hall.yaml").read_text(encoding="utf-8"))["services"][name]
    preloaded = [after for before, after in pairwise(service["command"]) if before == "--preload"]
    assert preloaded[0] == hall.__name__
    assert f"WORKDIR {service['environment']['PYTHONPATH']}\n" in (FOLDER / "Dockerfile").read_text(encoding="utf-8")
