"""Strips of rows, so that no step needs more memory for a larger frame."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ccdseg.arrays.scratch import empty, release

PIXELS = 2**22
"""Pixels of a strip, about."""


def strips(*arrays: np.ndarray, multiple: int = 1) -> Iterator[slice]:
    """Rows of arrays of one shape, strip by strip from the first to the last.

    Behind each strip the pages of mapped arrays are let go.

    Parameters
    ----------
    *arrays : ndarray
        Arrays of shape (H, W, …), at least one.
    multiple : int
        Number of rows of which a strip has a multiple, but for the last one.

    Yields
    ------
    slice
        Rows of a strip, at least one.
    """
    n_rows = len(arrays[0])
    height = max(PIXELS // (max(map(_pitch, arrays)) * multiple), 1) * multiple
    for first in range(0, n_rows, height):
        yield slice(first, min(first + height, n_rows))
        release(*arrays)


def _pitch(array: np.ndarray) -> int:
    """Pixels from one row to the next in memory: more than the columns in a part of a frame."""
    return max(array.shape[1], abs(array.strides[0]) // array.itemsize)


def with_halo(rows: slice, halo: int, n_rows: int) -> tuple[slice, slice]:
    """Rows and as many more on both sides as there are up to `halo`, and the rows in these."""
    wide = slice(max(rows.start - halo, 0), min(rows.stop + halo, n_rows))
    return wide, slice(rows.start - wide.start, rows.stop - wide.start)


def copy_of(array: np.ndarray) -> np.ndarray:
    """Copy of an array, in memory or in a temporary file as `empty` decides."""
    copy = empty(array.shape, array.dtype)
    for rows in strips(array, copy):
        copy[rows] = array[rows]
    return copy
