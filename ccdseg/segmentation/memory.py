"""Memory of the process, kept between the steps of a network."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4  # numbers of malloc.h
_KEPT = 2**30
_AT_ONCE = 2**26


@cache
def keep_freed_memory() -> bool:
    """Let the C library keep freed memory for the next request, instead of giving it back.

    A network allocates its large intermediate arrays anew for every batch. Where each is taken from
    the system and given back, the system fills its pages with zeros again and again, which takes
    longer than the arithmetic: prediction and training are two to three times faster without. Up to
    a gigabyte of freed memory stays with the process.

    Returns
    -------
    bool
        Whether the C library is one (glibc) whose behaviour can be set.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    settings = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _KEPT), (_TOP_PAD, _AT_ONCE))
    accepted = [mallopt(option, value) for option, value in settings]
    return all(accepted)


def give_memory_back() -> None:
    """Give freed memory back to the system, whatever `keep_freed_memory` keeps (glibc alone)."""
    if keep_freed_memory.cache_info().currsize and keep_freed_memory():
        ctypes.CDLL(None).malloc_trim(0)
