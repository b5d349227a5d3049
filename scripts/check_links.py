"""Ask every address that the app refers to whether it still answers: `python -m scripts.check_links`.

Prints a line for each that does not answer as it should, with where it is used, and a count of each kind.
Exit code 0: every address answers, or its site only refuses programs; 1: at least one is gone; 2: most sites could not
be reached from here, so that nothing is known of their pages.
"""

from __future__ import annotations

import argparse
import ssl
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from lib.curriculum import chapter
from lib.lesson.references.works import Reference, references

AGENT = "Mozilla/5.0 (compatible; finetuning-lab link check)"
TIMEOUT_S, AT_ONCE, TRIES = 15.0, 16, 2
PERMANENT = {301, 308}
NO_HEAD = {400, 403, 404, 405, 406, 429, 500, 501, 503}
"""Answers to HEAD after which GET may still succeed: not every server knows HEAD."""
REFUSED = {401, 403, 406, 418, 429, 451, 999}
"""Answers of a site that does not serve programs, or not from here: whether the page is there stays open."""


class State(Enum):
    OK = "answers"
    MOVED = "has moved for good"
    REFUSED = "refuses programs"
    GONE = "is gone"
    SILENT = "does not answer"


@dataclass(frozen=True)
class Checked:
    """One address, and how it answered."""

    url: str
    state: State
    said: str
    """The status, the new address, or why there was no answer."""

    @property
    def broken(self) -> bool:
        return self.state in (State.GONE, State.SILENT)


class _Noting(HTTPRedirectHandler):
    """Follows redirections, and remembers whether one of them was for good."""

    def __init__(self) -> None:
        self.for_good = False

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        self.for_good |= code in PERMANENT
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None:
            following.method = req.get_method()
        return following


def check(url: str, *, timeout_s: float = TIMEOUT_S, tries: int = TRIES) -> Checked:
    """HEAD first, then GET where a server may not know HEAD; a connection that fails is tried again."""
    for attempt in range(1, tries + 1):
        result = _ask(url, "HEAD", timeout_s) or _ask(url, "GET", timeout_s)
        if result is not None and (result.state is not State.SILENT or attempt == tries):
            return result
    raise AssertionError("GET always has a result")


def _ask(url: str, method: str, timeout_s: float) -> Checked | None:
    """How `url` answers; None where HEAD leaves it open and GET has to be asked."""
    noting = _Noting()
    try:
        request = Request(url.split("#")[0], method=method, headers={"User-Agent": AGENT, "Accept": "*/*"})
        with build_opener(noting).open(request, timeout=timeout_s) as answer:
            moved = noting.for_good and answer.url.rstrip("/") != request.full_url.rstrip("/")
            return Checked(url, State.MOVED, answer.url) if moved else Checked(url, State.OK, str(answer.status))
    except HTTPError as error:
        error.close()
        if method == "HEAD" and error.code in NO_HEAD:
            return None
        return Checked(url, State.REFUSED if error.code in REFUSED else State.GONE, f"{error.code} {error.reason}")
    except (URLError, HTTPException, ssl.SSLError, OSError, ValueError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        return None if method == "HEAD" else Checked(url, State.SILENT, str(reason) or type(error).__name__)


def check_all(urls: Iterable[str], ask: Callable[[str], Checked] = check) -> list[Checked]:
    """Several at a time, in the order given."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(ask, urls))


def table(results: Iterable[Checked], used: dict[str, str]) -> str:
    """The counts, and a line for each address that did not simply answer, the worst first."""
    results = list(results)
    counts = Counter(each.state for each in results)
    lines = [f"{counts[state]:5}  {state.value}" for state in State]
    shown = sorted(
        (each for each in results if each.state is not State.OK), key=lambda each: (not each.broken, each.url)
    )
    for each in shown:
        lines += ["", f"{each.state.value.upper()}: {each.url}", f"    {each.said}", f"    used in {used[each.url]}"]
    return "\n".join(lines)


def hosts(results: Iterable[Checked]) -> set[str]:
    """Sites, each once: `www.` is the same one."""
    return {(urlsplit(each.url).hostname or each.url).removeprefix("www.") for each in results}


def cut_off(results: Sequence[Checked]) -> bool:
    """Whether most sites are silent: then it is the network here, and not they, that does not answer."""
    reached = hosts(each for each in results if each.state is not State.SILENT)
    return bool(results) and 2 * len(reached) < len(hosts(results))


def exit_code(results: Iterable[Checked]) -> int:
    results = list(results)
    if cut_off(results):
        return 2
    return 1 if any(each.broken for each in results) else 0


def not_reached(results: Sequence[Checked]) -> str:
    """What could not be asked from here, why, and what is to be thought of the few that did answer."""
    silent = [each for each in results if each.state is State.SILENT]
    others = hosts(results) - hosts(silent)
    why = "; ".join(f"{reason} ({count})" for reason, count in Counter(each.said for each in silent).most_common(3))
    said = (
        f"NOT REACHED: {len(silent)} of {len(results)} addresses, at {len(hosts(silent))} of {len(hosts(results))} "
        f"sites: {why}. There is no network here, or one that leads to few sites: nothing is known of these pages."
    )
    if others:
        said += f" What did answer may be a mirror, so its answers prove nothing either: {', '.join(sorted(others))}."
    return f"{said} Run this again where there is a network."


def places(works: Iterable[Reference]) -> dict[str, str]:
    """Each address, with the titles of the chapters and the slides that refer to it."""
    return {
        each.url: "; ".join([*(chapter(slug).title for slug in each.chapters), *(f"slide {s}" for s in each.slides)])
        for each in works
        if each.url
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="only addresses in which one of these stands")
    words = parser.parse_args(arguments).words
    used = places(references())
    urls = [url for url in used if not words or any(word in url for word in words)]
    print(f"{len(urls)} addresses, {AT_ONCE} at a time, {TIMEOUT_S:.0f} s each", flush=True)
    results = check_all(urls)
    print(table(results, used))
    code = exit_code(results)
    if code == 2:
        print(f"\n{not_reached(results)}")
    return code


if __name__ == "__main__":
    sys.exit(main())
