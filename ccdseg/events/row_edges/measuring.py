"""Features of the row sides of events where their signal ends sharply."""

from __future__ import annotations

import numpy as np

from ccdseg.events.clusters import PixelList
from ccdseg.events.row_edges.cut_fit import fit_cuts
from ccdseg.events.row_edges.edge_features import EDGE_FEATURES, edge_features
from ccdseg.events.row_edges.patches import HALF_WIDTH, INSIDE, edge_patches

_LEAST_STEP = 3.0
"""Standard deviations of the noise by which the signal of a row must exceed that of the next one
for an edge: less is not told from noise."""

_MIDDLE = slice(HALF_WIDTH - 2, HALF_WIDTH + 3)
"""Columns in which that is asked: the noise of more hides faint hits."""

_LEAST_SHARE = 0.02
"""Share of the brightest row that the last row of an edge holds at least."""


def measure_edges(
    signal: np.ndarray,
    apertures: PixelList,
    boxes: np.ndarray,
    *,
    noise: np.ndarray,
    gain: float,
    n_pixels: np.ndarray,
    rows: tuple[int, int],
) -> np.ndarray:
    """Features of the first and the last rows of events.

    Parameters
    ----------
    signal : ndarray
        Signal above the background (ADU) of each pixel, (pixels,).
    apertures : PixelList
        Pixels of the apertures of the events.
    boxes : ndarray of int
        First row, first column, end row, end column of the mask's pixels (px), (events, 4).
    noise : ndarray
        Standard deviation of a pixel without charge (ADU), (events,).
    gain : float
        ADU per electron.
    n_pixels : ndarray
        Pixels of each event, (events,).
    rows : tuple of int
        First and last row of the image (px), which cut nothing.

    Returns
    -------
    ndarray
        float32 of shape (events, 2, features), NaN where nothing ends sharply.
    """
    patches = edge_patches(signal, apertures, boxes)
    sums = patches.signal[:, :, _MIDDLE].sum(axis=2)
    noise = np.tile(noise, 2)
    last, beyond = sums[:, INSIDE - 1], sums[:, INSIDE]
    sharp = last - beyond >= _LEAST_STEP * noise * np.sqrt(_MIDDLE.stop - _MIDDLE.start)
    sharp &= (last >= _LEAST_SHARE * sums.max(axis=1)) & (noise > 0)
    sharp &= (patches.rows > rows[0]) & (patches.rows < rows[1])
    edges = np.full((len(sharp), len(EDGE_FEATURES)), np.nan, dtype=np.float32)
    if sharp.any():
        kept, of_sides = patches.chosen(sharp), noise[sharp]
        edges[sharp] = edge_features(
            kept,
            fit_cuts(kept, noise=of_sides, gain=gain),
            noise=of_sides,
            gain=gain,
            n_pixels=np.tile(n_pixels, 2)[sharp],
            signal=np.tile(apertures.sums(signal), 2)[sharp],
        )
    return np.stack(np.split(edges, 2), axis=1)
