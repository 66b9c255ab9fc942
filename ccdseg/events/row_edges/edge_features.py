"""Features of the row sides of events, by which cut ones are told."""

from __future__ import annotations

import numpy as np

from ccdseg.events.row_edges.cut_fit import CutFits
from ccdseg.events.row_edges.patches import HALF_WIDTH, INSIDE, EdgePatches

_ROWS = slice(INSIDE - 5, INSIDE + 2)
"""Rows whose sums and widths are features: five of the event, two beyond it."""

_NEAR = slice(INSIDE - 3, INSIDE + 1), slice(HALF_WIDTH - 3, HALF_WIDTH + 4)
"""Pixels that are features: three rows of the event, one beyond, seven columns."""

_SIGNIFICANT = 4.0
"""Standard deviations of the noise from which a pixel holds charge."""


_OF_EVENT = ("significance", "charge", "pixels", "highest row", "step", "gain of cutting")
_OF_FITS = ("whole misfit", "cut misfit", "whole width", "cut width", "centre", "missing")

EDGE_FEATURES = (
    *_OF_EVENT,
    *_OF_FITS,
    *(f"sum of row {row}" for row in range(-4, 3)),
    *(f"centre of row {row}" for row in range(-4, 0)),
    *(f"width of row {row}" for row in range(-4, 2)),
    *(f"columns of row {row}" for row in range(-1, 2)),
    *(f"pixel {row}, {column}" for row in range(-2, 2) for column in range(-3, 4)),
)
"""Names of the features; row 0 is the last one of the event, positive ones lie beyond it."""


def edge_features(
    patches: EdgePatches,
    fits: CutFits,
    *,
    noise: np.ndarray,
    gain: float,
    n_pixels: np.ndarray,
    signal: np.ndarray,
) -> np.ndarray:
    """Features of sides.

    Parameters
    ----------
    patches : EdgePatches
        Signals (ADU) around the rows.
    fits : CutFits
        Whole and cut Gaussians fitted to them.
    noise : ndarray
        Standard deviation of a pixel without charge (ADU), (sides,).
    gain : float
        ADU per electron.
    n_pixels, signal : ndarray
        Pixels and signal (ADU) of the whole event, (sides,).

    Returns
    -------
    ndarray
        float64 of shape (sides, features), finite.
    """
    kept = patches.signal
    sums, noise_of_sums = kept.sum(axis=2), noise * np.sqrt(2 * HALF_WIDTH + 1)
    highest = np.maximum(sums.max(axis=1), noise)
    columns = np.arange(kept.shape[2]) - HALF_WIDTH
    weights = np.maximum(kept[:, _ROWS] - noise[:, np.newaxis, np.newaxis], 0)
    total = np.maximum(weights.sum(axis=2), 1e-9)
    centre = weights @ columns / total
    width = np.sqrt(np.maximum(weights @ columns**2 / total - centre**2, 0))
    significant = kept > _SIGNIFICANT * noise[:, np.newaxis, np.newaxis]
    counts = significant.sum(axis=2)[:, INSIDE - 2 : INSIDE + 1]
    peak = np.maximum(kept.max(axis=(1, 2)), noise)
    near = kept[:, *_NEAR] / peak[:, np.newaxis, np.newaxis]
    freedom = np.maximum(fits.n_pixels - 4, 1)
    step = (sums[:, INSIDE - 1] - sums[:, INSIDE]) / noise_of_sums
    parts = [
        np.log10(np.maximum(signal / noise, 1e-3)),
        np.log10(np.maximum(signal / gain, 1e-1)),
        np.log10(n_pixels),
        np.log10(highest / noise),
        _signed_log(step),
        _signed_log(fits.whole - fits.cut),
        np.log10(np.maximum(fits.whole / freedom, 1e-2)),
        np.log10(np.maximum(fits.cut / freedom, 1e-2)),
        fits.whole_width,
        fits.cut_width,
        np.clip(fits.depth, -8, 8),
        fits.missing,
        *_signed_root(sums[:, _ROWS] / highest[:, np.newaxis]).T,
        *(centre - centre[:, [4]])[:, :4].T,
        *width[:, :6].T,
        *counts.T,
        *_signed_root(near).reshape(len(near), -1).T,
    ]
    return np.nan_to_num(np.stack(parts, axis=1).astype(np.float64))


def _signed_log(values: np.ndarray) -> np.ndarray:
    return np.sign(values) * np.log10(1 + np.abs(values))


def _signed_root(values: np.ndarray) -> np.ndarray:
    return np.sign(values) * np.sqrt(np.abs(values))
