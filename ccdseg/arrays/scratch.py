"""Arrays that may be larger than memory: those of large frames lie in temporary files."""

from __future__ import annotations

import logging
import mmap
import os
import tempfile
from math import prod

import numpy as np

IN_MEMORY = 2**27
"""Bytes up to which an array lies in memory."""

logger = logging.getLogger(__name__)


def empty(shape: tuple[int, ...], dtype: np.dtype | type = np.float32) -> np.ndarray:
    """Array without content: a large one in a temporary file, mapped into memory.

    The file lies in the folder for temporary files (``TMPDIR``), has no name, and goes with the
    array. Where it finds no room there, the array lies in memory after all.

    Parameters
    ----------
    shape : tuple of int
        Shape.
    dtype : dtype
        Type of the values.

    Returns
    -------
    ndarray
        Plain array, to be used as any other; `release` frees the memory of a mapped one.
    """
    dtype = np.dtype(dtype)
    n_bytes = prod(shape) * dtype.itemsize
    if n_bytes <= IN_MEMORY:
        return np.empty(shape, dtype)
    try:
        with tempfile.TemporaryFile(prefix="ccdseg-") as file:
            _reserve(file.fileno(), n_bytes)
            mapped = mmap.mmap(file.fileno(), n_bytes)
    except OSError as error:
        logger.debug("No room for %d bytes in %s: %s", n_bytes, tempfile.gettempdir(), error)
        return np.empty(shape, dtype)
    return np.frombuffer(mapped, dtype).reshape(shape)


def release(*arrays: np.ndarray) -> None:
    """Let the pages of mapped arrays go; their content stays, and is read again when needed.

    What a process has touched of a file counts as its memory until then. Arrays in memory stay as
    they are.
    """
    for array in arrays:
        mapped = _mapping_of(array)
        if mapped is not None and hasattr(mapped, "madvise"):
            mapped.madvise(mmap.MADV_DONTNEED)


def _mapping_of(array: np.ndarray) -> mmap.mmap | None:
    """The mapped file of an array or of what it is a view of."""
    owner: object = array
    while isinstance(owner, np.ndarray | memoryview):
        owner = owner.base if isinstance(owner, np.ndarray) else owner.obj
    return owner if isinstance(owner, mmap.mmap) else None


def _reserve(descriptor: int, n_bytes: int) -> None:
    """Take room for a file at once: writing to a mapped one that is full ends the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, n_bytes)
    else:
        os.truncate(descriptor, n_bytes)
