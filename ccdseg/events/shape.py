"""Shapes of clusters: centroid, widths, direction, thirds, length and straightness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.events.clusters import PixelList
from ccdseg.events.skeleton import measure_skeletons

_OF_A_PIXEL = 1 / 12
"""Variance (px²) of charge that is spread evenly over one pixel."""


@dataclass(frozen=True, eq=False)
class Shapes:
    """Shapes of clusters, each attribute of shape (clusters,).

    Attributes
    ----------
    row, column : ndarray
        Charge-weighted centroid (px); the centre of the first pixel is 0.
    width_along, width_across : ndarray
        RMS widths (σ) of the charge along the major axis and across it (px).
    orientation : ndarray
        Angle of the major axis from the row direction towards rising row numbers, −90 to 90 (deg).
    length : ndarray
        Length of the skeleton's longest path (px).
    straightness : ndarray
        Distance of that path's ends over its length: 1 for a straight track.
    local_width : ndarray
        Median RMS width across the lines through the thirds of the extent along the major axis
        (px): the width of a track, also of a bent one.
    taper : ndarray
        Width of the wider outer third over that of the narrower one.
    end_share : ndarray
        Share of the charge in the brighter outer third: a third for an even track.
    """

    row: np.ndarray
    column: np.ndarray
    width_along: np.ndarray
    width_across: np.ndarray
    orientation: np.ndarray
    length: np.ndarray
    straightness: np.ndarray
    local_width: np.ndarray
    taper: np.ndarray
    end_share: np.ndarray


def measure_shapes(charge: np.ndarray, pixels: PixelList) -> Shapes:
    """Measure the shapes of clusters.

    Parameters
    ----------
    charge : ndarray
        Signal above the background of each pixel in any unit, (pixels,); negative counts as 0.
    pixels : PixelList
        The clusters, each of at least one pixel.

    Returns
    -------
    Shapes
        Where no pixel of a cluster has charge, all its pixels count alike.
    """
    cluster = pixels.cluster
    weights = np.maximum(charge, 0).astype(np.float64)
    weights[~(pixels.sums(weights) > 0)[cluster]] = 1.0
    weights /= pixels.sums(weights)[cluster]
    row, column = pixels.sums(weights * pixels.rows), pixels.sums(weights * pixels.columns)
    away = np.stack([pixels.columns - column[cluster], pixels.rows - row[cluster]])
    covariance = [[pixels.sums(weights * a * b) for a in away] for b in away]
    covariance = np.moveaxis(np.array(covariance), 2, 0) + _OF_A_PIXEL * np.eye(2)
    variances, axes = np.linalg.eigh(covariance)
    across, along = (np.einsum("in,ni->n", away, axes[cluster, :, i]) for i in (0, 1))
    widths, shares = _thirds(along, across, weights, pixels)
    outer = widths[:, [0, 2]]
    length, straightness = measure_skeletons(pixels)
    angle = np.degrees(np.arctan2(axes[:, 1, 1], axes[:, 0, 1]))
    return Shapes(
        row=row,
        column=column,
        width_along=variances[:, 1] ** 0.5,
        width_across=variances[:, 0] ** 0.5,
        orientation=(angle + 90) % 180 - 90,
        length=length,
        straightness=straightness,
        local_width=np.median(widths, axis=1),
        taper=outer.max(axis=1) / outer.min(axis=1),
        end_share=shares[:, [0, 2]].max(axis=1),
    )


def _thirds(
    along: np.ndarray, across: np.ndarray, weights: np.ndarray, pixels: PixelList
) -> tuple[np.ndarray, np.ndarray]:
    """Width (px) across the line through each third along a cluster, and its share of the charge.

    The line is the best one of that third, so that a bend makes a track no wider. Both are of shape
    (clusters, 3).
    """
    cluster = pixels.cluster
    low, high = pixels.extremes(along)
    reach = np.maximum(high - low, 1.0)
    place = 3 * (along - low[cluster]) / reach[cluster] + 1e-9  # whatever rounding does
    third = np.minimum(place, 2).astype(int) + 3 * cluster

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(third, weights * values, len(low) * 3) / filled

    filled = np.bincount(third, weights, len(low) * 3)
    shares = filled.reshape(-1, 3).copy()
    filled = np.maximum(filled, np.finfo(float).tiny)
    u, v = along - mean(along)[third], across - mean(across)[third]
    slope = mean(u * v) / np.maximum(mean(u * u), _OF_A_PIXEL)
    variance = mean((v - slope[third] * u) ** 2) / (1 + slope**2)
    return np.sqrt(variance + _OF_A_PIXEL).reshape(-1, 3), shares
