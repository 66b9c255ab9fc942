"""Overscan: the pedestal of each row, from pixels that see no light."""

from __future__ import annotations

from math import erf, exp, pi, sqrt
from typing import Literal

import numpy as np
from astropy.stats import sigma_clip
from numpy.polynomial import Chebyshev

from ccdseg.errors import InputError, without_warnings

OverscanMethod = Literal["row", "median", "polynomial", "spline", "none"]

OVERSCAN_METHODS: tuple[OverscanMethod, ...] = ("row", "median", "polynomial", "spline", "none")
"""Pedestal: the median of each row, one median of all, a Chebyshev polynomial or a smoothing spline
through the medians of the rows, or not subtracted."""

_LEAST_ROWS = 5
"""Rows that a smoothing spline needs."""


_CLIPPED_AT = 3.5
_CLIPPED_STD = sqrt(
    1 - _CLIPPED_AT * sqrt(2 / pi) * exp(-(_CLIPPED_AT**2) / 2) / erf(_CLIPPED_AT / sqrt(2))
)
"""Standard deviations at which values are clipped, and what clipping leaves of one."""

_TAKEN = 2 - pi / 2
"""Part of the variance, times the number of pixels, that subtracting a median takes away: its own
variance is π/2 over that number, its covariance with each normal value 1 over it."""


def noise_within_rows(pixels: np.ndarray) -> float:
    """Read noise (ADU) of pixels without light, (rows, columns), about the median of their row.

    Clipped, since single electrons are in the overscan, too; NaN of a single column.
    """
    n_columns = pixels.shape[1]
    if n_columns < 2:
        return np.nan
    residuals = pixels - np.nanmedian(pixels, axis=1, keepdims=True)
    kept = sigma_clip(residuals[np.isfinite(residuals)], sigma=_CLIPPED_AT, masked=False)
    return float(kept.std() / _CLIPPED_STD / sqrt(1 - _TAKEN / n_columns))


def overscan_level(
    overscan: np.ndarray, *, method: OverscanMethod = "row", degree: int = 3
) -> np.ndarray:
    """Pedestal of each row.

    Median of the rows and polynomial are those of ``ccdproc.subtract_overscan`` (with
    ``median=True``, and a `Chebyshev1D` as model).

    Parameters
    ----------
    overscan : ndarray
        Signal (ADU) of the overscan, of shape (rows, columns); NaN is left out.
    method : str
        One of `OVERSCAN_METHODS`.
    degree : int
        Degree of the polynomial.

    Returns
    -------
    ndarray
        Pedestal (ADU), float64 of shape (rows,). The smoothness of the spline is that of least
        generalised cross-validation.

    Raises
    ------
    InputError
        If there is no such method, no pixel, or too few rows for it.
    """
    if method not in OVERSCAN_METHODS:
        raise InputError(f"Overscan {method!r}; give one of {', '.join(OVERSCAN_METHODS)}.")
    n_rows = len(overscan)
    if method == "none":
        return np.zeros(n_rows)
    if not np.isfinite(overscan).any():
        raise InputError("The overscan has no finite pixel; give another section of it.")
    if method == "median":
        return np.full(n_rows, np.nanmedian(overscan))
    with without_warnings():  # of rows without a finite pixel
        medians = np.nanmedian(overscan, axis=1)
    rows = np.arange(n_rows, dtype=float)
    good = np.isfinite(medians)
    if method == "row":
        return np.interp(rows, rows[good], medians[good])
    least = _LEAST_ROWS if method == "spline" else degree + 1
    if np.count_nonzero(good) < least:
        raise InputError(
            f"{np.count_nonzero(good)} rows of overscan are too few for a {method}, which needs "
            f"{least}; take the median."
        )
    if method == "spline":
        from scipy.interpolate import make_smoothing_spline

        return make_smoothing_spline(rows[good], medians[good])(rows)
    return Chebyshev.fit(rows[good], medians[good], degree, domain=(0, max(n_rows - 1, 1)))(rows)
