"""How the process keeps memory."""

import ctypes
import subprocess
import sys

import pytest

from ccdseg.segmentation import memory

GLIBC = sys.platform.startswith("linux") and hasattr(ctypes.CDLL(None), "gnu_get_libc_version")

FAULTS = """
import resource, sys
import numpy as np
from ccdseg.segmentation.memory import keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        np.empty(2**24, np.uint8)[::1024] = 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

usual = faults()
kept = keep_freed_memory()
faults()
print(int(kept), usual, faults())
"""


@pytest.mark.skipif(not GLIBC, reason="the C library is not glibc")
def test_freed_memory_is_used_again_instead_of_taken_anew():
    result = subprocess.run(  # noqa: S603 - the code is above
        [sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True
    )
    kept, usual, afterwards = map(int, result.stdout.split())
    assert kept == 1
    assert usual > 20 * 2**24 / 4096 / 600
    assert afterwards < usual / 10


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_are_left_alone(monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: pytest.fail(f"the C library {name} is asked"))
    assert memory.keep_freed_memory.__wrapped__() is False


class Without:
    """A C library whose memory cannot be set."""


def unavailable(name):
    raise OSError(f"no library {name}")


@pytest.mark.parametrize("library", [lambda _: Without(), unavailable])
def test_a_c_library_without_the_setting_is_left_alone(monkeypatch, library):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", library)
    assert memory.keep_freed_memory.__wrapped__() is False


@pytest.mark.parametrize(("answers", "kept"), [([1, 1, 1], True), ([1, 0, 1], False)])
def test_every_setting_is_made_and_must_be_taken(monkeypatch, answers, kept):
    calls = []

    class Library:
        @staticmethod
        def mallopt(option, value):
            calls.append((option, value))
            return answers[len(calls) - 1]

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: Library)
    assert memory.keep_freed_memory.__wrapped__() is kept
    assert [option for option, _ in calls] == [-4, -1, -2]
