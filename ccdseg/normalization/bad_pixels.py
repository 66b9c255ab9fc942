"""Bad pixels, those that are not finite: filled from their neighbours before any network."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter

from ccdseg.arrays import strips
from ccdseg.errors import InputError
from ccdseg.normalization.frame_statistics import median_of

REACH = 2
"""Distance (px) of the farthest neighbours from which a bad pixel is filled."""


def filled(frame: np.ndarray) -> np.ndarray:
    """The frame with values in place of what is not finite.

    A bad pixel becomes the mean of the finite ones among its eight neighbours; where none of them
    is, among its 24 nearest; and the median of the frame farther away from any finite pixel.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W).

    Returns
    -------
    ndarray
        The frame itself where all pixels are finite, otherwise a copy of the same type.

    Raises
    ------
    InputError
        If no pixel is finite.
    """
    bad = ~np.isfinite(frame)
    if not bad.any():
        return frame
    check_any_finite(frame)
    copy = frame.copy()
    _fill(copy, bad, median_of(frame))
    return copy


def filled_area(frame: np.ndarray, area: tuple[slice, slice], level: float) -> np.ndarray:
    """Pixels of an area, filled as `filled` fills the whole frame, without a copy of that.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W).
    area : tuple of slice
        Rows and columns, with starts and stops within the frame or without.
    level : float
        Median of the frame (ADU).

    Returns
    -------
    ndarray
        float32 copy of the area.
    """
    if frame.dtype.kind != "f":
        return frame[area].astype(np.float32)
    pixels = frame[area].astype(np.float32)
    if np.isfinite(pixels).all():
        return pixels
    ranges = [part.indices(length)[:2] for part, length in zip(area, frame.shape, strict=True)]
    wide = [max(start - REACH, 0) for start, _ in ranges]
    around = frame[
        tuple(slice(low, stop + REACH) for low, (_, stop) in zip(wide, ranges, strict=True))
    ]
    around = around.astype(np.float32)
    _fill(around, ~np.isfinite(around), level)
    inner = (
        slice(start - low, stop - low) for low, (start, stop) in zip(wide, ranges, strict=True)
    )
    return np.ascontiguousarray(around[tuple(inner)])


def any_finite(frame: np.ndarray) -> bool:
    """Whether a pixel of a frame, of shape (H, W), is finite."""
    return any(np.isfinite(frame[rows]).any() for rows in strips(frame))


def check_any_finite(frame: np.ndarray) -> None:
    """Raise `InputError` where no pixel of a frame, of shape (H, W), is finite."""
    if not any_finite(frame):
        raise InputError("No pixel of the image is finite (all NaN).")


def _fill(pixels: np.ndarray, bad: np.ndarray, level: float) -> None:
    """Fill the bad ones of some pixels (h, w) in place."""
    good = ~bad
    pixels[bad] = level
    left = bad & maximum_filter(good, 2 * REACH + 1, mode="constant")
    for reach in range(1, REACH + 1):
        rows, columns = np.nonzero(left)
        sums, counts = np.zeros(len(rows)), np.zeros(len(rows), dtype=int)
        for down in range(-reach, reach + 1):
            for right in range(-reach, reach + 1):
                row, column = rows + down, columns + right
                known = (row >= 0) & (row < len(good)) & (column >= 0) & (column < good.shape[1])
                known[known] = good[row[known], column[known]]
                sums[known] += pixels[row[known], column[known]]
                counts += known
        found = counts > 0
        pixels[rows[found], columns[found]] = sums[found] / counts[found]
        left[rows[found], columns[found]] = False
