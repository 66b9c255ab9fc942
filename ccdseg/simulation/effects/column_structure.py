"""Structure of the baseline along rows and columns: offsets, waves, steps, dark columns.

All of it is seen in real frames of skipper CCDs; no citable forms: every number is configurable.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ccdseg.errors import InputError


def column_offsets(shape: tuple[int, int], sigma: float, *, rng: np.random.Generator) -> np.ndarray:
    """Draw an offset for each column from a normal distribution.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    sigma : float
        Standard deviation of the offsets (ADU).
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Offset (ADU), float32 of `shape`.
    """
    offsets = rng.standard_normal(shape[1], dtype=np.float32)
    return np.broadcast_to(offsets * np.float32(sigma), shape).copy()


def baseline_wave(
    shape: tuple[int, int], amplitude: float, length: float, *, axis: int, rng: np.random.Generator
) -> np.ndarray:
    """Irregular wave of the baseline along one axis: smoothed normal noise.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    amplitude : float
        Standard deviation of the wave (ADU), over many frames.
    length : float
        Standard deviation of the Gaussian that smooths it (px): crests are some four times as far
        apart.
    axis : {0, 1}
        Axis along which it changes: 0 from row to row, 1 from column to column.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Signal (ADU), float32 of `shape`.
    """
    if not length > 0:
        raise InputError(f"The length of the wave is {length} px; it must be above 0.")
    margin = int(np.ceil(4 * length))
    impulse = np.zeros(2 * margin + 1)
    impulse[margin] = 1
    kernel = gaussian_filter1d(impulse, length, mode="constant")
    noise = rng.standard_normal(shape[axis] + 2 * margin)
    wave = np.convolve(noise, kernel, mode="valid") * amplitude / np.linalg.norm(kernel)
    return _along(wave.astype(np.float32), shape, axis)


def baseline_step(
    shape: tuple[int, int], height: float, *, first: int, end: int, scale: float, axis: int
) -> np.ndarray:
    """Band of a raised or lowered baseline that starts with a step and decays.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    height : float
        Signal at the step (ADU); it may be negative.
    first, end : int
        First row or column of the band, and the one after its last (px).
    scale : float
        Length over which it falls to 1/e (px); infinite for a flat band.
    axis : {0, 1}
        0 for a band of rows, 1 for a band of columns.

    Returns
    -------
    ndarray
        Signal (ADU), float32 of `shape`.
    """
    if not scale > 0:
        raise InputError(f"The scale of the band is {scale} px; it must be above 0.")
    place = np.arange(shape[axis])
    profile = height * np.exp(np.minimum(first - place, 0) / scale)
    profile[(place < first) | (place >= end)] = 0
    return _along(profile.astype(np.float32), shape, axis)


def dark_columns(
    shape: tuple[int, int],
    depth: np.ndarray,
    columns: np.ndarray,
    widths: np.ndarray,
    first_rows: np.ndarray,
) -> np.ndarray:
    """Columns that are read too low, from a row on; where they overlap, the deepest counts.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    depth : ndarray
        Signal that each lacks (ADU), of shape (N,), or one number for all.
    columns, widths : ndarray of int
        First column of each, and number of columns (px), of shape (N,).
    first_rows : ndarray of int
        First dark row of each (px), of shape (N,).

    Returns
    -------
    ndarray
        Signal (ADU), zero or below, float32 of `shape`.
    """
    signal = np.zeros(shape, dtype=np.float32)
    lines = zip(np.broadcast_to(depth, len(columns)), columns, widths, first_rows, strict=True)
    for lacking, column, width, row in lines:
        area = signal[row:, column : column + width]
        np.minimum(area, -np.float32(lacking), out=area)
    return signal


def _along(profile: np.ndarray, shape: tuple[int, int], axis: int) -> np.ndarray:
    """Frame of `shape` that changes along `axis` alone."""
    return np.broadcast_to(np.expand_dims(profile, 1 - axis), shape).copy()
