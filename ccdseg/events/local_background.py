"""Local background of many clusters at once: a plane fitted to the annulus around each."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, prod

import numpy as np
from astropy.stats import sigma_clip
from numpy.lib.stride_tricks import sliding_window_view

from ccdseg.events.clusters import PixelList, batches_by_shape

ANNULUS_WIDTH = 14.0
"""Width of the background annulus (px), beyond the gap around the aperture."""

_CLIPPED_AT = 5.0  # standard deviations; a robust one would clip single electrons away
_LEAST = 4  # pixels, one more than a plane has parameters
_BATCH = 2**18
"""Pixels that are held at once; of a box with more, every so many rows and columns are used."""


@dataclass(frozen=True, eq=False)
class Background:
    """Planes through the background of clusters.

    Attributes
    ----------
    level, level_error : ndarray
        Height of the plane in the centre of the aperture and its standard deviation (ADU),
        (clusters,).
    slope : ndarray
        Change per row and per column (ADU/px), (clusters, 2).
    centre : ndarray
        Row and column of the centre of the aperture (px), (clusters, 2).
    noise : ndarray
        Standard deviation of a pixel around the plane (ADU), (clusters,). With fewer than 4 pixels
        of background it is NaN, and the level 0.
    """

    level: np.ndarray
    level_error: np.ndarray
    slope: np.ndarray
    centre: np.ndarray
    noise: np.ndarray

    def of(self, clusters: np.ndarray) -> Background:
        """Planes of some clusters, by their indices."""
        return Background(*(values[clusters] for values in vars(self).values()))

    def at(self, pixels: PixelList) -> np.ndarray:
        """Background (ADU) at pixels of the clusters, float64 of shape (pixels,)."""
        cluster = pixels.cluster
        down = self.slope[cluster, 0] * (pixels.rows - self.centre[cluster, 0])
        right = self.slope[cluster, 1] * (pixels.columns - self.centre[cluster, 1])
        return self.level[cluster] + down + right


def fit_background(
    image: np.ndarray, usable: np.ndarray, boxes: np.ndarray, *, centres: np.ndarray
) -> Background:
    """Fit a plane to the background in a box around each cluster, outliers beyond 5 σ left out.

    Parameters
    ----------
    image : ndarray
        Signal (ADU) of shape (H, W).
    usable : ndarray of bool
        Pixels of background, finite, of the same shape.
    boxes : ndarray
        First row and column, end row and column of each box inside the image (px), (clusters, 4).
    centres : ndarray
        Row and column of the centre of each aperture (px), (clusters, 2).

    Returns
    -------
    Background
    """
    n_clusters = len(boxes)
    planes, covariance = np.zeros((n_clusters, 3)), np.full(n_clusters, np.nan)
    noise = np.full(n_clusters, np.nan)
    for members, common in batches_by_shape(
        boxes[:, 2:] - boxes[:, :2], growth=1.6, most_pixels=_BATCH
    ):
        shape = tuple(map(min, common, image.shape))
        step = ceil((prod(shape) / _BATCH) ** 0.5)
        low, high = boxes[members, :2], boxes[members, 2:]
        corners = np.minimum(low, np.subtract(image.shape, shape))
        values, chosen = (
            sliding_window_view(frame, shape)[..., ::step, ::step][tuple(corners.T)]
            for frame in (image, usable)
        )
        places = [corners[:, [axis]] + np.arange(0, shape[axis], step) for axis in (0, 1)]
        rows, columns = (
            (place >= low[:, [axis]]) & (place < high[:, [axis]])
            for axis, place in enumerate(places)
        )
        chosen &= rows[:, :, np.newaxis] & columns[:, np.newaxis, :]
        away = [place - centres[members][:, [axis]] for axis, place in enumerate(places)]
        planes[members], covariance[members], noise[members] = _fit_planes(values, chosen, *away)
    return Background(planes[:, 0], noise * covariance**0.5, planes[:, 1:], centres, noise)


def _fit_planes(
    values: np.ndarray, chosen: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Least-squares planes through the chosen pixels of pieces of an image.

    Parameters
    ----------
    values, chosen : ndarray
        Signal (ADU), and the pixels to be used, (pieces, h, w).
    rows, columns : ndarray
        Distances from the origin of each piece (px), (pieces, h) and (pieces, w).

    Returns
    -------
    planes : ndarray
        Level at the origin (ADU) and slopes by rows and columns (ADU/px), (pieces, 3).
    covariance : ndarray
        Variance of the level over that of a pixel, (pieces,).
    noise : ndarray
        Standard deviation of a pixel (ADU), (pieces,).
    """
    values = np.where(chosen, values, 0.0)
    kept = np.isfinite(
        sigma_clip(
            np.ma.MaskedArray(values, ~chosen),
            _CLIPPED_AT,
            axis=(1, 2),
            cenfunc="mean",
            stdfunc="std",
            masked=False,
        )
    )
    n_kept = np.count_nonzero(kept, axis=(1, 2))
    enough = n_kept >= _LEAST
    weights = kept.astype(np.float64)
    mean = np.einsum("nij,nij->n", weights, values) / np.maximum(n_kept, 1)
    values = (values - mean[:, np.newaxis, np.newaxis]) * weights
    by_row = np.stack([np.ones_like(rows), rows, rows**2], axis=1)
    by_column = np.stack([np.ones_like(columns), columns, columns**2], axis=2)
    moments, sums = by_row @ weights @ by_column, by_row[:, :2] @ values @ by_column[:, :, :2]
    normal = moments[:, [[0, 1, 0], [1, 2, 1], [0, 1, 0]], [[0, 0, 1], [0, 0, 1], [1, 1, 2]]]
    inverse = np.linalg.pinv(normal, hermitian=True)
    planes = (inverse @ sums[:, [0, 1, 0], [0, 0, 1], np.newaxis])[..., 0]
    rise = planes[:, [1], np.newaxis] * rows[:, :, np.newaxis]
    rise = rise + planes[:, [2], np.newaxis] * columns[:, np.newaxis, :]
    values -= (planes[:, [0], np.newaxis] + rise) * weights
    squares = np.einsum("nij,nij->n", values, values)
    planes[:, 0] += mean
    planes[~enough] = 0
    noise = np.sqrt(squares / np.where(enough, n_kept - 3, np.nan))
    return planes, np.where(enough, inverse[:, 0, 0], np.nan), noise
