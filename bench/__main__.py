"""Print one line a number: name, value, unit, bound, pass or FAIL. Exit status 1 if any fails."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")


def main() -> int:
    modules = {module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])}
    found = modules - {"__main__", "bare_loop", "followed", "following", "lesson", "line", "visitor"}
    chosen = sys.argv[1:] or sorted(found)
    unknown = set(chosen) - found
    if unknown:
        print(f"There is no bench {', '.join(sorted(unknown))}; choose from {', '.join(sorted(found))}")
        return 2
    failed = False
    for name in chosen:
        for line in importlib.import_module(f"bench.{name}").lines():
            print(line, flush=True)
            failed = failed or not line.passed
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
