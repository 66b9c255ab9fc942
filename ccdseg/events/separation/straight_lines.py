"""Straight lines through the pixels of a cluster."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

_ANGLES = np.deg2rad(np.arange(0, 180, 4.0))
_NORMALS = np.stack([np.cos(_ANGLES), -np.sin(_ANGLES)])
"""Normals of the lines that are tried, as (row, column), (2, angles)."""

BAND = 2.0
"""Half the width of the band of a line (px)."""

_LONGEST_GAP = 3.0
"""Longest gap in a track (px)."""

_BESIDE, _SUMMED, _SLOW, _SIGNIFICANT, _OF_AXIS = 1.0, 3, 15, 6.0, 0.1
"""Distance (px) from which charge lies beside a line; length (px) over which it is summed and over
which it changes slowly; how many standard deviations its difference must be, and its share of the
charge on the axis, which bends and single collisions move to one side."""


class Line(NamedTuple):
    """A line ``normal · (row, column) = offset``.

    Attributes
    ----------
    normal : ndarray
        Unit vector, (2,).
    offset : float
        Distance from the origin along the normal (px).
    """

    normal: np.ndarray
    offset: float

    def across(self, places: np.ndarray) -> np.ndarray:
        """Distance of rows and columns, (n, 2), from the line, with a sign (px)."""
        return places @ self.normal - self.offset

    def along(self, places: np.ndarray) -> np.ndarray:
        """Position of rows and columns, (n, 2), along the line (px)."""
        return places @ np.array([-self.normal[1], self.normal[0]])

    def holds(self, places: np.ndarray) -> np.ndarray:
        """Whether each place lies in the band of the line."""
        return np.abs(self.across(places)) <= BAND

    def angle_to(self, other: Line) -> float:
        """Angle between two lines (rad), 0 to π/2."""
        return float(np.arccos(min(abs(self.normal @ other.normal), 1.0)))

    def crossing(self, other: Line) -> np.ndarray:
        """Row and column where two lines that are not parallel cross."""
        normals = np.stack([self.normal, other.normal])
        return np.linalg.solve(normals, [self.offset, other.offset])


def best_line(places: np.ndarray) -> Line:
    """The line whose band holds most of some pixels, (n, 2), fitted to them."""
    offsets = places @ _NORMALS
    low = offsets.min(axis=0)
    bins = np.rint(offsets - low).astype(int)
    length = bins.max() + 1
    counts = np.bincount(
        (bins + np.arange(len(_ANGLES)) * length).ravel(), minlength=length * len(_ANGLES)
    ).reshape(-1, length)
    sums = ndimage.convolve1d(counts, np.ones(2 * int(BAND) + 1, dtype=int), mode="constant")
    angle, place = np.unravel_index(sums.argmax(), sums.shape)
    line = Line(_NORMALS[:, angle], place + low[angle])
    for _ in range(3):
        chosen = places[line.holds(places)]
        centre = chosen.mean(axis=0)
        normal = np.linalg.eigh(np.cov(chosen.T))[1][:, 0]
        normal = normal * np.copysign(1.0, normal[np.abs(normal).argmax()])
        line = Line(normal, float(centre @ normal))
    return line


def arms(line: Line, other: Line, places: np.ndarray) -> tuple[float, float]:
    """Lengths (px) of a track without a gap on both sides of the one that it crosses.

    Parameters
    ----------
    line, other : Line
        The track, and the one that it crosses.
    places : ndarray
        Rows and columns of the bright pixels of both (px), (n, 2).
    """
    own = places[line.holds(places) & ~other.holds(places)]
    away = line.along(own) - line.along(line.crossing(other)[np.newaxis])
    lengths = []
    for side in (1, -1):
        arm = np.sort(side * away[side * away > 0])
        if not len(arm) or arm[0] > 3 * BAND + _LONGEST_GAP:
            lengths.append(0.0)
            continue
        gaps = np.flatnonzero(np.diff(arm) > _LONGEST_GAP)
        lengths.append(float(arm[gaps[0]] if len(gaps) else arm[-1]) - arm[0])
    return lengths[0], lengths[1]


def is_one_sided(line: Line, places: np.ndarray, charge: np.ndarray, *, least: float) -> bool:
    """Whether charge lies beside a line on one side alone, somewhere along it.

    The difference of both sides, without its slow changes, which an axis that is not quite right
    has, is compared with what the charge there fluctuates by.

    Parameters
    ----------
    line : Line
        Axis of a track.
    places : ndarray
        Rows and columns of the pixels (px), (n, 2).
    charge : ndarray
        Charge above the background (e⁻), (n,).
    least : float
        Least difference (e⁻).
    """
    across, along = line.across(places), np.rint(line.along(places)).astype(int)
    along -= along.min()
    beside = np.abs(across) > _BESIDE
    sides = np.bincount(along, np.where(beside, charge * np.sign(across), 0.0))
    total = np.bincount(along, np.where(beside, np.maximum(charge, 0.0), 0.0))
    near = np.bincount(along, np.where(beside, 0.0, np.maximum(charge, 0.0)))
    sides, total, near = (
        np.convolve(values, np.ones(_SUMMED), mode="same") for values in (sides, total, near)
    )
    local = np.abs(sides - ndimage.median_filter(sides, _SLOW, mode="nearest"))
    usual = np.maximum(_SIGNIFICANT * np.sqrt(total), _OF_AXIS * near)
    return bool((local > np.maximum(least, usual)).any())
