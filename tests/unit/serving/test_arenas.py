"""glibc's own account of its heaps, in a process of its own."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from lib.places import ROOT
from tests.waiting import LIMIT_S

COUNT = """
import ctypes, re, threading
from lib.serving.arenas import few_arenas
if {few}:
    few_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes, libc.fclose.argtypes = [ctypes.c_int, ctypes.c_void_p], [ctypes.c_void_p]
together = threading.Barrier(12)
def allocate():
    libc.malloc(ctypes.c_size_t(100_000))
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(12)]
for each in threads: each.start()
for each in threads: each.join()
file = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has these heaps")
def test_threads_share_two_heaps():
    assert heaps(few=False) > 2
    assert heaps(few=True) <= 2


def heaps(*, few: bool) -> int:
    done = subprocess.run(
        [sys.executable, "-c", COUNT.format(few=few)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )
    return done.stdout.count("<heap nr=")
