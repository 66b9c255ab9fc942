"""Samples of pixels, as an amplifier and a converter of 16 bit deliver them."""

from __future__ import annotations

import numpy as np

from ccdseg.errors import InputError

_HIGHEST = 65535
_VALUES = 4_000_000
"""Samples that are drawn at once."""


def baseline_drift(n_rows: int, step: float, *, rng: np.random.Generator) -> np.ndarray:
    """Baseline that wanders from row to row: a random walk.

    No citable form; configurable.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    step : float
        Standard deviation of its change from a row to the next (ADU).
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Baseline (ADU) of each row, float64.
    """
    return np.cumsum(rng.normal(0.0, step, n_rows))


def sampled_signal(
    signal: np.ndarray, read_noise: float, *, n_samples: int, rng: np.random.Generator
) -> np.ndarray:
    """Samples of each pixel side by side, in whole ADU of 16 bit.

    Parameters
    ----------
    signal : ndarray
        Signal (ADU) of shape (H, W), the pedestal in it.
    read_noise : float
        Standard deviation of one sample (ADU).
    n_samples : int
        Samples of each pixel.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        uint16 of shape (H, W × samples).
    """
    if n_samples < 1:
        raise InputError(f"{n_samples} samples of a pixel; give 1 or more.")
    height, width = signal.shape
    samples = np.empty((height, width, n_samples), dtype=np.uint16)
    n_rows = max(_VALUES // (width * n_samples), 1)
    for first in range(0, height, n_rows):
        rows = signal[first : first + n_rows, :, np.newaxis].astype(np.float32)
        drawn = rng.standard_normal((*rows.shape[:2], n_samples), dtype=np.float32)
        drawn *= np.float32(read_noise)
        drawn += rows
        np.clip(np.rint(drawn, out=drawn), 0, _HIGHEST, out=drawn)
        samples[first : first + n_rows] = drawn
    return samples.reshape(height, width * n_samples)
