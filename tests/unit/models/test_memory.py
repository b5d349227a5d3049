"""What a loaded model keeps in memory, by the kernel's and the C library's own account, in a process of its own."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from lib.models.catalogue import bundled_folder
from lib.places import ROOT
from tests.waiting import LIMIT_S

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only Linux and glibc give account like this")

LOADED = f"""
import warnings; warnings.simplefilter("ignore")
from pathlib import Path
from lib.models.load import load
models = [load(Path({str(bundled_folder())!r}), precision) for precision in ("int8", "nf4")]
print(Path("/proc/self/maps").read_text().count(".safetensors"))
"""
FREED = """
import ctypes, psutil
from lib.models.heap import give_back
libc = ctypes.CDLL(None)
libc.mallopt(-3, 2**25)  # M_MMAP_THRESHOLD, as a worker has it: smaller blocks come from the heap
libc.mallopt(-1, 2**30)  # M_TRIM_THRESHOLD
libc.malloc.restype, libc.free.argtypes, libc.memset.argtypes = ctypes.c_void_p, [ctypes.c_void_p], [
    ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
blocks = [libc.malloc(ctypes.c_size_t(2**20)) for _ in range(100)]
for each in blocks: libc.memset(each, 1, 2**20)
for each in blocks: libc.free(each)
before = psutil.Process().memory_info().rss
give_back()
print((before - psutil.Process().memory_info().rss) // 2**20)
"""


def test_a_quantised_model_holds_nothing_of_its_file():
    """A view of one tensor would keep the whole file in memory: 262 MB of SmolLM2's, of which 116 are in use."""
    assert printed(LOADED) == 0


def test_what_was_freed_goes_back():
    assert printed(FREED) >= 90


def printed(script: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout.split()[-1])
