"""Where Chromium is: `python -m tests.browser.chromium` prints its path, or fails if there is none."""

from __future__ import annotations

import os
import shutil
import sys

from playwright.sync_api import sync_playwright

# A browser that asks nothing of the network, works as root in a container, and needs no GPU.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# The shell first: it has no windows of its own to draw beside each page.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_path() -> str | None:
    """CHROMIUM from the environment, a Chromium or Chrome on the path, or the one Playwright downloaded."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if os.path.exists(own) else None  # noqa: PTH110 (a path of Playwright's, as text)


if __name__ == "__main__":
    path = chromium_path()
    print(path or "no Chromium found")
    sys.exit(path is None)
