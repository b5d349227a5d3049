"""python -m lib.models.fetch [NAME]: find a model or fetch it, the real small one if no other is named."""

from __future__ import annotations

import argparse
import os
import signal
import sys

from lib.models.catalogue import REAL, find
from lib.models.errors import ModelUnavailable
from lib.models.fetch.child import end_with_caller
from lib.models.fetch.events import FetchProgress
from lib.models.fetch.job import fetch
from lib.models.origin import origin
from lib.units import format_gb


def main() -> None:
    parser = argparse.ArgumentParser(description="Find a model on this machine or fetch it.")
    parser.add_argument("name", nargs="?", default=REAL)
    parser.add_argument(
        "--background", action="store_true", help="lowest priority, no output, ends when its input does"
    )
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what is half made is removed
    if options.background:
        end_with_caller()
        os.nice(19)
    stage = ""
    try:
        for event in fetch(options.name):
            if isinstance(event, FetchProgress) and event.stage != stage and not options.background:
                stage = event.stage
                size = f" ({format_gb(event.total_bytes)})" if event.total_bytes else ""
                print(f"{event.name}: {stage.lower()}{size} …", flush=True)
    except ModelUnavailable as error:
        sys.exit("" if options.background else str(error))
    if not options.background:
        print(f"{options.name} is here, {origin(find(options.name)).short}: {find(options.name)}")


if __name__ == "__main__":
    main()
