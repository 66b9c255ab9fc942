"""A cluster as a point-like deposit: a round Gaussian, integrated over the pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.special import ndtr

_NARROWEST, _WIDEST = 0.05, 8.0
"""Limits of the spread (px)."""

_MOST_STEPS = 40
_ROOT = (2 * np.pi) ** 0.5


@dataclass(frozen=True)
class PointFit:
    """Result of the fit; all NaN where there is none.

    Attributes
    ----------
    spread : float
        Standard deviation of the Gaussian (px), the pixels' own width not in it.
    spread_error : float
        Its standard deviation (px); NaN where the pixels do not depend on the spread.
    misfit : float
        Squared deviations from the fit in units of their variance, per degree of freedom: about 1
        for what is point-like.
    """

    spread: float = np.nan
    spread_error: float = np.nan
    misfit: float = np.nan


def fit_point(
    above: np.ndarray, pixels: np.ndarray, *, noise: float, gain: float | None = None
) -> PointFit:
    """Fit a round Gaussian to the charge of a cluster.

    Parameters
    ----------
    above : ndarray
        Signal above the background (ADU) of shape (h, w).
    pixels : ndarray of bool
        Pixels that are compared, of the same shape.
    noise : float
        Standard deviation of a pixel without charge (ADU).
    gain : float, optional
        ADU per electron: the charge's own fluctuation counts then as well.

    Returns
    -------
    PointFit
    """
    places = np.nonzero(pixels)
    values = above[places].astype(np.float64)
    start = _first_guess(values, *places)
    if start is None or len(values) <= len(start) or not noise > 0:
        return PointFit()
    deviation = np.full(len(values), noise)
    for _ in range(1 if gain is None else 2):  # the charge fluctuates by what the first fit says
        fit = least_squares(
            lambda guess, deviation=deviation: (_model(guess, *places)[0] - values) / deviation,
            start,
            jac=lambda guess, deviation=deviation: (_model(guess, *places)[1] / deviation).T,
            method="lm",
            x_scale=np.maximum(np.abs(start), 1.0),
            max_nfev=_MOST_STEPS,
        )
        start = fit.x
        if gain is not None:
            deviation = np.sqrt(noise**2 + gain * np.maximum(_model(start, *places)[0], 0))
    spread = float(_spread(fit.x[2]))
    with np.errstate(all="ignore"):  # a hit that the fit has lost does not depend on its place
        variance = np.linalg.pinv(fit.jac.T @ fit.jac)[2, 2]
    return PointFit(
        spread=spread,
        spread_error=spread * float(variance**0.5) if 0 < variance < np.inf else np.nan,
        misfit=float(2 * fit.cost / (len(values) - len(fit.x))),
    )


def _first_guess(values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray | None:
    """Row, column (px), logarithm of the spread (px), signal (ADU); None where there is none."""
    weights = np.maximum(values, 0)
    total = weights.sum()
    if not total > 0:
        return None
    row, column = weights @ rows / total, weights @ columns / total
    variance = weights @ ((rows - row) ** 2 + (columns - column) ** 2) / (2 * total)
    return np.array([row, column, np.log(np.clip(variance**0.5, 0.2, 4.0)), total])


def _spread(logarithm: float) -> float:
    return np.exp(np.clip(logarithm, *np.log([_NARROWEST, _WIDEST])))


def _model(
    guess: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Signal (ADU) of each pixel, and its derivatives by the four numbers of the guess, (4, n)."""
    row, column, logarithm, signal = guess
    spread = _spread(logarithm)
    (f, f_centre, f_spread), (g, g_centre, g_spread) = (
        _profile(axis - centre, spread) for axis, centre in ((rows, row), (columns, column))
    )
    derivatives = (
        signal * f_centre * g,
        signal * f * g_centre,
        signal * (f_spread * g + f * g_spread),
        f * g,
    )
    return signal * f * g, np.stack(derivatives)


def _profile(away: np.ndarray, spread: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share of the charge per pixel along one axis; derivatives by centre and log of the spread."""
    upper, lower = (away + 0.5) / spread, (away - 0.5) / spread
    density_upper, density_lower = (np.exp(-0.5 * z**2) / _ROOT for z in (upper, lower))
    by_centre = (density_lower - density_upper) / spread
    by_spread = lower * density_lower - upper * density_upper
    return ndtr(upper) - ndtr(lower), by_centre, by_spread
