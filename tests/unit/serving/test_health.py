"""Health and readiness, asked as a proxy asks them."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.testclient import TestClient

from lib.serving import health


def client(**checks: health.Check) -> TestClient:
    return TestClient(Starlette(routes=health.routes(checks)))


def broken() -> bool:
    raise OSError("no database at postgresql://app:secret@db/rooms")


def test_it_lives_whatever_fails():
    answer = client(workers=broken).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_where_every_check_passes():
    answer = client(workers=lambda: True).get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "checks": {"workers": True}})


def test_not_ready_says_which_part_and_nothing_of_why():
    answer = client(workers=lambda: False, rooms=broken, models=lambda: True).get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "checks": {"workers": False, "rooms": False, "models": True}}
    assert "secret" not in answer.text
