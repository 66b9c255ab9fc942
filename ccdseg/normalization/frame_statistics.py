"""Statistics of a whole frame: its noise, its median, and the pixels they are taken from."""

from __future__ import annotations

from math import ceil, gcd

import numpy as np
from scipy.special import ndtri

from ccdseg.arrays import strips

_SAMPLE_SIZE = 2**18
_LEAST_SHARE = 1e-3  # of the sample that is finite
_LEAST_WHOLE = 0.05  # of the differences; large floating-point numbers have a few by chance


def noise_of(frame: np.ndarray) -> float:
    """Noise of a frame from the differences of neighbours in a row, which no slope or glow widens.

    Where all of these are alike, as in a frame of one column, neighbours in a column are taken, and
    where these are alike too, 1 ADU.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W); what is not finite is left out.

    Returns
    -------
    float
        Standard deviation (ADU), above 0.
    """
    step = ceil(frame.size / _SAMPLE_SIZE) | 1  # odd, or it would meet even rows alone
    rows = frame[::step].astype(np.float64)
    rows[~np.isfinite(rows)] = np.nan
    for axis in (1, 0):
        differences = np.diff(rows, axis=axis)
        noise = _width(_on_one_grid(differences[~np.isnan(differences)])) / 2**0.5
        if noise:
            return noise
    return 1.0


def _on_one_grid(differences: np.ndarray) -> np.ndarray:
    """Whole numbers among the differences, where these are many but not all.

    So it is where the sections of a frame of whole numbers were brought to one pedestal and noise:
    differences across a seam, and of scaled sections, are none. Zeros are whole in all sections, so
    their share is kept.
    """
    changes = differences[differences != 0]
    whole = changes[changes == np.round(changes)]
    if not _LEAST_WHOLE * changes.size < whole.size < changes.size:
        return differences
    n_zeros = (differences.size - changes.size) * whole.size // changes.size
    return np.concatenate([whole, np.zeros(n_zeros)])


def _width(values: np.ndarray) -> float:
    """Standard deviation of the normal distribution that has the same middle half.

    Whole numbers stand for all values half a step around them, so that noise of less than a step,
    of which the median deviation may be zero, shows in how many are not zero.
    """
    deviations = np.abs(values - np.median(values)) if values.size else values
    if not deviations.any():
        return 0.0
    step = min(deviations[deviations > 0].min(), 1.0)
    median = np.median(deviations)
    share = min(np.mean(deviations <= median), 1 - 0.5 / deviations.size)
    return float((median + step / 2) / ndtri((1 + share) / 2))


def sample_of(frame: np.ndarray) -> np.ndarray:
    """Evenly spread finite pixels of a large frame, all of a small one: enough for its statistics.

    Where hardly any pixel is finite, all that are.
    """
    step = ceil(frame.size / _SAMPLE_SIZE)
    while gcd(step, frame.shape[-1]) > 1:  # or it would meet the same columns in every row
        step += 1
    sample, start = [], 0
    for rows in strips(frame):
        sample.append(frame[rows].ravel()[-start % step :: step].copy())
        start += frame[rows].size
    sample = np.concatenate(sample)
    if sample.dtype.kind != "f":
        return sample
    finite = sample[np.isfinite(sample)]
    return finite if len(finite) > _LEAST_SHARE * len(sample) else frame[np.isfinite(frame)]


def median_of(frame: np.ndarray) -> np.float32:
    """Median (ADU) of a frame of shape (H, W), from its sample; NaN where no pixel is finite."""
    sample = sample_of(frame)
    return np.float32(np.median(sample) if sample.size else np.nan)
