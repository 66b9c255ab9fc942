"""The shape of a cluster: spread, direction, length, straightness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from skimage.morphology import skeletonize

_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))
_SMOOTHED_OVER = 7
"""Pixels of a middle line over which its zigzag is smoothed."""

_OF_A_PIXEL = 1 / 12
"""Variance (px²) of charge that is spread evenly over one pixel."""


@dataclass(frozen=True)
class Shape:
    """What a cluster looks like.

    Attributes
    ----------
    row, column : float
        Charge-weighted centroid (px); the middle of the first pixel is 0.
    width_along, width_across : float
        Standard deviations of the charge along its longest direction and across it (px).
    orientation : float
        Angle of the longest direction from the direction of the rows towards rising row numbers,
        −90 to 90 (deg).
    length : float
        Length of its middle line from end to end (px).
    straightness : float
        Distance of the ends of that line over its length: 1 for a straight track.
    local_width : float
        Standard deviation of the charge across the lines through the thirds of its extent along
        the longest direction, their median (px): the width of a track, also of a bent one.
    taper : float
        That of the wider outer third over that of the narrower one.
    end_share : float
        Share of the charge in the brighter outer third: a third for an even track.
    """

    row: float
    column: float
    width_along: float
    width_across: float
    orientation: float
    length: float
    straightness: float
    local_width: float
    taper: float
    end_share: float


def measure_shape(charge: np.ndarray, pixels: np.ndarray) -> Shape:
    """Shape of a cluster from its charge.

    Parameters
    ----------
    charge : ndarray
        Signal above the background, of shape (H, W), in any unit; what is negative counts as 0.
    pixels : ndarray of bool
        The cluster's pixels, at least one.

    Returns
    -------
    Shape
        Where no pixel has charge, all count alike.
    """
    rows, columns = np.nonzero(pixels)
    weights = np.maximum(charge[rows, columns], 0).astype(np.float64)
    if not weights.sum() > 0:
        weights = np.ones(len(rows))
    weights /= weights.sum()
    row, column = float(weights @ rows), float(weights @ columns)
    away = np.stack([columns - column, rows - row])
    covariance = (weights * away) @ away.T + _OF_A_PIXEL * np.eye(2)
    (across, along), directions = np.linalg.eigh(covariance)
    spreads, shares = _thirds(directions[:, 1] @ away, directions[:, 0] @ away, weights)
    angle = np.degrees(np.arctan2(directions[1, 1], directions[0, 1]))
    length, straightness = middle_line(pixels)
    return Shape(
        row=row,
        column=column,
        width_along=along**0.5,
        width_across=across**0.5,
        orientation=float((angle + 90) % 180 - 90),
        length=length,
        straightness=straightness,
        local_width=float(np.median(spreads)),
        taper=float(max(spreads[0], spreads[2]) / min(spreads[0], spreads[2])),
        end_share=float(max(shares[0], shares[2])),
    )


def _thirds(
    along: np.ndarray, across: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Spread (px) across the line through each third of the extent along, and share of the charge.

    The line is the best one of that third, so that a bend makes a track no wider.
    """
    reach = max(float(np.ptp(along)), 1.0)
    third = np.minimum(3 * (along - along.min()) / reach, 2).astype(int)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(third, weights * values, minlength=3) / filled

    filled = np.bincount(third, weights, minlength=3)
    shares = filled.copy()
    filled = np.maximum(filled, np.finfo(float).tiny)
    u, v = along - mean(along)[third], across - mean(across)[third]
    slope = mean(u * v) / np.maximum(mean(u * u), _OF_A_PIXEL)
    variance = mean((v - slope[third] * u) ** 2) / (1 + slope**2)
    return np.sqrt(variance + _OF_A_PIXEL), shares


def middle_line(pixels: np.ndarray) -> tuple[float, float]:
    """Length (px) and straightness of the longest line in the skeleton of some connected pixels.

    The length counts the two half pixels at the ends.
    """
    places = np.argwhere(skeletonize(pixels))
    steps = _steps(places, pixels.shape)
    one_end = _way_to_farthest(steps, 0)[0]
    line = places[_way_to_farthest(steps, one_end)].astype(float)
    smooth = uniform_filter1d(line, _SMOOTHED_OVER, axis=0, mode="nearest")
    smooth[[0, -1]] = line[[0, -1]]
    length = np.hypot(*np.diff(smooth, axis=0).T).sum() + 1
    distance = np.hypot(*(line[-1] - line[0])) + 1
    return float(length), float(distance / length)


def _steps(places: np.ndarray, shape: tuple[int, int]) -> csr_array:
    """Distances between the neighbouring ones of some pixels (n, 2)."""
    rows, columns = places.T + 1
    index = np.full((shape[0] + 2, shape[1] + 2), -1)
    index[rows, columns] = np.arange(len(places))
    starts, ends, lengths = [], [], []
    for down, right in _NEIGHBOURS:
        neighbour = index[rows + down, columns + right]
        there = neighbour >= 0
        starts.append(np.flatnonzero(there))
        ends.append(neighbour[there])
        lengths.append(np.full(there.sum(), np.hypot(down, right)))
    pairs = (np.concatenate(starts), np.concatenate(ends))
    return csr_array((np.concatenate(lengths), pairs), shape=(len(places), len(places)))


def _way_to_farthest(steps: csr_array, start: int) -> list[int]:
    """The pixels from the one that is farthest from `start` along the skeleton back to it."""
    distances, before = dijkstra(steps, directed=False, indices=start, return_predecessors=True)
    way = [int(np.where(np.isfinite(distances), distances, -1).argmax())]
    while way[-1] != start:
        way.append(int(before[way[-1]]))
    return way
