"""The check of links, against a small server of our own that answers in every way a site may."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lib.lesson.references.works import references
from scripts.check_links import Checked, State, check, check_all, exit_code, main, not_reached, places, table


class Site(BaseHTTPRequestHandler):
    """/ok; /gone; /moved for good and /elsewhere for now; /nohead knows no HEAD; /login refuses; /loop; /slow."""

    asked: list[str]

    def do_HEAD(self) -> None:
        self._answer(head=True)

    def do_GET(self) -> None:
        self._answer(head=False)

    def _answer(self, *, head: bool) -> None:
        type(self).asked.append(f"{self.command} {self.path}")
        to = {"/moved": (301, "/ok"), "/elsewhere": (302, "/ok"), "/loop": (302, "/loop"), "/lost": (308, "/gone")}
        if self.path in to:
            code, where = to[self.path]
            self.send_response(code)
            self.send_header("Location", where)
            self.end_headers()
        elif self.path == "/cut":
            self.close_connection = True
        else:
            codes = {"/ok": 200, "/login": 403, "/busy": 429, "/broken": 500}
            self.send_response(405 if head and self.path == "/nohead" else codes.get(self.path.split("?")[0], 404))
            if self.path == "/nohead" and not head:
                self._headers_buffer.clear()
                self.send_response(200)
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/ok", State.OK),
        ("/ok?q=1#part", State.OK),
        ("/nohead", State.OK),
        ("/elsewhere", State.OK),
        ("/moved", State.MOVED),
        ("/gone", State.GONE),
        ("/lost", State.GONE),
        ("/broken", State.GONE),
        ("/loop", State.GONE),
        ("/login", State.REFUSED),
        ("/busy", State.REFUSED),
        ("/cut", State.SILENT),
    ],
)
def test_every_way_of_answering_is_told_from_the_others(site, path, state):
    result = check(site + path, timeout_s=5)
    assert result.state is state, result
    assert result.broken == (state in (State.GONE, State.SILENT))


def test_get_is_asked_only_where_head_leaves_it_open(site):
    check(f"{site}/ok")
    check(f"{site}/moved")
    assert all(each.startswith("HEAD") for each in Site.asked)
    check(f"{site}/nohead")
    assert Site.asked[-2:] == ["HEAD /nohead", "GET /nohead"]


def test_where_a_page_has_moved_to_is_said(site):
    assert check(f"{site}/moved").said == f"{site}/ok"


def test_a_host_that_does_not_answer_is_silent_and_asked_again():
    with socket.socket() as taken:  # bound and not listening: nobody else gets this port, and nothing answers at it
        taken.bind(("127.0.0.1", 0))
        result = check(f"http://127.0.0.1:{taken.getsockname()[1]}/", timeout_s=5)
    assert result.state is State.SILENT
    assert "refused" in result.said
    assert check("http://[::bad/", timeout_s=5).state is State.SILENT


def test_a_server_that_never_answers_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        result = check(f"http://127.0.0.1:{deaf.getsockname()[1]}/", timeout_s=0.2, tries=1)
    assert result.state is State.SILENT
    assert "timed out" in result.said


def test_the_table_names_what_is_wrong_and_the_code_says_how_bad(site):
    urls = [f"{site}{path}" for path in ("/ok", "/login", "/gone", "/moved")]
    results = check_all(urls)
    assert [each.url for each in results] == urls
    said = table(results, dict.fromkeys(urls, "Adapters"))
    assert f"IS GONE: {site}/gone\n    404 Not Found\n    used in Adapters" in said
    assert said.index("IS GONE") < said.index("REFUSES PROGRAMS")
    assert f": {site}/ok\n" not in said
    assert exit_code(results) == 1
    assert exit_code(results[:2]) == 0
    assert exit_code([Checked("a", State.SILENT, ""), Checked("b", State.SILENT, "")]) == 2
    assert exit_code([Checked("a", State.SILENT, ""), Checked("b", State.OK, "")]) == 1


def test_where_most_sites_are_silent_it_is_said_that_nothing_is_known_of_them():
    """As where a package index has a mirror and nothing else can be reached."""
    silent = [
        Checked(f"https://{name}/paper", State.SILENT, "Name or service not known") for name in ("a.org", "b.org")
    ]
    results = [*silent, Checked("https://www.a.org/other", State.SILENT, "timed out")]
    mirror = Checked("https://pypi.org/project/trl/", State.GONE, "404 Not Found")
    assert exit_code([*results, mirror]) == 2
    said = not_reached([*results, mirror])
    assert "NOT REACHED: 3 of 4 addresses, at 2 of 3 sites: Name or service not known (2); timed out (1)" in said
    assert "prove nothing either: pypi.org." in said
    assert "mirror" not in not_reached(results)


def test_every_reference_with_a_link_is_asked_and_has_a_place():
    used = places(references())
    assert len(used) == sum(each.url is not None for each in references())
    assert all(used.values())


def test_the_command_checks_what_it_is_told(capsys):
    assert main(["no address holds these words"]) == 0
    assert "0 addresses" in capsys.readouterr().out
