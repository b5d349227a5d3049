"""Who is asking: a cookie of our own, against Starlette's test client as the browser."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from lib.ui.kit.session import COOKIE, BrowserCookie


@pytest.fixture
def browser():
    home = Route("/", lambda _: PlainTextResponse("page"))
    with TestClient(Starlette(routes=[home], middleware=[Middleware(BrowserCookie)])) as client:
        yield client


def test_the_first_answer_brings_a_cookie_and_no_later_one(browser):
    first = browser.get("/")
    assert COOKIE in first.cookies
    assert {"httponly", "samesite=lax"} <= {part.strip().lower() for part in first.headers["set-cookie"].split(";")}
    assert "set-cookie" not in browser.get("/").headers


def test_two_browsers_have_two_tokens(browser):
    first = browser.get("/").cookies[COOKIE]
    browser.cookies.clear()
    assert browser.get("/").cookies[COOKIE] != first


@pytest.mark.parametrize("value", ["", "short", "a" * 44, "ä" * 43, "a b" + "c" * 40])
def test_a_strange_cookie_is_replaced(browser, value):
    answer = browser.get("/", headers={"cookie": f"{COOKIE}={value}".encode()})
    assert COOKIE in answer.cookies


def test_over_https_the_cookie_stays_there():
    home = Route("/", lambda _: PlainTextResponse("page"))
    app = Starlette(routes=[home], middleware=[Middleware(BrowserCookie)])
    with TestClient(app, base_url="https://testserver") as client:
        assert "secure" in client.get("/").headers["set-cookie"].lower()
