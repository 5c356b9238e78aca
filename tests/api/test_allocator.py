"""Counts the heaps of a process whose threads all allocate at once."""

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, sys, threading
if sys.argv[1] == "limited":
    import api.allocator
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.fopen.restype = ctypes.c_void_p
together = threading.Barrier(12)
def allocate():
    together.wait()
    for _ in range(2000):
        library.malloc(4000)
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
out = ctypes.c_void_p(library.fopen(b"/dev/stdout", b"w"))
library.malloc_info(0, out)
library.fflush(out)
"""


def heaps(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    return done.stdout.count("<heap nr=")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the setting is glibc's")
def test_threads_share_two_heaps() -> None:
    assert heaps("as it comes") > 2  # or the next line would show nothing
    assert heaps("limited") <= 2
