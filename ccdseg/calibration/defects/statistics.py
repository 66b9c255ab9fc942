"""Robust statistics of each pixel over exposures, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ccdseg.arrays import release

_VALUES = 2**23
"""Values of all exposures that are held at once, about."""

_SIGMA = 1.4826  # standard deviations of a normal distribution per median deviation


def statistics_by_strips(
    exposures: np.ndarray,
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Median and scatter of each pixel, strip by strip of rows.

    Parameters
    ----------
    exposures : ndarray
        Signals (ADU) of shape (N, H, W); NaN is left out, infinity is a saturated pixel.

    Yields
    ------
    rows : slice
        Rows of the strip.
    median : ndarray
        Median over the exposures (ADU), float32 of the strip's shape; NaN without any value.
    scatter : ndarray
        Standard deviation (ADU) from the median deviation from it, float32 of the same shape.
    """
    n, height, width = exposures.shape
    step = max(_VALUES // (n * width), 1)
    for first in range(0, height, step):
        rows = slice(first, min(first + step, height))
        values = np.array(exposures[:, rows])
        n_known = np.count_nonzero(~np.isnan(values), axis=0)
        values.sort(axis=0)
        median = median_of_sorted(values, n_known)
        with np.errstate(invalid="ignore"):  # of infinite ones
            np.abs(values - median, out=values)
        n_finite = np.count_nonzero(~np.isnan(values), axis=0)
        values.sort(axis=0)
        yield rows, median, np.float32(_SIGMA) * median_of_sorted(values, n_finite)
        release(exposures)


def median_of_sorted(values: np.ndarray, n_known: np.ndarray) -> np.ndarray:
    """Median along the first axis of sorted values, of which so many are known, NaN behind them."""
    last = np.maximum(n_known - 1, 0)
    low, high = (
        np.take_along_axis(values, index[np.newaxis], axis=0)[0]
        for index in (last // 2, np.minimum(n_known // 2, last))
    )
    with np.errstate(invalid="ignore"):
        middle = np.where(low == high, low, (low + high) / 2)
    return np.where(n_known > 0, middle, np.nan).astype(np.float32)
